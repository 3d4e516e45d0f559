"""Phrases of everyday English: things, and what is said of them.

A parser is a function of a place in the words that gives what it read and where that ended, in every way it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from neurona.programs.english.actions import Said
from neurona.programs.english.heard import (
    BE,
    BOUNDS,
    DO,
    NUMBERS,
    PEOPLE,
    PERSONS,
    POSTURES,
    THINGS,
    WHO,
    Heard,
    Operator,
)
from neurona.programs.english.lexicon import Kind, lexicon
from neurona.programs.english.meaning import (
    Noun,
    all_of,
    anything,
    atom,
    both,
    denied,
    either,
    related_to,
    with_something,
)
from neurona.programs.english.words import plural
from neurona.programs.vocabulary import Vocabulary

T = TypeVar("T")
Parsed = Iterator[tuple[T, int]]


class Phrases:
    """All readings of the phrases of one question."""

    def __init__(self, text: Heard, vocabulary: Vocabulary):
        self.text, self.vocabulary, self.lexicon = text, vocabulary, lexicon(vocabulary)
        self._persons = {"people", *PERSONS, *map(plural, PERSONS), *PEOPLE}

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
                for said, end in self.nominal(place, *numbers):
                    yield Noun(quantifier, said), end
        for said, end in self.nominal(start, "many", "one"):
            yield Noun("bare", said), end
        for (operator, number), place in self._bound(start):
            for said, end in self.nominal(place, "one" if number == 1 else "many"):
                yield Noun("count", said, (operator, number)), end
        for someone, quantifier in (*PEOPLE.items(), *THINGS.items()):
            for place in self.said(start, someone):
                if someone in THINGS:
                    yield Noun(quantifier, anything, is_thing=True), place
                    for said, end in self._thing(place):
                        yield Noun(quantifier, said, is_thing=True), end
                elif (person := self._person()) is not None:
                    for after in self.maybe(place, "here"):
                        for said, end in self._followed(person, after):
                            yield Noun(quantifier, said), end

    def _thing(self, start: int) -> Parsed[Said]:
        """What is said after `something`: red; red and on a table; on a table."""
        for name, place in self.word(start, "adjective"):
            yield from self._followed(atom(name), place)
        for said, place in self._addition(start):
            yield from self._followed(said, place)

    def _person(self) -> Said | None:
        """Who `anyone` is: a person, or, where the vocabulary has no word for that, one of those that it has."""
        known = (*self.vocabulary.concepts, *self.vocabulary.definitions)
        named = [str(word) for word in ("person", "human", "people") if word in known][:1]
        people = named or [word for word in known if word in PERSONS]
        return either([atom(word) for word in people]) if people else None

    def _bound(self, start: int) -> Parsed[tuple[Operator, int]]:
        for number, end in self._number(start):
            if number > 1:
                yield (">=", number), end
        for end in self.said(start, "a pair of", "a couple of"):
            yield (">=", 2), end
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
                yield from self._followed(both(before, head) if before else head, end)
            if before:
                things = ("thing", "one", "object") if "one" in numbers else ()
                for end in self.said(place, *things, *(("things", "ones", "objects") if "many" in numbers else ())):
                    yield from self._followed(before, end)
        # The thing on the table.
        for place in self.said(
            start,
            *(("thing", "object") if "one" in numbers else ()),
            *(("things", "objects") if "many" in numbers else ()),
        ):
            for said, end in self._addition(place):
                yield from self._followed(said, end)

    def _head(self, start: int, *numbers: Kind) -> Parsed[Said]:
        """A noun, or one of two."""
        for first, place in self.word(start, *numbers):
            yield atom(first), place
            for after in self.said(place, "or"):
                for second, end in self.word(after, *numbers):
                    yield either([atom(first), atom(second)]), end

    def _modifiers(self, start: int) -> Parsed[Said | None]:
        """Adjectives, and nouns that stand for them; joined by nothing, a comma, `and`, or `or`."""
        yield None, start
        for first, place in self.word(start, "adjective", "one"):
            for after in self.maybe(place, ",", "and"):
                for rest, end in self._modifiers(after):
                    if rest is not None or after == place:
                        yield (atom(first) if rest is None else both(atom(first), rest)), end
            for after in self.said(place, "or", "or a", "or an"):
                for second, end in self.word(after, "adjective"):
                    yield either([atom(first), atom(second)]), end

    def _followed(self, said: Said, start: int, more_said: bool = False) -> Parsed[Said]:
        """With what is said after the noun; `and` adds to it. `more_said`: something is already, perhaps of a person, to whom a `who` then belongs."""
        yield said, start
        if more_said and self.text.words[start : start + 1] == ["who"] and self.text.words[start - 1] in self._persons:
            return
        for more, place in self._addition(start):
            yield from self._followed(both(said, more), place, more_said=True)
            for after in self.said(place, "and", "but"):
                for again, end in (*self._addition(after), *self._being(after)):
                    yield from self._followed(both(both(said, more), again), end)

    def _addition(self, start: int) -> Parsed[Said]:
        """Holding a bat; on a bench; who is wearing a hat; without a collar; held by a man."""
        yield from self._related(start)
        for place in self.said(start, "not"):
            for said, end in self._related(place):
                yield denied(said), end
        for place in self.said(start, "other than a", "other than an", "except a", "except an"):
            for said, end in self.nominal(place, "one"):
                yield denied(said), end
        for place in self.said(start, *WHO):
            for parts, joint, end in self._list(place, lambda place: self._verb(place, "finite")):
                yield (either(parts) if joint == "or" else all_of(parts)), end
        for place in self.maybe(start, *WHO, "whom"):
            yield from self._done_by(place)

    def _done_by(self, start: int) -> Parsed[Said]:
        """(The hat that) the man is wearing; a woman wears; the man is standing beside."""
        for noun, middle in self.noun(start):
            if noun.quantifier not in ("a", "the", "no"):
                continue
            acting = list(self.word(middle, "finite"))
            for after in self.said(middle, *BE):
                for begin in self.maybe(after, *(posture for posture in POSTURES if posture not in self.lexicon)):
                    acting += self.word(begin, "ing", "between")
            for relation, end in acting:
                if noun.quantifier == "no":
                    yield denied(with_something(relation, noun.said, passive=True)), end
                else:
                    yield related_to(relation, noun.said, passive=True), end

    # What is said of a thing

    def predicate(self, start: int) -> Parsed[Said]:
        """What follows `is`, one or several."""
        for place in self.said(start, "neither"):
            for first, middle in self._simple(place):
                for after in self.said(middle, "nor"):
                    for second, end in self._simple(after):
                        yield both(denied(first), denied(second)), end
        for place in self.maybe(start, "both", "either"):
            for kind in (self._simple, self._class):
                for parts, joint, end in self._list(place, kind):
                    yield (either(parts) if joint == "or" else all_of(parts)), end

    def _simple(self, start: int) -> Parsed[Said]:
        for place in self.said(start, "not"):
            for said, end in self._positive(place):
                yield denied(said), end
        yield from self._positive(start)

    def _positive(self, start: int) -> Parsed[Said]:
        for name, end in self.word(start, "adjective", "many"):
            yield atom(name), end
        yield from self._related(start)

    def _class(self, start: int) -> Parsed[Said]:
        """A chef; not a chef. What is held or worn is not listed with these."""
        for place in self.said(start, "a", "an"):
            yield from self.nominal(place, "one")
        for place in self.said(start, "not a", "not an"):
            for said, end in self.nominal(place, "one"):
                yield denied(said), end

    def _related(self, start: int) -> Parsed[Said]:
        """A relation with its object: holding a bat, on a bench, held by a man, with a hat, without one."""
        for relation, place in self.word(start, "ing", "between"):
            yield from self._to(relation, place)
        for relation, end in self.word(start, "state"):
            if not any(self.word(end, "between")):
                yield with_something(relation, anything, passive=False), end
        for posture in POSTURES:
            # It says no more than the place that follows, unless the vocabulary has it as a relation.
            for after in () if posture in self.lexicon else self.said(start, posture):
                for relation, place in self.word(after, "between"):
                    yield from self._to(relation, place)
        for begin in self.maybe(start, "being"):
            for relation, place in self.word(begin, "by"):
                yield from self._to(relation, place, passive=True)
            for relation, end in self.word(begin, "done"):
                if self.text.words[end : end + 1] != ["by"]:
                    yield with_something(relation, anything, passive=True), end
        for word, is_denied in (("with", False), ("without", True)):
            for place in self.said(start, word):
                for relation in self._having(word):
                    for said, end in self._to(relation, place):
                        yield (denied(said) if is_denied else said), end

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
                        yield denied(said), end
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
                        yield all_of([denied(related_to(relation, one.said, passive)) for one in (first, second)]), end
        for begin in self.maybe(start, "either", "both"):
            for nouns, joint, end in self._list(begin, self._whole_noun):
                if all(noun.quantifier in ("a", "the", "bare", "no") for noun in nouns):
                    parts = [
                        (with_something if noun.is_thing else related_to)(relation, noun.said, passive)
                        for noun in nouns
                    ]
                    parts = [
                        denied(said) if noun.quantifier == "no" else said
                        for said, noun in zip(parts, nouns, strict=True)
                    ]
                    yield (either(parts) if joint == "or" else all_of(parts)), end

    def _whole_noun(self, start: int) -> Parsed[Noun]:
        """A noun; of `something red` no less than both words."""
        for noun, end in self.noun(start):
            if noun.said is not anything or not any(self.word(end, "adjective")):
                yield noun, end
