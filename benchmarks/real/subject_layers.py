"""Subject layers: a linear map of the channels of each person in front of one read-out that all share; what they are worth for a person who is new.

    log odds_c = w_c' (x + A_s x + b_s) + v_c,      loss = cross-entropy of all people's words + d |A|^2 + d |b|^2 + e |w|^2

A person without a layer gets the mean of the others', or a layer of its own, fitted to k labelled recordings under the read-out that there is and drawn to the mean; or, far smaller,
a gain and an offset of each parcel. All people are z-scored first, each by its own recordings; the decays d and e are those that serve best one of the training people,
who is left out for that. No decoder takes such layers yet; what they are worth stands in docs/other_people.md.

After A. Defossez, C. Caucheteux, J. Rapin, O. Kabeli and J.-R. King (2023). Decoding speech perception from non-invasive brain recordings. Nature Machine Intelligence 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
from bars.bar import Bar, told
from bars.lab import Lab
from jaxtyping import Array, Bool, Float, Int
from scipy.optimize import minimize

from neurona.evaluation.inference.intervals import seeds_interval
from neurona.recordings.alignment import ALIGNMENTS
from real.transfer import LABELLED, SHIFTED, STUDY, _accuracy, _aligned, _fit, _study

DECAYS = tuple((layer, read) for layer in (10.0, 100.0) for read in (10.0, 30.0))
NO_LAYERS = tuple((1e6, read) for read in (3.0, 10.0, 30.0))
"""Candidates for the decay of layers and of the read-out, a recording."""
FEW = (20, 60, 180)
"""k."""
_STEPS = 60

Values = Float[np.ndarray, "recording channel"]
Shown = Bool[np.ndarray, "recording noun"]


class Layers(NamedTuple):
    """A_s and b_s of S people, and the read-out that they share."""

    maps: Float[np.ndarray, "person channel channel"]
    offsets: Float[np.ndarray, "person channel"]
    weights: Float[np.ndarray, "channel noun"]
    bias: Float[np.ndarray, " noun"]


def new_person(lab: Lab) -> Iterator[Bar]:
    """Leave one subject out, whose topography is shifted: accuracy of one read-out, of subject layers and of a few gains, with k labelled recordings."""
    studies = [_study_of(seed) for seed in range(1 if lab.quick else 3)]
    for way in studies[0]:
        values = np.array([study[way] for study in studies])
        low, high = seeds_interval(values)
        yield told(f"a new person: {way}", f"{values.mean():.3f}", {"low": low, "high": high})


THEMES = {"new_person": new_person}


def _study_of(seed: int) -> dict[str, float]:
    study, shown = _study(tuple(SHIFTED.items()), seed)
    subject = np.unique(study.recordings.data.subject.values, return_inverse=True)[1]
    parcel = np.unique(study.recordings.data.group.values, return_inverse=True)[1]
    first = np.tile(np.arange(STUDY["images"]) < LABELLED * STUDY["images"], subject.max() + 1)
    values = _aligned(study, ALIGNMENTS["zscore"](by="subject"), first)
    found: dict[str, list[float]] = {}
    for left_out in np.unique(subject).tolist():
        own, test = np.flatnonzero((subject == left_out) & first), (subject == left_out) & ~first
        train = (subject != left_out) & first
        for way, scores in _ways(values, shown, subject, train, own, test, parcel).items():
            found.setdefault(way, []).append(_accuracy(scores, shown[test]))
    return {way: float(np.mean(each)) for way, each in found.items()}


def _ways(
    values: Values,
    shown: Shown,
    subject: Int[np.ndarray, " recording"],
    train: Bool[np.ndarray, " recording"],
    own: Int[np.ndarray, " labelled"],
    test: Bool[np.ndarray, " recording"],
    parcel: Int[np.ndarray, " channel"],
) -> Mapping[str, Float[np.ndarray, "_test noun"]]:
    """Log odds of each noun in the test recordings, of each way."""
    weights, bias = _fit(values[train], shown[train])
    said = {"one discriminant, nothing of the person": values[test] @ weights + bias}
    people = np.unique(subject[train], return_inverse=True)[1]
    decays, alone = (_chosen(values[train], shown[train], people, some) for some in (DECAYS, NO_LAYERS))
    share = shown[train].mean(axis=0)
    odds = np.log(share / (1 - share))  # a balanced accuracy asks for evidence beyond the prior
    layers = learned(values[train], shown[train], people, *decays)
    without = learned(values[train], shown[train], people, *alone)
    said["one read-out, nothing of the person"] = _scores(without, _mean(without), values[test]) - odds
    said["subject layers, nothing of the person"] = _scores(layers, _mean(layers), values[test]) - odds
    for k in FEW:
        few = own[:k]
        both = np.concatenate([np.flatnonzero(train), few])
        weights, bias = _fit(values[both], shown[both])
        said[f"one discriminant, {k} labelled recordings in its training"] = values[test] @ weights + bias
        nobody = np.zeros(len(both), np.int64)
        more = learned(values[both], shown[both], nobody, *alone)
        said[f"one read-out, {k} labelled recordings in its training"] = _scores(more, _mean(more), values[test]) - odds
        layer = adapted(layers, values[few], shown[few], decays[0])
        said[f"subject layers, the person's own fitted to {k}"] = _scores(layers, layer, values[test]) - odds
        changed = scaled(layers, values[few], shown[few], parcel)
        said[f"subject layers, a gain and an offset of each parcel fitted to {k}"] = (
            _scores(layers, changed, values[test]) - odds
        )
    return said


def _chosen(
    values: Values, shown: Shown, people: Int[np.ndarray, " recording"], decays: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """The decays that serve the last training person best, who is left out for that."""
    held = people == people.max()
    share = shown[~held].mean(axis=0)
    odds = np.log(np.clip(share, 1e-3, 1) / (1 - share))

    def accuracy(one: tuple[float, float]) -> float:
        layers = learned(values[~held], shown[~held], people[~held], *one)
        return _accuracy(_scores(layers, _mean(layers), values[held]) - odds, shown[held])

    return max(decays, key=accuracy)


def learned(values: Values, shown: Shown, people: Int[np.ndarray, " recording"], layer: float, read: float) -> Layers:
    """Layers of all people and their read-out, by L-BFGS from maps of nothing."""
    shape = (people.max() + 1, values.shape[1], shown.shape[1])
    start = Layers(
        np.zeros((shape[0], shape[1], shape[1])),
        np.zeros(shape[:2]),
        np.random.default_rng(0).normal(size=shape[1:]) * 1e-2,
        np.zeros(shape[2]),
    )
    # People have as many recordings each, so that theirs stand side by side.
    order = np.argsort(people, kind="stable")
    given = tuple(jnp.asarray(one[order].reshape(shape[0], -1, one.shape[1]), jnp.float32) for one in (values, shown))
    return Layers(*_least(partial(_loss, *given, layer / len(values), read / len(values)), start))


def adapted(layers: Layers, values: Values, shown: Shown, decay: float) -> tuple[np.ndarray, np.ndarray]:
    """The layer of a new person, drawn to the mean of the others'."""
    mean = _mean(layers)
    given = (jnp.asarray(values, jnp.float32), jnp.asarray(shown, jnp.float32))
    a, b = _least(partial(_loss_of_one, *given, layers, mean, decay / len(values)), mean)
    return a, b


