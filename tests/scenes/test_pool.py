"""What the texts of an image's questions tell about their answers."""

import numpy as np
import pandas as pd
import pytest

from neurona.scenes.pool import balanced_weights, pool_audit


def pools(scattered, images=160, seed=0):
    """Four nouns of one place are there; four are not, of places of their own, or all of one other place."""
    rng = np.random.default_rng(seed)
    rows = []
    for image in range(images):
        here, *others = rng.permutation(6)
        absent = others[:4] if scattered else others[:1] * 4
        nouns = rng.permutation(8)
        rows += [(image, f"exists x. noun{here}_{k}(x)", "yes") for k in nouns[:4]]
        rows += [(image, f"exists x. noun{place}_{k}(x)", "no") for place, k in zip(absent, nouns[4:], strict=True)]
    table = pd.DataFrame(rows, columns=["image", "program", "answer"]).assign(type="object")
    return table.assign(part=np.where(table.image < images // 2, "train", "test"))


def test_words_that_go_together_are_seen():
    found = pool_audit(pools(scattered=True)).table.set_index("type").loc["object"]
    assert found.solo < 0.56
    assert found.low > 0.7


def test_words_that_are_named_alike_where_they_are_absent_tell_nothing():
    found = pool_audit(pools(scattered=False)).table.set_index("type").loc["object"]
    assert found.low <= 0.5 <= found.high


def test_a_rare_yes_weighs_as_much_as_its_frequent_no():
    asked = pd.DataFrame({"program": list("aaaab"), "answer": ["yes", "no", "no", "no", "yes"], "type": "exists"})
    assert balanced_weights(asked) == pytest.approx([2, 2 / 3, 2 / 3, 2 / 3, 0])


def test_no_question_no_row():
    empty = pd.DataFrame({"image": [], "program": [], "answer": [], "type": []})
    assert pool_audit(empty).table.empty
