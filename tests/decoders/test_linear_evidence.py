"""Linear evidence: worlds are labels, learned from answers; and their shares obey the laws of probability."""

import dataclasses
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from held_out import accuracy, read
from label_problem import LABELS, VOCABULARY, label_problem
from on_disk import on_disk
from scipy.special import expit, logit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from neurona.decoders.linear_evidence import LinearEvidenceSettings, fit_linear_evidence
from neurona.errors import ConfigError
from neurona.programs import Vocabulary
from neurona.questions import Asked
from neurona.readings import open_reading
from neurona.recordings.entities import View

QUICK = LinearEvidenceSettings(decays=(0.02, 0.2))


@lru_cache(maxsize=4)
def fitted(noise=2.0):
    problem, test = label_problem(noise)
    return fit_linear_evidence(problem, QUICK), problem, test


@pytest.mark.parametrize("rows", [1, 7])
def test_recordings_on_disk_are_fitted_and_read_as_those_in_memory(rows):
    whole, problem, test = fitted()
    with on_disk(rows, values=24):
        apart = fit_linear_evidence(problem, QUICK)
        found, place = read(apart, problem, test)
    assert [view.decay for view in apart.views] == [view.decay for view in whole.views]
    np.testing.assert_allclose(apart.weight, whole.weight, rtol=1e-3, atol=1e-5)
    expected, _ = read(whole, problem, test)
    said, again = found.ask_each(test.queries, place), expected.ask_each(test.queries, place)
    np.testing.assert_allclose(said.probability, again.probability, atol=1e-5)
    np.testing.assert_allclose(said.as_asked, again.as_asked, atol=1e-4)


def probability(reading, query, **given):
    return reading.ask(query, **given).probability.to_numpy()


def test_labels_are_found_and_without_signal_they_are_not():
    decoder, problem, test = fitted()
    describe = test.take(test.is_describe)
    assert accuracy(decoder, problem, describe) > 0.7
    blind = accuracy(*fitted(1e3)[:2], describe)
    assert abs(blind - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(describe))


def test_exclusive_labels_sum_to_one_and_equal_programs_are_equally_probable():
    decoder, problem, test = fitted()
    reading, _ = read(decoder, problem, test)
    each = [probability(reading, f"exists x. {word}(x)") for word in LABELS]
    np.testing.assert_allclose(np.sum(each, axis=0), 1, atol=1e-9)
    face, cat = each[0], each[2]
    for query, expected in [
        ("exists x. cat(x) & cat(x)", cat),
        ("~(forall x. ~cat(x))", cat),
        ("~(exists x. cat(x))", 1 - cat),
        ("exists x. animate(x)", face + cat),
        ("exists x. cat(x) | face(x)", face + cat),
        ("exists x. animate(x) & ~face(x)", cat),
        ("exists x. cat(x) & face(x)", 0 * cat),
        ("(exists x. cat(x)) | ~(exists x. cat(x))", 1 + 0 * cat),
        ("((count x. animate(x)) >= 1)", face + cat),
    ]:
        np.testing.assert_allclose(probability(reading, query), expected, atol=1e-6, err_msg=query)
    np.testing.assert_allclose(
        probability(reading, "exists x. cat(x)", given="exists x. animate(x)"), cat / (face + cat), atol=1e-6
    )


def test_with_labels_that_answers_tell_it_is_multinomial_logistic_regression():
    problem, test = label_problem()
    settings = LinearEvidenceSettings(shrinkage=1.0, decays=(0.05,), steps=500)
    decoder = fit_linear_evidence(problem, settings)
    learned = problem.learning
    rows = np.unique(learned.recording)
    told = learned.take(learned.is_describe)
    label = told.target[np.argsort(told.recording)]
    # Shrunk to its variances alone, the noise is white after division by its deviation.
    features = problem.entities.features.astype(np.float64)
    centred = features - features[rows].mean(axis=0)
    within = features[rows] - np.array([features[rows][label == k].mean(axis=0) for k in label])
    white = centred / within.std(axis=0)
    oracle = LogisticRegression(C=1 / (0.05 * len(rows)), tol=1e-10, max_iter=2000).fit(white[rows], label)
    reading, _ = read(decoder, problem, test)
    about = np.unique(test.recording)
    found = np.stack([probability(reading, f"exists x. {word}(x)") for word in LABELS], axis=1)
    np.testing.assert_allclose(found, oracle.predict_proba(white[about]), atol=5e-3)


