import numpy as np
import pandas as pd
import pytest

from neurona.evaluation.plots.groundings import clearest_words, grounding_map, on_glass_brain


@pytest.fixture
def groundings():
    """Each word carried by the entity of its number; `dull` by all alike."""
    names = [f"parcel {k}" for k in range(4)]
    values = np.vstack([np.eye(4)[:3] + 0.1 * np.arange(4), np.ones(4)])
    return pd.DataFrame(values, index=["face", "house", "cat", "dull"], columns=names)


def test_words_that_one_entity_carries_come_first(groundings):
    assert clearest_words(groundings)[-1] == "dull"
    assert clearest_words(groundings, 2) == clearest_words(groundings)[:2]


@pytest.mark.parametrize("placed", [True, False])
def test_a_map_is_drawn_with_and_without_places(groundings, tmp_path, placed):
    positions = np.array([[-40.0, 0, 10], [40, 0, 10], [0, -60, 20], [0, 50, 0]]) if placed else None
    carried = np.eye(4, dtype=bool) if placed else None
    path = grounding_map(
        groundings, tmp_path / "map.png", positions=positions, carried=carried, title="where", simulated=True
    )
    assert path.read_bytes().startswith(b"\x89PNG")
    again = grounding_map(
        groundings, tmp_path / "again.png", positions=positions, carried=carried, title="where", simulated=True
    )
    assert path.read_bytes() == again.read_bytes()
    measured = grounding_map(groundings, tmp_path / "measured.png", positions=positions, carried=carried, title="where")
    assert measured.read_bytes() != path.read_bytes()


def test_what_is_no_more_than_chance_is_drawn_otherwise(groundings, tmp_path):
    drawn = {
        grounding_map(groundings, tmp_path / f"{k}.png", carried=carried).read_bytes()
        for k, carried in enumerate([None, np.ones((4, 4), bool), np.eye(4, dtype=bool)])
    }
    assert len(drawn) == 3


@pytest.mark.parametrize(("space", "is_drawn"), [("MNI152", True), ("MNI152NLin2009cAsym", True), ("native", False)])
def test_places_of_another_space_are_not_drawn_on_the_brain_of_mni(space, is_drawn):
    assert (on_glass_brain(np.zeros((4, 3)), space) is not None) == is_drawn
    assert on_glass_brain(None, space) is None
