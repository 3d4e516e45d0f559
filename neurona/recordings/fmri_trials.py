"""Runs of a BIDS data set -> one recording a trial, in voxels or in the parcels of an atlas.

Everything that headers, tables and designs can tell is checked before the first volume is read. Runs are then worked
through one by one, or `n_jobs` at a time: a run's volumes are in memory only while its trials are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError
from neurona.recordings.atlas import Atlas, Parcels, place
from neurona.recordings.bids_runs import NATIVE, BidsRun, raise_faults
from neurona.recordings.confounds import read_confounds
from neurona.recordings.events import check_apart, chosen_types
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_runs import Run, bold_values, brain_mask, check_grid
from neurona.recordings.fmri_windows import Windows, voxel_names
from neurona.recordings.images import read_mask
from neurona.recordings.recordings import Recordings

OWN_SPACES = ("", NATIVE, "T1w", "T2w", "boldref", "individual", "orig", "scanner")
"""Spaces in which each subject's brain lies where it lay, see BIDS' names of coordinate systems."""


EARLIEST_S = -24.0
"""Events earlier than this leave nothing in a run."""


@dataclass(frozen=True)
class RunPlan:
    """One run with everything that its computation needs.

    Attributes:
        run: its events are those whose responses it holds.
        trials: the events that become recordings.
        confounds: a row a volume.
    """

    run: BidsRun
    trials: Bool[np.ndarray, " event"]
    confounds: pd.DataFrame


@dataclass(frozen=True)
class TrialPlan:
    """What will be made of a study.

    Attributes:
        runs: those that have trials.
        method: with all that depends on the study.
        notes: what a user should know.
    """

    runs: tuple[RunPlan, ...]
    method: Betas | Windows
    notes: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The type of each trial."""
        return [str(kind) for plan in self.runs for kind in plan.run.events.trial_type[plan.trials]]


def trial_recordings(
    runs: Sequence[BidsRun],
    *,
    method: Betas | Windows,
    trial_types: Sequence[str] | None = None,
    atlas: Atlas | None = None,
    mask: Path | None = None,
    confounds: Sequence[str] = (),
    drop_empty: bool = False,
    drop_incomplete: bool = False,
    simulated: bool = False,
    n_jobs: int = 1,
    console: Console | None = None,
) -> Recordings:
    """One recording a trial.

    Args:
        runs: what `find_runs` found.
        method: how a trial becomes a recording.
        trial_types: events that become recordings; all when None. Events of other types stay in a beta's model.
        atlas: parcels to average in; voxels of the mask when None.
        mask: NIfTI file of the voxels that count; the brain masks beside the images when None, else bright voxels.
        confounds: columns or strategies, see `read_confounds`.
        drop_empty: whether parcels without voxels are left out (and said so) instead of refused.
        drop_incomplete: see `plan_trials`.
        simulated: whether nobody measured this.
        n_jobs: runs worked on at a time.
        console: where progress is shown.

    Returns:
        Recordings `[trial, voxel or parcel, time]` in SD of the channel over its run, with coordinates subject,
        session, run and label; an atlas's networks are the channels' groups.

    Raises:
        DataError: faults of the runs, all in one message; NaN voxels; empty parcels.
    """
    console = console or Console(quiet=True)
    plan = plan_trials(
        runs, method=method, trial_types=trial_types, confounds=confounds, drop_incomplete=drop_incomplete
    )
    for note in plan.notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    plans, method = plan.runs, plan.method
    channels = _channels([plan.run for plan in plans], atlas, mask, drop_empty, console)
    first = channels[0]
    size = len(first.atlas.names) if isinstance(first, Parcels) else int(first.sum())
    counts = [int(plan.trials.sum()) for plan in plans]
    values = np.empty((sum(counts), size, method.n_times), dtype=np.float32)
    flat = np.zeros(size, dtype=bool)
    jobs = (delayed(_run_trials)(plan, method, where) for plan, where in zip(plans, channels, strict=True))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(f"{method.name}: runs", total=len(plans))
        done = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
        for (result, constant), end, count in zip(done, np.cumsum(counts), counts, strict=True):
            values[end - count : end] = result
            flat |= constant
            progress.advance(bar)
    if flat.all():
        raise DataError(f"{runs[0].bold}: every channel is constant in some run; the images look empty")
    if isinstance(first, Parcels):
        _refuse_flat([first.atlas.names[k] for k in np.flatnonzero(flat)], drop_empty, console)
    elif flat.any():
        console.print(f"{flat.sum()} of {size} voxels are constant in some run and left out")
    return _labelled(values[:, ~flat], ~flat, plans, first, method, confounds, simulated)


