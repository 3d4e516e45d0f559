import numpy as np
import pandas as pd
import pytest

from neurona.evaluation.plots.groundings import Places, clearest_words, grounding_map, places_of
from neurona.recordings.entities.entities import Entities, Measured


@pytest.fixture
def groundings():
    """Each word carried by the entity of its number; `dull` by all alike."""
    names = [f"parcel {k}" for k in range(4)]
    values = np.vstack([np.eye(4)[:3] + 0.1 * np.arange(4), np.ones(4)])
    return pd.DataFrame(values, index=["face", "house", "cat", "dull"], columns=names)


def test_words_that_one_entity_carries_come_first(groundings):
    assert clearest_words(groundings)[-1] == "dull"
    assert clearest_words(groundings, 2) == clearest_words(groundings)[:2]


BRAIN = Places("brain", np.array([[-40.0, 0, 10], [40, 0, 10], [0, -60, 20], [0, 50, 0]]), np.arange(4))
OUT = np.linspace(0.2, 1.4, 12)  # a spiral from the crown down to the ears
SPIRAL = 0.09 * np.stack([np.sin(OUT) * np.cos(7 * OUT), np.sin(OUT) * np.sin(7 * OUT), np.cos(OUT)], axis=1)
SCALP = Places("eeg", SPIRAL, np.arange(12) % 4)


@pytest.mark.parametrize("places", [BRAIN, SCALP, None])
def test_a_map_is_drawn_with_and_without_places(groundings, tmp_path, places):
    carried = None if places is None else np.eye(4, dtype=bool)

    def drawn(name, simulated):
        path = grounding_map(
            groundings,
            tmp_path / name,
            places=places,
            carried=carried,
            words=["cat", "face"],
            title="where",
            simulated=simulated,
        )
        return path.read_bytes()

    first = drawn("map.png", True)
    assert first.startswith(b"\x89PNG")
    assert drawn("again.png", True) == first
    assert drawn("measured.png", False) != first


def test_what_is_no_more_than_chance_is_drawn_otherwise(groundings, tmp_path):
    drawn = {
        grounding_map(groundings, tmp_path / f"{k}.png", carried=carried).read_bytes()
        for k, carried in enumerate([None, np.ones((4, 4), bool), np.eye(4, dtype=bool)])
    }
    assert len(drawn) == 3


def test_all_words_have_one_scale(groundings, tmp_path):
    both = grounding_map(groundings, tmp_path / "a.png", places=SCALP, words=["face", "house"])
    weak = groundings.copy()
    weak.loc["house"] *= 0.1
    scaled = grounding_map(weak, tmp_path / "b.png", places=SCALP, words=["face", "house"])
    assert both.read_bytes() != scaled.read_bytes()


def _entities(kind, modality, n):
    places = np.zeros((n, 3))
    measured = Measured(tuple(map(str, range(n))), places, 100.0, modality)
    return Entities(np.zeros((0, n), np.float32), np.arange(n) % 2, ("a", "b"), kind, places[:2], measured=measured)


@pytest.mark.parametrize(
    ("entities", "space", "kind"),
    [
        (_entities("parcel", "fmri", 9), "MNI152NLin2009cAsym", "brain"),
        (_entities("parcel", "fmri", 9), "native", None),
        (_entities("sensor group", "eeg", 9), "head", "eeg"),
        (_entities("sensor group", "meg", 9), "head", "mag"),
        (_entities("sensor group", "eeg", 4), "head", None),
    ],
)
def test_places_are_drawn_where_they_belong(entities, space, kind):
    found = places_of(entities, space)
    assert (found and found.kind) == kind
