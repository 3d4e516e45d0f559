"""Runs of a BIDS data set -> one recording a trial, in voxels or in the parcels of an atlas.

Everything that headers, tables and designs can tell is checked before the first volume is read. Runs are then worked
through one by one, or `n_jobs` at a time: a run's volumes are in memory only while its trials are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
from jaxtyping import Bool, Float
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neurona.errors import DataError
from neurona.recordings.atlas import Atlas, Parcels
from neurona.recordings.bids_runs import BidsRun
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_channels import channels_of
from neurona.recordings.fmri_plan import RunPlan, plan_trials
from neurona.recordings.fmri_runs import bold_values
from neurona.recordings.fmri_windows import Windows, voxel_names
from neurona.recordings.recordings import Recordings


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
    channels = channels_of([plan.run for plan in plans], atlas, mask, drop_empty, console)
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
