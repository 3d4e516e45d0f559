"""What is seen of the scenes of a recording is what it answers: traces have the answer's number, scenes under a condition hold it."""

from functools import lru_cache

import numpy as np
import pytest
from worlds_cases import evidence

from neurona.errors import QueryError
from neurona.execution import Worlds, truth
from neurona.programs import Vocabulary, parse
from neurona.programs.facts import Fact
from neurona.readings import WorldReading
from neurona.readings.scenes_where import scenes_where
from neurona.worlds import SampledScenes
from neurona.worlds.independent import draw_scenes

VOCABULARY = Vocabulary(("cat", "dog", "man", "big", "red"), ("beside", "hold"))
NOUNS = ("cat", "dog", "man")
PROGRAMS = (
    "exists x. dog(x)",
    "exists x. man(x) & hold(x, the y. cat(y))",
    "(exists x. cat(x) & red(x)) | ~(exists y. man(y) & big(y))",
    "forall x. big(x) -> hold(x, the y. red(y))",
    "count x. red(x)",
)
GIVENS = (None, "exists x. cat(x)", "exists x. man(x) & hold(x, the y. cat(y))", "~(exists x. dog(x))")
# Of few scenes all have a dog.
ASKED = [(given, few) for given in GIVENS for few in (False, True) if not few or given != GIVENS[-1]]


@lru_cache(maxsize=2)
def drawn(few: bool) -> WorldReading:
    """Scenes drawn of facts that do not compete; of few drawn, most facts hold in none."""
    of = evidence(patterned=False)
    sampled = SampledScenes(of, draw_scenes(of, worlds=4 if few else 512))
    before = Worlds.of_facts(
        [[[Fact("man")], [Fact("cat"), Fact("man")], [Fact("dog")], []]], VOCABULARY.concepts, ("beside", "hold")
    )
    return WorldReading(VOCABULARY, ("a", "b", "c"), sampled.to_worlds(VOCABULARY), before, NOUNS, sampled)


@pytest.mark.parametrize(("given", "few"), ASKED)
@pytest.mark.parametrize("text", PROGRAMS[:-1])
def test_the_number_at_the_top_of_a_trace_is_the_answer(text, given, few):
    reading = drawn(few)
    said = reading.ask(text, "b", given=given).iloc[0]
    found = reading.explain(text, "b", given=given)
    assert found.error is not None
    assert (float(found.values), float(found.error)) == pytest.approx((said.probability, said.error), abs=1e-9)


def test_so_is_that_of_every_part_that_can_be_asked():
    reading = drawn(False)
    whole = reading.explain("(exists x. cat(x) & red(x)) | ~(exists y. man(y) & big(y))", "a")
    for part in whole.parts:
        assert float(part.values) == pytest.approx(reading.ask(part.expression, "a").probability.item(), abs=1e-9)
    (body,) = whole.parts[0].parts
    red_cat = reading.ask("exists x. cat(x) & red(x)", "a").probability.item()
    assert body.values[body.names.index("cat")] == pytest.approx(red_cat, abs=1e-9)


def test_a_count_is_what_is_expected_and_says_its_error():
    found = drawn(False).explain(PROGRAMS[-1], "a")
    believed = drawn(False).believe([parse(PROGRAMS[-1])], np.array([0])).probability[0]
    assert float(found.values) == pytest.approx(float((believed * np.arange(len(believed))).sum()))
    assert found.error is not None


@pytest.mark.parametrize(("given", "few"), [one for one in ASKED if one[0]])
def test_every_scene_under_a_condition_holds_it(given, few):
    reading, condition = drawn(few), parse(given, VOCABULARY)
    found = scenes_where(reading, 1, condition)
    assert sum(share for share, _ in found) == pytest.approx(1)
    for _, worlds in found:
        holds = truth(worlds, [condition], np.zeros(1, np.int64))[0]
        assert (np.asarray(worlds.share[0])[holds == 0] == 0).all()


def test_facts_that_no_scene_drawn_holds_can_be_a_condition():
    reading = drawn(True)
    facts = {(a, r, b) for a in NOUNS for r in ("beside", "hold") for b in NOUNS if a != b}
    row, (a, relation, b) = next(
        (row, one)
        for row in range(3)
        for one in sorted(facts)
        if Fact(one[1], (one[0], one[2])) not in reading.held(row)
    )
    condition = parse(f"exists x. {a}(x) & {relation}(x, the y. {b}(y))", VOCABULARY)
    for _, worlds in scenes_where(reading, row, condition):
        assert truth(worlds, [condition], np.zeros(1, np.int64))[0].any()


def test_what_can_never_be_is_refused_as_a_condition():
    with pytest.raises(QueryError, match="in no world"):
        scenes_where(drawn(False), 0, parse("(exists x. cat(x)) & ~(exists x. cat(x))", VOCABULARY))