def test_answers_that_leave_the_label_open_still_teach_it():
    problem, test = label_problem(1.0)
    asked = problem.train
    # Only defined words and disjunctions are asked: no answer names the label.
    vague = asked.take(asked.table.type.isin(["defined", "or"]).to_numpy())
    decoder = fit_linear_evidence(
        dataclasses.replace(problem, train=vague, validation=vague.take(np.zeros(0, np.int64))),
        LinearEvidenceSettings(),
    )
    assert accuracy(decoder, problem, test.take(test.is_describe)) > 0.8


def test_shares_of_entities_bias_and_prior_add_up_to_the_logits_of_worlds():
    decoder, problem, test = fitted()
    reading, _ = read(decoder, problem, test)
    carriers = reading.entity_evidence
    logits = carriers.evidence.sum(axis=1) + carriers.bias + np.log(decoder.labels.share @ decoder.labels.holds)
    np.testing.assert_allclose(softmax(logits, axis=1), reading.worlds.share @ decoder.labels.holds, atol=1e-5)
    assert carriers.words == LABELS


def test_the_prior_is_the_share_of_training_recordings_and_a_study_of_labels_asks_no_other():
    decoder, problem, test = fitted()
    reading, place = read(decoder, problem, test)
    told = problem.learning.take(problem.learning.is_describe)
    said = reading.ask([f"exists x. {word}(x)" for word in LABELS], reading.recordings[0])
    np.testing.assert_allclose(said.prior, np.bincount(told.target, minlength=4) / len(told), atol=0.01)
    asked = reading.ask_each(test.queries, place)
    np.testing.assert_allclose(asked.as_asked, asked.probability, atol=0.1)


def test_one_question_alone_and_a_definition_more_change_no_bit():
    decoder, problem, test = fitted()
    reading, place = read(decoder, problem, test)
    together = reading.ask_each(test.queries, place)
    alone = [reading.ask_each([test.queries[k]], place[k : k + 1]) for k in range(0, len(test), 17)]
    assert [one.probability[0] for one in alone] == together.probability[::17].tolist()
    assert [one.as_asked[0] for one in alone] == together.as_asked[::17].tolist()
    defined = dataclasses.replace(VOCABULARY, definitions={**VOCABULARY.definitions, "thing": "house(x) | bottle(x)"})
    more = Asked.of(test.table, defined, [f"recording{k:02d}" for k in range(len(problem.entities.features))])
    wider = dataclasses.replace(reading, vocabulary=defined)
    np.testing.assert_array_equal(wider.ask_each(more.queries, place).probability, together.probability)
    both = probability(wider, "exists x. thing(x)") + probability(wider, "exists x. animate(x)")
    np.testing.assert_allclose(both, 1, atol=1e-9)


def test_a_reading_that_was_stored_answers_the_same(tmp_path):
    decoder, problem, test = fitted()
    reading, place = read(decoder, problem, test)
    opened = open_reading(reading.save(tmp_path / "reading"))
    said, again = reading.ask_each(test.queries, place), opened.ask_each(test.queries, place)
    assert said.answer == again.answer
    for name in ("probability", "prior", "as_asked", "asked"):
        np.testing.assert_array_equal(getattr(said, name), getattr(again, name))


