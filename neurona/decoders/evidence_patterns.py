"""Patterns of words and of words bound to roles, estimated from answers and shrunk entity by entity.

    T_nk        1, 0, or where unknown the training share of ones: whether term k holds in recording n, centred
    B           = (T' T + r)^-1 T' Z of words; bindings likewise, from what the words leave of Z
    A_kp        = a K_p (a K_p + v I)^-1 B_kp,      a = max(0, sum_j l_j (f_j^2 - v) / sum_j l_j^2),      K_p = U diag(l) U',  f = U' B_kp

is the posterior mean of term k's pattern in entity p under the prior N(0, a K_p), whose power a is estimated for each word and entity
(empirical Bayes, by moments); v is the variance that the white noise of z lends to B_k. K_p is the entity's block of C^s, C the
covariance of the noise over channels: with s = 1 a pattern is as smooth over channels as the noise is, with s = 0 rough.
Few entities carry a word, and most get a = 0: the accuracy hangs on that. A binding is looked for where its first word is
carried, with one power for all bindings of a kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from neurona.decoders.standardise import Standardised
from neurona.decoders.told_words import told_words
from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, PARENTS, PRODUCTS, RELATION, Binding, Bindings
from neurona.encoding_models.known_facts import KnownFacts
from neurona.programs import Vocabulary
from neurona.questions import Asked

WORDS = (CONCEPT, ATTRIBUTE, RELATION)
"""Bands of words; of `on` and `under` one stands for both."""


@dataclass(frozen=True)
class Terms:
    """What holds in recordings, as far as is known.

    Attributes:
        names: words first, then words bound to a noun that takes part (`PRODUCTS`).
        parent: of each term the place of its (first) word.
        holds: 1, 0 or NaN.
    """

    names: tuple[Binding, ...]
    parent: Int[np.ndarray, " term"]
    holds: Float[np.ndarray, "recording term"]

    @property
    def n_words(self) -> int:
        """How many terms are words."""
        return sum(name.band in WORDS for name in self.names)

    @property
    def place(self) -> dict[Binding, int]:
        """Column of each term."""
        return {name: k for k, name in enumerate(self.names)}


def terms_of(
    bindings: Bindings,
    known: Sequence[KnownFacts],
    asked: Asked,
    vocabulary: Vocabulary,
    n_recordings: int,
    least: int,
    most: int,
) -> Terms:
    """The words of facts, and the bindings that at least `least` recordings are known to have; of more than `most` the most frequent.

    Args:
        bindings: features of facts.
        known: what is known of each recording that is asked about, in their order.
        asked: questions with their answers, which say what words hold nowhere.
        vocabulary: of the questions.
        n_recordings: that `asked.recording` counts.
        least, most: bindings; see above.
    """
    rows = np.unique(asked.recording)
    design = bindings.design([facts.true for facts in known]) > 0
    columns = {name: k for k, name in enumerate(bindings.features)}
    words = [name for name in bindings.features if name.band in WORDS]
    count = Counter({name: int(design[:, columns[name]].sum()) for name in columns if name.band in PRODUCTS})
    frequent = [(name, n) for name, n in count.most_common(most) if n >= least]
    names = (*words, *sorted(name for name, _ in frequent))
    place = {name: k for k, name in enumerate(words)}
    parent = np.array([place[Binding(PARENTS.get(name.band, name.band), name.words[:1])] for name in names], np.int64)
    holds = np.full((n_recordings, len(names)), np.nan, np.float32)
    told = told_words(asked, vocabulary, [name.words[0] for name in words], n_recordings)[rows]
    complete = np.array([facts.complete for facts in known])
    for k, name in enumerate(names):
        shown = design[:, columns[name]]
        denied = complete if k >= len(words) else complete | (told[:, k] == 0)
        holds[rows, k] = np.where(shown, 1.0, np.where(denied, 0.0, np.nan))
    return Terms(names, parent, holds)


@dataclass(frozen=True)
class Patterns:
    """Patterns of terms over z.

    Attributes:
        pattern: A.
        power: a of each word, as a multiple of v; 0 where an entity does not carry it.
    """

    pattern: Float[np.ndarray, "term z"]
    power: Float[np.ndarray, "word entity"]


class Block(NamedTuple):
    """Prior of patterns within one entity: its z's, U, and l with a mean of 1."""

    places: Int[np.ndarray, " place"]
    vectors: Float[np.ndarray, "place mode"]
    values: Float[np.ndarray, " mode"]


