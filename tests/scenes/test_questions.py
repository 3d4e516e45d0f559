"""Questions from scenes: true to the scene, and silent about their answers."""

import numpy as np
import pandas as pd
import pytest
from random_scenes import random_scenes

from neurona.errors import DataError
from neurona.programs import check, parse
from neurona.programs.facts import Fact
from neurona.programs.tree import Describe, names
from neurona.scenes.facts import fact_of, scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.negatives import ABSENT, ARGUMENT, PREDICATE, ROLES
from neurona.scenes.question_only import question_only_accuracy
from neurona.scenes.questions import COLUMNS, SHARES, questions_from_scenes, vocabulary_of
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

SCENES = random_scenes(240, liking=0.6, nouns=14)
PARTS = {scene.image: "test" if k % 4 == 0 else "train" for k, scene in enumerate(SCENES)}
VOCABULARY = vocabulary_of([scene for scene in SCENES if PARTS[scene.image] == "train"])


@pytest.fixture(scope="module")
def questions():
    return questions_from_scenes(SCENES, VOCABULARY, per_scene=20, seed=1, parts=PARTS)


def test_columns_ids_and_the_number_of_a_scenes_questions(questions):
    assert tuple(questions.columns) == COLUMNS
    assert questions.question.is_unique
    assert not questions.duplicated(["image", "program"]).any()
    per_scene = questions.groupby("image").size()
    assert per_scene.max() <= 20
    assert per_scene.mean() > 15


def test_answers_are_what_the_scene_says(questions):
    facts = {scene.image: scene for scene in scene_facts(SCENES, NameTable.read())}
    queries = {program: parse(program) for program in questions.program.unique()}
    for query in queries.values():
        check(query, VOCABULARY)
    for row in questions.itertuples():
        query = queries[row.program]
        expected = row.answer == "yes" or isinstance(query, Describe)
        assert facts[row.image].holds(fact_of(row.program, row.answer)) is expected
        assert row.hops == len(names(query)) + isinstance(query, Describe)


def test_pairs_ask_the_same_of_two_scenes_of_a_part(questions):
    paired = questions[questions.pair != ""]
    assert set(questions[questions.pair == ""].type) == {"action", "position"}
    both = paired.assign(part=paired.image.map(PARTS)).groupby("pair")
    different = both[["answer", "image", "program", "type", "part"]].nunique()
    assert different.drop_duplicates().values.tolist() == [[2, 2, 1, 1, 1]]
    assert both.size().unique().tolist() == [2]
    assert ((paired.negative == "") == (paired.answer == "yes")).all()


def test_all_kinds_of_negatives_are_made_as_they_are_named(questions):
    facts = {scene.image: scene for scene in scene_facts(SCENES, NameTable.read())}
    for row in questions[questions.negative != ""].itertuples():
        fact, true = fact_of(row.program), facts[row.image].true
        match row.negative:
            case "argument replaced":
                assert not {Fact(noun) for noun in fact.arguments} <= true
            case "predicate replaced":
                assert any(other.arguments == fact.arguments and other.name != fact.name for other in true)
            case "roles swapped":
                assert Fact(fact.name, fact.arguments[::-1]) in true
    counts = questions[questions.type == "relation"].negative.value_counts()
    assert set(questions.negative) == {"", ABSENT, ARGUMENT, PREDICATE, ROLES}
    assert counts[[ARGUMENT, PREDICATE, ROLES]].min() > 100


def test_the_question_alone_gives_nothing_away(questions):
    part = questions.image.map(PARTS)
    found = question_only_accuracy(questions[part == "train"], questions[part == "test"]).set_index("type")
    for kind in ("object", "attribute", "relation"):
        assert found.loc[kind, ["lookup", "words"]].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
        assert found.n[kind] > 120
    for kind in ("action", "position"):
        assert found.loc[kind, ["lookup", "words"]].max() <= found.majority[kind] + 0.03


def test_a_mirrored_scene_and_its_counterpart_have_the_same_texts_and_opposite_answers(questions):
    yes_no = questions[questions.type.isin(("object", "attribute", "relation"))]
    asked = {image: dict(zip(rows.program, rows.answer, strict=True)) for image, rows in yes_no.groupby("image")}
    couples = {}
    for image in questions.image[questions.type == "object"].unique():
        couples.setdefault(frozenset(asked[image]), []).append(asked[image])
    alike = [couple for couple in couples.values() if len(couple) == 2]
    assert len(alike) > 30
    assert len(couples) - len(alike) <= 6  # the odd one out of each part, and what it is asked with
    for first, second in alike:
        assert all({first[program], second[program]} == {"yes", "no"} for program in first)


def test_a_granted_scene_has_the_nouns_that_it_is_asked_about(questions):
    mirrored = set(questions.image[questions.type == "object"])
    granted = questions[~questions.image.isin(mirrored)]
    facts = {scene.image: scene for scene in scene_facts(SCENES, NameTable.read())}
    for row in granted.itertuples():
        fact = fact_of(row.program, row.answer)
        assert {Fact(noun) for noun in fact.arguments} <= facts[row.image].true
    attributes = granted[granted.type == "attribute"]
    nouns = attributes.program.map(lambda program: fact_of(program).arguments)
    assert not pd.DataFrame({"image": attributes.image, "nouns": nouns, "answer": attributes.answer}).duplicated().any()


