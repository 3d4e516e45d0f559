"""Pairs of recordings: exact on worlds, each thing as its own recording says, and what the vocabularies of our data sets make of them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from neurona.datasets.card import cards_folder, read_card
from neurona.decoders.label_worlds import LabelWorlds
from neurona.errors import DataError
from neurona.execution import Worlds, truth
from neurona.programs import Vocabulary, parse_logic
from neurona.programs.axioms import axioms_of, closed_axioms
from neurona.programs.facts import Fact
from neurona.readings import WorldReading, by_lot, open_reading, paired
from neurona.readings.joined import JoinedReading

CARDS = [
    path.stem for path in sorted(cards_folder().glob("*.md")) if (words := read_card(path.stem).words) and words.paired
]
ASYMMETRIC = {"above", "left_of", "more_animate", "better_off", "imagery_of"}
SYMMETRIC = {"same_category", "same_emotion", "same_movement", "opposite_side"}
ABOVE = "above(the x. first(x), the y. second(y))"
UPSIDE_DOWN = "above(the y. second(y), the x. first(x))"


def reading_of(vocabulary, ids=("a", "b", "c"), share=None):
    """A decoder's, were it to say what a lot says."""
    labels = LabelWorlds.of(vocabulary)
    if share is None:
        share = np.random.default_rng(0).dirichlet(np.full(labels.worlds.n_worlds, 0.5), len(ids))
    return WorldReading(vocabulary, tuple(ids), replace(labels.worlds, share=share), labels.worlds, labels.things)


NEURONS = read_card("it_neurons_7objects").vocabulary


def share(reading, text, recording):
    return reading.ask(text, recording).probability[0]


def test_the_probability_of_a_relation_is_that_of_all_worlds_in_which_it_holds():
    reading = reading_of(NEURONS)
    rank = {"upper": 0, "middle": 1, "lower": 2}
    place = [next(rank[fact.name] for fact in reading.worlds.facts(0, k) if fact.name in rank) for k in range(21)]
    expected = sum(
        reading.worlds.share[0, w] * reading.worlds.share[1, v]
        for w, v in product(range(21), repeat=2)
        if place[w] < place[v]
    )
    both = paired(reading, [("a", "b")])
    assert both.about.paired
    assert share(both, ABOVE, None) == pytest.approx(expected)
    assert both.recordings == ("paired_a_with_b",)


def test_each_thing_is_what_its_own_recording_says():
    reading = reading_of(NEURONS)
    both = paired(reading, [("a", "b"), ("c", "a")])
    for text in ("exists x. {}hand(x) & upper(x)", "exists x. {}plant(x) & ~lower(x)"):
        for pair, (first, second) in zip(both.recordings, [("a", "b"), ("c", "a")], strict=True):
            assert share(both, text.format("first(x) & "), pair) == pytest.approx(
                share(reading, text.format(""), first)
            )
            assert share(both, text.format("second(x) & "), pair) == pytest.approx(
                share(reading, text.format(""), second)
            )
    given = both.ask("exists x. second(x) & hand(x)", "paired_a_with_b", given="exists x. first(x) & hand(x)")
    assert given.probability[0] == pytest.approx(share(reading, "exists x. hand(x)", "b"))


def test_the_other_order_is_the_mirror_image():
    both = paired(reading_of(NEURONS), [("a", "b"), ("b", "a")])
    one, other = both.recordings
    assert share(both, ABOVE, one) == pytest.approx(share(both, UPSIDE_DOWN, other))
    for text in ("exists x, y. above(x, y) & car(x)", "count x. body_part(x)", "exists x, y. same_category(x, y)"):
        assert share(both, text, one) == pytest.approx(share(both, text, other))


@pytest.mark.parametrize("name", CARDS)
def test_what_the_vocabulary_says_holds_of_every_pair(name):
    vocabulary = read_card(name).vocabulary
    both = paired(reading_of(vocabulary), [("a", "b")])
    always = list(closed_axioms(both.vocabulary))
    for relation in both.vocabulary.relations:
        assert relation in ASYMMETRIC | SYMMETRIC
        after = f"{'~' if relation in ASYMMETRIC else ''}{relation}(y, x)"
        always += [
            parse_logic(f"forall x, y. {relation}(x, y) -> {after}"),
            parse_logic(f"forall x. ~{relation}(x, x)"),
        ]
        # Relations that nothing or everything fulfils would ask for no decoding.
        assert 0.01 < share(both, f"exists x, y. {relation}(x, y)", None) < 0.99
    assert truth(both.worlds, always, np.zeros(len(always), np.int64)).all()
    assert axioms_of(both.vocabulary).others


def test_pairs_of_recordings_that_different_decoders_read(tmp_path):
    few = LabelWorlds.of(NEURONS).worlds
    some = Worlds.of_facts([[few.facts(0, k) for k in (0, 4, 17)]], few.concepts, (), np.array([[0.5, 0.3, 0.2]]))
    other = WorldReading(NEURONS, ("d",), some, some, ("car",))
    whole = JoinedReading({"one": reading_of(NEURONS), "two": other})
    both = paired(whole, [("a", "d"), ("b", "a"), ("d", "c")])
    assert both.recordings == ("paired_a_with_d", "paired_b_with_a", "paired_d_with_c")
    for pair, other_pair in (("paired_a_with_d", [("a", "d")]), ("paired_d_with_c", [("d", "c")])):
        assert both.ask(ABOVE, pair).equals(paired(whole, other_pair).ask(ABOVE))
    again = open_reading(both.save(tmp_path / "reading"))
    assert again.about.paired
    assert again.ask(ABOVE).equals(both.ask(ABOVE))


def test_relations_are_edges_of_the_concept_graph():
    sure = np.zeros((2, 21))
    reading = reading_of(NEURONS, "ab")
    said = [{fact.name for fact in reading.worlds.facts(0, k)} for k in range(21)]
    sure[0, said.index({"hand", "upper"})] = sure[1, said.index({"face", "lower"})] = 1
    graph = paired(reading_of(NEURONS, "ab", sure), [("a", "b")]).graph("paired_a_with_b")
    related = {(u, data["name"], v) for u, v, data in graph.edges(data=True) if data["kind"] == "relation"}
    assert ("thing:first", "above", "thing:second") in related
    assert {name for _, name, _ in related} == {"above", "same_category"}
    assert graph.graph["paired"]


def test_every_recording_stands_in_one_pair_of_its_own_group():
    pairs = by_lot(["a", "b", "c", "d", "e"], ["1", "1", "2", "2", "1"])
    assert len(pairs) == 2
    assert {"c", "d"} in map(set, pairs)
    assert len({name for pair in pairs for name in pair}) == 4
    assert len(by_lot(["a", "b", "c", "d"])) == 2


@pytest.mark.parametrize(
    ("pairs", "message"),
    [([("a", "a")], "paired with itself"), ([], "there are none"), ([("a", "z")], "no recording 'z'")],
)
def test_no_pairs(pairs, message):
    with pytest.raises(DataError, match=message):
        paired(reading_of(NEURONS), pairs)


def test_recordings_of_several_things_are_no_pair():
    words = Vocabulary(("man", "dog"))
    worlds = Worlds.of_facts([[[Fact("man"), Fact("dog")], [Fact("man")]]], words.concepts, ())
    reading = WorldReading(words, ("a", "b"), replace(worlds, share=np.full((2, 2), 0.5)), worlds, ("man", "dog"))
    with pytest.raises(DataError, match="2 things; a scene of two is made of recordings of one thing each"):
        paired(reading, [("a", "b")])
