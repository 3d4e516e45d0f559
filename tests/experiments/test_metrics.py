"""Metrics by name: each is reached by a config, and says what is true of answers that are made up."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import stub_runs

from neurona.errors import DataError
from neurona.evaluation import CarrierTest
from neurona.evaluation.groundings.backing import Backing
from neurona.experiments.metrics import METRICS
from neurona.experiments.runs.findings import Findings
from neurona.programs import Vocabulary

WORDS = Vocabulary(("person", "dog"))


class Planted:
    """A decoder whose log odds of person follow entity A, and of dog entity B."""

    def read(self, features, recordings):
        share = 1 / (1 + np.exp(-features[:, [0, 2]]))
        rows = [
            {"recording": name, "query": f"exists x. {word}(x)", "probability": share[k, w]}
            for w, word in enumerate(WORDS.concepts)
            for k, name in enumerate(recordings)
        ]
        return SimpleNamespace(ask=lambda queries: pd.DataFrame(rows))


@pytest.fixture
def findings(tiny):
    """Of 60 images, each recorded twice, with 4 questions each of which 0.8 are answered rightly."""
    rng = np.random.default_rng(0)
    images = [f"i{k}" for k in range(60)] * 2
    signal = np.tile(rng.normal(size=(60, 4)), (2, 1))
    features = signal + 0.1 * rng.normal(size=(120, 4))
    entities = SimpleNamespace(
        features=features, entity_of_feature=np.array([0, 0, 1, 1]), names=("A", "B"), kind="parcel"
    )
    fold = SimpleNamespace(name="f", train=np.ones(120, bool))
    fitted = SimpleNamespace(
        fold=fold, problem=SimpleNamespace(entities=entities), decoder=Planted(), reading=object(), test=None
    )
    dataset = SimpleNamespace(vocabulary=WORDS, images=images, simulated=True)
    study = SimpleNamespace(dataset=dataset, planted=None, facts=None)
    return Findings(tiny(), study, [fitted], stub_runs.synthetic(0.8, 0), {})


def test_groundings_are_measured_where_they_were_planted(findings):
    assert METRICS["groundings"](findings) is None


def test_carriers_stand_beside_the_groundings_and_what_was_planted(findings):
    table = pd.DataFrame(
        {"word": ["dog", "dog"], "entity": ["A", "B"], "strength": [1.0, 5.0], "p": [0.4, 0.001], "q": [0.4, 0.002]}
    )
    vars(findings)["carriers"] = CarrierTest(table, "flips", 12, 10_000, 0.05, ())
    findings.study.planted = SimpleNamespace(words=("dog",), entities=("B", "A"), carried=np.array([[True, False]]))
    told = METRICS["carriers"](findings)
    assert told.entity.tolist() == ["B", "A"]
    assert told.planted.tolist() == [True, False]
    expected = "1 of 2 words in entities; q <= 0.05, null: signs of 12 whole runs flipped, 10,000 times"
    assert told.attrs["said"] == expected


def test_the_questions_of_the_table_of_backing_stand_one_by_one(findings):
    asked = findings.predictions.assign(fold="f").head(40)
    rng, unknown = np.random.default_rng(1), np.full(40, np.nan)
    found = Backing(rng.random(40) < 0.5, np.full(40, 0.1), np.zeros((3, 40), bool), unknown, unknown)
    vars(findings)["backing"] = asked, found
    each, table = METRICS["backed_questions"](findings), METRICS["backed"](findings).set_index("group")
    assert each.question.tolist() == asked.question.tolist()
    assert (each.right & each.backed).mean() == pytest.approx(table.backed["overall"])
    assert "moved" not in each


def test_even_odds_are_calibrated_where_half_of_the_answers_are_yes(findings):
    found = METRICS["calibration"](findings).set_index("group").loc["yes/no"]
    assert found["n"] == 240
    assert found["error"] < found["bound"]
    assert found["log_loss"] == pytest.approx(np.log(2))


def test_words_are_told_apart(findings):
    table = METRICS["concepts"](findings)
    assert table.word.tolist() == ["person"]
    assert table.above.all()


def test_repeats_bound_what_can_be_predicted(findings):
    table = METRICS["noise_ceiling"](findings)
    assert table.entity.tolist() == ["A", "B"]
    assert (table.ceiling > 0.95).all()


def test_answers_to_repeats_are_compared(findings):
    with pytest.raises(DataError, match="no repeats"):
        METRICS["agreement"](replace(findings, predictions=findings.predictions.assign(program=lambda t: t.question)))
    assert {"agreement", "at_most"} <= set(METRICS["agreement"](findings))


def test_the_share_of_the_oracle_is_told(findings):
    table = METRICS["oracle"](findings).set_index("group")
    assert table.loc["overall", "oracle"] == pytest.approx(0.9)


def test_patterns_are_found_in_the_entities_that_the_read_outs_follow(findings):
    table = METRICS["patterns"](findings)
    first = table[table["rank"] == 1].set_index("word").entity
    assert first.to_dict() == {"person": "A", "dog": "B"}
    unread = findings.fitted[0]
    unread.reading = None
    with pytest.raises(DataError, match="has no reading"):
        METRICS["patterns"](findings)