def plan_trials(
    runs: Sequence[BidsRun],
    *,
    method: Betas | Windows,
    trial_types: Sequence[str] | None = None,
    confounds: Sequence[str] = (),
    drop_incomplete: bool = False,
) -> TrialPlan:
    """Which events of which runs become recordings, and how; everything that tables and designs can tell is checked.

    Args:
        runs: what `find_runs` found.
        method: how a trial becomes a recording.
        trial_types: events that become recordings; all when None.
        confounds: columns or strategies, see `read_confounds`.
        drop_incomplete: whether trials at a run's edge, whose response or window the run does not hold, are left out and counted instead of
            refused.

    Raises:
        DataError: an unknown trial type; faults of the runs, all in one message.
    """
    wanted = chosen_types([run.events for run in runs], trial_types)
    plans: list[RunPlan] = []
    faults: list[str] = []
    notes: list[str] = []
    for run in runs:
        try:
            plan, dropped = _plan(run, method, wanted, confounds, drop_incomplete)
        except DataError as error:
            faults.append(str(error))
            continue
        if dropped:
            notes.append(f"{run.id}: {dropped} incomplete trial(s) at the edge of the run left out")
        if plan.trials.any():
            plans.append(plan)
        else:
            notes.append(f"{run.id}: no trial of the wanted types; the run is left out")
    raise_faults(faults)
    if not plans:
        raise DataError(f"{runs[0].events_file}: no trials in any of {len(runs)} runs")
    if isinstance(method, Betas) and method.duration is None:
        lasting = np.concatenate([plan.run.events.duration.to_numpy(float)[plan.trials] for plan in plans])
        # 0 says that an event is brief, or that nobody wrote how long it was.
        known = lasting[lasting > 0] if lasting.any() else lasting
        method = replace(method, duration=float(np.quantile(known, 0.5, method="higher")))
        if np.ptp(lasting) > 1e-6:
            notes.append(
                f"trials last {lasting.min():g} to {lasting.max():g} s; their regressors are brought to the height of one of "
                f"{method.duration:g} s (betas.duration)"
            )
    return TrialPlan(tuple(plans), method, tuple(notes))


def _plan(
    run: BidsRun, method: Betas | Windows, wanted: Sequence[str], confounds: Sequence[str], drop_incomplete: bool
) -> tuple[RunPlan, int]:
    """One run's trials, and how many were left out at its edge."""
    times, source = run.frame_times, str(run.events_file)
    table = read_confounds(run.bold, run.confounds, confounds, run.image.shape[3])
    # An event shortly before the first volume is no trial, and yet its response is in the run.
    near = (run.events.onset > times[0] + EARLIEST_S) & (run.events.onset < run.volumes.end)
    chosen = run.events.trial_type.isin(list(wanted))
    dropped = int((chosen & ~near).sum())
    events = run.events[near]
    trials = (chosen & (run.events.onset >= 0))[near].to_numpy(dtype=bool, copy=True)
    dropped += int((chosen[near] & (events.onset < 0)).sum())
    if trials.any():
        gone = np.flatnonzero(trials)[method.incomplete(times, events, trials)]
        if len(gone) and not drop_incomplete:
            first = events.iloc[gone[0]]
            raise DataError(
                f"{source}: line {first.name}: {first.trial_type!r}: {method.lacks(first.onset)}; leave such trials out with "
                "drop_incomplete=true"
            )
        trials[gone] = False
        dropped += len(gone)
    if trials.any():
        check_apart(events[trials], source)
        method.check(times, events, trials, table, source)
    return RunPlan(replace(run, events=events), trials, table), dropped


