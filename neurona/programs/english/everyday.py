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
from itertools import chain, product

from neurona.programs.english.actions import Said, fresh_variables
from neurona.programs.english.heard import BE, DO, LEADS, PERSONS, SEEN, SHOWS, TAGS, words_of
from neurona.programs.english.lexicon import Kind
from neurona.programs.english.meaning import (
    Noun,
    about,
    anything,
    atom,
    both,
    bound,
    existence,
    joined,
    related_to,
    the_thing,
)
from neurona.programs.english.phrases import Parsed, Phrases
from neurona.programs.english.words import article
from neurona.programs.logic_syntax import parse_logic
from neurona.programs.normal_form import normal_form
from neurona.programs.open_question import OpenQuestion
from neurona.programs.tree import And, Atom, Count, Describe, Exists, Formula, Not, Or, Query
from neurona.programs.vocabulary import Vocabulary

ASKED = {
    "who": ("who",),
    "what": (
        "what",
        "who or what",
        "what things",
        "what objects",
        "which things",
        "which objects",
        "what kind of thing",
    ),
}
_OPEN = re.compile(r"\W*(\w+\W+){0,6}?(who|what|where|which)\b", re.IGNORECASE)


def read_everyday(text: str, vocabulary: Vocabulary) -> Query:
    """Read a question of yes or no, for a number, or for a word of a category.

    Raises:
        QueryError: it is not understood (the message has what was, what was expected then, and questions that work), or it can be meant
            in several ways (it has all of them).
    """
    reader = _Questions(words_of(text), vocabulary)
    found: dict[Query, Query] = {}
    for query in reader.questions():
        found.setdefault(normal_form(query), query)
    if len(found) == 1:
        return next(iter(found.values()))
    from neurona.programs.english.refusal import ambiguous, refused

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
    reader = _Questions(words_of(text), vocabulary)
    found: dict[tuple[Query, ...], OpenQuestion] = {}
    for question in reader.open_questions():
        found.setdefault(tuple(map(normal_form, question.queries[:2])), question)
    if len(found) > 1:
        from neurona.programs.english.refusal import ambiguous

        raise ambiguous(text, [question.queries[0] for question in found.values()], vocabulary)
    return next(iter(found.values()), None)


