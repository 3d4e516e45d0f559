"""Decode by explaining: an encoding model of scenes, inverted; what it reads are the possible scenes behind each recording.

Fit: facts of the training scenes -> features (`bindings`) -> patterns (`encoding`) -> inversion (`inversion`). Read:

    evidence for facts (`worlds.evidence`) -> worlds drawn from the posterior over scenes (`worlds.sampler`)

Where recordings show one word of each exclusive category, all conjunctions of words are listed with their exact posterior, those that
training lacks among them (`label_scenes`); where training shows few different scenes, these are all the worlds there are
(`worlds.listed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import annotated_types
import numpy as np
from jaxtyping import Float, Int
from threadpoolctl import threadpool_limits

from neurona.blocks import give_back, parts, room, taken
from neurona.decoders.decoder import Context, DecoderSettings, Knowledge, held_out_misses, learn_asking
from neurona.decoders.label_scenes import label_scenes
from neurona.decoders.registry import register
from neurona.encoding_models.axes import fit_axes
from neurona.encoding_models.bindings import ATTRIBUTE, CONCEPT, RELATION, Bindings
from neurona.encoding_models.class_model import ClassModelSettings
from neurona.encoding_models.encoding import fit_encoding
from neurona.encoding_models.inversion import Inversion
from neurona.encoding_models.known_facts import KnownFacts, expected_design, known_facts
from neurona.errors import DataError
from neurona.execution import Worlds, share_true
from neurona.programs import Vocabulary, parse
from neurona.programs.axioms import axioms_of
from neurona.programs.ontology import kinds_of
from neurona.questions import Problem
from neurona.readings import About, AskingModel, EntityEvidence, WorldReading
from neurona.recordings.entities import Entities
from neurona.scenes.names import NameTable
from neurona.worlds import (
    FactEvidence,
    SampledScenes,
    SamplerSettings,
    SceneList,
    SceneSpace,
    Screening,
    few_scenes,
    sample_scenes,
)

_FEW = 2000
"""Training recordings."""
_SOME = "exists x. {}(x)", "exists x. exists y. {}(x, y)"


@dataclass(frozen=True)
class ExplainSettings(DecoderSettings):
    """How to explain.

    Attributes:
        roles: whether features tell subject from object.
        rounds: updates of patterns and groundings.
        carriers: share of the entities that carry a word, before any is seen.
        rest_as_noise: share of the rest of a scene that worlds take as noise.
        knowledge: whether words of one kind, by the vocabulary's definitions and axioms, lend each other patterns and carriers as far as they are alike, or are `none` of each
            other's kin.
        worlds: how they are drawn.
        listed: how worlds are read where they are few enough to be listed.
    """

    kind: Literal["explain"] = "explain"
    roles: bool = True
    rounds: Annotated[int, annotated_types.Ge(1)] = 10
    carriers: Annotated[float, annotated_types.Gt(0), annotated_types.Lt(1)] = 0.1
    rest_as_noise: Annotated[float, annotated_types.Ge(0), annotated_types.Le(1)] = 0.1
    knowledge: Knowledge = "none"
    worlds: SamplerSettings = field(default_factory=SamplerSettings)
    listed: ClassModelSettings = field(default_factory=ClassModelSettings)


@dataclass(frozen=True)
class Inverted:
    """The inverted encoding model.

    Attributes:
        bindings: features of facts.
        marginal: evidence that takes all the rest of the scene as noise; it chooses what is worth sampling.
        sharp: evidence that takes little of it as noise, as the rest is part of a world.
        space: of scenes.
        before: the training scenes, as worlds.
        entity_group: the group of the encoding model that each entity belongs to.
    """

    bindings: Bindings
    marginal: Inversion
    sharp: Inversion
    space: SceneSpace
    before: Worlds
    entity_group: Int[np.ndarray, " entity"]


@dataclass(frozen=True)
class Explain:
    """A fitted decoder by explaining.

    Attributes:
        inverted: of scenes with several things.
        scenes: all scenes that there are, where they are few; else None.
        vocabulary: of the questions.
        entities: names and positions of the entities; their features are not looked at.
        settings, seed, about: of the fit.
        asking: how the study puts its questions.
        diagnostics: figures about the fit.
    """

    inverted: Inverted
    scenes: SceneList | None
    vocabulary: Vocabulary
    entities: Entities = field(repr=False)
    settings: ExplainSettings
    seed: int
    about: About
    asking: AskingModel = field(default_factory=AskingModel)
    diagnostics: dict[str, Any] = field(default_factory=dict)

    def read(self, features: Float[np.ndarray, "recording feature"], recordings: Sequence[str]) -> WorldReading:
        """The worlds behind recordings."""
        found = self.inverted
        ids, nouns = tuple(map(str, recordings)), found.space.nouns
        evidence = self._entity_evidence(features)
        if self.scenes is not None:
            worlds, before = self.scenes.worlds(features), self.scenes.before
            return WorldReading(self.vocabulary, ids, worlds, before, nouns, None, self.about, self.asking, evidence)
        by = FactEvidence.of_inversion(found.space, found.sharp, features)
        screening = Screening.of_inversion(found.marginal, features)
        alone = FactEvidence(found.space, screening.support, found.marginal.white)
        sampled = SampledScenes(by, sample_scenes(by, screening, self.settings.worlds, seed=self.seed), alone)
        worlds = sampled.to_worlds(self.vocabulary)
        return WorldReading(
            self.vocabulary, ids, worlds, found.before, nouns, sampled, self.about, self.asking, evidence
        )

    @property
    def learns_from_validation(self) -> bool:
        """Whether it learned from validation recordings, too: where it lists the scenes (see `product_of_experts`)."""
        return self.scenes is not None

    def groundings(self) -> tuple[tuple[str, ...], Float[np.ndarray, "word entity"]]:
        """How probably each entity carries each concept and relation, times its share of the word's response."""
        bindings, encoding = self.inverted.bindings, self.inverted.marginal.encoding
        own = [k for k, one in enumerate(bindings.features) if one.band in (CONCEPT, ATTRIBUTE, RELATION)]
        carried = encoding.carried[own] * encoding.shares[own]
        return tuple(bindings.features[k].words[0] for k in own), carried[:, self.inverted.entity_group]

    def _entity_evidence(self, features: Float[np.ndarray, "recording feature"]) -> EntityEvidence:
        """Each entity's share of each word's log likelihood ratio, whatever else is in the scene.

            log p(z | u) - log p(z) = sum over axes of z_a w_a  -  u'Gu / 2,      w the word's column of M^-1 B'

        An axis belongs to one group of entities, so the first term is a sum over groups, which their entities share equally; the second is
        the same for every recording.
        """
        inversion, group = self.inverted.marginal, self.inverted.entity_group
        bands = (CONCEPT, ATTRIBUTE, RELATION)
        column = {one.words[0]: k for k, one in enumerate(self.inverted.bindings.features) if one.band in bands}
        words = tuple(word for word in (*self.vocabulary.concepts, *self.vocabulary.relations) if word in column)
        at = np.array([column[word] for word in words], dtype=np.int64)
        axes = inversion.encoding.axes
        coordinates, size = axes(features), int(group.max()) + 1
        members, shares = np.bincount(group, minlength=size), room((len(features), len(group), len(words)))
        for part in parts(len(features), shares[:1].nbytes):
            of_groups = np.zeros((len(features[part]), size, len(words)), np.float32)
            for one in range(size):
                inside = axes.group == one
                of_groups[:, one] = coordinates[part][:, inside] @ inversion.weights[np.ix_(inside, at)]
            shares[part] = of_groups[:, group] / members[group][None, :, None]
            give_back(coordinates)
            give_back(shares)
        before = self.inverted.before
        asked = [parse(_SOME[word in self.vocabulary.relations].format(word)) for word in words]
        rate = np.clip(share_true(before, asked, np.zeros(len(words), np.int64)), 1e-4, 1 - 1e-4)
        return EntityEvidence.of_entities(
            self.entities,
            words,
            shares,
            -np.diag(inversion.gram)[at] / 2,
            np.log(rate / (1 - rate)),
        )


