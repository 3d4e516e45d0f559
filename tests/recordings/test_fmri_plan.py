import shutil

import pytest
from bids_trees import write_fmri_tree

from neurona.errors import DataError
from neurona.recordings.bids_runs import find_runs
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_plan import plan_trials
from neurona.recordings.fmri_windows import Windows


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_fmri_tree(tmp_path_factory.mktemp("trials") / "whole", spacing=6.0)


@pytest.fixture
def tree(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "tree")


def events_of(root, run=1, subject="01"):
    return root / f"sub-{subject}" / "func" / f"sub-{subject}_task-look_run-{run:02d}_events.tsv"


def test_trials_at_a_runs_edge_are_refused_with_their_line_or_left_out_and_counted(tree):
    path = events_of(tree)
    path.write_text(path.read_text() + "-1.5\t2.0\tFace\n118.9\t2.0\tHouse\n130\t2.0\tHouse\n")
    with pytest.raises(DataError, match=r"line 14: .*drop_incomplete=true"):
        find_runs(tree, task="look", subjects=["01"])
    found = find_runs(tree, task="look", subjects=["01"], drop_incomplete=True)
    for method in (Betas(), Betas("lss"), Windows()):
        plan = plan_trials(found, method=method, drop_incomplete=True)
        assert len(plan.kinds) == 36
        assert plan.notes == ("sub-01_run-01: 3 incomplete trial(s) at the edge of the run left out",)
    # The response to an event before the first volume is in the run, and in the model.
    assert -1.5 in plan.runs[0].run.events.onset.tolist()
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-3]) + "118.9\t2.0\tHouse\n")
    with pytest.raises(DataError, match=r"line 14: 'House': the run ends before the response .* drop_incomplete=true"):
        plan_trials(find_runs(tree, task="look"), method=Betas())


def test_a_run_without_wanted_trials_is_left_out_with_a_note(tree):
    events_of(tree).write_text(events_of(tree).read_text().replace("Face", "rest").replace("House", "rest"))
    plan = plan_trials(find_runs(tree, task="look", subjects=["01"]), method=Windows(), trial_types=["Face", "House"])
    assert [one.run.id for one in plan.runs] == ["sub-01_run-02", "sub-01_run-03"]
    assert plan.notes == ("sub-01_run-01: no trial of the wanted types; the run is left out",)


def test_the_same_event_twice_is_refused_with_both_lines(tree):
    lines = events_of(tree).read_text().splitlines(keepends=True)
    events_of(tree).write_text("".join([*lines[:4], *lines[3:]]))
    with pytest.raises(DataError, match=r"run-01_events.tsv: lines 4 and 5: .* stands there twice"):
        plan_trials(find_runs(tree, task="look"), method=Betas())
