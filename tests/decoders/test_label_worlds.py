"""Listed worlds: what recordings may show by the vocabulary, and what their answers leave of it."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.label_worlds import LabelWorlds
from neurona.errors import ConfigError
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.questions import Asked

KINDS = Vocabulary(("cat", "dog", "cow"), categories={"Kind": ("cat", "dog", "cow")}, exclusive=("Kind",))


def shown(vocabulary):
    labels = LabelWorlds.of(vocabulary)
    return {frozenset(labels.worlds.facts(0, k)) for k in range(labels.worlds.n_worlds)}


def asked(vocabulary, rows):
    table = pd.DataFrame(rows, columns=["recording", "program", "answer"]).assign(type="t")
    table["question"] = [f"q{k}" for k in range(len(table))]
    return Asked.of(table, vocabulary, ["r0", "r1", "r2"])


def test_one_word_of_each_exclusive_category_said_of_one_thing():
    assert shown(KINDS) == {frozenset({Fact(word)}) for word in KINDS.concepts}
    old = Vocabulary((*KINDS.concepts, "old"), categories=KINDS.categories, exclusive=("Kind",))
    assert shown(old) == shown(KINDS) | {frozenset({Fact(w), Fact("old", (w,))}) for w in KINDS.concepts}


def test_free_concepts_are_there_or_not():
    assert shown(Vocabulary(("a", "b"))) == {
        frozenset(),
        frozenset({Fact("a")}),
        frozenset({Fact("b")}),
        frozenset({Fact("a"), Fact("b")}),
    }


def test_axioms_hold_in_every_world():
    words = Vocabulary(
        (*KINDS.concepts, "old"),
        categories=KINDS.categories,
        exclusive=("Kind",),
        axioms=("forall x. cow(x) -> old(x)",),
    )
    assert frozenset({Fact("cow")}) not in shown(words)
    assert frozenset({Fact("cow"), Fact("old", ("cow",))}) in shown(words)
    with pytest.raises(ConfigError, match="rule out every world"):
        LabelWorlds.of(Vocabulary(("a",), axioms=("exists x. a(x)", "~(exists x. a(x))")))


def test_answers_leave_the_worlds_that_fit_them_and_give_their_shares():
    rows = [
        ("r0", "exists x. cat(x) | dog(x)", "yes"),
        ("r0", "exists x. dog(x)", "no"),
        ("r1", "describe Kind", "dog"),
        ("r2", "~(exists x. cow(x))", "yes"),
    ]
    labels = LabelWorlds.of(KINDS)
    likelihood = labels.log_likelihood(asked(KINDS, rows), KINDS, 3)
    learned = labels.learned(likelihood)
    found = learned.shown(likelihood)
    np.testing.assert_allclose(found[:2], [[1, 0, 0], [0, 1, 0]], atol=0.01)
    np.testing.assert_allclose(found[2, :2], [0.5, 0.5], atol=0.05)
    assert learned.share.sum() == pytest.approx(1)
    assert learned.share.argmin() == 2
    assert learned.things == KINDS.concepts


def test_a_mistaken_answer_does_not_rule_out_what_the_others_say():
    rows = [("r0", "describe Kind", "cat")] * 3 + [("r0", "exists x. cat(x)", "no")]
    labels = LabelWorlds.of(KINDS)
    assert labels.shown(labels.log_likelihood(asked(KINDS, rows), KINDS, 3))[0].argmax() == 0
