"""The state of concepts, carried on: the forward algorithm against all paths of states, and the laws that a filtered reading keeps."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import neurona as nr
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.errors import DataError
from neurona.readings.filtering import Timeline, filtered, forward, learned_dwell, persistence, stacked

RNG = np.random.default_rng(0)
PRIOR = np.array([0.5, 0.3, 0.2])
EVIDENCE = RNG.normal(size=(6, 3))
ELAPSED = np.array([np.inf, 1.0, 2.5, 1.0, 4.0, 1.0])


@pytest.fixture(scope="module")
def reading():
    """Of twelve recordings of faces and houses, old and new."""
    kind, age = np.arange(12) % 2, np.arange(12) // 2 % 2
    signal = RNG.normal(size=(12, 4)) + 2 * np.eye(4)[kind] + 2 * np.eye(4)[2 + age]
    labels = {"kind": np.array(["face", "house"])[kind], "age": np.array(["old", "new"])[age]}
    data = nr.Dataset.from_arrays(signal, pd.DataFrame(labels))
    return nr.fit(data, LinearEvidenceSettings(decays=(0.5,))).read(data)


def timeline(reading, every=1.0, length=1.0, run="1"):
    n = len(reading.recordings)
    return Timeline(reading.recordings, every * np.arange(n), (run,) * n, length)


def test_the_filter_is_the_sum_over_all_paths_of_states():
    stay = persistence(ELAPSED, 3.0)
    found = forward(EVIDENCE, ELAPSED, PRIOR, dwell_s=3.0, length_s=1.0)
    joint = np.zeros((6, 3))
    for last in range(6):
        for path in product(range(3), repeat=last + 1):
            p = PRIOR[path[0]] * np.exp(EVIDENCE[0, path[0]])
            for t in range(1, last + 1):
                p *= (stay[t] * (path[t] == path[t - 1]) + (1 - stay[t]) * PRIOR[path[t]]) * np.exp(
                    EVIDENCE[t, path[t]]
                )
            joint[last, path[-1]] += p
    np.testing.assert_allclose(found, joint / joint.sum(axis=1, keepdims=True), rtol=1e-12)


def test_a_state_that_never_ends_gathers_the_evidence_of_all_windows():
    found = forward(EVIDENCE, np.array([np.inf, 1, 1, 1, 1, 1.0]), PRIOR, dwell_s=1e15, length_s=1.0)
    product_of_all = PRIOR * np.exp(EVIDENCE.sum(axis=0))
    np.testing.assert_allclose(found[-1], product_of_all / product_of_all.sum(), rtol=1e-9)


def test_steps_without_a_window_read_are_one_long_step_and_end_in_the_prior():
    none = np.zeros((1, 3))
    once = forward(EVIDENCE[:1], np.array([np.inf]), PRIOR, dwell_s=2.0, length_s=1.0)[0]

    def later(*elapsed):
        quiet = np.repeat(none, len(elapsed), axis=0)
        return forward(quiet, np.array(elapsed), PRIOR, dwell_s=2.0, length_s=1.0, start=once)[-1]

    np.testing.assert_allclose(later(0.5, 0.2, 0.8), later(1.5), rtol=1e-12)
    np.testing.assert_allclose(later(1000.0), PRIOR)


def test_signal_that_windows_share_counts_once():
    """The nearer to each other, the more alike two windows count to one."""
    start = forward(EVIDENCE[:1], np.array([np.inf]), PRIOR, dwell_s=1e9, length_s=4.0)[0]
    again = forward(EVIDENCE[:1], np.array([1e-9]), PRIOR, dwell_s=1e9, length_s=4.0, start=start)[0]
    np.testing.assert_allclose(again, start, atol=1e-6)


def test_without_persistence_a_filtered_reading_is_the_reading(reading):
    found, _ = filtered(reading, timeline(reading, every=0.1), 0.0)
    np.testing.assert_allclose(found.worlds.share, reading.worlds.share, rtol=1e-9)
    queries = ["exists x. face(x) & old(x)", "describe kind"]
    plain, other = reading.ask(queries), found.ask(queries)
    assert (plain.answer == other.answer).all()
    np.testing.assert_allclose(plain.as_asked, other.as_asked, rtol=1e-6)


def test_in_portions_or_at_once_the_numbers_are_the_same(reading):
    whole, last = filtered(reading, timeline(reading), 3.0)
    parts, carried = [], None
    for names in (reading.recordings[:5], reading.recordings[5:6], reading.recordings[6:]):
        start = reading.recordings.index(names[0])
        part = Timeline(names, 1.0 * np.arange(start, start + len(names)), ("1",) * len(names), 1.0)
        one, carried = filtered(reading.take(names), part, 3.0, carried)
        parts.append(one)
    together = stacked(parts)
    assert together.recordings == whole.recordings
    np.testing.assert_array_equal(together.worlds.share, whole.worlds.share)
    np.testing.assert_array_equal(carried.share, last.share)


def test_a_run_begins_without_what_the_run_before_it_showed(reading):
    n = len(reading.recordings)
    both = Timeline(reading.recordings, np.tile(1.0 * np.arange(n // 2), 2), ("1",) * (n // 2) + ("2",) * (n // 2), 1.0)
    found, _ = filtered(reading, both, 100.0)
    alone = reading.take(reading.recordings[n // 2 :])
    expected, _ = filtered(alone, timeline(alone), 100.0)
    np.testing.assert_array_equal(found.worlds.share[n // 2 :], expected.worlds.share)


def test_a_filtered_reading_obeys_the_laws_of_probability(reading):
    found, _ = filtered(reading, timeline(reading), 5.0)

    def p(query):
        return found.ask(query).probability.to_numpy()

    np.testing.assert_allclose(p("exists x. face(x)") + p("~(exists x. face(x))"), 1)
    assert (p("exists x. face(x) & old(x)") <= p("exists x. old(x)") + 1e-12).all()
    np.testing.assert_allclose(p("exists x. face(x) & old(x)"), p("exists x. old(x) & face(x)"))
    given = found.ask("exists x. face(x)", given="exists x. old(x)").probability
    np.testing.assert_allclose(given, p("exists x. face(x) & old(x)") / p("exists x. old(x)"))


def test_a_window_that_was_not_read_has_the_state_that_is_expected(reading):
    read = [name for k, name in enumerate(reading.recordings) if k != 4]
    found, _ = filtered(reading.take(read), timeline(reading), 3.0)
    stay, prior = np.exp(-1 / 3), reading.before.share[0]
    np.testing.assert_allclose(found.worlds.share[4], stay * found.worlds.share[3] + (1 - stay) * prior, rtol=1e-6)


def test_windows_out_of_order_are_refused_by_name(reading):
    names = reading.recordings[:2]
    with pytest.raises(
        DataError, match=r"begins at 1 s, the one before it at 2 s; expected windows of a run in the order of time"
    ):
        Timeline(names, np.array([2.0, 1.0]), ("1", "1"), 1.0)
    _, carried = filtered(reading, timeline(reading), 3.0)
    with pytest.raises(DataError, match="expected later windows"):
        filtered(reading, timeline(reading), 3.0, carried)
    with pytest.raises(DataError, match="dwell: -1 s; expected"):
        filtered(reading, timeline(reading), -1.0)


def test_the_dwell_time_is_learned_from_the_order_of_labels():
    rng = np.random.default_rng(1)
    drawn = rng.random(4000) > np.exp(-0.5 / 8)
    shown = rng.integers(0, 3, 4000)[np.maximum.accumulate(np.where(drawn, np.arange(4000), 0))]
    onset, run = 0.5 * np.arange(4000), ["1"] * 4000
    assert learned_dwell(shown, onset, run) == pytest.approx(8, rel=0.15)
    mixed = rng.permutation(4000)
    assert learned_dwell(shown[mixed], onset[mixed], run) == pytest.approx(learned_dwell(shown, onset, run))
    assert learned_dwell(np.arange(4000) % 3, onset, run) is None
    assert learned_dwell(shown[:1], onset[:1], run[:1]) is None
