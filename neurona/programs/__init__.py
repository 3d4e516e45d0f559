"""The query language: typed syntax tree, parser, printer, checks, definitions and templates."""

from neurona.errors import QueryError
from neurona.programs.check import check
from neurona.programs.expand import expand, template
from neurona.programs.logic_syntax import parse_logic, to_logic
from neurona.programs.tree import Query
from neurona.programs.vocabulary import Vocabulary

__all__ = ["Query", "QueryError", "Vocabulary", "check", "expand", "parse", "template", "to_logic"]


def parse(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a query; with a vocabulary, its words, arities and variables are checked too.

    Raises:
        QueryError: with line, column and, for an unknown word, the nearest known one.
    """
    query = parse_logic(text)
    if vocabulary is not None:
        check(query, vocabulary, text)
    return query
