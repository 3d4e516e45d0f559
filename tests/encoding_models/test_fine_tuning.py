"""Fine-tuning moves patterns towards better answers, never away from them on validation questions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.encoding_models.calibration import Readout
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.fine_tuning import FineTuningSettings, fine_tuned, mixtures, with_moves
from neurona.encoding_models.inversion import Inversion
from neurona.errors import DataError
from neurona.scenes.scene_graph import Fact

NOUNS, ADJECTIVES, VERBS, AXES = "abcdef", ("red", "big"), ("hold", "see", "near"), 12
MANY = 90


def scene(rng: np.random.Generator) -> list[Fact]:
    one, two = rng.choice(list(NOUNS), 2, replace=False)
    verb, adjective = rng.choice(VERBS), rng.choice(ADJECTIVES)
    return [Fact(one), Fact(two), Fact(adjective, (one,)), Fact(verb, (one, two))]


def questions(rng: np.random.Generator, scenes: list[list[Fact]], rows: np.ndarray) -> FactQuestions:
    """Of each scene: a noun, an attribute and a relation that hold, the same of another scene, and the verb."""
    facts, recording, holds, words, target = [], [], [], [], []
    for row in rows:
        for other in (row, rng.integers(len(scenes))):
            for fact in scenes[other][1:]:
                facts.append(fact)
                recording.append(row)
                holds.append(fact in scenes[row])
        verb = scenes[row][3]
        words.append([Fact(name, verb.arguments) for name in VERBS])
        target.append(VERBS.index(verb.name))
    return FactQuestions(facts, np.array(recording), np.array(holds), words, np.array(rows, np.int64), np.array(target))


@pytest.fixture(scope="module")
def world():
    """SIMULATED: patterns that were mixed up: each word's has half of the next one's."""
    rng = np.random.default_rng(0)
    scenes = [scene(rng) for _ in range(MANY)]
    bindings = Bindings.learn(scenes)
    design = bindings.design(scenes)
    patterns = rng.normal(size=(len(bindings), AXES)).astype(np.float32)
    patterns[bindings.band > 1] *= 0.3
    z = ((design - design.mean(axis=0)) @ patterns + 0.5 * rng.normal(size=(MANY, AXES))).astype(np.float32)
    identity = np.eye(AXES, dtype=np.float32)
    axes = Axes(np.zeros(AXES, np.float32), identity, np.zeros(AXES, np.int64), np.ones(AXES), identity)
    mixed = patterns + 0.5 * np.roll(patterns, 1, axis=0)
    carried = np.ones((len(bindings), 1), np.float32)
    encoding = Encoding(axes, design.mean(axis=0), mixed, np.zeros_like(mixed), 0.25 * identity, carried)
    concepts = np.flatnonzero([one.band == CONCEPT for one in bindings.features])
    alternatives = Alternatives(
        bindings, Inversion.of(encoding, design, concepts), design.mean(axis=0).astype(np.float64), MANY
    )
    parts = np.split(np.arange(MANY), [50, 70])
    return alternatives, z, [questions(rng, scenes, rows) for rows in parts], design


def cross_entropy(
    alternatives: Alternatives, readout: Readout, z: np.ndarray, asked: FactQuestions
) -> tuple[float, float]:
    """Mean loss and accuracy of all answers, by the decoder's own functions."""
    support = alternatives.inversion.support(z)
    logits = readout.logits(alternatives, list(asked.facts), support, asked.recording)
    words = readout.words(alternatives, [list(one) for one in asked.words], support, asked.words_recording)
    lost = [*np.logaddexp(0, np.where(asked.holds, -logits, logits))]
    lost += [-log_softmax(one)[k] for one, k in zip(words, asked.words_target, strict=True)]
    right = [*((logits > 0) == asked.holds), *(np.argmax(words, axis=1) == asked.words_target)]
    return float(np.mean(lost)), float(np.mean(right))


