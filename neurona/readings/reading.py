"""A reading: everything that a decoder says about some recordings, in a form that programs execute on.

It is made before anything is asked, so an answer cannot depend on which other questions were asked. A run scores its test questions from
the reading and stores that same reading; queries, graphs and reports ask it again. Two forms: `WorldReading` and `EntityScoreReading`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from neurona.errors import DataError, QueryError, nearest_name
from neurona.execution import Explanation
from neurona.graphs.concept_graph import concept_graph
from neurona.graphs.source import Carriers
from neurona.graphs.source import Said as Beliefs
from neurona.programs import Query, Vocabulary, parse
from neurona.programs.check import check
from neurona.programs.facts import Fact
from neurona.programs.open_question import OpenQuestion
from neurona.programs.surfaces import parse_question
from neurona.readings.answered import answered, queries_of
from neurona.readings.asking import AskingModel
from neurona.readings.belief import Belief
from neurona.readings.carriers import EntityEvidence
from neurona.readings.conformal import answers_within, threshold
from neurona.readings.given import Given
from neurona.stored import load_stored, save_stored

CANNOT_TELL = "cannot tell"
NUMBERS = ("probability", "prior", "as_asked", "error")


@dataclass(frozen=True)
class About:
    """Of what, and by whom, a reading is.

    Attributes:
        dataset: name of the data set.
        decoder: kind of decoder.
        supervision: what it learned from: `answers` or `scenes`.
        simulated: whether nobody measured the recordings.
        paired: whether each of its recordings is two, of things that nobody saw together (`pairs`).
    """

    dataset: str = ""
    decoder: str = ""
    supervision: str = "answers"
    simulated: bool = False
    paired: bool = False


@dataclass(frozen=True)
class Said:
    """Answers to Q questions.

    Attributes:
        answer: yes or no, a word, or a number.
        probability: of yes; else of the answer given.
        prior: the same before the recording.
        as_asked: of yes, else of the answer given, for a question put as the study puts its own; NaN where it puts none of that form.
        error: Monte Carlo standard error of `probability`.
        choices: what each question chooses from; none for yes/no.
        asked: as_asked of each choice, in the order of `choices`; of yes in column 0.
        form: of each question.
    """

    answer: tuple[str, ...]
    probability: Float[np.ndarray, " question"]
    prior: Float[np.ndarray, " question"]
    as_asked: Float[np.ndarray, " question"]
    error: Float[np.ndarray, " question"]
    choices: tuple[tuple[str, ...], ...]
    asked: Float[np.ndarray, "question answer"]
    form: tuple[str, ...]


class Reading(ABC):
    """What a decoder says about N recordings.

    Attributes:
        vocabulary: of the programs.
        recordings: ids of the recordings.
        about: data set, decoder, supervision, whether simulated.
        asking: how the study puts its questions.
        subjects: whose each recording is; none where nobody said.
    """

    vocabulary: Vocabulary
    recordings: tuple[str, ...]
    about: About
    asking: AskingModel
    subjects: tuple[str, ...]

    @abstractmethod
    def believe(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], given: Query | None = None
    ) -> Belief:
        """Beliefs about questions, one recording each; `given` conditions on a formula."""

    @abstractmethod
    def explain(self, query: str | Query, recording: str, *, given: str | Query | None = None) -> Explanation:
        """The value of every sub-expression of a query about one recording, given a formula where one is (`ask`).

        Raises:
            QueryError: it cannot be understood, or what is given holds in none of the recording's worlds.
            DataError: no such recording.
        """

    @abstractmethod
    def likely_facts(self, recording: str, threshold: float) -> list[Fact]:
        """Facts of which some may have at least this probability."""

    @property
    def entity_evidence(self) -> EntityEvidence | None:
        """What each entity adds to each word's logit; None where the decoder cannot say."""
        return None

    @property
    @abstractmethod
    def things(self) -> tuple[str, ...]:
        """Concepts that are things: nouns, and labels."""

    @abstractmethod
    def take(self, recordings: Sequence[str]) -> Reading:
        """The reading of some of the recordings."""

    def save(self, path: str | Path) -> Path:
        """Write it into a folder, without a pickle; `open_reading` reads it.

        Raises:
            OutputError: it cannot be written, or the folder holds other files.
        """
        return save_stored(self, path)

    def ask(
        self,
        queries: str | Query | Sequence[str | Query],
        recordings: str | Sequence[str] | None = None,
        *,
        given: str | Query | None = None,
        coverage: float | None = None,
    ) -> pd.DataFrame:
        """Every query about every recording.

        Args:
            queries: logic, English, JSON or lambda syntax, or parsed; and English questions for things (who, what, where), whose answer is the
                likeliest.
            recordings: ids; all when None.
            given: a formula that is taken to be true: probabilities are those given it.
            coverage: of sets of answers, e.g. 0.9: where more than one answer cannot be ruled out, the answer is `cannot tell`.

        Returns:
            Columns recording, query, answer, probability (of yes, else of the answer), prior, as_asked, error. NaN where a number cannot be
            told, such as the probability given what no world holds. With `coverage` also `set`: the answers that cannot be ruled out.

        Raises:
            QueryError: a query cannot be understood.
            DataError: no such recording.
        """
        return pd.DataFrame(self.columns(queries, recordings, given=given, coverage=coverage))

    def columns(
        self,
        queries: str | Query | Sequence[str | Query],
        recordings: str | Sequence[str] | None = None,
        *,
        given: str | Query | None = None,
        coverage: float | None = None,
    ) -> dict[str, Any]:
        """The columns of what `ask` returns: making a table of one answer takes as long as answering."""
        texts = [queries] if isinstance(queries, str) or not isinstance(queries, Sequence) else list(queries)
        parsed = [self.question(text) for text in texts]
        ids = self.recordings if recordings is None else ([recordings] if isinstance(recordings, str) else recordings)
        rows, condition = self.rows(ids), self._condition(given)
        closed = [query for question in parsed for query in queries_of(question)]
        said = self.ask_each([query for query in closed for _ in rows], np.tile(rows, len(closed)), given=condition)
        places, answers = answered(parsed, said.answer, said.probability, len(rows))
        columns = {"recording": list(ids) * len(texts), "query": [str(text) for text in texts for _ in rows]}
        numbers = {name: getattr(said, name)[places] for name in NUMBERS}
        if coverage is None:
            return {**columns, "answer": answers, **numbers}
        sets = self.answer_sets(said, np.tile(rows, len(closed)), coverage)
        is_open = [isinstance(question, OpenQuestion) for question in parsed for _ in rows]
        told = [
            answer if likeliest or len(sets[place]) == 1 else CANNOT_TELL
            for place, answer, likeliest in zip(places, answers, is_open, strict=True)
        ]
        return {**columns, "answer": told, **numbers, "set": [" | ".join(sets[k]) for k in places]}

    def answer_sets(self, said: Said, rows: Int[np.ndarray, " question"], coverage: float) -> list[tuple[str, ...]]:
        """Of each question the answers that cannot be ruled out: the right one is among them with probability `coverage` or more, for questions as the study
        puts them (`conformal`). All answers of a form that the study does not ask.

        Args:
            said: what `ask_each` returned.
            rows: place of each question's recording.
            coverage: between 0 and 1.

        Raises:
            DataError: the decoder learned from all questions that it was given, so that nothing can be promised.
        """
        if not 0 < coverage < 1:
            raise DataError(f"coverage {coverage}: a probability between 0 and 1 is expected, e.g. 0.9")
        if not self.asking.misses:
            raise DataError(
                f"coverage: decoder {self.about.decoder!r} was given no validation recordings that it did not learn from, so no coverage can be promised"
            )
        kinds = list(zip(said.form, self._people(rows) or [""] * len(rows), strict=True))
        most = {kind: threshold(self.asking.misses, kind[0], coverage, kind[1]) for kind in dict.fromkeys(kinds)}
        return [
            answers_within(asked, choices, most[kind]) if np.isfinite(asked[0]) else tuple(choices) or ("yes", "no")
            for asked, choices, kind in zip(said.asked, said.choices, kinds, strict=True)
        ]

    def rank(self, question: str, recording: str, *, given: str | Query | None = None) -> pd.DataFrame:
        """The answers to an English question for things (who, what, where), the likeliest first.

        Args:
            question: `Who is holding the bat?`
            recording: its id.
            given: see `ask`.

        Returns:
            Columns answer, probability, prior, as_asked, error: of yes to the question that the answer stands for.

        Raises:
            QueryError: it cannot be understood, or asks for no things.
        """
        found = self.question(question)
        if not isinstance(found, OpenQuestion):
            raise QueryError("this asks for no things; use ask", question)
        said = self.ask_each(
            found.queries, np.repeat(self.rows([recording]), len(found.queries)), given=self._condition(given)
        )
        # A word that is likely to be answered no is asked for all the same: these are numbers of yes.
        table = pd.DataFrame({"answer": found.choices} | {name: getattr(said, name) for name in NUMBERS})
        return table.sort_values("probability", ascending=False, kind="stable", ignore_index=True)

    def ask_each(
        self, queries: Sequence[Query], rows: Int[np.ndarray, " question"], *, given: Query | None = None
    ) -> Said:
        """One question a row.

        Args:
            queries: checked programs.
            rows: place of each question's recording in `recordings`.
            given: see `ask`; nothing is as the study asks it then, and `as_asked` is NaN.
        """
        belief = self.believe(queries, np.asarray(rows, np.int64), given)
        asked = np.full_like(belief.probability, np.nan)
        if given is None:
            asked = self.asking.as_asked(belief, queries, self._people(rows))
        # The answer follows the asking model where the study puts such questions.
        deciding = np.where(np.isnan(asked[:, :1]), belief.probability, asked)
        best = np.nan_to_num(deciding, nan=-1.0).argmax(axis=1)
        place = np.where(belief.is_choice, best, 0)
        every = np.arange(len(belief))
        answer = tuple(
            CANNOT_TELL if np.isnan(deciding[q, k]) else words[k] if words else "yes" if deciding[q, 0] > 0.5 else "no"
            for q, (words, k) in enumerate(zip(belief.choices, place.tolist(), strict=True))
        )
        probability, prior, error = (part[every, place] for part in (belief.probability, belief.prior, belief.error))
        return Said(answer, probability, prior, asked[every, place], error, belief.choices, asked, belief.form)

    def graph(self, recording: str, *, given: str | Query | None = None, **options: Any) -> nx.MultiDiGraph:
        """The recording's concept graph; every number in it is the answer of a query, given a formula where one is (`graphs.concept_graph`).

        Raises:
            DataError: no such recording.
            QueryError: no scene of the recording holds what is given.
        """
        self.rows([recording])
        condition = self._condition(given)
        return concept_graph(self if condition is None else Given(self, condition), recording, **options)

    def parse(self, query: str | Query) -> Query:
        """A checked program.

        Raises:
            QueryError: it cannot be understood, or uses unknown words.
        """
        if isinstance(query, str):
            return parse(query, self.vocabulary)
        check(query, self.vocabulary)
        return query

    def question(self, query: str | Query) -> Query | OpenQuestion:
        """As `parse`, and questions for things."""
        if not isinstance(query, str):
            return self.parse(query)
        return _understood(query, self.vocabulary)

    def rows(self, recordings: Sequence[str]) -> Int[np.ndarray, " row"]:
        """Places of recordings.

        Raises:
            DataError: the reading has no such recording.
        """
        for name in recordings:
            if name not in self._place:
                raise DataError(f"the reading has no recording {name!r}{nearest_name(name, self.recordings)}")
        return np.array([self._place[name] for name in recordings], dtype=np.int64)

    def _people(self, rows: Int[np.ndarray, " question"]) -> list[str] | None:
        return [self.subjects[row] for row in rows.tolist()] if self.subjects else None

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.recordings)}

    def _condition(self, given: str | Query | None) -> Query | None:
        if given is None:
            return None
        found = self.parse(given)
        if type(found).__name__ in ("Count", "Describe"):
            raise QueryError(
                "given: expected a formula, which is true or false, found a question for a number or a word"
            )
        return found

    # What a concept graph is built from (`graphs.source.Source`).

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return self.about.dataset

    @property
    def decoder(self) -> str:
        """Kind of decoder."""
        return self.about.decoder

    @property
    def simulated(self) -> bool:
        """Whether nobody measured the recordings."""
        return self.about.simulated

    @property
    def paired(self) -> bool:
        """Whether its recordings are pairs of recordings."""
        return self.about.paired

    def ask_all(self, queries: Sequence[Query], recording: str) -> Beliefs:
        """Probability, prior and error of formulas about one recording."""
        said = self.ask_each(queries, np.repeat(self.rows([recording]), len(queries)))
        return Beliefs(said.probability, said.prior, said.error)

    def carriers(self, recording: str, words: Sequence[str]) -> Carriers | None:
        """What each entity adds to the words' logits in a recording."""
        if self.entity_evidence is None:
            return None
        return self.entity_evidence.of(int(self.rows([recording])[0]), tuple(words))

    def with_asking(self, asking: AskingModel) -> Reading:
        """The same recordings under another asking model."""
        changed: Any = self
        return replace(changed, asking=asking)

    def of_subjects(self, subjects: Sequence[str]) -> Reading:
        """The same recordings, told whose each is."""
        changed: Any = self
        return replace(changed, subjects=tuple(map(str, subjects)))


@lru_cache(maxsize=4096)
def _understood(text: str, vocabulary: Vocabulary) -> Query | OpenQuestion:
    return parse_question(text, vocabulary)


def open_reading(path: str | Path, *, verify: bool = False) -> Reading:
    """Open the folder of a reading; large arrays stay on disk until they are needed.

    Args:
        path: what `Reading.save` wrote.
        verify: compare all checksums first.

    Raises:
        DataError: it is no reading, of another version, or damaged.

    Examples:
        >>> import tempfile, neurona as nr
        >>> data = nr.Dataset.from_arrays([[0.0], [1.0]] * 8, ["face", "house"] * 8)
        >>> reading = nr.fit(data, "linear_evidence").read(data)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     same = nr.open_reading(reading.save(f"{folder}/reading"))
        ...     answers = same.ask("exists x. face(x)").answer.tolist()
        >>> answers == reading.ask("exists x. face(x)").answer.tolist()
        True
    """
    return load_stored(path, Reading, verify=verify, mapped=True)  # type: ignore[type-abstract]
