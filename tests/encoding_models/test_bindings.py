"""A scene's facts as a row of features."""

import numpy as np

from neurona.encoding_models.bindings import BANDS, CONCEPT, RELATION, RELATION_SUBJECT, SUBJECT, Binding, Bindings
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable

SCENES = [
    [Fact("man"), Fact("bat"), Fact("hold", ("man", "bat"))],
    [Fact("dog"), Fact("ball"), Fact("red", ("ball",)), Fact("hold", ("dog", "ball"))],
]


def names(bindings: Bindings, row: np.ndarray) -> set[tuple[str, ...]]:
    return {(bindings.features[k].band, *bindings.features[k].words) for k in np.flatnonzero(row)}


def test_a_relation_has_a_feature_for_each_role_and_each_binding():
    bindings = Bindings.learn(SCENES)
    assert names(bindings, bindings.design([[Fact("hold", ("man", "bat"))]])[0]) == {
        ("relation", "hold"),
        ("subject", "man"),
        ("object", "bat"),
        ("relation x subject", "hold", "man"),
        ("relation x object", "hold", "bat"),
    }


def test_an_unseen_combination_inherits_from_its_parts():
    bindings = Bindings.learn(SCENES)
    row = bindings.row(Fact("hold", ("man", "ball")))
    assert set(row) == {
        bindings.place[one]
        for one in (
            Binding(RELATION, ("hold",)),
            Binding(SUBJECT, ("man",)),
            Binding("object", ("ball",)),
            Binding(RELATION_SUBJECT, ("hold", "man")),
            Binding("relation x object", ("hold", "ball")),
        )
    }
    assert bindings.row(Fact("hold", ("horse", "ball"))).keys() < set(range(len(bindings)))


def test_all_forms_of_a_fact_have_one_row_and_count_once():
    forms = NameTable.read().forms
    above = [Fact("on", ("man", "horse")), Fact("under", ("horse", "man"))]
    bindings = Bindings.learn([above], forms)
    assert bindings.row(above[0]) == bindings.row(above[1])
    np.testing.assert_array_equal(bindings.design([above]), bindings.design([above[:1]]))


def test_without_roles_swapped_arguments_look_the_same():
    bindings = Bindings.learn(SCENES, roles=False)
    assert bindings.row(Fact("hold", ("man", "bat"))) == bindings.row(Fact("hold", ("bat", "man")))
    assert bindings.row(Fact("hold", ("man", "bat")))


def test_a_binding_is_carried_where_its_first_word_is():
    bindings = Bindings.learn(SCENES)
    at = bindings.place[Binding(RELATION_SUBJECT, ("hold", "man"))]
    assert bindings.features[bindings.parent[at]] == Binding(RELATION, ("hold",))
    at = bindings.place[Binding(SUBJECT, ("man",))]
    assert bindings.features[bindings.parent[at]] == Binding(CONCEPT, ("man",))
    assert [BANDS[k] for k in bindings.band] == [feature.band for feature in bindings.features]
