"""From an English text to the tokens of the grammar: phrases of the language, phrases of relations, names.

The longest phrase that begins at a word is taken. A name between double quotes is always a name, so that any name can be
written. The first word of a text may have a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lark import Token

from neurona.errors import QueryError
from neurona.programs.english.words import RELATION_WORDS, participle
from neurona.programs.reader import line_and_column, place_of
from neurona.programs.vocabulary import RESERVED, Vocabulary

KEYWORDS = {
    **{"a": "A", "an": "A", "the": "THE", "no": "NO", "every": "_EVERY", "not": "_NOT", "and": "_AND", "or": "_OR"},
    **{"is": "_IS", "are": "_IS", "that": "_THAT", "of": "_OF", "to": "_TO", "than": "_THAN", "as": "_AS"},
    **{"if": "_IF", "then": "_THEN", "if and only if": "_IFF", "such that": "_SUCH_THAT"},
    **{"is there": "_IS_THERE", "are there": "_ARE_THERE", "there is": "_THERE_IS", "is it true that": "_IS_IT_TRUE"},
    **{"it is not true that": "_NOT_TRUE", "for every": "_FOR_EVERY", "everything": "_EVERYTHING"},
    **{"something": "SOMETHING", "nothing": "NOTHING", "things": "_THINGS"},
    **{"how many": "_HOW_MANY", "for how many": "_FOR_HOW_MANY", "the number of": "_NUMBER_OF", "which": "_WHICH"},
    **{"what is the": "_WHAT_IS_THE", "relative to": "_RELATIVE_TO", "what does": "_WHAT_DOES", "do to": "_DO_TO"},
    **{"holds of": "_HOLDS_OF", "in relation": "_IN_RELATION"},
    **{
        "more": "MORE",
        "fewer": "MORE",
        "as many": "AS_MANY",
        "at least as many": "AS_MANY",
        "at most as many": "AS_MANY",
    },
    **{"more than": "BOUND", "fewer than": "BOUND", "at least": "BOUND", "at most": "BOUND", "exactly": "BOUND"},
    **{"greater than": "COMPARISON", "less than": "COMPARISON", "equal to": "COMPARISON"},
    **{"no less than": "COMPARISON", "no greater than": "COMPARISON", "different from": "COMPARISON"},
}
"""Phrase of the language -> its kind of token; those with _ in front only mark what follows."""

OPERATORS = {
    **{"more": ">", "fewer": "<", "as many": "=", "at least as many": ">=", "at most as many": "<="},
    **{"more than": ">", "fewer than": "<", "at least": ">=", "at most": "<=", "exactly": "="},
    **{"greater than": ">", "less than": "<", "equal to": "=", "no less than": ">=", "no greater than": "<="},
    "different from": "!=",
}

TERMINALS = sorted({*KEYWORDS.values(), "RELATION", "NAME", "INT", "_COMMA", "_OPEN", "_CLOSE"})

_OCCUPIED = {word for words in (*KEYWORDS, *RELATION_WORDS) for word in words.split()} | RESERVED
_LONGEST = 5
_PIECE = re.compile(
    r"""\s+|(?P<quoted>"[A-Za-z_][A-Za-z0-9_]*")|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<INT>[0-9]{1,6})(?![A-Za-z0-9_])"""
    r"""|(?P<_COMMA>,)|(?P<_OPEN>\()|(?P<_CLOSE>\))|(?P<end>\?\s*\Z)"""
)


def quoted(name: str) -> str:
    """A name as English writes it: between double quotes where its word means something else."""
    return f'"{name}"' if name in _OCCUPIED or name.lower() in KEYWORDS else name


def tokens(text: str, vocabulary: Vocabulary | None = None) -> list[Token]:
    """The tokens of a question, without its question mark.

    Raises:
        QueryError: a character that no question has, or a word of the language as a name.
    """
    relations = _relations(vocabulary) if vocabulary is not None else RELATION_WORDS
    found = list(_joined(_pieces(text), relations))
    for token in found:
        if token.type == "NAME" and token in RESERVED:
            raise QueryError(f"{str(token)!r} is a word of the query language, not a name", text, *place_of(token))
    return found


def _pieces(text: str) -> list[Token]:
    """Words, names, numbers and signs, with their places."""
    found: list[Token] = []
    offset, line, start = 0, 1, 0
    while offset < len(text):
        match = _PIECE.match(text, offset)
        if match is None:
            raise QueryError("this does not fit here", text, *line_and_column(text, offset))
        kind = match.lastgroup
        if kind is not None and kind != "end":
            word = match[kind].strip('"')
            if kind == "word" and not found and word[:1].isupper():
                word = word[0].lower() + word[1:]
            found.append(Token("NAME" if kind == "quoted" else kind, word, offset, line, offset - start + 1))
        breaks = match[0].count("\n")
        if breaks:
            line, start = line + breaks, offset + match[0].rfind("\n") + 1
        offset = match.end()
    return found


def _joined(pieces: list[Token], relations: Mapping[str, str]) -> Iterator[Token]:
    """Words joined to the longest phrases; a phrase of a relation becomes the relation's name."""
    k = 0
    while k < len(pieces):
        size = 1
        while size < _LONGEST and k + size < len(pieces) and pieces[k + size].type == "word":
            size += 1
        if pieces[k].type != "word":
            yield pieces[k]
            k += 1
            continue
        for length in range(size, 0, -1):
            words = " ".join(pieces[k : k + length])
            if words in KEYWORDS:
                yield Token.new_borrow_pos(KEYWORDS[words], words, pieces[k])
                break
            if words in relations:
                yield Token.new_borrow_pos("RELATION", relations[words], pieces[k])
                break
        else:
            yield Token.new_borrow_pos("NAME", pieces[k], pieces[k])
            length = 1
        k += length


@lru_cache(maxsize=16)
def _relations(vocabulary: Vocabulary) -> dict[str, str]:
    """The phrases known without a vocabulary, and those its other relations can have."""
    words = {*vocabulary.concepts, *vocabulary.definitions, *vocabulary.relations}
    more = {}
    for relation in vocabulary.relations:
        for written in (relation.replace("_", " ").strip(), participle(relation)):
            if written not in words:
                more[written] = relation
    return more | {written: name for written, name in RELATION_WORDS.items() if written not in words or written == name}
