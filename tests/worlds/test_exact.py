"""Programs on facts that do not compete: what many drawn worlds say, without their error."""

from functools import lru_cache

import numpy as np
import pytest
from worlds_cases import evidence

from neurona.execution import share_true, truth
from neurona.programs import Vocabulary, parse
from neurona.programs.axioms import axioms_of
from neurona.programs.normal_form import normal_form
from neurona.worlds import SampledScenes
from neurona.worlds.exact import ExactScenes
from neurona.worlds.independent import draw_scenes

WORLDS = 8192
ROWS = np.arange(3)
VOCABULARY = Vocabulary(
    ("cat", "dog", "man", "big", "red", "pet"), ("beside", "hold"), axioms=("forall x. dog(x) -> pet(x)",)
)
PROGRAMS = (
    "exists x. dog(x)",
    "exists x. man(x) & hold(x, the y. cat(y))",
    "~(exists x. red(x))",
    "exists x. pet(x) & big(x)",
    "exists x. red(x) & beside(x, the y. cat(y))",
    "exists x. exists y. big(x) & beside(x, y)",
    "(exists x. cat(x) & red(x)) | (exists y. cat(y) & big(y))",
    "forall x. big(x) -> hold(x, the y. red(y))",
    "((count x. red(x)) > (count y. big(y)))",
)


@lru_cache(maxsize=1)
def scenes():
    of = evidence(patterned=False)
    return ExactScenes(of, axioms_of(VOCABULARY)), SampledScenes(of, draw_scenes(of, worlds=WORLDS)).to_worlds(
        VOCABULARY
    )


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_has_the_share_of_worlds_drawn(text):
    exact, worlds = scenes()
    program = normal_form(parse(text), VOCABULARY)
    shares = share_true(worlds, [program] * len(ROWS), ROWS)
    np.testing.assert_allclose(exact.probability(program, ROWS), shares, atol=4 * 0.5 / np.sqrt(WORLDS))


def test_so_has_every_number():
    exact, worlds = scenes()
    query = parse("count x. red(x)")
    numbers = truth(worlds, [query], ROWS[:1])[0].astype(int)
    shares = np.bincount(numbers, worlds.share[0], minlength=4)
    np.testing.assert_allclose(exact.numbers(query, 0), shares, atol=4 * 0.5 / np.sqrt(WORLDS))


def test_what_axioms_keep_apart_is_left_to_worlds():
    apart = Vocabulary(VOCABULARY.concepts, VOCABULARY.relations, axioms=("~(exists x. red(x) & big(x))",))
    exact = ExactScenes(evidence(patterned=False, disjoint=(("red", "big"),)), axioms_of(apart))
    assert exact.probability(parse("exists x. red(x)"), ROWS) is None
    assert exact.probability(parse("exists x. dog(x)"), ROWS) is not None
