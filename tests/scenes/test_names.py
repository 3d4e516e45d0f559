"""Words of annotators become names of the vocabulary, by a table in data."""

import pytest

from neurona.errors import DataError
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable, normalise
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

TABLE = NameTable.read()


def test_the_references_foldings():
    for word, name in {"above": "on", "behind": "beside", "drink": "eat", "in": "_in", "is": "_is"}.items():
        assert TABLE.predicate(word) == name
    actions = "climb play eat fly grow hold ride sit use walk work resting wear"
    positions = "under _in surround line in_front_of beside on attached_to next_to"
    assert {name: " ".join(words) for name, words in TABLE.categories.items()} == {
        "Action": actions,
        "Position": positions,
    }


def test_inflected_predicates_are_followed_to_a_relation():
    for word, name in {"Drinking": "eat", "standing on": "on", "in front of": "in_front_of", "_in": "_in"}.items():
        assert TABLE.predicate(word) == name
    assert TABLE.predicate("photographing") is None


def test_plural_and_compound_nouns_become_identifiers():
    expected = {
        "traffic light": "traffic_light",
        "Traffic Lights": "traffic_light",
        "glass": "glass",
        "glasses": "glasses",
        "people": "person",
        "benches": "bench",
        "cherries": "cherry",
        "bus": "bus",
        "buses": "bus",
        "cow's": "cow",
        "kitchen knives": "kitchen_knife",
        "2 dogs": "_2_dog",
    }
    assert {word: TABLE.noun(word) for word in expected} == expected


def test_a_noun_that_is_also_a_relation_or_a_word_of_the_language_gets_a_name_of_its_own():
    assert TABLE.noun("lines") == "line_noun"
    assert TABLE.noun("count") == "_count"
    assert TABLE.attribute("resting") == "resting_attribute"


def test_inverse_and_symmetric_forms():
    assert TABLE.forms(Fact("on", ("cup", "table"))) == (Fact("on", ("cup", "table")), Fact("under", ("table", "cup")))
    assert TABLE.forms(Fact("beside", ("a", "b")))[1] == Fact("beside", ("b", "a"))
    assert TABLE.forms(Fact("hold", ("a", "b"))) == (Fact("hold", ("a", "b")),)


def test_unknown_words_are_left_out_and_counted(tmp_path):
    (tmp_path / "names.yaml").write_text("categories: {Action: [hold, ride]}\nknown_nouns: [man, bat]\n")
    table = NameTable.read(tmp_path / "names.yaml")
    scene = SceneGraph(
        "one",
        (Thing("Bird"), Thing("man", ("Very Tall",)), Thing("bat")),
        (Relationship(1, "hold", 2), Relationship(1, "sees", 2), Relationship(1, "hold", 0)),
        frozenset({Fact("ride", ("man", "bat")), Fact("ride", ("man", "bird"))}),
    )
    found = normalise([scene, SceneGraph("two", (Thing("bird"),))], table)
    assert found.scenes == (
        SceneGraph(
            "one",
            (Thing("man", ("very_tall",)), Thing("bat")),
            (Relationship(0, "hold", 1),),
            frozenset({Fact("ride", ("man", "bat"))}),
        ),
    )
    assert found.unknown == {("noun", "Bird"): 1, ("noun", "bird"): 2, ("predicate", "sees"): 1}
    assert found.lost == ("two",)


def test_what_is_stated_wins_over_what_folding_makes_a_denial_of_it():
    scene = SceneGraph(
        "one",
        (Thing("man"), Thing("tea")),
        (Relationship(0, "drinking", 1),),
        frozenset({Fact("eat", ("man", "tea"))}),
    )
    (found,) = normalise([scene], TABLE).scenes
    assert found.denied == frozenset()
    assert Fact("eat", ("man", "tea")) in found.facts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("categorys: {}", "unknown key 'categorys'; did you mean 'categories'"),
        ("symmetric: [on]", "symmetric\\[0\\]: .*found True.; YAML reads a bare on.*quote it"),
        ("symmetric: [besides]\nfurther_relations: [beside]", "'besides' is no relation .* did you mean 'beside'"),
        ("predicates: {a: b, b: a}", "a -> b -> a goes round in a circle"),
        ("further_relations: [has, has]", r"\['has'\] stand more than once"),
        ("inverse: [[has]]\nfurther_relations: [has]", "lists of pairs"),
        ("- 1", "expected keys and values, found list"),
        ("a: [", "not YAML"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, text, message):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(DataError, match=f"mine.yaml: .*{message}"):
        NameTable.read(tmp_path / "mine.yaml")
