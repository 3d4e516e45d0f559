"""The encoding model: what each feature of a scene does to the brain, by empirical Bayes.

    y_n = m + h (B' x_n) + e_n,    e ~ N(0, C_time x C_space)

in the white coordinates of `axes`. The share g_c of the signal on axis c is learned, smooth over the axes' order.

1. Words. Feature k on axis c of group p: B_kc ~ rho_kp N(0, v_b g_c), b the band of k. The probability rho_kp that p carries k is its
   Bayes factor against no response, updated with the patterns (a spike-and-slab prior; T. Mitchell, J. Beauchamp 1988,
   Bayesian variable selection in linear regression, JASA 83). Nouns in roles are carried where the nouns are. rho is the
   grounding; nobody told the model any.
2. Bindings of a word with a noun: the word's pattern times a gain of the noun (`gains`).
3. Noise: the covariance of what is left (`spectrum`).

Words of one kind of an ontology lend each other what they know in step 1, as far as they are alike (`kinship`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d

from neurona.blocks import Rows, give_back, room
from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import BANDS, PRODUCTS, Bindings
from neurona.encoding_models.gains import Products, fit_gains, product_patterns
from neurona.encoding_models.kinship import Estimates, Kinship, alike, lend, log_factor
from neurona.encoding_models.normal_equations import Centred, conjugate, gram_product
from neurona.encoding_models.spectrum import noise_covariance


@dataclass(frozen=True)
class Encoding:
    """A fitted encoding model.

    Attributes:
        axes: coordinates.
        centre: mean of the features of training scenes.
        patterns: B, in the coordinates of `axes`.
        uncertainty: variance of B.
        noise: covariance of the coordinates' noise.
        carried: rho, how probably each group carries each feature.
    """

    axes: Axes
    centre: Float[np.ndarray, " feature"]
    patterns: Float[np.ndarray, "feature axis"]
    uncertainty: Float[np.ndarray, "feature axis"]
    noise: Float[np.ndarray, "axis axis"]
    carried: Float[np.ndarray, "feature group"]

    @property
    def shares(self) -> Float[np.ndarray, "feature group"]:
        """Each group's share of the power of each feature's response. At high SNR every group carries a trace of every word."""
        member = np.eye(self.carried.shape[1], dtype=np.float32)[self.axes.group]
        power = self.patterns**2 @ member
        return power / np.maximum(power.sum(axis=1, keepdims=True), np.float32(1e-12))


def fit_encoding(
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    bindings: Bindings,
    *,
    rounds: int = 10,
    carriers: float = 0.1,
    kinds: Mapping[str, str] | None = None,
) -> Encoding:
    """Fit the patterns, then the covariance of what is left.

    Args:
        axes: coordinates.
        recorded: z of the training recordings.
        design: features of their scenes.
        bindings: the features.
        rounds: of updates.
        carriers: share of the groups that carry a word, to begin with.
        kinds: word -> its kind, whose words lend each other what they know (`kinship`); each word stands for itself when None.
    """
    band, parent = bindings.band, bindings.parent
    start = _State.start(axes, bindings, carriers, kinds)
    # Words alone first: they are few, and they say where their bindings are carried.
    alone = np.flatnonzero(parent == np.arange(len(parent)))
    state = _rounds(start, axes, recorded, design, band, parent, rounds, alone)
    words = np.flatnonzero(~np.isin(band, [BANDS.index(name) for name in PRODUCTS]))
    if len(words) > len(alone):
        state = _rounds(state, axes, recorded, design, band, parent, 4, words)
    prior = state.prior(axes, band)
    centred = design - design.mean(axis=0)
    count = np.maximum((centred**2).sum(axis=0), 1e-3)[:, None]
    uncertainty = 1 / (count + 1 / prior)
    patterns, uncertainty = _with_products(axes, recorded, design, bindings, state, words, prior, uncertainty)
    scenes, left = Centred.of(design), room(recorded.shape, np.result_type(recorded, centred, patterns))
    for part, block in _centred(recorded):
        left[part] = block - scenes.predict(part, patterns)
        give_back(left)
    power = Rows(left, dtype=left.dtype).sum(lambda _, block: (block**2).sum(axis=0)) / len(left)
    taken = (centred**2).mean(axis=0) @ uncertainty / np.maximum(power, 1e-12)
    noise = noise_covariance(left, taken)
    return Encoding(axes, design.mean(axis=0), patterns, uncertainty, noise, state.rho)


def _with_products(
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    bindings: Bindings,
    state: _State,
    words: Int[np.ndarray, " word"],
    prior: Float[np.ndarray, "feature axis"],
    uncertainty: Float[np.ndarray, "feature axis"],
) -> tuple[Float[np.ndarray, "feature axis"], Float[np.ndarray, "feature axis"]]:
    """Patterns of all features and their variance: words', given in `uncertainty`, and products of words with nouns' gains."""
    band, parent = bindings.band, bindings.parent
    nouns = {noun: k for k, noun in enumerate(sorted({f.words[1] for f in bindings.features if f.band in PRODUCTS}))}
    place = np.full(len(band), -1)
    place[words] = np.arange(len(words))
    bands = [number for number in map(BANDS.index, PRODUCTS) if (band == number).any()]
    if not bands:
        return state.mean, uncertainty
    columns = np.flatnonzero(np.isin(band, bands))
    gain = np.array([bands.index(band[k]) * len(nouns) + nouns[bindings.features[k].words[1]] for k in columns])
    word = place[parent[columns]]
    products = Products.of(design[:, columns], word, gain, words=len(words), shape=(len(bands), len(nouns)))
    patterns, gains = fit_gains(
        axes,
        recorded,
        design[:, words],
        products,
        state.mean[words],
        prior[words],
        _smoothness(axes, state.g),
        expected=state.expected(axes)[words],
    )
    full, variance = np.zeros_like(state.mean), uncertainty.copy()
    full[words] = patterns
    full[columns], variance[columns] = product_patterns(axes, patterns, gains, word, gain)
    return full, variance


def _smoothness(axes: Axes, share: Float[np.ndarray, " axis"]) -> Float[np.ndarray, " axis"]:
    """Variance of a field's coefficients that is as smooth as patterns are, 1 on average in every group."""
    power = share * axes.spread**2
    size = np.bincount(axes.group)
    mean = np.bincount(axes.group, power) / np.maximum(size, 1)
    return (power / np.maximum(mean[axes.group], 1e-12)).astype(np.float32)


