"""Which recordings are asked about, and what is known about the answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from neurona.errors import ConfigError, DataError
from neurona.execution import Worlds
from neurona.experiments.runs.asking import Source, summary
from neurona.experiments.runs.finished_run import Run
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.readings import WorldReading

WORDS = Vocabulary(("man", "dog"))
SCENES = [[[Fact("man")], [Fact("dog")]]] * 3
READING = WorldReading(
    WORDS,
    ("a", "b", "c"),
    Worlds.of_facts(SCENES, WORDS.concepts, (), np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])),
    Worlds.of_facts(SCENES[:1], WORDS.concepts, ()),
    ("man", "dog"),
)


@pytest.fixture
def source(tmp_path):
    predictions = pd.DataFrame(
        {
            "recording": ["a", "b", "c"],
            "subject": ["1", "1", "2"],
            "run": ["r1", "r2", "r1"],
            "program": ["exists x. man(x)", "exists z. man(z)", "exists x. dog(x)"],
            "answer": ["yes", "yes", "no"],
        }
    )
    predictions.to_parquet(tmp_path / "predictions.parquet")
    return Source(READING, Run(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, "abc"), ("all", "abc"), ("c, a", "ca"), ("subject=1", "ab"), ("subject=1 & run=r2", "b")],
)
def test_recordings_are_chosen_by_name_or_by_columns(source, text, expected):
    assert source.select(text) == list(expected)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("d", DataError, "no recording 'd'"),
        ("subjekt=1", ConfigError, "no column 'subjekt'; did you mean 'subject'?"),
        ("subject=3", ConfigError, "no subject is '3'"),
        ("subject=1 & run", ConfigError, "expected COLUMN=VALUE"),
    ],
)
def test_what_chooses_nothing_is_an_error(source, text, error, message):
    with pytest.raises(error, match=message):
        source.select(text)


def test_a_reading_alone_knows_no_columns():
    with pytest.raises(ConfigError, match="without its run"):
        Source(READING).select("subject=1")


def test_the_truth_is_that_of_questions_that_mean_the_same(source):
    said = source.ask(["Is there a man?", "exists x. dog(x)"], ["a", "b", "c"])
    assert said.truth.tolist() == ["yes", "yes", "", "", "", "no"]
    assert Source(READING).ask(["Is there a man?"], ["a"]).truth.tolist() == [""]


def test_many_answers_are_summed_up(source):
    (row,) = summary(source.ask(["Is there a man?"], ["a", "b", "c"])).to_dict("records")
    assert row["answers"] == "yes 67%, no 33%"
    assert (row["n"], row["known"], row["accuracy"]) == (3, 2, 0.5)
    assert row["probability"] == pytest.approx(0.6)


def test_pairs_have_the_truth_of_their_two_recordings(tmp_path):
    shown = {"a": "man", "b": "dog", "c": "man", "d": "dog"}
    words = Vocabulary(("man", "dog"), paired={"walk": "man(x) & dog(y)"})
    asked = [
        (one, f"exists z. {word}(z)", "yes" if word == shown[one] else "no") for one in "abc" for word in words.concepts
    ]
    asked.append(("d", "exists x. dog(x)", "yes"))  # and nobody asked for a man
    predictions = pd.DataFrame(asked, columns=["recording", "program", "answer"]).assign(subject="1")
    predictions.to_parquet(tmp_path / "predictions.parquet")
    reading = WorldReading(
        words,
        tuple("abcd"),
        replace(READING.worlds.take([0]), share=np.full((4, 2), 0.5)),
        READING.before,
        READING.nouns,
    )
    source = Source(reading, Run(tmp_path))
    named = source.paired(["a,b", "c, a", "b,d"])
    said = named.ask(["exists x, y. walk(x, y)"], named.select(None))
    assert said.truth.tolist() == ["yes", "no", ""]
    everyone = source.paired(["all"])
    assert {name for pair in everyone.reading.recordings for name in "abcd" if f"_{name}" in pair} == set("abcd")
    assert len(source.paired(["all"], "a,b").reading.recordings) == 1


@pytest.mark.parametrize(("pairs", "recordings"), [(["a"], None), (["a,b,c"], None), (["a,b"], "all")])
def test_what_names_no_pair_is_an_error(source, pairs, recordings):
    with pytest.raises(ConfigError, match=r"--pair a|--recordings all"):
        source.paired(pairs, recordings)
