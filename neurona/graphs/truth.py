"""The true scene beside the decoded one: which claims of a concept graph are true, and which facts it misses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx

from neurona.programs import Vocabulary, World, expand, parse, value
from neurona.programs.facts import Fact


def mark_truth(
    graph: nx.MultiDiGraph,
    truth: frozenset[Fact],
    vocabulary: Vocabulary,
    things: frozenset[str],
    forms: Callable[[Fact], tuple[Fact, ...]],
) -> None:
    """Give every claim of the graph the attribute `true`, and the graph the list `missed`.

    Args:
        graph: of one recording; changed in place.
        truth: the facts of the true scene; a fact's nouns are things of the scene, and what is not stated is false.
        vocabulary: a true fact is missed only if the vocabulary has its words.
        things: the nouns that the decoder knows.
        forms: a fact and the other ways to state it.
    """
    nouns = {noun for fact in truth for noun in fact.arguments} | {
        f.name for f in truth if not f.arguments and f.name in things
    }
    true = {form for fact in truth for form in forms(fact)} | {Fact(noun) for noun in nouns}
    claimed: set[Fact] = set()
    for fact, data in claims(graph):
        data["true"] = fact in true
        claimed.update(forms(fact))
    scene = _world(true, sorted(nouns))
    for _, data in graph.nodes(data=True):
        if data["kind"] == "defined":
            data["true"] = bool(value(expand(parse(data["program"], vocabulary), vocabulary), scene))
    missed = {
        min(forms(fact), key=lambda form: (form.name, form.arguments))
        for fact in true - claimed
        if all(noun in things for noun in fact.arguments or (fact.name,))
        and fact.name in (vocabulary.relations if len(fact.arguments) == 2 else vocabulary.concepts)
    }
    graph.graph["missed"] = sorted(
        ([fact.name, *fact.arguments] for fact in missed), key=lambda words: (len(words), words)
    )


def claims(graph: nx.MultiDiGraph) -> Iterator[tuple[Fact, dict[str, Any]]]:
    """Every fact that the graph claims, with its node's or edge's attributes: things, attributes, relations."""
    for node, data in graph.nodes(data=True):
        if data["kind"] == "thing":
            yield Fact(data["name"]), data
        elif data["kind"] == "attribute":
            yield Fact(data["name"], (graph.nodes[owner(graph, node)]["name"],)), data
    for subject, object_, data in graph.edges(data=True):
        if data["kind"] == "relation":
            yield Fact(data["name"], (graph.nodes[subject]["name"], graph.nodes[object_]["name"])), data


def owner(graph: nx.MultiDiGraph, attribute: str) -> str:
    """The thing that an attribute is of."""
    return next(thing for _, thing, data in graph.out_edges(attribute, data=True) if data["kind"] == "has")


def _world(facts: set[Fact], nouns: list[str]) -> World:
    """The scene as a world of as many individuals as it has things."""
    place = {noun: number for number, noun in enumerate(nouns)}
    held = {(fact.name, tuple(place[noun] for noun in fact.arguments)) for fact in facts if fact.arguments}
    return World(max(1, len(nouns)), frozenset(held | {(noun, (number,)) for noun, number in place.items()}))
