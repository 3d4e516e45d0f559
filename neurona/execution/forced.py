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


def forced(worlds: Worlds, row: int, facts: Sequence[Fact]) -> Worlds:
    """The worlds of one recording, with some facts, and their things, in each of them.

    Args:
        worlds: of any recordings.
        row: the recording's place.
        facts: in all forms that are to hold.
    """
    at = int(worlds.row(np.array([row]))[0])
    said = worlds.word[at] >= 0
    names = list(worlds.things[at])
    nouns = dict.fromkeys(noun for fact in facts for noun in (fact.arguments or (fact.name,)))
    names += [noun for noun in nouns if noun not in names]
    place, every = {name: k for k, name in enumerate(names)}, worlds.every_world
    present = np.zeros((1, len(names), len(every)), np.uint64)
    present[0, : len(worlds.things[at])] = worlds.present[at, : len(worlds.things[at])]
    present[0, [place[noun] for noun in nouns]] = every
    of_concept = {name: k for k, name in enumerate(worlds.concepts)}
    of_relation = {name: len(worlds.concepts) + k for k, name in enumerate(worlds.relations)}
    codes = dict.fromkeys((of_concept[noun], place[noun], -1) for noun in nouns if noun in of_concept)
    for fact in facts:
        things = [place[noun] for noun in fact.arguments]
        if len(things) == 2 and fact.name in of_relation:
            codes[of_relation[fact.name], things[0], things[1]] = None
        elif len(things) == 1 and fact.name in of_concept:
            codes[of_concept[fact.name], things[0], -1] = None
    listed = np.stack([part[at, said] for part in (worlds.word, worlds.subject, worlds.object)], axis=1)
    kept = np.array([tuple(code) not in codes for code in listed.tolist()], dtype=bool)
    table = np.concatenate([listed[kept], np.array(list(codes), dtype=listed.dtype).reshape(-1, 3)])
    holds = np.concatenate([worlds.holds[at, said][kept], np.tile(every, (len(codes), 1))])
    word, subject, object_ = (table[None, :, k] for k in range(3))
    return replace(
        worlds,
        word=word,
        subject=subject,
        object=object_,
        holds=holds[None],
        present=present,
        share=worlds.share[[row]],
        things=(tuple(names),),
    )
