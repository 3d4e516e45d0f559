"""Every registered decoder keeps the same promises."""

import dataclasses
import typing
from functools import lru_cache

import numpy as np
import pytest
from small_problem import right, small_problem

from neurona.decoders.problem import Asked
from neurona.decoders.registry import DECODERS, fit
from neurona.errors import ConfigError
from neurona.programs import parse

KINDS = tuple(DECODERS)
LONG = ("explain", "product_of_experts")
# Each of their promises takes long: by default only the first is tried, and of `explain` that every program is answered.
QUICK_KINDS = [pytest.param(kind, marks=pytest.mark.slow) if kind in LONG else kind for kind in KINDS]
ALL_BUT_EXPERTS = [
    pytest.param(kind, marks=pytest.mark.slow) if kind == "product_of_experts" else kind for kind in KINDS
]


@lru_cache(maxsize=16)
def fitted(kind: str, null: str = "none"):
    return fit(small_problem(null)[0], DECODERS[kind].settings())


def answers_of(kind: str, asked: Asked):
    return fitted(kind).answer(small_problem()[0].entities.features, asked)


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_frozen_and_say_their_kind_first(kind):
    settings = DECODERS[kind].settings
    first = dataclasses.fields(settings)[0]
    assert (first.name, first.default) == ("kind", kind)
    assert typing.get_type_hints(settings)["kind"] == typing.Literal[kind]
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().kind = "other"


@pytest.mark.parametrize("kind", KINDS)
def test_yes_no_gets_a_logit_and_describe_the_scores_of_its_words_and_no_others(kind):
    asked = small_problem()[1]
    answers = answers_of(kind, asked)
    yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
    assert yes_no.shape == (len(asked),)
    assert np.isfinite(yes_no).all()
    assert (yes_no[asked.is_describe] == 0).all()
    expected = [[place < len(words) for place in range(describe.shape[1])] for words in asked.words]
    assert describe.shape[1] >= max(map(len, asked.words))
    np.testing.assert_array_equal(np.isfinite(describe), expected)
    assert (describe[~np.array(expected)] == -np.inf).all()


@pytest.mark.parametrize("kind", QUICK_KINDS)
def test_questions_in_another_order_get_the_same_answers(kind):
    asked = small_problem()[1]
    order = np.random.default_rng(0).permutation(len(asked))
    straight, shuffled = answers_of(kind, asked), answers_of(kind, asked.take(order))
    for before, after in zip(straight, shuffled, strict=True):
        before, after = np.asarray(before)[order], np.asarray(after)
        np.testing.assert_allclose(
            after[:, : before.shape[1]] if after.ndim > 1 else after, before, rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize("kind", QUICK_KINDS)
def test_the_same_seed_gives_the_same_answers(kind):
    problem, asked = small_problem()
    again = fit(problem, DECODERS[kind].settings()).answer(problem.entities.features, asked)
    for first, second in zip(answers_of(kind, asked), again, strict=True):
        np.testing.assert_array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.parametrize("kind", QUICK_KINDS)
def test_the_answers_of_the_asked_questions_are_not_looked_at(kind):
    asked = small_problem()[1]
    other = asked.table.assign(answer="no", type="", negative="", pair="")
    blind = dataclasses.replace(asked, table=other, target=np.zeros_like(asked.target))
    for seen, unseen in zip(answers_of(kind, asked), answers_of(kind, blind), strict=True):
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(unseen))


@pytest.mark.parametrize("kind", ALL_BUT_EXPERTS)
def test_every_form_of_program_is_answered(kind):
    problem, asked = small_problem()
    a, b = problem.vocabulary.concepts[:2]
    r = problem.vocabulary.relations[0]
    programs = [
        f"~(exists x. {a}(x))",
        f"(exists x. {a}(x)) & (exists y. {b}(y))",
        f"exists x. {a}(x) | {b}(x)",
        f"exists x. {a}(x) & {r}(x, the y. {b}(y) & {a}(y))",
    ]
    table = asked.table.iloc[: len(programs)].assign(program=programs, answer="no")
    more = dataclasses.replace(
        asked.take(np.arange(len(programs))),
        table=table.reset_index(drop=True),
        queries=tuple(parse(text, problem.vocabulary) for text in programs),
        words=((),) * len(programs),
        target=np.zeros(len(programs), np.int64),
    )
    yes_no = np.asarray(answers_of(kind, more).yes_no)
    assert yes_no.shape == (len(programs),)
    assert np.isfinite(yes_no).all()


@pytest.mark.parametrize("kind", QUICK_KINDS)
def test_recordings_without_signal_are_answered_at_chance(kind):
    problem, asked = small_problem("shuffled")
    yes_no = ~asked.is_describe
    found = right(fitted(kind, "shuffled").answer(problem.entities.features, asked), asked)[yes_no].astype(float)
    # Questions about one recording are not independent: the interval is over recordings.
    of_recording = asked.recording[yes_no]
    sums = np.array([(found[of_recording == k] - 0.5).sum() for k in np.unique(of_recording)])
    assert abs(sums.sum()) < 3.5 * np.sqrt((sums**2).sum())


def test_structure_beats_what_cannot_see_recordings():
    asked = small_problem()[1]
    accuracy = {
        kind: right(answers_of(kind, asked), asked)[~asked.is_describe].mean()
        for kind in ("question_only", "random", "linear", "relational_evidence")
    }
    assert accuracy["relational_evidence"] > accuracy["question_only"] + 0.08
    assert accuracy["linear"] > accuracy["random"] + 0.02


def test_an_unknown_kind_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigError, match="question_only"):
        fit(small_problem()[0], dataclasses.make_dataclass("S", [("kind", str, "question_onli")])())
