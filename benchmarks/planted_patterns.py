"""SIMULATED: the best decoder, which is not told the scene: the patterns that were planted, in the true noise, inverted. Beside the oracle, which is.

    python benchmarks/planted_patterns.py [--set data.simulation.snr=0.1 ...] [--json FILE]

`explain` with nothing left to learn of the brain: only the inference, and what training scenes say of scenes. The oracle is told the
rest of the scene; this decoder is not, so its share of the oracle's accuracy is what more recordings could bring `explain`
to. Data, questions and split are those of experiments/neurona_iclr2026/base.yaml.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import measure
import numpy as np
from bars.lab import PAPER, SCENES, Lab, Lesson
from rich.console import Console
from scipy.linalg import solve_triangular

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
from neurona.encoding_models.inversion import Inversion
from neurona.encoding_models.known_facts import expected_design, known_facts
from neurona.evaluation.predictions import right_answers
from neurona.execution import Worlds
from neurona.programs.axioms import axioms_of
from neurona.questions import Asked
from neurona.readings import AskingModel, WorldReading
from neurona.readings.asking import Held
from neurona.scenes.names import NameTable
from neurona.simulation import Simulation, simulate
from neurona.simulation.responses import GATE_VARIANCE
from neurona.worlds import FactEvidence, SampledScenes, SamplerSettings, SceneSpace, Screening, sample_scenes

REST_AS_NOISE = 0.1
"""Share of the rest of a scene that worlds take as noise, as in `explain`: its candidates are not all that may be there."""


class Answered(NamedTuple):
    """Test questions of the best decoder: which are answered rightly, which are yes/no."""

    right: np.ndarray
    yes_no: np.ndarray


@dataclass(frozen=True)
class PlantedPatterns:
    """The true model, inverted.

    Attributes:
        marginal, sharp, space, before: as of `neurona.decoders.explain.Inverted`.
        features: of all recordings, in coordinates in which the noise is white.
        lesson: whose recordings.
    """

    marginal: Inversion
    sharp: Inversion
    space: SceneSpace
    before: Worlds
    features: np.ndarray
    lesson: Lesson

    def read(self, rows: np.ndarray, asking: AskingModel) -> WorldReading:
        """The worlds behind some recordings."""
        vocabulary, ids = self.lesson.problem.vocabulary, self.lesson.ids
        features = self.features[rows]
        by = FactEvidence.of_inversion(self.space, self.sharp, features)
        screening = Screening.of_inversion(self.marginal, features)
        sampled = SampledScenes(by, sample_scenes(by, screening, SamplerSettings()))
        worlds = sampled.to_worlds(vocabulary)
        names = tuple(ids[row] for row in rows)
        return WorldReading(vocabulary, names, worlds, self.before, self.space.nouns, sampled, asking=asking)


def best_decoder(lesson: Lesson) -> Answered:
    """Answers to the lesson's test questions; asked as its validation questions are."""
    planted = invert(lesson)
    problem, test = lesson.problem, lesson.test
    belief = _believe(planted, problem.validation)
    asking = AskingModel.fit(belief, problem.validation.target, Held(belief, problem.validation.target))
    rows, place = np.unique(test.recording, return_inverse=True)
    said = planted.read(rows, asking).ask_each(test.queries, place.reshape(-1))
    right = right_answers(test.table.assign(predicted=list(said.answer)))
    return Answered(right, ~test.is_describe)


def invert(lesson: Lesson, rest_as_noise: float = REST_AS_NOISE) -> PlantedPatterns:
    """The planted patterns, inverted with what the training scenes say of scenes."""
    settings = lesson.config.data.simulation
    assert settings is not None
    made = simulate(replace(settings, questions=0), lesson.config.seed)
    problem = lesson.problem
    known, forms = known_facts(problem, problem.train), NameTable.read().forms
    bindings = Bindings.learn([facts.true for facts in known], forms)
    design = expected_design(bindings, known)
    features, gain = whitened(made)
    patterns = (np.array([planted_pattern(made, one) for one in bindings.features]) @ gain.T).astype(np.float32)
    size = features.shape[1]
    same = np.eye(size, dtype=np.float32)
    axes = Axes(features[problem.train_rows].mean(axis=0), same, np.zeros(size, np.int64), np.ones(size), same)
    carried = np.ones((len(bindings), 1), np.float32)
    encoding = Encoding(axes, design.mean(axis=0), patterns, np.zeros_like(patterns), same, carried)
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    marginal = Inversion.of(encoding, design, concepts)
    sharp = Inversion.of(encoding, design, concepts, share=rest_as_noise)
    vocabulary = problem.vocabulary
    space = SceneSpace(bindings, design.mean(axis=0), len(design), axioms_of(vocabulary).disjoint)
    scenes = [sorted(facts.closed(forms), key=repr) for facts in known]
    before = Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations)
    return PlantedPatterns(marginal, sharp, space, before, features, lesson)


def whitened(made: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """Recordings in coordinates in which the noise is white, and what makes a response one of these."""
    measured = made.truth.measurement
    course, precision = measured.time_course, np.linalg.inv(measured.time_covariance)
    strength = float(np.sqrt(course @ precision @ course))
    white = solve_triangular(measured.space_root, np.eye(len(measured.space_root)), lower=True)
    values = made.recordings.data.values
    features = ((values @ (precision @ course / strength)) @ white.T).astype(np.float32)
    return features, made.truth.scale * strength * (white @ measured.gains[0, 0])


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


def _believe(planted: PlantedPatterns, asked: Asked) -> Any:
    rows, place = np.unique(asked.recording, return_inverse=True)
    return planted.read(rows, AskingModel()).believe(asked.queries, place.reshape(-1))


def main() -> None:
    """Run, print the accuracies of both by type, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], help="key=value, overrides the config")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # A decoder that costs nothing: its problem is what is wanted.
        lesson = Lab(Path(folder)).lesson(PAPER, "decoder=question_only", *SCENES[1:], *given.set)
    found = best_decoder(lesson)
    table = lesson.test.table.assign(right=found.right, form=np.where(found.yes_no, "yes/no", "describe"))
    accuracy: dict[str, dict[str, float]] = {}
    for key in ("form", "type"):
        means = table.groupby(key)[["right", "oracle"]].mean()
        accuracy |= {
            str(of.Index): {"best decoder": float(of.right), "oracle": float(of.oracle)} for of in means.itertuples()
        }
    for name, of in accuracy.items():
        share = of["best decoder"] / of["oracle"]
        told = f"best decoder {of['best decoder']:.3f}, oracle {of['oracle']:.3f}, share {share:.3f}"
        Console().print(f"SIMULATED, {name}: {told}", highlight=False)
    if given.json:
        measure.write_json(given.json, {"simulated": True, "accuracy": accuracy, "provenance": measure.provenance()})


if __name__ == "__main__":
    main()
