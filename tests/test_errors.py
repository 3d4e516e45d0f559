"""What is suggested for a name that nobody has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import nearest, nearest_name

WORDS = ["face", "house", "table", "wear", "behind", "learning_rate", "umbrella", "big"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("facce", "face"),
        ("fcae", "face"),
        ("Face", "face"),
        ("hose", "house"),
        ("learning", "learning_rate"),
        ("umbrela", "umbrella"),
    ],
)
def test_a_slip_is_mended(written, meant):
    assert nearest(written, WORDS) == meant


@pytest.mark.parametrize("written", ["water", "kind", "tallest", "probably", "dog", "x", ""])
def test_another_word_suggests_nothing(written):
    assert nearest(written, WORDS) is None
    assert nearest_name(written, WORDS).startswith("; known: behind, big")


@given(st.sampled_from([word for word in WORDS if len(word) > 3]), st.data())
def test_one_slip_in_a_word_is_found(word, data):
    place = data.draw(st.integers(0, len(word) - 2))
    kind = data.draw(st.sampled_from(["left out", "put in", "replaced", "swapped"]))
    letter = data.draw(st.sampled_from("qz"))
    written = {
        "left out": word[:place] + word[place + 1 :],
        "put in": word[:place] + letter + word[place:],
        "replaced": word[:place] + letter + word[place + 1 :],
        "swapped": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    }[kind]
    assert nearest(written, WORDS) == word


def test_of_a_thousand_names_those_of_another_length_are_not_read(monkeypatch):
    read = []
    monkeypatch.setattr("neurona.errors._slips", lambda one, other: read.append(other) or len(other))
    nearest("exists x. man(x) & hold(x, the y. bat(y))", [f"image{k:05}" for k in range(1000)])
    assert read == []
