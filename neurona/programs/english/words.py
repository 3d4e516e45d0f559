"""How concepts and relations sound in English: regular rules, and what they do not cover.

A word that stands nowhere here is a noun where it has one term, and is named outright (`in relation r to`) where it has two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

VERBS = {
    **dict.fromkeys(("carry", "catch", "climb", "cover", "cut", "drive", "eat", "feed", "fly", "follow", "hit"), ""),
    **dict.fromkeys(("hold", "kick", "line", "play", "pull", "push", "read", "ride", "surround", "throw"), ""),
    **dict.fromkeys(("touch", "use", "watch", "wear"), ""),
    **dict.fromkeys(("grow", "hang", "lean", "lie", "sit", "stand", "walk", "work"), "on"),
    **dict.fromkeys(("look", "point"), "at"),
    **dict.fromkeys(("belong", "talk"), "to"),
}
"""Verb -> the preposition it takes with a second term."""

PHRASES = {
    "_in": "in",
    "_is": "being",
    "has": "having",
    "resting": "resting on",
    "in_front_of": "in front of",
    "attached_to": "attached to",
    "next_to": "next to",
    "on_top_of": "on top of",
    "part_of": "part of",
    **{
        word: word
        for word in (
            *("above", "across", "against", "along", "around", "at", "behind", "below", "beneath", "beside"),
            *("between", "by", "inside", "near", "on", "outside", "over", "under", "with"),
        )
    },
}
"""Relation -> what stands between its terms, for relations that are no regular verb."""

PARTICIPLES = {"cut": "cutting", "hit": "hitting", "lie": "lying", "sit": "sitting"}
PLURALS = {
    "bus": "buses",
    "child": "children",
    "cookie": "cookies",
    "foot": "feet",
    "fish": "fish",
    "goose": "geese",
    "gas": "gases",
    "knife": "knives",
    "leaf": "leaves",
    "lens": "lenses",
    "man": "men",
    "mouse": "mice",
    "movie": "movies",
    "person": "people",
    "scissors": "scissors",
    "sheep": "sheep",
    "shelf": "shelves",
    "tie": "ties",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
    "axe": "axes",
}
_ADJECTIVES = (
    "red green blue yellow black white brown grey gray orange purple pink silver golden beige "
    "big small large little tall short long wide narrow tiny huge thick thin old young new dark bright light heavy "
    "round square flat curved striped spotted plain wooden metal metallic plastic glass rubber leather "
    "wet dry hot cold soft hard empty full open closed broken clean dirty fast slow "
    "animate inanimate alive human manmade natural scrambled upright horizontal vertical sagittal "
    "left right forward backward visible hidden asleep awake happy sad moving"
)
ADJECTIVES = frozenset(_ADJECTIVES.split())
ATTRIBUTE_CATEGORIES = frozenset(
    ["attribute", "color", "colour", "size", "shape", "material", "texture", "pattern", "age", "direction"]
)
"""Categories, in small letters, whose members are adjectives."""


def participle(verb: str) -> str:
    """hold -> holding, ride -> riding, sit -> sitting."""
    if verb in PARTICIPLES:
        return PARTICIPLES[verb]
    return (verb[:-1] if re.search(r"[^eoy]e$", verb) else verb) + "ing"


def plural(noun: str) -> str:
    """cat -> cats, box -> boxes, body -> bodies, person -> people."""
    if noun in PLURALS:
        return PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


def singular(word: str, known: Collection[str] = ()) -> str:
    """The noun whose plural is `word`: a known one, else the likeliest; `word` itself where it is no plural."""
    candidates = [noun for noun in _singulars(word) if noun]
    return next((noun for noun in candidates if noun in known), candidates[0])


def _singulars(word: str) -> Iterator[str]:
    yield from (noun for noun, many in PLURALS.items() if many == word)
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if re.search(r"(ss|x|z|ch|sh)es$", word):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    yield word


def phrase(relation: str) -> str | None:
    """What stands between the two terms of a relation; None where nothing is known of it."""
    if relation in PHRASES:
        return PHRASES[relation]
    return f"{participle(relation)} {VERBS[relation]}".strip() if relation in VERBS else None


def state(word: str) -> str | None:
    """What a word that can be a relation is called when it stands alone: sit -> sitting."""
    if word in VERBS:
        return participle(word)
    return {"resting": "resting"}.get(word, PHRASES.get(word))


def article(word: str) -> str:
    """`a` or `an`, by the sound of the word's first letter."""
    sound = "aefhilmnorsx" if len(word) == 1 else "aeiou"
    return "an" if word[:1].lower() in sound and not re.match(r"(uni|use|one|eu)", word) else "a"


RELATION_WORDS: dict[str, str] = {
    **{written: name for name in (*VERBS, *PHRASES) if (written := state(name))},
    **{written: name for name in (*VERBS, *PHRASES) if (written := phrase(name))},
}
"""Phrase -> the relation it stands for."""