def blocks(to_z: Standardised, smoothness: float) -> tuple[Block, ...]:
    """The prior of each entity; s is `smoothness`."""
    covariance = to_z.covariance_power(smoothness)
    found = []
    for p in range(int(to_z.entity.max()) + 1):
        places = np.flatnonzero(to_z.entity == p)
        values, vectors = np.linalg.eigh(covariance(places))
        values = np.maximum(values, 0)
        found.append(Block(places, vectors.astype(np.float32), (values / max(values.mean(), 1e-12)).astype(np.float32)))
    return tuple(found)


def estimate(
    terms: Terms,
    rows: Int[np.ndarray, " row"],
    values: Float[np.ndarray, "recording z"],
    prior: Sequence[Block],
    penalty: float,
    binding_penalty: float,
) -> Patterns:
    """Estimate the patterns from some recordings.

    Args:
        terms: what holds in all recordings.
        rows: to learn from.
        values: z of all recordings.
        prior: of each entity.
        penalty, binding_penalty: r.
    """
    n_words = terms.n_words
    design = _centred(terms.holds[rows])
    found, variance = _regression(design[:, :n_words], values[rows], penalty)
    pattern = np.zeros((len(terms.names), values.shape[1]), np.float32)
    power = np.zeros((n_words, len(prior)))
    for p, block in enumerate(prior):
        modes = found[:, block.places] @ block.vectors
        excess = ((modes**2 - variance[:, None]) * block.values).sum(axis=1) / (block.values**2).sum()
        power[:, p] = np.maximum(excess, 0) / variance
        gain = power[:, p, None] * block.values
        pattern[:n_words, block.places] = modes * (gain / (gain + 1)) @ block.vectors.T
    if len(terms.names) > n_words:
        # Bindings explain what words leave over, so that they take nothing from them.
        left_over = values[rows] - design[:, :n_words] @ found
        carried = power[terms.parent[n_words:]] > 0
        bound, variance = _regression(design[:, n_words:], left_over, binding_penalty)
        pattern[n_words:] = _bound(
            bound, variance, carried, np.array([name.band for name in terms.names[n_words:]]), prior
        )
    return Patterns(pattern, power.astype(np.float32))


def _bound(
    found: Float[np.ndarray, "term z"],
    variance: Float[np.ndarray, " term"],
    carried: Bool[np.ndarray, "term entity"],
    kinds: Shaped[np.ndarray, " term"],
    prior: Sequence[Block],
) -> Float[np.ndarray, "term z"]:
    """Posterior means of bindings: one power for a kind, over all entities that carry the first word."""
    modes = [found[:, block.places] @ block.vectors for block in prior]
    pattern = np.zeros_like(found)
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        excess = total = 0.0
        for p, block in enumerate(prior):
            here = of_kind & carried[:, p]
            excess += float(((modes[p][here] ** 2 - variance[here, None]) * block.values).sum())
            total += float((block.values**2).sum() * here.sum())
        power = max(excess / total, 0.0) if total else 0.0
        for p, block in enumerate(prior):
            here = of_kind & carried[:, p]
            gain = power * block.values / (power * block.values + variance[here, None])
            pattern[np.ix_(here, block.places)] = (modes[p][here] * gain) @ block.vectors.T
    return pattern


def _centred(holds: Float[np.ndarray, "row term"]) -> Float[np.ndarray, "row term"]:
    """T: what is unknown gets the share of ones."""
    share = np.nansum(holds, axis=0) / max(len(holds), 1)
    filled = np.where(np.isnan(holds), share, holds)
    return (filled - filled.mean(axis=0)).astype(np.float32)


def _regression(
    design: Float[np.ndarray, "row term"], values: Float[np.ndarray, "row z"], penalty: float
) -> tuple[Float[np.ndarray, "term z"], Float[np.ndarray, " term"]]:
    """B, and its variance under white noise of variance 1: the diagonal of P^-1 T' T P^-1, P = T' T + r."""
    gram = design.T @ design
    # A word of which nothing is known has no row of its own: the small addition keeps P invertible.
    penalised = gram + np.float32(max(penalty, 1e-3)) * np.eye(len(gram), dtype=np.float32)
    solved = np.linalg.solve(penalised, np.concatenate([design.T @ values, gram], axis=1))
    inner = solved[:, values.shape[1] :]
    return solved[:, : values.shape[1]], np.maximum(np.diag(np.linalg.solve(penalised, inner.T)), 1e-12)


def evidence(
    values: Float[np.ndarray, "recording z"], patterns: Patterns, chosen: Sequence[int] | None = None
) -> Float[np.ndarray, "recording term"]:
    """Log-likelihood ratio of each term, alone, in white noise: z . A - |A|^2 / 2."""
    pattern = patterns.pattern if chosen is None else patterns.pattern[list(chosen)]
    return values @ pattern.T - (pattern**2).sum(axis=1) / 2
