"""SIMULATED: two relations among the words; the model learns which answers go with which recordings."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from neurona.decoders import ParcelDecoder
from neurona.encoders import ParcelConvolution
from neurona.execution import Compiler, get_logic
from neurona.grounding import PairGrounding
from neurona.programs import Vocabulary, parse
from neurona.training.minibatches import mean_loss, stack_steps, train_steps

WORDS = Vocabulary(("a", "b"), ("hold", "ride"), {"Action": ("hold", "ride")})
TEXTS = ("exists x. a(x)", "exists x. a(x) & hold(x, the y. b(y))", "describe Action(the x. a(x), the y. b(y))")


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    recordings = jnp.asarray(rng.normal(size=(4, 5, 8)), jnp.float32)
    compiler = Compiler(WORDS, asked_only=True, headroom=False)
    queries, about = [parse(text, WORDS) for text in TEXTS] * 2, [0, 0, 0, 1, 1, 1]
    rows = [[0, 1], [2, 3]] * 6
    batches = [compiler(queries, about, 2) for _ in rows]
    answers = rng.integers(0, 2, (4, 3))
    targets = [[(int(answers[r][k]), k == 2) for r in pair for k in range(3)] for pair in rows]
    rngs = nnx.Rngs(0)
    parcels = [[0, 1, 2], [3, 4], [5, 6, 7]]
    decoder = ParcelDecoder(
        ParcelConvolution(parcels, 5, rngs=rngs), PairGrounding(3, 2, 2, rngs=rngs), get_logic("reference")
    )
    return decoder, recordings, stack_steps(rows, batches, targets)


def test_a_scan_of_steps_is_the_steps_one_by_one_and_learns(problem):
    decoder, recordings, steps = problem
    graph, params, rest = nnx.split(decoder, nnx.Param, ...)
    optimiser = optax.adamw(3e-3)
    expected, state = params, optimiser.init(params)
    losses = []

    @jax.jit
    def one(params, state, step):
        def loss(params):
            model = nnx.merge(graph, params, rest)
            return mean_loss(model, recordings[step.rows], step.programs, step.targets, step.weights)

        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimiser.update(gradient, state, params)
        return optax.apply_updates(params, updates), state, value

    for k in range(len(steps.rows)):
        expected, state, value = one(expected, state, jax.tree.map(lambda part, k=k: part[k], steps))
        losses.append(float(value))
    copy = jax.tree.map(jnp.copy, params)  # what is given is donated
    found, _, curve = train_steps(
        copy, optimiser.init(params), rest, recordings, steps, graph=graph, optimiser=optimiser
    )
    np.testing.assert_allclose(curve, losses, rtol=1e-3)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-2, atol=2e-4), found, expected)
    assert curve[-2:].mean() < 0.8 * curve[:2].mean()


def test_padding_has_no_weight(problem):
    *_, steps = problem
    assert float(steps.weights[0].sum()) == 6


def test_batches_of_other_sizes_are_refused(problem):
    compiler = Compiler(WORDS, headroom=False)
    small, large = (compiler([parse(TEXTS[0], WORDS)] * size, [0] * size) for size in (1, 5))
    with pytest.raises(ValueError, match="compile them all again"):
        stack_steps([[0], [0]], [small, large], [[(1, False)], [(1, False)] * 5])
