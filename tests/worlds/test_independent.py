"""Scenes whose facts do not compete: exact probabilities, and worlds that agree with them."""

import numpy as np
import pytest

from neurona.encoding_models.bindings import Bindings
from neurona.programs.facts import Fact
from neurona.worlds import FactEvidence, SceneSpace
from neurona.worlds.independent import draw_scenes

SCENES = [
    [Fact("man"), Fact("bat"), Fact("hold", ("man", "bat")), Fact("red", ("bat",))],
    [Fact("man"), Fact("ball"), Fact("kick", ("man", "ball")), Fact("blue", ("ball",))],
    [Fact("ball"), Fact("bat"), Fact("red", ("ball",))],
    [Fact("man")],
]
BINDINGS = Bindings.learn(SCENES)
RATE = BINDINGS.design(SCENES).mean(axis=0)
WORLDS = 4096


def evidence(recordings=3, seed=0, disjoint=frozenset()):
    support = np.random.default_rng(seed).normal(size=(recordings, len(BINDINGS)))
    return FactEvidence(SceneSpace(BINDINGS, RATE, len(SCENES), disjoint), support.astype(np.float32))


def exact(of, row):
    """Probability of every fact, by the definition."""
    space = of.space
    every = np.concatenate([np.arange(len(space.nouns)), space.said_of(np.arange(len(space.nouns)))])
    own = dict(zip(space.facts(every), 1 / (1 + np.exp(-of.lift(row, every).astype(float))), strict=True))
    return {fact: p * np.prod([own[Fact(noun)] for noun in fact.arguments]) for fact, p in own.items()}


def drawn(of, **options):
    """Of each recording: fact -> (probability, in which worlds it holds), and the worlds' shares."""
    found = draw_scenes(of, **options)
    table = []
    for row in range(len(of.support)):
        states = found.states(of, row)
        facts = of.space.facts(states.facts)
        table.append(
            ({fact: (found.probability[row, k], states.holds[k]) for k, fact in enumerate(facts)}, found.share[row])
        )
    return table


def test_single_facts_have_their_exact_probability_and_so_have_the_worlds():
    of = evidence()
    for row, (facts, share) in enumerate(drawn(of, worlds=WORLDS)):
        expected = exact(of, row)
        assert facts.keys() == {fact for fact, p in expected.items() if p > 1e-5}
        for fact, (p, holds) in facts.items():
            assert p == pytest.approx(expected[fact], abs=1e-6)
            assert holds @ share == pytest.approx(p, abs=4 / np.sqrt(WORLDS) * np.sqrt(p * (1 - p)) + 1e-3)


def test_worlds_have_the_things_that_their_facts_speak_of():
    for facts, _ in drawn(evidence(), worlds=512):
        for fact, (_, holds) in facts.items():
            for noun in fact.arguments:
                assert not (holds & ~facts[Fact(noun)][1]).any()


def test_facts_are_independent_given_their_things():
    of = evidence(1)
    facts, share = drawn(of, worlds=WORLDS)[0]
    man, bat = facts[Fact("man")][1], facts[Fact("bat")][1]
    assert (man & bat) @ share == pytest.approx(exact(of, 0)[Fact("man")] * exact(of, 0)[Fact("bat")], abs=0.03)


def test_no_world_breaks_an_axiom_and_what_it_leaves_is_as_probable_as_it_must_be():
    of = evidence(2, disjoint=frozenset({frozenset({"red", "blue"})}))
    for row, (facts, share) in enumerate(drawn(of, worlds=WORLDS)):
        free = exact(of, row)
        for noun in of.space.nouns:
            red, blue = (facts[Fact(word, (noun,))] for word in ("red", "blue"))
            assert not (red[1] & blue[1]).any()
            thing = free[Fact(noun)]
            a, b = (free[Fact(word, (noun,))] / thing for word in ("red", "blue"))
            expected = thing * a * (1 - b) / (1 - a * b)
            assert red[1] @ share == pytest.approx(expected, abs=0.03)


def test_a_recording_has_the_same_worlds_alone_and_among_others():
    of = evidence(4)
    together = draw_scenes(of, worlds=128)
    alone = draw_scenes(FactEvidence(of.space, of.support[2:3]), worlds=128)
    size = alone.facts.shape[1]
    np.testing.assert_array_equal(together.facts[2, :size], alone.facts[0])
    np.testing.assert_array_equal(together.bits[2, :size], alone.bits[0])
    np.testing.assert_array_equal(together.share[2], alone.share[0])
    assert (together.facts[2, size:] == -1).all()


def test_the_most_probable_facts_are_kept_with_their_things():
    of = evidence(1)
    expected = exact(of, 0)
    facts, _ = drawn(of, worlds=128, facts=5)[0]
    best = sorted(expected, key=expected.get, reverse=True)[:5]
    assert set(best) <= facts.keys() <= {one for fact in best for one in (fact, *map(Fact, fact.arguments))}
