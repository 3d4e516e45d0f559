"""Patterns of bindings as products: who takes part in a relation or has an attribute turns its pattern up or down, channel by channel.

    q(a)      v_q (1 + d^A_a)                      v, w  patterns of attribute q and relation r over channels
    r(a, b)   w_r (1 + d^S_a + d^O_b)              d     gains of a noun over channels, 0 where nothing is known of them

The pattern of the feature `hold with subject man` is w_hold d^S_man: a noun's gain is learned from all that is said of it, a relation's
pattern from all its arguments, so that hold(man, bat) has a pattern where training has neither man nor bat in it. A pattern per
binding has the one or two recordings that show it. Gains and patterns are fitted in turn, each by conjugate gradients against the
noise's covariance; d ~ N(0, s), as smooth as patterns are, s updated by the evidence (D. MacKay 1992, Neural Computation 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.axes import Axes
from neurona.encoding_models.normal_equations import conjugate

_STEPS = 8
_START = 0.2


@dataclass(frozen=True)
class Product:
    """One band of bindings: which word and which noun each of its features joins.

    Attributes:
        columns: places of the band's features.
        word: place of each feature's word among the features.
        noun: number of each feature's noun.
        design: of the training scenes, centred by `mean`.
        mean: of the design.
    """

    columns: Int[np.ndarray, " binding"]
    word: Int[np.ndarray, " binding"]
    noun: Int[np.ndarray, " binding"]
    design: csr_array
    mean: Float[np.ndarray, " binding"]

    @classmethod
    def of(
        cls,
        design: Float[np.ndarray, "row feature"],
        columns: Int[np.ndarray, " binding"],
        word: Int[np.ndarray, " binding"],
        noun: Int[np.ndarray, " binding"],
    ) -> Product:
        """The bindings that occur in training; others have nothing to learn from."""
        part = design[:, columns]
        seen = part.any(axis=0)
        part = part[:, seen]
        return cls(columns[seen], word[seen], noun[seen], csr_array(part), part.mean(axis=0))

    def predict(self, patterns: Float[np.ndarray, "binding axis"]) -> Float[np.ndarray, "row axis"]:
        """Centred responses."""
        return self.design @ patterns - self.mean @ patterns

    def gather(self, left: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "binding axis"]:
        """The transpose of `predict`."""
        return self.design.T @ left - np.outer(self.mean, left.sum(axis=0))

    @property
    def power(self) -> Float[np.ndarray, " binding"]:
        """Sum of squares of each feature."""
        return np.asarray((self.design**2).sum(axis=0)).reshape(-1) - self.design.shape[0] * self.mean**2


class Channels:
    """Between coordinates on axes and values on channels, one group at a time; here the channels of a group stand together."""

    def __init__(self, axes: Axes) -> None:
        self._parts, size = [], 0
        for group in np.unique(axes.group):
            along = np.flatnonzero(axes.group == group)
            channels = np.flatnonzero(axes.vectors[:, along].any(axis=1))
            vectors = np.ascontiguousarray(axes.vectors[np.ix_(channels, along)])
            self._parts.append((_span(along), slice(size, size + len(channels)), vectors))
            size += len(channels)
        self.shape = size, axes.vectors.shape[1]
        self.group = axes.group
        self.spread = axes.spread.astype(np.float32)

    def fields(self, coefficients: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "row channel"]:
        """Values on channels of coefficients of unit vectors."""
        found = np.zeros((len(coefficients), self.shape[0]), np.float32)
        for along, channels, vectors in self._parts:
            found[:, channels] = coefficients[:, along] @ vectors.T
        return found

    def coefficients(self, fields: Float[np.ndarray, "row channel"]) -> Float[np.ndarray, "row axis"]:
        """The inverse, and the transpose, of `fields`."""
        found = np.zeros((len(fields), self.shape[1]), np.float32)
        for along, channels, vectors in self._parts:
            found[:, along] = fields[:, channels] @ vectors
        return found

    def inner(self, a: Float[np.ndarray, "row axis"], b: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, " axis"]:
        """Inner product in each axis's group: products on channels tie the axes of a group."""
        of_axis = (a * b).sum(axis=0)
        return np.bincount(self.group, of_axis).astype(np.float32)[self.group]

    def mean_square(self, fields: Float[np.ndarray, "row channel"]) -> Float[np.ndarray, "row axis"]:
        """Mean over the channels of each axis's group."""
        found = np.zeros((len(fields), self.shape[1]), np.float32)
        for along, channels, _ in self._parts:
            found[:, along] = (fields[:, channels] ** 2).mean(axis=1, keepdims=True)
        return found


