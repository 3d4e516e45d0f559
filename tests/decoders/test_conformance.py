"""Every registered decoder keeps the same promises. A decoder is under this suite by being registered; nobody need list it here.

It fits scenes with relations or recordings of one label each (or both); it reads, or it answers. What it says of recordings comes from
its reading, and does not depend on what else is asked, on which other recordings are read, or on where the reading lies.
"""

import copy
import dataclasses
import hashlib
import json
import pickle
import subprocess
import sys
import typing
from functools import cache

import numpy as np
import pytest
from equal_programs import equal_programs
from label_problem import label_problem
from random_programs import random_programs
from small_problem import right, small_problem

from neurona.decoders import Answerer, Context, Decoder, decoders, fit
from neurona.errors import ConfigError, QueryError
from neurona.programs import parse
from neurona.programs.tree import And, Not, Or
from neurona.questions import Asked
from neurona.readings import Belief, WorldReading, open_reading
from neurona.stored import save_stored
from neurona.training.settings import TrainingSettings

KINDS = tuple(decoders())
PROBLEMS = {"scenes": lambda: small_problem(images=120), "labels": label_problem}

# What compiles for long; tests/decoders/test_neurona.py, test_end_to_end.py and test_explain.py fit such decoders every time.
LONG = {("explain", "scenes"), ("product_of_experts", "scenes")} | {
    (kind, name) for kind in ("neurona", "end_to_end") for name in PROBLEMS
}


def marked(kind, name):
    return pytest.param(kind, name, marks=pytest.mark.slow) if (kind, name) in LONG else (kind, name)


CASES = [marked(kind, name) for kind in KINDS for name in PROBLEMS]
ON_SCENES = [marked(kind, "scenes") for kind in KINDS]
NUMBERS = ("probability", "prior", "as_asked", "error")
CLOSE = 1e-6
SINGLE = 1e-4
"""Products of matrices of other sizes round otherwise; other draws would be much further apart."""


def fitted_anew(kind, problem):
    return fit(problem, decoders()[kind].settings(), Context(TrainingSettings(epochs=2)))


@cache
def fitted(kind, name):
    """None where the decoder refuses the problem, and says which decoder to use."""
    try:
        return fitted_anew(kind, PROBLEMS[name]()[0])
    except ConfigError as refusal:
        assert "use" in str(refusal)
        return None


def held_out(name):
    """Rows and ids of the recordings that are asked about."""
    rows = np.unique(PROBLEMS[name]()[1].recording)
    return rows, [f"recording{row}" for row in rows]


def read(decoder, name, order=None):
    problem, _ = PROBLEMS[name]()
    rows, ids = held_out(name)
    order = np.arange(len(rows)) if order is None else order
    return decoder.read(problem.entities.features[rows[order]], [ids[k] for k in order])


@cache
def reading(kind, name):
    decoder = fitted(kind, name)
    if decoder is None:
        pytest.skip(f"{kind} does not decode {name}")
    if not isinstance(decoder, Decoder):
        pytest.skip(f"{kind} answers and does not read")
    return read(decoder, name)


def of_worlds(kind, name):
    found = reading(kind, name)
    if not all(isinstance(part, WorldReading) for part in getattr(found, "members", (found,))):
        pytest.skip(f"{kind} scores entities: its logic's laws hold, and no others")
    return found


@cache
def programs(name, number=10):
    problem, _ = PROBLEMS[name]()
    rng = np.random.default_rng(0)
    return random_programs(rng, problem.vocabulary, number, problem.things), rng.integers(
        len(held_out(name)[0]), size=number
    )


def questions(name, number=30):
    """Some of the questions of the study, and random programs; with the row of each one's recording in the reading."""
    asked = PROBLEMS[name]()[1]
    chosen = np.random.default_rng(1).permutation(len(asked))[:number]
    random, about = programs(name)
    rows = np.concatenate([np.searchsorted(held_out(name)[0], asked.recording[chosen]), about])
    return [*(asked.queries[k] for k in chosen), *random], rows


def same_bits(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("probability", "prior", "error", "signals")
    )