@dataclass
class _State:
    """What step 1 updates: patterns, and their prior.

    Where a feature is carried its pattern has the variance v g beforehand, times `narrowed`, around `lent`: 1 and 0 where it has no kin. `alone` is rho by a feature's own
    recordings, whatever its kin say.
    """

    mean: Float[np.ndarray, "feature axis"]
    rho: Float[np.ndarray, "feature group"]
    v: Float[np.ndarray, " band"]
    g: Float[np.ndarray, " axis"]
    share: Float[np.ndarray, " band"]
    alone: Float[np.ndarray, "feature group"]
    kinship: Kinship | None = None
    lent: Float[np.ndarray, "#feature #axis"] = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    narrowed: Float[np.ndarray, "#feature #axis"] = field(default_factory=lambda: np.ones((1, 1), np.float32))

    @classmethod
    def start(cls, axes: Axes, bindings: Bindings, carriers: float, kinds: Mapping[str, str] | None) -> _State:
        features, n_axes, n_groups = len(bindings), len(axes.group), int(axes.group.max()) + 1
        rho = np.full((features, n_groups), carriers, np.float32)
        v, share = np.full(len(BANDS), 0.3, np.float32), np.full(len(BANDS), carriers)
        found = cls(np.zeros((features, n_axes), np.float32), rho, v, np.ones(n_axes, np.float32), share, rho)
        if not kinds:
            return found
        kinship, each = Kinship.of(bindings, kinds, len(BANDS)), np.ones((features, n_axes), np.float32)
        return replace(found, kinship=kinship, lent=0 * each, narrowed=each)

    def prior(self, axes: Axes, band: Int[np.ndarray, " feature"]) -> Float[np.ndarray, "feature axis"]:
        """Variance of each pattern beforehand."""
        return (self.rho * self.v[band][:, None])[:, axes.group] * self.g * self.narrowed + np.float32(1e-6)

    def expected(self, axes: Axes) -> Float[np.ndarray, "feature axis"]:
        """Mean of each pattern beforehand."""
        return self.rho[:, axes.group] * self.lent


