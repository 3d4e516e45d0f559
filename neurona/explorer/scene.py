"""A concept graph as the page draws it: boxes, arrows and pills with their places, in inches from the upper left corner.

Under a condition the graph with it and the one without it are drawn as one, so that what comes and what goes is seen: each number has the one
without the condition beside it (`before`).
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from neurona.graphs.concept_graph import nodes_of_kind
from neurona.graphs.layout import lay_out
from neurona.graphs.pieces import Look, Scene, label_size, plain, short
from neurona.graphs.truth import owner
from neurona.readings import Reading

MOST_THINGS = 9
"""That are drawn; further ones, less probable, are counted."""

Plain = dict[str, Any]


def scene(reading: Reading, recording: str, given: str | None, threshold: float, across: float | None = None) -> Plain:
    """The drawing of one recording's concept graph.

    Args:
        reading: that says what is in it.
        recording: its id.
        given: a formula taken to be true; None for none.
        threshold: the least probability of what is drawn, with the condition or without it.
        across: inches into which it shall fit, if it can.

    Raises:
        DataError: no such recording.
        QueryError: no scene of the recording holds what is given.
    """
    graph = reading.graph(recording, threshold=threshold)
    if given is not None:
        graph = nx.MultiDiGraph(nx.compose(graph, reading.graph(recording, given=given, threshold=threshold)))
        _ask_again(graph, reading, recording, given)
    things = nodes_of_kind(graph, "thing")
    drawn = {graph.nodes[node]["name"]: node for node in things[:MOST_THINGS]}
    pills: dict[str, list[Plain]] = {name: [] for name in drawn}
    for node in nodes_of_kind(graph, "attribute"):
        holder = graph.nodes[owner(graph, node)]["name"]
        if holder in drawn:
            pills[holder].append(_claim(graph.nodes[node]))
    arrows = _arrows(graph, set(drawn.values()))
    look = Scene(
        {name: Look(_claim(graph.nodes[node])["label"], 1.0) for name, node in drawn.items()},
        {name: [Look(pill["label"], 1.0) for pill in some] for name, some in pills.items()},
    )
    slots = {name: slot for slot, name in enumerate(drawn)}
    sizes = np.array([look.box(name) for name in drawn]).reshape(-1, 2)
    labels = np.array([label_size(arrow["label"]) for arrow in arrows]).reshape(-1, 2)
    layout = lay_out(sizes, [(slots[arrow["subject"]], slots[arrow["object"]]) for arrow in arrows], labels, across)
    top = layout.size[1]
    boxes = [
        {
            **_claim(graph.nodes[node]),
            "place": _upright(layout.centres[slots[name]], top),
            "size": sizes[slots[name]].tolist(),
            "pills": pills[name],
            "carriers": _carriers(graph, node),
            "sums": {
                key: graph.nodes[node].get(key)
                for key in ("prior_log_odds", "bias", "evidence_total", "rest", "log_odds")
            },
        }
        for name, node in drawn.items()
    ]
    for arrow, curve, at in zip(arrows, layout.curves, layout.labels, strict=True):
        arrow |= {"curve": [_upright(point, top) for point in curve], "place": _upright(at, top)}
    return {
        "recording": recording,
        "threshold": threshold,
        "size": list(layout.size),
        "things": boxes,
        "relations": arrows,
        "defined": [_claim(graph.nodes[node]) for node in nodes_of_kind(graph, "defined")],
        "left_out": len(things) - len(drawn),
        "likeliest": any(graph.nodes[node].get("likeliest") for node in things),
    }


def _arrows(graph: nx.MultiDiGraph, drawn: set[str]) -> list[Plain]:
    return [
        {
            **_claim(data),
            "subject": graph.nodes[subject]["name"],
            "object": graph.nodes[target]["name"],
            "symmetric": data["symmetric"],
        }
        for subject, target, data in graph.edges(data=True)
        if data["kind"] == "relation" and {subject, target} <= drawn and subject != target
    ]


def _claim(data: Plain) -> Plain:
    """What is said of one fact; `before` is its probability without the condition."""
    numbers = {key: data[key] for key in ("probability", "prior", "error")}
    label = f"{plain(data['name'])} {short(data['probability'])}"
    return {
        "name": data["name"],
        "program": data["program"],
        "label": label,
        **numbers,
        "before": data.get("before", data["probability"]),
    }


def _carriers(graph: nx.MultiDiGraph, node: str) -> list[Plain]:
    edges = [
        (graph.nodes[entity]["name"], data)
        for entity, _, data in graph.in_edges(node, data=True)
        if data["kind"] == "carries"
    ]
    return [
        {"entity": name, "evidence": data["evidence"]} for name, data in sorted(edges, key=lambda edge: edge[1]["rank"])
    ]


def _ask_again(graph: nx.MultiDiGraph, reading: Reading, recording: str, given: str) -> None:
    """Give every claim of either graph its numbers with the condition, and `before`."""
    claims = [data for _, data in graph.nodes(data=True) if "program" in data]
    claims += [data for *_, data in graph.edges(data=True) if "program" in data]
    programs = list(dict.fromkeys(data["program"] for data in claims))
    now = reading.ask(programs, recording, given=given).set_index("query")
    before = reading.ask(programs, recording).set_index("query")
    for data in claims:
        program = data["program"]
        data["before"] = float(before.probability[program])
        for key in ("probability", "prior", "error"):
            data[key] = float(np.nan_to_num(now[key][program]))


def _upright(point: np.ndarray, top: float) -> list[float]:
    """From a corner below to one above."""
    return [float(point[0]), float(top - point[1])]
