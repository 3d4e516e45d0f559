"""What is said of a question that is not understood, or can be meant in several ways: what was understood, what would have been next, what was
meant by a word that nobody knows, and questions that work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from neurona.errors import AmbiguousError, QueryError, nearest
from neurona.programs.english.heard import PERSONS
from neurona.programs.english.lexicon import lexicon
from neurona.programs.english.printer import to_english
from neurona.programs.english.words import RELATION_WORDS, singular
from neurona.programs.logic_syntax import to_logic
from neurona.programs.reader import line_and_column
from neurona.programs.tree import And, Atom, Exists, Query, The, Variable
from neurona.programs.vocabulary import Vocabulary

if TYPE_CHECKING:
    from neurona.programs.english.heard import Heard

KINDS = {
    **{"adjective": "an adjective", "one": "a thing", "many": "things", "category": "a category"},
    **dict.fromkeys(("ing", "between", "base", "finite", "by", "done", "state"), "a relation"),
}
KINDS_OF = {
    "person": "man woman boy girl child kid player guy lady gentleman baby adult human people somebody rider skier surfer cyclist driver",
    "animal": "dog cat horse cow sheep bird elephant bear zebra giraffe goat pig duck monkey lion tiger mouse rabbit",
    "vehicle": "car bus truck train bike bicycle motorcycle plane airplane boat van taxi tram ship scooter",
    "furniture": "chair table bench couch sofa bed desk shelf cabinet stool",
    "food": "pizza cake sandwich banana apple orange bread donut carrot broccoli fruit vegetable cheese",
    "clothing": "shirt hat jacket coat pants shoe dress tie helmet glove sock skirt jeans cap",
    "building": "house tower church hotel barn skyscraper shop store",
    "plant": "tree bush flower grass leaf",
    **dict.fromkeys(("colour", "color"), "red green blue yellow black white brown grey gray orange purple pink"),
}
"""Word -> words of its kind: what may be meant by one that the vocabulary lacks."""
ALIKE = (
    "bike bicycle",
    "couch sofa",
    "kid child",
    "guy man",
    "lady woman",
    "picture photo",
    "plane airplane",
    "street road",
    "rock stone",
    "large big huge",
    "small little tiny",
    "tv television",
    "phone cellphone",
    "automobile car",
    "puppy dog",
    "kitten cat",
)


def ambiguous(text: str, readings: Sequence[Query], vocabulary: Vocabulary) -> AmbiguousError:
    """A question that can be meant in several ways."""
    shown = "; or ".join(f"{to_english(one, vocabulary)!r} ({to_logic(one)})" for one in readings[:4])
    return AmbiguousError(f"this can be meant in {len(readings)} ways: {shown}", text)


def refused(text: str, heard: Heard, vocabulary: Vocabulary) -> QueryError:
    """A question that is not understood."""
    place = min(heard.furthest, len(heard.words))
    offset = heard.places[place] if place < len(heard.words) else len(text.rstrip())
    understood = " ".join(heard.words[:place])
    found = heard.words[place] if place < len(heard.words) else "the end"
    parts = []
    if found == "'s":
        parts.append("'s' does not say what joins the two; say it, as in 'the hat that the man is wearing'")
    elif (relation := _relation_at(heard.words[place : place + 3])) and not _knows(relation, vocabulary):
        known = [
            repr(" ".join(words))
            for group in lexicon(vocabulary).values()
            for words, entry in group
            if entry.kind in ("ing", "between")
        ]
        parts.append(f"the vocabulary has no relation {relation!r}; it has {', '.join(known[:6]) or 'none'}")
    elif place < len(heard.words) and (meant := _meant(found, vocabulary)):
        parts.append(f"the vocabulary has no {found!r}; {meant}")
    elif understood:
        parts.append(f"understood {understood!r}, and then expected {_expected(heard.expected)}, not {found!r}")
    else:
        parts.append(f"questions do not begin with {found!r}")
    examples = " or ".join(repr(one) for one in _examples(vocabulary))
    parts.append(f"this works: {examples}")
    return QueryError("; ".join(parts), text, *line_and_column(text, offset))


def _relation_at(words: Sequence[str]) -> str:
    """The longest phrase of a relation, of any vocabulary, that the words begin with."""
    phrases = (" ".join(words[:size]) for size in range(len(words), 0, -1))
    return next((phrase for phrase in phrases if phrase in RELATION_WORDS), "")


def _knows(phrase: str, vocabulary: Vocabulary) -> bool:
    return any(" ".join(words) == phrase for words, _ in lexicon(vocabulary).get(phrase.split()[0], ()))


def _expected(wanted: frozenset[str]) -> str:
    kinds = list(dict.fromkeys(KINDS[one] for one in sorted(wanted) if one in KINDS))
    words = sorted((one for one in wanted if one not in KINDS), key=lambda one: (one != "the end", len(one), one))
    shown = [*kinds, *words[: max(2, 5 - len(kinds))]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _meant(word: str, vocabulary: Vocabulary) -> str:
    """What may be meant by a word that is none of the vocabulary's: by meaning first, then by spelling; empty for words of the language."""
    from neurona.programs.english.heard import known_words

    if word in lexicon(vocabulary) or word in known_words() or not word[:1].isalpha():
        return ""
    names = (*vocabulary.concepts, *vocabulary.definitions)
    near = list(dict.fromkeys(one for one in _by_meaning(word, vocabulary) if one in names))
    if not near:
        slip = nearest(singular(word), [*names, *vocabulary.relations, *vocabulary.categories])
        near = [] if slip is None else [slip]
    if near:
        return f"did you mean {' or '.join(repr(one) for one in near[:4])}?"
    some = ", ".join(sorted(vocabulary.concepts)[:8])
    return f"it has {some}{', ...' if len(vocabulary.concepts) > 8 else ''}"


def _by_meaning(word: str, vocabulary: Vocabulary) -> Iterator[str]:
    forms = {word, singular(word)}
    for category, words in vocabulary.categories.items():
        if category.lower() in forms:
            yield from words
    for group in ALIKE:
        if forms & set(group.split()):
            yield from group.split()
    for kind, members in KINDS_OF.items():
        if kind in forms:
            yield from members.split()
        if forms & set(members.split()):
            yield kind
    # Of the same kind, where nothing is nearer.
    for members in KINDS_OF.values():
        if forms & set(members.split()):
            yield from members.split()


def _examples(vocabulary: Vocabulary) -> Iterator[str]:
    x, y = Variable("x"), Variable("y")
    nouns = [
        word
        for word in vocabulary.concepts
        if any(entry.kind == "one" for _, entry in lexicon(vocabulary).get(word, ()))
    ]
    nouns = nouns or list(vocabulary.concepts)
    if nouns:
        yield to_english(Exists("x", Atom(nouns[0], (x,))), vocabulary)
    if len(nouns) > 1 and vocabulary.relations:
        relation = next(
            (name for name in ("hold", "next_to", "on") if name in vocabulary.relations), vocabulary.relations[0]
        )
        # What people hold makes a likelier question than the first two words that there are.
        other = next((noun for noun in nouns[1:] if noun not in PERSONS), nouns[1])
        thing = The("y", Atom(other, (y,)))
        yield to_english(Exists("x", And((Atom(nouns[0], (x,)), Atom(relation, (x, thing))))), vocabulary)
    elif len(nouns) > 1:
        yield to_english(Exists("x", Atom(nouns[1], (x,))), vocabulary)
