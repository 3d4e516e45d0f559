"""A refusal says what was understood, what was meant, and what works."""

from __future__ import annotations

import re

import pytest
from everyday_words import WORDS

from neurona.errors import QueryError
from neurona.programs import parse


def refusal(question):
    with pytest.raises(QueryError) as refused:
        parse(question, WORDS)
    return str(refused.value)


def test_what_was_understood_and_what_would_have_been_next_is_told():
    told = refusal("Is there a man holding?")
    assert "understood 'is there a man holding'" in told
    assert "a thing" in told
    assert "line 1, column 24" in told


def test_the_questions_that_it_says_work_do():
    for question in re.findall(r"'(Is there [^']*\?)'", refusal("Is there a man holding?").split("this works")[1]):
        parse(question, WORDS)


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [
        ("cyclist", "person"),
        ("girl", "woman"),
        ("zebra", "horse"),
        ("vehicle", "car"),
        ("kid", "child"),
        ("benhc", "bench"),
        ("dgo", "dog"),
    ],
)
def test_an_unknown_word_is_met_by_its_meaning_and_then_by_its_spelling(unknown, meant):
    told = refusal(f"Is there a {unknown}?")
    assert f"the vocabulary has no {unknown!r}; did you mean" in told
    assert repr(meant) in told


def test_nothing_absurd_is_suggested():
    assert "did you mean" not in refusal("Is there a quorum?")


def test_a_possessive_is_answered_with_what_says_more():
    assert "the hat that the man is wearing" in refusal("Is the man's hat red?")
