"""Which concepts imply a defined one."""

from __future__ import annotations

from neurona.programs.ontology import by_kind, implying, is_a_links, kinds_of
from neurona.programs.tree import And, Atom, Not, Or, Variable
from neurona.programs.vocabulary import Vocabulary


def atom(name):
    return Atom(name, (Variable("x"),))


def test_or_collects_and_intersects_not_gives_nothing():
    cat, dog, car = atom("cat"), atom("dog"), atom("car")
    assert implying(Or((cat, dog)), {}) == {"cat", "dog"}
    assert implying(And((Or((cat, dog)), Or((cat, car)))), {}) == {"cat"}
    assert implying(And((cat, dog)), {}) == set()
    assert implying(Not(cat), {}) == set()
    assert implying(Not(Not(cat)), {}) == {"cat"}


def test_definitions_are_followed_and_circles_end():
    definitions = {"animal": Or((atom("cat"), atom("dog"))), "odd": Or((atom("odd"), atom("cat")))}
    assert implying(Or((atom("animal"), atom("tree"))), definitions) == {"animal", "cat", "dog", "tree"}
    assert implying(atom("odd"), definitions) == {"odd", "cat"}


def test_links_of_a_vocabulary_come_from_its_definitions():
    vocabulary = Vocabulary(
        concepts=("face", "cat", "shoe"),
        definitions={
            "animate": "face(x) | cat(x)",
            "shod_cat": "cat(x) & shoe(x)",
            "any": "animate(x) | shoe(x)",
        },
    )
    assert is_a_links(vocabulary) == {
        "animate": ("cat", "face"),
        "shod_cat": (),
        "any": ("animate", "cat", "face", "shoe"),
    }


def test_words_of_one_kind_stand_together_and_keep_their_order():
    words = Vocabulary(
        ("car", "dog", "cat", "bus"),
        definitions={"animal": "dog(x) | cat(x)", "pet": "cat(x)", "vehicle": "car(x) | bus(x)"},
    )
    assert by_kind(words.concepts, words) == ["cat", "dog", "car", "bus"]
    assert by_kind(("bus", "dog"), words) == ["dog", "bus"]


def test_a_word_is_of_its_smallest_kind_by_definition_or_axiom():
    words = Vocabulary(
        ("cat", "dog", "hen", "owl", "eel", "car", "bird"),
        definitions={
            "living": "pet(x) | bird(x) | eel(x)",
            "pet": "cat(x) | dog(x)",
            "alone": "car(x)",
            "odd": "eel(x) & car(x)",
        },
        axioms=("forall x. hen(x) -> bird(x)", "forall x. owl(x) -> bird(x)"),
    )
    kinds = {"cat": "pet", "dog": "pet", "hen": "bird", "owl": "bird"}
    assert kinds_of(words) == kinds | {"eel": "living", "bird": "living"}