class _Questions(Phrases):
    """All readings of one question."""

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
        yield from self._stated(start)
        yield from self._how_many(start)
        yield from self._what(start)

    def _there(self, start: int) -> Parsed[Query]:
        """Is there a dog? Can you see a dog? There is a dog."""
        openings = (
            [f"{be} there" for be in BE]
            + [f"there {be}" for be in BE]
            + [*SEEN, *SHOWS, "could there be", "might there be", "does there exist"]
        )
        for place in self.said(start, *openings):
            yield from self._existing(place)
        for place in self.said(start, "is this", "is it", "is that", "is this picture of", "is it a picture of"):
            yield from self._existing(place)
        for place in self.said(start, *BE):
            for query, end in self._existing(place):
                yield from ((query, last) for last in self.said(end, "there", *TAGS))
        # A thing alone: any dogs? a red car?
        yield from self._existing(start)

    def _existing(self, start: int) -> Parsed[Query]:
        """Things that there are: one, several by `and`, one of several by `or`, neither of two."""
        for place in self.said(start, "neither"):
            for first, middle in self._exists(place):
                for after in self.said(middle, "nor"):
                    for second, end in self._exists(after):
                        yield And((Not(first), Not(second))), end
        for place in self.maybe(start, "both", "either"):
            for parts, joint, end in self._list(place, self._exists):
                yield joined(parts, joint), end
            # A man or a woman holding a ball: both may be meant.
            for nouns, joint, middle in self._list(place, self.noun):
                if len(nouns) > 1 and all(self._may_exist(noun) for noun in nouns):
                    for said, end in self._addition(middle):
                        shared = [existence(noun._replace(said=both(noun.said, said))) for noun in nouns]
                        yield joined(shared, joint), end

    @staticmethod
    def _may_exist(noun: Noun) -> bool:
        return noun.quantifier not in ("every", "the", "these") and noun.said is not anything

    def _exists(self, start: int) -> Parsed[Formula]:
        for noun, end in self.noun(start):
            if self._may_exist(noun):
                yield existence(noun), end

    def _predicated(self, start: int) -> Parsed[Query]:
        """Is the man holding a bat? Are all dogs brown?"""
        for place in self.said(start, *BE):
            for subjects, joint, middle in self._list(place, self.noun):
                for said, end in self.predicate(middle):
                    for found in product(*(about(noun, said) for noun in subjects)):
                        yield joined(list(found), joint), end
            yield from self._neither(place, self.predicate)

    def _neither(self, start: int, verb: Callable[[int], Parsed[Said]]) -> Parsed[Query]:
        """Neither the man nor the woman is holding a bat."""
        for place in self.said(start, "neither"):
            for first, after in self.noun(place):
                for begin in self.said(after, "nor"):
                    for second, middle in self.noun(begin):
                        for said, end in verb(middle):
                            for found in product(about(first, said), about(second, said)):
                                yield And(tuple(Not(one) for one in found)), end

    def _stated(self, start: int) -> Parsed[Query]:
        """The man is holding a bat. All dogs are brown. A man rides a horse."""
        for noun, middle in self.noun(start):
            for said, end in self._verb(middle, "finite"):
                yield from ((found, end) for found in about(noun, said))
        yield from self._neither(start, lambda middle: self._verb(middle, "finite"))

    def _doing(self, start: int) -> Parsed[Query]:
        """Does the man hold a bat? Has the man got a bat?"""
        for place in self.said(start, *DO):
            for noun, middle in self.noun(place):
                for said, end in self._verb(middle, "base"):
                    yield from ((found, end) for found in about(noun, said))
            yield from self._neither(place, lambda middle: self._verb(middle, "base"))
        for place in self.said(start, "has", "have"):
            for noun, middle in self.noun(place):
                for after in self.maybe(middle, "got"):
                    for relation in self._having("without"):
                        for said, end in self._to(relation, after):
                            yield from ((found, end) for found in about(noun, said))

    def _how_many(self, start: int) -> Parsed[Query]:
        """How many dogs are there? How many men are wearing a hat? How many dogs can you see?"""
        for place in self.said(start, "how many", "how many of the", "how many of these"):
            for said, middle in chain(self.nominal(place, "many"), self._all_things(place)):
                counted = bound(Count, said, fresh_variables())
                for end in self.said(
                    middle, "are there", "are", "do you see", "can you see", "can be seen", "do we see", "can we see"
                ):
                    yield counted, end
                for after in self.said(middle, *BE):
                    for more, end in self.predicate(after):
                        yield bound(Count, both(said, more), fresh_variables()), end
                for more, end in self._verb(middle, "finite", "base"):
                    yield bound(Count, both(said, more), fresh_variables()), end

    def _all_things(self, start: int) -> Parsed[Said]:
        for end in self.said(start, "things", "objects"):
            yield anything, end

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
        if members and len(nouns) == wanted and all(noun.quantifier in ("a", "the", "these") for noun in nouns):
            fresh = fresh_variables()
            yield Describe(category, tuple(the_thing(noun.said, fresh) for noun in nouns)), end

    # Questions for things

    def _open(self, start: int) -> Parsed[OpenQuestion]:
        """Who is holding the bat? What is on the table? What is the man doing? What is he holding? Where is the dog?"""
        for asked in ("who", "what"):
            names = self._people() if asked == "who" else self._things()
            for place in self.said(start, *(ASKED[asked])):
                for said, end in self._verb(place, "finite"):
                    yield OpenQuestion(tuple(names), tuple(_some(both(atom(name), said)) for name in names)), end
        for place in self.said(
            start, "which", "which of the", "what", "which kind of", "what kind of", "what kinds of"
        ):
            people = (("people", end) for end in self.said(place, "people", "person"))
            for kind, middle in chain(self.word(place, "one", "many"), people):
                names = self._kinds(kind)
                for end in self.said(
                    middle, "is there", "are there", "is it", "is this", "is that", "do you see", "can you see"
                ):
                    yield OpenQuestion(tuple(names), tuple(_some(atom(name)) for name in names)), end
                for after in self.said(middle, *BE):
                    for noun, last in self.noun(after):
                        for relation, end in self.word(last, "ing", "between"):
                            yield from self._object(noun, relation, end, names)
                for said, end in self._verb(middle, "finite"):
                    yield OpenQuestion(tuple(names), tuple(_some(both(atom(name), said)) for name in names)), end
        for place in self.said(start, "what is it", "what is this", "what is that"):
            names = self._things()
            yield OpenQuestion(tuple(names), tuple(_some(atom(name)) for name in names)), place
        seeing = ("do you see", "can you see", "can be seen", "is there", "is in the picture", "is shown")
        for place in self.said(start, *(f"what {seen}" for seen in seeing)):
            names = self._things()
            yield OpenQuestion(tuple(names), tuple(_some(atom(name)) for name in names)), place
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

    def _object(self, noun: Noun, relation: str, end: int, among: list[str] | None = None) -> Parsed[OpenQuestion]:
        if noun.quantifier in ("a", "the", "these"):
            noun = _single(noun)
            names = self._things() if among is None else among
            of_each = (about(noun, related_to(relation, atom(name), passive=False))[0] for name in names)
            yield OpenQuestion(tuple(names), tuple(of_each)), end

    def _placed(self, noun: Noun, kinds: tuple[Kind, ...], end: int) -> Parsed[OpenQuestion]:
        if noun.quantifier not in ("a", "the", "these"):
            return
        noun = _single(noun)
        phrases: dict[str, str] = {}
        for words, entry in chain.from_iterable(self.lexicon.values()):
            if entry.kind in kinds:
                phrases.setdefault(entry.name, " ".join(words))
        choices = {
            f"{phrase} {article(name)} {name}": about(noun, related_to(relation, atom(name), passive=False))[0]
            for relation, phrase in phrases.items()
            for name in self._things()
        }
        yield OpenQuestion(tuple(choices), tuple(choices.values())), end

    def _things(self) -> list[str]:
        named = {entry.name for group in self.lexicon.values() for _, entry in group if entry.kind == "one"}
        return [name for name in self.vocabulary.concepts if name in named]

    def _kinds(self, word: str) -> list[str]:
        """The concepts of which a defined word says that they are of its kind: dog, cat of `animal := dog | cat`."""
        if word in ("person", "people", "human"):
            return [name for name in self._people() if name not in ("person", "people", "human")]
        definition = self.vocabulary.definitions.get(word)
        if definition is None:
            return []
        found = parse_logic(f"exists x. {definition}")
        parts = found.body.parts if isinstance(found, Exists) and isinstance(found.body, Or) else ()
        named = [part.name for part in parts if isinstance(part, Atom)]
        return named if len(named) == len(parts) else []

    def _people(self) -> list[str]:
        return [name for name in self._things() if name in PERSONS] or self._things()


def _single(noun: Noun) -> Noun:
    """What are the dogs doing? is asked of one, for a thing of each name is all that a scene has."""
    return noun._replace(quantifier="the") if noun.quantifier == "these" else noun


def _some(said: Said) -> Query:
    return bound(Exists, said, fresh_variables())
