"""Products of float32 matrices are float32 unless somebody asks for less."""

import jax
import jax.numpy as jnp
import pytest
from jax.lax import Precision

from neurona.execution import products


def found(asked=None):
    """The precision of a product within `products(asked)`."""

    def product(a):
        with products(asked):
            return a @ a

    (equation,) = jax.make_jaxpr(product)(jnp.ones((2, 2))).eqns
    return equation.params["precision"][0]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, Precision.HIGHEST),
        ("float32", Precision.HIGHEST),
        ("tf32", Precision.HIGH),
        ("bfloat16", Precision.DEFAULT),
    ],
)
def test_products_are_as_exact_as_asked_for(asked, expected):
    assert found(asked) == expected


def test_what_surrounds_decides_where_nothing_is_asked_for():
    with products("tf32"):
        assert found() == Precision.HIGH
    with jax.default_matmul_precision("bfloat16"):
        assert found() == Precision.DEFAULT
    assert found() == Precision.HIGHEST
