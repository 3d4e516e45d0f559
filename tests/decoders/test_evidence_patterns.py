"""Terms: what is known of words and of bindings. Patterns: planted ones are found, and where nothing is planted there are none."""

import numpy as np
import pandas as pd

from neurona.decoders.evidence_patterns import Terms, blocks, estimate, evidence, terms_of
from neurona.decoders.standardise import standardised
from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, RELATION, RELATION_SUBJECT, Binding, Bindings
from neurona.encoding_models.known_facts import KnownFacts, from_answers
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.questions import Asked
from neurona.recordings.entities import Entities

VOCABULARY = Vocabulary(("man", "ball", "red"), ("hold",))
THINGS = frozenset({"man", "ball"})
HOLD = "exists x. man(x) & hold(x, the y. ball(y))"


def asked(rows):
    table = pd.DataFrame(rows, columns=["recording", "program", "answer"]).assign(type="t")
    table["question"] = [f"q{k}" for k in range(len(table))]
    return Asked.of(table, VOCABULARY, ["r0", "r1", "r2"])


def terms(questions, known=None, least=1):
    known = known or from_answers(questions, VOCABULARY, THINGS)
    bindings = Bindings.learn([facts.true for facts in known])
    return terms_of(bindings, known, questions, VOCABULARY, 3, least, 100)


def cell(found: Terms, row, band, *words):
    return found.holds[row, found.place[Binding(band, words)]]


def test_what_answers_tell_holds_or_does_not_and_the_rest_is_unknown():
    questions = asked(
        [
            ("r0", HOLD, "yes"),
            ("r1", "exists x. man(x)", "no"),
            ("r1", "exists x. red(x) & ball(x)", "yes"),
            ("r2", HOLD, "no"),
        ]
    )
    found = terms(questions)
    assert [cell(found, row, CONCEPT, "man") for row in range(2)] == [1, 0]
    assert np.isnan(cell(found, 2, CONCEPT, "man"))  # either may be missing
    assert cell(found, 0, RELATION, "hold") == 1
    assert np.isnan(cell(found, 2, RELATION, "hold"))
    assert cell(found, 1, ATTRIBUTE, "red") == 1
    assert cell(found, 0, RELATION_SUBJECT, "hold", "man") == 1
    assert found.names[found.parent[found.place[Binding(RELATION_SUBJECT, ("hold", "man"))]]].words == ("hold",)


def test_of_a_complete_scene_nothing_is_unknown():
    questions = asked([("r0", HOLD, "yes"), ("r1", "exists x. ball(x)", "yes")])
    whole = [
        KnownFacts(frozenset({Fact("man"), Fact("ball"), Fact("hold", ("man", "ball"))}), complete=True),
        KnownFacts(frozenset({Fact("ball")}), complete=True),
    ]
    found = terms(questions, whole)
    assert not np.isnan(found.holds[:2]).any()
    assert cell(found, 1, CONCEPT, "man") == cell(found, 1, RELATION, "hold") == 0


def test_rare_bindings_are_left_to_their_words():
    found = terms(asked([("r0", HOLD, "yes"), ("r1", HOLD, "yes")]), least=3)
    assert {name.band for name in found.names} == {CONCEPT, RELATION}


def test_planted_patterns_are_found_and_nothing_where_none_is_planted():
    rng = np.random.default_rng(0)
    rows, channels = 600, 12
    holds = (rng.random((rows, 2)) < 0.5).astype(np.float32)
    pattern = np.zeros((2, channels))
    pattern[0, :4] = [1.0, -1.0, 1.0, 0.5]
    features = (rng.normal(size=(rows, channels)) + holds @ pattern).astype(np.float32)
    entities = Entities(features, np.repeat(np.arange(3), 4), ("a", "b", "c"), "group")
    every = np.arange(rows)
    to_z = standardised(entities, every, holds - holds.mean(axis=0))
    found = Terms((Binding(CONCEPT, ("man",)), Binding(CONCEPT, ("ball",))), np.arange(2), holds)
    patterns = estimate(found, every[:500], to_z(features), blocks(to_z, 1.0), 30.0, 30.0)
    assert patterns.power[0].argmax() == 0
    assert np.abs(patterns.pattern[0, :4]).sum() > 5 * np.abs(patterns.pattern[0, 4:]).sum()
    assert np.abs(patterns.pattern[1]).max() < 0.2
    told = evidence(to_z(features[500:]), patterns)[:, 0]
    there = holds[500:, 0] > 0
    assert told[there].mean() > 0 > told[~there].mean()
