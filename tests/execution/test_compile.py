"""Compiled batches: whatever the grouping, padding and scoring on demand, each question gets its own answer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import QueryError
from neurona.execution import (
    Compiler,
    RelationScores,
    Scores,
    TraceCounter,
    compile_programs,
    execute,
    executor,
    get_logic,
    looked_at,
    numbered,
    one_template,
    slotted,
)
from neurona.programs import Vocabulary, parse, template

answer = jax.jit(execute, static_argnames=("logic", "hypothesis", "evaluation"))

WORDS = Vocabulary(
    concepts=("a", "b", "c", "d"),
    relations=("hold", "ride"),
    categories={"Action": ("hold", "ride"), "Kind": ("a", "b", "c")},
    definitions={"either": "a(x) | b(x)"},
)
FORMS = (
    "exists x. {0}(x)",
    "exists x. {0}(x) & {1}(x)",
    "exists x. {0}(x) & hold(x, the y. {1}(y))",
    "exists x. {0}(x) & ride(x, the y. {1}(y))",
    "forall x. either(x) -> {0}(x)",
    "describe Action(the x. {0}(x), the y. {1}(y))",
    "describe Kind",
    "count x. {0}(x)",
)


def random_scores(seed: int, n: int = 3, size: int = 4) -> Scores:
    rng = np.random.default_rng(seed)
    parts = [jnp.asarray(rng.normal(size=(n, k, size)), jnp.float32) for k in (4, 2, 2, 2, 2)]
    return Scores(parts[0], RelationScores(*parts[1:]))


def asked_scores(scores: Scores, batch) -> Scores:
    """The scores of the words that a batch asks for."""
    return looked_at(scores, np.arange(len(scores.unary)), np.asarray(batch.concepts), np.asarray(batch.relations))


asked = st.lists(
    st.tuples(st.sampled_from(FORMS), st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=4)
@given(questions=asked, logic=st.sampled_from(["reference", "product"]))
def test_a_batch_answers_as_each_question_alone(questions, logic):
    scores, logic = random_scores(0), get_logic(logic)
    queries = [parse(form.format(a, b), WORDS) for form, a, b, _ in questions]
    about = [recording for *_, recording in questions]
    batch = compile_programs(queries, WORDS, about)
    together = answer(batch, scores, logic)
    for k in (0, len(queries) - 1):
        alone = answer(compile_programs([queries[k]], WORDS, [about[k]]), scores, logic)
        np.testing.assert_allclose(together.yes_no[k], alone.yes_no[0], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(together.describe[k], alone.describe[0], rtol=1e-5, atol=1e-6)
    on_demand = Compiler(WORDS, asked_only=True)(queries, about, 3)
    other = answer(on_demand, asked_scores(scores, on_demand), logic)
    np.testing.assert_allclose(other.yes_no[: len(queries)], together.yes_no[: len(queries)], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(other.describe[: len(queries)], together.describe[: len(queries)], rtol=1e-5, atol=1e-6)


@settings(max_examples=4)
@given(questions=asked, logic=st.sampled_from(["reference", "product"]))
def test_questions_of_one_template_look_at_their_own_scores_and_are_answered_as_from_all(questions, logic):
    scores, parsed = random_scores(0), [parse(form.format(a, b), WORDS) for form, a, b, _ in questions]
    shape = slotted(parsed[0], WORDS)[0]
    chosen = [
        (query, row) for query, (*_, row) in zip(parsed, questions, strict=True) if slotted(query, WORDS)[0] == shape
    ]
    queries, rows = zip(*chosen, strict=True)
    batch, *words = one_template(shape, np.array([slotted(query, WORDS)[1] for query in queries], np.int32), WORDS)
    found = answer(batch, looked_at(scores, np.array(rows), *words), get_logic(logic))
    expected = answer(compile_programs(queries, WORDS, rows), scores, get_logic(logic))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other[: len(queries)], rtol=1e-5, atol=1e-6)


@given(asked)
def test_a_query_is_numbered_once_however_often_it_is_asked_and_whichever_object_says_it(questions):
    queries = [parse(form.format(a, b)) for form, a, b, _ in questions for _ in range(2)]
    distinct, number = numbered(queries)
    assert distinct == tuple(dict.fromkeys(queries))
    assert [distinct[k] for k in number] == queries


def test_new_questions_of_known_templates_are_never_traced_again():
    rng = np.random.default_rng(0)
    compiler = Compiler(WORDS, asked_only=True)
    scores = random_scores(0)
    counted = TraceCounter(lambda batch, scores: execute(batch, scores, get_logic("product")))
    for step in range(40):
        drawn = [FORMS[k % len(FORMS)] for k in rng.permutation(3 * len(FORMS))[: (2 if step else 3) * len(FORMS)]]
        queries = [parse(form.format(*rng.choice(list("abcd"), 2)), WORDS) for form in drawn]
        batch = compiler(queries, rng.integers(0, 3, len(queries)).tolist(), 3)
        counted(batch, asked_scores(scores, batch))
        if step == 0:
            warm = counted.traces
    assert counted.traces == warm == 1


def test_an_unseen_template_is_traced_once():
    compiler, scores = Compiler(WORDS), random_scores(0)
    counted = TraceCounter(lambda batch, scores: execute(batch, scores, get_logic("product")))
    for text in ("exists x. a(x)", "exists y. b(y)", "~(exists x. a(x))", "~(exists x. d(x))", "exists x. c(x)"):
        counted(compiler([parse(text, WORDS)], [0], 3), scores)
    assert counted.traces == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("exists x. a(x) & (exists y. b(y))", "exists u. c(u) & (exists u. d(u))"),
        ("(exists x. a(x)) & (exists y. b(y))", "(exists z. b(z)) & (exists z. b(z))"),
        ("exists x. hold(x, the y. a(y))", "exists q. ride(q, the x. d(x))"),
    ],
)
def test_names_of_words_and_variables_do_not_make_a_template(one, other):
    assert template(parse(one))[0] == template(parse(other))[0]


def test_shadowed_variables_keep_apart():
    shape, _ = template(parse("exists x. (exists x. a(x)) & (exists y. hold(x, y))"))
    assert shape == template(parse("exists x. (exists z. a(z)) & (exists y. hold(x, y))"))[0]
    assert shape != template(parse("exists x. (exists z. a(x)) & (exists y. hold(x, y))"))[0]


def test_questions_on_many_entities_are_executed_in_blocks_with_the_same_answers(monkeypatch):
    scores = random_scores(1, size=8)
    queries = [parse(f"exists x. {c}(x) & (exists y. hold(x, y) & {d}(y))", WORDS) for c in "abc" for d in "ab"]
    batch = compile_programs(queries, WORDS, [k % 3 for k in range(len(queries))])

    def summed():  # a new function each time: what is patched below must be read again
        return jax.jit(jax.value_and_grad(lambda s: execute(batch, s, get_logic("product")).yes_no.sum()))

    whole = summed()(scores)
    monkeypatch.setattr(executor, "MAX_CELLS", 8 * 8 * 4)
    blocks = summed()(scores)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4), whole, blocks)
    monkeypatch.setattr(executor, "MAX_CELLS", 10)
    with pytest.raises(QueryError, match="relate fewer variables at a time"):
        execute(batch, scores, get_logic("product"))


def test_a_decoder_without_relations_says_so():
    batch = compile_programs([parse("exists x. hold(x, the y. b(y))", WORDS)], WORDS, [0])
    with pytest.raises(QueryError, match="this decoder scores none"):
        answer(batch, Scores(jnp.zeros((1, 4, 3))), get_logic("reference"))
