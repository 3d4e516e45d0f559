"""Patterns of bindings as products: who takes part in a relation or has an attribute turns its pattern up or down, channel by channel.

    q(a)      v_q (1 + d^A_a)                      v, w  patterns of attribute q and relation r over channels
    r(a, b)   w_r (1 + d^S_a + d^O_b)              d     gains of a noun over channels, 0 where nothing is known of them

The pattern of the feature `hold with subject man` is w_hold d^S_man: a noun's gain is learned from all that is said of it, a relation's
pattern from all its arguments, so that hold(man, bat) has a pattern where training has neither man nor bat in it. A pattern per
binding has the one or two recordings that show it. Gains and patterns are fitted in turn, each by conjugate gradients against the
noise's covariance; d ~ N(0, s), as smooth as patterns are, s updated by the evidence (D. MacKay 1992, Neural Computation 4). Groups of
entities share no axis, so that each is fitted for itself, beside the one s of a band: its arrays are small enough to stay in a cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.axes import Axes
from neurona.encoding_models.normal_equations import conjugate

_STEPS = 8
_START = 0.2


@dataclass(frozen=True)
class Products:
    """Bindings that occur in training, of all bands: which word and which gain each of them joins.

    A gain is that of a noun in one band: numbered noun by noun, band after band.

    Attributes:
        word: place of each binding's word among the words.
        gain: number of each binding's gain.
        shape: bands and nouns.
        design: of the training scenes, to be centred by `mean`.
        turned: its transpose.
        mean: of the design.
        power: sum of squares of each centred column.
        by_word, by_gain: sums over the bindings of each.
    """

    word: Int[np.ndarray, " binding"]
    gain: Int[np.ndarray, " binding"]
    shape: tuple[int, int]
    design: csr_array
    turned: csr_array
    mean: Float[np.ndarray, " binding"]
    power: Float[np.ndarray, " binding"]
    by_word: csr_array
    by_gain: csr_array

    @classmethod
    def of(
        cls,
        design: Float[np.ndarray, "row binding"],
        word: Int[np.ndarray, " binding"],
        gain: Int[np.ndarray, " binding"],
        *,
        words: int,
        shape: tuple[int, int],
    ) -> Products:
        """Of bindings, of which those that no scene shows have nothing to learn from.

        Args:
            design: features of the training scenes.
            word, gain, shape: as above.
            words: how many.
        """
        seen = design.any(axis=0)
        part, word, gain = csr_array(design[:, seen]), word[seen], gain[seen]
        mean, power = _moments(part)
        sums = _sums(word, words), _sums(gain, shape[0] * shape[1])
        return cls(word, gain, shape, part, csr_array(part.T), mean, power, *sums)

    def predict(self, patterns: Float[np.ndarray, "binding channel"]) -> Float[np.ndarray, "row channel"]:
        """Centred responses."""
        return self.design @ patterns - self.mean @ patterns

    def gather(self, left: Float[np.ndarray, "row channel"]) -> Float[np.ndarray, "binding channel"]:
        """The transpose of `predict`."""
        return self.turned @ left - np.outer(self.mean, left.sum(axis=0))


@dataclass(frozen=True)
class Channels:
    """Between coordinates on the axes of one group and values on its channels.

    Attributes:
        along: places of the axes.
        vectors: unit vector of each.
        spread: noise's standard deviation on each.
    """

    along: slice | Int[np.ndarray, " axis"]
    vectors: Float[np.ndarray, "channel axis"]
    spread: Float[np.ndarray, " axis"]

    @classmethod
    def of_groups(cls, axes: Axes) -> list[Channels]:
        """One for each group."""
        found = []
        for group in np.unique(axes.group):
            along = np.flatnonzero(axes.group == group)
            channels = np.flatnonzero(axes.vectors[:, along].any(axis=1))
            vectors = np.ascontiguousarray(axes.vectors[np.ix_(channels, along)])
            found.append(cls(_span(along), vectors, axes.spread[along].astype(np.float32)))
        return found

    def fields(self, coefficients: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "row channel"]:
        """Values on channels of coefficients of unit vectors."""
        return coefficients @ self.vectors.T

    def coefficients(self, fields: Float[np.ndarray, "row channel"]) -> Float[np.ndarray, "row axis"]:
        """The inverse, and the transpose, of `fields`."""
        return fields @ self.vectors

    def over(self, patterns: Float[np.ndarray, "word axis"]) -> Float[np.ndarray, "word channel"]:
        """Patterns on channels."""
        return self.fields(patterns * self.spread)

    def seen(self, over: Float[np.ndarray, "word channel"]) -> Float[np.ndarray, "word axis"]:
        """Mean square of a pattern over channels, by the noise's variance on each axis."""
        return (over**2).mean(axis=1, keepdims=True) / self.spread**2


