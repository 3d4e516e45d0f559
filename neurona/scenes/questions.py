"""Questions about scenes, so chosen that neither the question alone nor the scene's other questions give its answer away.

Every yes/no question belongs to a pair: the same program is asked of two scenes of the same part of the data, and is
true of one and false of the other. So within each part every program is answered yes as often as no, and whatever an
answerer makes of the program, it is right half the time. The scene in which it is false is one of the kinds of
`negatives.py`; accuracy on the pairs of one kind is accuracy on balanced questions.

Which scenes are paired, so that the texts of a scene's other questions do not tell either, see `yes_no_questions.py`; how well texts alone answer
is measured by `pool.py`. For describe questions see `describe_questions.py`; for questions whose words do tell, as those of published sets do,
`plausible_denials.py`.
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
from neurona.scenes.counterparts import counterparts
from neurona.scenes.describe_questions import balanced, describe_candidates
from neurona.scenes.facts import SceneFacts, program_of, restricted, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, PREDICATE, ROLES, kind_of_denial
from neurona.scenes.plausible_denials import plausible_couples
from neurona.scenes.scene_graph import SceneGraph
from neurona.scenes.yes_no_questions import Pair, YesNo

COLUMNS = ("question", "image", "program", "answer", "type", "negative", "pair", "hops")

SHARES: Mapping[str, float] = {"object": 0.2, "attribute": 0.2, "relation": 0.4, "describe": 0.2}
"""How a scene's questions are divided among types, as far as there is something to ask."""

BALANCED, AS_RELEASED = "balanced", "as_released"
NEGATIVES = (BALANCED, AS_RELEASED)
"""Which questions are answered no: those of pairs whose texts tell nothing, or what is plausible in a scene but absent, as in published sets."""

_TYPES = ("object", "attribute", "relation")

