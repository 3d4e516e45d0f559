"""The scikit-learn estimator: scikit-learn's own checks, and what it adds."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from neurona import ConceptDecoder
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.recordings.entities import TangentEntities

QUICK = LinearEvidenceSettings(decays=(0.1,))
EXPECTED_FAILURES = {
    "check_classifier_multioutput": "it looks all targets' classes up in one array; here, as in scikit-learn's forests, each target has its own"
}
"""Check -> why it cannot pass."""


@parametrize_with_checks([ConceptDecoder(QUICK)], expected_failed_checks=lambda _: EXPECTED_FAILURES)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def study() -> tuple[np.ndarray, np.ndarray]:
    """SIMULATED: 90 recordings of 8 features, three kinds with patterns of their own."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 90)
    return rng.normal(size=(3, 8))[kind] * 1.5 + rng.normal(size=(90, 8)), np.array(["01", "cat", "house"])[kind]


def test_classes_are_those_that_it_was_given(study):
    X, y = study
    decoder = ConceptDecoder(QUICK).fit(X[:60], y[:60])
    assert decoder.classes_.tolist() == ["01", "cat", "house"]
    assert decoder.score(X[60:], y[60:]) > 0.7
    assert set(decoder.predict(X[60:])) <= set(y)


def test_the_posterior_is_that_of_the_reading_and_calibrated(study):
    X, y = study
    decoder = ConceptDecoder(QUICK).fit(X[:60], y[:60])
    posterior = decoder.predict_proba(X[60:])
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    cat = decoder.ask(X[60:], "exists x. cat(x)").probability
    np.testing.assert_allclose(posterior[:, 1], cat, atol=1e-9)
    confidence = posterior.max(axis=1).mean()
    assert abs(confidence - decoder.score(X[60:], y[60:])) < 0.15


def test_an_ontology_is_asked_about(study):
    X, y = study
    decoder = ConceptDecoder(QUICK, definitions={"thing": "house(x) | _01(x)"}).fit(X, y)
    told = decoder.ask(X, ["Is there a thing?", "exists x. thing(x) & ~house(x)"])
    assert told.columns[:3].tolist() == ["recording", "query", "answer"]
    right = (told.answer[:90] == "yes").to_numpy() == (y != "cat")
    assert right.mean() > 0.8


def test_several_targets_each_in_its_own_kind(study):
    X, y = study
    old = X[:, 0] > 0
    table = pd.DataFrame({"kind": y, "old": old, "number": np.where(X[:, 1] > 0, 7, 30)})
    decoder = ConceptDecoder(QUICK).fit(X, table)
    posterior = decoder.predict_proba(X)
    assert [part.shape for part in posterior] == [(90, 3), (90, 2), (90, 2)]
    assert [list(known) for known in decoder.classes_] == [["01", "cat", "house"], [False, True], [7, 30]]
    predicted = decoder.predict(X)
    assert predicted.shape == (90, 3)
    assert (predicted[:, 1] == old).mean() > 0.9
    assert (predicted[:, 2] == table.number).mean() > 0.9
    assert decoder.score(X, table) == pytest.approx((predicted == table.to_numpy()).all(axis=1).mean())
    assert ((decoder.ask(X, "exists x. old(x)").probability > 0.5) == predicted[:, 1]).all()


def test_it_is_cross_validated_in_a_pipeline_by_two_processes(study):
    X, y = study
    pipeline = make_pipeline(StandardScaler(), ConceptDecoder(QUICK))
    scores = cross_val_score(pipeline, X, y, groups=np.arange(90) // 15, cv=GroupKFold(3), n_jobs=2)
    assert scores.mean() > 0.7


def test_settings_are_searched(study):
    X, y = study
    grid = {"decoder": [LinearEvidenceSettings(decays=(decay,)) for decay in (0.01, 100.0)]}
    search = GridSearchCV(ConceptDecoder(), grid, cv=3).fit(X, y)
    assert search.best_params_["decoder"].decays == (0.01,)
    assert hasattr(search.best_estimator_, "ask")


def test_a_pickled_decoder_says_the_same_to_the_last_bit(study):
    X, y = study
    decoder = ConceptDecoder(QUICK).fit(X, y)
    twin = pickle.loads(pickle.dumps(decoder))
    np.testing.assert_array_equal(twin.predict_proba(X), decoder.predict_proba(X))
    assert not hasattr(clone(decoder), "decoder_")


def test_signals_with_a_time_axis_are_taken(study):
    X, y = study
    signal = X[:, :, None] + np.random.default_rng(1).normal(size=(90, 8, 40))
    assert (
        ConceptDecoder(QUICK, entities=["a", "a", "b", "b", "c", "c", "d", "d"]).fit(signal, y).score(signal, y) > 0.9
    )


def test_runs_are_aligned_where_that_is_asked_for(study):
    X, y = study
    runs = np.arange(90) // 15
    drifted = X * (1 + runs)[:, None] + 10 * runs[:, None]
    decoder = ConceptDecoder(QUICK, align="zscore").fit(drifted[:60], y[:60], runs[:60])
    said = decoder.ask(drifted[60:], "exists x. cat(x)", groups=runs[60:])
    assert ((said.answer == "yes") == (y[60:] == "cat")).mean() > 0.8


def test_what_cannot_be_fitted_is_a_value_error(study):
    X, y = study
    with pytest.raises(ValueError, match="no decoder of kind 'linear_evidance'; did you mean 'linear_evidence'"):
        ConceptDecoder("linear_evidance").fit(X, y)
    with pytest.raises(ValueError, match="entities: 1 given, 8 are needed"):
        ConceptDecoder(entities=["a"]).fit(X, y)
    with pytest.raises(ValueError, match="answers the questions of an experiment and reads no recordings"):
        ConceptDecoder("random").fit(X, y)


def test_entities_may_be_rhythms_which_need_the_sampling_rate():
    rng = np.random.default_rng(0)
    y = np.tile(["rest", "move"], 40)
    X = rng.normal(size=(80, 3, 200))
    X[1::2, :2] += np.sin(2 * np.pi * 10 * np.arange(200) / 100 + rng.uniform(0, 6, (40, 1, 1)))
    way = TangentEntities(bands=((8.0, 13.0),))
    decoder = ConceptDecoder(QUICK, method=way, sampling_hz=100.0, entities=["a", "a", "b"])
    assert decoder.fit(X[:60], y[:60]).score(X[60:], y[60:]) > 0.9
    shown = decoder.read(X[60:62]).entity_evidence.entities
    assert shown == ("a 8 to 13 Hz", "a with b 8 to 13 Hz", "b 8 to 13 Hz")
    with pytest.raises(ValueError, match=r"8 to 13 Hz holds no frequency"):
        clone(decoder).set_params(sampling_hz=1.0).fit(X, y)
