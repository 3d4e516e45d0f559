"""Which surface a text is written in, and how to read it."""

from __future__ import annotations

import re

from neurona.errors import AmbiguousError, QueryError
from neurona.programs.check import check
from neurona.programs.english.syntax import looks_english, read_english
from neurona.programs.json_syntax import read_json
from neurona.programs.lambda_syntax import COMPARISONS, read_lambda
from neurona.programs.logic_syntax import read_logic
from neurona.programs.open_question import OpenQuestion
from neurona.programs.reader import Reading
from neurona.programs.tree import Query
from neurona.programs.vocabulary import Vocabulary

# What stands in one of the two formal surfaces only; the first of these in a text decides.
_LOGIC_ONLY = r"[~&|<>=!]|->|\b(?:exists|forall|count|the)\s+\w+\s*\.|\bdescribe\s+\w"
_LAMBDA_ONLY = (
    r"\b(?:lambda|iota|not|and|or)\b|\b(?:exists|forall|count|describe|implies|iff|" + "|".join(COMPARISONS) + r")\s*\("
)
MOST_CHARACTERS = 300
"""Of a question of everyday English, whose readings are all sought."""
_FORMAL = re.compile(f"(?P<logic>{_LOGIC_ONLY})|(?P<lambda>{_LAMBDA_ONLY})")


def surface_of(text: str) -> str:
    """`json`, `english`, `lambda` or `logic`: by a brace, by how a question begins, by the first tell-tale sign.

    Concepts applied to terms alone, `face(x)`, are the same in lambda and logic syntax.
    """
    if text.lstrip().startswith("{"):
        return "json"
    if looks_english(text):
        return "english"
    found = _FORMAL.search(text)
    return found.lastgroup or "logic" if found else "logic"


def parse(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a query in whichever surface it is written.

    With a vocabulary, its words, arities and variables are checked too.

    Raises:
        QueryError: with line, column and, for an unknown word, the nearest known one.

    Examples:
        >>> import neurona as nr
        >>> words = nr.Vocabulary(("face", "cat"))
        >>> nr.parse("Is there a face?", words) == nr.parse("exists x. face(x)", words)
        True
        >>> nr.parse("exists x. facce(x)", words)
        Traceback (most recent call last):
        ...
        neurona.errors.QueryError: line 1, column 11: unknown concept 'facce'; did you mean 'face'?
          exists x. facce(x)
                    ^
    """
    surface = surface_of(text)
    if surface == "english":
        reading = _english(text, vocabulary)
    else:
        reading = {"json": read_json, "lambda": read_lambda, "logic": read_logic}[surface](text)
    if vocabulary is not None:
        check(reading.query, vocabulary, text, reading.place)
    return reading.query


def _english(text: str, vocabulary: Vocabulary | None) -> Reading:
    """As people type it, on a vocabulary; else in the fixed grammar, which needs none."""
    refusal: QueryError | None = None
    if vocabulary is not None and len(text) <= MOST_CHARACTERS:
        from neurona.programs.english.everyday import read_everyday

        try:
            return Reading(read_everyday(text, vocabulary), lambda path: (1, 1))
        except AmbiguousError:
            raise
        except QueryError as error:
            refusal = error
    try:
        reading = read_english(text, vocabulary)
    except QueryError:
        if refusal is not None:
            raise refusal from None
        raise
    if vocabulary is not None:
        try:
            check(reading.query, vocabulary, text, reading.place)
        except QueryError as error:
            # The one that came further knows more of what was meant.
            if refusal is not None and (refusal.line, refusal.column) >= (error.line, error.column):
                raise refusal from None
            raise
    return reading


def parse_question(text: str, vocabulary: Vocabulary) -> Query | OpenQuestion:
    """As `parse`, and questions for things: who, what, where.

    Raises:
        QueryError: see `parse`.
    """
    try:
        return parse(text, vocabulary)
    except QueryError:
        from neurona.programs.english.everyday import read_open

        found = read_open(text, vocabulary) if surface_of(text) == "english" else None
        if found is None:
            raise
        return found
