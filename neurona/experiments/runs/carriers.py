"""Which entities carry which words in the recordings of a fold: what is known of the scenes, against what was measured."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from neurona.blocks import check_held
from neurona.decoders.told_words import told_words
from neurona.evaluation import CarrierTest, carrier_test
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.study import Study, chosen_questions
from neurona.programs.axioms import axioms_of
from neurona.questions import Asked
from neurona.recordings.alignment.groups import group_of_each
from neurona.scenes.facts import SceneFacts

_COPIES = 6
"""Of the responses, in float64, that the test holds at once: in the order of runs, white, less the words, and its components."""


def carriers_of(fitted: Fitted, study: Study, seed: int) -> CarrierTest:
    """The test of all words in a fold's entities, in all of its recordings.

    Nothing that the decoder says decides it, and it decides nothing of the decoder: it speaks of the data that the decoder's map is about.

    Raises:
        DataError: see `carrier_test`; or more recordings than memory holds.
    """
    fold, entities, vocabulary = fitted.fold, fitted.problem.entities, study.dataset.vocabulary
    rows = np.flatnonzero(fold.train | fold.validation | fold.test)
    check_held("carriers", len(rows) * entities.features.shape[1], _COPIES)
    words = (*vocabulary.concepts, *vocabulary.relations)
    runs = np.array(group_of_each(study.dataset.recordings, "run"))
    return carrier_test(
        entities.features[rows],
        entities.entity_of_feature,
        entities.names,
        shown_words(study, words)[rows],
        words,
        runs[rows],
        exclusive=axioms_of(vocabulary).exclusive,
        seed=seed,
    )


def shown_words(study: Study, words: tuple[str, ...]) -> Float[np.ndarray, "recording word"]:
    """1 where a recording's scene has a word, 0 where not, NaN where nobody knows: by its scene graph, else by the answers of its questions."""
    dataset = study.dataset
    if study.facts is None:
        ids = dataset.recordings.data.recording.values.astype(str).tolist()
        asked = Asked.of(chosen_questions(study), dataset.vocabulary, ids)
        return told_words(asked, dataset.vocabulary, words, len(ids)).astype(np.float64)
    of_image = {image: _of_scene(scene, words) for image, scene in study.facts.items()}
    return np.stack([of_image[image] for image in dataset.images])


def _of_scene(scene: SceneFacts, words: tuple[str, ...]) -> Float[np.ndarray, " word"]:
    there = {fact.name for fact in scene.true}
    absent = {fact.name for fact in scene.false}
    unknown = 0.0 if scene.complete else np.nan
    return np.array([1.0 if word in there else 0.0 if word in absent else unknown for word in words])
