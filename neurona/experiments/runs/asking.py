"""What a person asks of a run or a reading: of which recordings, with the truth beside where the run knows it, and a summary over many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from neurona.errors import ConfigError, nearest_name
from neurona.evaluation.inference.intervals import wilson_interval
from neurona.experiments.runs.finished_run import Run, open_run
from neurona.experiments.runs.known_scenes import known_reading
from neurona.programs import Query, Vocabulary, normal_form, parse
from neurona.programs.open_question import OpenQuestion
from neurona.programs.tree import Describe, names
from neurona.readings import Reading, by_lot, open_reading, paired
from neurona.settings import assignment
from neurona.stored import is_stored

COLUMNS = ("recording", "image", "subject", "session", "run", "fold")
"""By which recordings of a run are chosen."""


@dataclass(frozen=True)
class Source:
    """A reading that is asked, and the run that it is of, where there is one.

    Attributes:
        reading: that is asked.
        run: whose questions know truths, and which recordings are whose.
        truths: of pairs, the reading that a decoder without doubt or error would give.
    """

    reading: Reading
    run: Run | None = None
    truths: Reading | None = None

    @classmethod
    def open(cls, folder: str | Path) -> Source:
        """The directory of a finished run, or a reading's own.

        Raises:
            DataError: neither.
        """
        if is_stored(Path(folder)):
            return cls(open_reading(folder))
        run = open_run(folder)
        return cls(run.reading, run)

    def select(self, text: str | None) -> list[str]:
        """Ids of the recordings that a text chooses: `ID,ID`, `all`, or columns of the run's predictions, `subject=1 & run=run-02`.

        Raises:
            ConfigError: an unknown column or value, or columns of a reading without a run.
            DataError: no such recording.
        """
        if text is None or text.strip() == "all":
            return list(self.reading.recordings)
        if "=" not in text:
            ids = [one.strip() for one in text.split(",") if one.strip()]
            self.reading.rows(ids)
            return ids
        if self.run is None:
            raise ConfigError(
                f"--recordings {text}: a reading without its run knows no columns; name recordings, or the run's directory"
            )
        known = self.recordings
        for part in text.split("&"):
            column, value = assignment(part, "--recordings", "COLUMN=VALUE, e.g. subject=1 & run=run-02")
            if column not in known:
                raise ConfigError(f"--recordings {text}: no column {column!r}{nearest_name(column, map(str, known))}")
            chosen = known[known[column] == value]
            if chosen.empty:
                raise ConfigError(f"--recordings {text}: no {column} is {value!r}{nearest_name(value, known[column])}")
            known = chosen
        return known.recording.tolist()

    def paired(self, pairs: Sequence[str], recordings: str | None = None) -> Source:
        """The same about pairs of recordings, taken for one scene each (`readings.pairs`).

        Args:
            pairs: `ID,ID` each; or `all` alone: every recording in one pair, drawn by lot, with another one of the same person where the run knows whose
                they are.
            recordings: of which `all` are taken, see `select`.

        Raises:
            ConfigError: a pair that is not of two, or `recordings` beside named pairs.
            DataError: no such recording, or a reading that cannot be paired.
        """
        if [one.strip() for one in pairs] == ["all"]:
            ids = self.select(recordings)
            chosen = by_lot(ids, self._people(ids))
        else:
            if recordings is not None:
                raise ConfigError(f"--recordings {recordings}: the pairs name theirs; it goes with --pair all")
            chosen = [_two(text) for text in pairs]
        found = paired(self.reading, chosen)
        known = None if self.run is None else known_reading(self.run.predictions, self.reading.vocabulary)
        if known is None:
            return Source(found)
        told = [pair for pair in chosen if set(pair) <= set(known.recordings)]
        return Source(found, truths=paired(known, told) if told else None)

    def _people(self, ids: Sequence[str]) -> list[str] | None:
        if self.run is None or "subject" not in self.recordings:
            return None
        of = self.recordings.set_index("recording").subject
        return [str(of[name]) for name in ids]

    def ask(
        self, texts: list[str], recordings: list[str], given: str | None = None, coverage: float | None = None
    ) -> pd.DataFrame:
        """As `Reading.ask`, with the column `truth`: the answer that the run's questions know, empty where they do not."""
        return pd.DataFrame(self.columns(texts, recordings, given, coverage))

    def columns(
        self, texts: list[str], recordings: list[str], given: str | None = None, coverage: float | None = None
    ) -> dict[str, Any]:
        """The columns of what `ask` returns; see `Reading.columns`."""
        said = self.reading.columns(texts, recordings, given=given, coverage=coverage)
        known = {text: self._truth(self.reading.question(text), recordings) for text in texts}
        truth = [known[query].get(name, "") for query, name in zip(said["query"], said["recording"], strict=True)]
        return {**said, "truth": truth}

    @cached_property
    def recordings(self) -> pd.DataFrame:
        """The recordings of a run, with its `COLUMNS`."""
        assert self.run is not None
        predictions = self.run.predictions
        found = predictions[[name for name in COLUMNS if name in predictions]].drop_duplicates("recording").astype(str)
        return found[found.recording.isin(self.reading.recordings)]

    def _truth(self, query: Query | OpenQuestion, recordings: list[str]) -> dict[str, str]:
        """Recording -> answer, of the run's questions that mean the same."""
        if isinstance(query, OpenQuestion):
            return {}
        if self.truths is not None:
            known = [name for name in recordings if name in self.truths.recordings]
            return dict(zip(known, self.truths.ask([query], known).answer, strict=True)) if known else {}
        if self.run is None:
            return {}
        same = normal_form(query)
        # Only what speaks of the same words can mean the same: the others need not be parsed.
        asked = self._asked.get(frozenset(_words(query, self.reading)), {})
        like = [known for text, known in asked.items() if _normal_form(text, self.reading.vocabulary) == same]
        return {name: answer for known in like for name, answer in known.items()}

    @cached_property
    def _asked(self) -> dict[frozenset[str], dict[str, dict[str, str]]]:
        """What the run asked: words -> program -> recording -> answer."""
        assert self.run is not None
        found: dict[frozenset[str], dict[str, dict[str, str]]] = {}
        for text, rows in self.run.predictions.groupby("program", sort=False):
            words = frozenset(re.findall(r"\w+", str(text))) & self._vocabulary
            of_recording = dict(zip(rows.recording, rows.answer.astype(str), strict=True))
            found.setdefault(words, {})[str(text)] = of_recording
        return found

    @cached_property
    def _vocabulary(self) -> set[str]:
        known = self.reading.vocabulary
        return {*known.concepts, *known.relations, *known.definitions, *known.categories}


