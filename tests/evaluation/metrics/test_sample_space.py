"""More features than samples: the predictions of scikit-learn, which works in the space of features."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from neurona.evaluation.metrics.sample_space import SampleSpace, ShrinkageLDA, ledoit_wolf_share


@pytest.fixture(params=[(40, 200), (90, 12)], ids=["wide", "tall"])
def problem(request):
    """Correlated features of unlike scales, one of them constant; four classes, some rarer; features of new samples."""
    n, f = request.param
    rng = np.random.default_rng(0)
    labels = np.array(["a", "b", "b", "c", "d"])[np.arange(n) % 5]
    patterns = dict(zip("abcd", rng.normal(size=(4, f)), strict=True))
    mixing, scale = rng.normal(size=(3, f)), rng.uniform(0.1, 10, f)

    def measured(words):
        values = scale * (rng.normal(size=(len(words), f)) + rng.normal(size=(len(words), 3)) @ mixing)
        values += np.stack([patterns[word] for word in words])
        values[:, 2] = 5.0
        return values

    return measured(labels), labels, measured(labels)


def test_shrinkage_lda_is_that_of_scikit_learn(problem):
    features, labels, new = problem
    ours = ShrinkageLDA().fit(features, labels)
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(features, labels)
    np.testing.assert_allclose(ours.decision_function(new), theirs.decision_function(new), rtol=1e-6, atol=1e-6)
    assert (ours.predict(new) == theirs.predict(new)).all()


def test_the_share_of_the_diagonal_is_that_of_scikit_learn(problem):
    centred = problem[0] - problem[0].mean(axis=0)
    assert ledoit_wolf_share(centred) == pytest.approx(ledoit_wolf_shrinkage(centred, assume_centered=True))
    assert ledoit_wolf_share(np.zeros((4, 9))) == 0.0


def test_a_penalised_model_is_the_same_in_the_space_of_the_samples(problem):
    features, labels, new = problem
    space = SampleSpace().fit(features)
    assert space.transform(new).shape == (len(new), min(features.shape))
    plain = LogisticRegression(C=1e-3, tol=1e-8, max_iter=5000).fit(features, labels)
    turned = LogisticRegression(C=1e-3, tol=1e-8, max_iter=5000).fit(space.transform(features), labels)
    np.testing.assert_allclose(
        turned.decision_function(space.transform(new)), plain.decision_function(new), rtol=1e-3, atol=1e-3
    )
