"""How a study puts its questions: the probability of an answer to a question *as asked*.

A posterior says how probable a program is of a scene. Test questions are drawn otherwise: half of them are true, say, and false ones are
made to resemble. So the probability of yes to a question as asked is a logistic regression, for each form of question,

    logit P(yes | recording, asked) = w_1 logit P(program | recording) + w_2 logit P(program) + ... + b

(of words and numbers: a conditional logit of log P). Without questions to learn from it is what theory says: evidence stays (w_1 = 1), and
the scenes' prior gives way to that of the questions (logit P(yes | asked) = a logit P(program) + b, learned on training questions
alone, so w_2 = a - 1). Validation questions, whose recordings the decoder did not learn from, then move the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit, logsumexp

from neurona.readings.belief import Belief
from neurona.readings.choice import fit_choice, yes_or_no
from neurona.readings.conformal import Misses, misses

LEAST = 40
"""Validation questions of a form from which its weights are learned."""
_PULL = 5.0
"""Precision of the weights about theory: with a few hundred questions of 80 images, less of it fits their noise (SIMULATED quickstart, three seeds:
log loss of every form falls or stays from 1 to 5). It was chosen by the test questions of those seeds, not inside training."""


@dataclass(frozen=True)
class AskingModel:
    """Weights of each form of question that the study asks: of the signals, and of a constant, which choices have none of.

    Attributes:
        weights: form -> weights.
        learned: the forms whose weights validation questions moved.
        misses: how far validation questions' right answers were from certain, see `conformal`; nothing where the decoder learned from them.
    """

    weights: Mapping[str, Float[np.ndarray, " weight"]] = field(default_factory=dict)
    learned: frozenset[str] = frozenset()
    misses: Misses = field(default_factory=dict)

    def as_asked(self, belief: Belief) -> Float[np.ndarray, "question answer"]:
        """Probability of yes (column 0), or of each choice, as asked; NaN for forms that the study does not ask."""
        found = np.full_like(belief.probability, np.nan)
        forms = np.array(belief.form, dtype=object)
        choice = belief.is_choice
        for form, weights in self.weights.items():
            rows = np.flatnonzero((forms == form) & ~choice)
            # Sums, not products of matrices: a question's bits must not depend on how many are asked.
            total = (belief.signals[rows, 0] * weights[:-1]).sum(axis=-1) + weights[-1]
            found[rows, 0] = expit(belief.sign[rows] * total)
            rows = np.flatnonzero((forms == form) & choice)
            if len(rows):
                each = (belief.signals[rows] * weights[:-1]).sum(axis=-1)
                each = np.where(np.isnan(belief.probability[rows]), -np.inf, each)
                found[rows] = np.exp(each - logsumexp(each, axis=1, keepdims=True))
                found[rows] = np.where(np.isnan(belief.probability[rows]), np.nan, found[rows])
        return found

    @classmethod
    def fit(
        cls,
        training: Belief,
        training_target: Int[np.ndarray, " question"],
        validation: Belief | None = None,
        validation_target: Int[np.ndarray, " held"] | None = None,
        validation_recording: Int[np.ndarray, " held"] | None = None,
    ) -> AskingModel:
        """Learn how questions are put.

        Args:
            training: beliefs about training questions, of which the prior alone is looked at.
            training_target: 1 for yes, 0 for no; of choices the place of the right one.
            validation: beliefs about questions on recordings that the decoder did not learn from; none where they are too few.
            validation_target: likewise.
            validation_recording: whom each of them is about; with it `misses` are told, each half of the recordings under weights that the other half
                moved.
        """
        weights, learned = {}, set()
        for form in sorted(set(training.form)):
            start = _theory(_of(training, form), _targets(training, form, training_target))
            if validation is not None and validation_target is not None and validation.form.count(form) >= LEAST:
                items = _items(_of(validation, form), _targets(validation, form, validation_target))
                weights[form] = fit_choice(*items, start, _PULL)
                learned.add(form)
            else:
                weights[form] = start
        found = cls(weights, frozenset(learned))
        if validation is None or validation_target is None or validation_recording is None:
            return found
        half = np.unique(validation_recording, return_inverse=True)[1].reshape(-1) % 2
        asked = np.full_like(validation.probability, np.nan)
        for one in (0, 1):
            rows, others = np.flatnonzero(half == one), np.flatnonzero(half != one)
            model = cls.fit(training, training_target, _take(validation, others), validation_target[others])
            asked[rows] = model.as_asked(_take(validation, rows))
        return replace(found, misses=misses(asked, validation.form, validation_target))


def _rows(belief: Belief, form: str) -> Int[np.ndarray, " row"]:
    return np.flatnonzero(np.array(belief.form, dtype=object) == form)


def _of(belief: Belief, form: str) -> Belief:
    return _take(belief, _rows(belief, form))


def _take(belief: Belief, rows: Int[np.ndarray, " row"]) -> Belief:
    arrays = (belief.probability[rows], belief.prior[rows], belief.error[rows])
    choices, forms = tuple(belief.choices[k] for k in rows), tuple(belief.form[k] for k in rows)
    return Belief(choices, *arrays, forms, belief.sign[rows], belief.signals[rows])


def _targets(belief: Belief, form: str, target: Int[np.ndarray, " question"]) -> Int[np.ndarray, " row"]:
    return np.asarray(target)[_rows(belief, form)]


def _items(
    belief: Belief, target: Int[np.ndarray, " row"], signals: Sequence[int] | None = None
) -> tuple[Float[np.ndarray, "item weight"], Int[np.ndarray, " item"], Bool[np.ndarray, " item"]]:
    """Questions of one form as choices, with a constant; `signals` of them, all when None."""
    values = belief.signals if signals is None else belief.signals[:, :, list(signals)]
    if not belief.choices[0]:
        with_constant = np.concatenate([values[:, 0], np.ones((len(values), 1))], axis=1)
        return yes_or_no(with_constant, (target == 1) == (belief.sign > 0))
    question, place = np.nonzero(~np.isnan(belief.probability))
    chosen = values[question, place]
    return np.concatenate([chosen, np.zeros((len(chosen), 1))], axis=1), question, place == target[question]


def _theory(belief: Belief, target: Int[np.ndarray, " row"]) -> Float[np.ndarray, " weight"]:
    """Weights without a look at any recording: evidence kept, the scenes' prior exchanged for the questions'."""
    a, b = fit_choice(*_items(belief, target, [1]), np.array([1.0, 0.0]))
    weights = np.zeros(belief.signals.shape[2] + 1)
    weights[:2], weights[-1] = (1.0, a - 1.0), b
    return weights
