"""`explain` on labels of several categories: every conjunction is a world, those that training lacks among them."""

import numpy as np
import pytest
from held_out import read

from neurona.datasets.label_questions import Shown, questions_from_labels
from neurona.decoders.explain import ExplainSettings, fit_explain
from neurona.decoders.label_scenes import label_scenes
from neurona.encoding_models.class_model import ClassModelSettings
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities

OBJECTS, PLACES = ("face", "hand", "car"), ("upper", "middle", "lower")
VOCABULARY = Vocabulary(
    (*OBJECTS, *PLACES), categories={"Object": OBJECTS, "Place": PLACES}, exclusive=("Object", "Place")
)


@pytest.fixture(scope="module")
def problem():
    """SIMULATED: 60 neurons, 10 recordings of each of 9 conjunctions to learn from, but none of a hand below; 10 of each to test."""
    rng = np.random.default_rng(0)
    shown = [(what, where) for what in OBJECTS for where in PLACES for _ in range(20)]
    first, second = rng.normal(size=(3, 60)), rng.normal(size=(3, 60))
    mean = np.stack([first[OBJECTS.index(a)] + second[PLACES.index(b)] for a, b in shown])
    values = (mean + 1.5 * rng.normal(size=mean.shape)).astype(np.float32)
    ids = [f"r{k}" for k in range(len(shown))]
    table = questions_from_labels(ids, [Shown(frozenset(pair)) for pair in shown], VOCABULARY)
    asked = Asked.of(table, VOCABULARY, ids)
    entities = Entities(values, np.arange(60), tuple(f"n{k}" for k in range(60)), "neuron")
    train = np.array([k % 2 == 0 and pair != ("hand", "lower") for k, pair in enumerate(shown)])
    learned, tested = asked.take(train[asked.recording]), asked.take(np.arange(len(shown))[asked.recording] % 2 == 1)
    return Problem(entities, VOCABULARY, learned, asked.take(np.zeros(0, np.int64))), tested


def test_an_unseen_conjunction_is_read(problem):
    made, test = problem
    decoder = fit_explain(made, ExplainSettings())
    found, _ = read(decoder, made, test)
    assert found.worlds.n_worlds == 9
    lower_hand = [f"r{k}" for k in range(1, 180, 2) if k // 20 == 5]
    table = found.ask(["exists x. hand(x) & lower(x)", "describe Object", "describe Place"])
    said = table[table.recording.isin(lower_hand)]
    assert (said[said["query"] == "exists x. hand(x) & lower(x)"].probability > 0.5).mean() > 0.7
    assert (said[said["query"] == "describe Object"].answer == "hand").mean() > 0.8


def test_all_that_is_said_comes_from_one_posterior(problem):
    made, test = problem
    found, _ = read(fit_explain(made, ExplainSettings()), made, test)
    asked = lambda text: found.ask([text]).probability.to_numpy()  # noqa: E731
    both = sum(asked(f"exists x. {a}(x) & {b}(x)") for a in OBJECTS for b in PLACES)
    np.testing.assert_allclose(both, 1, atol=1e-9)
    of_hand = sum(asked(f"exists x. hand(x) & {b}(x)") for b in PLACES)
    np.testing.assert_allclose(of_hand, asked("exists x. hand(x)"), atol=1e-9)
    neither = asked("~(exists x. face(x) | car(x))")
    np.testing.assert_allclose(neither, of_hand, atol=1e-9)


def test_sets_of_answers_hold_the_right_one_as_often_as_is_promised(problem):
    made, test = problem
    found, place = read(fit_explain(made, ExplainSettings()), made, test)
    said = found.ask_each(test.queries, place)
    seen = ~np.isin(test.recording // 20, [5])  # a hand below was never shown, so nothing is promised of it
    for coverage in (0.5, 0.9):
        sets = found.answer_sets(said, place, coverage)
        held = np.array([answer in one for answer, one in zip(test.table.answer.tolist(), sets, strict=True)])
        assert held[seen].mean() > coverage - 0.05


def test_what_training_never_shows_is_no_world(problem):
    made, _ = problem
    more = Vocabulary(
        (*VOCABULARY.concepts, "kiwi"),
        categories={"Object": (*OBJECTS, "kiwi"), "Place": PLACES},
        exclusive=("Object", "Place"),
    )
    scenes = label_scenes(Problem(made.entities, more, made.train, made.validation), ClassModelSettings())
    assert scenes.before.n_worlds == 9


def test_free_concepts_have_no_list_of_labels(problem):
    made, _ = problem
    free = Vocabulary((*VOCABULARY.concepts, "old"), categories=VOCABULARY.categories, exclusive=("Object", "Place"))
    assert label_scenes(Problem(made.entities, free, made.train, made.validation), ClassModelSettings()) is None