@dataclass(frozen=True)
class Responses:
    """Centred responses of one group's axes to training scenes as functions of patterns and of gains, each linear, with their transposes.

    Fields are values on channels: `over` of words' patterns, `turned` of gains.
    """

    channels: Channels
    products: Products
    words: csr_array
    words_turned: csr_array
    mean: Float[np.ndarray, " word"]

    def of_words(self, patterns: Float[np.ndarray, "word axis"]) -> Float[np.ndarray, "row axis"]:
        """Responses to words alone."""
        return self.words @ patterns - self.mean @ patterns

    def of_products(
        self, over: Float[np.ndarray, "word channel"], turned: Float[np.ndarray, "gain channel"]
    ) -> Float[np.ndarray, "row axis"]:
        """Responses to products."""
        shown = self.products.predict(over[self.products.word] * turned[self.products.gain])
        return self.channels.coefficients(shown) / self.channels.spread

    def to_patterns(
        self, left: Float[np.ndarray, "row axis"], turned: Float[np.ndarray, "gain channel"]
    ) -> Float[np.ndarray, "word axis"]:
        """The transpose of responses as a function of patterns."""
        direct = self.words_turned @ left - np.outer(self.mean, left.sum(axis=0))
        over = self.products.by_word @ (self._gathered(left) * turned[self.products.gain])
        return direct + self.channels.coefficients(over) * self.channels.spread

    def to_gains(
        self, left: Float[np.ndarray, "row axis"], over: Float[np.ndarray, "word channel"]
    ) -> Float[np.ndarray, "gain axis"]:
        """The transpose of responses as a function of gains."""
        return self.channels.coefficients(self.products.by_gain @ (self._gathered(left) * over[self.products.word]))

    def _gathered(self, left: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "binding channel"]:
        """Of recordings, of which there are fewer than bindings: what is linear over rows may come after."""
        return self.products.gather(self.channels.fields(left / self.channels.spread))

    def strength(self, over: Float[np.ndarray, "word channel"]) -> Float[np.ndarray, "gain axis"]:
        """About how much each gain shows: power of its bindings, by the noise's variance."""
        power = self.products.power[:, None] * self.channels.seen(over)[self.products.word]
        return (self.products.by_gain @ power).astype(np.float32)


class Gains(NamedTuple):
    """Gains of nouns, one set for each band of products.

    Attributes:
        gains: coefficients on axes' unit vectors.
        uncertainty: variance of the coefficients after the fit.
    """

    gains: Float[np.ndarray, "gain axis"]
    uncertainty: Float[np.ndarray, "gain axis"]


def fit_gains(
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row word"],
    products: Products,
    patterns: Float[np.ndarray, "word axis"],
    prior: Float[np.ndarray, "word axis"],
    smoothness: Float[np.ndarray, " axis"],
    *,
    expected: Float[np.ndarray, "word axis"],
    rounds: int = 4,
) -> tuple[Float[np.ndarray, "word axis"], Gains]:
    """Gains, and the patterns of words beside them.

    Args:
        axes: coordinates.
        recorded: z of the training recordings.
        design: of words, which are no products.
        products: bindings.
        patterns: of words, to begin with.
        prior: variance of patterns beforehand.
        smoothness: variance of a field's coefficient on each axis, 1 on average over channels.
        expected: mean of patterns beforehand.
        rounds: of updates.
    """
    words = csr_array(design)
    mean, power = _moments(words)
    shared = products, words, csr_array(words.T), mean
    models = [Responses(channels, *shared) for channels in Channels.of_groups(axes)]
    bands, nouns = products.shape
    patterns = patterns.copy()
    found = Gains(*np.zeros((2, bands * nouns, patterns.shape[1]), np.float32))
    variance = np.full(bands, _START)
    for step in range(rounds):
        shown, counted = np.zeros((2, bands))
        steps = _STEPS if step < rounds - 1 else 2 * _STEPS
        for model in models:
            at = model.channels.along
            target = recorded[:, at] - recorded[:, at].mean(axis=0)
            gains, unknown, strength = _gains(
                model, target, patterns[:, at], found.gains[:, at], variance, smoothness[at]
            )
            found.gains[:, at], found.uncertainty[:, at] = gains, unknown
            shown += (gains**2 / smoothness[at]).reshape(bands, -1).sum(axis=1)
            counted += (strength * unknown).reshape(bands, -1).sum(axis=1)
            patterns[:, at] = _patterns(
                model, target, patterns[:, at], gains, prior[:, at], expected[:, at], power, steps
            )
        variance = np.clip(shown / np.maximum(counted, 1), 1e-3, 2)
    return patterns, found


