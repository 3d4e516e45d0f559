"""The language prior: equal programs have equal priors, and a denial that of its opposite."""

import numpy as np
import pytest

from neurona.programs import Vocabulary, parse
from neurona.readings.language_prior import LanguagePrior

WORDS = Vocabulary(("cat", "dog"), ("on", "under"), categories={"Position": ("on", "under")})
CAT, DOG = "exists x. cat(x)", "exists x. dog(x)"
PRIOR = LanguagePrior.fit(
    [parse(text, WORDS) for text in (CAT, DOG, f"~({CAT})", "describe Position(the x. cat(x), the y. dog(y))") * 20],
    ["yes", "no", "no", "under"] * 20,
    WORDS,
)


def logit(text):
    query = parse(text, WORDS)
    return PRIOR.logits([query], [()])[0, 0]


def test_a_denial_counts_for_what_it_denies():
    assert logit(CAT) > 2 > -2 > logit(DOG)
    assert logit(f"~({CAT})") == -logit(CAT)
    assert logit("forall x. ~cat(x)") == -logit(CAT)


def test_equal_programs_have_equal_priors():
    assert logit("exists x. cat(x) & on(x, the y. dog(y))") == logit("exists z. on(z, the x. dog(x)) & cat(z)")


def test_subject_and_object_are_told_apart():
    programs = ["on(the x. cat(x), the y. dog(y))", "on(the x. dog(x), the y. cat(y))"] * 20
    prior = LanguagePrior.fit([parse(text, WORDS) for text in programs], ["yes", "no"] * 20, WORDS, pull=1e9)
    first, second = prior.logits([parse(text, WORDS) for text in programs[:2]], [(), ()])[:, 0]
    assert first > 1 > -1 > second


def test_words_share_one_and_counts_have_none():
    queries = [parse("describe Position(the x. dog(x), the y. cat(y))", WORDS), parse("count x. cat(x)", WORDS)]
    found = PRIOR.logits(queries, [("on", "under"), ("0", "1")])
    assert np.exp(found[0]).sum() == pytest.approx(1, abs=1e-5)
    assert np.isnan(found[1]).all()