def assert_says_the_same(one, other, queries, rows, other_rows=None, close=CLOSE):
    first, second = one.ask_each(queries, rows), other.ask_each(queries, rows if other_rows is None else other_rows)
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=close, err_msg=name)
    # Where both answers are equally good, the last bit may decide.
    sure = np.abs(np.nan_to_num(first.as_asked, nan=1.0) - 0.5) > 2 * close
    assert [a for a, kept in zip(first.answer, sure, strict=True) if kept] == [
        a for a, kept in zip(second.answer, sure, strict=True) if kept
    ]


def assert_solo_is_joint(found, queries, rows):
    joint = found.believe(queries, rows)
    for k, query in enumerate(queries):
        alone = found.believe([query], rows[[k]])
        width = alone.probability.shape[1]
        for name in ("probability", "prior", "error", "signals"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(joint, name)[k, :width], err_msg=str(query))


def bytes_of(found, folder):
    return bytes_in(save_stored(found, folder))


def bytes_in(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


# What every decoder is.


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_frozen_and_say_their_kind_and_what_they_learn_from(kind):
    settings = decoders()[kind].settings
    assert settings().kind == kind
    assert typing.get_type_hints(settings)["kind"] == typing.Literal[kind]
    assert settings().supervision == "answers"
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().kind = "other"


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_it_fits_scenes_or_labels_and_reads_or_answers(kind, name):
    (other,) = set(PROBLEMS) - {name}
    decoder = fitted(kind, name) or fitted(kind, other)
    assert isinstance(decoder, Decoder) != isinstance(decoder, Answerer)


def test_the_list_is_the_registry_and_all_decoders_are_in_it():
    assert tuple(decoders()) == KINDS
    assert {"explain", "linear", "linear_evidence", "neurona", "relational_evidence", "question_only"} <= set(KINDS)


def test_an_unknown_kind_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigError, match="question_only"):
        fit(small_problem(images=120)[0], dataclasses.make_dataclass("S", [("kind", str, "question_onli")])())


# What every reading keeps.


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_every_question_gets_an_answer_and_probabilities(kind, name):
    queries, rows = questions(name)
    found = reading(kind, name)
    said = found.ask_each(queries, rows)
    assert len(said.answer) == len(queries)
    for words, answer in zip(said.choices, said.answer, strict=True):
        assert answer in (words or ("yes", "no"))
    assert ((said.probability >= 0) & (said.probability <= 1)).all()
    assert found.about.decoder == kind
    assert found.about.simulated
    assert found.recordings == tuple(held_out(name)[1])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_saved_reading_says_the_same(kind, name, tmp_path):
    found = reading(kind, name)
    opened = open_reading(found.save(tmp_path / "reading"), verify=True)
    assert_says_the_same(found, opened, *questions(name))
    assert opened.about == found.about
    assert opened.things == found.things


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_pickled_or_copied_reading_says_the_same(kind, name):
    found = reading(kind, name)
    queries, rows = questions(name, 10)
    for twin in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert same_bits(twin.believe(queries, rows), found.believe(queries, rows))


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_saved_decoder_makes_the_same_reading_in_another_process(long, tmp_path):
    """All of them in one process: to the last bit of every array."""
    cases = [(kind, name) for kind in KINDS for name in PROBLEMS if ((kind, name) in LONG) == long]
    cases = [(kind, name) for kind, name in cases if isinstance(fitted(kind, name), Decoder)]
    for kind, name in cases:
        save_stored(fitted(kind, name), tmp_path / f"{kind} {name}" / "decoder")
    for name in PROBLEMS:
        np.save(tmp_path / f"{name}.npy", PROBLEMS[name]()[0].entities.features[held_out(name)[0]])
    script = (
        "import sys, json, numpy as np; from pathlib import Path; from neurona.stored import load_stored\n"
        "for case, ids in json.loads(sys.argv[2]):\n"
        "    folder = Path(sys.argv[1])\n"
        "    decoder = load_stored(folder / case / 'decoder', object)\n"
        "    decoder.read(np.load(folder / f'{case.split()[1]}.npy'), ids).save(folder / case / 'reading')"
    )
    told = json.dumps([(f"{kind} {name}", held_out(name)[1]) for kind, name in cases])
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), told], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for kind, name in cases:
        there = tmp_path / f"{kind} {name}"
        assert bytes_in(there / "reading") == bytes_of(reading(kind, name), there / "ours"), (kind, name)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_decoders_and_readings_can_be_pickled_and_copied(kind, name, tmp_path):
    found = reading(kind, name)
    found.ask_each(*questions(name, 3))
    for number, one in enumerate((fitted(kind, name), found)):
        before = bytes_of(one, tmp_path / f"{number}")
        assert bytes_of(pickle.loads(pickle.dumps(one)), tmp_path / f"{number} pickled") == before
        assert bytes_of(copy.deepcopy(one), tmp_path / f"{number} copied") == before


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_question_alone_gets_the_bits_that_it_gets_among_others(kind, name):
    queries, rows = questions(name, 15)
    assert_solo_is_joint(reading(kind, name), queries, rows)


