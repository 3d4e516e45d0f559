"""What a fact is weighed against: each alternative is another fact, and no form of the fact itself."""

import numpy as np
import pytest
from scipy.special import logsumexp

from neurona.encoding_models.alternatives import N_RATIOS, Alternatives
from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.inversion import Inversion
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import Fact

SCENES = [
    [Fact("man"), Fact("bat"), Fact("hold", ("man", "bat")), Fact("big", ("man",))],
    [Fact("dog"), Fact("bat"), Fact("on", ("bat", "dog")), Fact("red", ("bat",))],
    [Fact("man"), Fact("dog"), Fact("beside", ("dog", "man")), Fact("big", ("dog",))],
    [Fact("dog"), Fact("bat"), Fact("hold", ("dog", "bat"))],
] * 5


@pytest.fixture(scope="module")
def alternatives() -> Alternatives:
    """Random patterns."""
    rng = np.random.default_rng(0)
    bindings = Bindings.learn(SCENES, NameTable.read().forms)
    design = bindings.design(SCENES)
    size = 40
    basis = np.eye(size, dtype=np.float32)
    axes = Axes(np.zeros(size, np.float32), basis, np.zeros(size, np.int64), np.ones(size), basis)
    patterns = rng.normal(size=(len(bindings), size)).astype(np.float32)
    nothing = np.zeros_like(patterns)
    carried = np.ones((len(bindings), 1), np.float32)
    encoding = Encoding(axes, design.mean(axis=0), patterns, nothing, basis, carried)
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    return Alternatives(bindings, Inversion.of(encoding, design, concepts), design.mean(axis=0), len(design))


@pytest.mark.parametrize(
    "fact", [Fact("hold", ("man", "bat")), Fact("on", ("bat", "dog")), Fact("beside", ("man", "dog"))]
)
def test_no_alternative_is_the_fact_in_another_form(alternatives, fact):
    rows, _, _ = alternatives.hypotheses(fact)
    for form in alternatives.bindings.forms(fact):
        again, _, _ = alternatives.hypotheses(form)
        assert again == rows
    others = len(alternatives._others(alternatives.bindings.canonical(fact)))
    assert all(row != rows[0] for row in rows[1 : 1 + others])


def test_weights_of_each_alternative_are_probabilities(alternatives):
    _, parts, weight = alternatives.hypotheses(Fact("hold", ("man", "bat")))
    for part in parts:
        assert part.stop == part.start or logsumexp(weight[part]) == pytest.approx(0.0)


def test_there_are_as_many_ratios_as_stated_and_each_fact_has_its_row(alternatives):
    support = np.random.default_rng(1).normal(size=(3, len(alternatives.inversion.gram))).astype(np.float32)
    facts = [Fact("man"), Fact("big", ("man",)), Fact("hold", ("man", "bat")), Fact("red", ("bat",))]
    found = alternatives.ratios(facts, support, np.array([0, 1, 2, 0]))
    assert [part.shape for part in found] == [(1, N_RATIOS[0]), (2, N_RATIOS[1]), (1, N_RATIOS[2])]
    assert all(np.isfinite(part).all() for part in found)


def test_a_recording_of_nothing_but_a_fact_speaks_for_it_against_every_alternative(alternatives):
    fact = Fact("hold", ("man", "bat"))
    row = alternatives.hypotheses(fact)[0][0]
    stated = np.zeros(len(alternatives.inversion.gram), np.float32)
    stated[list(row)] = list(row.values())
    support = (stated @ alternatives.inversion.gram)[None]
    ratios = alternatives.ratios([fact], support, np.zeros(1, np.int64))[2]
    assert (ratios[0, :-1] > 0).all()


def test_facts_seen_more_often_have_higher_rates(alternatives):
    assert alternatives.log_rate(Fact("dog")) > alternatives.log_rate(Fact("zebra"))
    seen, unseen = Fact("hold", ("man", "bat")), Fact("hold", ("bat", "man"))
    assert alternatives.log_rate(seen) > alternatives.log_rate(unseen)
