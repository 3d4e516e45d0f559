"""English of a fixed grammar, to the tree.

    Is there a person holding a bat?                 exists x. person(x) & hold(x, the y. bat(y))
    How many red dogs are there?                     count x. red(x) & dog(x)
    What is the position of the piano relative to the room?
                                                     describe Position(the x. piano(x), the y. room(y))
    Is there an x such that x is a cat and y is red?         (what has no shorter form)

A noun phrase binds a variable of its own: x, y, z, u, v, w, x6, x7, ... in reading order, anew in each sentence. The object of
a relation, `a bat`, is *the* entity of which its noun holds. `and` adds to what is said of the outermost thing; a thing inside
takes one addition (`a person holding a bat next to a dog`: the bat is next to the dog).
"""

from __future__ import annotations

import re

from lark import Lark
from lark.lexer import Lexer

from neurona.programs.english.actions import EnglishActions
from neurona.programs.english.tokens import TERMINALS, tokens
from neurona.programs.reader import MAX_CHARACTERS, Reading, read, refuse_long
from neurona.programs.tree import Query
from neurona.programs.vocabulary import RESERVED, Vocabulary

_GRAMMAR = f"""
?start: sentence
  | sentence (_COMMA _AND sentence)+ -> and_
  | sentence (_COMMA _OR sentence)+ -> or_
  | _IS_THERE A NAME _SUCH_THAT clause -> some
  | _IS_IT_TRUE clause
  | _FOR_HOW_MANY NAME _IS_IT_TRUE clause -> counting
  | _HOW_MANY many _ARE_THERE -> how_many
  | _WHICH NAME _IS_THERE -> describe
  | _WHICH NAME _HOLDS_OF _OPEN term (_COMMA term)* _CLOSE -> describe
  | _WHAT_IS_THE NAME _OF thing [_RELATIVE_TO thing] -> what_is
  | _WHAT_DOES thing _DO_TO thing -> what_does

?sentence: _IS_THERE (A single | SOMETHING additions) -> is_there
  | _IS_THERE (NO single | NOTHING additions) -> is_there_no
  | _IS _EVERY _names NAME -> is_every_word
  | _IS _EVERY _names NAME _OR predicates -> is_every_word
  | _IS _EVERY _names other -> is_every
  | _IS _EVERY _names other _OR predicates -> is_every
  | _IS _EVERYTHING predicates -> is_everything
  | _ARE_THERE BOUND INT many -> bounded
  | _ARE_THERE MORE many _THAN many -> compared
  | _ARE_THERE AS_MANY many _AS many -> compared

words: _names
_names: NAME | _names NAME
single: words | words additions
many: plural_words | plural_words additions | _THINGS additions
plural_words: _names
additions: addition (_AND addition)*
?addition: relation thing -> related
  | _NOT relation thing -> not_related
  | _THAT _IS predicates
predicates: predicate (_OR predicate)*
?predicate: NAME -> word | other
?other: A NAME -> word
  | RELATION -> word
  | relation thing -> related
  | _NOT NAME -> not_word
  | _NOT A NAME -> not_word
  | _NOT RELATION -> not_word
  | _NOT relation thing -> not_related
relation: RELATION | _IN_RELATION (NAME | RELATION) _TO
thing: (A | THE) words
  | (A | THE) words inner
  | SOMETHING inner
?inner: relation thing -> related
  | _NOT relation thing -> not_related
  | _THAT _IS predicate

?clause: _IF either _THEN either -> implies
  | either _IFF either -> iff
  | either
?either: both | both (_OR both)+ -> or_
?both: one | one (_AND one)+ -> and_
?one: _OPEN clause _CLOSE
  | _NOT_TRUE one -> not_
  | _FOR_EVERY NAME _COMMA one -> every
  | _THERE_IS A NAME _SUCH_THAT one -> some
  | number _IS COMPARISON number -> compare
  | NAME _HOLDS_OF _OPEN term (_COMMA term)* _CLOSE -> atom
  | NAME NAME term -> bare_relation
  | term _IS (NAME | RELATION) -> is_word
  | term _IS A NAME -> is_word
  | term _IS relation term -> is_related
  | term _IS _NOT (NAME | RELATION) -> is_not_word
  | term _IS _NOT A NAME -> is_not_word
  | term _IS _NOT relation term -> is_not_related
?term: NAME -> variable | THE NAME _SUCH_THAT one -> the_one
?number: INT -> whole | _NUMBER_OF NAME _SUCH_THAT one -> counting

%declare {" ".join(TERMINALS)}
"""


class _AsGiven(Lexer):
    """The parser is handed tokens, not text."""

    def __init__(self, lexer_conf: object):
        pass

    def lex(self, data):  # type: ignore[override]
        return iter(data)


_PARSER = Lark(_GRAMMAR, parser="lalr", lexer=_AsGiven)
# Two words with a space between, the first no word of the other surfaces (`the x. ...` is a term); or one word alone.
_OPENING = re.compile(
    rf"[^\w{{(~!]*(?!({'|'.join(sorted(RESERVED - {'the'}))})\b|the\s+\w+\s*\.)[a-z_][\w'\u2019]*,?(\s+[\"a-z_0-9]|\s*\?*\s*\Z)",
    re.IGNORECASE,
)


def looks_english(text: str) -> bool:
    """Whether a text begins as an English question does, and as no query of another surface can."""
    return _OPENING.match(text) is not None


def parse_english(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a question in English.

    Args:
        text: the question; what `to_english` prints is read back to the same tree.
        vocabulary: helps with words that are in no table: plurals, -ing forms, the capital letters of categories.

    Raises:
        QueryError: as `read` does.
    """
    return read_english(text, vocabulary).query


def read_english(text: str, vocabulary: Vocabulary | None = None) -> Reading:
    """As `parse_english`, with the places of names."""
    refuse_long(text, MAX_CHARACTERS)
    return read(_PARSER, EnglishActions(vocabulary), text, tokens(text, vocabulary))
