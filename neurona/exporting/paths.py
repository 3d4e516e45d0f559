"""A decoder's path from one trial's signal to what programs are executed on, as a function of JAX and its weights.

    signal [channel, time]  ->  features (`FittedEntities`)  ->  scores of words on entities, or log shares of listed worlds

A decoder that draws worlds by chance (scenes of several things) has no such path, and what is aligned by other recordings cannot be read alone:
both are refused. What a class does is registered here by its type, so that a decoder knows nothing of its export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any, Literal, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from neurona.decoders.explain import Explain
from neurona.decoders.fitted import FittedDecoder
from neurona.decoders.label_worlds import LabelWorlds
from neurona.decoders.linear_concepts import LinearConcepts
from neurona.decoders.linear_evidence import LinearEvidence
from neurona.decoders.neurona import NeuronaDecoder
from neurona.decoders.relational_evidence import RelationalEvidence
from neurona.encoding_models.bindings import CONCEPT
from neurona.encoding_models.class_model import Member
from neurona.encoding_models.noise import DiagonalNoise, KroneckerNoise, ShrunkNoise
from neurona.errors import ConfigError
from neurona.execution import Interaction, RelationScores, Scores
from neurona.exporting.feature_paths import features_path

Form: TypeAlias = Literal["scores", "worlds"]
_FEATURES = "features "
"""What the names of the features' weights begin with."""


class Path(NamedTuple):
    """A function and its weights.

    Attributes:
        function: weights, and a signal or features -> outputs by name.
        weights: by name.
        form: what the outputs are: scores of words, or log shares of worlds (`log_share`).
        wide: whether it is computed in float64, as the decoder does where float32 is not enough.
    """

    function: Callable[..., Any]
    weights: dict[str, np.ndarray]
    form: Form
    wide: bool = False


def path_of(fitted: FittedDecoder) -> Path:
    """The path of a fitted decoder.

    Raises:
        ConfigError: it cannot be exported; why, and what can be done.
    """
    if fitted.entities.alignment is not None:
        raise ConfigError(
            f"export: the recordings are aligned ({fitted.entities.alignment.settings.does}), which needs more of them than the one that is read; "
            "run the experiment without align"
        )
    decoder, features = decoder_path(fitted.decoder), features_path(fitted.entities.features_of)

    def function(weights: Mapping[str, Array], signal: Float[Array, "channel time"]) -> dict[str, Array]:
        own = {name.removeprefix(_FEATURES): one for name, one in weights.items() if name.startswith(_FEATURES)}
        found: dict[str, Array] = decoder.function(weights, features.function(own, signal))
        return found

    weights = {**decoder.weights, **{_FEATURES + name: one for name, one in features.weights.items()}}
    return Path(function, weights, decoder.form, decoder.wide or features.wide)


@singledispatch
def decoder_path(decoder: Any) -> Path:
    """Features -> outputs.

    Raises:
        ConfigError: such a decoder cannot be exported.
    """
    raise ConfigError(
        f"export: a {type(decoder).__name__} is not exported; linear, linear_evidence, neurona are, and relational_evidence and explain where the "
        "worlds can be listed (labels, or few scenes)"
    )


@decoder_path.register
def _(decoder: LinearConcepts) -> Path:
    n = len(decoder.vocabulary.concepts)

    def function(weights: Mapping[str, Array], features: Float[Array, " feature"]) -> dict[str, Array]:
        found = ((features - weights["mean"]) @ weights["weight"] + weights["bias"])[:, None]
        outputs, none = {"0 unary": found[:n]}, jnp.zeros_like(found[n:])
        if found.shape[0] > n:
            outputs |= {"0 subject": none, "0 object": none, "0 region": found[n:], "0 region_described": found[n:]}
        return outputs

    weight = decoder.weight / decoder.deviation[:, None]
    return Path(function, _centred(decoder.mean, weight, decoder.bias), "scores")


@decoder_path.register
def _(decoder: LinearEvidence) -> Path:
    return _listed(decoder.labels, _centred(decoder.mean, decoder.weight, decoder.bias))


@decoder_path.register
def _(decoder: RelationalEvidence) -> Path:
    if decoder.labels is None:
        raise ConfigError(
            "export: relational_evidence draws the worlds of scenes of several things by chance, which is not exported; name exclusive categories "
            "(labels), or export a decoder of kind neurona or linear"
        )
    to_z, readout = decoder.standardised, decoder.readout
    place = {
        feature.words[0]: k for k, feature in enumerate(decoder.space.bindings.features) if feature.band == CONCEPT
    }
    column = np.array([place.get(word, -1) for word in decoder.labels.words])
    term = np.where(column >= 0, readout.term[column], -1)
    slope = np.where(term >= 0, readout.weight[column], 0.0)
    constant = np.where(column >= 0, readout.constant[column], 0.0)
    pattern = decoder.patterns.pattern[term].astype(np.float64) * (term >= 0)[:, None]
    bias = constant - slope * (pattern**2).sum(axis=1) / 2
    # z = over_channels x over_times, so that a word's read-out is its pattern brought back to the features.
    of_channels = pattern.reshape(len(term), -1, to_z.times.shape[1])
    back = (
        of_channels * to_z.channels[None, :, None]
        if to_z.channels.ndim == 1
        else np.einsum("ce,wej->wcj", to_z.channels, of_channels)
    )
    weight = np.einsum("wcj,tj->ctw", back, to_z.times).reshape(-1, len(term)) * slope
    return _listed(decoder.labels, _centred(to_z.mean, weight, bias))