@register(ExplainSettings)
def fit_explain(problem: Problem, settings: ExplainSettings, context: Context | None = None) -> Explain:
    """Fit the encoding model to the training recordings.

    Args:
        problem: what to learn from; without `facts` the answers say what is known of a scene.
        settings: how to explain.
        context: not needed.

    Raises:
        DataError: nothing is known to hold in any training recording.
    """
    known = known_facts(problem, problem.train)
    if not any(facts.true for facts in known):
        raise DataError(
            "explain: no answer of the training questions tells a fact; ask some questions about one concept each"
        )
    # Of small products, threads of BLAS would mostly wait for each other, at full speed.
    with threadpool_limits(1 if len(known) < _FEW else None, "blas"):
        inverted, diagnostics = invert(problem, settings, known)
    # Few scenes choose by inner folds, so that they can learn from the validation recordings, too.
    scenes = label_scenes(problem, settings.listed)
    if scenes is None and few_scenes(known):
        learning, rows = problem.learning, np.unique(problem.learning.recording)
        scenes = SceneList.of_known(
            known_facts(problem, learning),
            rows,
            problem.entities.features[rows],
            problem.vocabulary,
            n_times=problem.entities.n_times,
            settings=settings.listed,
            seed=problem.seed,
        )
    about = About(problem.dataset, settings.kind, settings.supervision, problem.simulated)
    entities = replace(problem.entities, features=problem.entities.features[:0])
    found = Explain(
        inverted, scenes, problem.vocabulary, entities, settings, problem.seed, about, diagnostics=diagnostics
    )
    asking = learn_asking(found, problem, settings, held_out=scenes is None)
    if scenes is not None:
        # Inner folds left every recording out once: sets of answers are promised by what was said of it then.
        worlds, rows = scenes.held_out()
        ids, nouns = tuple(map(str, rows)), inverted.space.nouns
        reading = WorldReading(problem.vocabulary, ids, worlds, scenes.before, nouns, about=about)
        asking = replace(asking, misses=held_out_misses(reading, rows, asking, problem))
    return replace(found, asking=asking)


