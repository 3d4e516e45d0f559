import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.execution import LOGICS, Scores, compile_programs, execute, get_logic
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(concepts=("a", "b"), categories={"Kind": ("a", "b")}, definitions={"either": "a(x) | b(x)"})
MEANINGS = {
    "exists x. a(x) & ~b(x)": lambda a, b: (a & ~b).any(),
    "forall x. a(x) -> b(x)": lambda a, b: (~a | b).all(),
    "exists x. either(x)": lambda a, b: (a | b).any(),
    "forall x. a(x) <-> b(x)": lambda a, b: (a == b).all(),
    "((count x. a(x)) > (count y. b(y)))": lambda a, b: a.sum() > b.sum(),
    "((count x. a(x)) = 1)": lambda a, b: a.sum() == 1,
}


@pytest.mark.parametrize("name", sorted(LOGICS))
def test_certain_scores_give_the_answers_of_plain_logic(name):
    worlds = [np.array(bits).reshape(3, 2).astype(bool) for bits in itertools.product([0, 1], repeat=6)]
    unary = jnp.asarray([np.where(world, 12.0, -12.0) for world in worlds], jnp.float32)
    for text, meaning in MEANINGS.items():
        queries = [parse(text, WORDS)] * len(worlds)
        batch = compile_programs(queries, WORDS, range(len(worlds)))
        answers = execute(batch, Scores(unary), get_logic(name)).yes_no[: len(worlds)]
        expected = [bool(meaning(world[:, 0], world[:, 1])) for world in worlds]
        assert (np.asarray(answers) > 0).tolist() == expected, text


def test_new_questions_of_known_templates_do_not_retrace():
    traces = []

    @jax.jit
    def answer(batch, scores):
        traces.append(1)
        return execute(batch, scores, get_logic("product"))

    scores = Scores(jnp.zeros((2, 3, 2)))
    for concept in "ab":
        answer(compile_programs([parse(f"exists x. {concept}(x)", WORDS)], WORDS, [1]), scores)
    assert len(traces) == 1
