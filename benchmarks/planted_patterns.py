"""SIMULATED: what decoding by explaining reaches when the patterns need not be learned: those that were planted, in the true noise.

    python benchmarks/planted_patterns.py [--snr 1 --snr 0.1] [--images 2000] [--nouns 100] [--adjectives 20] [--json FILE]

The ideal observer is told the rest of the scene; this decoder is not. So its share of the ideal observer's accuracy is what more recordings could
bring `explain` to, by this inference. Validation questions weigh its evidence, as they do for `explain`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from explaining import TEST_IMAGES, problem_of
from rich.console import Console
from scipy.linalg import solve_triangular

from neurona.decoders.asked_facts import fact_questions, known_facts, split
from neurona.decoders.problem import Asked, Problem
from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import (
    ATTRIBUTE,
    ATTRIBUTE_OBJECT,
    CONCEPT,
    RELATION,
    RELATION_OBJECT,
    RELATION_SUBJECT,
    Binding,
    Bindings,
)
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.fact_evidence import FactEvidence
from neurona.encoding_models.inventory import Inventory
from neurona.encoding_models.inversion import Inversion
from neurona.encoding_models.known_facts import expected_design
from neurona.encoding_models.scene_search import SceneSearch
from neurona.scenes.names import NameTable
from neurona.simulation import Simulation, simulate
from neurona.simulation.responses import GATE_VARIANCE
from neurona.simulation.settings import SimulationSettings


def planted_pattern(made: Simulation, feature: Binding) -> np.ndarray:
    """Response of the brain to one feature, over components; `interaction` is 1."""
    planted, nouns = made.truth.patterns, list(made.ontology.nouns)
    word = planted.word[planted.words.index(feature.words[0])]
    noun = nouns.index(feature.words[1]) if len(feature.words) > 1 else -1
    of_attribute, of_relation = 1 / np.sqrt(1 + GATE_VARIANCE), 1 / np.sqrt(1 + GATE_VARIANCE / 2)
    factor: Any = {
        CONCEPT: 1.0,
        ATTRIBUTE: of_attribute,
        RELATION: of_relation,
        ATTRIBUTE_OBJECT: of_attribute * (planted.gate[noun] - 1),
        RELATION_SUBJECT: of_relation * (planted.subject_gate[noun] - 1) / 2,
        RELATION_OBJECT: of_relation * (planted.object_gate[noun] - 1) / 2,
    }.get(feature.band, 0.0)
    return word * factor


def evidence_of(made: Simulation, problem: Problem, search: bool) -> tuple[FactEvidence, np.ndarray]:
    """Evidence by the planted patterns, and the recordings in coordinates in which the noise is white."""
    known = known_facts(problem, problem.train)
    bindings = Bindings.learn([facts.true for facts in known], NameTable.read().forms)
    design = expected_design(bindings, known)
    measured = made.truth.measurement
    course, precision = measured.time_course, np.linalg.inv(measured.time_covariance)
    strength = float(np.sqrt(course @ precision @ course))
    white = solve_triangular(measured.space_root, np.eye(len(measured.space_root)), lower=True)
    values = made.dataset().recordings.data.values
    features = ((values @ (precision @ course / strength)) @ white.T).astype(np.float32)
    gain = made.truth.scale * strength * (white @ measured.gains[0])
    patterns = np.array([planted_pattern(made, one) for one in bindings.features]) @ gain.T
    size = features.shape[1]
    same = np.eye(size, dtype=np.float32)
    axes = Axes(features[problem.train_rows].mean(axis=0), same, np.zeros(size, np.int64), np.ones(size), same)
    patterns = patterns.astype(np.float32)
    carried = np.ones((len(bindings), 1), np.float32)
    encoding = Encoding(axes, design.mean(axis=0), patterns, np.zeros_like(patterns), same, carried)
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    inversion, rate = Inversion.of(encoding, design, concepts), design.mean(axis=0)
    sharp = Inversion.of(encoding, design, concepts, share=0.0)
    finder = SceneSearch(Inventory(bindings, rate, len(design)), inversion, sharp) if search else None
    alternatives = Alternatives(bindings, inversion, rate, len(design))
    return FactEvidence.fit(alternatives, finder, features, fact_questions(problem.validation, bindings)), features


def shares(evidence: FactEvidence, features: np.ndarray, asked: Asked) -> dict[str, float]:
    """Accuracy by the ideal observer's, of yes/no and describe questions and by type."""
    bindings = evidence.alternatives.bindings
    questions = fact_questions(asked, bindings)
    rows = questions.rows
    place = np.full(len(features), -1)
    place[rows] = np.arange(len(rows))
    logits, words = evidence.answers(
        features[rows],
        questions.facts,
        place[questions.recording],
        questions.words,
        place[questions.words_recording],
    )
    one, chosen, _ = split(asked, bindings)
    table = asked.table.iloc[np.concatenate([one, chosen])].copy()
    right = [scores.argmax() == k for scores, k in zip(words, questions.words_target, strict=True)]
    table["right"] = np.concatenate([(logits > 0) == questions.holds, np.array(right, dtype=bool)])
    table["form"] = ["yes/no"] * len(one) + ["describe"] * len(chosen)
    found = {}
    for key in ("form", "type"):
        means = table.groupby(key)[["right", "ideal"]].mean()
        found |= (means.right / means.ideal).to_dict()
    return found


def main(
    snr: Annotated[list[float], typer.Option()] = [1.0, 0.1, 0.02],  # noqa: B006
    images: int = 2000,
    nouns: int = 100,
    adjectives: int = 20,
    seed: int = 0,
    json_path: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Run, print, and write JSON."""
    console = Console()
    report: dict[str, Any] = {"simulated": True, "runs": []}
    for level in snr:
        total = images + TEST_IMAGES
        settings = SimulationSettings(
            subjects=1, images=total, snr=level, nouns=nouns, adjectives=adjectives, test_share=TEST_IMAGES / total
        )
        made = simulate(settings, seed)
        problem, test = problem_of(made, seed, answers_only=False)
        for search in (False, True):
            found = shares(*evidence_of(made, problem, search), test)
            told = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
            console.print(f"SIMULATED, SNR {level}, planted patterns, search {search}: share of the ideal: {told}")
            report["runs"].append({"snr": level, "search": search, "share of ideal": found})
    if json_path:
        json_path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
