"""Which events of which BOLD runs become recordings, and how: all that tables and designs can tell, before a volume is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool

from neurona.errors import DataError
from neurona.recordings.bids_runs import BidsRun, raise_faults
from neurona.recordings.confounds import read_confounds
from neurona.recordings.events import check_apart, chosen_types
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_windows import Windows

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
