"""Equal programs get equal scores under every logic whose laws allow it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.execution import LOGICS, Scores, compile_programs, execute
from neurona.programs import Vocabulary, negation_normal_form, parse, simplify, to_logic

answer = jax.jit(execute, static_argnames=("logic", "hypothesis", "evaluation"))

WORDS = Vocabulary(concepts=("a", "b", "c"))
ALWAYS = [
    ("exists x. ~(a(x) & b(x))", "exists x. ~a(x) | ~b(x)"),
    ("~(forall x. a(x))", "exists x. ~a(x)"),
    ("forall x. a(x) -> b(x)", "forall x. ~a(x) | b(x)"),
    ("exists x. a(x) & b(x)", "exists y. b(y) & a(y)"),
    ("~~(exists x. a(x))", "exists x. a(x)"),
]


def answers(texts, logic, seed):
    unary = jnp.asarray(np.random.default_rng(seed).normal(size=(1, 3, 4)), jnp.float32)
    batch = compile_programs([parse(text, WORDS) for text in texts], WORDS, [0] * len(texts))
    return np.asarray(answer(batch, Scores(unary), logic).yes_no[: len(texts)])


@pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
@settings(max_examples=10)
@given(pair=st.sampled_from(ALWAYS), seed=st.integers(0, 99))
def test_de_morgan_duality_order_and_double_negation_hold_in_every_logic(logic, pair, seed):
    one, other = answers(pair, logic, seed)
    assert one == pytest.approx(other, abs=2e-3)


@pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
def test_rewriting_for_every_logic_changes_no_score(logic):
    texts = [
        "~(exists x. a(x) & ~b(x) & (b(x) | ~~c(x)))",
        "forall x. ~(a(x) -> (b(x) & c(x)))",
        "~(forall x. a(x) | (b(x) | c(x)))",
        "exists x. ~(a(x) <-> ~b(x))",
        "(exists x. a(x)) -> ~(exists y. b(y))",
    ]
    queries = [parse(text, WORDS) for text in texts]
    rewritten = [to_logic(negation_normal_form(query)) for query in queries]
    shorter = [to_logic(simplify(query, every_logic=True)) for query in queries]
    found = answers([*texts, *rewritten, *shorter], logic, 5)
    np.testing.assert_allclose(found[5:10], found[:5], atol=3e-3)
    np.testing.assert_allclose(found[10:], found[:5], atol=3e-3)
