import numpy as np
import pytest

from neurona.simulation import planted_grounding
from neurona.simulation.brain import make_brain
from neurona.simulation.ontology import make_ontology
from neurona.simulation.patterns import plant
from neurona.simulation.settings import SimulationSettings


def planted(**dials):
    settings = SimulationSettings(components=256, parcels=8, nouns=40, **dials)
    brain = make_brain(256, 8)
    return brain, plant(brain, make_ontology(40), settings, np.random.default_rng(0))


def test_a_word_lives_in_its_planted_parcels_and_nowhere_else():
    brain, patterns = planted(spread=2)
    carried = np.stack([np.abs(patterns.word[:, brain.parcel_of_component == p]).sum(axis=1) for p in range(8)], axis=1)
    np.testing.assert_array_equal(carried > 0, patterns.planted)
    assert set(patterns.planted.sum(axis=1).tolist()) == {2}
    np.testing.assert_allclose(np.linalg.norm(patterns.word, axis=1), 1, rtol=1e-5)


def test_nouns_of_a_class_share_parcels_more_than_others():
    _, patterns = planted()
    nouns = make_ontology(40).nouns
    shared = patterns.planted.astype(int) @ patterns.planted.T.astype(int)
    of_class = np.array([make_ontology(40).class_of[noun] for noun in nouns])
    same = (of_class[:, None] == of_class[None]) & ~np.eye(len(nouns), dtype=bool)
    assert shared[: len(nouns), : len(nouns)][same].mean() > shared[: len(nouns), : len(nouns)][~same].mean() + 0.3


@pytest.mark.parametrize("smoothness", [20.0, 35.0])
def test_gates_are_as_smooth_as_they_are_asked_to_be(smoothness):
    brain, patterns = planted(smoothness_mm=smoothness, kinship=0.0)
    field = np.arctanh(np.clip(patterns.gate - 1, -0.9999, 0.9999)) / 2
    correlation = np.corrcoef(field.T)
    far = brain.distances
    for low, high in ((0.5, 1.0), (1.0, 1.5)):
        band = (far > low * smoothness) & (far < high * smoothness)
        expected = np.exp(-0.5 * (far[band] / smoothness) ** 2).mean()
        # Components are no continuum: near the border of the brain a field is smoothed over fewer of them.
        assert correlation[band].mean() == pytest.approx(expected, abs=0.12)
    assert abs(correlation[far > 4 * smoothness].mean()) < 0.12


def test_without_roles_a_noun_is_the_same_as_subject_and_as_object():
    _, patterns = planted(roles=0.0)
    np.testing.assert_array_equal(patterns.subject, patterns.object)
    np.testing.assert_array_equal(patterns.subject_gate, patterns.object_gate)


def test_with_roles_it_is_not():
    _, patterns = planted(roles=1.0, kinship=0.0)
    assert abs(np.mean(np.sum(patterns.subject * patterns.object, axis=1))) < 0.2


def test_gates_let_through_between_nothing_and_twice():
    _, patterns = planted()
    assert patterns.gate.min() >= 0
    assert patterns.gate.max() <= 2
    assert patterns.gate.mean() == pytest.approx(1, abs=0.1)


def test_grounding_by_name():
    _, patterns = planted()
    found = planted_grounding(patterns, ["hold", "dog"])
    np.testing.assert_array_equal(found[1], patterns.planted[patterns.words.index("dog")])