def scaled(
    layers: Layers, values: Values, shown: Shown, parcel: Int[np.ndarray, " channel"]
) -> tuple[np.ndarray, np.ndarray]:
    """The mean layer behind a gain and an offset of each parcel: x -> g x + c."""
    mean, count = _mean(layers), int(parcel.max()) + 1
    given = (jnp.asarray(values, jnp.float32), jnp.asarray(shown, jnp.float32))
    gain, offset = _least(
        partial(_loss_of_scales, *given, layers, mean, parcel, 1.0 / len(values)), (np.zeros(count), np.zeros(count))
    )
    through = np.eye(len(parcel)) + mean[0]
    # g x + c behind the mean layer is a layer again.
    return through * (1 + gain[parcel]) - np.eye(len(parcel)), mean[1] + through @ offset[parcel]


def _mean(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    return layers.maps.mean(axis=0), layers.offsets.mean(axis=0)


def _scores(layers: Layers, own: tuple[np.ndarray, np.ndarray], values: Values) -> Float[np.ndarray, "recording noun"]:
    found: np.ndarray = (values + values @ own[0].T + own[1]) @ layers.weights + layers.bias
    return found


def _entropy(scores: Array, shown: Array) -> Array:
    return (jax.nn.softplus(scores) - shown * scores).sum(axis=-1).mean()


@jax.jit
def _loss(values: Array, shown: Array, layer: float, read: float, theta: Layers) -> Array:
    moved = values + jnp.einsum("sij,snj->sni", theta.maps, values) + theta.offsets[:, None]
    size = (theta.maps**2).sum() + (theta.offsets**2).sum()
    return _entropy(moved @ theta.weights + theta.bias, shown) + layer * size + read * (theta.weights**2).sum()


@jax.jit
def _loss_of_one(values: Array, shown: Array, layers: Layers, mean: tuple, decay: float, own: tuple) -> Array:
    scores = (values + values @ own[0].T + own[1]) @ layers.weights + layers.bias
    return _entropy(scores, shown) + decay * sum(((a - b) ** 2).sum() for a, b in zip(own, mean, strict=True))


@jax.jit
def _loss_of_scales(
    values: Array, shown: Array, layers: Layers, mean: tuple, parcel: Array, decay: float, scales: tuple
) -> Array:
    gain, offset = scales
    changed = values * (1 + gain[parcel]) + offset[parcel]
    scores = (changed + changed @ mean[0].T + mean[1]) @ layers.weights + layers.bias
    return _entropy(scores, shown) + decay * ((gain**2).sum() + (offset**2).sum())


def _least(loss, start):  # type: ignore[no-untyped-def]
    """The parameters of least loss."""
    flat, whole = jax.flatten_util.ravel_pytree(jax.tree.map(lambda one: jnp.asarray(one, jnp.float32), start))
    slope = jax.jit(jax.value_and_grad(lambda theta: loss(whole(theta))))

    def both(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope(jnp.asarray(theta, jnp.float32))
        return float(value), np.asarray(gradient, np.float64)

    found = minimize(both, np.asarray(flat, np.float64), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return tuple(np.asarray(one, np.float64) for one in whole(jnp.asarray(found.x, jnp.float32)))
