"""The forms that words of a vocabulary take."""

from __future__ import annotations

import pytest

from neurona.programs import Vocabulary
from neurona.programs.english.lexicon import lexicon


def forms(relation):
    found = lexicon(Vocabulary(("dog",), (relation,)))
    return {" ".join(words): entry.kind for group in found.values() for words, entry in group if entry.name == relation}


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("hold", {"holding": "ing", "hold": "base", "holds": "finite", "held by": "by"}),
        ("carry", {"carrying": "ing", "carry": "base", "carries": "finite", "carried by": "by"}),
        ("sitting_on", {"sitting on": "ing", "sit on": "base", "sits on": "finite"}),
        ("in_front_of", {"in front of": "between"}),
        ("left_of", {"left of": "between", "to the left of": "between"}),
    ],
)
def test_a_relation_has_the_forms_of_a_verb_or_stands_between(relation, expected):
    assert expected.items() <= forms(relation).items()


def test_nouns_have_plurals_and_colours_two_spellings():
    found = lexicon(Vocabulary(("traffic_light", "gray", "child"), (), {"Color": ("gray", "child")}))
    assert [(" ".join(words), entry.kind) for words, entry in found["traffic"]] == [
        ("traffic light", "one"),
        ("traffic lights", "many"),
    ]
    assert {"grey", "gray", "color", "colour"} <= set(found)
