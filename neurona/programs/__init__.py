"""The query language: typed syntax tree, parsers and printers of its surfaces, checks, definitions, templates, rewriting."""

from neurona.errors import QueryError
from neurona.programs.check import check
from neurona.programs.duplicates import remove_duplicates
from neurona.programs.english.printer import to_english
from neurona.programs.english.syntax import parse_english
from neurona.programs.entailment import counterexample, deciding_domain, entails, equivalent
from neurona.programs.expand import expand, template
from neurona.programs.json_syntax import parse_json, to_json
from neurona.programs.lambda_syntax import parse_lambda, to_lambda
from neurona.programs.logic_syntax import parse_logic, to_logic
from neurona.programs.negation import negation_normal_form
from neurona.programs.normal_form import normal_form
from neurona.programs.simplification import simplify
from neurona.programs.surfaces import parse, surface_of
from neurona.programs.tree import Query
from neurona.programs.vocabulary import Vocabulary
from neurona.programs.worlds import World, value

__all__ = [
    "Query",
    "QueryError",
    "Vocabulary",
    "World",
    "check",
    "counterexample",
    "deciding_domain",
    "entails",
    "equivalent",
    "expand",
    "negation_normal_form",
    "normal_form",
    "parse",
    "parse_english",
    "parse_json",
    "parse_lambda",
    "parse_logic",
    "remove_duplicates",
    "simplify",
    "surface_of",
    "template",
    "to_english",
    "to_json",
    "to_lambda",
    "to_logic",
    "value",
]
