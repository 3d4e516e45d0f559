"""Label data sets for `explain`: every conjunction of one word of each exclusive category is a scene, seen in training or not."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Shaped
from scipy.special import softmax

from neurona.decoders.label_worlds import LabelWorlds
from neurona.encoding_models.class_model import ClassModelSettings, fit_class_model
from neurona.execution import Worlds
from neurona.programs.axioms import axioms_of
from neurona.questions import Problem
from neurona.worlds import SceneList

MOST = 256
"""Conjunctions that are listed."""
_CERTAIN = 0.9
"""Recordings are learned from whose answers leave one world with this share."""


def label_scenes(problem: Problem, settings: ClassModelSettings) -> SceneList | None:
    """All conjunctions with what training says of them; None where a recording shows something else than one word of each category.

    Worlds with a word that no training recording shows are left out.
    """
    vocabulary, learning = problem.vocabulary, problem.learning
    exclusive = axioms_of(vocabulary).exclusive
    own = [word for members in exclusive for word in members]
    too_many = np.prod([len(members) for members in exclusive], dtype=np.float64) > MOST
    if problem.facts is not None or vocabulary.relations or set(own) != set(vocabulary.concepts) or too_many:
        return None
    labels = LabelWorlds.of(vocabulary)
    likelihood = labels.log_likelihood(learning, vocabulary, len(problem.entities.features))
    rows = np.unique(learning.recording)
    share = softmax(likelihood[rows] + np.log(labels.share), axis=1)
    rows, share = rows[share.max(axis=1) > _CERTAIN], share[share.max(axis=1) > _CERTAIN]
    words = _words(labels, exclusive)
    classes = share.argmax(axis=1)
    shown = np.all([np.isin(column, column[classes]) for column in words.T], axis=0)
    if len(np.unique(classes)) < 2:
        return None
    kept = np.flatnonzero(shown)
    words = np.stack([np.unique(column, return_inverse=True)[1].reshape(-1) for column in words[kept].T], axis=1)
    words = words[:, words.max(axis=0) > 0]
    model = fit_class_model(
        problem.entities.features[rows],
        np.searchsorted(kept, classes),
        words=words,
        n_times=problem.entities.n_times,
        groups=_groups(problem, rows, settings.inner_folds),
        settings=settings,
        seed=problem.seed,
    )
    scenes = [labels.worlds.facts(0, k) for k in kept.tolist()]
    share = np.exp(model.log_prior)[None, :]
    return SceneList(model, Worlds.of_facts([scenes], vocabulary.concepts, vocabulary.relations, share), rows)


def _words(labels: LabelWorlds, exclusive: tuple[tuple[str, ...], ...]) -> Int[np.ndarray, "world category"]:
    """The word of each category in each world, numbered in its category."""
    members = [[k for k, word in enumerate(labels.words) if word in own] for own in exclusive]
    return np.stack([labels.holds[:, columns].argmax(axis=1) for columns in members], axis=1)


def _groups(problem: Problem, rows: Int[np.ndarray, " row"], folds: int) -> Shaped[np.ndarray, " row"] | None:
    """Groups stay whole where there are enough of them."""
    if problem.groups is None:
        return None
    groups = np.asarray(problem.groups)[rows]
    return groups if len(np.unique(groups)) >= folds else None
