"""The end-to-end network: what it can learn, what it tells apart, and the decoder that is trained on a problem."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
import pytest
import tiny
from flax import nnx

from neurona.decoders import Answerer, Context, Decoder, fit
from neurona.decoders.end_to_end import EndToEnd, EndToEndSettings, affirmed_questions
from neurona.errors import ConfigError, QueryError
from neurona.execution import compile_programs
from neurona.programs import Vocabulary, parse
from neurona.questions import Asked
from neurona.training import TrainingSettings

WORDS = Vocabulary(("a", "b", "c"), ("r", "s", "t"), {"Act": ("r", "s"), "Place": ("s", "t")})
FORMS = ("exists x. a(x)", "exists x. b(x) & r(x, the y. c(y))", "describe Act(the x. a(x), the y. b(y))")


def module(head: str, seed: int = 0) -> EndToEnd:
    entity = np.repeat([0, 0, 1], 2).tolist()
    return EndToEnd(entity, 3, 3, EndToEndSettings(head=head, width=16, heads=2, layers=1), rngs=nnx.Rngs(seed))


@pytest.mark.slow
@pytest.mark.parametrize("head", ["mlp", "transformer"])
def test_twenty_questions_are_learned_by_heart(head):
    rng = np.random.default_rng(0)
    features = jnp.asarray(rng.normal(size=(7, 6)), jnp.float32)
    queries = [parse(FORMS[k % 3], WORDS) for k in range(20)]
    batch = compile_programs(queries, WORDS, [k // 3 for k in range(20)])
    target = jnp.asarray(rng.integers(0, 2, 20))
    describes = jnp.asarray([k % 3 == 2 for k in range(20)])
    model = module(head)
    optimiser = nnx.Optimizer(model, optax.adam(1e-2), wrt=nnx.Param)

    def loss(model):
        answers = model(features, batch)
        binary = optax.sigmoid_binary_cross_entropy(answers.yes_no[:20], target.astype(jnp.float32))
        words = jnp.where(describes[:, None], answers.describe[:20], 0.0)
        return jnp.where(describes, optax.softmax_cross_entropy_with_integer_labels(words, target), binary).mean()

    @nnx.jit
    def step(model, optimiser):
        value, gradient = nnx.value_and_grad(loss)(model)
        optimiser.update(model, gradient)
        return value

    for _ in range(100):
        step(model, optimiser)
    answers = tiny.answered(model, features, batch)
    chosen = jnp.where(describes, answers.describe[:20].argmax(axis=1), answers.yes_no[:20] > 0)
    np.testing.assert_array_equal(chosen, target)


@pytest.mark.parametrize("head", ["mlp", "transformer"])
def test_recordings_in_time_and_their_features_are_the_same(head):
    recordings = jax.random.normal(jax.random.key(0), (2, 2, 3))
    batch = compile_programs([parse(text, WORDS) for text in FORMS], WORDS, [0, 1, 1])
    model = module(head)
    flat = recordings.reshape(2, 6)
    for one, other in zip(tiny.answered(model, recordings, batch), tiny.answered(model, flat, batch), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_only_the_category_chooses_and_other_questions_describe_nothing():
    batch = compile_programs([parse(text, WORDS) for text in FORMS], WORDS, [0, 0, 0])
    answers = tiny.answered(module("mlp"), jnp.ones((1, 6)), batch)
    assert np.isfinite(answers.describe[2]).all()
    assert answers.yes_no[2] == 0
    assert (answers.describe[:2] == -jnp.inf).all()


def test_categories_and_roles_are_told_apart():
    texts = [
        "exists x. a(x) & r(x, the y. b(y))",
        "exists x. b(x) & r(x, the y. a(y))",
        "describe Act(the x. a(x), the y. b(y))",
        "describe Place(the x. a(x), the y. b(y))",
    ]
    batch = compile_programs([parse(text, WORDS) for text in texts], WORDS, [0] * 4)
    answers = tiny.answered(module("mlp"), jnp.ones((1, 6)), batch)
    assert abs(answers.yes_no[0] - answers.yes_no[1]) > 1e-3
    # s is a word of both categories.
    assert abs(answers.describe[2, 1] - answers.describe[3, 0]) > 1e-3


def test_programs_compiled_on_their_own_words_are_refused():
    batch = compile_programs([parse(FORMS[0], WORDS)], WORDS, [0], asked_only=True)
    with pytest.raises(QueryError, match="asked_only"):
        module("mlp")(jnp.ones((1, 6)), batch)


def test_heads_must_divide_the_width():
    with pytest.raises(ConfigError, match="multiple"):
        EndToEnd([0], 1, 1, EndToEndSettings(width=10, heads=4), rngs=nnx.Rngs(0))


@pytest.mark.parametrize("head", ["mlp", pytest.param("transformer", marks=pytest.mark.slow)])
def test_a_problem_is_learned_by_heart_and_its_questions_are_answered(head):
    told = tiny.problem(24)
    training = TrainingSettings(epochs=40, recordings_per_step=8, learning_rate=0.01, selection="last", clip=None)
    decoder = fit(told, EndToEndSettings(head=head, width=32, layers=1), Context(training))
    assert isinstance(decoder, Answerer)
    assert not isinstance(decoder, Decoder)
    assert decoder.trained.traces[0] == 1
    found = decoder.answer(told.entities.features, told.train)
    right = np.where(
        told.train.is_describe,
        found.describe.argmax(-1) == told.train.target,
        (found.yes_no > 0) == told.train.target,
    )
    assert right.mean() > 0.85


def test_denials_are_read_as_what_they_deny_with_the_answer_turned():
    fact = "exists x. b(x) & r(x, the y. c(y))"
    texts = [fact, f"~({fact})", "forall x. ~b(x) | ~r(x, the y. c(y))", "exists z. r(z, the y. c(y)) & b(z)"]
    table = pd.DataFrame({"program": texts, "answer": "yes", "recording": "r0", "type": "relation"})
    asked = Asked.of(table.assign(question=[f"q{k}" for k in range(4)]), WORDS, ["r0"])
    found, sign = affirmed_questions(asked, WORDS, frozenset({"b", "c"}))
    assert set(found.queries) == {parse(fact, WORDS)}
    assert sign.tolist() == [1, -1, -1, 1]
    assert found.target.tolist() == [1, 0, 0, 1]
