"""What may be typed: words that complete a question, and questions to begin with."""

from __future__ import annotations

import re

from neurona.errors import QueryError
from neurona.programs import Vocabulary, parse
from neurona.programs.english.printer import to_english
from neurona.readings import Reading

MOST = 8
OPENINGS = (
    "Is there a ",
    "Are there two ",
    "Are there more than ",
    "What is the ",
    "Who is ",
    "Where is the ",
    "How many ",
    "What colour is the ",
    "exists x. ",
    "forall x. ",
)
ARTICLES = tuple(f" {word}" for word in ("a", "an", "any", "no", "the", "some", "two"))
LITTLE = ("a", "an", "and", "any", "holding", "is", "no", "not", "of", "on", "or", "the", "there", "with", "without")


def completions(vocabulary: Vocabulary, text: str) -> list[str]:
    """Whole texts that begin with this one: its last word completed by a word of the vocabulary, or a question begun.

    Examples:
        >>> import neurona as nr
        >>> completions(nr.Vocabulary(("face", "fence", "cat")), "Is there a f")
        ['Is there a face', 'Is there a fence']
    """
    if not text.strip():
        return list(OPENINGS[:MOST])
    found = [one for one in OPENINGS if one.lower().startswith(text.lower()) and len(one) > len(text)]
    start = re.search(r"[A-Za-z_]*$", text)
    last = start[0] if start else ""
    if last:
        stem = text[: len(text) - len(last)]
        known = _words(vocabulary, stem)
        found += [stem + word for word in known if word.lower().startswith(last.lower()) and word != last]
    return list(dict.fromkeys(found))[:MOST]


def examples(reading: Reading) -> list[str]:
    """Questions that this reading understands, of every kind that its words allow."""
    words = reading.vocabulary
    things = [word for word in reading.things if word in words.concepts] or list(words.concepts)
    adjectives = [word for word in words.concepts if word not in things]
    first, second = things[0], things[min(1, len(things) - 1)]
    tried = [f"exists x. {first}(x)"]
    tried += [f"exists x. {adjectives[0]}(x) & {second}(x)"] if adjectives else []
    tried += [f"exists x. {first}(x) & {name}(x, the y. {second}(y))" for name in words.relations[:1]]
    tried += [f"exists x. {name}(x)" for name in list(words.definitions)[:1]]
    tried += [
        f"describe {name}(the x. {first}(x))" for name, of in words.categories.items() if of[0] in words.concepts
    ][:1]
    texts = []
    for program in tried:
        try:
            texts.append(to_english(parse(program, words), words))
        except QueryError:  # a word that English has no place for
            continue
    if words.relations:
        texts.append(f"exists x. exists y. {words.relations[0]}(x, y)")
    return list(dict.fromkeys(texts))


def _words(vocabulary: Vocabulary, before: str) -> list[str]:
    """Words that may follow a text: after an article things and what is said of them; in logic as the vocabulary spells them."""
    logic = "." in before or "(" in before
    nouns = sorted([*vocabulary.concepts, *vocabulary.definitions])
    others = sorted([*vocabulary.relations, *vocabulary.categories, *(() if logic else LITTLE)])
    after_article = not logic and before.lower().rstrip().endswith(ARTICLES)
    words = nouns if after_article else [*nouns, *others]
    return words if logic else [word.replace("_", " ").strip() for word in words]
