"""Queries about one recording of a finished run, and its concept graph.

The recording was held out of the training of the decoder that answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import xarray as xr
from jaxtyping import Float

from neurona.datasets.dataset import vocabulary_of
from neurona.encoding_models.world_scores import WorldAnswers, world_answers
from neurona.errors import DataError, nearest_name
from neurona.execution import (
    Answers,
    Explanation,
    compile_programs,
    execute,
    execute_and_trace,
    explain,
)
from neurona.experiments.grounding import read_scores, read_worlds
from neurona.experiments.run_folder import open_run
from neurona.graphs import concept_graph, is_a_links
from neurona.programs import Vocabulary, expand, parse
from neurona.programs.tree import Count, Describe, Query, names


@dataclass(frozen=True)
class Reply:
    """The answer to a query.

    Attributes:
        answer: `yes`, `no`, a word of the category, or a number.
        probability: of that answer; None for a number.
        concepts: the concepts that the query rests on.
        carriers: concept -> its strongest entities with their evidence (share of the concept's logit).
        explanation: the value of every sub-expression; None where the answer is a share of possible worlds.
    """

    answer: str
    probability: float | None
    concepts: tuple[str, ...]
    carriers: dict[str, list[tuple[str, float]]]
    explanation: Explanation | None


class RecordingState:
    """What a run knows about one of its held-out recordings.

    Args:
        folder: run directory.
        recording: id.
        finished: see `open_run`.

    Raises:
        DataError: no such run or recording.
    """

    def __init__(self, folder: Path, recording: str, finished: bool = True):
        _, store = open_run(folder, finished)
        known = [str(name) for name in store.recording.values]
        if recording not in known:
            raise DataError(f"{folder}: no held-out recording {recording!r}{nearest_name(recording, known)}")
        self.recording = recording
        if "vocabulary" not in store.attrs:
            raise DataError(f"{folder}: made by an older version, which kept no vocabulary; run the experiment again")
        self.vocabulary: Vocabulary = vocabulary_of(json.loads(store.attrs["vocabulary"]))
        self.state: xr.Dataset = store.sel(recording=recording)
        self.scores, self.logic, self.hypothesis = read_scores(self.state)
        self.worlds = read_worlds(self.state, self.vocabulary)
        self.entities = [str(name) for name in store.entity.values]
        self.evidence: Float[np.ndarray, "entity concept"] = self.state.evidence.values

    def ask(self, text: str) -> Reply:
        """Answer a query in logic syntax.

        Raises:
            QueryError: it cannot be understood or executed.
        """
        query = parse(text, self.vocabulary)
        if self.worlds is not None and len(set(names(expand(query, self.vocabulary)))) > 1:
            return self._ask_worlds(query)
        batch = compile_programs([query], self.vocabulary, [0])
        answers, traces = execute_and_trace(batch, self.scores, self.logic, self.hypothesis)
        explanation = explain(batch, traces, 0, query, self.vocabulary, self._scored)
        concepts = self._concepts(query)
        carriers = {concept: self.carriers(concept) for concept in concepts}
        return self._reply(query, answers, concepts, carriers, explanation)

    def _ask_worlds(self, query: Query) -> Reply:
        """The share of the possible worlds in which a query holds."""
        assert self.worlds is not None
        worlds, shares = self.worlds
        words = tuple(self.vocabulary.categories[query.category]) if isinstance(query, Describe) else ()
        expanded = expand(query, self.vocabulary)
        answers = world_answers(worlds, [expanded], [words], np.zeros(1, np.int64), shares)
        concepts = self._concepts(query)
        return self._reply(query, answers, concepts, {concept: self.carriers(concept) for concept in concepts}, None)

    def _reply(
        self,
        query: Query,
        answers: Answers | WorldAnswers,
        concepts: tuple[str, ...],
        carriers: dict[str, list[tuple[str, float]]],
        explanation: Explanation | None,
    ) -> Reply:
        value = float(answers.yes_no[0])
        if isinstance(query, Count):
            return Reply(f"{value:.2f} expected", None, concepts, carriers, explanation)
        if isinstance(query, Describe):
            words = self.vocabulary.categories[query.category]
            scores = np.asarray(answers.describe[0, : len(words)], np.float64)
            shares = np.exp(scores - scores.max())
            return Reply(
                words[int(scores.argmax())], float(shares.max() / shares.sum()), concepts, carriers, explanation
            )
        yes = float(1 / (1 + np.exp(-value)))
        return Reply("yes" if yes > 0.5 else "no", max(yes, 1 - yes), concepts, carriers, explanation)

    @property
    def _scored(self) -> tuple[str, ...]:
        """Names of the entities that programs are executed on."""
        size = self.scores.unary.shape[2]
        return ("the recording",) if size == 1 else tuple(self._place(row) for row in range(size))

    def carriers(self, concept: str, top: int = 3) -> list[tuple[str, float]]:
        """The entities that give a concept most evidence."""
        column = self.evidence[:, self.vocabulary.concepts.index(concept)]
        return [(self._place(row), float(column[row])) for row in np.argsort(-column, kind="stable")[:top].tolist()]

    def graph(self) -> nx.DiGraph:
        """The recording's concept graph: concepts, what the ontology derives from them, and their carriers."""
        concepts, defined = self.vocabulary.concepts, tuple(self.vocabulary.definitions)
        queries = [parse(f"exists x. {word}(x)", self.vocabulary) for word in (*concepts, *defined)]
        batch = compile_programs(queries, self.vocabulary, [0] * len(queries))
        yes = 1 / (
            1
            + np.exp(
                -np.asarray(execute(batch, self.scores, self.logic, self.hypothesis).yes_no[: len(queries)], np.float64)
            )
        )
        return concept_graph(
            dict(zip(concepts, yes, strict=False)),
            self.evidence,
            [self._place(row) for row in range(len(self.entities))],
            concepts,
            self.recording,
            definitions=dict(zip(defined, yes[len(concepts) :], strict=True)),
            is_a=is_a_links(self.vocabulary),
            dataset=str(self.state.attrs["dataset"]),
            simulated=bool(self.state.attrs["simulated"]),
        )

    def _concepts(self, query: Query) -> tuple[str, ...]:
        words = list(names(expand(query, self.vocabulary)))
        if isinstance(query, Describe):
            words += self.vocabulary.categories[query.category]
        return tuple(dict.fromkeys(word for word in words if word in self.vocabulary.concepts))

    def _place(self, row: int) -> str:
        """An entity's name; parcels, which differ from fold to fold, with their centre in millimetres."""
        where = self.state.position.values[row]
        if "parcel" not in self.entities[row] or not np.isfinite(where).all():
            return self.entities[row]
        return f"{self.entities[row]} ({', '.join(f'{value:.0f}' for value in where)})"
