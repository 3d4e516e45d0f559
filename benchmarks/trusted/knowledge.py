"""Do words of few recordings gain by an ontology, and does one that says nothing true do no harm? SIMULATED.

`explain` learns scenes of 210 nouns from 300 recordings, most nouns from ten or fewer, with the ontology of the twin, without any, and with one whose words were exchanged. Each is
asked for the evidence of each noun in 300 further recordings; the area under its curve says how well those that show it are told from the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from bars.bar import Bar, at_least, at_most, told
from bars.lab import EXPERIMENTS, QUICKSTART, QUIET
from scipy.stats import t
from sklearn.metrics import roc_auc_score

from neurona.decoders.explain import ExplainSettings, invert
from neurona.encoding_models.bindings import CONCEPT, Binding
from neurona.encoding_models.known_facts import known_facts
from neurona.experiments.config import load_config
from neurona.experiments.runs.folds import fold_problem, folds_of
from neurona.experiments.study import chosen_questions, load_study
from neurona.programs.facts import Fact
from neurona.questions import Asked, Problem
from trusted.bench import Trusted

RARE = 10
"""Training recordings that show a rare noun, at most."""
TWIN = {
    "images": 600, "nouns": 210, "adjectives": 2, "adjectives_a_thing": 0, "relationships_a_thing": 0, "components": 256, "snr": 0.03, "kinds": True,
}  # fmt: skip
DECODER = (
    "decoder=explain",
    "decoder.supervision=scenes",
    "evaluation.test=0.5",
    "evaluation.validation=0",
)


@dataclass(frozen=True)
class Told:
    """Mean area under the curve, over nouns that test recordings show."""

    rare: float
    frequent: float


def knowledge(trusted: Trusted) -> Iterator[Bar]:
    """What an ontology gains, over seeds."""
    seeds = range(3 if trusted.quick else 8)
    for kinship in (0.5, 0.0):
        found = [_told(kinship, seed) for seed in seeds]
        shown = ", ".join(
            f"{name} {_mean(found, name, 'rare'):.3f}/{_mean(found, name, 'frequent'):.3f}" for name in found[0]
        )
        yield told(f"kinship {kinship}, AUC of rare/frequent nouns", shown, {"seeds": len(found)})
        gain = {(name, of): _gain(found, name, of) for name in ("ontology", "exchanged") for of in ("rare", "frequent")}
        if kinship:
            yield at_least(
                f"rare nouns gain by the ontology {gain['ontology', 'rare'][1]}", gain["ontology", "rare"][0], 0.05
            )
            yield at_least(
                f"frequent nouns gain {gain['ontology', 'frequent'][1]}", gain["ontology", "frequent"][0], -0.005
            )
            yield at_most(
                f"rare nouns gain by an exchanged ontology {gain['exchanged', 'rare'][1]}",
                gain["exchanged", "rare"][0],
                0.01,
            )
        else:
            for of in ("rare", "frequent"):
                yield at_least(
                    f"kinship 0, {of} nouns gain by the ontology {gain['ontology', of][1]}",
                    gain["ontology", of][0],
                    -0.01,
                )


def _mean(found: list[dict[str, Told]], name: str, of: str) -> float:
    return float(np.mean([getattr(one[name], of) for one in found]))


def _gain(found: list[dict[str, Told]], name: str, of: str) -> tuple[float, str]:
    """Mean over seeds against no ontology, and its 95 % interval."""
    each = np.array([getattr(one[name], of) - getattr(one["none"], of) for one in found])
    half = t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each))
    return float(each.mean()), f"({each.mean() - half:+.3f} to {each.mean() + half:+.3f}, {len(each)} seeds)"


def _told(kinship: float, seed: int) -> dict[str, Told]:
    """With the ontology, with none and with one whose nouns were exchanged."""
    dials = [f"data.simulation.{name}={value}" for name, value in (TWIN | {"kinship": kinship}).items()]
    config = load_config(EXPERIMENTS / QUICKSTART, [*dials, *DECODER, f"seed={seed}"])
    study = load_study(config, QUIET)
    ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(chosen_questions(study), study.dataset.vocabulary, ids)
    _, problem, test = fold_problem(config, study, asked, folds_of(config, study)[0])
    words, nouns = problem.vocabulary, sorted(problem.things)
    other = dict(zip(nouns, np.random.default_rng(seed).permutation(nouns).tolist(), strict=True))
    exchanged = {
        name: re.sub(r"\w+", lambda word: other.get(word[0], word[0]), text) for name, text in words.definitions.items()
    }
    return {
        name: _areas(replace(problem, vocabulary=replace(words, definitions=definitions)), np.unique(test.recording))
        for name, definitions in (("none", {}), ("ontology", words.definitions), ("exchanged", exchanged))
    }


def _areas(problem: Problem, tested: np.ndarray) -> Told:
    """Areas of the evidence for each noun in held-out recordings, whatever else they show."""
    assert problem.facts is not None
    inverted, _ = invert(problem, ExplainSettings(supervision="scenes"), known_facts(problem, problem.train))
    evidence, place = inverted.marginal.support(problem.entities.features[tested]), inverted.bindings.place
    areas: dict[bool, list[float]] = {True: [], False: []}
    for noun in sorted(problem.things):
        shown = np.array([Fact(noun) in problem.facts[row].true for row in tested.tolist()])
        learned = sum(Fact(noun) in problem.facts[row].true for row in problem.train_rows.tolist())
        if 0 < shown.sum() < len(shown):
            said = evidence[:, place[Binding(CONCEPT, (noun,))]]
            areas[learned <= RARE].append(float(roc_auc_score(shown, said)))
    return Told(float(np.mean(areas[True])), float(np.mean(areas[False])))