_MIRRORED: Mapping[str, float] = {"object": 1.0, "attribute": 0.25, "relation": 0.25, "describe": 0.0}
"""Share of each type that is asked of mirrored scenes; the others of granted ones. Of the three kinds of relations one needs nouns that are not there."""


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
    negatives: str = BALANCED,
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
        negatives: one of `NEGATIVES`.

    Returns:
        One row a question: question (id), image, program (logic syntax), answer, type, negative (kind of a negative
        question, else empty), pair (id that the two questions of a pair share, `as_released` a yes and a no of one scene; empty for describe), hops (concepts and
        relations in the program; the word asked for counts as one). `attrs["report"]` counts what was asked, what
        could not be, and why.

    Raises:
        DataError: an image twice, an unknown type or kind of negatives, or nothing that could be asked.
    """
    if negatives not in NEGATIVES:
        raise DataError(
            f"negatives {negatives!r} are none of {', '.join(NEGATIVES)}{nearest_name(negatives, NEGATIVES)}"
        )
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
    asking = _Asking(seen, part_of, frozenset(held), per_scene, shares, table, rng)
    if negatives == BALANCED:
        asking.ask(everything)
    else:
        asking.ask_as_released(everything)
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


def _granted(share: float, scenes: int) -> int:
    """How many scenes of a part are granted: those that are left are an even number."""
    number = round(share * scenes)
    return max(0, number - (scenes - number) % 2)


class _Asking:
    """Collects the rows: (scene, program, answer, type, kind of negative, pair, hops)."""

    def __init__(
        self,
        scenes: list[SceneFacts],
        part_of: list[str],
        held: frozenset[Fact],
        per_scene: int,
        shares: Mapping[str, float],
        table: NameTable,
        rng: np.random.Generator,
    ):
        self.scenes, self.part_of, self.per_scene = scenes, part_of, per_scene
        self.table_of_names, self.rng = table, rng
        self.rows: list[tuple[int, str, str, str, str, str, int]] = []
        self.report: Counter[str] = Counter()
        self.pairs = 0
        self.shares = {name: (_MIRRORED[name] * share, (1 - _MIRRORED[name]) * share) for name, share in shares.items()}
        self.allowed = [_allowed(held, part) for part in part_of]
        self.yes_no = YesNo(scenes, self.allowed, table, per_scene, rng)

    def ask(self, everything: list[SceneFacts]) -> None:
        """Of some scenes what takes their nouns for granted; of couples of the others what holds in one and fails in its counterpart."""
        self.report["denied, but near nothing that holds"] += sum(
            kind_of_denial(fact, scene) is None for scene in self.scenes if not scene.complete for fact in scene.false
        )
        mirrored, granted = (sum(share) for share in zip(*self.shares.values(), strict=True))
        by_part = [np.flatnonzero([name == part for name in self.part_of]) for part in sorted(set(self.part_of) - {""})]
        taken = [
            self.rng.permutation(of)[: _granted(granted / (mirrored + granted), len(of))].tolist() for of in by_part
        ]
        for chosen in taken:
            self._add(self.yes_no.granted(chosen, ROLES, self._wanted(2, 1) / 2))
        self._describe(everything, [k for chosen in taken for k in chosen])
        for chosen in taken:
            self._add(self.yes_no.granted(chosen, PREDICATE, self._wanted(2, 1)))
            self._add(self.yes_no.granted(chosen, ABSENT, self._wanted(1, 1)))
        for of, chosen in zip(by_part, taken, strict=True):
            left = [k for k in of.tolist() if k not in set(chosen) or not self.yes_no.load[k]]
            self._mirrored(left)

    def ask_as_released(self, everything: list[SceneFacts]) -> None:
        """Of every scene what holds there, and what is plausible there but absent."""
        self.shares = {name: (0.0, sum(share)) for name, share in self.shares.items()}
        allowed = {k: self.allowed[k] for k, part in enumerate(self.part_of) if part}
        wanted = {arity: round(self._wanted(arity, 1) / 2) for arity in (2, 1, 0)}
        for k, affirmed, denied, kind in plausible_couples(self.scenes, allowed, wanted, self.rng):
            self._add_pair((k, affirmed, "yes", ""), (k, denied, "no", kind))
        self._describe(everything, list(allowed))

    def _wanted(self, arity: int, sort: int) -> float:
        """Questions of one scene of a sort."""
        return (
            self.per_scene
            * self.shares.get(_TYPES[arity], (0, 0))[sort]
            / max(sum(share[sort] for share in self.shares.values()), 1e-9)
        )

    def _mirrored(self, chosen: list[int]) -> None:
        if not chosen:
            return
        wanted = {arity: self._wanted(arity, 0) for arity in (2, 1, 0)}
        scenes, allowed = [self.scenes[k] for k in chosen], self.allowed[chosen[0]]
        found = counterparts(scenes, allowed, [wanted[arity] for arity in range(3)], self.rng)
        couples = [(chosen[k], chosen[other]) for k, other in enumerate(found) if k < other]
        # The odd one out is mirrored with a scene that has a counterpart: of these three the texts are not all the same.
        couples = [(chosen[k], couples[-1][0]) for k in np.flatnonzero(found < 0) if couples] + couples
        self._add(self.yes_no.mirrored(couples, wanted))
        # What room is left is filled.
        self._add(self.yes_no.mirrored(couples, {arity: np.inf for arity, number in wanted.items() if number}))

    def _add(self, pairs: Iterable[Pair]) -> None:
        for yes, no, fact, kind in pairs:
            self._add_pair((yes, fact, "yes", ""), (no, fact, "no", kind))

    def _add_pair(self, *questions: tuple[int, Fact, str, str]) -> None:
        """Two of (scene, fact, answer, kind of negative)."""
        for k, fact, answer, negative in questions:
            arity = len(fact.arguments)
            self.rows.append(
                (k, program_of(fact), answer, _TYPES[arity], negative, f"pair-{self.pairs:07d}", arity + 1)
            )
        self.pairs += 1

    def _describe(self, everything: list[SceneFacts], chosen: list[int]) -> None:
        share = self.shares.get("describe", (0, 0))[1]
        if not share:
            return
        most = int(np.ceil(self.per_scene * share / sum(shares[1] for shares in self.shares.values())))
        candidates = []
        for k in sorted(chosen):
            allowed = frozenset(filter(self.allowed[k], self.scenes[k].true))
            found = describe_candidates(k, everything[k], allowed, self.table_of_names)
            found = [question for question in found if self.yes_no.can_describe(k, question.fact)]
            candidates += [found[place] for place in sorted(self.rng.permutation(len(found))[:most])]
        kept = balanced(candidates, self.part_of, self.rng)
        self.report["describe: dropped, the nouns tell the word"] += len(candidates) - len(kept)
        for question in kept:
            word = question.fact.name
            self.rows.append((question.scene, question.program, word, question.category.lower(), "", "", 3))
            self.yes_no.describe(question.scene, question.fact)

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
