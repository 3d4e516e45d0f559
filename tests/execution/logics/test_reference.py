"""The released code's arithmetic, which no other logic has; its numbers are compared in `benchmarks/parity.py`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.execution import HYPOTHESES, LOGICS, RelationScores, Scores, compile_programs, execute, get_logic
from neurona.execution.relations import Pairs
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(concepts=("a", "b"), relations=("r", "s"), categories={"Action": ("r", "s")})
REFERENCE = get_logic("reference")


def random_scores(seed: int) -> Scores:
    rng = np.random.default_rng(seed)
    parts = [jnp.asarray(rng.normal(size=(1, 2, 4)), jnp.float32) for _ in range(5)]
    return Scores(parts[0], RelationScores(*parts[1:]))


execute = jax.jit(execute, static_argnames=("logic", "hypothesis", "evaluation"))


def answers(text, scores, logic, hypothesis="H5", evaluation=False):
    batch = compile_programs([parse(text, WORDS)], WORDS, [0])
    return execute(batch, scores, logic, HYPOTHESES[hypothesis], evaluation=evaluation)


@pytest.mark.parametrize("name", ["H2", "H3", "H4", "H5"])
def test_a_relation_adds_what_guides_it_to_the_column_mean(name):
    rng = np.random.default_rng(2)
    a, b, u, of_subject, of_object = rng.normal(size=(5, 5)).astype(np.float32)
    zero = jnp.zeros((5, 0))
    pairs = Pairs(*(jnp.asarray(part) for part in (a, b, u)), zero, zero)
    found = REFERENCE.relation(pairs, jnp.asarray(of_subject), jnp.asarray(of_object), HYPOTHESES[name])
    expected = np.asarray(pairs.every()).mean(0) + u
    expected = expected + of_subject * (name in ("H3", "H5")) + of_object * (name in ("H4", "H5"))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_what_stands_beside_a_relation_guides_it_in_any_order():
    scores = random_scores(0)
    one, other, alone = (
        float(answers(text, scores, REFERENCE).yes_no[0])
        for text in (
            "exists x. a(x) & r(x, the y. b(y))",
            "exists x. r(x, the y. b(y)) & a(x)",
            "exists x. a(x) & ~~r(x, the y. b(y))",
        )
    )
    assert one == other != alone


@pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
def test_describe_reads_another_words_region_under_the_reference_alone(logic):
    scores = random_scores(1)
    relations = scores.relations._replace(region_described=scores.relations.region)
    query = "describe Action(the x. a(x), the y. b(y))"
    found, mended = (answers(query, part, logic).describe for part in (scores, scores._replace(relations=relations)))
    assert np.allclose(found, mended) == (logic.name != "reference")
    unpaired = [answers(query, part, logic, "H1").describe for part in (scores, scores._replace(relations=relations))]
    np.testing.assert_allclose(*unpaired, rtol=1e-6)


@pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
def test_counts_are_whole_in_evaluation_under_the_reference_alone(logic):
    unary = jnp.asarray([[[2.0, -1.0, 0.5], [0.0] * 3]])
    expected = jax.nn.sigmoid(unary[0, 0]).sum()
    for evaluation in (False, True):
        found = answers("count x. a(x)", Scores(unary), logic, evaluation=evaluation).yes_no[0]
        whole = evaluation and logic.name == "reference"
        np.testing.assert_allclose(found, 2 if whole else expected, rtol=1e-6)
