import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurona.execution import (
    RelationScores,
    Scores,
    compile_programs,
    execute,
    execute_and_trace,
    explain,
    get_logic,
)
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(
    concepts=("person", "bat"),
    relations=("hold", "near"),
    categories={"Action": ("hold", "near")},
    definitions={"thing": "person(x) | bat(x)"},
)
ENTITIES = ("visual left", "visual right", "motor")
TEXTS = (
    "exists x. person(x) & hold(x, the y. bat(y))",
    "describe Action(the x. person(x), the y. bat(y))",
    "exists x. thing(x)",
    "((count x. person(x)) > 1)",
    "exists x. forall y. near(x, y) | hold(x, the z. near(z, y))",
)


@pytest.fixture(scope="module")
def scores() -> Scores:
    rng = np.random.default_rng(0)
    parts = [jnp.asarray(rng.normal(size=(2, 2, 3)), jnp.float32) for _ in range(5)]
    return Scores(parts[0], RelationScores(*parts[1:]))


@pytest.fixture(scope="module", params=["reference", "product"])
def told(request, scores):
    queries = [parse(text, WORDS) for text in TEXTS]
    batch = compile_programs(queries, WORDS, [1] * len(queries))
    logic = get_logic(request.param)
    answers, traces = jax.jit(lambda batch, scores: execute_and_trace(batch, scores, logic))(batch, scores)
    silent = jax.jit(lambda batch, scores: execute(batch, scores, logic))(batch, scores)
    np.testing.assert_allclose(answers.yes_no, silent.yes_no, rtol=1e-5, atol=1e-6)
    return answers, [explain(batch, traces, k, query, WORDS, ENTITIES) for k, query in enumerate(queries)]


def test_the_root_is_the_answer_and_every_part_is_there(told, scores):
    answers, explanations = told
    root = explanations[0]
    assert root.values == pytest.approx(float(answers.yes_no[0]), rel=1e-5)
    conjunction = root.parts[0]
    assert root.kind == conjunction.kind == "logit"
    # What exists anywhere is at least as likely as in the likeliest place; in Goedel logic it is just that.
    assert conjunction.values.max() <= float(root.values) + 1e-5
    person, hold = conjunction.parts
    np.testing.assert_allclose(person.values, scores.unary[1, 0], rtol=1e-6)
    assert person.names == ENTITIES
    assert hold.parts[0].expression == "the y. bat(y)"
    np.testing.assert_allclose(hold.parts[0].parts[0].values, scores.unary[1, 1], rtol=1e-6)


def test_in_the_references_logic_the_best_entity_is_the_answer(scores):
    query = parse(TEXTS[0], WORDS)
    batch = compile_programs([query], WORDS, [1])
    _, traces = execute_and_trace(batch, scores, get_logic("reference"))
    root = explain(batch, traces, 0, query, WORDS, ENTITIES)
    person, hold = root.parts[0].parts
    np.testing.assert_allclose(root.parts[0].values, np.minimum(person.values, hold.values), rtol=1e-6)
    assert root.values == pytest.approx(root.parts[0].values.max(), rel=1e-6)


def test_describe_tells_every_word_and_where_its_terms_lie(told):
    answers, explanations = told
    described = explanations[1]
    np.testing.assert_allclose(described.values, answers.describe[1, :2], rtol=1e-5)
    assert described.names == ("hold", "near")
    for term in described.parts:
        assert term.kind == "weight"
        assert term.values.sum() == pytest.approx(1, abs=1e-5)


def test_definitions_counts_and_pairs_of_variables_are_explained(told):
    _, explanations = told
    assert [part.expression for part in explanations[2].parts[0].parts] == ["person(x)", "bat(x)"]
    assert explanations[3].parts[0].kind == "number"
    pair = explanations[4].parts[0].parts[0].parts[0]
    assert (pair.expression, pair.variables, pair.values.shape) == ("near(x, y)", ("x", "y"), (3, 3))
