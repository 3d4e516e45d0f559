"""What is evaluated on possible worlds for a query: the formula of each possible answer, and the facts that it states."""

from __future__ import annotations

from typing import Any, NamedTuple

from neurona.programs import Query, Vocabulary
from neurona.programs.facts import Fact
from neurona.programs.literals import Literal, described, leaves, literals_of_normal
from neurona.programs.normal_form import normal_form
from neurona.programs.tree import Atom, Count, Describe, Exists, Formula, Variable
from neurona.readings.forms import form_of


class Item(NamedTuple):
    """One possible answer of a question: a formula, and the fact that it states, if it states one (or denies it)."""

    formula: Formula
    literal: tuple[Fact, bool] | None
    facts: tuple[Fact, ...]


class Plan(NamedTuple):
    """What is to be evaluated for a query: nothing but yes (no choices), the words of a category, or numbers (choices without items)."""

    choices: tuple[str, ...]
    items: tuple[Item, ...]
    form: str
    sign: int


class Plans:
    """Plans of queries; equal formulas have one item, whose identity is quicker than a hash of them."""

    def __init__(self, vocabulary: Vocabulary, nouns: tuple[str, ...]):
        self._vocabulary, self._nouns, self._things = vocabulary, nouns, frozenset(nouns)
        self._items: dict[Any, Item] = {}

    def of(self, query: Query, most: int) -> Plan:
        """The plan of a query; a count may come to `most`."""
        form, sign = form_of(query, self._vocabulary, self._things)
        if isinstance(query, Count):
            return Plan(tuple(map(str, range(most + 1))), (), form, sign)
        if isinstance(query, Describe):
            words = tuple(self._vocabulary.categories[query.category])
            return Plan(words, tuple(self._word(query, word) for word in words), form, sign)
        return Plan((), (self.item(normal_form(query, self._vocabulary)),), form, sign)

    def item(self, formula: Any) -> Item:
        """Of a formula in normal form."""
        found = self._items.get(formula)
        if found is None:
            tree = literals_of_normal(formula, self._things)
            stated = tuple(dict.fromkeys(literal.fact for literal in leaves(tree)))
            whole = (tree.fact, tree.holds) if isinstance(tree, Literal) else None
            found = self._items[formula] = Item(formula, whole, stated)
        return found

    def _word(self, query: Describe, word: str) -> Item:
        """That a word holds of the terms; with no terms, of something."""
        asked = Atom(word, query.terms) if query.terms else Exists("x", Atom(word, (Variable("x"),)))
        item = self.item(normal_form(asked, self._vocabulary))
        fact = described(query, word, self._nouns, self._vocabulary)
        return item if fact is None or item.literal else item._replace(literal=(fact, True), facts=(fact,))