def _gains(
    model: Responses,
    target: Float[np.ndarray, "row axis"],
    patterns: Float[np.ndarray, "word axis"],
    gains: Float[np.ndarray, "gain axis"],
    variance: Float[np.ndarray, " band"],
    smoothness: Float[np.ndarray, " axis"],
) -> tuple[Float[np.ndarray, "gain axis"], Float[np.ndarray, "gain axis"], Float[np.ndarray, "gain axis"]]:
    """Gains beside patterns that are known, their variance, and about how much each shows. All bands at once: subject's and object's gains are told apart only together."""
    over = model.channels.over(patterns)
    strength = model.strength(over)
    penalty = np.repeat(1 / (variance[:, None] * smoothness), model.products.shape[1], axis=0).astype(np.float32)

    def gram(some: np.ndarray) -> np.ndarray:
        return model.to_gains(model.of_products(over, model.channels.fields(some)), over)

    moments = model.to_gains(target - model.of_words(patterns), over)
    return conjugate(gram, strength, penalty, moments, gains, _STEPS, _tied), 1 / (strength + penalty), strength


def _patterns(
    model: Responses,
    target: Float[np.ndarray, "row axis"],
    patterns: Float[np.ndarray, "word axis"],
    gains: Float[np.ndarray, "gain axis"],
    prior: Float[np.ndarray, "word axis"],
    expected: Float[np.ndarray, "word axis"],
    power: Float[np.ndarray, " word"],
    steps: int,
) -> Float[np.ndarray, "word axis"]:
    """Patterns beside gains that are known."""
    turned = model.channels.fields(gains)

    def gram(some: np.ndarray) -> np.ndarray:
        shown = model.of_words(some) + model.of_products(model.channels.over(some), turned)
        return model.to_patterns(shown, turned)

    moments = model.to_patterns(target, turned) + expected / prior
    return conjugate(gram, power[:, None], 1 / prior, moments, patterns, steps, _tied)


def product_patterns(
    axes: Axes,
    patterns: Float[np.ndarray, "word axis"],
    found: Gains,
    word: Int[np.ndarray, " binding"],
    gain: Int[np.ndarray, " binding"],
) -> tuple[Float[np.ndarray, "binding axis"], Float[np.ndarray, "binding axis"]]:
    """Patterns of bindings, seen in training or not, and about how uncertain they are."""
    means, variances = np.empty((2, len(word), patterns.shape[1]), np.float32)
    for channels in Channels.of_groups(axes):
        at = channels.along
        over, field = channels.over(patterns[:, at]), channels.fields(found.gains[:, at])
        means[:, at] = channels.coefficients(over[word] * field[gain]) / channels.spread
        variances[:, at] = channels.seen(over)[word] * found.uncertainty[:, at][gain]
    return means, variances


def _tied(a: Float[np.ndarray, "row axis"], b: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, ""]:
    """The inner product of a group: products on channels tie its axes."""
    return np.asarray((a * b).sum())


def _moments(design: csr_array) -> tuple[Float[np.ndarray, " column"], Float[np.ndarray, " column"]]:
    """Mean of each column, and its sum of squares around it."""
    mean = np.asarray(design.mean(axis=0)).reshape(-1).astype(design.dtype)
    return mean, np.asarray((design**2).sum(axis=0)).reshape(-1) - design.shape[0] * mean**2


def _span(places: Int[np.ndarray, " place"]) -> slice | Int[np.ndarray, " place"]:
    """Neighbours as a slice, which copies nothing."""
    return slice(int(places[0]), int(places[-1]) + 1) if (np.diff(places) == 1).all() else places


def _sums(place: Int[np.ndarray, " row"], size: int) -> csr_array:
    """Sums rows that have the same place."""
    return csr_array((np.ones(len(place), np.float32), (place, np.arange(len(place)))), shape=(size, len(place)))
