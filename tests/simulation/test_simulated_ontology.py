import pytest

from neurona.scenes.names import NameTable
from neurona.simulation.ontology import make_ontology


@pytest.fixture(scope="module")
def ontology():
    return make_ontology()


def test_it_has_the_sizes_it_promises(ontology):
    assert (len(ontology.nouns), len(ontology.adjectives), len(ontology.relations)) == (210, 40, 22)


def test_every_class_leads_to_thing_and_every_noun_is_met_somewhere(ontology):
    assert all(ontology.is_a(noun, "thing") for noun in ontology.nouns)
    assert ontology.is_a("dog", "animate")
    assert not ontology.is_a("car", "animate")
    assert set(ontology.nouns) == {noun for nouns in ontology.locales.values() for noun in nouns}


def test_every_preference_names_known_classes(ontology):
    known = {*ontology.parents, "thing"}
    assert {name for _, subject, object_, _ in ontology.preferences for name in (subject, object_)} <= known
    assert {name for classes in ontology.classes_of.values() for name in classes} <= known


def test_its_relations_are_those_of_the_table_of_names(ontology):
    categories = {name: set(words) for name, words in ontology.vocabulary.categories.items()}
    assert categories == {name: set(words) for name, words in NameTable.read().categories.items()}


def test_preferences_are_by_class(ontology):
    def weight(subject, relation, object_):
        place = ontology.nouns.index
        return ontology.plausibility[ontology.relations.index(relation), place(subject), place(object_)]

    assert weight("woman", "wear", "hat") > weight("dog", "wear", "hat") > 0
    assert weight("hat", "wear", "woman") == 0
    assert weight("dog", "hold", "cat") == weight("cat", "hold", "dog") > 0


@pytest.mark.parametrize("size", [20, 40, 100])
def test_a_smaller_vocabulary_is_part_of_the_larger_and_keeps_every_locale(ontology, size):
    part = make_ontology(size, 10)
    assert (len(part.nouns), len(part.adjectives)) == (size, 10)
    assert set(part.nouns) < set(ontology.nouns)
    assert all(part.locales.values())
    assert set(part.adjectives) == set(part.vocabulary.concepts) - set(part.nouns)