def test_each_kind_of_negative_is_balanced_with_its_pairs(questions):
    for kind in (ABSENT, ARGUMENT, PREDICATE, ROLES):
        pairs = questions[questions.pair.isin(questions[questions.negative == kind].pair)]
        part = pairs.image.map(PARTS)
        found = question_only_accuracy(pairs[part == "train"], pairs[part == "test"]).set_index("type")
        assert found.loc["yes/no", ["lookup", "words"]].tolist() == pytest.approx([0.5, 0.5], abs=0.02)


def test_without_the_balance_the_measure_sees_the_bias():
    rows = []
    for scene in scene_facts(SCENES, NameTable.read()):
        pool = sorted(f"noun{k}" for k in range(14))
        rows += [(scene.image, f"exists x. {noun}(x)", "yes" if Fact(noun) in scene.true else "no") for noun in pool]
    biased = pd.DataFrame(rows, columns=["image", "program", "answer"]).assign(type="object")
    part = biased.image.map(PARTS)
    found = question_only_accuracy(biased[part == "train"], biased[part == "test"]).set_index("type")
    assert found.lookup["object"] > 0.6


def test_the_report_counts_what_was_asked_and_what_could_not_be(questions):
    report = questions.attrs["report"]
    assert report["questions"] == len(questions)
    assert report["pairs with roles swapped"] == (questions.negative == ROLES).sum()
    assert report["describe: dropped, the nouns tell the word"] > 0


def test_the_same_seed_asks_the_same_questions(questions):
    again = questions_from_scenes(SCENES, VOCABULARY, per_scene=20, seed=1, parts=PARTS)
    pd.testing.assert_frame_equal(again, questions)
    other = questions_from_scenes(SCENES, VOCABULARY, per_scene=20, seed=2, parts=PARTS)
    assert not other.program.equals(questions.program)


def test_words_unseen_in_training_are_not_asked_about_but_counted():
    few = random_scenes(60)
    vocabulary = vocabulary_of([scene for scene in few if all(thing.name != "noun3" for thing in scene.things)])
    found = questions_from_scenes(few, vocabulary)
    assert not found.program.str.contains(r"\bnoun3\b").any()
    assert found.attrs["report"]["facts with words unseen in training"] > 0
    assert "noun3" in found.attrs["report"]["words unseen in training"]


def test_incomplete_scenes_say_no_only_to_what_is_denied():
    graphs = []
    for k in range(40):
        noun, other = (("dog", "cat"), ("cat", "dog"))[k % 2]
        graphs.append(SceneGraph(f"i{k}", (Thing(noun), Thing("man")), (), frozenset({Fact(other)}), complete=False))
    found = questions_from_scenes(graphs, vocabulary_of(graphs), per_scene=4)
    assert set(found.program) == {"exists x. dog(x)", "exists x. cat(x)"}  # no scene is known to be without a man
    assert 72 <= len(found) <= 80


def test_a_vocabulary_is_of_the_scenes_it_is_made_from():
    things = (Thing("cup", ("red",)), Thing("orange", ("orange",)))
    words = vocabulary_of([SceneGraph("one", things, (Relationship(0, "on", 1), Relationship(0, "hold", 1)))])
    assert words.concepts == ("cup", "orange", "red")
    assert words.relations == ("hold", "under", "on")
    assert words.categories == {"Position": ("under", "on")}
    with pytest.raises(DataError, match=r"'holding' is no relation of the table.*normalise"):
        vocabulary_of([SceneGraph("one", things, (Relationship(0, "holding", 1),))])


def test_what_cannot_be_asked_is_refused():
    alone = [SceneGraph("one", (Thing("cup"),))]
    with pytest.raises(DataError, match="nothing can be asked about these 1 scenes"):
        questions_from_scenes(alone, vocabulary_of(alone))
    with pytest.raises(DataError, match="image 'one' has 2 scene graphs"):
        questions_from_scenes(alone * 2, vocabulary_of(alone))
    with pytest.raises(DataError, match="unknown type 'objects'; did you mean 'object'"):
        questions_from_scenes(alone, vocabulary_of(alone), shares={"objects": 1.0})


def test_types_without_a_share_are_not_asked():
    found = questions_from_scenes(SCENES[:100], VOCABULARY, shares={**SHARES, "object": 0.0, "describe": 0.0})
    assert set(found.type) == {"attribute", "relation"}
    assert np.isin(found.hops, (2, 3)).all()


def test_as_released_every_scene_is_asked_as_much_that_holds_as_is_denied():
    found = questions_from_scenes(SCENES[:60], VOCABULARY, per_scene=20, seed=1, negatives="as_released")
    yes_no = found[found.answer.isin(("yes", "no"))]
    assert set(yes_no.groupby("pair").answer.agg(lambda answers: " ".join(sorted(answers)))) == {"no yes"}
    assert (yes_no.groupby("pair")[["image", "type"]].nunique() == 1).all(axis=None)


def test_unknown_negatives_are_refused():
    with pytest.raises(DataError, match="as_released"):
        questions_from_scenes(SCENES, VOCABULARY, negatives="released")
