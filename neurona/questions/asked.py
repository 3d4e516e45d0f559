"""Questions about recordings, parsed; with an answer key where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from neurona.errors import DataError
from neurona.programs import Query, Vocabulary, parse
from neurona.programs.tree import Describe


@dataclass(frozen=True)
class Asked:
    """Questions about recordings, Q of them.

    Attributes:
        table: one row a question; columns question, recording, program, answer, type, and others that the data set has.
        recording: row of each question's recording among the features `[Q]`.
        queries: parsed programs, the same object for the same text.
        words: of each question, the words it chooses from (none for yes/no).
        target: 1 or 0 for yes or no; for describe the place of the answer in `words`; -1 where the table has no answers `[Q]`.
    """

    table: pd.DataFrame = field(repr=False)
    recording: Int[np.ndarray, " question"] = field(repr=False)
    queries: tuple[Query, ...] = field(repr=False)
    words: tuple[tuple[str, ...], ...] = field(repr=False)
    target: Int[np.ndarray, " question"] = field(repr=False)

    def __len__(self) -> int:
        return len(self.queries)

    @classmethod
    def of(cls, table: pd.DataFrame, vocabulary: Vocabulary, recordings: Sequence[str]) -> Asked:
        """Parse and check a table of questions.

        Args:
            table: columns question, recording, program, type, and answer, where the answers are known.
            vocabulary: of the programs.
            recordings: ids, in the order of the features' rows.

        Raises:
            DataError: a question about an unknown recording, or an answer that its program cannot give.
            QueryError: a program that cannot be parsed.
        """
        row = {str(name): k for k, name in enumerate(recordings)}
        unknown = table[~table.recording.isin(row)]
        if len(unknown):
            raise DataError(f"question {unknown.question.iloc[0]!r}: no recording {unknown.recording.iloc[0]!r}")
        parsed = {text: parse(text, vocabulary) for text in table.program.unique()}
        choices = {
            text: tuple(vocabulary.categories[query.category]) if isinstance(query, Describe) else ()
            for text, query in parsed.items()
        }
        target = np.full(len(table), -1, np.int64)
        for k, (text, answer) in enumerate(zip(table.program, table.get("answer", ()), strict=False)):
            allowed = choices[text] or ("no", "yes")
            if answer not in allowed:
                raise DataError(f"question {table.question.iloc[k]!r}: answer {answer!r} is none of {allowed}")
            target[k] = allowed.index(answer)
        return cls(
            table.reset_index(drop=True),
            table.recording.map(row).to_numpy(np.int64),
            tuple(parsed[text] for text in table.program),
            tuple(choices[text] for text in table.program),
            target,
        )

    @property
    def is_describe(self) -> Bool[np.ndarray, " question"]:
        """Which questions choose a word."""
        return np.array([bool(words) for words in self.words], dtype=bool)

    @property
    def chance(self) -> Float[np.ndarray, " question"]:
        """1 / number of words of a describe question; NaN for yes/no."""
        return np.array([1 / len(words) if words else np.nan for words in self.words])

    def join(self, other: Asked) -> Asked:
        """These questions, then the others."""
        return Asked(
            pd.concat([self.table, other.table], ignore_index=True),
            np.concatenate([self.recording, other.recording]),
            self.queries + other.queries,
            self.words + other.words,
            np.concatenate([self.target, other.target]),
        )

    def take(self, chosen: Bool[np.ndarray, " question"] | Int[np.ndarray, " chosen"]) -> Asked:
        """Some of the questions."""
        rows = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        return replace(
            self,
            table=self.table.iloc[rows].reset_index(drop=True),
            recording=self.recording[rows],
            queries=tuple(self.queries[k] for k in rows),
            words=tuple(self.words[k] for k in rows),
            target=self.target[rows],
        )
