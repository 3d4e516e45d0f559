"""What is known of the recordings of a run, as the reading that a decoder without doubt or error would give: its answers are the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from neurona.execution import Worlds
from neurona.programs import Vocabulary, normal_form, parse
from neurona.programs.facts import Fact
from neurona.programs.tree import Atom, Exists
from neurona.readings import WorldReading


def known_reading(predictions: pd.DataFrame, vocabulary: Vocabulary) -> WorldReading | None:
    """Of the recordings of one thing each about which every word was asked; a word of an exclusive category that no recording was asked for is not needed
    where another one is there.

    Args:
        predictions: of a run: recording, program, answer.
        vocabulary: of the programs.

    Returns:
        One world a recording, with share 1; None where no recording is known in full.
    """
    word_of = {text: _word(text, vocabulary) for text in predictions.program.unique()}
    asked = predictions.assign(word=predictions.program.map(word_of))
    asked = asked[asked.word.notna()]
    groups = [set(vocabulary.categories[name]) for name in vocabulary.exclusive]
    needed = set(asked.word) | set(vocabulary.concepts).difference(*groups)
    whole = asked.groupby("recording").word.agg(set) if len(asked) else pd.Series(dtype=object)
    known = whole.index[whole.map(lambda words: words >= needed)]
    yes = asked[(asked.answer == "yes") & asked.recording.isin(known)]
    shown = yes.groupby("recording").word.agg(frozenset) if len(yes) else pd.Series(dtype=object)
    shown = shown[shown.map(lambda words: all(words & group for group in groups)).astype(bool)]
    if shown.empty:
        return None
    place = {words: k for k, words in enumerate(sorted(set(shown), key=sorted))}
    share = np.zeros((len(shown), len(place)))
    share[np.arange(len(shown)), [place[words] for words in shown]] = 1.0
    scenes = [_of_one_thing(words, vocabulary) for words in place]
    worlds = Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations, share)
    before = Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations, share.mean(axis=0, keepdims=True))
    return WorldReading(vocabulary, tuple(map(str, shown.index)), worlds, before, worlds.things[0])


def _word(text: str, vocabulary: Vocabulary) -> str | None:
    """The concept that a program asks for and nothing else."""
    match normal_form(parse(text, vocabulary)):
        case Exists(_, Atom(name, _)) if name in vocabulary.concepts:
            return name
    return None


def _of_one_thing(words: frozenset[str], vocabulary: Vocabulary) -> frozenset[Fact]:
    """Named by the first of its words in the vocabulary's order."""
    noun = min(words, key=vocabulary.concepts.index)
    return frozenset([Fact(noun), *(Fact(word, (noun,)) for word in words - {noun})])
