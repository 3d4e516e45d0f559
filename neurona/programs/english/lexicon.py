"""How the words of a vocabulary are written in everyday English: singular and plural, colours by either spelling, verbs by their forms.

dog         dog, dogs                   hold        hold, holds, holding, held by
_on         on                          sitting_on  sitting on, sits on, sit on
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from neurona.programs.english.words import ADJECTIVES, ATTRIBUTE_CATEGORIES, PHRASES, VERBS, participle, plural
from neurona.programs.vocabulary import Vocabulary

Kind = Literal["adjective", "one", "many", "category", "ing", "base", "finite", "between", "by", "done", "state"]
"""What a phrase is: an adjective; one or many of a noun; a category; of a relation, `holding`, `hold`, `holds`, `on`, `held by`, `held`, `sitting` (on something)."""

PAST = {
    **{"hold": "held", "wear": "worn", "ride": "ridden", "throw": "thrown", "eat": "eaten", "hit": "hit", "cut": "cut"},
    **{"catch": "caught", "drive": "driven", "feed": "fed", "fly": "flown", "read": "read", "surround": "surrounded"},
    **{"see": "seen", "make": "made", "take": "taken", "give": "given", "drink": "drunk", "bite": "bitten"},
    **{"build": "built", "draw": "drawn", "write": "written", "lead": "led", "shoot": "shot", "tie": "tied"},
}
"""Past participles that no rule gives."""

_SPELLINGS = {"color": "colour", "gray": "grey"}
_SPELLINGS |= {other: one for one, other in _SPELLINGS.items()}


_SAME_PLACE = (
    ("on", "on top of"),
    ("next to", "beside", "alongside"),
    ("in", "inside", "inside of"),
    ("near", "close to"),
    ("under", "beneath", "underneath"),
)


class Entry(NamedTuple):
    """What a phrase stands for."""

    kind: Kind
    name: str


Lexicon = dict[str, list[tuple[tuple[str, ...], Entry]]]
"""First word -> the phrases that begin with it, in small letters, and what they stand for."""


@lru_cache(maxsize=16)
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    """The phrases of a vocabulary's words."""
    found: Lexicon = defaultdict(list)
    attributes = set(ADJECTIVES)
    for category, members in vocabulary.categories.items():
        if category.lower() in ATTRIBUTE_CATEGORIES:
            attributes |= set(members)
        for phrase in _spellings(_spaced(category)):
            _add(found, phrase, Entry("category", category))
    for concept in (*vocabulary.concepts, *vocabulary.definitions):
        for phrase in _spellings(_spaced(concept)):
            if concept in attributes:
                _add(found, phrase, Entry("adjective", concept))
            else:
                _add(found, phrase, Entry("one", concept))
                _add(found, _plural(phrase), Entry("many", concept))
    for relation in vocabulary.relations:
        for phrase, kind in _forms(relation):
            _add(found, phrase, Entry(kind, relation))
    # Other words for the same place, where the vocabulary does not tell them apart.
    for phrases in _SAME_PLACE:
        known = [
            entry
            for phrase in phrases
            for words, entry in found.get(phrase.split()[0], ())
            if " ".join(words) == phrase
        ]
        if len({entry.name for entry in known}) == 1:
            for phrase in phrases:
                _add(found, phrase, known[0])
    return dict(found)


def _add(found: Lexicon, phrase: str, entry: Entry) -> None:
    words = tuple(phrase.split())
    if words and (words, entry) not in found.setdefault(words[0], []):
        found[words[0]].append((words, entry))


def _forms(relation: str) -> Iterator[tuple[str, Kind]]:
    words = _spaced(relation).split()
    first, rest = words[0], " ".join(words[1:])
    if relation in VERBS:
        yield from _of_verb(relation, VERBS[relation])
    elif relation == "has":
        yield from (("having", "ing"), ("have", "base"), ("has", "finite"), ("have", "finite"))
    elif first.endswith("ing") and len(first) > 4:
        yield from _of_verb(_infinitive(first), rest)
    elif relation in PHRASES:
        phrase = PHRASES[relation]
        yield (phrase, "ing" if phrase.split()[0].endswith("ing") else "between")
    elif len(words) == 1:
        yield from _of_verb(first, "")
        yield (first, "between")
    else:
        phrase = " ".join(words).removeprefix("is ")
        yield (phrase, "between")
        if words[-1] == "of" and len(words) == 2:
            yield (f"to the {phrase}", "between")


def _of_verb(verb: str, preposition: str) -> Iterator[tuple[str, Kind]]:
    after = f" {preposition}" if preposition else ""
    yield (f"{participle(verb)}{after}", "ing")
    yield (f"{verb}{after}", "base")
    yield (f"{_third(verb)}{after}", "finite")
    if preposition:
        yield (participle(verb), "state")
    else:
        done = PAST.get(verb) or _past(verb)
        yield (f"{done} by", "by")
        yield (done, "done")


def _third(verb: str) -> str:
    """hold -> holds, carry -> carries, watch -> watches."""
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(s|x|z|ch|sh|o)$", verb) else "s")


def _past(verb: str) -> str:
    """kick -> kicked, carry -> carried, use -> used."""
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def _infinitive(ing: str) -> str:
    """holding -> hold, riding -> ride, sitting -> sit."""
    known = {participle(verb): verb for verb in (*VERBS, *PAST)}
    stem = ing[:-3]
    if ing in known:
        return known[ing]
    return stem[:-1] if re.search(r"([bdgmnprt])\1$", stem) else stem


def _plural(phrase: str) -> str:
    *first, last = phrase.split()
    return " ".join([*first, plural(last)])


def _spaced(name: str) -> str:
    """traffic_light -> traffic light, HairColor -> hair color."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").strip().lower()


def _spellings(phrase: str) -> set[str]:
    return {phrase, " ".join(_SPELLINGS.get(word, word) for word in phrase.split())}
