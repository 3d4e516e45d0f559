"""Readings of worlds that are built by hand."""

from dataclasses import replace

import numpy as np
import pytest

from neurona.errors import DataError, OutputError, QueryError
from neurona.execution import Worlds
from neurona.programs import Vocabulary, parse
from neurona.programs.facts import Fact
from neurona.readings import About, AskingModel, EntityEvidence, WorldReading, open_reading

MAN, BAT, BALL = Fact("man"), Fact("bat"), Fact("ball")
RED = Fact("red", ("ball",))
HOLD, KICK, SWUNG = Fact("hold", ("man", "bat")), Fact("kick", ("man", "ball")), Fact("swing", ("man", "bat"))
WORDS = Vocabulary(
    ("man", "bat", "ball", "red"),
    ("hold", "kick", "swing"),
    {"Action": ("hold", "kick", "swing"), "Thing": ("man", "bat", "ball")},
    {"toy": "bat(x) | ball(x)"},
)
SCENES = [
    [[MAN, BAT, HOLD], [MAN, BALL, KICK], [MAN, BALL, KICK, RED], []],
    [[MAN, BAT, HOLD], [MAN, BAT, SWUNG], [BALL, RED], [MAN]],
]
SHARES = np.array([[0.4, 0.3, 0.2, 0.1], [0.5, 0.25, 0.125, 0.125]])
TRAINING = [[MAN, BAT, HOLD], [MAN, BAT, HOLD], [MAN, BALL, KICK], [BALL, RED], [MAN]]


def reading(**changes):
    worlds = Worlds.of_facts(SCENES, WORDS.concepts, WORDS.relations, SHARES)
    before = Worlds.of_facts([TRAINING], WORDS.concepts, WORDS.relations)
    made = WorldReading(WORDS, ("first", "second"), worlds, before, ("man", "bat", "ball"))
    return replace(made, **changes) if changes else made


def told(text, recording="first", **options):
    (row,) = reading().ask(text, recording, **options).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("text", "first", "second", "prior"),
    [
        ("exists x. man(x)", 0.9, 0.875, 0.8),
        ("exists x. red(x) & ball(x)", 0.2, 0.125, 0.2),
        ("exists x. man(x) & hold(x, the y. bat(y))", 0.4, 0.5, 0.4),
        ("hold(the x. man(x), the y. bat(y))", 0.4, 0.5, 0.4),
        ("~(exists x. ball(x))", 0.5, 0.875, 0.6),
        ("forall x. ball(x) -> red(x)", 0.7, 1.0, 0.8),
        ("exists x. toy(x)", 0.9, 0.875, 0.8),
        ("forall x. toy(x)", 0.1, 0.125, 0.2),
        ("((count x. ~red(x)) = 2)", 0.7, 0.75, 0.6),
        ("(exists x. man(x)) | (exists x. ball(x) & red(x))", 0.9, 1.0, 1.0),
    ],
)
def test_a_probability_is_a_share_of_the_worlds_and_the_prior_one_of_the_training_scenes(text, first, second, prior):
    said = reading().ask(text)
    assert said.probability.tolist() == pytest.approx([first, second])
    assert said.prior.tolist() == pytest.approx([prior, prior])


def test_the_columns_are_those_that_users_know():
    said = reading().ask(["exists x. man(x)", "describe Action(the x. man(x), the y. bat(y))"])
    assert list(said) == ["recording", "query", "answer", "probability", "prior", "as_asked", "error"]
    assert said.recording.tolist() == ["first", "second"] * 2
    assert said.answer.tolist() == ["yes", "yes", "hold", "hold"]


def test_a_condition_makes_a_ratio_of_shares():
    row = told("exists x. red(x) & ball(x)", given="exists x. ball(x)")
    assert row["probability"] == pytest.approx(0.2 / 0.5)
    assert row["prior"] == pytest.approx(0.2 / 0.4)
    assert told("exists x. man(x)", given="exists x. man(x)")["probability"] == 1
    assert told("exists x. man(x)", given="~(exists x. man(x))")["probability"] == 0


def test_given_what_no_world_holds_there_is_no_probability():
    row = told("exists x. man(x)", given="(exists x. bat(x)) & (exists x. ball(x))")
    assert row["answer"] == "cannot tell"
    assert np.isnan(row["probability"])
    assert np.isnan(row["as_asked"])


def test_a_condition_is_a_formula():
    with pytest.raises(QueryError, match="formula"):
        reading().ask("exists x. man(x)", given="count x. man(x)")


