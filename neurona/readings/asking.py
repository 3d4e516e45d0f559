"""How a study puts its questions: the probability of an answer to a question *as asked*.

A posterior says how probable a program is of a scene. Test questions are drawn otherwise: half of them are true, say, and false ones are
made to resemble. So the probability of yes to a question as asked is a logistic regression, for each form of question,

    logit P(yes | recording, asked) = [w_1 logit P(program | recording) + w_2 logit P(program) + ... + b] / T_subject

(of words and numbers: a conditional logit of log P). Without questions to learn from it is what theory says: evidence stays (w_1 = 1), and
the scenes' prior gives way to that of the questions (logit P(yes | asked) = a logit P(program) + b, learned on training questions
alone, so w_2 = a - 1). Validation questions, whose recordings the decoder did not learn from, then move the weights: first all forms' together by one factor, as a posterior
that is too sure is so of whatever it is asked, and from there each form's own, drawn to these (`PULL`). They tell how sure each subject's recordings allow to be (`subject_temperatures`). Last, the language prior may be taken out
(`suppression`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit, logsumexp

from neurona.programs import Query
from neurona.readings.belief import Belief
from neurona.readings.choice import fit_choice, yes_or_no
from neurona.readings.conformal import Misses, misses
from neurona.readings.subject_temperatures import subject_temperatures
from neurona.readings.suppression import Suppression

_Items: TypeAlias = tuple[Float[np.ndarray, "item weight"], Int[np.ndarray, " item"], Bool[np.ndarray, " item"]]
"""Possible answers, the question of each, and whether it is right."""

LEAST = 40
"""Validation questions from which weights are learned: of a form its own, of all forms their common factor."""
PULL = 10.0
"""Precision of a form's weights about theory's. Of 2 to 30, on fresh SIMULATED data, all but the least answer as well, and slopes of calibration scatter least about 1 with 10 to 20; folds
of some 80 images cannot choose better."""


class Held(NamedTuple):
    """Questions on recordings that the decoder did not learn from.

    Attributes:
        belief: about them.
        target: 1 for yes, 0 for no; of choices the place of the right one.
        queries: the questions; needed where the language prior is taken out.
        image: that each is about; each question has one of its own when None, and no `misses` are told.
        subject: of each recording; of one and the same when None.
    """

    belief: Belief
    target: Int[np.ndarray, " question"]
    queries: Sequence[Query] = ()
    image: Sequence[str] | None = None
    subject: Sequence[str] | None = None

    def take(self, rows: Int[np.ndarray, " row"]) -> Held:
        """Some of the questions."""
        places = rows.tolist()
        return Held(
            _take(self.belief, rows),
            self.target[rows],
            [self.queries[k] for k in places] if self.queries else (),
            None if self.image is None else [self.image[k] for k in places],
            None if self.subject is None else [self.subject[k] for k in places],
        )


@dataclass(frozen=True)
class AskingModel:
    """Weights of each form of question that the study asks: of the signals, and of a constant, which choices have none of.

    Attributes:
        weights: form -> weights.
        learned: the forms whose weights validation questions moved.
        misses: how far validation questions' right answers were from certain, see `conformal`; nothing where the decoder learned from them.
        temperatures: subject -> T; of other subjects under ""; 1 where there are none.
        suppression: how the language prior is taken out; not when None.
    """

    weights: Mapping[str, Float[np.ndarray, " weight"]] = field(default_factory=dict)
    learned: frozenset[str] = frozenset()
    misses: Misses = field(default_factory=dict)
    temperatures: Mapping[str, float] = field(default_factory=dict)
    suppression: Suppression | None = None

    def as_asked(
        self, belief: Belief, queries: Sequence[Query] = (), subject: Sequence[str] | None = None
    ) -> Float[np.ndarray, "question answer"]:
        """Probability of yes (column 0), or of each choice, as asked; NaN for forms that the study does not ask.

        Args:
            belief: about the questions.
            queries: the questions; needed where the language prior is taken out.
            subject: of each question's recording, where known.
        """
        found = np.full_like(belief.probability, np.nan)
        forms = np.array(belief.form, dtype=object)
        choice = belief.is_choice
        of_all = self.temperatures.get("", 1.0)
        sureness = np.array([1 / self.temperatures.get(name, of_all) for name in subject or [""] * len(belief)])
        for form, weights in self.weights.items():
            rows = np.flatnonzero((forms == form) & ~choice)
            # Sums, not products of matrices: a question's bits must not depend on how many are asked.
            total = (belief.signals[rows, 0] * weights[:-1]).sum(axis=-1) + weights[-1]
            found[rows, 0] = expit(sureness[rows] * belief.sign[rows] * total)
            rows = np.flatnonzero((forms == form) & choice)
            if len(rows):
                each = sureness[rows, None] * (belief.signals[rows] * weights[:-1]).sum(axis=-1)
                each = np.where(np.isnan(belief.probability[rows]), -np.inf, each)
                found[rows] = np.exp(each - logsumexp(each, axis=1, keepdims=True))
                found[rows] = np.where(np.isnan(belief.probability[rows]), np.nan, found[rows])
        return found if self.suppression is None else self.suppression(found, queries, belief.choices, belief.form)

    @classmethod
    def fit(
        cls,
        training: Belief,
        training_target: Int[np.ndarray, " question"],
        held: Held | None = None,
        suppression: Suppression | None = None,
    ) -> AskingModel:
        """Learn how questions are put.

        Args:
            training: beliefs about training questions, of which the prior alone is looked at.
            training_target: 1 for yes, 0 for no; of choices the place of the right one.
            held: questions on recordings that the decoder did not learn from; none where they are too few. Where their images are told, so are `misses`, each half
                of the images under a model that the other half moved.
            suppression: how the language prior is to be taken out.
        """
        theory = {
            form: _theory(_of(training, form), _targets(training, form, training_target))
            for form in sorted(set(training.form))
        }
        found = cls._moved(theory, held, suppression)
        if held is None or held.image is None:
            return found
        half = np.unique(held.image, return_inverse=True)[1].reshape(-1) % 2
        asked = np.full_like(held.belief.probability, np.nan)
        for one in (0, 1):
            own = held.take(np.flatnonzero(half == one))
            model = cls._moved(theory, held.take(np.flatnonzero(half != one)), suppression)
            asked[half == one] = model.as_asked(own.belief, own.queries, own.subject)
        return replace(found, misses=misses(asked, held.belief.form, held.target, held.subject))

    @classmethod
    def _moved(
        cls,
        theory: Mapping[str, Float[np.ndarray, " weight"]],
        held: Held | None,
        suppression: Suppression | None,
    ) -> AskingModel:
        """Theory, as held-out questions move it."""
        if held is None:
            return cls(theory, suppression=suppression)
        factor = _sureness(theory, held)
        weights, learned = {form: factor * of_theory for form, of_theory in theory.items()}, set()
        for form, start in tuple(weights.items()):
            rows = _rows(held.belief, form)
            if len(rows) >= LEAST:
                items = _items(_take(held.belief, rows), held.target[rows])
                weights[form] = fit_choice(*items, start, PULL)
                learned.add(form)
        found = cls(weights, frozenset(learned))
        if held.subject is not None and len(set(held.subject)) > 1:
            asked = found.as_asked(held.belief)
            found = replace(found, temperatures=subject_temperatures(asked, held.belief, held.target, held.subject))
        if suppression is None:
            return found
        asked = found.as_asked(held.belief, held.queries, held.subject)
        of = held.belief
        return replace(found, suppression=suppression.learned(asked, held.queries, of.choices, of.form, held.target))


def _sureness(theory: Mapping[str, Float[np.ndarray, " weight"]], held: Held) -> float:
    """The factor of all of theory's weights at which held-out questions of all forms are answered best; 1 where they are few."""
    signals, owners, rights = [], [], []
    for form, weights in theory.items():
        rows = _rows(held.belief, form)
        if len(rows):
            values, question, right = _items(_take(held.belief, rows), held.target[rows])
            signals.append(values @ weights)
            owners.append(rows[question])
            rights.append(right)
    if sum(map(len, owners)) == 0 or len(held.belief) < LEAST:
        return 1.0
    found = fit_choice(
        np.concatenate(signals)[:, None], np.concatenate(owners), np.concatenate(rights), np.ones(1), least=np.zeros(1)
    )
    return float(found[0])


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


def _items(belief: Belief, target: Int[np.ndarray, " row"], signals: Sequence[int] | None = None) -> _Items:
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