def test_a_reading_that_looks_at_the_other_questions_is_caught():
    found = reading("relational_evidence", "scenes")

    class Leaky(type(found)):
        def believe(self, queries, rows, given=None):
            belief = super().believe(queries, rows, given)
            fields = {name: getattr(belief, name) for name in Belief._fields}
            return Belief(**fields | {"probability": belief.probability + 1e-9 * len(queries)})

    leaky = Leaky(**{field.name: getattr(found, field.name) for field in dataclasses.fields(found)})
    with pytest.raises(AssertionError):
        assert_solo_is_joint(leaky, *questions("scenes", 5))


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_asking_changes_no_byte_of_a_reading(kind, name, tmp_path):
    found = reading(kind, name)
    before = bytes_of(found, tmp_path / "before")
    found.ask_each(*questions(name))
    assert bytes_of(found, tmp_path / "after") == before
    assert bytes_of(open_reading(tmp_path / "before"), tmp_path / "opened") == before


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_recordings_in_another_order_make_the_same_reading(kind, name):
    found = reading(kind, name)
    order = np.random.default_rng(2).permutation(len(found.recordings))
    turned = read(fitted(kind, name), name, order)
    queries, rows = questions(name)
    assert_says_the_same(found, turned, queries, rows, np.argsort(order)[rows])
    taken = found.take([found.recordings[k] for k in order])
    assert taken.recordings == turned.recordings
    assert_says_the_same(found, taken, queries, rows, np.argsort(order)[rows])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_recording_alone_says_what_it_says_among_others(kind, name):
    found = reading(kind, name)
    queries, _ = questions(name, 15)
    alone = read(fitted(kind, name), name, np.array([5]))
    assert_says_the_same(found, alone, queries, np.full(len(queries), 5), np.zeros(len(queries), np.int64), SINGLE)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_denial_has_the_rest_of_the_probability(kind, name):
    found = reading(kind, name)
    asked, rows = programs(name)
    said, denied = (found.ask_each(queries, rows) for queries in (asked, [Not(one) for one in asked]))
    np.testing.assert_allclose(said.probability + denied.probability, 1, atol=CLOSE)
    both = ~np.isnan(said.as_asked) & ~np.isnan(denied.as_asked)
    np.testing.assert_allclose((said.as_asked + denied.as_asked)[both], 1, atol=CLOSE)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_words_of_a_category_share_the_probability(kind, name):
    found = reading(kind, name)
    described = [query for query in PROBLEMS[name]()[1].queries if type(query).__name__ == "Describe"][:20]
    belief = found.believe(described, np.arange(len(described)) % len(found.recordings))
    np.testing.assert_allclose(np.nansum(belief.probability, axis=1), 1, atol=CLOSE)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_an_unknown_word_is_an_error(kind, name):
    with pytest.raises(QueryError, match="no_such_word"):
        reading(kind, name).ask("exists x. no_such_word(x)")