@pytest.mark.parametrize(
    ("text", "answer", "probability", "prior"),
    [
        ("describe Action(the x. man(x), the y. bat(y))", "hold", 0.5 / 0.75, 1.0),
        ("describe Thing", "man", 0.875 / (0.875 + 0.75 + 0.125), 0.8 / (0.8 + 0.4 + 0.4)),
    ],
)
def test_a_word_has_its_share_of_the_worlds_that_fit_the_description(text, answer, probability, prior):
    row = told(text, "second")
    assert (row["answer"], row["probability"], row["prior"]) == (
        answer,
        pytest.approx(probability),
        pytest.approx(prior),
    )


def test_the_probabilities_of_words_sum_to_one():
    queries = [parse("describe Action(the x. man(x), the y. bat(y))", WORDS), parse("describe Thing", WORDS)]
    belief = reading().believe(queries, np.array([0, 1]))
    np.testing.assert_allclose(np.nansum(belief.probability, axis=1), 1)
    np.testing.assert_allclose(np.nansum(belief.prior, axis=1), 1)


def test_a_word_of_what_no_world_shows_is_anybodys_guess():
    row = told("describe Action(the x. bat(x), the y. ball(y))")
    assert row["probability"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [("count x. toy(x)", [0.1, 0.9], [0.125, 0.875]), ("count x. man(x) | ~man(x)", [0.1, 0, 0.9], [0, 0.25, 0.75])],
)
def test_a_number_has_the_share_of_the_worlds_that_count_so_many(text, first, second):
    belief = reading().believe([parse(text, WORDS)] * 2, np.array([0, 1]))
    for shares, expected in zip(belief.probability, (first, second), strict=True):
        np.testing.assert_allclose(shares[: len(expected)], expected)
        assert np.nansum(shares) == pytest.approx(1)
    assert told(text, "second")["answer"] == str(np.argmax(second))


def test_definitions_make_no_individuals():
    words = replace(WORDS, definitions={"animate": "man(x) | ball(x)"})
    one = reading(vocabulary=words)
    said = one.ask(["exists x. ~man(x) & ~bat(x) & ~ball(x)", "count x. animate(x) | ~animate(x)"])
    assert (said.probability[:2] == 0).all()
    assert said.answer.tolist()[2:] == ["2", "2"]


def test_worlds_that_are_all_there_are_have_no_error_and_a_fact_of_none_of_them_no_share():
    row = told("exists x. red(x) & bat(x)")
    assert (row["probability"], row["error"], row["answer"]) == (0, 0, "no")


def test_where_the_study_asks_no_such_question_the_answer_follows_the_probability():
    row = told("exists x. red(x) & ball(x)")
    assert np.isnan(row["as_asked"])
    assert row["answer"] == "no"


@pytest.mark.parametrize(("bias", "answer"), [(3.0, "yes"), (-3.0, "no")])
def test_an_answer_follows_as_asked(bias, answer):
    asking = AskingModel({"attribute": np.array([0.0, 0.0, bias])})
    (row,) = reading(asking=asking).ask("exists x. red(x) & ball(x)", "first").to_dict("records")
    assert row["answer"] == answer
    assert row["as_asked"] == pytest.approx(1 / (1 + np.exp(-bias)))
    assert row["probability"] == pytest.approx(0.2)
    (denied,) = reading(asking=asking).ask("~(exists x. red(x) & ball(x))", "first").to_dict("records")
    assert denied["as_asked"] == pytest.approx(1 - row["as_asked"])


def test_a_word_follows_as_asked_too():
    asking = AskingModel({"describe Action": np.array([0.0, -1.0, 0.0])})  # the rarer the likelier
    (row,) = reading(asking=asking).ask("describe Action(the x. man(x), the y. bat(y))", "first").to_dict("records")
    assert row["answer"] != "hold"
    assert row["probability"] == 0


def test_an_unknown_recording_is_an_error_that_names_the_nearest():
    with pytest.raises(DataError, match="first"):
        reading().ask("exists x. man(x)", "frist")


@pytest.mark.parametrize("text", ["exists x. nam(x)", "describe Acton(the x. man(x), the y. bat(y))"])
def test_an_unknown_word_is_an_error(text):
    with pytest.raises(QueryError):
        reading().ask(text)


def test_some_recordings_are_taken_in_the_order_asked_for():
    taken = reading().take(["second"])
    assert taken.recordings == ("second",)
    text = "exists x. man(x) & hold(x, the y. bat(y))"
    assert taken.ask(text).probability.tolist() == reading().ask(text, "second").probability.tolist()
    turned = reading().take(["second", "first"])
    assert turned.ask(text).probability.tolist() == reading().ask(text, ["second", "first"]).probability.tolist()


def test_recordings_may_share_their_worlds_and_weigh_them_differently():
    shared = Worlds.of_facts([TRAINING[:2] + TRAINING[3:]], WORDS.concepts, WORDS.relations, np.eye(4)[[0, 2, 3]])
    one = reading(worlds=shared, recordings=("a", "b", "c"))
    assert one.ask("exists x. man(x)").probability.tolist() == [1, 0, 1]
    assert one.take(["c", "b"]).ask("exists x. ball(x)").probability.tolist() == [0, 1]


