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
    """Between coordinates on axes and values on channels, one group at a time."""

    def __init__(self, axes: Axes) -> None:
        self._parts = []
        for group in np.unique(axes.group):
            along = np.flatnonzero(axes.group == group)
            channels = np.flatnonzero(axes.vectors[:, along].any(axis=1))
            self._parts.append((along, channels, np.ascontiguousarray(axes.vectors[np.ix_(channels, along)])))
        self.shape = axes.vectors.shape
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
        rounds: of updates.
    """
    channels = Channels(axes)
    main = csr_array(design[:, words])
    mean = design[:, words].mean(axis=0)
    power = np.asarray((main**2).sum(axis=0)).reshape(-1) - len(design) * mean**2
    target = recorded - recorded.mean(axis=0)
    found = Gains([np.zeros((nouns, len(smoothness)), np.float32) for _ in products], [_START for _ in products], [])

    def respond(patterns: np.ndarray, fields: list[np.ndarray], with_words: bool = True) -> np.ndarray:
        """Responses to words (or none) and to products."""
        total = main @ patterns - mean @ patterns if with_words else np.zeros_like(target)
        over = channels.fields(patterns * channels.spread)
        for part, field in zip(products, fields, strict=True):
            total += part.predict(channels.coefficients(over[part.word] * field[part.noun]) / channels.spread)
        return total

    def words_back(left: np.ndarray, fields: list[np.ndarray]) -> np.ndarray:
        """The transpose of `respond` as a function of patterns."""
        direct = main.T @ left - np.outer(mean, left.sum(axis=0))
        over = np.zeros((len(words), channels.shape[0]), np.float32)
        for part, field in zip(products, fields, strict=True):
            back = channels.fields(part.gather(left) / channels.spread) * field[part.noun]
            over += _sums(part.word, len(words)) @ back
        return direct + channels.coefficients(over) * channels.spread

    for step in range(rounds):
        over = channels.fields(patterns * channels.spread)
        rest = target - (main @ patterns - mean @ patterns)

        # All bands' gains at once: subject's and object's are told apart only together.
        def forward(stacked: np.ndarray, over: np.ndarray = over) -> np.ndarray:
            total = np.zeros_like(target)
            for part, gains in zip(products, np.split(stacked, len(products)), strict=True):
                field = channels.fields(gains)
                total += part.predict(channels.coefficients(over[part.word] * field[part.noun]) / channels.spread)
            return total

        def backward(left: np.ndarray, over: np.ndarray = over) -> np.ndarray:
            parts = []
            for part in products:
                back = channels.fields(part.gather(left) / channels.spread) * over[part.word]
                parts.append(channels.coefficients(_sums(part.noun, nouns) @ back))
            return np.concatenate(parts)

        strength = [
            _sums(part.noun, nouns) @ (part.power[:, None] * channels.mean_square(over[part.word]) / channels.spread**2)
            for part in products
        ]
        diagonal = np.concatenate(strength).astype(np.float32)
        penalty = np.concatenate([np.tile(1 / (s * smoothness), (nouns, 1)) for s in found.variance]).astype(np.float32)
        stacked = conjugate(
            lambda gains: backward(forward(gains)),
            diagonal,
            penalty,
            backward(rest),
            np.concatenate(found.gains),
            _STEPS,
            channels.inner,
        )
        found.gains = np.split(stacked, len(products))
        found.uncertainty = []
        for k, (gains, own) in enumerate(zip(found.gains, strength, strict=True)):
            left = 1 / (own + 1 / (found.variance[k] * smoothness))
            known = own * left
            found.uncertainty.append(left)
            found.variance[k] = float(np.clip((gains**2 / smoothness).sum() / max(known.sum(), 1.0), 1e-3, 2.0))
        fields = [channels.fields(gains) for gains in found.gains]
        patterns = conjugate(
            lambda b, f=fields: words_back(respond(b, f), f),
            power[:, None],
            1 / prior,
            words_back(target, fields),
            patterns,
            _STEPS if step < rounds - 1 else 2 * _STEPS,
            channels.inner,
        )
    return patterns, found


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


def _sums(place: Int[np.ndarray, " row"], size: int) -> csr_array:
    """Sums rows that have the same place."""
    return csr_array((np.ones(len(place), np.float32), (place, np.arange(len(place)))), shape=(size, len(place)))
