"""Concept graphs as files: GraphML (Gephi, Cytoscape, yEd) and node-link JSON (D3, NetworkX)."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx

from neurona.errors import DataError
from neurona.evaluation.files import write_atomically


def to_graphml(graph: nx.DiGraph, path: str | Path) -> Path:
    """Write GraphML atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    return write_atomically(path, lambda target: nx.write_graphml_xml(graph, target))


def from_graphml(path: str | Path) -> nx.DiGraph:
    """Read what `to_graphml` wrote.

    Raises:
        DataError: the file is missing or is not GraphML.
    """
    try:
        graph: nx.DiGraph = nx.DiGraph(nx.read_graphml(Path(path)))
        for defaults in ("node_default", "edge_default"):  # the reader's own additions
            graph.graph.pop(defaults, None)
        return graph
    except (OSError, nx.NetworkXError, SyntaxError, ValueError, KeyError) as error:
        raise DataError(f"{path}: cannot be read as GraphML: {error}") from error


def to_json(graph: nx.DiGraph, path: str | Path) -> Path:
    """Write node-link JSON (keys `graph`, `nodes`, `edges`) atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    text = json.dumps(nx.node_link_data(graph, edges="edges"), indent=1, ensure_ascii=False, allow_nan=False)
    return write_atomically(path, lambda target: _write_text(target, text + "\n"))


def from_json(path: str | Path) -> nx.DiGraph:
    """Read what `to_json` wrote.

    Raises:
        DataError: the file is missing, is not JSON, or does not hold a node-link graph.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return nx.DiGraph(nx.node_link_graph(data, edges="edges"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, nx.NetworkXError) as error:
        raise DataError(f"{path}: cannot be read as a concept graph in node-link JSON: {error!r}") from error


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
