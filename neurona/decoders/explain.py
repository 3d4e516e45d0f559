"""Decode by explaining: an encoding model of scenes, inverted; a question is answered by the evidence for what it says.

Fit: facts of the training scenes -> features (`bindings`) -> patterns (`encoding`) -> inversion (`inversion`). Ask:

    one fact      the fact against its alternatives, in closed form (`alternatives`); a logistic regression on these few
                  log-likelihood ratios, fitted to validation questions, sets prior strength and temperature at once
    describe      evidence for each word plus the log rate of the word beside its nouns, each with a weight of its own
    the rest      possible worlds (`worlds`, `world_scores`)

Where training shows few different scenes (one label a recording), these are all the worlds there are, and every program
is answered by their exact posterior.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import annotated_types
import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from neurona.decoders.asked_facts import fact_questions, known_facts, of_words, split, told_by
from neurona.decoders.explained_evidence import entity_evidence
from neurona.decoders.problem import Asked, Problem
from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.axes import fit_axes
from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, RELATION, Bindings
from neurona.encoding_models.encoding import fit_encoding
from neurona.encoding_models.fact_evidence import FactEvidence
from neurona.encoding_models.fine_tuning import FineTuningSettings, fine_tuned
from neurona.encoding_models.inventory import Inventory
from neurona.encoding_models.inversion import Inversion
from neurona.encoding_models.known_facts import expected_design
from neurona.encoding_models.scene_list import SceneList, few_scenes
from neurona.encoding_models.scene_search import SceneSearch
from neurona.encoding_models.world_scores import world_answers
from neurona.encoding_models.worlds import Drawn, Worlds, WorldSampler
from neurona.errors import DataError
from neurona.execution import HYPOTHESES, Answers, Hypothesis, Logic, Scores, get_logic
from neurona.programs import Vocabulary, expand
from neurona.scenes.names import NameTable


@dataclass(frozen=True)
class ExplainSettings:
    """How to explain.

    Attributes:
        roles: whether features tell subject from object.
        rounds: updates of patterns and groundings.
        carriers: share of the entities that carry a word, before any is seen.
        worlds: K, worlds drawn for each recording that is asked what no closed form answers.
        sweeps: of the Gibbs sampler, the first half of which is left out.
        candidates: facts of a recording that the sampler considers.
        search: whether the most probable scene is searched for (`scene_search`); without, the rest of a scene is noise.
        rest_as_noise: share of the rest of a scene that the search takes as noise.
        fine_tuning: epochs at most of gradient descent on the answers (`fine_tuning`), which keeps what validation questions say is better.
    """

    kind: Literal["explain"] = "explain"
    roles: bool = True
    rounds: Annotated[int, annotated_types.Ge(1)] = 10
    carriers: Annotated[float, annotated_types.Gt(0), annotated_types.Lt(1)] = 0.1
    worlds: Annotated[int, annotated_types.Ge(2)] = 64
    sweeps: Annotated[int, annotated_types.Ge(2)] = 40
    candidates: Annotated[int, annotated_types.Ge(1)] = 48
    search: bool = True
    rest_as_noise: Annotated[float, annotated_types.Ge(0), annotated_types.Le(1)] = 0.1
    fine_tuning: Annotated[int, annotated_types.Ge(0)] = 0


@dataclass
class Explain:
    """A fitted decoder by explaining.

    Attributes:
        facts: evidence for facts.
        scenes: all scenes that there are, where they are few; else None.
        sampler: of worlds.
        vocabulary: of the questions.
        entity_group: the group of the encoding model that each entity belongs to.
        settings, seed: of the fit.
        diagnostics: figures about the fit; `answer` adds those of the sampler.
    """

    facts: FactEvidence
    scenes: SceneList | None
    sampler: WorldSampler
    vocabulary: Vocabulary
    entity_group: Int[np.ndarray, " entity"]
    settings: ExplainSettings
    seed: int
    diagnostics: dict[str, Any] = field(default_factory=dict)
    _drawn: tuple[bytes, Drawn] | None = field(default=None, repr=False)

    @property
    def alternatives(self) -> Alternatives:
        """Hypotheses about facts."""
        return self.facts.alternatives

    def answer(self, features: Float[np.ndarray, "recording feature"], asked: Asked) -> Answers:
        """Answers to all questions."""
        return self._answer(features, asked)

    def prior_answer(self, asked: Asked) -> Answers:
        """What the prior alone answers: the same without any evidence of a recording."""
        return self._answer(None, asked)

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """How probably each entity carries each concept and relation, times its share of the word's response."""
        bindings, encoding = self.alternatives.bindings, self.alternatives.inversion.encoding
        own = [k for k, one in enumerate(bindings.features) if one.band in (CONCEPT, ATTRIBUTE, RELATION)]
        carried = encoding.carried[own] * encoding.shares[own]
        return tuple(bindings.features[k].words[0] for k in own), carried[:, self.entity_group]

    @property
    def logic(self) -> Logic:
        """Of programs on `program_scores`."""
        return get_logic("product")

    @property
    def hypothesis(self) -> Hypothesis:
        return HYPOTHESES["H1"]

    def evidence(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> Float[np.ndarray, "recording entity concept"]:
        """Each entity's share of each concept's log likelihood ratio."""
        found = self.alternatives
        return entity_evidence(found.inversion, found.bindings, features, self.vocabulary.concepts, self.entity_group)

    def program_scores(self, features: Float[np.ndarray, "recording feature"]) -> Scores:
        """Logit of each concept in the whole recording, which is one entity here; programs of more than one word have worlds."""
        concepts = self.vocabulary.concepts
        about = np.repeat(np.arange(len(features)), len(concepts))
        programs = [f"exists x. {word}(x)" for word in concepts] * len(features)
        table = pd.DataFrame({"question": np.arange(len(about)).astype(str), "recording": about.astype(str)})
        table = table.assign(program=programs, answer="no", type="object")
        asked = Asked.of(table, self.vocabulary, [str(row) for row in range(len(features))])
        logits = np.asarray(self.answer(features, asked).yes_no, np.float32)
        return Scores(logits.reshape(len(features), len(concepts), 1))  # type: ignore[arg-type]

    def possible_worlds(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> tuple[Worlds, Float[np.ndarray, "recording world"]]:
        """Worlds of each recording, or one set for all of them, and how probable each world is."""
        if self.scenes is not None:
            return self.scenes.table, self.scenes.posterior(features, len(features))
        support = self.alternatives.inversion.support(features)
        drawn = self._draw(support)
        return drawn.worlds, np.full((len(features), self.settings.worlds), 1 / self.settings.worlds)

    def _draw(self, support: Float[np.ndarray, "recording column"]) -> Drawn:
        """Worlds of recordings; those of the last ones are kept, as scores and worlds are wanted of the same."""
        key, chosen = hashlib.sha256(support.tobytes()).digest(), self.settings
        if self._drawn is None or self._drawn[0] != key:
            drawn = self.sampler.draw(
                self.alternatives,
                support,
                worlds=chosen.worlds,
                sweeps=chosen.sweeps,
                candidates=chosen.candidates,
                seed=self.seed,
            )
            self._drawn = key, drawn
        return self._drawn[1]

    def _answer(self, features: Float[np.ndarray, "recording feature"] | None, asked: Asked) -> Answers:
        needed, recording = np.unique(asked.recording, return_inverse=True)
        shown = None if features is None else np.asarray(features)[needed]
        if self.scenes is not None:
            shares = self.scenes.posterior(shown, len(needed))
            queries = [expand(query, self.vocabulary) for query in asked.queries]
            exact = world_answers(self.scenes.table, queries, asked.words, recording, shares)
            return Answers(exact.yes_no, exact.describe)  # type: ignore[arg-type]
        one, chosen, rest = split(asked, self.alternatives.bindings)
        most = max([len(words) for words in asked.words], default=0)
        yes_no = np.zeros(len(asked))
        describe = np.full((len(asked), max(most, 1)), -np.inf)
        stated = [told_by(asked, k) for k in one.tolist()]
        logits, scored = self.facts.answers(
            shown, [fact for fact, _ in stated], recording[one], of_words(asked, chosen), recording[chosen]
        )
        yes_no[one] = np.where([holds for _, holds in stated], logits, -logits)
        for k, scores in zip(chosen, scored, strict=True):
            describe[k, : len(scores)] = scores
        if len(rest):
            about, place = np.unique(recording[rest], return_inverse=True)
            inversion = self.alternatives.inversion
            nothing = np.zeros((len(about), len(inversion.gram)), np.float32)
            drawn = self._draw(nothing if shown is None else inversion.support(shown[about]))
            found = world_answers(
                drawn.worlds,
                [expand(asked.queries[k], self.vocabulary) for k in rest],
                [asked.words[k] for k in rest],
                place,
            )
            self.diagnostics |= drawn.diagnostics | {"Monte Carlo error": float(found.error.mean())}
            yes_no[rest] = found.yes_no
            describe[rest, : found.describe.shape[1]] = found.describe
        return Answers(yes_no, describe)  # type: ignore[arg-type]


def fit_explain(problem: Problem, settings: ExplainSettings | None = None) -> Explain:
    """Fit the encoding model to the training recordings, and weigh its evidence on validation questions.

    Args:
        problem: what to learn from; without `facts` the answers say what is known of a scene.
        settings: defaults when None.

    Raises:
        DataError: nothing is known to hold in any training recording.
    """
    settings, vocabulary = settings or ExplainSettings(), problem.vocabulary
    rows, known = problem.train_rows, known_facts(problem, problem.train)
    if not any(facts.true for facts in known):
        raise DataError(
            "explain: no answer of the training questions tells a fact; ask some questions about one concept each"
        )
    bindings = Bindings.learn([facts.true for facts in known], NameTable.read().forms, roles=settings.roles)
    design = expected_design(bindings, known)
    groups = entity_groups(problem)
    axes = fit_axes(problem.entities, rows, design, groups=groups)
    recorded = axes(problem.entities.features[rows])
    encoding = fit_encoding(axes, recorded, design, bindings, rounds=settings.rounds, carriers=settings.carriers)
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    inversion = Inversion.of(encoding, design, concepts)
    rate = design.mean(axis=0)
    search, few = None, few_scenes(known)
    if settings.search and not few:
        sharp = Inversion.of(encoding, design, concepts, share=settings.rest_as_noise)
        search = SceneSearch(Inventory(bindings, rate, len(design)), inversion, sharp)
    scenes = None
    if few:
        # It chooses by inner folds, so that it can learn from the validation recordings, too.
        scenes = SceneList.fit(
            known_facts(problem, problem.learning),
            problem.entities.features[np.unique(problem.learning.recording)],
            vocabulary.concepts,
            vocabulary.relations,
            n_times=problem.entities.n_times,
            seed=problem.seed,
        )
    alternatives = Alternatives(bindings, inversion, rate, len(design))
    evidence = FactEvidence.fit(
        alternatives, search, problem.entities.features, fact_questions(problem.validation, bindings)
    )
    if settings.fine_tuning and not few:
        evidence = _fine_tuned(evidence, problem, settings.fine_tuning)
    diagnostics = {"features": len(bindings), "recordings": len(rows), "axes": len(axes.group)}
    sampler = WorldSampler.of(bindings, known, vocabulary.concepts, vocabulary.relations)
    return Explain(evidence, scenes, sampler, vocabulary, groups, settings, problem.seed, diagnostics)


def _fine_tuned(evidence: FactEvidence, problem: Problem, epochs: int) -> FactEvidence:
    """The same with patterns that answer the training questions better, where it answers validation questions better, too."""
    bindings, features = evidence.alternatives.bindings, problem.entities.features
    train, validation = fact_questions(problem.train, bindings), fact_questions(problem.validation, bindings)
    tuned = fine_tuned(
        evidence.alternatives, evidence.readout, features, train, validation, settings=FineTuningSettings(epochs=epochs)
    )
    if tuned.kept == 0:
        return evidence
    before = evidence.alternatives
    alternatives = Alternatives(bindings, tuned.inversion, before.rate, before.scenes)
    search = evidence.search and replace(evidence.search, marginal=tuned.inversion)
    found = FactEvidence.fit(alternatives, search, features, validation)
    return min(evidence, found, key=lambda one: one.loss(features, validation))


def entity_groups(problem: Problem) -> Int[np.ndarray, " entity"]:
    """Entities that are carried together: each alone, or the networks of an atlas where each has one channel."""
    entities = problem.entities
    number = len(entities.names)
    alone = len(entities.entity_of_feature) <= number * entities.n_times
    if entities.networks is not None and alone:
        return np.unique(np.array(entities.networks), return_inverse=True)[1].reshape(-1)
    return np.arange(number)
