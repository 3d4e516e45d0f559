import json

import numpy as np
import pytest

from neurona.programs import parse
from neurona.scenes.facts import fact_of, scene_facts
from neurona.scenes.names import NameTable
from neurona.simulation import accuracy_by_kind, simulate
from neurona.simulation.summary import summary_table


def test_the_same_seed_gives_the_same_study(small, small_settings):
    again = simulate(small_settings(), seed=1)
    np.testing.assert_array_equal(again.recordings.data.values, small.recordings.data.values)
    assert again.questions.equals(small.questions)
    other = simulate(small_settings(), seed=2)
    assert other.scenes != small.scenes
    assert not np.allclose(other.truth.patterns.word, small.truth.patterns.word)


def test_recordings_say_that_they_are_simulated(small):
    data = small.recordings.data
    assert data.dims == ("recording", "channel", "time")
    assert data.shape == (2 * 60, 64, 5)
    assert data.attrs["simulated"] == 1
    assert json.loads(data.attrs["simulation"])["seed"] == 1
    assert small.dataset().simulated
    assert "SIMULATED" in small.dataset().card.title
    small.recordings.validate("simulation")
    assert set(data.group.values) == set(small.brain.parcels)


def test_no_run_has_images_of_both_parts(small):
    runs = small.recordings.data.to_dataset(name="signal")[["run", "split"]].to_dataframe()
    assert (runs.groupby("run")["split"].nunique() == 1).all()
    assert set(small.recordings.data.split.values) == {"train", "test"}


def test_every_question_of_every_recording_is_answered_as_its_scene_says(small):
    asked = small.dataset().questions
    per_image = small.questions.groupby("image").size()
    assert len(asked) == 2 * len(small.questions)
    assert (asked.groupby("recording").size() == asked.groupby("recording")["image"].first().map(per_image)).all()
    assert asked["question"].is_unique
    facts = {scene.image: scene for scene in scene_facts(small.scenes, NameTable.read())}
    for row in small.questions.itertuples():
        holds = facts[row.image].holds(fact_of(row.program, row.answer))
        assert holds is (row.answer != "no")


def test_the_vocabulary_reads_every_program(small):
    words = small.dataset().vocabulary
    assert len(words.concepts) == 50
    for program in small.questions["program"].unique()[:100]:
        parse(program, words)


def test_the_oracle_answers_in_the_order_of_the_data_set(small):
    seen, asked = small.oracle(), small.dataset().questions
    assert seen["question"].tolist() == asked["question"].tolist()
    assert seen["recording"].tolist() == asked["recording"].tolist()
    second = (seen["recording"] == "SIM2_image00007").to_numpy()
    rows = small.questions.index[small.questions["image"] == "image00007"]
    np.testing.assert_array_equal(seen.loc[second, "llr"], small.observed[1].llr[rows, 0])


def test_repeats_show_the_same_scene_under_new_noise(small_settings):
    study = simulate(small_settings(repeats=2, snr=50.0, drift=0.0), seed=1)
    values = study.recordings.data.values.reshape(2, 60, 2, -1)
    first, second = values[:, :, 0], values[:, :, 1]
    assert not np.allclose(first, second)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.9
    assert study.recordings.data.recording.values[1] == "SIM1_image00000_r2"
    assert len(study.oracle()) == len(study.dataset().questions) == 4 * len(study.questions)


def test_a_study_without_questions(small_settings):
    study = simulate(small_settings(questions=0), seed=1)
    assert study.dataset().questions.empty


def test_eeg_is_the_same_brain_seen_from_the_scalp(small, small_settings):
    study = simulate(small_settings(modality="eeg"), seed=1)
    assert study.recordings.data.shape == (120, 64, 70)
    assert study.recordings.data.attrs["modality"] == "eeg"
    np.testing.assert_array_equal(study.truth.patterns.word, small.truth.patterns.word)
    table = accuracy_by_kind(study)
    assert table.expected.iloc[-2] == pytest.approx(table.realised.iloc[-2], abs=0.03)


def test_the_table_counts_both_questions_of_a_pair_under_its_kind(small):
    table = accuracy_by_kind(small).set_index(["type", "negative"])
    swapped = small.questions["negative"] == "roles swapped"
    assert table.loc[("relation", "roles swapped"), "questions"] == 2 * 2 * swapped.sum()
    assert table.loc[[("yes/no", "all"), ("describe", "all")], "questions"].sum() == 2 * len(small.questions)
    test = accuracy_by_kind(small, part="test").set_index(["type", "negative"])
    assert test.loc[("yes/no", "all"), "questions"] < table.loc[("yes/no", "all"), "questions"]
    assert str(summary_table(small).title).startswith("SIMULATED")


@pytest.mark.parametrize(
    "dials",
    [
        {"saturation": 2.0},
        {"normalisation": 0.8},
        {"associates": 1.0},
        {"density": 1.0},
        {"noise_tails": 0.1},
        {"factor_share": 0.5},
    ],
    ids=lambda dials: next(iter(dials)),
)
def test_departures_hold_the_snr_and_leave_scenes_as_they_are(small, small_settings, dials):
    signal, silence = (
        simulate(small_settings(questions=0, snr=snr, subjects=1, **dials), seed=1) for snr in (0.3, 0.0)
    )
    part = signal.recordings.data.values - silence.recordings.data.values
    assert part.var(axis=0).mean() == pytest.approx(0.3, rel=0.02)
    assert silence.recordings.data.values.var() == pytest.approx(1, abs=0.15)
    assert signal.scenes == small.scenes


def test_the_oracle_is_silent_where_the_likelihood_has_no_closed_form(small_settings):
    assert simulate(small_settings(images=20, noise_tails=0.3), seed=1).oracle().expected.isna().all()
    factors = simulate(small_settings(factor_share=0.5, snr=0.05), seed=1).oracle()
    assert factors.correct.mean() == pytest.approx(factors.expected.mean(), abs=0.03)


def test_lapses_are_noise_alone_and_leave_all_other_recordings_as_they_are(small_settings):
    usual, silence, lapsing = (
        simulate(small_settings(questions=0, snr=snr, lapses=lapses), seed=1)
        for snr, lapses in ((0.3, 0.0), (0.0, 0.0), (0.3, 0.3))
    )
    lapsed = lapsing.recordings.data.lapsed.values == "yes"
    assert lapsed.mean() == pytest.approx(0.3, abs=0.1)
    assert lapsing.truth.lapsed.ravel().tolist() == lapsed.tolist()
    values = lapsing.recordings.data.values
    np.testing.assert_array_equal(values[lapsed], silence.recordings.data.values[lapsed])
    np.testing.assert_array_equal(values[~lapsed], usual.recordings.data.values[~lapsed])
