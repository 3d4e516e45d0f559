"""Worlds in which some facts are made true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neurona.execution.worlds import Worlds
from neurona.programs.facts import Fact


def held_facts(worlds: Worlds, row: int) -> frozenset[Fact]:
    """Facts that hold in some world of a row of facts, its things as facts without arguments."""
    names, there = worlds.things[row], worlds.present[row].any(axis=-1)
    found = {Fact(name) for name, yes in zip(names, there, strict=False) if yes}
    for k in np.flatnonzero(worlds.holds[row].any(axis=-1) & (worlds.word[row] >= 0)):
        word, subject = int(worlds.word[row, k]), names[worlds.subject[row, k]]
        if word >= len(worlds.concepts):
            found.add(Fact(worlds.relations[word - len(worlds.concepts)], (subject, names[worlds.object[row, k]])))
        elif worlds.concepts[word] != subject:
            found.add(Fact(worlds.concepts[word], (subject,)))
    return frozenset(found)


def forced(worlds: Worlds, facts: Sequence[Fact]) -> Worlds:
    """The same worlds with some facts, and their things, in each of them.

    Args:
        worlds: of one recording.
        facts: in all forms that are to hold.
    """
    names = list(worlds.things[0])
    nouns = dict.fromkeys(noun for fact in facts for noun in (fact.arguments or (fact.name,)))
    names += [noun for noun in nouns if noun not in names]
    every = worlds.every_world
    present = np.zeros((1, max(len(names), worlds.present.shape[1]), len(every)), np.uint64)
    present[:, : worlds.present.shape[1]] = worlds.present
    for noun in nouns:
        present[0, names.index(noun)] = every
    of_concept = {name: k for k, name in enumerate(worlds.concepts)}
    of_relation = {name: len(worlds.concepts) + k for k, name in enumerate(worlds.relations)}
    codes = [(of_concept[noun], names.index(noun), -1) for noun in nouns if noun in of_concept]
    for fact in facts:
        at = [names.index(noun) for noun in fact.arguments]
        if len(at) == 2 and fact.name in of_relation:
            codes.append((of_relation[fact.name], at[0], at[1]))
        elif len(at) == 1 and fact.name in of_concept:
            codes.append((of_concept[fact.name], at[0], -1))
    codes = list(dict.fromkeys(codes))
    listed = np.stack([worlds.word[0], worlds.subject[0], worlds.object[0]], axis=1)
    kept = np.array([tuple(row) not in set(codes) for row in listed.tolist()], dtype=bool)
    table = np.concatenate([listed[kept], np.array(codes, dtype=listed.dtype).reshape(-1, 3)])
    holds = np.concatenate([worlds.holds[0][kept], np.tile(every, (len(codes), 1))])
    word, subject, object_ = (table[None, :, k] for k in range(3))
    return replace(
        worlds,
        word=word,
        subject=subject,
        object=object_,
        holds=holds[None],
        present=present,
        things=(tuple(names),),
    )