@dataclass
class Gains:
    """Gains of nouns, one set for each band of products.

    Attributes:
        gains: coefficients on axes' unit vectors.
        variance: s of each band.
        uncertainty: variance of the coefficients after the fit.
    """

    gains: list[Float[np.ndarray, "noun axis"]]
    variance: list[float]
    uncertainty: list[Float[np.ndarray, "noun axis"]]


class Responses:
    """Centred responses of training scenes as functions of patterns and of gains, each linear, with their transposes.

    Fields are values on channels: `over` of words' patterns, `turned` of gains, one array a band of products.
    """

    def __init__(
        self,
        axes: Axes,
        design: Float[np.ndarray, "row feature"],
        products: Sequence[Product],
        words: Int[np.ndarray, " word"],
        nouns: int,
    ) -> None:
        self.channels, self.products, self.nouns = Channels(axes), products, nouns
        self.words, self.mean = csr_array(design[:, words]), design[:, words].mean(axis=0)
        self.power = np.asarray((self.words**2).sum(axis=0)).reshape(-1) - len(design) * self.mean**2

    def of_words(self, patterns: Float[np.ndarray, "word axis"]) -> Float[np.ndarray, "row axis"]:
        """Responses to words alone."""
        return self.words @ patterns - self.mean @ patterns

    def over(self, patterns: Float[np.ndarray, "word axis"]) -> Float[np.ndarray, "word channel"]:
        """Patterns on channels."""
        return self.channels.fields(patterns * self.channels.spread)

    def of_products(
        self, over: Float[np.ndarray, "word channel"], turned: Sequence[Float[np.ndarray, "noun channel"]]
    ) -> Float[np.ndarray, "row axis"]:
        """Responses to all bands of products."""
        shown = sum(
            (
                part.predict(over[part.word] * field[part.noun])
                for part, field in zip(self.products, turned, strict=True)
            ),
            start=np.zeros((self.words.shape[0], self.channels.shape[0]), np.float32),
        )
        return self.channels.coefficients(shown) / self.channels.spread

    def to_patterns(
        self, left: Float[np.ndarray, "row axis"], turned: Sequence[Float[np.ndarray, "noun channel"]]
    ) -> Float[np.ndarray, "word axis"]:
        """The transpose of responses as a function of patterns."""
        direct = self.words.T @ left - np.outer(self.mean, left.sum(axis=0))
        over, shown = np.zeros((len(self.mean), self.channels.shape[0]), np.float32), self._shown(left)
        for part, field in zip(self.products, turned, strict=True):
            over += sums(part.word, len(self.mean)) @ (part.gather(shown) * field[part.noun])
        return direct + self.channels.coefficients(over) * self.channels.spread

    def to_gains(
        self, left: Float[np.ndarray, "row axis"], over: Float[np.ndarray, "word channel"]
    ) -> Float[np.ndarray, "gain axis"]:
        """The transpose of responses as a function of gains, band after band."""
        shown = self._shown(left)
        found = [sums(part.noun, self.nouns) @ (part.gather(shown) * over[part.word]) for part in self.products]
        return self.channels.coefficients(np.concatenate(found))

    def _shown(self, left: Float[np.ndarray, "row axis"]) -> Float[np.ndarray, "row channel"]:
        """Of recordings, of which there are fewer than bindings: what is linear over rows may come after."""
        return self.channels.fields(left / self.channels.spread)

    def strength(self, over: Float[np.ndarray, "word channel"]) -> Float[np.ndarray, "gain axis"]:
        """About how much each gain shows: power of its bindings, by the noise's variance."""
        seen = self.channels.mean_square(over) / self.channels.spread**2
        found = [sums(part.noun, self.nouns) @ (part.power[:, None] * seen[part.word]) for part in self.products]
        return np.concatenate(found).astype(np.float32)


