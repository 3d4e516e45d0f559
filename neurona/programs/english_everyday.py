"""English as people type it, on a vocabulary: all readings of a question are sought, and more than one is asked back.

    Is the man holding a bat?                hold(the x. man(x), the y. bat(y))
    Are there any dogs without a collar?     exists x. dog(x) & ~with(x, the y. collar(y))
    Do all men wear hats?                    forall x. man(x) -> wear(x, the y. hat(y))
    What colour is the car?                  describe Color(the x. car(x))

A parser is a function of a place in the words that gives what it read and where that ended, in every way it can. What is said of a
thing is a function from the thing (a term) and the variables not yet used to a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, Literal, NamedTuple, TypeVar

from neurona.errors import QueryError
from neurona.programs.english_actions import Fresh, Said, fresh_variables
from neurona.programs.english_lexicon import Kind, lexicon
from neurona.programs.english_words import article
from neurona.programs.normal_form import normal_form
from neurona.programs.open_question import OpenQuestion
from neurona.programs.reader import line_and_column
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Describe,
    Exists,
    Forall,
    Formula,
    Implies,
    Not,
    Number,
    Or,
    Query,
    The,
    Variable,
)
from neurona.programs.vocabulary import Vocabulary

T = TypeVar("T")
Parsed = Iterator[tuple[T, int]]
Operator = Literal[">", "<", ">=", "<=", "="]

BE = ("is", "are", "was", "were")
DO = ("does", "do", "did")
WHO = ("who", "that", "which")
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
BOUNDS: dict[str, Operator] = {
    **{"more than": ">", "at least": ">=", "fewer than": "<", "less than": "<", "at most": "<=", "exactly": "="},
    **{"no more than": "<=", "no fewer than": ">=", "over": ">", "only": "="},
}
LEADS = (
    "please",
    "tell me",
    "can you tell me",
    "could you tell me",
    "do you know",
    "i wonder",
    "and",
    "so",
    "hey",
    "hi",
    "ok",
)
TAGS = (
    *(
        f"in {which} {what}"
        for which in ("the", "this", "that", "your")
        for what in ("picture", "image", "photo", "photograph", "scene", "view", "shot", "frame")
    ),
    "here",
    "please",
    "anywhere",
    "at all",
    "right now",
    "now",
    "visible",
    "shown",
    "present",
    "to be seen",
    "to see",
)
SEEN = (
    "can you see",
    "do you see",
    "can we see",
    "do we see",
    "can one see",
    "could you see",
    "can i see",
    "did you see",
)
SHOWS = tuple(
    f"does {which} {what} {verb}"
    for which in ("the", "this")
    for what in ("picture", "image", "photo", "scene")
    for verb in ("show", "contain", "have", "include", "depict")
)
PEOPLE = {
    **dict.fromkeys(("anyone", "anybody", "someone", "somebody"), "a"),
    **dict.fromkeys(("no one", "noone", "nobody"), "no"),
    **dict.fromkeys(("everyone", "everybody"), "every"),
}
PERSONS = frozenset(
    [
        "person",
        "man",
        "woman",
        "boy",
        "girl",
        "child",
        "kid",
        "player",
        "guy",
        "lady",
        "gentleman",
        "baby",
        "adult",
        "human",
        "rider",
        "skier",
        "surfer",
        "cyclist",
        "driver",
        "pitcher",
        "batter",
        "catcher",
    ]
)
THINGS = {"something": "a", "anything": "a", "nothing": "no", "everything": "every"}


class Noun(NamedTuple):
    """A noun phrase.

    Attributes:
        quantifier: `a` (some, any, none at all), `the`, `no`, `every`, `these` (the, of many), `bare` (many, nothing before them), or `count`.
        said: of the thing.
        bound: of `count`.
    """

    quantifier: str
    said: Said
    bound: tuple[Operator, int] = (">=", 1)


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


def read_everyday(text: str, vocabulary: Vocabulary) -> Query:
    """Read a question of yes or no, for a number, or for a word of a category.

    Raises:
        QueryError: it is not understood (the message has what was, what was expected then, and questions that work), or it can be meant
            in several ways (it has all of them).
    """
    reader = _Reader(_words(text), vocabulary)
    found: dict[Query, Query] = {}
    for query in reader.questions():
        found.setdefault(normal_form(query), query)
    if len(found) == 1:
        return next(iter(found.values()))
    from neurona.programs.english_refusal import ambiguous, refused

    if found:
        raise ambiguous(text, list(found.values()), vocabulary)
    raise refused(text, reader.text, vocabulary)


def read_open(text: str, vocabulary: Vocabulary) -> OpenQuestion | None:
    """Read a question for things; None where it is none.

    Raises:
        QueryError: it can be meant in several ways.
    """
    if not _OPEN.match(text):
        return None
    reader = _Reader(_words(text), vocabulary)
    found: dict[tuple[Query, ...], OpenQuestion] = {}
    for question in reader.open_questions():
        found.setdefault(tuple(map(normal_form, question.queries[:2])), question)
    if len(found) > 1:
        from neurona.programs.english_refusal import ambiguous

        raise ambiguous(text, [question.queries[0] for question in found.values()], vocabulary)
    return next(iter(found.values()), None)


_OPEN = re.compile(r"\W*(\w+\W+){0,6}?(who|what|where|which)\b", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<denied>\w+)n't\b|(?P<short>what|who|where|there|how|that)'s\b|(?P<word>[a-z0-9_]+|'s\b)|(?P<comma>,)"
)


def _words(text: str) -> Heard:
    heard = Heard([], [])
    for match in _PIECE.finditer(text.replace("\u2019", "'").replace("\u2018", "'").lower()):
        if match["denied"] and not heard.words:
            place = line_and_column(text, match.start())
            raise QueryError(
                f"{match[0]!r} can be meant either way; ask without it: 'Is there a ...?' or 'Is there no ...?'",
                text,
                *place,
            )
        pieces = (
            [match["denied"], "not"] if match["denied"] else [match["short"], "is"] if match["short"] else [match[0]]
        )
        heard.words += [{"ca": "can", "wo": "will"}.get(piece, piece) for piece in pieces]
        heard.places += [match.start()] * len(pieces)
    return heard


class _Reader:
    """All readings of one question."""

    def __init__(self, text: Heard, vocabulary: Vocabulary):
        self.text, self.vocabulary, self.lexicon = text, vocabulary, lexicon(vocabulary)

    # Words

    def said(self, place: int, *phrases: str) -> Iterator[int]:
        """Where one of the phrases ends."""
        for phrase in phrases:
            words = phrase.split()
            if self.text.words[place : place + len(words)] == words:
                yield place + len(words)
            self.text.wanted(place, repr(phrase))

    def maybe(self, place: int, *phrases: str) -> Iterator[int]:
        """As `said`, or nothing."""
        yield place
        yield from self.said(place, *phrases)

    def word(self, place: int, *kinds: Kind) -> Parsed[str]:
        """A word of the vocabulary."""
        for kind in kinds:
            self.text.wanted(place, kind)
        here = self.text.words[place] if place < len(self.text.words) else ""
        for phrase, entry in self.lexicon.get(here, ()):
            if entry.kind in kinds and tuple(self.text.words[place : place + len(phrase)]) == phrase:
                yield entry.name, place + len(phrase)

    # Questions

    def questions(self) -> Iterator[Query]:
        """Every reading of the whole text."""
        for start in self._starts():
            for rest in self.maybe(start, "if", "whether"):
                for query, place in self._question(rest):
                    if self._ended(place):
                        yield query

    def open_questions(self) -> Iterator[OpenQuestion]:
        """Every reading as a question for things."""
        for start in self._starts():
            for question, place in self._open(start):
                if question.queries and self._ended(place):
                    yield question

    def _starts(self) -> list[int]:
        starts = {0}
        for _ in range(2):
            starts |= {
                after
                for lead in LEADS
                for start in list(starts)
                for end in self.said(start, lead)
                for after in self.maybe(end, ",")
            }
        return sorted(starts)

    def _ended(self, place: int) -> bool:
        places = {place}
        while places:
            if len(self.text.words) in places:
                return True
            places = {end for start in places for end in self.said(start, *TAGS, ",")}
        self.text.wanted(place, "the end")
        return False

    def _question(self, start: int) -> Parsed[Query]:
        yield from self._there(start)
        yield from self._predicated(start)
        yield from self._doing(start)
        yield from self._how_many(start)
        yield from self._what(start)

    def _there(self, start: int) -> Parsed[Query]:
        """Is there a dog? Can you see a dog? There is a dog."""
        openings = [f"{be} there" for be in BE] + [f"there {be}" for be in BE] + [*SEEN, *SHOWS]
        for place in self.said(start, *openings):
            yield from self._existing(place)
        for place in self.said(start, "is this", "is it", "is that", "is this picture of", "is it a picture of"):
            yield from self._existing(place)
        for place in self.said(start, *BE):
            for query, end in self._existing(place):
                yield from ((query, last) for last in self.said(end, "there", *TAGS))

    def _existing(self, start: int) -> Parsed[Query]:
        """Things that there are: one, several by `and`, one of several by `or`, neither of two."""
        for place in self.said(start, "neither"):
            for first, middle in self._exists(place):
                for after in self.said(middle, "nor"):
                    for second, end in self._exists(after):
                        yield And((Not(first), Not(second))), end
        for place in self.maybe(start, "both", "either"):
            for parts, joint, end in self._list(place, self._exists):
                yield _joined(parts, joint), end

    def _exists(self, start: int) -> Parsed[Formula]:
        for noun, end in self.noun(start):
            if noun.quantifier in ("every", "the", "these") or noun.said is _anything:
                continue
            yield _existence(noun), end

    def _list(self, start: int, part: Callable[[int], Parsed[T]]) -> Iterator[tuple[list[T], str, int]]:
        """One part, or several joined by commas and a last `and` or `or`."""
        for first, end in part(start):
            yield [first], "and", end
            yield from self._more([first], end, part)

    def _more(self, parts: list[T], start: int, part: Callable[[int], Parsed[T]]) -> Iterator[tuple[list[T], str, int]]:
        for place in self.said(start, ","):
            for one, end in part(place):
                yield from self._more([*parts, one], end, part)
        for word, joint in (
            ("and", "and"),
            ("or", "or"),
            (", and", "and"),
            (", or", "or"),
            ("but", "and"),
            ("as well as", "and"),
        ):
            for place in self.said(start, word):
                for one, end in part(place):
                    yield [*parts, one], joint, end
                    if len(parts) < 3:
                        yield from (
                            (more, joint, last)
                            for more, kind, last in self._more([*parts, one], end, part)
                            if kind == joint
                        )

    def _predicated(self, start: int) -> Parsed[Query]:
        """Is the man holding a bat? Are all dogs brown?"""
        for place in self.said(start, *BE):
            for subjects, joint, middle in self._list(place, self.noun):
                for said, end in self.predicate(middle):
                    for found in product(*(_about(noun, said) for noun in subjects)):
                        yield _joined(list(found), joint), end

    def _doing(self, start: int) -> Parsed[Query]:
        """Does the man hold a bat?"""
        for place in self.said(start, *DO):
            for noun, middle in self.noun(place):
                for said, end in self._verb(middle, "base"):
                    yield from ((found, end) for found in _about(noun, said))

    def _how_many(self, start: int) -> Parsed[Query]:
        """How many dogs are there? How many men are wearing a hat? How many dogs can you see?"""
        for place in self.said(start, "how many"):
            for said, middle in self.nominal(place, "many"):
                counted = _bound(Count, said, fresh_variables())
                for end in self.said(
                    middle, "are there", "are", "do you see", "can you see", "can be seen", "do we see", "can we see"
                ):
                    yield counted, end
                for after in self.said(middle, *BE):
                    for more, end in self.predicate(after):
                        yield _bound(Count, _both(said, more), fresh_variables()), end
                for more, end in self._verb(middle, "finite", "base"):
                    yield _bound(Count, _both(said, more), fresh_variables()), end

    def _what(self, start: int) -> Parsed[Query]:
        """What colour is the car? What is the colour of the car? What is the man doing to the ball?"""
        for place in self.said(start, "what", "which"):
            for category, middle in self.word(place, "category"):
                for after in self.said(middle, *BE):
                    yield from self._described(category, after)
                for after in self.said(middle, *DO):
                    for query, end in self._described(category, after):
                        yield from ((query, last) for last in self.said(end, "have"))
                for end in self.said(middle, "is there", "is it", "is shown", "is this", "do you see", "can you see"):
                    if category in self.vocabulary.exclusive:
                        yield Describe(category, ()), end
        for place in self.said(start, "what is the", "tell me the", "name the", "what are the"):
            for category, middle in self.word(place, "category"):
                for after in self.said(middle, "of"):
                    yield from self._described(category, after)
        for place in self.said(start, *(f"what {be}" for be in BE)):
            for noun, middle in self.noun(place):
                for after in self.said(middle, "doing to", "doing with"):
                    for other, end in self.noun(after):
                        yield from self._of("Action", (noun, other), end)

    def _described(self, category: str, start: int) -> Parsed[Query]:
        for noun, middle in self.noun(start):
            yield from self._of(category, (noun,), middle)
            for after in self.said(middle, "relative to", "compared to"):
                for other, end in self.noun(after):
                    yield from self._of(category, (noun, other), end)

    def _of(self, category: str, nouns: Sequence[Noun], end: int) -> Parsed[Query]:
        members = self.vocabulary.categories.get(category, ())
        wanted = 2 if members and members[0] in self.vocabulary.relations else 1
        if members and len(nouns) == wanted and all(noun.quantifier in ("a", "the") for noun in nouns):
            fresh = fresh_variables()
            yield Describe(category, tuple(_the(noun.said, fresh) for noun in nouns)), end

    # Questions for things

    def _open(self, start: int) -> Parsed[OpenQuestion]:
        """Who is holding the bat? What is on the table? What is the man doing? What is he holding? Where is the dog?"""
        for asked in ("who", "what"):
            names = self._people() if asked == "who" else self._things()
            for place in self.said(start, asked):
                for said, end in self._verb(place, "finite"):
                    yield (
                        _asked(
                            names, lambda name, said=said: _bound(Exists, _both(_atom(name), said), fresh_variables())
                        ),
                        end,
                    )
        for place in self.said(
            start,
            "what do you see",
            "what can you see",
            "what can be seen",
            "what is there",
            "what is in the picture",
            "what is shown",
        ):
            yield _asked(self._things(), lambda name: _bound(Exists, _atom(name), fresh_variables())), place
        for place in self.said(start, *(f"{asked} {be}" for asked in ("what", "who", "whom") for be in BE)):
            for noun, middle in self.noun(place):
                for relation, end in self.word(middle, "ing", "between"):
                    yield from self._object(noun, relation, end)
                for end in self.said(middle, "doing"):
                    yield from self._placed(noun, ("ing",), end)
        for place in self.said(start, *(f"{asked} {do}" for asked in ("what", "who", "whom") for do in DO)):
            for noun, middle in self.noun(place):
                for relation, end in self.word(middle, "base"):
                    yield from self._object(noun, relation, end)
        for place in self.said(start, *(f"where {be}" for be in BE)):
            for noun, end in self.noun(place):
                yield from self._placed(noun, ("between",), end)

    def _object(self, noun: Noun, relation: str, end: int) -> Parsed[OpenQuestion]:
        def of(name: str) -> list[Formula]:
            return _about(noun, _relation(relation, _atom(name), False))

        if noun.quantifier in ("a", "the"):
            yield _asked(self._things(), lambda name: of(name)[0]), end

    def _placed(self, noun: Noun, kinds: tuple[Kind, ...], end: int) -> Parsed[OpenQuestion]:
        if noun.quantifier not in ("a", "the"):
            return
        phrases: dict[str, str] = {}
        for words, entry in chain.from_iterable(self.lexicon.values()):
            if entry.kind in kinds:
                phrases.setdefault(entry.name, " ".join(words))
        choices = {
            f"{phrase} {article(name)} {name}": _about(noun, _relation(relation, _atom(name), False))[0]
            for relation, phrase in phrases.items()
            for name in self._things()
        }
        yield OpenQuestion(tuple(choices), tuple(choices.values())), end

    def _things(self) -> list[str]:
        named = {entry.name for group in self.lexicon.values() for _, entry in group if entry.kind == "one"}
        return [name for name in self.vocabulary.concepts if name in named]

    def _people(self) -> list[str]:
        return [name for name in self._things() if name in PERSONS] or self._things()

    # Noun phrases

    def noun(self, start: int) -> Parsed[Noun]:
        """A noun with what stands before and after it."""
        for quantifier, words, numbers in (
            ("a", ("a", "an", "another", "one"), ("one",)),
            ("a", ("some", "any"), ("one", "many")),
            ("no", ("no",), ("one", "many")),
            ("every", ("every", "each"), ("one",)),
            ("every", ("all", "all the", "all of the"), ("many",)),
            ("the", ("the", "this", "that"), ("one",)),
            ("these", ("the", "these", "those"), ("many",)),
            ("a", ("one of the", "any of the", "some of the", "any of these", "at least one of the"), ("many",)),
            ("no", ("none of the",), ("many",)),
        ):
            for place in self.said(start, *words):
                for said, end in self.nominal(place, *numbers):  # type: ignore[arg-type]
                    yield Noun(quantifier, said), end
        for said, end in self.nominal(start, "many", "one"):
            yield Noun("bare", said), end
        for (operator, number), place in self._bound(start):
            for said, end in self.nominal(place, "one" if number == 1 else "many"):
                yield Noun("count", said, (operator, number)), end
        for words, quantifier in (*PEOPLE.items(), *THINGS.items()):
            for place in self.said(start, words):
                if words in THINGS:
                    yield Noun(quantifier, _anything), place
                    for said, end in self._thing(place):
                        yield Noun(quantifier, said), end
                elif (person := self._person()) is not None:
                    for said, end in self._followed(person, place):
                        yield Noun(quantifier, said), end

    def _thing(self, start: int) -> Parsed[Said]:
        """What is said after `something`: red; red and on a table; on a table."""
        for name, place in self.word(start, "adjective"):
            yield from self._followed(_atom(name), place)
        for said, place in self._addition(start):
            yield from self._followed(said, place)

    def _person(self) -> Said | None:
        known = (*self.vocabulary.concepts, *self.vocabulary.definitions)
        return next((_atom(word) for word in ("person", "human", "people") if word in known), None)

    def _bound(self, start: int) -> Parsed[tuple[Operator, int]]:
        for number, end in self._number(start):
            if number > 1:
                yield (">=", number), end
        for phrase, operator in BOUNDS.items():
            for place in self.said(start, phrase):
                for number, end in self._number(place):
                    yield (operator, number), end

    def _number(self, place: int) -> Parsed[int]:
        word = self.text.words[place] if place < len(self.text.words) else ""
        if word.isdigit() and len(word) < 7:
            yield int(word), place + 1
        elif word in NUMBERS:
            yield NUMBERS.index(word), place + 1

    def nominal(self, start: int, *numbers: Kind) -> Parsed[Said]:
        """A big red dog on a bench: adjectives, a noun, and what follows it."""
        for before, place in self._modifiers(start):
            for head, end in self._head(place, *numbers):
                yield from self._followed(_both(before, head) if before else head, end)
            if before:
                things = ("thing", "one", "object") if "one" in numbers else ()
                for end in self.said(place, *things, *(("things", "ones", "objects") if "many" in numbers else ())):
                    yield from self._followed(before, end)

    def _head(self, start: int, *numbers: Kind) -> Parsed[Said]:
        """A noun, or one of two."""
        for first, place in self.word(start, *numbers):
            yield _atom(first), place
            for after in self.said(place, "or"):
                for second, end in self.word(after, *numbers):
                    yield _either([_atom(first), _atom(second)]), end

    def _modifiers(self, start: int) -> Parsed[Said | None]:
        """Adjectives, and nouns that stand for them; joined by nothing, a comma, `and`, or `or`."""
        yield None, start
        for first, place in self.word(start, "adjective", "one"):
            for after in self.maybe(place, ",", "and"):
                for rest, end in self._modifiers(after):
                    if rest is not None or after == place:
                        yield (_atom(first) if rest is None else _both(_atom(first), rest)), end
            for after in self.said(place, "or"):
                for second, end in self.word(after, "adjective"):
                    yield _either([_atom(first), _atom(second)]), end

    def _followed(self, said: Said, start: int) -> Parsed[Said]:
        """With what is said after the noun; `and` adds to it."""
        yield said, start
        for more, place in self._addition(start):
            yield from self._followed(_both(said, more), place)
            for after in self.said(place, "and", "but"):
                for again, end in (*self._addition(after), *self._being(after)):
                    yield from self._followed(_both(_both(said, more), again), end)

    def _addition(self, start: int) -> Parsed[Said]:
        """Holding a bat; on a bench; who is wearing a hat; without a collar; held by a man."""
        yield from self._related(start)
        for place in self.said(start, "not"):
            for said, end in self._related(place):
                yield _denied(said), end
        for place in self.said(start, *WHO):
            yield from self._verb(place, "finite")

    # What is said of a thing

    def predicate(self, start: int) -> Parsed[Said]:
        """What follows `is`, one or several."""
        for place in self.said(start, "neither"):
            for first, middle in self._simple(place):
                for after in self.said(middle, "nor"):
                    for second, end in self._simple(after):
                        yield _both(_denied(first), _denied(second)), end
        for place in self.maybe(start, "both", "either"):
            for kind in (self._simple, self._class):
                for parts, joint, end in self._list(place, kind):
                    yield (_either(parts) if joint == "or" else _all(parts)), end

    def _simple(self, start: int) -> Parsed[Said]:
        for place in self.said(start, "not"):
            for said, end in self._positive(place):
                yield _denied(said), end
        yield from self._positive(start)

    def _positive(self, start: int) -> Parsed[Said]:
        for name, end in self.word(start, "adjective", "many"):
            yield _atom(name), end
        yield from self._related(start)

    def _class(self, start: int) -> Parsed[Said]:
        """A chef; not a chef. What is held or worn is not listed with these."""
        for place in self.said(start, "a", "an"):
            yield from self.nominal(place, "one")
        for place in self.said(start, "not a", "not an"):
            for said, end in self.nominal(place, "one"):
                yield _denied(said), end

    def _related(self, start: int) -> Parsed[Said]:
        """A relation with its object: holding a bat, on a bench, held by a man, with a hat, without one."""
        for relation, place in self.word(start, "ing", "between"):
            yield from self._to(relation, place)
        for begin in self.maybe(start, "being"):
            for relation, place in self.word(begin, "by"):
                yield from self._to(relation, place, passive=True)
        for word, denied in (("with", False), ("without", True)):
            for place in self.said(start, word):
                for relation in self._having(word):
                    for said, end in self._to(relation, place):
                        yield (_denied(said) if denied else said), end

    def _having(self, word: str) -> Iterator[str]:
        """The relation that `with` stands for; where the vocabulary has one of that name, `with` itself is found among its words."""
        if "with" in self.vocabulary.relations:
            yield from (() if word == "with" else ("with",))
        elif "has" in self.vocabulary.relations:
            yield "has"

    def _verb(self, start: int, *kinds: Kind) -> Parsed[Said]:
        """Holds a bat; is holding a bat; does not hold a bat."""
        for relation, place in self.word(start, *kinds):
            yield from self._to(relation, place)
        have = ("have",) if kinds == ("base",) else ("has", "have", "had")
        for place in self.said(start, *have):
            for relation in self._having("without"):
                yield from self._to(relation, place)
        if "finite" in kinds:
            yield from self._being(start)
            for place in self.said(start, *(f"{do} not" for do in DO)):
                for relation, after in self.word(place, "base"):
                    for said, end in self._to(relation, after):
                        yield _denied(said), end
            # Of many: the men who hold a bat.
            for relation, place in self.word(start, "base"):
                yield from self._to(relation, place)

    def _being(self, start: int) -> Parsed[Said]:
        """Is holding a bat; are not brown."""
        for place in self.said(start, *BE):
            yield from self.predicate(place)

    def _to(self, relation: str, start: int, passive: bool = False) -> Parsed[Said]:
        for place in self.said(start, "neither"):
            for first, middle in self.noun(place):
                for after in self.said(middle, "nor"):
                    for second, end in self.noun(after):
                        yield _all([_denied(_relation(relation, one.said, passive)) for one in (first, second)]), end
        for end in self.said(start, "something", "anything"):
            yield _with_something(relation, passive), end
        for end in self.said(start, "nothing"):
            yield _denied(_with_something(relation, passive)), end
        for nouns, joint, end in self._list(start, self.noun):
            if all(noun.quantifier in ("a", "the", "bare", "no") and noun.said is not _anything for noun in nouns):
                parts = [_relation(relation, noun.said, passive) for noun in nouns]
                parts = [
                    _denied(said) if noun.quantifier == "no" else said for said, noun in zip(parts, nouns, strict=True)
                ]
                yield (_either(parts) if joint == "or" else _all(parts)), end


def known_words() -> frozenset[str]:
    """Words of the language: those that no vocabulary needs to know."""
    phrases = (*BE, *DO, *WHO, *NUMBERS, *BOUNDS, *LEADS, *TAGS, *SEEN, *SHOWS, *PEOPLE, *THINGS)
    own = "a an another some any no every each all of the this that these those there not and or but both either neither nor as well with without"
    own += " how many what which who whom where have name if whether doing being to relative compared thing things one ones object objects"
    return frozenset(word for phrase in (*phrases, own) for word in phrase.split())


# Meaning


def _anything(term: Any, fresh: Fresh) -> Formula:
    """What holds of everything; it is left out of what is said besides."""
    return And(())


def _about(noun: Noun, said: Said) -> list[Formula]:
    """What a question asks of its subject: nothing where it cannot, several where it can be meant in several ways (`are the dogs brown`)."""
    fresh = fresh_variables()
    match noun.quantifier:
        case "the":
            return [said(_the(noun.said, fresh), fresh)]
        case "a":
            return [_bound(Exists, _both(noun.said, said), fresh)]
        case "no":
            return [Not(_bound(Exists, _both(noun.said, said), fresh))]
        case "count":
            operator, number = noun.bound
            return [Compare(operator, _bound(Count, _both(noun.said, said), fresh), Number(number))]
        case "every":
            if noun.said is _anything:
                return [_bound(Forall, said, fresh)]
            variable = next(fresh)
            term = Variable(variable)
            return [Forall(variable, Implies(noun.said(term, fresh), said(term, fresh)))]
        case _:
            return [one for quantifier in ("every", "a") for one in _about(noun._replace(quantifier=quantifier), said)]


def _asked(names: Sequence[str], of: Callable[[str], Query]) -> OpenQuestion:
    return OpenQuestion(tuple(names), tuple(map(of, names)))


def _existence(noun: Noun) -> Formula:
    fresh = fresh_variables()
    if noun.quantifier == "count":
        operator, number = noun.bound
        return Compare(operator, _bound(Count, noun.said, fresh), Number(number))
    found = _bound(Exists, noun.said, fresh)
    return Not(found) if noun.quantifier == "no" else found


def _joined(parts: list[Any], joint: str) -> Any:
    return parts[0] if len(parts) == 1 else (Or if joint == "or" else And)(tuple(parts))


def _atom(name: str) -> Said:
    return lambda term, fresh: Atom(name, (term,))


def _relation(name: str, other: Said, passive: bool) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        thing = _the(other, fresh)
        return Atom(name, (thing, term) if passive else (term, thing))

    return said


def _with_something(name: str, passive: bool) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        variable = next(fresh)
        other = Variable(variable)
        return Exists(variable, Atom(name, (other, term) if passive else (term, other)))

    return said


def _denied(said: Said) -> Said:
    return lambda term, fresh: Not(said(term, fresh))


def _both(first: Said, second: Said) -> Said:
    return _all([first, second])


def _all(parts: list[Said]) -> Said:
    def said(term: Any, fresh: Fresh) -> Formula:
        found: list[Formula] = []
        for part in parts:
            one = part(term, fresh)
            found += one.parts if isinstance(one, And) else (one,)
        return found[0] if len(found) == 1 else And(tuple(found))

    return said


def _either(parts: list[Said]) -> Said:
    return parts[0] if len(parts) == 1 else lambda term, fresh: Or(tuple(part(term, fresh) for part in parts))


def _the(said: Said, fresh: Fresh) -> The:
    return _bound(The, said, fresh)


def _bound(kind: Callable[[str, Formula], Any], said: Said, fresh: Fresh) -> Any:
    variable = next(fresh)
    return kind(variable, said(Variable(variable), fresh))
