"""What answers state: the same for all writings, and true in every scene in which the answer is right."""

import numpy as np
import pytest
from test_literals import WRITINGS

from neurona.programs import Vocabulary, parse, value
from neurona.programs.facts import Fact
from neurona.programs.statements import Statement, answered, stated_words, states, with_things
from neurona.programs.worlds import World

THINGS = frozenset(["man", "bat", "ball", "face", "cat"])
SCENES = Vocabulary(
    ("man", "bat", "ball", "face", "cat", "red", "big"),
    ("hold", "beside"),
    categories={"Action": ("hold", "beside"), "Color": ("red", "big")},
    definitions={"animate": "face(x) | cat(x)", "person": "man(x)"},
)
LABELS = Vocabulary(
    ("face", "cat", "house"),
    categories={"Kind": ("face", "cat", "house")},
    definitions={"animate": "face(x) | cat(x)"},
    exclusive=("Kind",),
)
HOLD = Fact("hold", ("man", "bat"))


def facts(*items):
    return frozenset(Fact(item[0], tuple(item[1:])) for item in (text.split() for text in items))


def said(text, answer, vocabulary=SCENES, things=THINGS):
    return states(parse(text, vocabulary), answer, vocabulary, things)


@pytest.mark.parametrize(("fact", "text"), [(fact, text) for fact, texts in WRITINGS.items() for text in texts])
def test_an_answer_states_its_fact_however_the_question_is_written(fact, text):
    yes, no = Statement(with_things([fact])), Statement(frozenset(), frozenset([fact]))
    assert (said(text, "yes"), said(text, "no")) == (yes, no)
    assert (said(f"~({text})", "no"), said(f"~({text})", "yes")) == (yes, no)


@pytest.mark.parametrize(
    ("text", "answer", "true", "false"),
    [
        ("exists x. animate(x)", "yes", (), ()),
        ("exists x. animate(x)", "no", (), ("face", "cat")),
        ("exists x. animate(x) & red(x)", "no", (), ("red face", "red cat")),
        ("(exists x. cat(x)) & ~(exists x. bat(x))", "yes", ("cat",), ("bat",)),
        ("(exists x. cat(x)) & ~(exists x. bat(x))", "no", (), ()),
        ("(exists x. cat(x)) -> (exists x. bat(x))", "no", ("cat",), ("bat",)),
        ("exists x. ball(x) & red(x) & big(x)", "yes", ("ball", "red ball", "big ball"), ()),
        ("exists x. ball(x) & red(x) & big(x)", "no", (), ()),
        ("exists x. ball(x) & ~red(x)", "yes", ("ball",), ("red ball",)),
        ("exists x. man(x) & red(x) & hold(x, the y. bat(y) & big(y))", "yes",
         ("man", "bat", "red man", "big bat", "hold man bat"), ()),
        ("exists x. red(x)", "yes", (), ()),
        ("exists x. red(x)", "no", (), ()),
        ("describe Action(the x. man(x), the y. bat(y))", "hold", ("man", "bat", "hold man bat"), ()),
        ("describe Action(the x. person(x), the y. bat(y) & red(y))", "hold", ("man", "bat", "red bat", "hold man bat"), ()),
        ("describe Color(the x. ball(x))", "red", ("ball", "red ball"), ()),
        ("count x. man(x)", "0", (), ("man",)),
        ("count x. man(x)", "1", ("man",), ()),
        ("((count x. man(x)) >= 2)", "yes", ("man",), ()),
        ("exists x. cat(x)", "?", (), ()),
    ],
)  # fmt: skip
def test_answers_about_scenes(text, answer, true, false):
    assert said(text, answer) == Statement(facts(*true), facts(*false))


