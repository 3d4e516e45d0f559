"""Graphs: the concept graph of a recording, its files and its picture."""

from __future__ import annotations

from neurona.graphs.concept_graph import concept_graph, nodes_of_kind
from neurona.graphs.draw import draw
from neurona.graphs.export import from_graphml, from_json, to_graphml, to_json
from neurona.graphs.ontology import implying, is_a_links

__all__ = [
    "concept_graph",
    "draw",
    "from_graphml",
    "from_json",
    "implying",
    "is_a_links",
    "nodes_of_kind",
    "to_graphml",
    "to_json",
]
