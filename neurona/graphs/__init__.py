"""Graphs: the concept graph of a recording, its files and its picture."""

from __future__ import annotations

from neurona.graphs.concept_graph import concept_graph, nodes_of_kind
from neurona.graphs.export import read_graph, write_graph
from neurona.graphs.source import Carriers, Said, Source

__all__ = [
    "Carriers",
    "Said",
    "Source",
    "concept_graph",
    "nodes_of_kind",
    "read_graph",
    "write_graph",
]
