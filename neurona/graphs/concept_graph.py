"""The concept graph: what one recording is decoded to, and which entities carry it.

    attribute:red@ball --has--> thing:ball <--hold-- thing:man --is a--> defined:animate
    entity:parcel 3 --carries(evidence)--> thing:man

Nothing improbable is in it, and every number is the answer of the question under `program`:

    thing       exists x. man(x)                                attribute   exists x. red(x) & ball(x)
    relation    exists x. man(x) & hold(x, the y. ball(y))      defined     exists x. animate(x)

A word with carriers holds what its log odds are made of; only the strongest carriers are nodes, `evidence_total` is of all:

    log_odds = prior_log_odds + bias + evidence_total + rest        (rest: what the rest of the scene does to it)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import networkx as nx
import numpy as np

from neurona.graphs.source import Carriers, Source
from neurona.graphs.truth import mark_truth
from neurona.programs import parse
from neurona.programs.facts import Fact
from neurona.programs.ontology import is_a_links
from neurona.scenes.facts import program_of
from neurona.scenes.names import NameTable

CERTAIN = 1e-9
"""Log odds are those of probabilities brought between this and 1 minus this, so that they are finite."""


def concept_graph(
    source: Source,
    recording: str,
    *,
    threshold: float = 0.5,
    most_carriers: int = 3,
    truth: frozenset[Fact] | None = None,
) -> nx.MultiDiGraph:
    """Build the concept graph of one recording.

    Args:
        source: what answers the questions.
        recording: its id.
        threshold: the least probability of what is in the graph, 0 to 1. Where no thing has it, the likeliest is
            kept alone and marked `likeliest`.
        most_carriers: how many entities, those of the largest evidence of either sign, each word keeps.
        truth: all facts that hold in the true scene, where it is known.

    Returns:
        A graph with the attributes `recording`, `dataset`, `decoder`, `simulated`, `paired`, `threshold`, and with a truth
        `missed`: true facts of the vocabulary that are not in the graph, as lists [name, argument, ...].
        Nodes have `kind` ("thing", "attribute", "defined", "entity") and `name`; all but entities `program`,
        `probability`, `prior` and `error`, and with a truth `true`. So have edges of the kind "relation" (key: the
        relation's name), and `symmetric`; a relation that has two forms (on, under) stands in the graph once. Edges of the
        kind "carries" have `evidence` (log odds, of either sign) and `rank` (1 is the strongest). Other kinds: "has", "is a".

    Raises:
        ValueError: a threshold or number of carriers out of range, or an answer that is no probability.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, got {threshold}")
    if most_carriers < 0:
        raise ValueError(f"most_carriers must be 0 or more, got {most_carriers}")
    graph: nx.MultiDiGraph = nx.MultiDiGraph(
        recording=str(recording),
        dataset=str(source.dataset),
        decoder=str(source.decoder),
        simulated=bool(source.simulated),
        paired=bool(source.paired),
        threshold=float(threshold),
    )
    things = [Fact(noun) for noun in source.things]
    said = {fact for fact in source.likely_facts(recording, threshold) if fact.arguments}
    facts = [*things, *sorted(said, key=_order)]
    programs = [program_of(fact) for fact in facts]
    defined = tuple(source.vocabulary.definitions)
    answers = _ask(source, recording, [*programs, *(f"exists x. {word}(x)" for word in defined)])
    by_fact = dict(zip(facts, answers, strict=False))
    _add_scene(graph, by_fact, things, threshold)
    for word, answer in zip(defined, answers[len(facts) :], strict=True):
        if answer["probability"] >= threshold:
            graph.add_node(f"defined:{word}", kind="defined", name=word, **answer)
    _link_ontology(graph, is_a_links(source.vocabulary))
    words = sorted({graph.nodes[node]["name"] for node in _stated(graph)})
    if words and (carriers := source.carriers(recording, words)) is not None:
        _add_carriers(graph, carriers, most_carriers)
    if truth is not None:
        mark_truth(graph, truth, source.vocabulary, frozenset(source.things), forms)
    return graph


def nodes_of_kind(graph: nx.MultiDiGraph, kind: str) -> list[str]:
    """Keys of the nodes of one kind, the most probable first (entities: in the graph's order)."""
    chosen = [node for node, data in graph.nodes(data=True) if data["kind"] == kind]
    return sorted(chosen, key=lambda node: -graph.nodes[node].get("probability", 0.0))


@cache
def forms(fact: Fact) -> tuple[Fact, ...]:
    """The fact, and its inverse or symmetric form where there is one."""
    return _table().forms(fact)


@cache
def _table() -> NameTable:
    return NameTable.read()


def _order(fact: Fact) -> tuple[int, tuple[str, ...], str]:
    return len(fact.arguments), fact.arguments, fact.name


def _ask(source: Source, recording: str, programs: Sequence[str]) -> list[dict[str, Any]]:
    """Program, probability, prior and Monte-Carlo error of each program."""
    if not programs:
        return []
    said = source.ask_all([parse(program, source.vocabulary) for program in programs], recording)
    for what, numbers, most in (
        ("probability", said.probability, 1),
        ("prior", said.prior, 1),
        ("error", said.error, np.inf),
    ):
        if numbers.shape != (len(programs),):
            raise ValueError(f"{what} of {len(programs)} questions has shape {numbers.shape}")
        # Sums of shares may miss 1 by rounding.
        if (wrong := np.flatnonzero(~((numbers >= -1e-6) & (numbers <= most + 1e-6) & np.isfinite(numbers)))).size:
            raise ValueError(f"{what} of {programs[wrong[0]]!r} in {recording!r} is {numbers[wrong[0]]}")
    return [
        {
            "program": program,
            "probability": float(np.clip(probability, 0, 1)),
            "prior": float(np.clip(prior, 0, 1)),
            "error": float(max(error, 0)),
        }
        for program, probability, prior, error in zip(programs, said.probability, said.prior, said.error, strict=True)
    ]


def _add_scene(
    graph: nx.MultiDiGraph, answers: dict[Fact, dict[str, Any]], things: list[Fact], threshold: float
) -> None:
    """Things, their attributes and the relations between them, each if it is probable enough."""
    ordered = sorted(things, key=lambda fact: (-answers[fact]["probability"], fact.name))
    for thing in ordered:
        if answers[thing]["probability"] >= threshold:
            graph.add_node(f"thing:{thing.name}", kind="thing", name=thing.name, **answers[thing])
    if ordered and not graph:
        graph.add_node(
            f"thing:{ordered[0].name}", kind="thing", name=ordered[0].name, likeliest=True, **answers[ordered[0]]
        )
        return
    best: dict[Fact, Fact] = {}  # of the forms of one relation, the most probable one
    for fact, answer in answers.items():
        if len(fact.arguments) == 1 and answer["probability"] >= threshold and f"thing:{fact.arguments[0]}" in graph:
            node = f"attribute:{fact.name}@{fact.arguments[0]}"
            graph.add_node(node, kind="attribute", name=fact.name, **answer)
            graph.add_edge(node, f"thing:{fact.arguments[0]}", "has", kind="has")
        elif len(fact.arguments) == 2:
            one = min(forms(fact), key=_order)
            best[one] = min(best.get(one, fact), fact, key=lambda form: (-answers[form]["probability"], _order(form)))
    for fact in best.values():
        subject, object_ = (f"thing:{noun}" for noun in fact.arguments)
        if answers[fact]["probability"] >= threshold and subject in graph and object_ in graph:
            symmetric = Fact(fact.name, fact.arguments[::-1]) in forms(fact)[1:]
            graph.add_edge(
                subject, object_, fact.name, kind="relation", name=fact.name, symmetric=symmetric, **answers[fact]
            )


def _stated(graph: nx.MultiDiGraph) -> list[str]:
    """Nodes of things and attributes."""
    return [node for node, kind in graph.nodes(data="kind") if kind in ("thing", "attribute")]


def _link_ontology(graph: nx.MultiDiGraph, links: dict[str, tuple[str, ...]]) -> None:
    for node, data in list(graph.nodes(data=True)):
        for defined, implying in links.items():
            if data["name"] in implying and f"defined:{defined}" in graph:
                graph.add_edge(node, f"defined:{defined}", "is a", kind="is a")


def _add_carriers(graph: nx.MultiDiGraph, carriers: Carriers, most: int) -> None:
    """The strongest entities of each word, and what the word's log odds are made of."""
    for node in _stated(graph):
        data = graph.nodes[node]
        if data["name"] not in carriers.words:
            continue
        column = carriers.words.index(data["name"])
        evidence = carriers.evidence[:, column].astype(np.float64)
        probability = min(max(data["probability"], CERTAIN), 1 - CERTAIN)
        log_odds = float(np.log(probability) - np.log1p(-probability))
        parts = {
            "prior_log_odds": float(carriers.prior_log_odds[column]),
            "bias": float(carriers.bias[column]),
            "evidence_total": float(evidence.sum()),
        }
        data.update(log_odds=log_odds, rest=log_odds - sum(parts.values()), **parts)
        for rank, row in enumerate(np.argsort(-np.abs(evidence), kind="stable")[:most].tolist(), start=1):
            entity = f"entity:{carriers.entities[row]}"
            graph.add_node(entity, kind="entity", name=carriers.entities[row])
            graph.add_edge(entity, node, "carries", kind="carries", evidence=float(evidence[row]), rank=rank)
