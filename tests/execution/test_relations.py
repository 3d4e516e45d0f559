"""Relations: closed forms against pair arrays, and the reference's question forms against plain NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurona.errors import QueryError
from neurona.execution import HYPOTHESES, RelationScores, Scores, column_mean, compile_programs, execute, get_logic
from neurona.execution.relations import DIAGONAL, attended
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(("a", "b"), ("hold", "ride"), {"Action": ("hold", "ride")})
RELATED = "exists x. a(x) & hold(x, the y. b(y))"
DESCRIBED = "describe Action(the x. a(x), the y. b(y))"


def random_scores(seed, n=3, p=5):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(n, p, 2)).astype(np.float32) for _ in range(5)]
    return Scores(jnp.asarray(parts[0]), RelationScores(*map(jnp.asarray, parts[1:])))


def dense(subject, object_):
    """g(i, j) `[P, P]`, the diagonal masked."""
    pairs = subject[:, None] + object_[None, :]
    np.fill_diagonal(pairs, DIAGONAL)
    return pairs


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), p=st.integers(2, 9))
def test_closed_forms_equal_sums_over_all_pairs(seed, p):
    rng = np.random.default_rng(seed)
    subject, object_ = rng.normal(size=(2, p)).astype(np.float32)
    first, second = rng.dirichlet(np.ones(p), size=2).astype(np.float32)
    pairs = dense(subject, object_)
    values = [jnp.asarray(part) for part in (subject, object_, first, second)]
    np.testing.assert_allclose(column_mean(*values[:2]), pairs.mean(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(attended(*values), first @ pairs @ second, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", HYPOTHESES)
def test_the_references_forms_against_plain_numpy(name):
    hypothesis, scores = HYPOTHESES[name], random_scores(1)
    batch = compile_programs(
        [parse(RELATED, WORDS), parse(DESCRIBED, WORDS)] * 3, WORDS, np.repeat(range(3), 2).tolist()
    )
    answers = execute(batch, scores, get_logic("reference"), hypothesis)
    for n in range(3):
        a, b = np.asarray(scores.unary[n]).T
        subject, object_, region, described = (np.asarray(part[n]).T for part in scores.relations)
        relation = dense(subject[0], object_[0]).mean(axis=0) + region[0]
        relation = relation + (a if hypothesis.subject else 0) + (b if hypothesis.object else 0)
        np.testing.assert_allclose(answers.yes_no[2 * n], np.minimum(a, relation).max(), rtol=1e-4)
        flat = np.full(5, 0.2)
        first = np.exp(a) / np.exp(a).sum() if hypothesis.subject else flat
        second = np.exp(b) / np.exp(b).sum() if hypothesis.object else flat
        for r in range(2):
            value = first @ dense(subject[r], object_[r]) @ second
            guides = [w for w, on in ((first, hypothesis.subject), (second, hypothesis.object)) if on] or [flat]
            value += sum(weight @ described[r] for weight in guides)
            np.testing.assert_allclose(answers.describe[2 * n + 1, r], value, rtol=1e-3, atol=1e-4)


def test_the_subject_is_found_by_name_not_by_place():
    orders = ["exists x. a(x) & hold(x, the y. b(y))", "exists z. hold(z, the x. b(x)) & a(z)"]
    batch = compile_programs([parse(text, WORDS) for text in orders], WORDS, [0, 0])
    first, second = execute(batch, random_scores(2), get_logic("reference")).yes_no[:2]
    np.testing.assert_allclose(first, second, rtol=1e-6)


def test_no_array_over_pairs_is_made():
    p = 37
    batch = compile_programs([parse(RELATED, WORDS), parse(DESCRIBED, WORDS)], WORDS, [0, 0])
    scores = random_scores(0, n=1, p=p)
    program = str(jax.make_jaxpr(lambda s: execute(batch, s, get_logic("reference")))(scores))
    assert f"{p},{p}" not in program.replace(" ", "")


def test_new_relations_of_a_known_template_do_not_retrace():
    traces = []

    @jax.jit
    def answer(batch, scores):
        traces.append(1)
        return execute(batch, scores, get_logic("reference"))

    scores = random_scores(0)
    for relation, noun in (("hold", "b"), ("ride", "a")):
        answer(
            compile_programs([parse(f"exists x. a(x) & {relation}(x, the y. {noun}(y))", WORDS)], WORDS, [1]), scores
        )
    assert len(traces) == 1


@pytest.mark.parametrize(
    ("text", "logic", "message"),
    [
        (RELATED, "product", "under the logic `reference`, for now"),
        ("exists x. exists y. hold(x, y)", "reference", "executed as `r"),
        ("exists x. a(the y. b(y))", "reference", "as the object of a relation or in describe"),
        ("exists x. exists z. a(z) & hold(x, the y. b(y))", "reference", "may speak of its subject alone"),
        ("exists x. a(x) & hold(x, the y. hold(x, the z. b(z)))", "reference", "may speak of its own variable alone"),
    ],
)
def test_what_has_no_meaning_yet_is_refused(text, logic, message):
    batch = compile_programs([parse(text, WORDS)], WORDS, [0])
    with pytest.raises(QueryError, match=message):
        execute(batch, random_scores(0), get_logic(logic))


def test_a_decoder_without_relations_says_so():
    batch = compile_programs([parse(DESCRIBED, WORDS)], WORDS, [0])
    with pytest.raises(QueryError, match="this decoder scores none"):
        execute(batch, Scores(jnp.zeros((1, 3, 2))), get_logic("reference"))