# Laws of worlds.


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_equal_programs_are_equally_probable(kind, name):
    found = of_worlds(kind, name)
    asked, rows = (part[:6] for part in programs(name))
    p = found.believe(asked, rows).probability[:, 0]
    by_law = [equal_programs(one, other) for one, other in zip(asked, asked[1:] + asked[:1], strict=True)]
    for law in by_law[0]:
        q = found.believe([variants[law] for variants in by_law], rows).probability[:, 0]
        np.testing.assert_allclose(q, p, atol=CLOSE, err_msg=law)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_tautologies_are_sure_and_contradictions_impossible(kind, name):
    found = of_worlds(kind, name)
    asked, rows = programs(name)
    for holds, kind_of in ((1, Or), (0, And)):
        p = found.believe([kind_of((one, Not(one))) for one in asked], rows).probability[:, 0]
        np.testing.assert_allclose(p, holds, atol=CLOSE)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_conjunction_is_no_likelier_than_its_parts(kind, name):
    found = of_worlds(kind, name)
    if not isinstance(found, WorldReading):
        pytest.skip("experts multiply the evidence for each program by itself")
    asked, rows = programs(name)
    p = found.believe(asked, rows).probability[:, 0]
    both = found.believe([And((one, other)) for one, other in zip(asked, asked[::-1], strict=True)], rows)
    assert (both.probability[:, 0] <= p + CLOSE).all()


@pytest.mark.parametrize(("kind", "name"), [marked(kind, "labels") for kind in KINDS])
def test_exclusive_words_share_the_probability(kind, name):
    found = of_worlds(kind, name)
    if not isinstance(found, WorldReading):
        pytest.skip("experts multiply the evidence for each program by itself")
    words = found.vocabulary.categories["Category"]
    said = found.ask([f"exists x. {word}(x)" for word in words])
    np.testing.assert_allclose(said.groupby("recording").probability.sum(), 1, atol=CLOSE)
    assert np.allclose(found.ask(f"exists x. {words[0]}(x) & {words[1]}(x)").probability, 0)
    assert np.allclose(found.ask(f"exists x. {' & '.join(f'~{word}(x)' for word in words)}").probability, 0)


# What fitting once more shows.


def assert_fits_the_same(kind, name, problem):
    decoder, again = fitted(kind, name), fitted_anew(kind, problem)
    queries, rows = questions(name)
    if isinstance(decoder, Decoder):
        assert_says_the_same(reading(kind, name), read(again, name), queries, rows)
    else:
        asked = PROBLEMS[name]()[1]
        for first, second in zip(
            *(one.answer(problem.entities.features, asked) for one in (decoder, again)), strict=True
        ):
            np.testing.assert_allclose(np.asarray(first), np.asarray(second), atol=CLOSE)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_same_seed_gives_the_same_decoder(kind, name):
    if fitted(kind, name) is None:
        pytest.skip(f"{kind} does not decode {name}")
    assert_fits_the_same(kind, name, PROBLEMS[name]()[0])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_defined_word_more_changes_no_answer_about_others(kind, name):
    if fitted(kind, name) is None:
        pytest.skip(f"{kind} does not decode {name}")
    problem = PROBLEMS[name]()[0]
    a, b = problem.vocabulary.concepts[:2]
    more = {**problem.vocabulary.definitions, "either_of_two": f"{a}(x) | {b}(x)"}
    richer = dataclasses.replace(problem.vocabulary, definitions=more)
    assert_fits_the_same(kind, name, dataclasses.replace(problem, vocabulary=richer))


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_recordings_without_signal_are_answered_at_chance(kind, name):
    if fitted(kind, name) is None:
        pytest.skip(f"{kind} does not decode {name}")
    problem, asked = small_problem("shuffled")
    decoder, yes_no = fitted_anew(kind, problem), ~asked.is_describe
    found = answered_rightly(decoder, problem, asked)[yes_no].astype(float)
    # Questions about one recording are not independent: the interval is over recordings.
    of_recording = asked.recording[yes_no]
    sums = np.array([(found[of_recording == k] - 0.5).sum() for k in np.unique(of_recording)])
    assert abs(sums.sum()) < 3.5 * np.sqrt((sums**2).sum())


# Baselines that answer.


def answers_of(kind, name, asked: Asked):
    decoder = fitted(kind, name)
    if not isinstance(decoder, Answerer):
        pytest.skip(f"{kind} reads")
    return decoder.answer(PROBLEMS[name]()[0].entities.features, asked)


