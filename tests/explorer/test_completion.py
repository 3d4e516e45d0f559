"""What may be typed."""

from __future__ import annotations

import pytest
from tiny_run import WORDS

from neurona.explorer.completion import OPENINGS, completions


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Is there a m", "Is there a man"),
        ("exists x. anim", "exists x. animate"),
        ("is th", "Is there a "),
        ("Is there a RE", "Is there a red"),
        ("exists x. man(x) & ho", "exists x. man(x) & hold"),
    ],
)
def test_the_last_word_is_completed(text, first):
    assert completions(WORDS, text)[0] == first


def test_after_an_article_stand_things_and_adjectives_and_no_relations():
    assert completions(WORDS, "Is there an h") == []
    assert completions(WORDS, "Is a man h") == ["Is a man hold", "Is a man holding"]


def test_nothing_typed_begins_a_question_and_nothing_known_completes_nothing():
    assert set(completions(WORDS, " ")) <= set(OPENINGS)
    assert completions(WORDS, "Is there a zz") == []
    assert completions(WORDS, "Is there a man") == []
