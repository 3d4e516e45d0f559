"""Engines of logic, one a process: python benchmarks/speeds/engines.py ENGINE [--quick] [--cases K ...]; a line of JSON a case, as it is done.

compile_s     CPU seconds from the program to what evaluates it
first_s       and to the probabilities of the first 256 rows
per_s         rows evaluated a CPU second, once all is warm
error         largest distance from the oracle
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from speeds.programs import Case, Ground, cases

ROWS = 256
Evaluate: TypeAlias = Callable[[np.ndarray], np.ndarray]


def neurona(case: Case) -> Evaluate:
    """Expanded, and planned."""
    from neurona.execution.exact import Plan
    from neurona.execution.expansion import Expansion
    from neurona.execution.propositions import TRUE, Propositions
    from neurona.programs import parse

    made, number = Propositions(), {fact: k for k, fact in enumerate(case.facts)}
    expansion = Expansion(case.things, lambda word, of: made.fact(number[word, of]), lambda _: TRUE, made)
    plan = Plan(made, [expansion.formula(parse(case.program))])  # type: ignore[arg-type]
    chosen = np.array(plan.facts)
    return lambda probability: plan(probability[:, chosen])[:, 0]


def problog(case: Case) -> Evaluate:
    """Its SDD backend; probabilities are given anew for each row."""
    from problog import get_evaluatable
    from problog.logic import Constant
    from problog.program import PrologString

    lines = [f"0.5::{word}({','.join(map(str, of))})." for word, of in case.facts]
    compiled = get_evaluatable("sdd").create_from(PrologString("\n".join([*lines, case.rules, "query(q)."])))
    place = {f"{word}({','.join(map(str, of))})": k for k, (word, of) in enumerate(case.facts)}
    atoms = {
        index: place[str(node.name)] for index, node, kind in compiled if kind == "atom" and str(node.name) in place
    }

    def evaluate(probability: np.ndarray) -> np.ndarray:
        found = [
            next(iter(compiled.evaluate(weights={k: Constant(row[at]) for k, at in atoms.items()}).values()))
            for row in probability.tolist()
        ]
        return np.array(found)

    return evaluate


def _sdd(case: Case) -> tuple[Any, Any]:
    from pysdd.sdd import SddManager

    manager = SddManager(var_count=len(case.facts))
    number = {fact: k + 1 for k, fact in enumerate(_in_order(case))}

    def made(ground: Ground) -> Any:
        kind, rest = ground
        if kind == "not":
            return ~made(rest)
        if kind not in ("and", "or"):
            return manager.literal(number[ground])
        found = made(rest[0])
        for part in rest[1:]:
            found = found & made(part) if kind == "and" else found | made(part)
        return found

    return manager, made(case.ground)


def _in_order(case: Case) -> list[Any]:
    """Facts as the formula reads, so that those of one part stand beside each other in the engine's tree of facts."""
    found: dict[Any, None] = {}
    ahead = [case.ground]
    while ahead:
        kind, rest = ground = ahead.pop()
        if kind == "not":
            ahead.append(rest)
        elif kind in ("and", "or"):
            ahead.extend(reversed(rest))
        else:
            found.setdefault(ground)
    return list(found)


def _columns(case: Case) -> np.ndarray:
    place = {fact: k for k, fact in enumerate(case.facts)}
    return np.array([place[fact] for fact in _in_order(case)])


def pysdd(case: Case) -> Evaluate:
    """Conjoined and disjoined from the facts up; counted row by row."""
    manager, root = _sdd(case)
    counter, columns = root.wmc(log_mode=False), _columns(case)

    def evaluate(probability: np.ndarray) -> np.ndarray:
        found = []
        for row in np.asarray(probability[:, columns], np.float64):
            # Of the last fact's denial to the first's, then of the facts.
            counter.set_literal_weights_from_array(np.concatenate([1 - row[::-1], row]))
            found.append(counter.propagate())
        return np.array(found)

    evaluate.manager = manager  # type: ignore[attr-defined]  # it must outlive its nodes
    return evaluate


def klay(case: Case) -> Evaluate:
    """PySDD's circuit, evaluated by JAX, all rows at once."""
    import jax
    import klay as layers

    _, root = _sdd(case)
    circuit, columns = layers.Circuit(), _columns(case)
    circuit.add_sdd(root)
    of_row = circuit.to_jax_function(semiring="real")
    of_rows = jax.jit(jax.vmap(lambda row: of_row(row, 1 - row)[0]))
    return lambda probability: np.asarray(of_rows(probability[:, columns].astype(np.float32)))


ENGINES: dict[str, Callable[[Case], Evaluate]] = {"neurona": neurona, "problog": problog, "pysdd": pysdd, "klay": klay}


def measured(case: Case, engine: Callable[[Case], Evaluate], seconds: float) -> dict[str, Any]:
    """One line."""
    probability = case.probabilities(ROWS)
    start = time.process_time()
    evaluate = engine(case)
    compiled = time.process_time()
    found = evaluate(probability)
    first = time.process_time()
    times: list[float] = []
    while not times or (sum(times) < seconds and len(times) < 50):
        again = time.process_time()
        evaluate(probability)
        times.append(time.process_time() - again)
    return {
        "case": f"{case.name}, {case.things} things",
        "compile_s": compiled - start,
        "first_s": first - start,
        "per_s": ROWS / float(np.median(times)),
        "error": float(np.abs(found - case.expected(probability)).max()),
    }


def main() -> None:
    """All cases, easy ones of a family first; who starts this stops it where a case takes too long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=list(ENGINES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cases", nargs="*", type=int)
    given = parser.parse_args()
    several = cases(given.quick)
    # What is imported at first use is not compilation.
    ENGINES[given.engine](several[0])(several[0].probabilities(2))
    print(json.dumps({"ready": given.engine}), flush=True)
    for case in several if given.cases is None else [several[k] for k in given.cases]:
        print(json.dumps(measured(case, ENGINES[given.engine], 0.2 if given.quick else 1.0)), flush=True)


if __name__ == "__main__":
    main()