def _channels(
    runs: Sequence[BidsRun], atlas: Atlas | None, mask: Path | None, drop_empty: bool, console: Console
) -> list[Parcels | np.ndarray]:
    """For each run, the voxels that count or the parcels on its grid; the same channels for all runs."""
    _check_spaces(runs, atlas)
    if atlas is None:
        if len({run.subject for run in runs}) > 1 and runs[0].space in OWN_SPACES:
            console.print(
                f"note: images of several subjects in {runs[0].space or 'the space of the scanner'}: a voxel of one is not the place of "
                "the same voxel of another; decode within subjects, or read images in a standard space"
            )
        return [_mask(runs, mask, console)] * len(runs)
    grids: dict[tuple, list[BidsRun]] = {}
    for run in runs:
        grids.setdefault(_grid(run), []).append(run)
    placed = {
        grid: place(atlas, same[0].image.affine, _mask(same, mask, console), drop_empty=drop_empty)
        for grid, same in grids.items()
    }
    names = [set(parcels.atlas.names) for parcels in placed.values()]
    differing = sorted(name for name in set().union(*names) if not all(name in known for known in names))
    if differing:
        raise DataError(
            f"atlas {atlas.name}: parcels empty in some runs but not in others: {', '.join(differing[:8])}; take a "
            "coarser atlas"
        )
    dropped = next(iter(placed.values())).dropped
    if dropped:
        console.print(f"atlas {atlas.name}: {len(dropped)} empty parcels left out: {', '.join(dropped)}")
    return [placed[_grid(run)] for run in runs]


def check_channels(
    runs: Sequence[BidsRun], *, atlas: Atlas | None = None, mask: Path | None = None, drop_empty: bool = False
) -> None:
    """Refuse what can be seen of voxels and parcels before any volume is read; see `trial_recordings`.

    Raises:
        DataError: masks or runs on other grids, an atlas in another space, empty parcels.
    """
    _check_spaces(runs, atlas)
    for file, run in mask_files(runs, mask).items():
        mask_for(file, run)
    # Without masks, the voxels that count are found by their brightness: in the volumes.
    if atlas is not None and mask_files(runs, mask):
        _channels(runs, atlas, mask, drop_empty, Console(quiet=True))


def _check_spaces(runs: Sequence[BidsRun], atlas: Atlas | None) -> None:
    """Raise a DataError for voxels of several grids, or an atlas in another space than the images."""
    for run in runs:
        if atlas is None:
            try:
                check_grid(run.image, str(run.bold), runs[0].image, str(runs[0].bold))
            except DataError as error:
                raise DataError(f"{error}; or read them in the parcels of an atlas") from error
        elif atlas.space.startswith("MNI") and not run.space.startswith("MNI"):
            raise DataError(
                f"atlas {atlas.name} lies in {atlas.space}, {run.bold} in {run.space or 'the space of the scanner'}; read "
                "derivatives in an MNI space, or give an atlas file in the data's space"
            )


def _grid(run: BidsRun) -> tuple:
    return (run.image.shape[:3], *np.round(run.image.affine, 3).ravel().tolist())


def _mask(runs: Sequence[BidsRun], chosen: Path | None, console: Console) -> Bool[np.ndarray, "x y z"]:
    """Voxels that count in every run."""
    files = mask_files(runs, chosen)
    if not files:
        mask = brain_mask([Run(run.name, run.image, run.events, run.tr, str(run.bold)) for run in runs])
        console.print(
            f"no brain mask beside the images: {mask.sum()} of {mask.size} voxels count, the bright ones (of images of zero mean those that change)"
        )
        return mask
    masks = [mask_for(file, run) for file, run in files.items()]
    common = np.logical_and.reduce(masks)
    if not common.any():
        raise DataError(f"{next(iter(files))}: no voxel is in the masks of all {len(masks)} runs; check the masks")
    return common


def mask_files(runs: Sequence[BidsRun], chosen: Path | None) -> dict[Path, BidsRun]:
    """The masks that count, each with a run that it must fit: the chosen one, else those beside the images."""
    return {chosen: runs[0]} if chosen else {run.mask: run for run in runs if run.mask}


