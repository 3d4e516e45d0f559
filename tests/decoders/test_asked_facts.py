"""Which questions are about one fact, and what is known to hold in whose scene."""

import numpy as np
import pandas as pd
import pytest

from neurona.decoders.asked_facts import fact_questions, split, told_by
from neurona.decoders.problem import Asked
from neurona.encoding_models.bindings import Bindings
from neurona.errors import DataError
from neurona.programs import Vocabulary
from neurona.scenes.scene_graph import Fact

VOCABULARY = Vocabulary(concepts=("ball", "man", "red"), relations=("hold", "see"))
BINDINGS = Bindings.learn([[Fact("man"), Fact("ball"), Fact("red", ("ball",)), Fact("hold", ("man", "ball"))]])


def asked() -> Asked:
    programs = [
        ("exists x. man(x)", "yes", "object"),
        ("~(exists x. man(x))", "yes", "object"),
        ("exists x. man(x) & hold(x, the y. ball(y))", "no", "relation"),
        ("exists x. red(x)", "yes", "attribute"),
        ("exists x. exists y. hold(x, y)", "no", "relation"),
    ]
    table = pd.DataFrame(programs, columns=["program", "answer", "type"])
    table = table.assign(question=[f"q{k}" for k in range(len(table))], recording="r")
    return Asked.of(table, VOCABULARY, ["r"])


def test_questions_about_one_fact_are_told_from_all_others():
    one, chosen, rest = split(asked(), BINDINGS)
    assert one.tolist() == [0, 1, 2]
    assert chosen.tolist() == []
    # An attribute without its noun, and a relation of whatever things, take all things together.
    assert rest.tolist() == [3, 4]


def test_what_holds_is_what_the_answers_say():
    found = fact_questions(asked(), BINDINGS)
    assert list(found.facts) == [Fact("man"), Fact("man"), Fact("hold", ("man", "ball"))]
    np.testing.assert_array_equal(found.holds, [True, False, False])


def test_a_question_about_no_one_fact_is_refused_by_name():
    with pytest.raises(DataError, match="hold"):
        told_by(asked(), 4)