def summary(said: pd.DataFrame) -> pd.DataFrame:
    """Of each query over many recordings: its most frequent answers, their mean probability, and how many are right where the truth is known.

    Args:
        said: what `Source.ask` returned.

    Returns:
        One row a query: query, n, answers (`yes 60 %, no 40 %`), probability (mean), prior (mean), known (answers whose truth is known), accuracy, low,
        high (Wilson's 95 % interval over recordings).
    """
    rows = []
    for query, part in said.groupby("query", sort=False):
        shares = Counter(part.answer).most_common(3)
        known = part[part.truth != ""]
        right = int((known.answer == known.truth).sum())
        low, high = wilson_interval(right, len(known))
        rows.append(
            {
                "query": query,
                "n": len(part),
                "answers": ", ".join(f"{answer} {count / len(part):.0%}" for answer, count in shares),
                "probability": part.probability.mean(),
                "prior": part.prior.mean(),
                "known": len(known),
                "accuracy": right / len(known) if len(known) else float("nan"),
                "low": low if len(known) else float("nan"),
                "high": high if len(known) else float("nan"),
            }
        )
    return pd.DataFrame(rows)


def _two(text: str) -> tuple[str, str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) != 2:
        raise ConfigError(f"--pair {text}: expected ID,ID, or all; found {len(names)} recording(s)")
    return names[0], names[1]


@lru_cache(maxsize=4096)
def _normal_form(text: str, vocabulary: Vocabulary) -> Query:
    return normal_form(parse(text, vocabulary))


def _words(query: Query, reading: Reading) -> set[str]:
    return {*names(query), *({query.category} if isinstance(query, Describe) else ())}