@pytest.mark.parametrize(
    ("text", "answer", "true", "false"),
    [
        ("describe Kind", "cat", ("cat",), ("face", "house")),
        ("exists x. cat(x)", "yes", ("cat",), ("face", "house")),
        ("exists x. cat(x)", "no", (), ("cat",)),
        ("exists x. animate(x)", "yes", (), ("house",)),
        ("exists x. animate(x)", "no", ("house",), ("cat", "face")),
        ("exists x. animate(x) & ~face(x)", "yes", ("cat",), ("face", "house")),
        ("forall x. ~cat(x) & ~house(x)", "yes", ("face",), ("cat", "house")),
    ],
)
def test_answers_about_labels_decide_what_a_single_label_leaves(text, answer, true, false):
    assert said(text, answer, LABELS, frozenset(LABELS.concepts)) == Statement(facts(*true), facts(*false))
    words = {fact.name: True for fact in facts(*true)} | {fact.name: False for fact in facts(*false)}
    assert stated_words(parse(text, LABELS), answer, LABELS) == words


def test_axioms_decide_what_follows():
    vocabulary = Vocabulary(
        ("dog", "animal", "red", "blue", "coloured", "ball"),
        axioms=(
            "forall x. dog(x) -> animal(x)",
            "forall x. ~(red(x) & blue(x))",
            "forall x. red(x) | blue(x) -> coloured(x)",
        ),
    )
    things = frozenset(["dog", "animal", "ball"])

    def of(text, answer):
        return said(text, answer, vocabulary, things)

    assert of("exists x. dog(x)", "yes").true == facts("dog", "animal")
    assert of("exists x. animal(x)", "no").false == facts("dog", "animal")
    assert of("red(the x. ball(x))", "yes") == Statement(facts("ball", "red ball", "coloured ball"), facts("blue ball"))
    assert of("coloured(the x. ball(x))", "no").false == facts("coloured ball", "red ball", "blue ball")


def world_of(scene):
    nouns = sorted({fact.name for fact in scene if not fact.arguments})
    place = {noun: k for k, noun in enumerate(nouns)}
    return World(len(nouns), frozenset((f.name, tuple(place[a] for a in f.arguments or (f.name,))) for f in scene))


def test_what_right_answers_state_is_true_of_the_scene():
    rng = np.random.default_rng(0)
    texts = [text for texts in WRITINGS.values() for text in texts]
    texts += ["exists x. animate(x) & red(x)", "exists x. ball(x) & red(x) & ~big(x)", "forall x. red(x) -> ball(x)"]
    nouns = sorted(THINGS)
    pairs = [(a, b) for a in nouns for b in nouns]
    every = [*map(Fact, nouns), *(Fact(q, (n,)) for q in ("red", "big") for n in nouns)]
    every += [Fact(r, pair) for r in ("hold", "beside") for pair in pairs]
    for _ in range(150):
        chosen = [every[k] for k in rng.choice(len(every), 6)]
        scene = with_things(chosen)
        left, right, negative = rng.choice(texts), rng.choice(texts), rng.random() < 0.5
        query = parse(f"{'~' if negative else ''}(({left}) {rng.choice(['&', '|', '->', '<->'])} ({right}))", SCENES)
        formula = answered(query, "yes", SCENES)
        answer = "yes" if value(formula, world_of(scene)) else "no"
        found = states(query, answer, SCENES, THINGS)
        assert found.true <= scene, (query, answer)
        assert not found.false & scene, (query, answer)


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("exists x. man(x) & hold(x, the y. bat(y))", "yes", {"man": True, "hold": True, "bat": True}),
        ("exists x. man(x) & hold(x, the y. bat(y))", "no", {}),
        ("exists x. cat(x)", "no", {"cat": False}),
        ("exists x. red(x)", "no", {"red": False}),
        ("exists x. red(x)", "yes", {"red": True}),
        ("~(exists x. cat(x))", "no", {"cat": True}),
        ("exists x. cat(x) & ~red(x)", "yes", {"cat": True}),
        ("exists x. animate(x)", "no", {"face": False, "cat": False}),
        ("exists x. exists y. hold(x, y)", "no", {"hold": False}),
        ("hold(the x. man(x), the y. bat(y))", "no", {}),
        ("forall x. ~red(x)", "yes", {"red": False}),
        ("describe Action(the x. man(x), the y. bat(y))", "hold", {"hold": True, "man": True, "bat": True}),
        ("((count x. cat(x)) > 2)", "yes", {"cat": True}),
        ("exists x. cat(x)", "?", {}),
    ],
)
def test_what_answers_say_of_words(text, answer, words):
    assert stated_words(parse(text, SCENES), answer, SCENES) == words