def test_free_concepts_are_things_that_may_be_there_together():
    words = Vocabulary(("left", "right"), categories={"Hand": ("left", "right")})
    rng = np.random.default_rng(0)
    holds = rng.random((200, 2)) < 0.5
    problem, _ = label_problem()
    features = (rng.normal(size=(200, 24)) + 2 * np.repeat(holds, 12, axis=1)).astype(np.float32)
    table = [
        (f"q{k}{w}", f"r{k}", f"exists x. {word}(x)", "yes" if holds[k, w] else "no", "exists")
        for k in range(200)
        for w, word in enumerate(words.concepts)
    ]
    table = pd.DataFrame(table, columns=["question", "recording", "program", "answer", "type"])
    asked = Asked.of(table, words, [f"r{k}" for k in range(200)])
    entities = dataclasses.replace(problem.entities, features=features)
    part = asked.recording < 150
    problem = dataclasses.replace(
        problem,
        entities=entities,
        vocabulary=words,
        groups=None,
        train=asked.take(part),
        validation=asked.take(part & ~part),
    )
    decoder = fit_linear_evidence(problem, QUICK)
    test = asked.take(~part)
    assert accuracy(decoder, problem, test) > 0.9
    reading, _ = read(decoder, problem, test)
    both = probability(reading, "(exists x. left(x)) & (exists x. right(x))")
    np.testing.assert_array_equal(both > 0.5, holds[150:].all(axis=1))


def test_sets_of_answers_hold_the_right_one_as_promised_by_what_inner_folds_left_out():
    decoder, problem, test = fitted()
    reading, place = read(decoder, problem, test)
    said = reading.ask_each(test.queries, place)
    sets = reading.answer_sets(said, place, 0.8)
    held = [answer in one for answer, one in zip(test.table.answer, sets, strict=True)]
    assert np.mean(held) > 0.7
    assert np.mean([len(one) for one in sets]) < 2


def test_evidence_is_as_sure_as_held_out_recordings_bear_out():
    problem, test = label_problem(2.0)
    # Decays that leave weights far too small.
    decoder = fit_linear_evidence(problem, LinearEvidenceSettings(decays=(5.0, 20.0)))
    (view,) = decoder.views
    assert view.weight > 1.5
    p, true = _stated(decoder, problem, test)
    unweighed = expit(logit(p) / view.weight)
    assert log_loss(true, p) < log_loss(true, unweighed)
    noise, _ = label_problem(1e3)
    assert fit_linear_evidence(noise, QUICK).views[0].weight < 0.5


def _stated(decoder, problem, test):
    """Probability of yes, and whether it is, of the questions for one label."""
    reading, place = read(decoder, problem, test)
    asked = np.flatnonzero(~test.is_describe)
    said = reading.ask_each([test.queries[k] for k in asked], place[asked])
    return said.as_asked, test.target[asked] == 1


def test_relations_and_too_many_worlds_are_refused_with_a_way_out():
    problem, _ = label_problem()
    related = dataclasses.replace(problem, vocabulary=dataclasses.replace(VOCABULARY, relations=("beside",)))
    with pytest.raises(ConfigError, match=r"beside.*relational_evidence"):
        fit_linear_evidence(related, QUICK)
    many = dataclasses.replace(problem, vocabulary=Vocabulary(tuple(f"w{k}" for k in range(40))))
    with pytest.raises(ConfigError, match=r"exclusive.*relational_evidence"):
        fit_linear_evidence(many, QUICK)


