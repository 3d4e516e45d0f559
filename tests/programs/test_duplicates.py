"""Duplicate questions are found, and no others."""

from hypothesis import given, settings
from hypothesis import strategies as st
from queries import queries

from neurona.programs import Vocabulary, equivalent, parse, remove_duplicates, to_logic

ONTOLOGY = Vocabulary(
    concepts=("dog", "animal", "face", "cat"),
    relations=("hold",),
    definitions={"pet": "dog(x) | cat(x)"},
    axioms=("forall x. dog(x) -> animal(x)",),
)


def left(texts, vocabulary=ONTOLOGY):
    return [to_logic(query) for query in remove_duplicates([parse(text) for text in texts], vocabulary)]


def test_the_first_of_each_class_stays_in_order():
    assert left(
        [
            "exists x. dog(x)",
            "exists y. dog(y)",
            "exists x. animal(x) & dog(x)",
            "~(forall x. ~dog(x))",
            "exists x. animal(x)",
            "((count x. dog(x)) > 0)",
            "exists x. pet(x)",
            "exists x. dog(x) | cat(x)",
            "Is there a dog?",
        ]
    ) == ["exists x. dog(x)", "exists x. animal(x)", "exists x. pet(x)"]


def test_other_kinds_of_answers_are_other_classes():
    texts = ["exists x. dog(x)", "count x. dog(x)", "describe Kind", "describe Colour", "describe Kind(the x. dog(x))"]
    assert left([*texts, "count x. dog(x) & animal(x)", "describe Kind"]) == texts


def test_without_the_axioms_they_differ():
    texts = ["exists x. dog(x)", "exists x. dog(x) & animal(x)"]
    assert left(texts, None) == texts


def test_what_cannot_be_settled_stays():
    texts = [
        "forall x. exists y. hold(x, y)",
        "forall x. exists y. (hold(x, y) & hold(y, x)) | (hold(x, y) & ~hold(y, x))",
    ]
    assert left(texts) == texts


@settings(max_examples=25)
@given(asked=st.lists(queries, max_size=5))
def test_what_is_left_out_is_equivalent_to_what_stays(asked):
    kept = remove_duplicates(asked)
    assert all(any(equivalent(query, other, domain=2) for other in kept) for query in asked)
    assert remove_duplicates(kept) == kept


def test_many_questions_take_few_searches():
    words = [f"c{k}" for k in range(60)]
    texts = [f"exists x. {word}(x)" for word in words] + [f"~(forall y. ~{word}(y))" for word in words]
    assert len(left(texts, Vocabulary(concepts=tuple(words)))) == 60
