"""Relational evidence: linear read-outs of words and of words in roles, summed over entities and over the parts of a fact.

    s_k       = z . A_k - |A_k|^2 / 2                       evidence of a term (a word, or a word bound to a noun that takes part)
    a         w1 s_a + c
    q(a)      w2 s_q + w3 s_qa + c                          evidence for facts, given that their things are there
    r(a, b)   w4 s_r + w5 s_r,a as subject + w6 s_r,b as object + c

z are the standardised features of all entities (`standardise.py`), A the patterns (`evidence_patterns.py`). In white noise A is both the
read-out and the activation pattern of Haufe et al. 2014 (NeuroImage 87:96), so that read-outs come in closed form. The weights w are
learned (`fact_readout.py`) from evidence of recordings that the patterns were not estimated from.

With the scenes' prior, evidence makes worlds (`worlds.independent`): facts are independent given their things. Labels are listed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, MultipleOf
from jaxtyping import Float, Int
from scipy.special import softmax

from neurona.decoders.decoder import Context, DecoderSettings, learn_asking
from neurona.decoders.evidence_patterns import Patterns, Terms, blocks, estimate, evidence, terms_of
from neurona.decoders.fact_readout import FactReadout, Lesson, fit_readout
from neurona.decoders.label_worlds import LabelWorlds
from neurona.decoders.registry import register
from neurona.decoders.standardise import Standardised, standardised
from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.encoding_models.known_facts import known_facts
from neurona.errors import DataError
from neurona.execution import Worlds
from neurona.programs import Vocabulary
from neurona.programs.axioms import axioms_of
from neurona.questions import Problem
from neurona.readings import About, AskingModel, EntityEvidence, WorldReading
from neurona.readings.belief import log_odds
from neurona.recordings.entities import Entities
from neurona.scenes.names import NameTable
from neurona.worlds import FactEvidence, SampledScenes, SceneSpace
from neurona.worlds.independent import draw_scenes

_ROWS = 64
"""Recordings that are read at a time."""


@dataclass(frozen=True)
class RelationalEvidenceSettings(DecoderSettings):
    """How patterns are estimated.

    Attributes:
        kind: of decoder.
        time_components: of the response's time course; None keeps all time points.
        penalty: of words' patterns, in recordings.
        binding_penalty: of bound words' patterns.
        smoothness: s, of patterns within an entity.
        least: recordings that must be known to have a binding; 0 leaves bindings out.
        most: bindings.
        folds: of the recordings, for the weights.
        worlds: drawn of each recording.
        facts: of each recording that worlds may hold, the most probable.
    """

    kind: Literal["relational_evidence"] = "relational_evidence"
    time_components: Annotated[int, Ge(1)] | None = 1
    penalty: Annotated[float, Ge(0)] = 30.0
    binding_penalty: Annotated[float, Ge(0)] = 30.0
    smoothness: Annotated[float, Ge(0)] = 1.0
    least: Annotated[int, Ge(0)] = 8
    most: Annotated[int, Ge(0)] = 3000
    folds: Annotated[int, Ge(2)] = 4
    worlds: Annotated[int, MultipleOf(64)] = 512
    facts: Annotated[int, Ge(1)] = 1024


@dataclass(frozen=True, eq=False)
class RelationalEvidence:
    """A fitted decoder.

    Attributes:
        standardised: features -> z.
        terms, patterns: A, and whose; what held in training recordings is not looked at.
        readout: evidence of terms -> evidence of facts.
        space: of scenes.
        before: the training scenes, as worlds.
        labels: all worlds, where recordings have labels; else None.
        vocabulary, entities, about: of the problem; the entities' features are not looked at.
        settings, seed: of the fit.
        asking: how the study puts its questions.
    """

    standardised: Standardised = field(repr=False)
    terms: Terms = field(repr=False)
    patterns: Patterns = field(repr=False)
    readout: FactReadout = field(repr=False)
    space: SceneSpace = field(repr=False)
    before: Worlds = field(repr=False)
    labels: LabelWorlds | None = field(repr=False)
    vocabulary: Vocabulary
    entities: Entities = field(repr=False)
    about: About
    settings: RelationalEvidenceSettings
    seed: int
    asking: AskingModel = field(default_factory=AskingModel)

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> WorldReading:
        """The worlds behind recordings, and what each entity adds to each word's logit."""
        values, found = self._terms(features)
        ids, by = tuple(map(str, recordings)), FactEvidence(self.space, self.readout.support(found))
        carriers = self._entity_evidence(values)
        nouns, rest = self.space.nouns, (self.about, self.asking, carriers)
        if self.labels is not None:
            worlds, before = self._labels(by), self.labels.worlds
            return WorldReading(self.vocabulary, ids, worlds, before, self.labels.things, None, *rest)
        drawn = draw_scenes(by, worlds=self.settings.worlds, facts=self.settings.facts, seed=self.seed)
        sampled = SampledScenes(by, drawn)
        worlds = sampled.to_worlds(self.vocabulary)
        return WorldReading(self.vocabulary, ids, worlds, self.before, nouns, sampled, *rest)

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """All words, and how much of each word's activation pattern lies on each entity; rows sum to 1, or are 0."""
        words = tuple(name.words[0] for name in self.terms.names[: self.terms.n_words])
        # The pattern of the channels (Haufe et al. 2014), in units of their noise; shrunk as the read-outs are.
        pattern = self.standardised.channel_patterns(self.patterns.pattern[: len(words)])
        n_entities = self.patterns.power.shape[1]
        indicator = (self.standardised.entity[:, None] == np.arange(n_entities)[None, :]).astype(np.float32)
        energy = (pattern**2) @ indicator
        return words, energy / np.maximum(energy.sum(axis=1, keepdims=True), 1e-12)

    def _terms(
        self, features: Float[np.ndarray, "recording feature"]
    ) -> tuple[Float[np.ndarray, "recording z"], Float[np.ndarray, "recording term"]]:
        """z, and evidence of terms. In blocks of one size, so that a recording gets the same bits, and draws, alone as among others."""
        n = len(features)
        padded = np.zeros((-(-max(n, 1) // _ROWS) * _ROWS, features.shape[1]), features.dtype)
        padded[:n] = features
        values = [self.standardised(padded[k : k + _ROWS]) for k in range(0, len(padded), _ROWS)]
        found = [evidence(block, self.patterns) for block in values]
        return np.concatenate(values)[:n], np.concatenate(found)[:n]

    def _labels(self, by: FactEvidence) -> Worlds:
        """Shares of the listed worlds: each word's evidence counts where it is shown."""
        assert self.labels is not None
        words = {name.words[0]: k for k, name in enumerate(self.space.bindings.features) if name.band == CONCEPT}
        column = np.array([words.get(word, -1) for word in self.labels.words])
        logits = np.where(column >= 0, by.support[:, column], 0.0)
        share = softmax(logits @ self.labels.holds.T + np.log(self.labels.share), axis=1)
        return replace(self.labels.worlds, share=share)

    def _entity_evidence(self, values: Float[np.ndarray, "recording z"]) -> EntityEvidence:
        """What each entity adds to the evidence of each word, whatever its arguments; with a constant they sum to it."""
        n = self.terms.n_words
        names, slope, constant = self.terms.names[:n], *self.readout.of_words(self.terms.names[:n])
        pattern = self.patterns.pattern[:n] * slope[:, None].astype(np.float32)
        found = np.zeros((len(values), self.patterns.power.shape[1], n), np.float32)
        for p in range(found.shape[1]):
            here = self.standardised.entity == p
            found[:, p] = values[:, here] @ pattern[:, here].T
        at = [self.space.bindings.place[name] for name in names]
        bias = constant - slope * (self.patterns.pattern[:n].astype(np.float64) ** 2).sum(axis=1) / 2
        words, prior = tuple(name.words[0] for name in names), log_odds(self.space.rate[at].astype(np.float64), 1e-4)
        return EntityEvidence.of_entities(self.entities, words, found, bias, prior)


@register(RelationalEvidenceSettings)
def fit_relational_evidence(
    problem: Problem, settings: RelationalEvidenceSettings, context: Context | None = None
) -> RelationalEvidence:
    """Patterns in closed form, then the weights of a fact's parts.

    Raises:
        DataError: nothing is known to hold in any training recording.
    """
    entities, rows, vocabulary = problem.entities, problem.train_rows, problem.vocabulary
    known = known_facts(problem, problem.train)
    if not any(facts.true for facts in known):
        raise DataError(
            "relational_evidence: no answer of the training questions tells a fact; ask some about one concept each"
        )
    forms = NameTable.read().forms
    bindings = Bindings.learn([facts.true for facts in known], forms)
    most = settings.most * (settings.least > 0)
    terms = terms_of(bindings, known, problem.train, vocabulary, len(entities.features), max(settings.least, 1), most)
    to_z = standardised(entities, rows, _contrasts(terms, rows), settings.time_components, problem.seed)
    values = to_z(entities.features)
    prior = blocks(to_z, settings.smoothness)

    def patterns_of(chosen: Int[np.ndarray, " row"]) -> Patterns:
        return estimate(terms, chosen, values, prior, settings.penalty, settings.binding_penalty)

    fold = np.random.default_rng(problem.seed).permutation(len(rows)) % settings.folds
    crossed = np.zeros((len(values), len(terms.names)), np.float32)
    for number in range(settings.folds):
        out = rows[fold == number]
        if len(out) and len(out) < len(rows):
            crossed[out] = evidence(values[out], patterns_of(rows[fold != number]))
    # What is unknown is likelier false: questions are about what a scene has, or resemble it.
    rate = bindings.design([facts.true for facts in known]).mean(axis=0)
    space = SceneSpace(bindings, rate, len(known), axioms_of(vocabulary).disjoint)
    patterns = patterns_of(rows)
    lessons = [Lesson(crossed, problem.train, dict(zip(rows.tolist(), known, strict=True)))]
    if len(problem.validation):
        held = np.unique(problem.validation.recording).tolist()
        of_held = dict(zip(held, known_facts(problem, problem.validation), strict=True))
        lessons.append(Lesson(evidence(values, patterns), problem.validation, of_held))
    readout = fit_readout(space, terms, lessons, problem)
    labels = None
    if vocabulary.exclusive:
        labels = LabelWorlds.of(vocabulary)
        labels = labels.learned(labels.log_likelihood(problem.train, vocabulary, len(values))[rows])
    scenes = [sorted(facts.closed(forms), key=repr) for facts in known]
    found = RelationalEvidence(
        to_z,
        replace(terms, holds=terms.holds[:0]),
        patterns,
        readout,
        space,
        Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations),
        labels,
        vocabulary,
        replace(entities, features=entities.features[:0]),
        About(problem.dataset, settings.kind, settings.supervision, problem.simulated),
        settings,
        problem.seed,
    )
    return replace(found, asking=learn_asking(found, problem, settings))


def _contrasts(terms: Terms, rows: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row word"]:
    """1 and -1 as a word holds or not, 0 where that is unknown, around their mean."""
    found = np.nan_to_num(2 * terms.holds[rows][:, : terms.n_words] - 1)
    means = found.sum(axis=0) / np.maximum((found != 0).sum(axis=0), 1)
    return np.where(found != 0, found - means, 0)
