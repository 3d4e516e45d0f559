"""What words of one kind have in common: patterns drawn to those of their kin, as far as kin are alike.

Words j and k of one kind (`animal: cat, dog, cow`) share a part kappa of a response's prior variance s where both are carried, and tend to be carried by the same groups:

    cov(B_jc, B_kc) = kappa s_c,            P(p carries k) = q + n l / (1 + (n - 1) l) (mean of the n kin's - q),      q the share of groups that carry a word

so that what is known of k beforehand, from the rough estimates r_j = B_j + N(0, 1 / n_j) of its kin, has the mean and variance

    m = t (sum_j w_j r_j),    S = (1 - kappa) s + t,    w_j = rho_j / ((1 - kappa) s + 1 / n_j),    t = 1 / (1 / kappa s + sum_j w_j)

and its own recordings draw it away from there: B_k = m + n_k / (n_k + 1 / S) (r_k - m). kappa and l are moments of pairs of kin over all groups and axes: where kin
are no more alike than chance they are 0, and each word stands for itself (B. Efron, C. Morris 1975, J. American Statistical Association 70:350).
Kin speak by their own recordings alone, never by what they were lent themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from neurona.encoding_models.bindings import PRODUCTS, Bindings

SHARES = 0.0, 0.1, 0.25, 0.5, 0.75, 0.9
"""Candidates for kappa and l."""


@dataclass(frozen=True)
class Kinship:
    """Which features are kin, and how alike they are.

    Attributes:
        kin: 1 for two features of one kind and one band, 0 for a feature and itself.
        alike: kappa of each band.
        together: l of each band.
    """

    kin: csr_array
    alike: Float[np.ndarray, " band"]
    together: Float[np.ndarray, " band"]

    @classmethod
    def of(cls, bindings: Bindings, kinds: Mapping[str, str], bands: int) -> Kinship:
        """Of the words of a vocabulary; bindings of two words are kin of none.

        Args:
            bindings: features.
            kinds: word -> its kind.
            bands: how many.
        """
        members: dict[tuple[str, str], list[int]] = {}
        for k, one in enumerate(bindings.features):
            if one.band not in PRODUCTS and one.words[0] in kinds:
                members.setdefault((one.band, kinds[one.words[0]]), []).append(k)
        pairs = [(j, k) for of in members.values() for j in of for k in of if j != k]
        rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
        size = len(bindings)
        kin = csr_array((np.ones(len(pairs), np.float32), (rows, columns)), shape=(size, size))
        return cls(kin, np.zeros(bands), np.zeros(bands))

    def take(self, chosen: Int[np.ndarray, " chosen"]) -> Kinship:
        """Of some features alone."""
        return replace(self, kin=self.kin[chosen][:, chosen])


class Lent(NamedTuple):
    """What kin say of features.

    Attributes:
        mean: m.
        variance: S.
        carried: P(p carries k).
    """

    mean: Float[np.ndarray, "feature axis"]
    variance: Float[np.ndarray, "feature axis"]
    carried: Float[np.ndarray, "feature group"]


class Estimates(NamedTuple):
    """What features' own recordings say.

    Attributes:
        rough: r.
        worth: n, recordings' worth of evidence.
        slab: s.
        alone: rho, how probably each group carries each feature, by these recordings.
        share: q.
        group: of each axis.
        band: of each feature.
    """

    rough: Float[np.ndarray, "feature axis"]
    worth: Float[np.ndarray, "feature 1"]
    slab: Float[np.ndarray, "feature axis"]
    alone: Float[np.ndarray, "feature group"]
    share: Float[np.ndarray, " feature"]
    group: Int[np.ndarray, " axis"]
    band: Int[np.ndarray, " feature"]


def alike(kinship: Kinship, own: Estimates) -> Kinship:
    """The kinship under which kin foretell each other's recordings best, band by band."""
    found = kinship
    for name in ("together", "alike"):
        tried = [replace(found, **{name: np.full_like(getattr(found, name), value)}) for value in SHARES]
        score = np.array([_foretold(one, own) for one in tried])
        found = replace(found, **{name: np.array(SHARES)[score.argmax(axis=0)]})
    return found


def lend(kinship: Kinship, own: Estimates) -> Lent:
    """What kin say of each other."""
    kappa, together = kinship.alike[own.band][:, None], kinship.together[own.band][:, None]
    weight = own.alone[:, own.group] / ((1 - kappa) * own.slab + 1 / own.worth)
    common = kappa * own.slab / (1 + kappa * own.slab * (kinship.kin @ weight))
    number, share = np.asarray(kinship.kin.sum(axis=1)).reshape(-1, 1), own.share[:, None]
    away = kinship.kin @ (own.alone - share) / np.maximum(number, 1)
    carried = share + number * together / (1 + (number - 1) * together) * away
    return Lent(
        (common * (kinship.kin @ (weight * own.rough))).astype(np.float32),
        ((1 - kappa) * own.slab + common).astype(np.float32),
        np.clip(carried, 0.1 * share, 0.95).astype(np.float32),
    )


def shared_prior(words: Sequence[str], kinds: Mapping[str, str], alike: float) -> Float[np.ndarray, "word word"]:
    """Correlation of the weights of read-outs before any is learned: kappa for two words of one kind, 1 for a word and itself.

    Under white noise the weights that follow are those of `lend` without its groups: m + n / (n + 1 / S) (own - m).

    Args:
        words: that are read out.
        kinds: word -> its kind; words that it lacks are kin of none.
        alike: kappa, below 1.
    """
    of = np.array([kinds.get(word, f"only {word}") for word in words])
    return (1 - alike) * np.eye(len(of)) + alike * (of[:, None] == of[None, :])


def log_factor(
    rough: Float[np.ndarray, "feature axis"],
    count: Float[np.ndarray, "feature 1"],
    mean: Float[np.ndarray, "#feature #axis"],
    variance: Float[np.ndarray, "feature axis"],
    group: Int[np.ndarray, " axis"],
) -> Float[np.ndarray, "feature group"]:
    """Log Bayes factor of a response N(mean, variance) against none, from its rough estimate, summed over a group's axes."""
    gain = count * variance
    of_axis = 0.5 * (rough**2 * count - (rough - mean) ** 2 * count / (1 + gain) - np.log1p(gain))
    return of_axis @ np.eye(int(group.max()) + 1, dtype=np.float32)[group]


def _foretold(kinship: Kinship, own: Estimates) -> Float[np.ndarray, " band"]:
    """Log probability of each feature's recordings given its kin's, over that of no response, summed over the features of each band."""
    said = lend(kinship, own)
    factor = log_factor(own.rough, own.worth, said.mean, said.variance, own.group)
    each = np.logaddexp(np.log1p(-said.carried), np.log(said.carried) + factor).sum(axis=1)
    return np.bincount(own.band, each, minlength=len(kinship.alike))
