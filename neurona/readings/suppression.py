"""Answers freed of the language prior: what is left of an answer when what its question alone would tell is taken out.

    evidence    l - tau b l_q              l: log odds as asked,  l_q: log odds of the language prior,  b: how much of l_q is in l
    nolan       l + a (l - b l_q),         a = 0.8 (1 + tanh(1 / KL)),  KL between what is said with and without the recording

(of words: logs of probabilities, normalised again). b comes from a regression on validation questions, l = b l_q + c y + d with y the right
answer: without y, evidence that is right would be taken for prior, as answers go with their prior. It is found for each form of question, drawn
to 1, which is what calibrated answers hold. So b l_q is what the decoder itself would say without a recording. What is left under tau = 1 is the answer to a question whose yes and no were equally likely beforehand.

A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit, S. Kumar (2021), Long-tail learning via logit adjustment, ICLR, eq. 9 (tau). L. Ren, W. Yu, R. Yu,
X. Wang (2026), NoLan: mitigating object hallucinations by dynamic suppression of language priors, arXiv 2602.22144 (a; KL is the mean of both directions here).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit, logsumexp

from neurona.programs import Query
from neurona.readings.belief import log_odds, log_share
from neurona.readings.language_prior import LanguagePrior

AnswersBy = Literal["raw", "nolan", "evidence"]
"""`raw`: as asked, the language prior with it."""
_PULL = 20.0
"""Questions (each with l_q of variance 1) that the expectation b = 1 weighs."""


@dataclass(frozen=True)
class Suppression:
    """How answers are freed.

    Attributes:
        answers: how.
        prior: learned on training questions.
        tau: share of what is in them that is taken out (`evidence`).
        held: form of question -> b; 1 for forms without.
    """

    answers: Literal["nolan", "evidence"]
    prior: LanguagePrior = field(repr=False)
    tau: float = 1.0
    held: Mapping[str, float] = field(default_factory=dict)

    def learned(
        self,
        asked: Float[np.ndarray, "question answer"],
        queries: Sequence[Query],
        choices: Sequence[tuple[str, ...]],
        form: Sequence[str],
        target: Int[np.ndarray, " question"],
    ) -> Suppression:
        """The same with b of each form, from questions that nothing was fitted to.

        Args:
            asked: what is said of them: probability of yes in column 0, or of each choice.
            queries: the questions.
            choices: what each chooses from; none for yes/no.
            form: of each; questions of one form are put alike.
            target: 1 for yes, 0 for no; of choices the place of the right one.
        """
        before, choice = self.prior.logits(queries, choices), _are_choices(choices)
        said = _logits(asked, choice)
        forms, held = np.array(form, dtype=object), dict[str, float]()
        for name in sorted(set(form)):
            rows = np.flatnonzero((forms == name) & np.isfinite(said[:, 0]))
            if len(rows) and np.isfinite(before[rows, 0]).all():
                held[name] = _share(said[rows], before[rows], target[rows], bool(choice[rows[0]]))
        return replace(self, held=held)

    def __call__(
        self,
        asked: Float[np.ndarray, "question answer"],
        queries: Sequence[Query],
        choices: Sequence[tuple[str, ...]],
        form: Sequence[str],
    ) -> Float[np.ndarray, "question answer"]:
        """Probability of yes, or of each choice, freed; NaN stays. Arguments as for `learned`."""
        choice = _are_choices(choices)
        said, before = _logits(asked, choice), _of_width(self.prior.logits(queries, choices), asked.shape[1])
        before = np.array([self.held.get(name, 1.0) for name in form])[:, None] * before
        if self.answers == "evidence":
            freed = said - self.tau * before
        else:
            amount = 0.8 * (1 + np.tanh(1 / np.maximum(_divergence(said, before, choice), 1e-9)))
            freed = said + amount[:, None] * (said - before)
        found = np.where(choice[:, None], _normalised(freed), expit(freed))
        return np.where(np.isnan(asked), np.nan, found)


def _are_choices(choices: Sequence[tuple[str, ...]]) -> Bool[np.ndarray, " question"]:
    return np.array([bool(words) for words in choices], dtype=bool)


def _share(
    said: Float[np.ndarray, "question answer"],
    before: Float[np.ndarray, "question answer"],
    target: Int[np.ndarray, " question"],
    choice: bool,
) -> float:
    """b of l = b l_q + c y + d, drawn to 1."""
    if choice:
        question, place = np.nonzero(np.isfinite(said) & np.isfinite(before[:, : said.shape[1]]))
        told, prior = said[question, place], before[question, place]
        right = (place == target[question]).astype(float)
        # Only differences between the words of a question mean something.
        count = np.bincount(question, minlength=len(said))[question]
        told, prior, right = (
            part - np.bincount(question, part, minlength=len(said))[question] / count for part in (told, prior, right)
        )
    else:
        told, prior, right = said[:, 0], before[:, 0], (target == 1).astype(float)
        told, prior, right = (part - part.mean() for part in (told, prior, right))
    y = right / np.sqrt(max(float(right @ right), 1e-12))
    rest, own = told - (y @ told) * y, prior - (y @ prior) * y
    return float((own @ rest + _PULL) / (own @ own + _PULL))


def _divergence(
    said: Float[np.ndarray, "question answer"],
    before: Float[np.ndarray, "question answer"],
    choice: Bool[np.ndarray, " question"],
) -> Float[np.ndarray, " question"]:
    """Mean of both directions of KL: half of sum (p - q) (log p - log q)."""
    p, q = (np.where(choice[:, None], _normalised(part), expit(part)) for part in (said, before))
    # Of yes, p - q weighs the difference of log odds: both answers' terms in one.
    return np.asarray(np.nansum((p - q) * (said - before), axis=1) / 2)


def _logits(
    asked: Float[np.ndarray, "question answer"], choice: Bool[np.ndarray, " question"]
) -> Float[np.ndarray, "question answer"]:
    return np.where(choice[:, None], log_share(asked), log_odds(asked))


def _normalised(logs: Float[np.ndarray, "question answer"]) -> Float[np.ndarray, "question answer"]:
    filled = np.where(np.isnan(logs), -np.inf, logs)
    filled[~np.isfinite(filled).any(axis=1)] = 0.0
    return np.exp(filled - logsumexp(filled, axis=1, keepdims=True))


def _of_width(values: Float[np.ndarray, "question _own"], width: int) -> Float[np.ndarray, "question answer"]:
    missing = max(width - values.shape[1], 0)
    return np.pad(values, ((0, 0), (0, missing)), constant_values=np.nan)[:, :width]