@pytest.fixture(scope="module")
def tuned(world):
    alternatives, z, (train, validation, _), _ = world
    settings = FineTuningSettings(epochs=20, directions=8, step=0.02)
    return fine_tuned(alternatives, Readout(), z, train, validation, settings=settings)


def test_it_starts_at_the_decoder_and_ends_at_the_loss_it_reports(world, tuned):
    alternatives, z, (_, validation, _), _ = world
    before, _ = cross_entropy(alternatives, Readout(), z, validation)
    after, _ = cross_entropy(replace(alternatives, inversion=tuned.inversion), tuned.readout, z, validation)
    assert tuned.validation[0] == pytest.approx(before, rel=1e-4)
    assert tuned.validation[tuned.kept] == pytest.approx(after, rel=1e-3)


def test_wrong_patterns_get_better_on_recordings_that_it_has_not_seen(world, tuned):
    alternatives, z, (*_, test), _ = world
    before, right_before = cross_entropy(alternatives, Readout(), z, test)
    after, right_after = cross_entropy(replace(alternatives, inversion=tuned.inversion), tuned.readout, z, test)
    assert tuned.kept > 0
    assert after < 0.8 * before
    assert right_after > right_before


def test_the_start_is_kept_where_nothing_is_better_on_validation(world):
    alternatives, z, (train, validation, _), _ = world
    wild = FineTuningSettings(epochs=3, directions=8, step=30.0)
    readout = Readout()
    found = fine_tuned(alternatives, readout, z, train, validation, settings=wild)
    assert found.kept == 0
    assert found.inversion is alternatives.inversion
    assert found.readout is readout


def test_moved_patterns_are_inverted_as_if_they_had_been_fitted(world):
    alternatives, _, _, design = world
    start = alternatives.inversion
    mixing = mixtures(alternatives, 4)
    np.testing.assert_allclose(mixing @ start.gram @ mixing.T, np.eye(4), atol=1e-4)
    moves = np.random.default_rng(1).normal(size=(len(start.gram), 4)).astype(np.float32)
    moved = with_moves(start, mixing, moves)
    rest = (design - start.encoding.centre) @ start.encoding.patterns
    total = start.encoding.noise + rest.T @ rest / len(rest)
    patterns, n = moved.encoding.patterns, start.columns
    np.testing.assert_allclose(moved.weights[:, :n], np.linalg.solve(total, patterns.T), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(moved.gram[:n, :n], patterns @ moved.weights[:, :n], rtol=1e-3, atol=1e-3)
    assert not np.allclose(patterns, start.encoding.patterns)


@pytest.mark.slow
def test_held_out_recordings_are_explained_by_their_own_inversion(world, tuned):
    """The first step's loss is that of an inversion that hears nothing; validation is explained by the start as ever."""
    alternatives, z, (train, validation, _), _ = world
    start = alternatives.inversion
    deaf = replace(start, weights=np.zeros_like(start.weights))
    expected, _ = cross_entropy(replace(alternatives, inversion=deaf), Readout(), z, train)
    settings = FineTuningSettings(epochs=1, directions=8)
    other = fine_tuned(alternatives, Readout(), z, train, validation, [(deaf, train.rows)], settings)
    assert other.train[0] == pytest.approx(expected, rel=1e-3)
    assert other.train[0] > tuned.train[0]
    assert other.validation[0] == tuned.validation[0]


def test_what_cannot_be_learned_from_is_refused(world):
    alternatives, z, (train, validation, _), _ = world
    start = alternatives.inversion
    none = FactQuestions([], np.zeros(0, np.int64), np.zeros(0, bool), [], np.zeros(0, np.int64), np.zeros(0, np.int64))
    with pytest.raises(DataError, match="no validation question"):
        fine_tuned(alternatives, Readout(), z, train, none)
    fewer = replace(start, gram=start.gram[:-1, :-1], weights=start.weights[:, :-1])
    with pytest.raises(DataError, match="same bindings"):
        fine_tuned(alternatives, Readout(), z, train, validation, [(fewer, train.rows)])
