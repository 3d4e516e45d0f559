"""Gains: a noun turns a relation's pattern up or down, and a combination that training lacks has the pattern of its parts."""

import numpy as np
import pytest

from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import RELATION_OBJECT, RELATION_SUBJECT, Binding, Bindings
from neurona.encoding_models.encoding import fit_encoding
from neurona.encoding_models.gains import Channels
from neurona.programs.facts import Fact

CHANNELS, GROUPS = 12, 4
NOUNS, RELATIONS = tuple("abcdef"), ("hold", "see")
LEFT_OUT = Fact("hold", ("a", "f"))


def turned_axes(rng: np.random.Generator) -> Axes:
    """Axes that are no channels: a random rotation in each group, noise of different size on each."""
    total = CHANNELS * GROUPS
    vectors = np.zeros((total, total), np.float32)
    for group in range(GROUPS):
        inside = slice(group * CHANNELS, (group + 1) * CHANNELS)
        vectors[inside, inside] = np.linalg.qr(rng.normal(size=(CHANNELS, CHANNELS)))[0]
    spread = rng.uniform(0.5, 2.0, total)
    group = np.repeat(np.arange(GROUPS), CHANNELS)
    return Axes(np.zeros(total, np.float32), (vectors / spread).astype(np.float32), group, spread, vectors)


@pytest.fixture(scope="module")
def fitted():
    """SIMULATED: scenes of one relation each; its pattern is gated by gains of subject and object."""
    rng = np.random.default_rng(0)
    axes = turned_axes(rng)
    total = CHANNELS * GROUPS
    pattern = {
        word: rng.normal(size=total) * (np.arange(total) // CHANNELS == k) * 2 for k, word in enumerate(RELATIONS)
    }
    gain = {noun: rng.normal(size=(2, total)) * 0.4 for noun in NOUNS}

    def response(fact: Fact) -> np.ndarray:
        a, b = fact.arguments
        return pattern[fact.name] * (1 + gain[a][0] + gain[b][1])

    facts = []
    while len(facts) < 1500:
        a, b = rng.choice(NOUNS, 2, replace=False)
        fact = Fact(str(rng.choice(RELATIONS)), (str(a), str(b)))
        if fact != LEFT_OUT:
            facts.append(fact)
    scenes = [[fact, *map(Fact, fact.arguments)] for fact in facts]
    bindings = Bindings.learn(scenes)
    noise = rng.normal(size=(len(facts), total)) * axes.spread @ axes.vectors.T
    recorded = (np.array([response(fact) for fact in facts]) + noise) @ axes.basis
    design = bindings.design(scenes)
    return axes, bindings, fit_encoding(axes, recorded.astype(np.float32), design, bindings), response


def predicted(bindings: Bindings, encoding, fact: Fact) -> np.ndarray:
    return (bindings.rows([fact]) @ encoding.patterns)[0]


def test_fields_and_coefficients_are_inverse_and_transpose(fitted):
    groups = Channels.of_groups(fitted[0])
    assert len(groups) == GROUPS
    rng = np.random.default_rng(1)
    for channels in groups:
        fields, other = rng.normal(size=(2, 3, CHANNELS)).astype(np.float32)
        np.testing.assert_allclose(channels.fields(channels.coefficients(fields)), fields, atol=1e-4)
        np.testing.assert_allclose(
            (channels.fields(other) * fields).sum(), (other * channels.coefficients(fields)).sum(), rtol=1e-4
        )


def test_an_unseen_combination_has_the_pattern_of_its_parts(fitted):
    axes, bindings, encoding, response = fitted
    truth = response(LEFT_OUT) @ axes.basis
    found = predicted(bindings, encoding, LEFT_OUT)
    additive = encoding.patterns[bindings.place[Binding("relation", ("hold",))]]
    inside = axes.group == 0
    wrong = ((found - truth)[inside] ** 2).sum()
    assert wrong < 0.4 * ((additive - truth)[inside] ** 2).sum()


def test_roles_are_told_apart(fitted):
    axes, bindings, encoding, response = fitted
    one, other = Fact("see", ("b", "c")), Fact("see", ("c", "b"))
    difference = predicted(bindings, encoding, one) - predicted(bindings, encoding, other)
    truth = (response(one) - response(other)) @ axes.basis
    inside = axes.group == 1
    assert np.corrcoef(difference[inside], truth[inside])[0, 1] > 0.8


def test_every_word_of_a_product_has_a_pattern_with_every_noun(fitted):
    _, bindings, encoding, _ = fitted
    for band in (RELATION_SUBJECT, RELATION_OBJECT):
        of = [k for k, one in enumerate(bindings.features) if one.band == band]
        assert len(of) == len(NOUNS) * len(RELATIONS)
        assert (encoding.uncertainty[of] >= 0).all()
