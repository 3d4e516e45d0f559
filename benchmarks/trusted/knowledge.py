"""Do words of few recordings gain by an ontology, and does one that says nothing true do no harm? SIMULATED.

With the ontology of the twin, without any, and with one whose words were exchanged, decoders learn up to 210 nouns from 300 recordings, most nouns from ten or fewer and some from none:
`explain` scenes of several nouns, `linear_evidence` recordings of one noun each. Each is asked for the evidence of each noun in 300 further recordings; the area under its curve
says how well those that show it are told from the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from bars.bar import Bar, at_least, at_most, told
from bars.lab import EXPERIMENTS, QUICKSTART, QUIET
from jaxtyping import Float
from scipy.stats import t
from sklearn.metrics import roc_auc_score

from neurona.decoders.explain import ExplainSettings, invert
from neurona.decoders.linear_evidence import LinearEvidenceSettings, fit_linear_evidence
from neurona.encoding_models.bindings import CONCEPT, Binding
from neurona.encoding_models.known_facts import known_facts
from neurona.experiments.config import load_config
from neurona.experiments.runs.folds import fold_problem, folds_of
from neurona.experiments.study import chosen_questions, load_study
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.questions import Asked, Problem
from trusted.bench import Trusted

RARE = 10
"""Training recordings that show a rare noun, at most."""
TWIN = {
    "images": 600, "nouns": 210, "adjectives": 2, "adjectives_a_thing": 0, "relationships_a_thing": 0, "components": 256, "snr": 0.03, "kinds": True,
}  # fmt: skip
ONE_NOUN = TWIN | {"things_least": 1, "things_most": 1, "questions": 1}
DECAY = 0.02
"""Of `linear_evidence`: what inner folds choose of its candidates in this twin."""
SPLIT = "evaluation.test=0.5", "evaluation.validation=0"


@dataclass(frozen=True)
class Told:
    """Mean area under the curve, over nouns that test recordings show.

    Attributes:
        unseen: nouns that no training recording shows; NaN of a decoder that knows of none.
        rare: that `RARE` of them show at most.
        frequent: the others.
    """

    unseen: float
    rare: float
    frequent: float


def knowledge(trusted: Trusted) -> Iterator[Bar]:
    """What an ontology gains each decoder that takes one, over seeds."""
    for decoder, of_seed in (("explain", _explain), ("linear_evidence", _linear_evidence)):
        for kinship in (0.5, 0.0):
            yield from _bars(decoder, kinship, partial(of_seed, kinship), range(3 if trusted.quick else 8))


def _bars(
    decoder: str, kinship: float, of_seed: Callable[[int], dict[str, Told]], seeds: Sequence[int]
) -> Iterator[Bar]:
    found = [of_seed(seed) for seed in seeds]
    unseen = not np.isnan(found[0]["none"].unseen)
    which = ("unseen", "rare", "frequent") if unseen else ("rare", "frequent")
    shown = ", ".join(f"{name} {'/'.join(f'{_mean(found, name, of):.3f}' for of in which)}" for name in found[0])
    yield told(f"{decoder}, kinship {kinship}, AUC of {'/'.join(which)} nouns", shown, {"seeds": len(found)})

    def gain(name: str, of: str) -> tuple[str, float]:
        by, between = _gain(found, name, of)
        ontology = "an exchanged ontology" if name == "exchanged" else "the ontology"
        return f"{decoder}, kinship {kinship}, {of} nouns gain by {ontology} {between}", by

    for of in which:
        if not kinship:
            yield at_least(*gain("ontology", of), -0.01)
        elif of == "frequent":
            yield at_least(*gain("ontology", of), -0.005)
        else:
            yield at_least(*gain("ontology", of), 0.05)
            yield at_most(*gain("exchanged", of), 0.01)


def _mean(found: list[dict[str, Told]], name: str, of: str) -> float:
    return float(np.mean([getattr(one[name], of) for one in found]))


def _gain(found: list[dict[str, Told]], name: str, of: str) -> tuple[float, str]:
    """Mean over seeds against no ontology (of unseen nouns against a guess, 0.5), and its 95 % interval."""
    each = np.array([getattr(one[name], of) - (0.5 if of == "unseen" else getattr(one["none"], of)) for one in found])
    half = t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each))
    return float(each.mean()), f"({each.mean() - half:+.3f} to {each.mean() + half:+.3f}, {len(each)} seeds)"


def _explain(kinship: float, seed: int) -> dict[str, Told]:
    """Scenes."""
    problem, tested = _twin(TWIN | {"kinship": kinship}, seed, "decoder=explain", "decoder.supervision=scenes")
    nouns = sorted(problem.things)
    settings = ExplainSettings(supervision="scenes", knowledge="ontology")

    def evidence(words: Vocabulary) -> Float[np.ndarray, "recording noun"]:
        own = replace(problem, vocabulary=words)
        inverted, _ = invert(own, settings, known_facts(own, own.train))
        place = [inverted.bindings.place[Binding(CONCEPT, (noun,))] for noun in nouns]
        return inverted.marginal.support(own.entities.features[tested])[:, place]

    return _areas(problem, tested, nouns, evidence, seed)


def _linear_evidence(kinship: float, seed: int) -> dict[str, Told]:
    """One noun a recording, which `exists x. noun(x)` tells."""
    problem, tested = _twin(ONE_NOUN | {"kinship": kinship}, seed, "decoder=linear_evidence")
    assert problem.facts is not None
    label = [next(fact.name for fact in facts.true if not fact.arguments) for facts in problem.facts]
    words = problem.vocabulary
    defined = set(re.findall(r"\w+(?=\(x\))", " ".join(words.definitions.values())))
    nouns = tuple(noun for noun in words.concepts if noun in defined)
    labels = Vocabulary(nouns, (), {"thing": nouns}, words.definitions, exclusive=("thing",))
    rows = [str(row) for row in range(len(label))]
    programs = [f"exists x. {noun}(x)" for noun in label]
    table = pd.DataFrame({"question": rows, "recording": rows, "program": programs, "answer": "yes", "type": "object"})
    asked = Asked.of(table, labels, rows)
    train, nothing = asked.take(~np.isin(asked.recording, tested)), asked.take(np.zeros(len(asked), bool))
    problem = replace(problem, vocabulary=labels, train=train, validation=nothing, groups=None)
    settings = LinearEvidenceSettings(decays=(DECAY,), knowledge="ontology")

    def evidence(words: Vocabulary) -> Float[np.ndarray, "recording noun"]:
        decoder = fit_linear_evidence(replace(problem, vocabulary=words, facts=None), settings)
        found = decoder.read(problem.entities.features[tested], [rows[row] for row in tested]).entity_evidence
        assert found is not None
        place = [found.words.index(noun) for noun in nouns]
        return found.evidence[:, :, place].sum(axis=1)

    return _areas(problem, tested, nouns, evidence, seed)


def _twin(dials: Mapping[str, object], seed: int, *decoder: str) -> tuple[Problem, np.ndarray]:
    """What is learned from, and the rows of the test recordings."""
    given = [f"data.simulation.{name}={value}" for name, value in dials.items()]
    config = load_config(EXPERIMENTS / QUICKSTART, [*given, *decoder, *SPLIT, f"seed={seed}"])
    study = load_study(config, QUIET)
    ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(chosen_questions(study), study.dataset.vocabulary, ids)
    fold = folds_of(config, study)[0]
    _, problem, _ = fold_problem(config, study, asked, fold)
    if problem.facts is None and study.facts is not None:
        problem = replace(problem, facts=tuple(study.facts[image] for image in study.dataset.images))
    return problem, np.flatnonzero(fold.test)


def _areas(
    problem: Problem,
    tested: np.ndarray,
    nouns: Sequence[str],
    evidence: Callable[[Vocabulary], Float[np.ndarray, "recording noun"]],
    seed: int,
) -> dict[str, Told]:
    """Areas of the evidence for each noun in held-out recordings, whatever else they show: with the ontology, with none and with one whose nouns were exchanged."""
    assert problem.facts is not None
    facts, words = problem.facts, problem.vocabulary
    other = dict(zip(nouns, np.random.default_rng(seed).permutation(nouns).tolist(), strict=True))
    exchanged = {
        name: re.sub(r"\w+", lambda word: other.get(word[0], word[0]), text) for name, text in words.definitions.items()
    }
    shown = np.array([[Fact(noun) in facts[row].true for noun in nouns] for row in tested.tolist()])
    known = np.array([[Fact(noun) in facts[row].true for noun in nouns] for row in problem.train_rows.tolist()])
    times = known.sum(axis=0)
    some = np.asarray(shown.any(axis=0) & ~shown.all(axis=0))
    parts = some & (times == 0), some & (times > 0) & (times <= RARE), some & (times > RARE)
    found = {}
    for name, definitions in (("none", {}), ("ontology", words.definitions), ("exchanged", exchanged)):
        said = evidence(replace(words, definitions=definitions))
        area = np.array([roc_auc_score(shown[:, k], said[:, k]) if some[k] else np.nan for k in range(len(nouns))])
        found[name] = Told(*(float(area[part].mean()) if part.any() else float("nan") for part in parts))
    return found
