"""Questions about scenes, so chosen that the question alone does not give its answer away.

Every yes/no question belongs to a pair: the same program is asked of two scenes of the same part of the data, and is
true of one and false of the other. So within each part every program is answered yes as often as no, and whatever an
answerer makes of the program, it is right half the time. The scene in which it is false is one of the kinds of
`negatives.py`; accuracy on the pairs of one kind is accuracy on balanced questions.

For describe questions see `describe_questions.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.scenes.describe_questions import balanced, describe_candidates
from neurona.scenes.facts import SceneFacts, program_of, restricted, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES, NegativeIndex, draw
from neurona.scenes.scene_graph import SceneGraph

COLUMNS = ("question", "image", "program", "answer", "type", "negative", "pair", "hops")

SHARES: Mapping[str, float] = {"object": 0.2, "attribute": 0.2, "relation": 0.4, "describe": 0.2}
"""How a scene's questions are divided among types, as far as there is something to ask."""

_TYPES = ("object", "attribute", "relation")


def vocabulary_of(scenes: Iterable[SceneGraph], table: NameTable | None = None) -> Vocabulary:
    """The words of (training) scenes: nouns and attributes, relations, and the categories of these relations.

    Raises:
        DataError: a predicate that is no relation of the table; normalise the scenes first.
    """
    table = table or NameTable.read()
    facts = {fact for scene in scene_facts(scenes, table) for fact in scene.true}
    relations = {fact.name for fact in facts if len(fact.arguments) == 2}
    for name in sorted(relations - set(table.relations)):
        hint = nearest_name(name, table.relations)
        raise DataError(f"predicate {name!r} is no relation of the table{hint}; normalise the scenes first")
    nouns = {fact.name for fact in facts if not fact.arguments}
    attributes = {fact.name for fact in facts if len(fact.arguments) == 1} - nouns
    members = {name: [word for word in words if word in relations] for name, words in table.categories.items()}
    return Vocabulary(
        concepts=(*sorted(nouns), *sorted(attributes)),
        relations=tuple(word for word in table.relations if word in relations),
        categories={name: tuple(words) for name, words in members.items() if len(words) > 1},
    )


def questions_from_scenes(
    scenes: Sequence[SceneGraph],
    vocabulary: Vocabulary,
    *,
    per_scene: int = 25,
    seed: int = 0,
    table: NameTable | None = None,
    parts: Mapping[str, str] | None = None,
    held: Collection[Fact] = (),
    shares: Mapping[str, float] = SHARES,
) -> pd.DataFrame:
    """Questions about scenes, balanced within each part of the data.

    Args:
        scenes: normalised scene graphs, each of an image of its own.
        vocabulary: of the training scenes; facts with other words are not asked about, but counted.
        per_scene: questions about one scene, at most.
        seed: of all draws.
        table: inverse and symmetric relations; the one that comes with Neurona when None.
        parts: image -> part (`train`, `test`, ...); questions are balanced within each. Images it lacks are not asked
            about. One part when None: then questions must not be split afterwards, for a program's yes would be in
            training and its no in test.
        held: facts that only the part `test` asks about, and it about no others (see `datasets.splits`).
        shares: of the types object, attribute, relation and describe.

    Returns:
        One row a question: question (id), image, program (logic syntax), answer, type, negative (kind of a negative
        question, else empty), pair (id that the two questions of a pair share; empty for describe), hops (concepts and
        relations in the program; the word asked for counts as one). `attrs["report"]` counts what was asked, what
        could not be, and why.

    Raises:
        DataError: an image twice, or nothing that could be asked.
    """
    table = table or NameTable.read()
    images = [scene.image for scene in scenes]
    if twice := [image for image, times in Counter(images).items() if times > 1]:
        raise DataError(f"scenes: image {twice[0]!r} has {images.count(twice[0])} scene graphs; keep one")
    if unknown := set(shares) - set(SHARES):
        raise DataError(f"shares: unknown type {min(unknown)!r}{nearest_name(min(unknown), SHARES)}")
    rng = np.random.default_rng(seed)
    everything = scene_facts(scenes, table)
    seen, unseen = restricted(everything, vocabulary)
    part_of = ["all" if parts is None else parts.get(image, "") for image in images]
    asking = _Asking(seen, per_scene, shares, rng)
    asking.describe(everything, part_of, frozenset(held), table)
    for part in sorted(set(part_of) - {""}):
        chosen = [k for k, name in enumerate(part_of) if name == part]
        asking.yes_no(chosen, _allowed(frozenset(held), part))
    if not asking.rows:
        raise DataError(
            f"nothing can be asked about these {len(images)} scenes; see docs/questions.md for what is needed"
        )
    return asking.table(images, unseen)


def _allowed(held: frozenset[Fact], part: str):
    """Which facts a part asks about."""
    if not held:
        return lambda fact: True
    return held.__contains__ if part == "test" else (lambda fact: fact not in held)


