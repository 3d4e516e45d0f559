"""Several readings as one: every answer is that of the recording's own."""

import networkx as nx
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.execution import HYPOTHESES, RelationScores, Scores, get_logic
from neurona.programs import Vocabulary
from neurona.readings import EntityEvidence, EntityScoreReading, open_reading
from neurona.readings.joined import JoinedReading

WORDS = Vocabulary(("cat", "dog"), ("hold", "ride"), {"Action": ("hold", "ride")})
IDS = [f"r{k}" for k in range(40)]

ASKED = ["exists x. cat(x)", "describe Action(the x. cat(x), the y. dog(y))", "count x. cat(x)"]


def scored(seed, ids):
    """SIMULATED: a reading of scores that were drawn at random."""
    rng = np.random.default_rng(seed)
    unary, *pairs = rng.normal(size=(5, len(ids), 2, 3)).astype(np.float32)
    evidence = EntityEvidence(WORDS.concepts, tuple("pqs"), unary.swapaxes(1, 2), np.zeros(2), np.zeros(2))
    return EntityScoreReading(
        WORDS,
        tuple(ids),
        (Scores(unary, RelationScores(*pairs)),),
        get_logic("goedel"),
        HYPOTHESES["H5"],
        tuple("pqs"),
        added=evidence,
    )


@pytest.fixture(scope="module")
def parts():
    """Two readings, each of some of the recordings."""
    return {"fold 0/x": scored(0, IDS[:3]), "fold 1/x": scored(1, IDS[3:])}


@pytest.fixture(scope="module")
def joined(parts):
    return JoinedReading(parts, tuple(IDS))


def test_each_question_is_answered_by_the_reading_of_its_recording(parts, joined):
    found = joined.ask(ASKED, ["r7", "r1", "r2"]).set_index(["recording", "query"]).sort_index()
    first, second = parts.values()
    for part, ids in ((first, ["r1", "r2"]), (second, ["r7"])):
        alone = part.ask(ASKED, ids).set_index(["recording", "query"]).sort_index()
        assert found.loc[alone.index].equals(alone)


def test_it_is_stored_and_opened_as_one(joined, tmp_path):
    again = open_reading(joined.save(tmp_path / "reading"))
    assert again.recordings == joined.recordings
    assert again.ask(ASKED).equals(joined.ask(ASKED))
    assert again.save(tmp_path / "reading") == tmp_path / "reading"
    assert any(path.name.startswith("parts.fold 0%2Fx") for path in (tmp_path / "reading").iterdir())


def test_graphs_traces_and_carriers_are_those_of_the_part(parts, joined):
    part = list(parts.values())[1]
    assert nx.utils.graphs_equal(joined.graph("r9"), part.graph("r9"))
    assert joined.explain(ASKED[0], "r9").to_dict() == part.explain(ASKED[0], "r9").to_dict()
    np.testing.assert_array_equal(joined.carriers("r9", ["cat"]).evidence, part.carriers("r9", ["cat"]).evidence)


def test_some_recordings_in_another_order(joined):
    taken = joined.take(["r30", "r0"])
    assert taken.recordings == ("r30", "r0")
    assert taken.ask(ASKED[0]).equals(joined.ask(ASKED[0], ["r30", "r0"]))


def test_a_recording_stands_in_one_part_alone_and_must_be_known(parts, joined):
    with pytest.raises(DataError, match="stands in two parts"):
        JoinedReading({"a": next(iter(parts.values())), "b": next(iter(parts.values()))})
    with pytest.raises(DataError, match="no recording 'r400'"):
        joined.ask(ASKED[0], "r400")
    with pytest.raises(DataError, match="one part or more"):
        JoinedReading({})
