"""The concept graph: what one recording is decoded to, and which entities carry it.

    entity --carries(evidence)--> concept --is a--> defined concept

Node keys are `entity:NAME`, `concept:NAME` and `defined:NAME`, so that a parcel and a concept may share a
name; the attribute `name` holds the plain one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import SupportsFloat

import networkx as nx
import numpy as np
from jaxtyping import Float


def concept_graph(
    probabilities: Mapping[str, SupportsFloat],
    contributions: Float[np.ndarray, "P C"],
    entity_names: Sequence[str],
    concepts: Sequence[str],
    recording: str,
    definitions: Mapping[str, SupportsFloat] | None = None,
    is_a: Mapping[str, Sequence[str]] | None = None,
    dataset: str = "",
    simulated: bool = False,
    top_entities: int = 3,
) -> nx.DiGraph:
    """Build the concept graph of one recording.

    Args:
        probabilities: concept -> probability that it holds of some entity of the recording.
        contributions: evidence (logit) of each entity, in rows, for each concept, in columns.
        entity_names: the P names of the rows, all different.
        concepts: the C names of the columns.
        recording: id of the recording.
        definitions: defined concept -> its probability.
        is_a: defined concept -> the concepts (defined ones too) that imply it; see `graphs.ontology`.
        dataset: name of the dataset.
        simulated: whether the recording is simulated; it travels with the graph and its pictures.
        top_entities: how many entities of the highest evidence each concept keeps.

    Returns:
        A directed graph with the attributes `recording`, `dataset`, `simulated`. Nodes have `kind` ("entity",
        "concept", "defined") and `name`, (defined) concepts `probability`; edges have `kind`: "carries" with
        `evidence` and `rank` (1 is the strongest), or "is a".

    Raises:
        ValueError: shapes and names disagree, names repeat, a concept has no probability, a probability is
            not in [0, 1], or an evidence is not finite.
    """
    definitions, is_a = definitions or {}, is_a or {}
    _check(probabilities, contributions, entity_names, concepts, definitions, top_entities)
    graph: nx.DiGraph = nx.DiGraph(recording=str(recording), dataset=str(dataset), simulated=bool(simulated))
    for concept in concepts:
        graph.add_node(f"concept:{concept}", kind="concept", name=concept, probability=float(probabilities[concept]))
    for defined, probability in definitions.items():
        graph.add_node(f"defined:{defined}", kind="defined", name=defined, probability=float(probability))
    strongest = np.argsort(-contributions, axis=0, kind="stable")[:top_entities]
    for column, concept in enumerate(concepts):
        for rank, row in enumerate(strongest[:, column], start=1):
            entity = f"entity:{entity_names[row]}"
            graph.add_node(entity, kind="entity", name=entity_names[row])
            evidence = float(contributions[row, column])
            graph.add_edge(entity, f"concept:{concept}", kind="carries", evidence=evidence, rank=rank)
    for defined, implying in is_a.items():
        for word in implying:
            source = f"concept:{word}" if f"concept:{word}" in graph else f"defined:{word}"
            if source in graph and f"defined:{defined}" in graph:
                graph.add_edge(source, f"defined:{defined}", kind="is a")
    return graph


def nodes_of_kind(graph: nx.DiGraph, kind: str) -> list[str]:
    """Keys of the nodes of one kind, the most probable first (entities: in the graph's order)."""
    chosen = [node for node, data in graph.nodes(data=True) if data["kind"] == kind]
    return sorted(chosen, key=lambda node: -graph.nodes[node].get("probability", 0.0))


def _check(
    probabilities: Mapping[str, SupportsFloat],
    contributions: np.ndarray,
    entity_names: Sequence[str],
    concepts: Sequence[str],
    definitions: Mapping[str, SupportsFloat],
    top_entities: int,
) -> None:
    if contributions.shape != (len(entity_names), len(concepts)):
        raise ValueError(
            f"contributions have shape {contributions.shape}, expected ({len(entity_names)} entities, "
            f"{len(concepts)} concepts)"
        )
    if not np.isfinite(contributions).all():
        raise ValueError("contributions must be finite")
    if top_entities < 1:
        raise ValueError(f"top_entities must be 1 or more, got {top_entities}")
    for what, names in (("entity", entity_names), ("concept", concepts)):
        if len(set(names)) != len(names):
            raise ValueError(f"{what} names stand more than once: {[n for n in names if names.count(n) > 1]}")
    for concept in concepts:
        if concept not in probabilities:
            raise ValueError(f"concept {concept!r} has no probability")
    for name, probability in [*((c, probabilities[c]) for c in concepts), *definitions.items()]:
        if not 0 <= float(probability) <= 1:
            raise ValueError(f"probability of {name!r} must lie between 0 and 1, got {float(probability)}")
