"""Runs of one name in two sessions are two runs."""

import pytest
from drifting import drifting, rows

from neurona.errors import DataError
from neurona.recordings.alignment.groups import groups_of
from neurona.recordings.recordings import Recordings


@pytest.mark.parametrize(("by", "names"), [("run", 8), ("session", 4), ("subject", 2)])
def test_a_run_is_one_sessions_and_a_session_one_persons(by, names):
    found = groups_of(drifting(), by)
    assert len({group.name for group in found}) == names
    assert sorted(row for group in found for row in group.rows.tolist()) == list(range(96))


def test_without_sessions_runs_are_told_apart_by_subject():
    recordings = Recordings(drifting().data.drop_vars("session"))
    assert [group.name for group in groups_of(recordings, "run")] == ["1 run-1", "1 run-2", "2 run-1", "2 run-2"]
    with pytest.raises(DataError, match="the recordings have no sessions; align by run or by subject"):
        groups_of(recordings, "session")
    assert groups_of(rows(recordings, []), "session") == []
