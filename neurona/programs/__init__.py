"""The query language: typed syntax tree, parsers and printers of its surfaces, checks, definitions and templates."""

import re

from neurona.errors import QueryError
from neurona.programs.check import check
from neurona.programs.expand import expand, template
from neurona.programs.json_syntax import parse_json, to_json
from neurona.programs.lambda_syntax import parse_lambda, to_lambda
from neurona.programs.logic_syntax import parse_logic, to_logic
from neurona.programs.tree import Query
from neurona.programs.vocabulary import Vocabulary

__all__ = [
    "Query",
    "QueryError",
    "Vocabulary",
    "check",
    "expand",
    "parse",
    "template",
    "to_json",
    "to_lambda",
    "to_logic",
]

_LAMBDA = re.compile(r"\blambda\s+\w+\s*:")


def parse(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a query: JSON where it starts with a brace, lambda syntax where it holds a lambda, else logic syntax.

    With a vocabulary, its words, arities and variables are checked too.

    Raises:
        QueryError: with line, column and, for an unknown word, the nearest known one.
    """
    if text.lstrip().startswith("{"):
        query = parse_json(text)
    else:
        query = parse_lambda(text) if _LAMBDA.search(text) else parse_logic(text)
    if vocabulary is not None:
        check(query, vocabulary, text)
    return query
