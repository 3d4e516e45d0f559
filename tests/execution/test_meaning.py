"""What programs mean, stated on small worlds: entities that surely carry a word, or surely not."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.test_util import check_grads

from neurona.execution import (
    HYPOTHESES,
    LOGICS,
    Interaction,
    RelationScores,
    Scores,
    compile_programs,
    execute,
    get_logic,
)
from neurona.programs import Vocabulary, parse
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Iff,
    Implies,
    Not,
    Number,
    Or,
    Variable,
    walk,
)

answer = jax.jit(execute, static_argnames=("logic", "hypothesis", "evaluation"))

WORDS = Vocabulary(
    concepts=("person", "bat", "ball"),
    relations=("hold", "near"),
    categories={"Action": ("hold", "near"), "Kind": ("bat", "ball")},
)
SURE = 12.0
SIZE = 3
PURE = HYPOTHESES["H5"]._replace(region=False)  # a relation is what its pair scores say


def scores_of(concepts: np.ndarray, relations: np.ndarray) -> Scores:
    """Scores that say for sure what holds: concepts `[recording, 3, P]`, relations `[recording, 2, P, P]`, booleans.

    Any matrix is an interaction of rank P for each relation; two relations share their left and right, so rank 2 P.
    """
    n, r, size, _ = relations.shape
    sure = np.where(relations, SURE, -SURE)
    left = sure.transpose(0, 2, 1, 3).reshape(n, size, r * size)
    right = np.tile(np.eye(size), (n, 1, r))
    weight = np.broadcast_to(np.kron(np.eye(r), np.ones(size)), (n, r, r * size))
    zero = np.zeros((n, r, size))
    interaction = Interaction(*(jnp.asarray(part, jnp.float32) for part in (left, right, weight)))
    parts = [jnp.asarray(zero, jnp.float32)] * 4
    return Scores(jnp.asarray(np.where(concepts, SURE, -SURE), jnp.float32), RelationScores(*parts, interaction))


def random_worlds(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    relations = rng.random((count, 2, SIZE, SIZE)) < 0.4
    relations[:, :, np.arange(SIZE), np.arange(SIZE)] = False  # nothing relates to itself
    return rng.random((count, 3, SIZE)) < 0.4, relations


def truth(node, concepts: np.ndarray, relations: np.ndarray, at: dict[str, int]):
    """Classical logic in one world, by looking at every entity."""

    def of(part, **more):
        return truth(part, concepts, relations, {**at, **more})

    match node:
        case Atom(name, (Variable(x),)):
            return concepts[WORDS.concepts.index(name), at[x]]
        case Atom(name, (Variable(x), Variable(y))):
            return relations[WORDS.relations.index(name), at[x], at[y]]
        case Not(body):
            return not of(body)
        case And(parts):
            return all(of(part) for part in parts)
        case Or(parts):
            return any(of(part) for part in parts)
        case Implies(left, right):
            return of(right) or not of(left)
        case Iff(left, right):
            return of(left) == of(right)
        case Exists(x, body):
            return any(of(body, **{x: e}) for e in range(SIZE))
        case Forall(x, body):
            return all(of(body, **{x: e}) for e in range(SIZE))
        case Count(x, body):
            return sum(of(body, **{x: e}) for e in range(SIZE))
        case Number(value):
            return value
        case Compare(operator, left, right):
            a, b = of(left), of(right)
            return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b, "=": a == b, "!=": a != b}[operator]


@st.composite
def closed_formulas(draw, bound=(), depth=0):
    """Formulas without free variables, of relations and concepts, at most two variables deep; counts
    are compared at the top alone, since a comparison is never quite sure and counting it would add up doubts."""
    kinds = (
        ["exists", "forall", "compare"]
        if not bound
        else ["atom", "atom", "relation", "not", "and", "or", "implies", "iff"]
    )
    if bound and depth < 3 and len(bound) < 2:
        kinds += ["exists", "forall"]
    kind = draw(st.sampled_from(kinds if depth < 3 else ["atom", "relation"]))
    names = st.sampled_from(list(bound) or ["x"])

    def inner(*more):
        return draw(closed_formulas(bound=(*bound, *more), depth=depth + 1))

    fresh = f"x{len(bound)}"
    match kind:
        case "atom":
            return Atom(draw(st.sampled_from(WORDS.concepts)), (Variable(draw(names)),))
        case "relation":
            return Atom(draw(st.sampled_from(WORDS.relations)), (Variable(draw(names)), Variable(draw(names))))
        case "not":
            return Not(inner())
        case "and":
            return And((inner(), inner()))
        case "or":
            return Or((inner(), inner()))
        case "implies":
            return Implies(inner(), inner())
        case "iff":
            return Iff(inner(), inner())
        case "exists":
            return Exists(fresh, inner(fresh))
        case "forall":
            return Forall(fresh, inner(fresh))
    number = draw(st.one_of(st.builds(Number, st.integers(0, SIZE)), st.just(None)))
    right = number or Count(fresh, inner(fresh))
    return Compare(draw(st.sampled_from([">", "<", ">=", "<=", "=", "!="])), Count(fresh, inner(fresh)), right)


@settings(max_examples=10)
@given(formula=closed_formulas(), seed=st.integers(0, 99))
def test_sure_scores_give_the_truth_of_classical_logic(formula, seed):
    concepts, relations = random_worlds(seed, 8)
    batch = compile_programs([formula] * 8, WORDS, range(8))
    expected = [truth(formula, c, r, {}) for c, r in zip(concepts, relations, strict=True)]
    # Independent events add up the doubts of a comparison.
    for name in ("goedel",) if any(isinstance(node, Compare) for node in walk(formula)) else ("goedel", "product"):
        found = answer(batch, scores_of(concepts, relations), get_logic(name), PURE).yes_no[:8]
        assert (np.asarray(found) > 0).tolist() == expected


def test_the_entity_of_which_a_concept_holds_is_looked_at():
    worlds = list(itertools.product(range(SIZE), range(SIZE)))  # where the person is, and where the bat
    concepts = np.zeros((len(worlds), 3, SIZE), bool)
    relations = np.zeros((len(worlds), 2, SIZE, SIZE), bool)
    relations[:, 0, 0, 1] = relations[:, 0, 2, 1] = True  # entities 0 and 2 hold entity 1
    for k, (person, bat) in enumerate(worlds):
        concepts[k, 0, person] = concepts[k, 1, bat] = True
    texts = {
        "exists x. person(x) & hold(x, the y. bat(y))": lambda p, b: p in (0, 2) and b == 1,
        "hold(the x. person(x), the y. bat(y))": lambda p, b: p in (0, 2) and b == 1,
        "exists y. bat(y) & hold(the x. person(x), y)": lambda p, b: p in (0, 2) and b == 1,
        "bat(the x. person(x))": lambda p, b: p == b,
        "exists x. person(x) & bat(the y. hold(x, y))": lambda p, b: p in (0, 2) and b == 1,
    }
    size = len(worlds)
    batch = compile_programs([parse(text, WORDS) for text in texts for _ in worlds], WORDS, [*range(size)] * len(texts))
    for name in ("goedel", "product", "smooth", "lukasiewicz"):
        found = np.asarray(answer(batch, scores_of(concepts, relations), get_logic(name), PURE).yes_no)
        for (text, meaning), said in zip(texts.items(), found[: size * len(texts)].reshape(-1, size), strict=True):
            chosen = [k for k, (p, b) in enumerate(worlds) if "hold(x, y)" not in text or p in (0, 2)]
            expected = [meaning(*worlds[k]) for k in chosen]
            assert (said[chosen] > 0).tolist() == expected, (text, name)


def test_describe_chooses_the_word_that_relates_the_entities():
    concepts, relations = np.zeros((2, 3, SIZE), bool), np.zeros((2, 2, SIZE, SIZE), bool)
    concepts[:, 0, 0] = concepts[:, 1, 1] = True
    relations[0, 0, 0, 1] = relations[1, 1, 0, 1] = True
    queries = [parse("describe Action(the x. person(x), the y. bat(y))", WORDS)] * 2
    kinds = [parse("describe Kind(the x. near(the y. person(y), x))", WORDS)] * 2
    batch = compile_programs(queries + kinds, WORDS, [0, 1, 0, 1])
    found = answer(batch, scores_of(concepts, relations), get_logic("product"), PURE).describe
    assert found[:2].argmax(1).tolist() == [0, 1]
    assert found[3].argmax() == 0  # in recording 1 the person is near the bat


def test_h1_finds_a_relation_apart_from_its_arguments():
    """`exists x. a(x) & r(x, the y. b(y))` is `exists x, y, z. a(x) & r(y) & b(z)`."""
    rng = np.random.default_rng(0)
    unary, region = rng.normal(size=(2, 4, 3, SIZE)).astype(np.float32)
    zero = jnp.zeros((4, 2, SIZE))
    region = jnp.asarray(region[:, :2])
    scores = Scores(jnp.asarray(unary), RelationScores(zero, zero, region, region))
    batch = compile_programs([parse("exists x. person(x) & hold(x, the y. bat(y))", WORDS)] * 4, WORDS, range(4))
    expected = np.minimum(np.minimum(unary[:, 0].max(1), region[:, 0].max(1)), unary[:, 1].max(1))
    for name in ("reference", "goedel"):
        found = answer(batch, scores, get_logic(name), HYPOTHESES["H1"]).yes_no[:4]
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("logic", LOGICS)
def test_gradients_are_those_of_finite_differences(logic):
    texts = (
        "exists x. person(x) & hold(x, the y. bat(y))",
        "forall x. person(x) -> exists y. near(x, y) & ~bat(y)",
        "((count x. person(x)) > (count y. hold(y, the z. bat(z))))",
        "exists x. hold(x, the y. bat(y) & near(y, the z. ball(z)))",
    )
    rng = np.random.default_rng(4)
    parts = [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in ((1, 3, SIZE), *[(1, 2, SIZE)] * 4)]
    batch = compile_programs([parse(text, WORDS) for text in texts], WORDS, [0] * len(texts))

    def logits(*parts):
        unary, *relations = map(jnp.asarray, parts)
        return answer(batch, Scores(unary, RelationScores(*relations)), get_logic(logic)).yes_no[: len(texts)]

    check_grads(logits, tuple(parts), order=1, modes=["rev"], atol=3e-2, rtol=3e-2, eps=1e-2)
