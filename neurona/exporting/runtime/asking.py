"""From what a decoder says of a trial to answers: probability, prior and the probability as the study asks, for one question after another.

The formulas are those of `neurona.readings` (`belief`, `asking`, `suppression`); `questions` of the file hold all that does not depend on a trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Answer(NamedTuple):
    """The answer to a question about a trial.

    Attributes:
        question: as it was asked.
        answer: yes or no, a word, or a number.
        probability: of yes, else of the answer.
        prior: the same before the trial.
        as_asked: the same for a question put as the study puts its own; NaN where it puts none of that form.
    """

    question: str
    answer: str
    probability: float
    prior: float
    as_asked: float


class Believed(NamedTuple):
    """What is believed of one question: of yes alone, or of each choice."""

    probability: np.ndarray
    signals: np.ndarray


def of_worlds(question: Mapping[str, Any], truth: np.ndarray, share: np.ndarray) -> Believed:
    """Of a question about possible worlds.

    Args:
        question: of the file.
        truth: in which worlds yes, or each choice, is right `[choice, world]`.
        share: of each world.
    """
    probability, prior = np.minimum((truth * share).sum(axis=1), 1.0), np.array(question["prior"], np.float64)
    if not question["choices"]:
        signals = question["sign"] * np.stack([log_odds(probability, 1e-6), log_odds(prior, 1e-6)], axis=1)
        return Believed(probability, np.nan_to_num(signals))
    if question["kind"] == "count":
        return Believed(probability, np.zeros((len(probability), 2)))
    total = probability.sum()
    probability = probability / total if total > 0 else np.full(len(probability), 1 / len(probability))
    return Believed(probability, np.nan_to_num(np.stack([_log(probability), _log(prior)], axis=1)))


def of_scores(question: Mapping[str, Any], found: np.ndarray, temperature: tuple[float, float]) -> Believed:
    """Of a question about words on entities.

    Args:
        question: of the file.
        found: logit of yes, the expected number, or the score of each word.
        temperature: of yes/no questions, and of words.
    """
    prior, n = np.array(question["prior"], np.float64), len(question["choices"])
    if question["kind"] == "count":
        return Believed((np.arange(n) == round(float(found[0]))).astype(np.float64), np.zeros((n, 2)))
    if n:
        logs = temperature[1] * found[:n].astype(np.float64)
        logs = logs - _log_sum(logs)
        return Believed(np.exp(logs), np.stack([logs, _log(prior)], axis=1))
    logit = temperature[0] * found[:1].astype(np.float64)
    return Believed(_expit(logit), question["sign"] * np.stack([logit, log_odds(prior)], axis=1))


def averaged(members: list[np.ndarray], kind: str) -> np.ndarray:
    """What several members of an ensemble found -> logit, or log scores, of the mean of their probabilities; of one, its own."""
    if len(members) == 1:
        return members[0]
    found = np.stack([member.astype(np.float64) for member in members])
    if kind != "describe":
        return log_odds(_expit(found).mean(axis=0), 1e-12)
    logs = [_log(np.exp(one - _log_sum(one[np.isfinite(one)])), 0.0) for one in found]
    with np.errstate(divide="ignore"):
        return np.log(np.exp(np.stack(logs)).mean(axis=0))


def answered(question: Mapping[str, Any], believed: Believed, asking: Mapping[str, Any], subject: str) -> Answer:
    """The answer, as a run's decoder gives it.

    Args:
        question: of the file.
        believed: of it.
        asking: how the study asks, of the file.
        subject: whose trial it is; "" where nobody says.
    """
    asked = _as_asked(question, believed, asking, subject)
    deciding = believed.probability if np.isnan(asked[0]) else asked
    choices, k = question["choices"], 0
    if choices:
        k = int(np.nan_to_num(deciding, nan=-1.0).argmax())
    answer = "cannot tell" if np.isnan(deciding[k]) else choices[k] if choices else "yes" if deciding[0] > 0.5 else "no"
    numbers = (float(part[k]) for part in (believed.probability, np.array(question["prior"], np.float64), asked))
    return Answer(question["text"], answer, *numbers)


def _as_asked(question: Mapping[str, Any], believed: Believed, asking: Mapping[str, Any], subject: str) -> np.ndarray:
    weights = asking["weights"].get(question["form"])
    if weights is None:
        return np.full(len(believed.probability), np.nan)
    temperatures = asking["temperatures"]
    total = (believed.signals * np.array(weights[:-1])).sum(axis=1) / temperatures.get(
        subject, temperatures.get("", 1.0)
    )
    if question["choices"]:
        asked = np.exp(total - _log_sum(total))
    else:
        sureness = 1 / temperatures.get(subject, temperatures.get("", 1.0))
        asked = _expit(question["sign"] * (total + sureness * weights[-1]))
    return asked if asking["suppression"] is None else _freed(question, asked, asking["suppression"])


def _freed(question: Mapping[str, Any], asked: np.ndarray, suppression: Mapping[str, Any]) -> np.ndarray:
    """Without what the question alone would tell (`neurona.readings.suppression`)."""
    choice = bool(question["choices"])
    said = _log(asked) if choice else log_odds(asked)
    before = suppression["held"].get(question["form"], 1.0) * np.array(question["language"], np.float64)
    if suppression["answers"] == "evidence":
        freed = said - suppression["tau"] * before
    else:
        p, q = (_normalised(part) if choice else _expit(part) for part in (said, before))
        divergence = np.nansum((p - q) * (said - before)) / 2
        freed = said + 0.8 * (1 + np.tanh(1 / max(divergence, 1e-9))) * (said - before)
    found = _normalised(freed) if choice else _expit(freed)
    return np.where(np.isnan(asked), np.nan, found)


def log_odds(p: np.ndarray, least: float = 1e-9) -> np.ndarray:
    """log p / (1 - p), of p kept `least` away from 0 and 1."""
    kept = np.clip(p, least, 1 - least)
    return np.log(kept) - np.log1p(-kept)


def _log(p: np.ndarray, least: float = 1e-9) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(p, least))


def _expit(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _log_sum(logs: np.ndarray) -> float:
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).sum()))


def _normalised(logs: np.ndarray) -> np.ndarray:
    filled = np.where(np.isnan(logs), -np.inf, logs)
    filled = filled if np.isfinite(filled).any() else np.zeros_like(filled)
    return np.exp(filled - _log_sum(filled))
