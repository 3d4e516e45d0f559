"""Every registered logic: what a logic must do, and that it claims the laws that hold for it and no others."""

from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jax.test_util import check_grads

from neurona.errors import ConfigError
from neurona.execution import HYPOTHESES, LAWS, LOGICS, get_logic, logics, register_logic
from neurona.execution.meaning import Setting, value
from neurona.execution.relations import Pairs
from neurona.programs import parse, template
from neurona.programs.tree import Atom, walk

EVERY = pytest.mark.parametrize("logic", LOGICS.values(), ids=LOGICS)
CLAIMED = [(logic, law) for logic in LOGICS.values() for law in LAWS if law in logic.laws]
UNCLAIMED = [(logic, law) for logic in LOGICS.values() for law in LAWS if law not in logic.laws]
PARTS = (
    "p(x)",
    "q(x)",
    "s(x)",
    "r(x, the y. q(y))",
    "near(x, the y. p(y) & q(y))",
    "(p(x) & r(x, the y. s(y)))",
    "(forall y. p(y) | near(x, y))",
)
SIZES = st.sampled_from([1, 2, 5])
"""Few, since each is compiled."""
scores = arrays(np.float32, SIZES, elements=st.floats(-6, 6, width=32))


@partial(jax.jit, static_argnums=0)
def all_any(logic, values):
    return logic.all(values, 0), logic.any(values, 0)


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-3, atol=2e-3)


@EVERY
@settings(max_examples=50)
@given(values=scores, seed=st.integers(0, 9))
def test_order_does_not_matter(logic, values, seed):
    shuffled = np.random.default_rng(seed).permutation(values)
    for one, other in zip(all_any(logic, values), all_any(logic, shuffled), strict=True):
        close(one, other)


@EVERY
@settings(max_examples=50)
@given(values=scores, more=st.floats(0, 3, width=32))
def test_more_evidence_for_a_part_never_lowers_the_whole(logic, values, more):
    raised = values.copy()
    raised[0] += more
    for high, low in zip(all_any(logic, raised), all_any(logic, values), strict=True):
        assert high >= low - 1e-3


@EVERY
@settings(max_examples=50)
@given(values=scores)
def test_all_is_at_most_and_any_at_least_each_part(logic, values):
    least, most = all_any(logic, values)
    assert least <= values.min() + 2e-3
    assert most >= values.max() - 2e-3


@EVERY
@given(truth=arrays(bool, SIZES))
def test_sure_parts_give_the_classical_answer(logic, truth):
    least, most = all_any(logic, np.where(truth, np.float32(12), np.float32(-12)))
    assert (least > 0) == all(truth)
    assert (most > 0) == any(truth)


@EVERY
def test_gradients_are_right_and_finite_even_for_extreme_scores(logic):
    values = jnp.asarray([1.2, 0.7, 2.1])
    check_grads(lambda s: logic.all(jnp.asarray(s), 0), (values,), order=1, modes=["rev"], atol=2e-2, rtol=2e-2)
    for extreme in ([80.0, 80.0, 80.0], [-80.0, 80.0, 0.0], [-80.0, -80.0, -80.0]):
        for connective in (logic.all, logic.any):
            value, gradient = jax.value_and_grad(lambda s, f=connective: f(s, 0))(jnp.asarray(extreme))
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


@EVERY
def test_batched_and_jitted_give_the_same(logic):
    values = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)), jnp.float32)
    one_by_one = jnp.stack([logic.all(row, 0) for row in values])
    close(jax.jit(lambda s: logic.all(s, 1))(values), one_by_one)


def test_an_unknown_logic_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'product'"):
        get_logic("products")


def probabilities(text: str, logic, seed: int) -> np.ndarray:
    """p of an open formula for each x of four random entities."""
    rng = np.random.default_rng(seed)
    concepts = {name: jnp.asarray(2 * rng.normal(size=4), jnp.float32) for name in ("p", "q", "s")}
    zero = jnp.zeros((4, 0))
    pairs = {
        name: Pairs(*(jnp.asarray(rng.normal(size=4), jnp.float32) for _ in range(3)), zero, zero)
        for name in ("r", "near")
    }
    shape, names = template(parse(f"exists x. {text}"))
    slots = {node.name: names[int(node.name[1:])] for node in walk(shape) if isinstance(node, Atom)}
    setting = Setting(
        {slot: concepts[name] for slot, name in slots.items() if name in concepts},
        {slot: pairs[name] for slot, name in slots.items() if name in pairs},
        4,
        1 + text.count("y."),
        logic,
        HYPOTHESES["H5"],
    )
    return np.asarray(jax.nn.sigmoid(value(shape.body, setting))).reshape(-1)


def apart(law: str, logic, parts: tuple[str, str, str], seed: int, dual: bool) -> float:
    """How far the two sides of a law are from each other."""
    given = dict(zip("abc", parts, strict=True))

    def of(side: str) -> np.ndarray:
        side = side.translate(str.maketrans("&|", "|&")) if dual else side
        return probabilities("".join(given.get(letter, letter) for letter in side), logic, seed)

    one, other = LAWS[law]
    return float(np.abs(of(one) - (of(other) if other else float(not dual))).max())


@pytest.mark.parametrize(("logic", "law"), CLAIMED, ids=[f"{logic.name}-{law}" for logic, law in CLAIMED])
@settings(max_examples=5)
@given(parts=st.tuples(*[st.sampled_from(PARTS)] * 3), seed=st.integers(0, 999), dual=st.booleans())
def test_the_laws_that_a_logic_claims_hold(logic, law, parts, seed, dual):
    assert apart(law, logic, parts, seed, dual) < 1e-4


@pytest.mark.parametrize(("logic", "law"), UNCLAIMED, ids=[f"{logic.name}-{law}" for logic, law in UNCLAIMED])
def test_the_laws_that_it_does_not_claim_do_not(logic, law):
    """Some formulas break them: those of a relation beside what guides it, under the reference."""
    tried = [("p(x)", "q(x)", "s(x)"), ("r(x, the y. q(y))", "p(x)", "s(x)"), ("p(x)", "r(x, the y. q(y))", "s(x)")]
    assert max(apart(law, logic, parts, seed, False) for parts in tried for seed in range(3)) > 1e-3


def test_every_file_of_the_folder_registers_a_logic():
    files = {path.stem for path in Path(logics.__file__).parent.glob("*.py")} - {"__init__", "logic"}
    assert set(LOGICS) == files
    assert all(logic.laws <= set(LAWS) for logic in LOGICS.values())


@EVERY
def test_logics_of_the_same_settings_are_equal_so_that_jax_traces_them_once(logic):
    assert type(logic)() == logic
    assert hash(type(logic)()) == hash(logic)


def test_a_second_logic_of_a_name_is_refused():
    class Other(type(get_logic("goedel"))):
        name = "product"

    with pytest.raises(ConfigError, match="logic 'product' is registered twice"):
        register_logic(Other)