def mask_for(file: Path, run: BidsRun) -> Bool[np.ndarray, "x y z"]:
    """The voxels of a mask on a run's grid.

    Raises:
        DataError: no mask (see `read_mask`), or one on another grid.
    """
    image, inside = read_mask(file)
    try:
        check_grid(image, str(file), run.image, str(run.bold))
    except DataError as error:
        raise DataError(
            f"{str(error).rpartition('; ')[0]}; bring the mask to the images' grid, e.g. with nilearn.image.resample_to_img(mask, "
            "image, interpolation='nearest')"
        ) from error
    return inside


def _run_trials(
    plan: RunPlan, method: Betas | Windows, channels: Parcels | np.ndarray
) -> tuple[Float[np.ndarray, "trial channel time"], Bool[np.ndarray, " channel"]]:
    """The recordings of one run's trials, and which channels are constant in it."""
    run = plan.run
    values = bold_values(run.bold)
    mask = channels.mask if isinstance(channels, Parcels) else channels
    bad = mask & ~np.isfinite(values).all(axis=3)
    if bad.any():
        places = ", ".join(voxel_names(np.argwhere(bad)[:5]))
        raise DataError(
            f"{run.bold}: NaN or infinite values in {bad.sum()} voxel(s) of the brain mask (i-j-k): {places}; repair the "
            "image, or leave these voxels out of the mask"
        )
    if isinstance(channels, Parcels):
        # Outside the mask NaN is legal, but resampling and averaging would spread it.
        values[~mask] = 0
        signals = channels.signals(nib.Nifti1Image(values, run.image.affine))
    else:
        signals = values[mask].T
    signals = signals.astype(np.float64)
    constant = np.ptp(signals, axis=0) == 0
    return method(signals, run.frame_times, run.events, plan.trials, plan.confounds), constant


def _refuse_flat(names: Sequence[str], drop_empty: bool, console: Console) -> None:
    if not names:
        return
    text = f"{len(names)} parcel(s) are constant in some run: {', '.join(names[:8])}"
    if not drop_empty:
        raise DataError(f"{text}; the field of view misses them: leave them out with drop_empty=True")
    console.print(f"{text}; left out")


def _labelled(
    values: Float[np.ndarray, "trial channel time"],
    kept: Bool[np.ndarray, " all_channels"],
    plans: Sequence[RunPlan],
    channels: Parcels | np.ndarray,
    method: Betas | Windows,
    confounds: Sequence[str],
    simulated: bool,
) -> Recordings:
    first = plans[0].run
    rows = [
        (plan.run, f"{plan.run.id}_trial-{order:03d}", kind)
        for plan in plans
        for order, kind in enumerate(plan.run.events.trial_type[plan.trials], start=1)
    ]
    if isinstance(channels, Parcels):
        names, networks = channels.atlas.names, channels.atlas.networks
        positions = channels.positions
    else:
        voxels = np.argwhere(channels)
        names, networks = tuple(voxel_names(voxels)), None
        positions = nib.affines.apply_affine(first.image.affine, voxels)
    recordings = Recordings.make(
        values,
        ids=[name for _, name, _ in rows],
        channels=[name for name, keep in zip(names, kept, strict=True) if keep],
        sampling_hz=1 / first.tr,
        start_s=method.delay if isinstance(method, Windows) else 0.0,
        modality="fmri",
        units="z-score",
        subject=[run.subject for run, _, _ in rows],
        run=[run.name for run, _, _ in rows],
        split=[""] * len(rows),
        label=[kind for _, _, kind in rows],
        positions=positions[kept],
        groups=None if networks is None else [name for name, keep in zip(networks, kept, strict=True) if keep],
        space=first.space or "scanner",
        simulated=simulated,
    )
    data = recordings.data.assign_coords(session=("recording", [run.session for run, _, _ in rows]))
    facts = {"method": method.name, "high_pass_hz": method.high_pass, "confounds": ", ".join(confounds) or "none"}
    if isinstance(method, Betas):
        facts |= {"noise_model": method.noise_model, "hrf_model": method.hrf_model, "duration_s": method.duration}
    if isinstance(channels, Parcels):
        facts |= {"atlas": channels.atlas.name, "dropped_parcels": ", ".join(channels.dropped) or "none"}
    return replace(recordings, data=data.assign_attrs(facts))
