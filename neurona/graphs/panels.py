"""What of a concept graph is drawn, and how: the decoded and the true scene, the carriers, the defined words."""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx

from neurona.graphs.concept_graph import forms, nodes_of_kind
from neurona.graphs.pieces import GREEN, GREY, INK, ORANGE, PURPLE, VERMILION, Look, Scene, plain, short
from neurona.graphs.truth import owner
from neurona.programs.facts import Fact

PER_PROBABILITY = 2.8  # points of a line that stands for something certain
PER_EVIDENCE = 3.5  # points of the line of the largest evidence in a picture
_MOST_DEFINED, _MOST_MISSED = 6, 6


class Link(NamedTuple):
    """A line between a box beside the scene and a thing in it.

    Attributes:
        item: key of the box; `look` is how it is drawn.
        thing: name.
        points, colour, dashed: of the line.
        evidence: that the line stands for; 0 for none.
    """

    item: str
    look: Look
    thing: str
    points: float
    colour: str
    evidence: float
    dashed: bool = False


def both_scenes(graph: nx.MultiDiGraph, most_things: int) -> tuple[Scene, Scene | None, list[str]]:
    """The decoded scene, the true one (None where it is not known), and notes on what is not drawn."""
    notes = []
    every = nodes_of_kind(graph, "thing")
    if len(every) > most_things:
        notes.append(f"{len(every) - most_things} less probable things are not drawn")
    drawn = every[:most_things]
    decoded = Scene()
    true = Scene() if "missed" in graph.graph else None
    for node in drawn:
        data = graph.nodes[node]
        decoded.things[data["name"]] = _decoded(data)
        _state(true, data, "thing", (data["name"],))
    for node in nodes_of_kind(graph, "attribute"):
        holder = owner(graph, node)
        if holder in drawn:
            data, thing = graph.nodes[node], graph.nodes[holder]["name"]
            decoded.pills.setdefault(thing, []).append(_decoded(data))
            _state(true, data, "attribute", (thing, data["name"]))
    for subject, object_, data in sorted(graph.edges(data=True), key=lambda edge: -edge[2].get("probability", 0.0)):
        if data["kind"] != "relation" or subject not in drawn or object_ not in drawn:
            continue
        key = (graph.nodes[subject]["name"], data["name"], graph.nodes[object_]["name"])
        if subject == object_:
            decoded.pills.setdefault(key[0], []).append(_decoded({**data, "name": f"{data['name']} itself"}))
        else:
            decoded.relations[key] = _decoded(data)
            _state(true, data, "relation", key)
    if true is not None:
        _add_missed(graph, decoded, true, notes)
    return decoded, true, notes


def is_symmetric(relation: tuple[str, str, str]) -> bool:
    """Whether the relation holds both ways round."""
    subject, name, object_ = relation
    return Fact(name, (object_, subject)) in forms(Fact(name, (subject, object_)))


def shown_carriers(graph: nx.MultiDiGraph, decoded: Scene) -> list[Link]:
    """The carriers of the things that are drawn, the strongest of each thing first."""
    edges = [
        (data["rank"], graph.nodes[entity]["name"], graph.nodes[word]["name"], data["evidence"])
        for entity, word, data in graph.edges(data=True)
        if data["kind"] == "carries"
        and graph.nodes[word]["kind"] == "thing"
        and graph.nodes[word]["name"] in decoded.things
    ]
    largest = max((abs(evidence) for *_, evidence in edges), default=0.0) or 1.0
    look = {name: Look(plain(name), 0.7, GREY) for _, name, _, _ in edges}
    return [
        Link(
            name,
            look[name],
            thing,
            max(0.4, PER_EVIDENCE * abs(evidence) / largest),
            GREEN if evidence >= 0 else PURPLE,
            evidence,
        )
        for _, name, thing, evidence in sorted(edges)
    ]


def shown_definitions(graph: nx.MultiDiGraph, decoded: Scene) -> list[Link]:
    """The defined words, and which of the things that are drawn imply them, by themselves or by an attribute."""
    nodes = nodes_of_kind(graph, "defined")[:_MOST_DEFINED]
    links = {}
    for source, target, edge in graph.edges(data=True):
        if edge["kind"] != "is a" or target not in nodes or graph.nodes[source]["kind"] == "defined":
            continue
        thing = source
        if graph.nodes[source]["kind"] == "attribute":
            thing = owner(graph, source)
        if graph.nodes[thing]["name"] in decoded.things:
            key = (nodes.index(target), graph.nodes[thing]["name"])
            links[key] = Link(target, _decoded(graph.nodes[target]), key[1], 1.0, GREY, 0.0, True)
    return [links[key] for key in sorted(links)]


def _decoded(data: dict) -> Look:
    """A claim with its probability; dashed and in another colour if it is known to be false."""
    label, width = f"{plain(data['name'])} {short(data['probability'])}", PER_PROBABILITY * data["probability"]
    false = data.get("true") is False
    return Look(label, width, VERMILION if false else INK, false)


def _state(true: Scene | None, data: dict, kind: str, words: tuple[str, ...]) -> None:
    """Put a true claim into the true scene."""
    if true is not None and data["true"]:
        _put(true, kind, words, Look(plain(data["name"]), PER_PROBABILITY))


def _put(scene: Scene, kind: str, words: tuple[str, ...], look: Look) -> None:
    match kind, words:
        case "thing", (thing,):
            scene.things[thing] = look
        case "attribute", (thing, _):
            scene.pills.setdefault(thing, []).append(look)
        case "relation", (subject, name, object_):
            scene.relations[subject, name, object_] = look


def _add_missed(graph: nx.MultiDiGraph, decoded: Scene, true: Scene, notes: list[str]) -> None:
    """Put what the graph misses into the true scene, in another colour; facts about things that are not drawn are counted."""
    missed = [Fact(name, tuple(arguments)) for name, *arguments in graph.graph["missed"]]
    nouns = [fact.name for fact in missed if not fact.arguments]
    for noun in nouns[:_MOST_MISSED]:
        _put(true, "thing", (noun,), Look(plain(noun), PER_PROBABILITY, ORANGE))
    left_out = len(nouns[_MOST_MISSED:])
    for fact in missed:
        look = Look(plain(fact.name), PER_PROBABILITY, ORANGE)
        if not all(noun in true.things for noun in fact.arguments):
            left_out += 1
        elif len(fact.arguments) == 1:
            _put(true, "attribute", (fact.arguments[0], fact.name), look)
        elif len(fact.arguments) == 2 and fact.arguments[0] != fact.arguments[1]:
            _put(true, "relation", (fact.arguments[0], fact.name, fact.arguments[1]), look)
    if left_out:
        notes.append(f"{left_out} missed facts are not drawn")
