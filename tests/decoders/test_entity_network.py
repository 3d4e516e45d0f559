"""NEURONA's network as it is traced: what it asks of the device."""

from contextlib import nullcontext

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from jax.lax import Precision
from problem import signal_of

from neurona.decoders.entity_network import EntityNetwork
from neurona.encoders import ParcelConvolution
from neurona.execution import compile_programs, get_logic, products
from neurona.grounding import PairGrounding
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(("cat", "dog"), ("hold", "ride"), {"Action": ("hold", "ride")})
TEXTS = (
    "exists x. cat(x) & hold(x, the y. dog(y))",
    "describe Action(the x. cat(x), the y. dog(y))",
    "exists x. exists y. ride(x, y)",
)


def precisions(jaxpr):
    """Of all products in a program and in what it calls."""
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            yield equation.params["precision"][0] if equation.params["precision"] else None
        for inner in jax.tree.leaves(equation.params, is_leaf=lambda leaf: hasattr(leaf, "eqns") or callable(leaf)):
            if hasattr(inner, "eqns"):
                yield from precisions(inner)


@pytest.mark.parametrize(("asked", "expected"), [(None, Precision.HIGHEST), ("tf32", Precision.HIGH)])
def test_every_product_of_answers_and_gradients_is_as_exact_as_asked_for(asked, expected):
    rngs = nnx.Rngs(0)
    encoder = ParcelConvolution(signal_of([[0, 1], [2], [3]], 2), 8, rngs=rngs)
    decoder = EntityNetwork(encoder, PairGrounding(3, 2, 2, 8, rank=2, rngs=rngs), get_logic("reference"))
    batch = compile_programs([parse(text, WORDS) for text in TEXTS], WORDS, [0, 1, 1], asked_only=True)
    graph, state = nnx.split(decoder)

    def total(state):
        answers = nnx.merge(graph, state)(jnp.ones((2, 4, 2)), batch)
        return answers.yes_no.sum() + jnp.where(jnp.isfinite(answers.describe), answers.describe, 0.0).sum()

    with products(asked) if asked else nullcontext():
        found = list(precisions(jax.make_jaxpr(jax.grad(total))(state).jaxpr))
    assert len(found) > 20
    assert set(found) == {expected}