def fit_gains(
    axes: Axes,
    recorded: Float[np.ndarray, "row axis"],
    design: Float[np.ndarray, "row feature"],
    products: Sequence[Product],
    words: Int[np.ndarray, " word"],
    patterns: Float[np.ndarray, "word axis"],
    prior: Float[np.ndarray, "word axis"],
    smoothness: Float[np.ndarray, " axis"],
    nouns: int,
    *,
    expected: Float[np.ndarray, "word axis"],
    rounds: int = 4,
) -> tuple[Float[np.ndarray, "word axis"], Gains]:
    """Gains, and the patterns of words beside them.

    Args:
        axes: coordinates.
        recorded: z of the training recordings.
        design: features of their scenes.
        products: bands of bindings; their `word` counts among `words`.
        words: features that are no products.
        patterns: theirs, to begin with.
        prior: variance of patterns beforehand.
        smoothness: variance of a field's coefficient on each axis, 1 on average over channels.
        nouns: how many.
        expected: mean of patterns beforehand.
        rounds: of updates.
    """
    model, bands = Responses(axes, design, products, words, nouns), len(products)
    target = recorded - recorded.mean(axis=0)
    gains: np.ndarray = np.zeros((bands * nouns, len(smoothness)), np.float32)
    variance: np.ndarray = np.full(bands, _START)
    unknown: np.ndarray = gains
    for step in range(rounds):
        over = model.over(patterns)

        def gain_gram(some: np.ndarray, over: np.ndarray = over) -> np.ndarray:
            return model.to_gains(model.of_products(over, _fields(model, some)), over)

        strength = model.strength(over)
        penalty = np.repeat(1 / (variance[:, None] * smoothness), nouns, axis=0).astype(np.float32)
        moments = model.to_gains(target - model.of_words(patterns), over)
        # All bands at once: subject's and object's gains are told apart only together.
        gains = conjugate(gain_gram, strength, penalty, moments, gains, _STEPS, model.channels.inner)
        unknown = 1 / (strength + penalty)
        explained = (gains**2 / smoothness).reshape(bands, -1).sum(axis=1)
        variance = np.clip(explained / np.maximum((strength * unknown).reshape(bands, -1).sum(axis=1), 1), 1e-3, 2)
        turned = _fields(model, gains)

        def pattern_gram(some: np.ndarray, turned: list[np.ndarray] = turned) -> np.ndarray:
            return model.to_patterns(model.of_words(some) + model.of_products(model.over(some), turned), turned)

        steps = _STEPS if step < rounds - 1 else 2 * _STEPS
        moments, power = model.to_patterns(target, turned) + expected / prior, model.power[:, None]
        patterns = conjugate(pattern_gram, power, 1 / prior, moments, patterns, steps, model.channels.inner)
    return patterns, Gains(np.split(gains, bands), variance.tolist(), np.split(unknown, bands))


def _fields(model: Responses, gains: Float[np.ndarray, "gain axis"]) -> list[Float[np.ndarray, "noun channel"]]:
    """Gains on channels, one array a band."""
    return np.split(model.channels.fields(gains), len(model.products))


def product_patterns(
    axes: Axes,
    patterns: Float[np.ndarray, "word axis"],
    gains: Float[np.ndarray, "noun axis"],
    uncertainty: Float[np.ndarray, "noun axis"],
    word: Int[np.ndarray, " binding"],
    noun: Int[np.ndarray, " binding"],
) -> tuple[Float[np.ndarray, "binding axis"], Float[np.ndarray, "binding axis"]]:
    """Patterns of bindings, seen in training or not, and about how uncertain they are."""
    channels = Channels(axes)
    over, field = channels.fields(patterns * channels.spread), channels.fields(gains)
    variance = channels.mean_square(over)[word] * uncertainty[noun] / channels.spread**2
    return channels.coefficients(over[word] * field[noun]) / channels.spread, variance


def _span(places: Int[np.ndarray, " place"]) -> slice | Int[np.ndarray, " place"]:
    """Neighbours as a slice, which copies nothing."""
    return slice(int(places[0]), int(places[-1]) + 1) if (np.diff(places) == 1).all() else places


def sums(place: Int[np.ndarray, " row"], size: int) -> csr_array:
    """Sums rows that have the same place."""
    return csr_array((np.ones(len(place), np.float32), (place, np.arange(len(place)))), shape=(size, len(place)))
