"""Concept graphs as files: GraphML (Gephi, Cytoscape, yEd) and node-link JSON (D3, NetworkX); the suffix chooses."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx

from neurona.errors import DataError, OutputError
from neurona.files import write_atomically, write_text

SUFFIXES = (".graphml", ".json")


def write_graph(graph: nx.MultiDiGraph, path: str | Path) -> Path:
    """Write GraphML (`.graphml`) or node-link JSON (`.json`: keys `graph`, `nodes`, `edges`) atomically.

    Raises:
        OutputError: another suffix, or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(
            f"{path}: a concept graph is written to {' or '.join(SUFFIXES)}, not to {suffix or 'no suffix'!r}"
        )
    if suffix == ".graphml":
        plain = _for_graphml(graph)
        return write_atomically(path, lambda target: nx.write_graphml_xml(plain, target))
    text = json.dumps(nx.node_link_data(graph, edges="edges"), indent=1, ensure_ascii=False, allow_nan=False)
    return write_text(path, text)


def read_graph(path: str | Path) -> nx.MultiDiGraph:
    """Read what `write_graph` wrote.

    Raises:
        DataError: another suffix, or the file is missing, damaged or holds no concept graph.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path}: a concept graph is read from {' or '.join(SUFFIXES)}")
    try:
        if path.suffix.lower() == ".graphml":
            graph = _from_graphml(nx.MultiDiGraph(nx.read_graphml(path, force_multigraph=True)))
        else:
            data = json.loads(path.read_text(encoding="utf-8"))
            graph = nx.MultiDiGraph(nx.node_link_graph(data, directed=True, multigraph=True, edges="edges"))
        if missing := {"recording", "threshold"} - set(graph.graph):
            raise ValueError(f"no {sorted(missing)}")
        return graph
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError, nx.NetworkXError) as error:
        raise DataError(f"{path}: cannot be read as a concept graph: {error!r}") from error


def _for_graphml(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph as GraphML can hold it: no lists, and an id of its own for every edge."""
    lists = {key: json.dumps(value) for key, value in graph.graph.items() if isinstance(value, list)}
    plain: nx.MultiDiGraph = nx.MultiDiGraph(**{**graph.graph, **lists})
    plain.add_nodes_from(graph.nodes(data=True))
    for number, (source, target, data) in enumerate(graph.edges(data=True)):
        plain.add_edge(source, target, f"e{number}", **data)
    return plain


def _from_graphml(plain: nx.MultiDiGraph) -> nx.MultiDiGraph:
    attributes = {key: value for key, value in plain.graph.items() if key not in ("node_default", "edge_default")}
    if "missed" in attributes:
        attributes["missed"] = json.loads(attributes["missed"])
    graph: nx.MultiDiGraph = nx.MultiDiGraph(**attributes)
    graph.add_nodes_from(plain.nodes(data=True))
    for source, target, data in plain.edges(data=True):
        data.pop("id", None)
        graph.add_edge(source, target, data["name"] if data["kind"] == "relation" else data["kind"], **data)
    return graph