class _Asking:
    """Collects the rows: (scene, program, answer, type, kind of negative, pair, hops)."""

    def __init__(self, scenes: list[SceneFacts], per_scene: int, shares: Mapping[str, float], rng: np.random.Generator):
        self.scenes, self.per_scene, self.shares, self.rng = scenes, per_scene, shares, rng
        self.rows: list[tuple[int, str, str, str, str, str, int]] = []
        self.asked: set[tuple[int, Fact]] = set()
        self.load = np.zeros(len(scenes), int)
        self.report: Counter[str] = Counter()
        self.pairs = 0

    def describe(
        self, everything: list[SceneFacts], part_of: list[str], held: frozenset[Fact], table: NameTable
    ) -> None:
        most = int(np.ceil(self.per_scene * self.shares.get("describe", 0)))
        candidates = []
        for k, scene in enumerate(everything):
            if part_of[k] and most:
                allowed = frozenset(filter(_allowed(held, part_of[k]), self.scenes[k].true))
                found = describe_candidates(k, scene, allowed, table)
                candidates += [found[place] for place in sorted(self.rng.permutation(len(found))[:most])]
        chosen = balanced(candidates, part_of, self.rng)
        self.report["describe: dropped, the nouns tell the word"] += len(candidates) - len(chosen)
        for question in chosen:
            word = question.fact.name
            self.rows.append((question.scene, question.program, word, question.category.lower(), "", "", 3))
            self.load[question.scene] += 1

    def yes_no(self, chosen: list[int], allowed) -> None:
        """Pairs of questions within one part: each type's share first, then what room is left."""
        index = NegativeIndex([self.scenes[k] for k in chosen])
        self.report["denied, but near nothing that holds"] += index.unclassified
        positives = self._positives(index, chosen, allowed)
        room = len(chosen) * self.per_scene / 2
        wanted = {name: room * self.shares.get(name, 0) for name in _TYPES}
        third = min(wanted["relation"], len(positives[2])) / 3
        # The kinds that few scenes allow draw first.
        order = [(ROLES, 2, third), (PREDICATE, 2, third), (ARGUMENT, 2, third)]
        order += [(ABSENT, 1, wanted["attribute"]), (ABSENT, 0, wanted["object"])]
        used: set[tuple[int, Fact]] = set()
        impossible: set[tuple[str, Fact]] = set()
        for kind, arity, most in [*order, *((kind, arity, room) for kind, arity, _ in order)]:
            if self.shares.get(_TYPES[arity], 0) <= 0:
                continue
            made = 0
            for k, fact in positives[arity]:
                if made >= most:
                    break
                if (k, fact) in used or (kind, fact) in impossible or self.load[chosen[k]] >= self.per_scene:
                    continue
                partner = self._partner(index, chosen, fact, kind, impossible)
                if partner is None:
                    continue
                used.add((k, fact))
                self._pair(chosen[k], chosen[partner], fact, kind)
                made += 1
        for kind, _ in impossible:
            self.report[f"programs without a scene for {kind}"] += 1

    def _positives(self, index: NegativeIndex, chosen: list[int], allowed) -> list[list[tuple[int, Fact]]]:
        """Scene and fact of each possible yes, by arity; each scene's first ones, then each scene's second ones, ..."""
        by_arity: list[list[tuple[int, int, Fact]]] = [[], [], []]
        for k in self.rng.permutation(len(chosen)):
            facts = sorted(filter(allowed, index.scenes[k].true), key=lambda fact: (fact.name, fact.arguments))
            rank = [0, 0, 0]
            for place in self.rng.permutation(len(facts)):
                arity = len(facts[place].arguments)
                by_arity[arity].append((rank[arity], int(k), facts[place]))
                rank[arity] += 1
        return [[(k, fact) for _, k, fact in sorted(rows, key=lambda row: row[0])] for rows in by_arity]

    def _partner(self, index: NegativeIndex, chosen: list[int], fact: Fact, kind: str, impossible: set) -> int | None:
        """The least asked of the scenes that answer with no, by that kind; None where there is none with room."""
        near = index.near(fact, kind)
        fitting = [k for k in draw(near, 16, self.rng) if index.fits(fact, kind, k)]
        if not fitting:
            # A draw may miss the few scenes that fit.
            fitting = [k for k in near if index.fits(fact, kind, k)] if len(near) > 16 else []
        if not fitting:
            impossible.add((kind, fact))
            return None
        free = [k for k in fitting if (chosen[k], fact) not in self.asked and self.load[chosen[k]] < self.per_scene]
        return min(free, key=lambda k: self.load[chosen[k]]) if free else None

    def _pair(self, yes: int, no: int, fact: Fact, kind: str) -> None:
        pair, program, arity = f"pair-{self.pairs:07d}", program_of(fact), len(fact.arguments)
        self.pairs += 1
        for k, answer, negative in ((yes, "yes", ""), (no, "no", kind)):
            self.rows.append((k, program, answer, _TYPES[arity], negative, pair, arity + 1))
            self.asked.add((k, fact))
            self.load[k] += 1

    def table(self, images: list[str], unseen: Counter[str]) -> pd.DataFrame:
        rows = sorted(self.rows, key=lambda row: row[:2])
        table = pd.DataFrame(rows, columns=["scene", *COLUMNS[2:]])
        place = table.groupby("scene").cumcount()
        names = np.array(images, dtype=object)[table.scene]
        table.insert(0, "question", [f"{image}_q-{k:03d}" for image, k in zip(names, place, strict=True)])
        table.insert(1, "image", names)
        table = table.drop(columns="scene")
        report: dict[str, Any] = {"scenes": len(images), "questions": len(table)}
        report |= {f"questions of type {name}": int(n) for name, n in table.type.value_counts().sort_index().items()}
        kinds = table.negative[table.negative != ""].value_counts().sort_index()
        report |= {f"pairs with {kind}": int(n) for kind, n in kinds.items()}
        report |= {name: int(n) for name, n in sorted(self.report.items()) if n}
        report |= {
            "facts with words unseen in training": sum(unseen.values()),
            "words unseen in training": sorted(unseen),
        }
        table.attrs["report"] = report
        return table
