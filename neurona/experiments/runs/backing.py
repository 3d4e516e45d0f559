"""Whether a run's answers are backed by evidence in the right place (`evaluation.groundings.backing`): the metric `backed`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from neurona.decoders import Decoder, Grounded
from neurona.evaluation.groundings.backing import Backing, backed_by_exchange, backed_by_place
from neurona.evaluation.predictions import answers_in
from neurona.experiments.runs.folds import Fitted
from neurona.experiments.study import Study
from neurona.programs import Query, Vocabulary, expand
from neurona.programs.tree import Describe, names
from neurona.readings.belief import log_odds

SHARE = 0.1
"""Of measured data, the share of the entities that is exchanged."""
PARTNERS, SETS = 3, 9
"""Other images that entities are exchanged with, and random sets of entities, of each question."""
MOST = 300
"""Questions of a fold whose entities are exchanged, drawn at random where there are more: each costs 30 recordings to read."""


def backing_of(
    fitted: Sequence[Fitted], predictions: pd.DataFrame, study: Study, seed: int
) -> tuple[pd.DataFrame, Backing]:
    """Predictions, some of them where there are many, and whether they are backed.

    Args:
        fitted: the folds, in the order of the predictions.
        predictions: of all folds.
        study: the data.
        seed: of what is drawn.
    """
    chosen, parts, start = [], [], 0
    for number, one in enumerate(fitted):
        rows = np.arange(start, start + len(one.test))
        start += len(one.test)
        kept, backing = _of_fold(one, predictions.iloc[rows], study, seed + number)
        chosen.append(rows[kept])
        parts.append(backing)
    return predictions.iloc[np.concatenate(chosen)], Backing.joined(parts)


def grounding_of(fitted: Fitted) -> pd.DataFrame | None:
    """How strongly each entity carries each word, `word x entity`: the decoder's groundings, else how much the evidence of its entities varies over
    the test recordings; None of a decoder that knows no place."""
    entities = list(fitted.problem.entities.names)
    if isinstance(fitted.decoder, Grounded):
        words, scores = fitted.decoder.groundings()
        return pd.DataFrame(np.asarray(scores, np.float64), index=list(words), columns=entities)
    evidence = None if fitted.reading is None else fitted.reading.entity_evidence
    if evidence is None:
        return None
    return pd.DataFrame(evidence.evidence.std(axis=0).T, index=list(evidence.words), columns=entities)


def _of_fold(
    one: Fitted, predictions: pd.DataFrame, study: Study, seed: int
) -> tuple[Int[np.ndarray, " question"], Backing]:
    every, grounding, planted = np.arange(len(one.test)), grounding_of(one), study.planted
    if grounding is None or one.reading is None:
        return every, Backing.nothing(len(every))
    vocabulary = study.dataset.vocabulary
    answers = answers_in(predictions, "predicted").tolist()
    words = [_words(query, answer, vocabulary) for query, answer in zip(one.test.queries, answers, strict=True)]
    if planted is not None and set(planted.entities) == set(grounding.columns):
        truth = pd.DataFrame(planted.carried, index=list(planted.words), columns=list(planted.entities))
        return every, backed_by_place(words, grounding, truth, seed=seed)
    kept = np.sort(np.random.default_rng(seed).permutation(every)[:MOST])
    return kept, _exchanged(one, study, grounding, [words[q] for q in kept], kept, seed)


def _words(query: Query, answer: str, vocabulary: Vocabulary) -> list[str]:
    """What an answer speaks of: the words of its program, defined ones expanded, and the one that it chooses."""
    chosen = [answer] if isinstance(query, Describe) else []
    return list(dict.fromkeys([*names(expand(query, vocabulary)), *chosen]))


def _exchanged(
    one: Fitted,
    study: Study,
    grounding: pd.DataFrame,
    words: Sequence[Sequence[str]],
    kept: Int[np.ndarray, " question"],
    seed: int,
) -> Backing:
    """Some questions, asked of recordings that have some entities from other images of their subject."""
    assert isinstance(one.decoder, Decoder)
    assert one.reading is not None
    rng = np.random.default_rng([seed, 1])
    features, owner = one.problem.entities.features, one.problem.entities.entity_of_feature
    asked, number = one.test.take(kept), len(grounding.columns)
    size = max(1, round(SHARE * number))
    share = grounding.abs().div(grounding.abs().sum(axis=1).replace(0, np.nan), axis=0).fillna(0.0)
    before = one.reading.believe(asked.queries, one.reading.rows(asked.table.recording.astype(str).tolist()))
    place = np.nan_to_num(before.probability, nan=-1.0).argmax(axis=1) * before.is_choice
    moved = np.empty((len(kept), 1 + SETS))
    for q, (row, query) in enumerate(zip(asked.recording.tolist(), asked.queries, strict=True)):
        weight = share.reindex(list(words[q])).sum(axis=0).to_numpy(np.float64)
        sets = [np.argsort(-weight, kind="stable")[:size]]
        sets += [rng.choice(number, size, replace=False) for _ in range(SETS)]
        inside = np.repeat(np.stack([np.isin(owner, entities) for entities in sets]), PARTNERS, axis=0)
        partners = np.tile(rng.choice(_others(study, row), PARTNERS), 1 + SETS)
        mixed = np.where(inside, features[partners], features[row])
        rows = np.arange(len(mixed))
        after = one.decoder.read(mixed, [str(k) for k in rows]).believe([query] * len(rows), rows)
        change = log_odds(after.probability[:, place[q]]) - log_odds(before.probability[[q], place[q]])
        moved[q] = np.abs(change).reshape(1 + SETS, PARTNERS).mean(axis=1)
    return backed_by_exchange(moved[:, 0], moved[:, 1:])


def _others(study: Study, row: int) -> Int[np.ndarray, " recording"]:
    """Recordings of other images of the subject of a recording; of nobody else, so all others where there are none."""
    subject = study.dataset.recordings.data.subject.values.astype(str)
    image = np.array(study.dataset.images, dtype=object)
    other: np.ndarray = np.flatnonzero((subject == subject[row]) & (image != image[row]))
    return other if len(other) else np.flatnonzero(np.arange(len(image)) != row)
