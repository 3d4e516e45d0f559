"""The questions of a data set as one batch: compiled programs, targets, and which recording each is about."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy.special import logsumexp

from neurona.datasets.dataset import Dataset
from neurona.errors import DataError
from neurona.execution import Answers, ProgramBatch, compile_programs
from neurona.programs import parse
from neurona.programs.tree import Describe
from neurona.training import Targets


@dataclass(frozen=True)
class QuestionBatch:
    """All questions of a data set, Q of them.

    Attributes:
        table: the questions, one a row.
        recording: row of each question's recording `[Q]`.
        programs: compiled, padded beyond Q.
        targets: answers, padded likewise.
        words: of each question, the words it chooses from (none for yes/no).
    """

    table: pd.DataFrame
    recording: Int[np.ndarray, " question"]
    programs: ProgramBatch
    targets: Targets
    words: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, dataset: Dataset) -> QuestionBatch:
        """Compile a data set's questions.

        Raises:
            DataError: a question about an unknown recording, or an answer that its program cannot give.
            QueryError: a program that cannot be parsed or executed.
        """
        table, vocabulary = dataset.questions, dataset.vocabulary
        row = {str(name): k for k, name in enumerate(dataset.recordings.data.recording.values)}
        unknown = table[~table.recording.isin(row)]
        if len(unknown):
            raise DataError(f"question {unknown.question.iloc[0]!r}: no recording {unknown.recording.iloc[0]!r}")
        recording = table.recording.map(row).to_numpy()
        parsed = {text: parse(text, vocabulary) for text in table.program.unique()}
        queries = [parsed[text] for text in table.program]
        programs = compile_programs(queries, vocabulary, recording.tolist())
        words = tuple(
            tuple(vocabulary.categories[query.category]) if isinstance(query, Describe) else () for query in queries
        )
        target, is_describe = np.zeros(programs.n_questions, np.int32), np.zeros(programs.n_questions, bool)
        for k, (choices, answer) in enumerate(zip(words, table.answer, strict=True)):
            allowed = choices or ("no", "yes")
            if answer not in allowed:
                raise DataError(f"question {table.question.iloc[k]!r}: answer {answer!r} is none of {allowed}")
            target[k], is_describe[k] = allowed.index(answer), bool(choices)
        return cls(table, recording, programs, Targets(jnp.asarray(target), jnp.asarray(is_describe)), words)

    def weights(self, chosen: Bool[np.ndarray, " recording"]) -> Float[np.ndarray, " question"]:
        """Weight of each question (padding: 0) when training on the chosen recordings; every type weighs the same."""
        weights = np.zeros(self.programs.n_questions, np.float32)
        share = 1 / self.table.groupby("type").type.transform("size").to_numpy()
        weights[: len(self.table)] = chosen[self.recording] * share
        return weights / max(weights.sum(), 1e-12)

    def answers_design(self, n_recordings: int) -> Float[np.ndarray, "recording asked"]:
        """Answers as numbers, a column per distinct program (and word of a describe answer): see NoiseWhitening."""
        yes_no = self.table.answer.isin(["yes", "no"])
        column = self.table.program.where(yes_no, self.table.program + " = " + self.table.answer)
        codes, names = pd.factorize(column)
        design = np.zeros((n_recordings, len(names)))
        design[self.recording, codes] = np.where(self.table.answer == "no", -1.0, 1.0)
        return design

    def given(self, answers: Answers, question: int) -> tuple[str, float]:
        """A question's answer in words, and its score: the logit of yes, or of the given word among its category's."""
        words = self.words[question]
        if not words:
            yes = float(answers.yes_no[question])
            return ("yes" if yes > 0 else "no"), yes
        scores = np.asarray(answers.describe[question, : len(words)], np.float64)
        best = int(scores.argmax())
        return words[best], float(scores[best] - logsumexp(np.delete(scores, best)))
