"""Programs over things: what is looked up where, and of which things anything is asked."""

import pytest

from neurona.errors import QueryError
from neurona.execution.expansion import Expansion
from neurona.execution.propositions import FALSE, TRUE, Propositions, TooLarge
from neurona.programs import parse


class Asked:
    """An expansion over three things that keeps what was asked of it."""

    def __init__(self, holders=lambda _: None, **options):
        self.made, self.place, self.facts = Propositions(), {}, []
        self.expansion = Expansion(3, self.atom, lambda _: TRUE, self.made, holders=holders, **options)

    def atom(self, word, of):
        self.facts.append((word, of))
        return self.made.fact(self.place.setdefault((word, of), len(self.place)))

    def formula(self, text):
        return self.expansion.formula(parse(text))


def test_equal_programs_are_one_formula():
    asked = Asked()
    assert asked.formula("~(forall x. ~a(x))") == asked.formula("exists y. a(y)")
    assert asked.formula("forall x. a(x) -> b(x)") == asked.formula("~(exists x. a(x) & ~b(x))")


def test_only_things_that_a_word_may_hold_of_are_asked_about():
    asked = Asked(holders=lambda word: (1,) if word == "a" else None)
    asked.formula("exists x. r(x, the y. b(y)) & a(x)")
    assert {of for word, of in asked.facts if word == "r"} == {(1, y) for y in range(3)}


def test_a_term_that_names_nothing_makes_its_atom_false_and_no_more():
    asked = Asked(holders=lambda word: () if word == "nothing" else None)
    assert asked.formula("exists x. r(x, the y. nothing(y))") == FALSE
    assert asked.formula("forall x. ~r(x, the y. nothing(y))") == TRUE


def test_variables_of_the_same_name_are_kept_apart():
    asked = Asked()
    one = asked.formula("exists x. a(x) & (exists x. r(x, the y. s(y, x)))")
    assert one == asked.formula("exists x. a(x) & (exists z. r(z, the y. s(y, z)))")


def test_what_is_no_formula_is_refused_and_so_is_what_is_too_large():
    with pytest.raises(QueryError, match="neither true nor false"):
        Asked().expansion.formula(parse("count x. a(x)"))
    with pytest.raises(TooLarge):
        Asked(steps=5).formula("exists x. exists y. r(x, y)")
