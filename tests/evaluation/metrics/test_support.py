"""Support: counts of what training asked, and the slope of accuracy on them."""

import numpy as np
import pytest

from neurona.evaluation.metrics.support import support_counts, support_table
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(("cat", "dog", "man"), ("on",))


def queries(*texts):
    return [parse(text, WORDS) for text in texts]


def test_equal_programs_and_denials_support_each_other():
    pair = "exists x. cat(x) & on(x, the y. dog(y))"
    train = queries("exists x. cat(x)", "~(exists y. cat(y))", pair, pair)
    found = support_counts(train, queries("forall z. ~cat(z)", pair, "exists x. man(x)"), WORDS)
    assert found["fact"].tolist() == [2, 2, 0]
    assert found["word"].tolist() == [4, 2, 0]
    assert found["pair"].tolist() == [-1, 2, -1]


def test_the_slope_of_accuracy_is_found_with_an_interval_that_holds_it():
    random = np.random.default_rng(0)
    times = random.integers(0, 100, 6000)
    right = random.random(6000) < 0.5 + 0.05 * np.log2(1 + times)
    found = support_table(right, {"fact": times}, np.arange(6000) // 6)
    assert found.n.sum() == 6000
    assert found.asked.tolist() == ["0", "1-3", "4-15", "16-63", "64+"]
    assert found.accuracy.is_monotonic_increasing
    assert found.slope_low[0] < 0.05 < found.slope_high[0]
    none = support_table(random.random(6000) < 0.5, {"fact": times}, np.arange(6000) // 6)
    assert none.slope_low[0] < 0 < none.slope_high[0]
    assert none.slope[0] == pytest.approx(0, abs=0.02)
