"""The words of a question of everyday English, and the words of the language itself, which no vocabulary needs to know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from neurona.errors import QueryError
from neurona.programs.reader import line_and_column

Operator = Literal[">", "<", ">=", "<=", "="]


def _of(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("|"))


BE, DO, WHO = _of("is|are|was|were"), _of("does|do|did"), _of("who|that|which")
NUMBERS = _of("zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve")
BOUNDS: dict[str, Operator] = {
    **{"more than": ">", "at least": ">=", "fewer than": "<", "less than": "<", "at most": "<=", "exactly": "="},
    **{"no more than": "<=", "no fewer than": ">=", "over": ">", "only": "="},
}
LEADS = _of(
    "do you think|would you say|i would like to know|i want to know|please|tell me|can you tell me|could you tell me|do you know|i wonder|and|so|hey|hi|ok|is it true that|is it the case that|it is true that"
)
_PICTURES = _of("picture|image|photo|photograph|scene|view|shot|frame")
TAGS = (
    *(f"in {which} {what}" for which in ("the", "this", "that", "your") for what in _PICTURES),
    *_of(
        "here|please|anywhere|at all|right now|now|visible|shown|present|to be seen|to see|in it|is not there|are not there|is not it|right|or not|"
        ", is there|, are there|, is it|, are they|, is he|, is she|, does he|, does she|, do they"
    ),
)
LEADS += tuple(tag for tag in TAGS if tag.startswith("in "))
SEEN = _of(
    "can you see|do you see|can we see|do we see|can one see|could you see|can i see|did you see|i see|i can see|you see|we see|show me|find"
)
POSTURES = _of("standing|located|placed|positioned|situated")
SHOWS = tuple(
    f"does {which} {what} {verb}"
    for which in ("the", "this")
    for what in _PICTURES
    for verb in ("show", "contain", "have", "include", "depict")
)
PEOPLE = {
    **dict.fromkeys(_of("anyone|anybody|someone|somebody"), "a"),
    **dict.fromkeys(_of("no one|noone|nobody"), "no"),
    **dict.fromkeys(_of("everyone|everybody"), "every"),
}
PERSONS = frozenset(
    _of(
        "person|man|woman|boy|girl|child|kid|player|guy|lady|gentleman|baby|adult|human|rider|skier|surfer|cyclist|driver|pitcher|batter|catcher|"
        "chef|cook|farmer|worker|officer|policeman|soldier|fireman|teacher|student|doctor|nurse|dancer|singer|actor|musician|artist|climber|"
        "snowboarder|skateboarder|swimmer|runner|umpire|referee|coach|spectator|pedestrian|passenger|customer|waiter|bride|groom|biker|tourist"
    )
)
"""Who `who` asks for, where the vocabulary has some."""
THINGS = {"something": "a", "anything": "a", "nothing": "no", "everything": "every"}
_OTHERS = _of(
    "a|an|another|some|any|no|every|each|all|of|the|this|that|these|those|there|not|and|or|but|both|either|neither|nor|as|well|with|without|how|many|what|"
    "which|who|whom|where|have|has|name|if|whether|doing|being|to|relative|compared|thing|things|one|ones|object|objects|none|it|kind|kinds|other|except|i|true|case"
)


def known_words() -> frozenset[str]:
    """Words of the language."""
    phrases = (*BE, *DO, *WHO, *NUMBERS, *BOUNDS, *LEADS, *TAGS, *SEEN, *SHOWS, *PEOPLE, *THINGS, *_OTHERS)
    return frozenset(word for phrase in phrases for word in phrase.split())


@dataclass
class Heard:
    """The words of a question, and how far any reading came.

    Attributes:
        words: in small letters.
        places: offset of each in the text.
        furthest: the first word that no reading went beyond.
        expected: what would have been understood there.
    """

    words: list[str]
    places: list[int]
    furthest: int = 0
    expected: frozenset[str] = frozenset()

    def wanted(self, place: int, what: str) -> None:
        if place >= self.furthest:
            self.expected = (self.expected if place == self.furthest else frozenset()) | {what}
            self.furthest = place


_PIECE = re.compile(
    r"(?P<denied>\w+)n't\b|(?P<short>what|who|where|there|how|that|it)'s\b|(?P<would>i)'d\b|(?P<word>[a-z0-9_]+|'s\b)|(?P<comma>,)"
)


def words_of(text: str) -> Heard:
    """The words of a text.

    Raises:
        QueryError: it begins with a denial (`isn't`), which can be meant either way.
    """
    heard = Heard([], [])
    for match in _PIECE.finditer(text.replace("\u2019", "'").replace("\u2018", "'").lower()):
        if match["denied"] and not heard.words:
            place = line_and_column(text, match.start())
            raise QueryError(
                f"{match[0]!r} can be meant either way; ask without it: 'Is there a ...?' or 'Is there no ...?'",
                text,
                *place,
            )
        two = {"denied": "not", "short": "is", "would": "would"}
        pieces = next(([match[name], other] for name, other in two.items() if match[name]), [match[0]])
        heard.words += [{"ca": "can", "wo": "will"}.get(piece, piece) for piece in pieces]
        heard.places += [match.start()] * len(pieces)
    return heard