@pytest.fixture
def evidence():
    rng = np.random.default_rng(0)
    positions = np.array([[0.0, 1, 2], [3, 4, 5]])
    amounts = rng.normal(size=(2, 2, 3)).astype(np.float32)
    return EntityEvidence(
        ("man", "red", "hold"), ("parcel 1", "parcel 2"), amounts, np.zeros(3), np.zeros(3), positions
    )


def test_what_is_saved_opens_as_the_same_reading(tmp_path, evidence):
    asking = AskingModel({"object": np.array([1.0, -0.5, 0.1])}, frozenset({"object"}))
    one = reading(about=About("twin", "explain", "scenes", True), asking=asking, entity_evidence=evidence)
    opened = open_reading(one.save(tmp_path / "reading"), verify=True)
    texts = ["exists x. man(x)", "describe Thing", "count x. toy(x)", "exists x. toy(x) & red(x)"]
    assert opened.ask(texts).equals(one.ask(texts))
    assert opened.about == one.about
    assert opened.recordings == one.recordings
    assert opened.asking.learned == {"object"}
    assert opened.likely_facts("first", 0.1) == one.likely_facts("first", 0.1)
    first, second = (each.carriers("second", ["hold", "man", "nothing"]) for each in (one, opened))
    assert first.entities == second.entities
    np.testing.assert_array_equal(first.evidence, second.evidence)


def test_a_saved_reading_replaces_another_and_no_other_folder(tmp_path):
    path = reading().save(tmp_path / "reading")
    reading().take(["second"]).save(path)
    assert open_reading(path).recordings == ("second",)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("keep me")
    with pytest.raises(OutputError, match="other files"):
        reading().save(tmp_path / "notes")


def test_a_file_that_changed_is_found(tmp_path):
    path = reading().save(tmp_path / "reading")
    damaged = np.load(path / "worlds.share.npy")
    np.save(path / "worlds.share.npy", damaged[:, ::-1])
    with pytest.raises(DataError, match="checksum"):
        open_reading(path, verify=True)


def test_a_trace_gives_each_part_its_share_and_a_witness():
    found = reading().explain("exists x. man(x) & hold(x, the y. bat(y))", "first")
    assert np.asarray(found.values).item() == pytest.approx(0.4)
    assert "man" in (found.witness or ())


def test_a_trace_under_a_condition_is_of_the_worlds_that_hold_it():
    query, given = "exists x. man(x) & hold(x, the y. bat(y))", "exists x. bat(x)"
    found = reading().explain(query, "second", given=given)
    assert (
        float(found.values) == pytest.approx(told(query, "second", given=given)["probability"]) == pytest.approx(2 / 3)
    )
    with pytest.raises(QueryError, match="in no world of first"):
        reading().explain(query, "first", given="exists x. bat(x) & red(x)")


def test_likely_facts_are_those_of_some_world():
    assert reading().likely_facts("first", 0.5) == sorted(
        {MAN, BAT, BALL, HOLD, KICK, RED}, key=lambda fact: (len(fact.arguments), fact.name, fact.arguments)
    )


def test_a_question_for_things_is_answered_by_the_likeliest_and_ranks_all_of_them():
    ranked = reading().rank("What is the man kicking?", "first")
    one = {row["answer"]: row["probability"] for row in ranked.to_dict("records")}
    assert one == {
        thing: told(f"kick(the x. man(x), the y. {thing}(y))")["probability"] for thing in ("man", "bat", "ball")
    }
    assert list(ranked.probability) == sorted(ranked.probability, reverse=True)
    assert told("What is the man kicking?")["answer"] == ranked.answer[0] == "ball"
    both = reading().ask(["Is there a man?", "Who is holding something?"])
    assert both.answer.tolist() == ["yes", "yes", "man", "man"]
    assert both["query"].tolist() == ["Is there a man?"] * 2 + ["Who is holding something?"] * 2
    with pytest.raises(QueryError, match="asks for no things"):
        reading().rank("Is there a ball?", "first")


def test_where_more_than_one_answer_may_be_right_it_cannot_tell():
    asking = AskingModel({"object": np.array([1.0, 0.0, 0.0])}, misses={"": {"": np.linspace(0.0, 0.7, 40)}})
    said = reading(asking=asking).ask(["exists x. man(x)", "exists x. ball(x)"], "first", coverage=0.8)
    assert said.answer.tolist() == ["yes", "cannot tell"]
    assert said["set"].tolist() == ["yes", "yes | no"]
    with pytest.raises(DataError, match="no coverage can be promised"):
        reading().ask("exists x. man(x)", coverage=0.8)
    with pytest.raises(DataError, match="between 0 and 1"):
        reading(asking=asking).ask("exists x. man(x)", coverage=90)