def _rounds(
    state: _State,
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    band: Int[np.ndarray, " feature"],
    parent: Int[np.ndarray, " feature"],
    rounds: int,
    chosen: Int[np.ndarray, " chosen"],
) -> _State:
    """Update the chosen features' patterns and the prior in turn; the others have no response."""
    times_gram, power = gram_product(design[:, chosen])
    gram = np.cov(design[:, chosen].T, bias=True).reshape(len(chosen), -1) * len(design)
    centred = design[:, chosen] - design[:, chosen].mean(axis=0)
    moments = _centred(recorded).sum(lambda part, block: centred[part].T @ block)
    member = np.eye(int(axes.group.max()) + 1, dtype=np.float32)[axes.group]
    order = np.argsort(-axes.spread, kind="stable")
    bands, own = band[chosen], parent[chosen] == chosen
    v, g, share, rho = state.v.copy(), state.g.copy(), state.share.copy(), state.rho.copy()
    mean, alone, narrowed, lent = state.mean[chosen], state.alone.copy(), state.narrowed, state.lent
    kinship = None if state.kinship is None else state.kinship.take(chosen)
    if kinship is not None:
        narrowed, lent = narrowed[chosen], lent[chosen]
    for step in range(rounds):
        prior = (rho[chosen] * v[bands][:, None])[:, axes.group] * g * narrowed + np.float32(1e-6)
        expected = rho[chosen][:, axes.group] * lent
        count = own_count(gram, prior.mean(axis=1))[:, None]
        steps = 6 if step < rounds - 1 else 20
        mean = conjugate(times_gram, power[:, None], 1 / prior, moments + expected / prior, mean, steps)
        rough = mean + (moments - times_gram(mean)) / count
        slab = v[bands][:, None] * g
        before = share[bands][:, None]
        if kinship is not None:
            by_itself = _carried(log_factor(rough, count, np.zeros((1, 1)), slab, axes.group), before)
            alone[chosen[own]] = (alone[chosen[own]] + by_itself[own]) / 2
            alone = alone[parent]
            estimates = Estimates(rough, count, slab, alone[chosen], before[:, 0], axes.group, bands)
            kinship = alike(kinship, estimates)
            said = lend(kinship, estimates)
            lent, narrowed, before = said.mean, said.variance / slab, said.carried
        carried = _carried(log_factor(rough, count, lent, slab * narrowed, axes.group), before)
        rho[chosen[own]] = (rho[chosen[own]] + carried[own]) / 2
        rho = rho[parent]
        excess = rough**2 - 1 / count
        weight = rho[chosen][:, axes.group] / (1 / count + slab) ** 2
        above, below = np.zeros(len(g)), np.zeros(len(g))
        for number in np.unique(bands):
            rows = bands == number
            v[number] = np.clip(
                (weight[rows] * excess[rows] * g).sum() / max((weight[rows] * g**2).sum(), 1e-12), 1e-4, 1e5
            )
            if (rows & own).any():
                share[number] = np.clip(carried[rows & own].mean(), 0.5 / member.shape[1], 0.9)
            above += (weight[rows] * excess[rows]).sum(axis=0) * v[number]
            below += weight[rows].sum(axis=0) * v[number] ** 2
        g[order] = np.clip(smooth(above[order]) / np.maximum(smooth(below[order]), 1e-12), 1e-3, None)
        g /= g.max()
    found = replace(state, mean=np.zeros_like(state.mean), rho=rho, v=v, g=g, share=share, alone=alone)
    found.mean[chosen] = mean
    if kinship is None or state.kinship is None:
        return found
    found = replace(found, lent=np.zeros_like(state.lent), narrowed=np.ones_like(state.narrowed))
    found.lent[chosen], found.narrowed[chosen] = lent, narrowed
    return replace(found, kinship=replace(kinship, kin=state.kinship.kin))


def _centred(recorded: Float[np.ndarray, "row axis"]) -> Rows:
    """Recordings less their mean."""
    whole = Rows(recorded, dtype=recorded.dtype)
    mean = whole.sum(lambda _, block: block.sum(axis=0)) / len(recorded)
    return Rows(recorded, None, mean, recorded.dtype)


def _carried(
    factor: Float[np.ndarray, "feature group"], before: Float[np.ndarray, "feature #group"]
) -> Float[np.ndarray, "feature group"]:
    """Posterior probability that a group carries a feature."""
    return 1 / (1 + np.exp(-np.clip(np.log(before / (1 - before)) + factor, -12, 12)))


def own_count(
    gram: Float[np.ndarray, "feature feature"], prior: Float[np.ndarray, " feature"]
) -> Float[np.ndarray, " feature"]:
    """How many recordings' worth of evidence there is for each feature that no other feature could account for as well.

    1 / count is the variance of its pattern's estimate with the others' patterns unknown, N(0, prior).
    """
    inverse = np.linalg.inv(gram.astype(np.float64) + np.diag(1 / prior))
    return np.maximum(1 / np.diag(inverse) - 1 / prior, 1e-3).astype(np.float32)


def smooth(values: Float[np.ndarray, " axis"]) -> Float[np.ndarray, " axis"]:
    """A running mean with Gaussian weights, over a fortieth of the axes."""
    width = max(1, len(values) // 40)
    return gaussian_filter1d(values, width, mode="nearest")