def of_two_views(first, second):
    """The problem with features of which each of two views holds some."""
    problem, test = label_problem(2.0)
    features = problem.entities.features
    chosen = np.concatenate([features[:, first], second(features)], axis=1)
    entities = dataclasses.replace(
        problem.entities,
        features=chosen.astype(np.float32),
        entity_of_feature=(np.arange(chosen.shape[1]) // 4).astype(np.int32),
        names=tuple(f"p{k}" for k in range(chosen.shape[1] // 4)),
        views=(View("first", features[:, first].shape[1]), View("second", second(features).shape[1])),
    )
    return dataclasses.replace(problem, entities=entities), test


def test_views_that_know_different_things_are_both_believed_and_one_of_noise_is_not():
    problem, test = of_two_views(slice(0, 12), lambda features: features[:, 12:])
    both = fit_linear_evidence(problem, QUICK)
    assert min(view.weight for view in both.views) > 0.3
    assert accuracy(both, problem, test) > 0.8
    noise = np.random.default_rng(0).normal(size=(96, 12))
    problem, _ = of_two_views(slice(0, 12), lambda features: noise)
    first, second = fit_linear_evidence(problem, QUICK).views
    assert (first.name, second.name) == ("first", "second")
    assert first.weight > 4 * second.weight
    assert first.loss < second.loss


def test_evidence_of_views_adds_up_and_one_view_is_as_none():
    problem, test = of_two_views(slice(0, 12), lambda features: features[:, 12:])
    decoder = fit_linear_evidence(problem, QUICK)
    reading, _ = read(decoder, problem, test)
    carriers = reading.entity_evidence
    logits = carriers.evidence.sum(axis=1) + carriers.bias + np.log(decoder.labels.share @ decoder.labels.holds)
    np.testing.assert_allclose(softmax(logits, axis=1), reading.worlds.share @ decoder.labels.holds, atol=1e-5)
    plain, problem, _ = fitted()
    single = dataclasses.replace(problem, entities=dataclasses.replace(problem.entities, views=(View("all", 24),)))
    np.testing.assert_array_equal(fit_linear_evidence(single, QUICK).weight, plain.weight)


def of_kinds(alike, definitions):
    """SIMULATED: 12 words of three kinds, whose patterns have `alike` of their variance in common; training never shows the last word of a kind."""
    rng = np.random.default_rng(0)
    words = tuple(f"w{k:02d}" for k in range(12))
    patterns = np.sqrt(alike) * np.repeat(rng.normal(size=(3, 24)), 4, axis=0)
    patterns += np.sqrt(1 - alike) * rng.normal(size=(12, 24))
    label = np.tile(np.arange(12), 20)
    seen = (label % 4 != 3) & (np.arange(240) < 120)
    features = (patterns[label] + 2 * rng.normal(size=(240, 24))).astype(np.float32)
    vocabulary = Vocabulary(words, (), {"thing": words}, definitions, exclusive=("thing",))
    ids = [str(k) for k in range(240)]
    programs = [f"exists x. {words[k]}(x)" for k in label]
    table = pd.DataFrame({"question": ids, "recording": ids, "program": programs, "answer": "yes", "type": "object"})
    asked = Asked.of(table, vocabulary, ids)
    problem, _ = label_problem()
    entities = dataclasses.replace(problem.entities, features=features)
    problem = dataclasses.replace(
        problem,
        entities=entities,
        vocabulary=vocabulary,
        train=asked.take(seen),
        validation=asked.take(~seen & False),
        groups=None,
    )
    decoder = fit_linear_evidence(problem, dataclasses.replace(QUICK, knowledge="ontology"))
    return decoder, decoder.read(features[120:], ids[120:]).entity_evidence.evidence.sum(axis=1), label[120:]


KINDS = {f"kind{k}": " | ".join(f"w{4 * k + j:02d}(x)" for j in range(4)) for k in range(3)}


def test_a_word_that_no_recording_showed_reads_as_its_kind():
    decoder, evidence, label = of_kinds(0.7, KINDS)
    assert decoder.views[0].alike > 0
    for word in (3, 7, 11):
        assert evidence[label // 4 == word // 4, word].mean() > evidence[label // 4 != word // 4, word].mean() + 0.5


def test_without_kinds_knowledge_changes_no_bit():
    decoder, evidence, _ = of_kinds(0.7, {})
    assert decoder.views[0].alike == 0
    assert np.abs(evidence[:, [3, 7, 11]]).max() < 0.5
    problem, _ = label_problem(2.0)
    bare = dataclasses.replace(problem, vocabulary=dataclasses.replace(VOCABULARY, definitions={}))
    plain, kinds = (
        fit_linear_evidence(bare, dataclasses.replace(QUICK, knowledge=name)) for name in ("none", "ontology")
    )
    np.testing.assert_array_equal(plain.weight, kinds.weight)
