"""Question-only: what the language prior alone answers. It never looks at a recording.

    p(answer | program) = (n(program, answer) + k p(answer | words)) / (n(program) + k)

with n counted in training and p(. | words) a logistic regression on the program's words, free and bound to their roles. Yes/no
questions, and each category of describe questions, are fitted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt
from jaxtyping import Float

from neurona.decoders.answer_arrays import no_answers, programs
from neurona.decoders.decoder import Context, DecoderSettings
from neurona.decoders.registry import register
from neurona.execution import Answers
from neurona.programs.tree import Describe, Query
from neurona.questions import Asked, Problem
from neurona.scenes.question_only import word_probabilities


@dataclass(frozen=True)
class QuestionOnlySettings(DecoderSettings):
    """How a question alone is answered.

    Attributes:
        kind: of decoder.
        pull: k, questions that the words' probability weighs against the counts of the same program.
    """

    kind: Literal["question_only"] = "question_only"
    pull: Annotated[float, Gt(0)] = 5.0


@dataclass(frozen=True)
class QuestionOnly:
    """Training questions by group (empty for yes/no, else the category), asked again.

    Attributes:
        asked_before: programs and answers of each group.
        pull: k.
    """

    asked_before: dict[str, tuple[list[str], list[str]]] = field(repr=False)
    pull: float

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """`yes_no` `[Q]`: log odds of yes under the language prior; `describe` `[Q, words]`: log probability of each word."""
        answers = no_answers(asked)
        yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
        groups = defaultdict(list)
        for text, places in programs(asked):
            groups[_group(asked.queries[places[0]])].append((text, places))
        for group, members in groups.items():
            texts = [text for text, _ in members]
            choices = asked.words[members[0][1][0]] or ("no", "yes")
            for p, (_, places) in zip(self._probabilities(group, texts, choices), members, strict=True):
                log_p = np.log(np.clip(p, 1e-6, None))
                if group:
                    describe[places, : len(p)] = log_p
                else:
                    yes_no[places] = log_p[1] - log_p[0]
        return answers

    def _probabilities(self, group: str, texts: list[str], choices: tuple[str, ...]) -> np.ndarray:
        known, given = self.asked_before.get(group, ([], []))
        if not known:
            return np.full((len(texts), len(choices)), 1 / len(choices))
        by_words, classes = word_probabilities(known, given, texts)
        counts: Counter[tuple[str, str]] = Counter(zip(known, given, strict=True))
        column = {name: k for k, name in enumerate(classes)}
        prior = np.stack(
            [by_words[:, column[word]] if word in column else np.zeros(len(texts)) for word in choices], axis=1
        )
        seen = np.array([[counts[text, word] for word in choices] for text in texts])
        return (seen + self.pull * prior) / (seen.sum(axis=1, keepdims=True) + self.pull)


@register(QuestionOnlySettings)
def fit_question_only(problem: Problem, settings: QuestionOnlySettings, context: Context | None = None) -> QuestionOnly:
    """Learn the language prior from training questions."""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    train = problem.train
    for query, text, answer in zip(train.queries, train.table.program, train.table.answer, strict=True):
        known, given = groups.setdefault(_group(query), ([], []))
        known.append(text)
        given.append(answer)
    return QuestionOnly(groups, settings.pull)


def _group(query: Query) -> str:
    return query.category if isinstance(query, Describe) else ""
