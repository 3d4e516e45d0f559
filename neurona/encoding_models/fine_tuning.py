"""Fine-tune the inverted encoding model end to end: patterns move so that questions are answered better.

    P' = P + D R,   R = T P,   T G T' = 1          every pattern takes a little of the K strongest mixtures of words' patterns

With d = u D, a hypothesis u has the evidence, all in K dimensions and differentiable,

    e'(u) = e(u) + (T s) d - (T G u) d - d' (T G T') d / 2

The loss is the cross-entropy of the answers, as `calibration` weighs evidence, with a temperature and a bias by number of arguments that
are learned along; AdamW's decay pulls D to 0, which is the start. The epoch with the least loss on validation questions is
kept, and the start where none is better.

Patterns have seen the recordings that they were fitted to: there, evidence is far surer than on new recordings. `held_out` gives
inversions that were fitted without some of the training recordings, to explain these by; D is shared.

On SIMULATED recordings it moves accuracy by less than 0.01, up with noise and, where the rest of the scene is searched for (`scene_search`,
which the loss knows nothing of), down without: patterns fitted in closed form leave little to learn. So it is an option, and off.

Limits: only questions about one fact; all others are answered on drawn worlds, through which no gradient passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

import annotated_types
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Int

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.bindings import PRODUCTS, sparse_rows
from neurona.encoding_models.calibration import Readout, default_weights
from neurona.encoding_models.differentiable_evidence import WORDS, answer_loss, compared, folds_of
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.inversion import Inversion
from neurona.errors import DataError

_KINDS = 4


@dataclass(frozen=True)
class FineTuningSettings:
    """How to fine-tune.

    Attributes:
        epochs: at most so many; 0 leaves the start as it is.
        directions: K.
        step: learning rate.
        pull: AdamW's decay towards the start.
        patience: epochs without a better validation loss before it stops.
    """

    kind: Literal["fine_tuning"] = "fine_tuning"
    epochs: Annotated[int, annotated_types.Ge(0)] = 60
    directions: Annotated[int, annotated_types.Ge(1)] = 64
    step: Annotated[float, annotated_types.Gt(0)] = 1e-3
    pull: Annotated[float, annotated_types.Ge(0)] = 0.1
    patience: Annotated[int, annotated_types.Ge(1)] = 8


class FineTuned(NamedTuple):
    """What came of it.

    Attributes:
        inversion: with moved patterns; its encoding has them, too.
        readout: with the learned temperatures and biases.
        train, validation: loss by epoch; validation's first is the start's.
        kept: the epoch that was kept, 0 for the start.
    """

    inversion: Inversion
    readout: Readout
    train: tuple[float, ...]
    validation: tuple[float, ...]
    kept: int


def fine_tuned(
    alternatives: Alternatives,
    readout: Readout,
    features: Float[np.ndarray, "recording feature"],
    train: FactQuestions,
    validation: FactQuestions,
    held_out: Sequence[tuple[Inversion, Int[np.ndarray, " _"]]] = (),
    settings: FineTuningSettings | None = None,
) -> FineTuned:
    """Move patterns.

    Args:
        alternatives: hypotheses, and the inversion to start from.
        readout: how evidence is weighed at the start.
        features: of all recordings.
        train: questions to learn from.
        validation: questions to stop by, about other recordings.
        held_out: inversions with the same columns, each with the training recordings that it was fitted without; when none, all are
            explained by the start, which has seen them.
        settings: defaults when None.

    Raises:
        DataError: an inversion with other columns; no question to learn from or to stop by.
    """
    settings, start = settings or FineTuningSettings(), alternatives.inversion
    for name, questions in (("training", train), ("validation", validation)):
        if not len(questions.rows):
            raise DataError(f"fine-tuning: no {name} question is about one fact; ask some about one concept each")
    for number, (inversion, _) in enumerate(held_out):
        if inversion.gram.shape != start.gram.shape:
            raise DataError(
                f"fine-tuning: held_out[{number}] has {len(inversion.gram)} columns, expected {len(start.gram)}; "
                "fit all inversions with the same bindings"
            )
    rows, widths, asked = compared(alternatives, train.join(validation))
    stated = sparse_rows(rows, len(start.gram))
    mixing = mixtures(alternatives, settings.directions)
    parts = [*(held_out or [(start, train.rows)]), (start, validation.rows)]
    *folds, judge = folds_of(parts, features, stated, mixing, asked)
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *folds)
    loss = answer_loss(stated, widths, readout)
    optimiser = optax.adamw(settings.step, weight_decay=settings.pull)

    @jax.jit
    def epoch(params: Any, state: Any, folds: Any, judge: Any) -> Any:
        def step(carry: Any, fold: Any) -> Any:
            params, state = carry
            value, slope = jax.value_and_grad(loss)(params, fold)
            updates, state = optimiser.update(slope, state, params)
            return (optax.apply_updates(params, updates), state), value

        (params, state), values = jax.lax.scan(step, (params, state), folds)
        return params, state, values.mean(), loss(params, judge)

    params = {
        "moves": jnp.zeros((len(start.gram), len(mixing)), jnp.float32),
        "temperature": jnp.zeros(_KINDS, jnp.float32),
        "bias": jnp.zeros(_KINDS, jnp.float32),
    }
    best, state = params, optimiser.init(params)
    on_train, on_validation, kept = [], [float(jax.jit(loss)(params, judge))], 0
    for number in range(1, settings.epochs + 1):
        params, state, mean, value = epoch(params, state, stacked, judge)
        on_train.append(float(mean))
        on_validation.append(float(value))
        if on_validation[-1] < on_validation[kept]:
            best, kept = params, number
        elif number - kept >= settings.patience:
            break
    if kept == 0:
        return FineTuned(start, readout, tuple(on_train), tuple(on_validation), kept)
    moves, temperature, bias = (np.asarray(best[name]) for name in ("moves", "temperature", "bias"))
    weighed = _weighed(readout, np.exp(temperature.astype(np.float64)), bias.astype(np.float64))
    return FineTuned(with_moves(start, mixing, moves), weighed, tuple(on_train), tuple(on_validation), kept)


def mixtures(alternatives: Alternatives, directions: int) -> Float[np.ndarray, "direction column"]:
    """T: the strongest orthonormal mixtures of the patterns of words, at most `directions` of them."""
    features, gram = alternatives.bindings.features, alternatives.inversion.gram
    words = np.array([k for k, one in enumerate(features) if one.band not in PRODUCTS], dtype=np.int64)
    power, vectors = np.linalg.eigh(gram[np.ix_(words, words)].astype(np.float64))
    order = np.argsort(-power)[:directions]
    order = order[power[order] > 1e-6 * power.max()]
    mixing = np.zeros((len(order), len(gram)), np.float32)
    mixing[:, words] = (vectors[:, order] / np.sqrt(power[order])).T
    return mixing


def with_moves(
    inversion: Inversion, mixing: Float[np.ndarray, "direction column"], moves: Float[np.ndarray, "column direction"]
) -> Inversion:
    """The inversion with patterns P + D T P; what the rest of the scene adds to the noise stays as it was."""
    # T mixes words alone, and those have no context.
    encoding = inversion.encoding
    n = inversion.columns
    patterns = encoding.patterns + moves[:n] @ (mixing[:, :n] @ encoding.patterns)
    across = inversion.gram @ mixing.T
    gram = inversion.gram + across @ moves.T + moves @ across.T + moves @ (mixing @ across) @ moves.T
    weights = inversion.weights + (inversion.weights @ mixing.T) @ moves.T
    return replace(inversion, encoding=replace(encoding, patterns=patterns), weights=weights, gram=gram)


def _weighed(readout: Readout, scale: Float[np.ndarray, " kind"], bias: Float[np.ndarray, " kind"]) -> Readout:
    weights = {}
    for size in range(WORDS):
        own = readout.weights.get(size, default_weights(size))
        weights[size] = np.append(own[:-1] * scale[size], own[-1] * scale[size] + bias[size])
    return Readout(weights, readout.of_words * scale[WORDS])
