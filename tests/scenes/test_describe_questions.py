"""Describe questions whose words do not tell the answer."""

from collections import Counter, defaultdict

import numpy as np
from random_scenes import random_scenes

from neurona.programs.facts import Fact
from neurona.scenes.describe_questions import DescribeQuestion, _core, balanced, describe_candidates
from neurona.scenes.facts import scene_facts
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import Relationship, SceneGraph, Thing

TABLE = NameTable.read()


def candidates(scenes):
    facts = scene_facts(scenes, TABLE)
    return [found for k, one in enumerate(facts) for found in describe_candidates(k, one, one.true, TABLE)]


def test_asked_only_where_exactly_one_word_of_the_category_holds():
    things = (Thing("man"), Thing("bat"), Thing("dog"))
    links = (
        Relationship(0, "hold", 1),
        Relationship(0, "on", 1),
        Relationship(0, "hold", 2),
        Relationship(0, "use", 2),
    )
    found = candidates([SceneGraph("one", things, links)])
    assert {(question.program, question.fact.name) for question in found} == {
        ("describe Action(the x. man(x), the y. bat(y))", "hold"),
        ("describe Position(the x. man(x), the y. bat(y))", "on"),
        ("describe Position(the x. bat(x), the y. man(y))", "under"),
    }


def test_in_the_core_no_answer_of_a_program_outnumbers_the_same_word():
    asked = [question for question in candidates(random_scenes(200, liking=0.7)) if question.category == "Position"]
    part_of = ["train" if k % 4 else "test" for k in range(200)]
    word, core = _core(asked, part_of)
    assert len(core) > 50
    counts = defaultdict(Counter)
    for k in core:
        counts[part_of[asked[k].scene], asked[k].program][asked[k].fact.name] += 1
    for answers in counts.values():
        assert answers[word] == max(answers.values())
        assert len(answers) > 1


def test_nothing_is_dropped_where_the_nouns_say_nothing():
    asked = candidates(random_scenes(150, liking=0))
    assert len(balanced(asked, ["train", "test", "train"] * 50, np.random.default_rng(0))) == len(asked)


def test_everything_is_dropped_where_the_nouns_tell_the_word():
    pairs = [("man", "bat", "hold"), ("man", "horse", "ride"), ("dog", "bone", "eat"), ("man", "hat", "wear")]
    asked = [DescribeQuestion(k, "Action", Fact(r, (a, b))) for k in range(200) for a, b, r in (pairs[k % 4],)]
    assert balanced(asked, (["train"] * 4 + ["test"] * 4) * 25, np.random.default_rng(0)) == []


def test_a_word_that_is_nearly_always_right_is_thinned_out():
    nouns = [f"noun{k}" for k in range(9)]
    rng = np.random.default_rng(0)
    asked = []
    for k in range(600):
        a, b = rng.choice(nouns, 2, replace=False)
        asked.append(DescribeQuestion(k, "Position", Fact("on" if rng.random() < 0.8 else "beside", (str(a), str(b)))))
    kept = balanced(asked, ["train", "test"] * 300, rng)
    share = Counter(question.fact.name for question in kept)["on"] / len(kept)
    assert len(kept) > 150
    assert 0.4 < share < 0.6