def invert(problem: Problem, settings: ExplainSettings, known: Sequence[KnownFacts]) -> tuple[Inverted, dict[str, Any]]:
    """The encoding model of what is known of the training recordings, inverted, and figures about its fit."""
    vocabulary, rows, forms = problem.vocabulary, problem.train_rows, NameTable.read().forms
    bindings = Bindings.learn([facts.true for facts in known], forms, roles=settings.roles)
    design = expected_design(bindings, known)
    groups = entity_groups(problem.entities)
    axes = fit_axes(problem.entities, rows, design, groups=groups)
    recorded = axes(taken(problem.entities.features, rows))
    kinds = kinds_of(vocabulary) if settings.knowledge == "ontology" else {}
    encoding = fit_encoding(
        axes, recorded, design, bindings, rounds=settings.rounds, carriers=settings.carriers, kinds=kinds
    )
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    marginal = Inversion.of(encoding, design, concepts)
    sharp = Inversion.of(encoding, design, concepts, share=settings.rest_as_noise)
    # What is told of scenes, not what is expected of them, which counts nouns that nobody asked about.
    rate = bindings.design([facts.true for facts in known]).mean(axis=0)
    space = SceneSpace(bindings, rate, len(design), axioms_of(vocabulary).disjoint)
    scenes = [sorted(facts.closed(forms), key=repr) for facts in known]
    before = Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations)
    diagnostics = {"features": len(bindings), "recordings": len(rows), "axes": len(axes.group)}
    return Inverted(bindings, marginal, sharp, space, before, groups), diagnostics


def entity_groups(entities: Entities) -> Int[np.ndarray, " entity"]:
    """Entities that are carried together: each alone, or the networks of an atlas where each has one channel."""
    number = len(entities.names)
    alone = len(entities.entity_of_feature) <= number * entities.n_times
    if entities.networks is not None and alone:
        return np.unique(np.array(entities.networks), return_inverse=True)[1].reshape(-1)
    return np.arange(number)
