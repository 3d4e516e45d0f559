"""Unseen combinations and systematicity: disjoint, as the sets recomputed here from program text and scenes say."""

import re

import pytest
from random_scenes import random_scenes

from neurona.datasets.splits import combinations
from neurona.errors import DataError
from neurona.scenes.question_only import question_only_accuracy
from neurona.scenes.questions import questions_from_scenes, vocabulary_of

SCENES = random_scenes(300, liking=0.6, links=5, nouns=16)
NAMES = ("unseen", "argument_swap", "predicate_transfer", "role_transfer")
MIRROR = {"on": "under", "under": "on", "beside": "beside", "next_to": "next_to"}


@pytest.fixture(scope="module", params=NAMES)
def made(request):
    split = getattr(combinations, request.param)(SCENES, test=0.25, validation=0.05, seed=2)
    vocabulary = vocabulary_of([scene for scene in SCENES if scene.image in split.train])
    questions = questions_from_scenes(SCENES, vocabulary, per_scene=12, parts=split.parts, held=split.held)
    return split, split.select(questions)


def shown(images):
    """(predicate, arguments...) of everything that the scenes state, with mirrored forms; written without Neurona's facts."""
    found = set()
    for scene in SCENES:
        if scene.image in images:
            nouns = [thing.name for thing in scene.things]
            found |= {(word, thing.name) for thing in scene.things for word in thing.attributes}
            for link in scene.relationships:
                a, b = nouns[link.subject], nouns[link.object]
                found.add((link.predicate, a, b))
                if link.predicate in MIRROR:
                    found.add((MIRROR[link.predicate], b, a))
    return found


def asked(table):
    """(predicate, arguments...) of every question, from the text of its program."""
    found = set()
    for program, answer in zip(table.program, table.answer, strict=True):
        if match := re.fullmatch(r"exists x\. (\w+)\(x\) & (\w+)\(x, the y\. (\w+)\(y\)\)", program):
            found.add((match[2], match[1], match[3]))
        elif match := re.fullmatch(r"exists x\. (\w+)\(x\) & (\w+)\(x\)", program):
            found.add((match[1], match[2]))
        elif match := re.fullmatch(r"describe \w+\(the x\. (\w+)\(x\), the y\. (\w+)\(y\)\)", program):
            found.add((answer, match[1], match[2]))
        else:
            assert re.fullmatch(r"exists x\. \w+\(x\)", program)
    return found


def test_no_image_and_no_tested_combination_is_on_both_sides(made):
    split, questions = made
    assert not {*split.train, *split.validation} & set(split.test)
    assert 0.1 < len(split.test) / len(SCENES) <= 0.25
    tested = asked(questions.test)
    assert len(tested) > 30
    assert not tested & asked(questions.train)
    assert not tested & asked(questions.validation)
    assert not tested & shown({*split.train, *split.validation})
    assert set(questions.test.hops) <= {2, 3}


def test_each_tested_word_occurs_in_training(made):
    _, questions = made
    trained = {word for combination in asked(questions.train) for word in combination}
    trained |= set(questions.train.program.str.extract(r"^exists x\. (\w+)\(x\)$")[0].dropna())
    assert {word for combination in asked(questions.test) for word in combination} <= trained


def test_the_splits_condition_holds_of_every_tested_combination(made):
    split, questions = made
    train, everything = shown(split.train), shown({*split.train, *split.validation})
    relations = {fact for fact in train if len(fact) == 3}
    for fact in asked(questions.test):
        if split.name == "unseen":
            assert any(fact[0] == other[0] and len(fact) == len(other) for other in train)
            continue
        r, a, b = fact
        match split.name:
            case "argument_swap":
                assert (r, b, a) in relations
            case "predicate_transfer":
                assert any((q, x, y) != fact and (x, y) == (a, b) for q, x, y in relations)
                assert any((q, x) == (r, a) for q, x, _ in relations)
                assert any((q, y) == (r, b) for q, _, y in relations)
            case "role_transfer":
                assert any(x == b for _, x, _ in relations)
                assert not any(len(other) == 3 and other[2] == b for other in everything)


def test_the_question_alone_gives_nothing_away(made):
    _, questions = made
    found = question_only_accuracy(questions.train, questions.test).set_index("type")
    assert found.loc["yes/no", ["lookup", "words"]].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    for kind in {"action", "position"} & set(found.index):
        assert found.loc[kind, ["lookup", "words"]].max() <= found.majority[kind] + 0.03


def test_scenes_without_such_combinations_are_refused():
    alone = random_scenes(1)
    with pytest.raises(DataError, match="'argument_swap': no combination of these 1 scenes"):
        combinations.argument_swap(alone)
