"""Freed answers of baselines: without a recording nothing is left, and every decoder that reads is freed in its asking model."""

import dataclasses

import numpy as np
from label_problem import label_problem

from neurona.decoders import decoders, fit

PROBLEM, ASKED = label_problem()


def settings(kind, answers):
    return dataclasses.replace(decoders()[kind].settings(), answers=answers)


def test_nothing_is_left_of_the_language_prior_itself():
    yes_no = ~ASKED.is_describe
    raw, freed = (
        fit(PROBLEM, settings("question_only", how)).answer(PROBLEM.entities.features, ASKED)
        for how in ("raw", "evidence")
    )
    left = np.abs(np.asarray(freed.yes_no)[yes_no]) / np.abs(np.asarray(raw.yes_no)[yes_no])
    assert np.median(left) < 0.1
    words = np.asarray(freed.describe)
    assert np.isneginf(words[yes_no]).all()
    assert np.isfinite(words[~yes_no]).any(axis=1).all()


def test_what_reads_is_freed_in_its_asking_model():
    problem, asked = label_problem()
    reads = fit(problem, settings("linear_evidence", "evidence"))
    rows, place = np.unique(asked.recording, return_inverse=True)
    reading = reads.read(problem.entities.features[rows], [str(row) for row in rows])
    raw = reading.with_asking(dataclasses.replace(reading.asking, suppression=None))
    said, plain = (one.ask_each(asked.queries, place.reshape(-1)) for one in (reading, raw))
    assert np.nanmax(np.abs(said.as_asked - plain.as_asked)) > 1e-3
    yes_no = ~asked.is_describe
    np.testing.assert_array_equal(said.probability[yes_no], plain.probability[yes_no])