@decoder_path.register
def _(decoder: Explain) -> Path:
    if decoder.scenes is None:
        raise ConfigError(
            "export: explain draws the worlds of scenes of several things by chance, which is not exported; export a decoder of kind neurona or "
            "linear, or one that was fitted to labels or to few scenes"
        )
    model = decoder.scenes.model
    weights = {f"{k} {name}": one for k, member in enumerate(model.members) for name, one in _of_member(member).items()}
    weights["log_prior"] = model.log_prior

    def function(weights: Mapping[str, Array], features: Float[Array, " feature"]) -> dict[str, Array]:
        found = []
        for k, member in enumerate(model.members):
            own = {name.removeprefix(f"{k} "): one for name, one in weights.items() if name.startswith(f"{k} ")}
            logits = model.temperatures[k] * _log_likelihood(member, own, features) + weights["log_prior"]
            found.append(jax.nn.log_softmax(logits) + np.log(model.weights[k]))
        return {"log_share": jax.nn.logsumexp(jnp.stack(found), axis=0)}

    return Path(function, weights, "worlds", wide=True)


def _of_member(member: Member) -> dict[str, np.ndarray]:
    """Arrays of one view; whitening by triangular roots becomes a product with their inverses."""
    match member.noise:
        case ShrunkNoise(root=root):
            noise = {"whitening": np.linalg.inv(root)}
        case DiagonalNoise(deviation=deviation):
            noise = {"deviation": deviation}
        case KroneckerNoise(space=space, time=time):
            noise = {"space": np.linalg.inv(space), "time": np.linalg.inv(time)}
    centre = member.patterns.mean.mean(axis=0)
    return {**noise, "centre": centre, "means": member.patterns.mean - centre, "variance": member.patterns.variance}


def _log_likelihood(
    member: Member, own: Mapping[str, Array], features: Float[Array, " feature"]
) -> Float[Array, " world"]:
    """`Member.log_likelihood` of one trial."""
    view, values = member.view, features.astype(jnp.float64)
    if view.unit is not None:
        values = jnp.sqrt(jnp.maximum(values, 0) + 0.375 * view.unit)
    if view.shape:
        values = values - values.mean()
        values = values / jnp.maximum(values.std(), 1e-12)
    if view.filters is not None:
        values = (values.reshape(-1, len(view.filters)) @ view.filters).reshape(-1)
    if "whitening" in own:
        white = own["whitening"] @ values
    elif "deviation" in own:
        white = values / own["deviation"]
    else:
        white = (own["space"] @ values.reshape(-1, len(own["time"])) @ own["time"].T).reshape(-1)
    variance, away = member.spread + own["variance"], white - own["centre"]
    squares = jnp.maximum((away**2).sum() - 2 * own["means"] @ away + (own["means"] ** 2).sum(axis=1), 0.0)
    return -0.5 * (squares / variance + len(white) * jnp.log(variance))


@decoder_path.register
def _(decoder: NeuronaDecoder) -> Path:
    layout, members = decoder.layout, [nnx.split(member) for member in decoder.members]
    flat = [dict(nnx.to_flat_state(state)) for _, state in members]
    weights = {f"{k} {name}": one for k, own in enumerate(decoder.weights) for name, one in own.items()}

    def function(weights: Mapping[str, Array], features: Float[Array, " feature"]) -> dict[str, Array]:
        inputs = ((features - weights["mean"]) / weights["deviation"]).astype(jnp.float32)
        inputs = inputs.reshape(1, -1, layout.n_times)
        outputs: dict[str, Array] = {}
        for k, ((graph, _), variables) in enumerate(zip(members, flat, strict=True)):
            own = {path: one.replace(weights[f"{k} {'.'.join(map(str, path))}"]) for path, one in variables.items()}
            network = nnx.merge(graph, nnx.from_flat_state(own))
            outputs |= {f"{k} {name}": one[0] for name, one in flattened(network.scores(inputs)).items()}
        return outputs

    return Path(function, {**weights, "mean": layout.mean, "deviation": layout.deviation}, "scores")


def flattened(scores: Scores) -> dict[str, Any]:
    """Scores as arrays by name."""
    found = {"unary": scores.unary}
    if scores.relations is not None:
        *parts, interaction = scores.relations
        found |= dict(zip(RelationScores._fields, parts, strict=False))
        found |= {} if interaction is None else interaction._asdict()
    return found


def unflattened(found: Mapping[str, Any]) -> Scores:
    """The opposite of `flattened`."""
    if "subject" not in found:
        return Scores(found["unary"])
    interaction = Interaction(**{name: found[name] for name in Interaction._fields}) if "weight" in found else None
    parts = {name: found[name] for name in RelationScores._fields if name != "interaction"}
    return Scores(found["unary"], RelationScores(**parts, interaction=interaction))


def _centred(
    mean: Float[np.ndarray, " feature"], weight: Float[np.ndarray, "feature word"], bias: Float[np.ndarray, " word"]
) -> dict[str, np.ndarray]:
    """Weights of (x - mean) @ weight + bias in float32; the bias takes up what the mean loses in it."""
    rounded = mean.astype(np.float32)
    lost = (rounded.astype(np.float64) - mean) @ weight.astype(np.float64)
    return {"mean": rounded, "weight": weight.astype(np.float32), "bias": (bias + lost).astype(np.float32)}


def _listed(labels: LabelWorlds, weights: dict[str, np.ndarray]) -> Path:
    """Words' logits -> log shares of listed worlds."""

    def function(weights: Mapping[str, Array], features: Float[Array, " feature"]) -> dict[str, Array]:
        logits = (features - weights["mean"]) @ weights["weight"] + weights["bias"]
        return {"log_share": weights["holds"].astype(logits.dtype) @ logits + weights["log_prior"]}

    holds = {"holds": labels.holds.astype(np.uint8), "log_prior": np.log(labels.share).astype(np.float32)}
    return Path(function, weights | holds, "worlds")