def answered_rightly(decoder, problem, asked: Asked) -> np.ndarray:
    if isinstance(decoder, Answerer):
        return right(decoder.answer(problem.entities.features, asked), asked)
    rows, place = np.unique(asked.recording, return_inverse=True)
    said = decoder.read(problem.entities.features[rows], [str(row) for row in rows]).ask_each(
        asked.queries, place.reshape(-1)
    )
    return np.array(said.answer) == asked.table.answer.to_numpy(str)


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_yes_no_gets_a_logit_and_describe_the_scores_of_its_words_and_no_others(kind, name):
    asked = PROBLEMS[name]()[1]
    answers = answers_of(kind, name, asked)
    yes_no, describe = np.asarray(answers.yes_no), np.asarray(answers.describe)
    assert yes_no.shape == (len(asked),)
    assert np.isfinite(yes_no).all()
    assert (yes_no[asked.is_describe] == 0).all()
    expected = [[place < len(words) for place in range(describe.shape[1])] for words in asked.words]
    assert describe.shape[1] >= max(map(len, asked.words))
    np.testing.assert_array_equal(np.isfinite(describe), expected)
    assert (describe[~np.array(expected)] == -np.inf).all()


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_a_denial_is_answered_as_the_opposite(kind, name):
    if kind == "random":
        pytest.skip("it draws its answers")
    asked = PROBLEMS[name]()[1]
    asked = asked.take(~asked.is_describe).take(np.arange(40))
    denied = dataclasses.replace(asked, queries=tuple(Not(query) for query in asked.queries))
    logit, turned = (np.asarray(answers_of(kind, name, one).yes_no) for one in (asked, denied))
    np.testing.assert_allclose(turned, -logit, atol=1e-5)


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_questions_in_another_order_get_the_same_answers(kind, name):
    asked = PROBLEMS[name]()[1]
    order = np.random.default_rng(0).permutation(len(asked))
    straight, shuffled = answers_of(kind, name, asked), answers_of(kind, name, asked.take(order))
    for before, after in zip(straight, shuffled, strict=True):
        before, after = np.asarray(before)[order], np.asarray(after)
        np.testing.assert_allclose(
            after[:, : before.shape[1]] if after.ndim > 1 else after, before, rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_the_answers_of_the_asked_questions_are_not_looked_at(kind, name):
    asked = PROBLEMS[name]()[1]
    other = asked.table.assign(answer="no", type="", negative="", pair="")
    blind = dataclasses.replace(asked, table=other, target=np.zeros_like(asked.target))
    for seen, unseen in zip(answers_of(kind, name, asked), answers_of(kind, name, blind), strict=True):
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(unseen))


@pytest.mark.parametrize(("kind", "name"), ON_SCENES)
def test_every_form_of_program_is_answered(kind, name):
    problem, asked = PROBLEMS[name]()
    a, b = problem.vocabulary.concepts[:2]
    r = problem.vocabulary.relations[0]
    texts = [
        f"~(exists x. {a}(x))",
        f"(exists x. {a}(x)) & (exists y. {b}(y))",
        f"exists x. {a}(x) | {b}(x)",
        f"exists x. {a}(x) & {r}(x, the y. {b}(y) & {a}(y))",
    ]
    table = asked.table.iloc[: len(texts)].assign(program=texts, answer="no")
    more = dataclasses.replace(
        asked.take(np.arange(len(texts))),
        table=table.reset_index(drop=True),
        queries=tuple(parse(text, problem.vocabulary) for text in texts),
        words=((),) * len(texts),
        target=np.zeros(len(texts), np.int64),
    )
    assert np.isfinite(np.asarray(answers_of(kind, name, more).yes_no)).all()


@pytest.mark.parametrize(
    ("kind", "blind", "more"),
    [
        ("relational_evidence", "question_only", 0.05),
        pytest.param("explain", "random", 0.1, marks=pytest.mark.slow),
    ],
)
def test_structure_beats_what_cannot_see_recordings(kind, blind, more):
    problem, asked = PROBLEMS["scenes"]()
    yes_no = ~asked.is_describe
    seen, unseen = (answered_rightly(fitted(one, "scenes"), problem, asked)[yes_no].mean() for one in (kind, blind))
    assert seen > unseen + more
