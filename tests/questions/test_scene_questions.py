"""Scenes as questions: all that holds is asked, and as much that does not."""

from dataclasses import replace

import numpy as np
import pytest
import tiny

from neurona.programs.facts import Fact
from neurona.questions.scene_questions import with_scene_questions
from neurona.scenes.facts import SceneFacts, fact_of

TRUE = [
    {Fact("cat"), Fact("dog"), Fact("hold", ("cat", "dog"))},
    {Fact("dog"), Fact("red", ("dog",))},
    {Fact("cat"), Fact("bird")},
]


@pytest.fixture
def problem():
    told = tiny.problem()
    facts = tuple(SceneFacts(f"r{k}", frozenset(TRUE[k % 3]), frozenset(), True) for k in range(40))
    return replace(told, facts=facts)


def made(problem):
    return with_scene_questions(problem).train.take(
        np.arange(len(problem.train), len(with_scene_questions(problem).train))
    )


def test_without_scenes_nothing_is_added():
    told = tiny.problem()
    assert with_scene_questions(told) is told


def test_every_fact_of_every_training_scene_is_asked_with_its_answer(problem):
    asked = made(problem)
    table = asked.table.assign(fact=[fact_of(text) for text in asked.table.program], row=asked.recording)
    assert set(table.row) <= set(problem.train_rows)
    for row, part in table.groupby("row"):
        known = {fact for fact in TRUE[row % 3] if fact.name != "bird"}
        assert set(part.fact[part.answer == "yes"]) == known
        assert not set(part.fact[part.answer == "no"]) & TRUE[row % 3]
        assert part.fact.is_unique


def test_what_is_asked_of_a_no_holds_in_some_training_scene(problem):
    asked = made(problem)
    nos = {fact_of(text) for text in asked.table.program[asked.table.answer == "no"]}
    assert nos
    assert nos <= set().union(*TRUE)


def test_questions_of_the_study_stay_first_and_the_same_seed_draws_the_same(problem):
    first, again = with_scene_questions(problem).train, with_scene_questions(problem).train
    assert first.table.equals(again.table)
    assert first.queries[: len(problem.train)] == problem.train.queries


def test_of_a_scene_that_does_not_say_everything_only_what_is_denied_is_asked_with_no(problem):
    facts = tuple(replace(one, complete=False, false=frozenset({Fact("red", ("cat",))})) for one in problem.facts)
    asked = made(replace(problem, facts=facts))
    assert not len(asked.table[(asked.table.answer == "no") & (asked.table.type != "attribute")])
