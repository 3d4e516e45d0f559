"""The oracle: how well each question can be answered from each recording by who is told all else of the scene, which no decoder is.

It knows the whole generative model, and of the scene everything but the one thing asked: it chooses between the true scene
and the question's alternative (`alternatives`), both equally probable beforehand. With y = mu + e, e ~ N(0, C), C = C_time x C_space,
and delta = mu_true - mu_alternative,

    LLR = log p(y | true) - log p(y | alternative) = <y - mu_true, delta> + d^2 / 2,   <u, v> = u' C^-1 v,   d^2 = <delta, delta>

It answers rightly when LLR > 0, and half of the time when LLR = 0. Under the true scene LLR ~ N(d^2 / 2, d^2), so

    its expected accuracy:   P(LLR > 0) = Phi(d / 2)

As delta = sigma h (G_s phi)', with phi the difference of the responses to the two scenes, the Kronecker product is never formed:

    d^2 = sigma^2 (h' C_time^-1 h) |R^-1 G_s phi|^2,       R R' = C_space,
    <y - mu, delta> = sigma (R^-1 G_s phi) . R^-1 (y - mu) C_time^-1 h

Describe: the scenes with each word k of the category in place, equally probable. With D[k, l] = <mu_k - mu_true, mu_l - mu_true> the scores
log p(y | k) - log p(y | true) are z_k - D[k, k] / 2, z ~ N(0, D), and 0 for the true word. The best score is the answer; the share of
`draws` in which it is the true word's is its expected accuracy; scores that no recording can tell apart
share it. LLR is 0 minus the best score of the other words.

Two limits. A decoder is not told the rest of the scene, so it falls short of the bound. And the prior is equal by
definition: where a question's words tell its answer, a decoder can exceed it; balanced questions leave no such room.

Shuffled null data: scene and recording are independent, both scenes are equally probable given the recording, and the highest
accuracy that can be expected is chance. The realised one comes from the observer that does not know of the cut.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import solve_triangular
from scipy.special import ndtr

from neurona.simulation.hypotheses import Hypotheses
from neurona.simulation.measurement import Measurement
from neurona.simulation.responses import ResponseModel

_BATCH = 2048
_SAME = 1e-9
"""Two scenes whose d^2 is less are one to any observer (what is left is rounding)."""


class Whitened(NamedTuple):
    """One subject's recordings with noise made white and time summed up: all that the likelihood ratio needs.

    Attributes:
        gain: sigma sqrt(h' C_time^-1 h) R^-1 G_s; delta is this times the difference of the responses.
        noise: R^-1 (y - mu_true) C_time^-1 h / sqrt(h' C_time^-1 h).
    """

    gain: Float[np.ndarray, "channel component"]
    noise: Float[np.ndarray, "recording channel"]


class Observed(NamedTuple):
    """What the oracle makes of each question, in each recording of its scene.

    Attributes:
        llr: log-likelihood ratio of the true scene against its alternative; NaN where the question has no bound here.
        correct: 1 right, 0 wrong, a share where it must guess.
        expected: accuracy.
        chance: of a guess among the hypotheses.
    """

    llr: Float[np.ndarray, "question repeat"]
    correct: Float[np.ndarray, "question repeat"]
    expected: Float[np.ndarray, " question"]
    chance: Float[np.ndarray, " question"]

    @classmethod
    def nothing(cls, questions: int, repeats: int) -> Observed:
        """Not known."""
        each, once = (questions, repeats), questions
        return cls(*(np.full(shape, np.nan) for shape in (each, each, once, once)))


def whiten(
    measurement: Measurement,
    subject: int,
    session: int,
    scale: float,
    responses: Float[np.ndarray, "recording component"],
    values: Float[np.ndarray, "recording channel time"],
) -> Whitened:
    """The recordings of one session of a subject, made white.

    Args:
        measurement: the measuring chain.
        subject, session: their places in it.
        scale: sigma.
        responses: f of the scene of each recording.
        values: the recordings, without gains and offsets of the session.
    """
    course = measurement.time_course
    weights = np.linalg.solve(measurement.time_covariance, course)
    power = np.sqrt(course @ weights)
    root = measurement.space_root
    summed = values @ weights.astype(np.float32) / np.float32(power)
    summed = summed - np.float32(scale * power) * measurement.signal(subject, responses, session)
    gain = scale * power * solve_triangular(root, measurement.gains[subject, session], lower=True)
    return Whitened(gain.astype(np.float32), solve_triangular(root, summed.T, lower=True).T.astype(np.float32))


def observe(
    held: Hypotheses,
    model: ResponseModel,
    whitened: Whitened,
    recordings: Int[np.ndarray, "scene repeat"],
    rng: np.random.Generator,
    draws: int = 256,
) -> Observed:
    """The oracle at work on one session of a subject.

    Args:
        held: alternatives of the questions.
        model: responses to facts.
        whitened: the session's recordings.
        recordings: places in `whitened.noise` of the recordings of each scene.
        rng: for describe questions.
        draws: Monte Carlo draws for each describe question.
    """
    number, repeats = len(held.changes), recordings.shape[1]
    llr, correct, expected, chance = Observed.nothing(number, repeats)
    scene = np.array(held.scene, dtype=np.int64)
    count = np.array([len(changes) for changes in held.changes], dtype=np.int64)
    for words in sorted(set(count.tolist()) - {0}):
        asked = np.flatnonzero(count == words)
        size = max(1, _BATCH // words)
        for batch in (asked[start : start + size] for start in range(0, len(asked), size)):
            steps = model.sums([one for k in batch for one in held.changes[k]]) @ whitened.gain.T
            steps = steps.reshape(len(batch), words, -1)
            gram = np.einsum("qkc,qlc->qkl", steps, steps, optimize=True).astype(np.float64)
            along = np.einsum("qrc,qkc->qrk", whitened.noise[recordings[scene[batch]]], steps, optimize=True)
            chance[batch] = 1 / (words + 1)
            llr[batch], correct[batch] = _realised(along.astype(np.float64), gram)
            expected[batch] = _expected(gram, rng, draws)
    return Observed(llr, correct, expected, chance)


def _realised(
    along: Float[np.ndarray, "question repeat other"], gram: Float[np.ndarray, "question other other"]
) -> tuple[Float[np.ndarray, "question repeat"], Float[np.ndarray, "question repeat"]]:
    """LLR and correctness; `along` is <y - mu_true, mu_other - mu_true>."""
    square = np.einsum("qkk->qk", gram)
    same = square < _SAME
    score = np.where(same[:, None], 0.0, along - square[:, None] / 2)
    best_other = np.where(same[:, None], -np.inf, score).max(axis=2)
    return -score.max(axis=2), (best_other < 0) / (1 + same.sum(axis=1)[:, None])


def _expected(
    gram: Float[np.ndarray, "question other other"], rng: np.random.Generator, draws: int
) -> Float[np.ndarray, " question"]:
    """Highest accuracy to be expected against alternatives whose differences have these products."""
    square = np.einsum("qkk->qk", gram)
    if gram.shape[1] == 1:
        return ndtr(np.sqrt(square[:, 0]) / 2)
    same = square < _SAME
    values, vectors = np.linalg.eigh(gram)
    root = vectors * np.sqrt(np.maximum(values, 0))[:, None]
    scores = np.einsum("dl,qkl->qdk", rng.standard_normal((draws, gram.shape[1])), root, optimize=True)
    scores = np.where(same[:, None], -np.inf, scores - square[:, None] / 2)
    return (scores.max(axis=2) < 0).mean(axis=1) / (1 + same.sum(axis=1))
