"""What a run may measure besides accuracy: `evaluation.metrics` of its config, by name.

    @METRICS.register("calibration")
    def calibration(findings): ...

A metric gives numbers by name, which go to `metrics.json`, or a table, which goes to `tables/NAME.csv` (and what its `attrs` hold under `said` to
`metrics.json`); all are shown. What the data or the decoder do
not allow is said and left out. Other packages register theirs by the entry point group `neurona.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from neurona.blocks import give_back, taken
from neurona.datasets.splits.rows import column
from neurona.decoders.linear_evidence import LinearEvidence
from neurona.errors import DataError
from neurona.evaluation import (
    accuracy_by_concept,
    activation_patterns,
    answer_agreement,
    by_entity,
    calibration_table,
    ceiling_table,
    conjunction_table,
    grounding_recovery,
    grounding_table,
    group_table,
    noise_ceiling,
    share_of_oracle,
)
from neurona.evaluation.groundings.backing import backing_table
from neurona.evaluation.metrics.abstention import coverage_table
from neurona.evaluation.metrics.support import support_counts, support_table
from neurona.evaluation.predictions import UNITS, clusters, right_answers
from neurona.experiments.runs.findings import Findings
from neurona.experiments.runs.lapses import lapses_of
from neurona.readings.belief import log_odds
from neurona.registry import Registry

Numbers = Mapping[str, Any]
Metric = Callable[[Findings], Numbers | pd.DataFrame | None]
METRICS: Registry[Metric] = Registry("metric", "neurona.metrics", __name__)

PROMISED = 0.9
"""Coverage of sets of answers."""
STRONGEST = 5
"""Entities that a table of patterns names of each word."""
_TOGETHER = 1024
"""Recordings whose reading is in memory at a time."""


@METRICS.register("groundings")
def groundings(findings: Findings) -> Numbers | None:
    """SIMULATED data whose entities are the planted parcels: how well the planted groundings are found again (mean average precision over words);
    nothing for other data, or a decoder that does not say where it found words."""
    found, planted = findings.groundings, findings.study.planted
    if found is None or planted is None or set(planted.entities) != set(found.columns):
        return None
    known = [word for word in found.index if word in planted.words]
    rows = [planted.words.index(word) for word in known]
    columns = [planted.entities.index(name) for name in found.columns]
    carried = planted.carried[np.ix_(rows, columns)]
    recovery = grounding_recovery(found.loc[known].to_numpy(), carried, known, seed=findings.config.seed)
    return {name: value for name, value in recovery._asdict().items() if name != "words"}


@METRICS.register("carriers")
def carriers(findings: Findings) -> pd.DataFrame:
    """Which entities carry which words: strength, p and q of each word's response in each entity of the first fold, beside what the decoder's grounding says of
    it, and, of SIMULATED data, where the word was planted."""
    test, found, planted = findings.carriers, findings.groundings, findings.study.planted
    table = test.table
    if found is not None:
        said = found.rename_axis("word").reset_index().melt("word", var_name="entity", value_name="grounding")
        table = table.merge(said, on=["word", "entity"], how="left")
    if planted is not None and set(planted.entities) >= set(table.entity):
        true = pd.DataFrame(planted.carried, index=list(planted.words), columns=list(planted.entities))
        table = table.assign(
            planted=[bool(true.loc[word, name]) for word, name in zip(table.word, table.entity, strict=True)]
        )
    table = table.assign(null=test.null).sort_values(["q", "strength"], ascending=[True, False], ignore_index=True)
    table.attrs["said"] = f"{int((table.q <= test.rate).sum()):,} of {len(table):,} words in entities; {test.said}"
    return table


@METRICS.register("backed")
def backed(findings: Findings) -> pd.DataFrame:
    """No evidence, no score: how many questions are answered rightly, and how many of these answers are backed by evidence in the right place. SIMULATED data: half of
    the planted carriers among the entities that the decoder grounds the words in most; measured data: exchanging these entities with another image moves the
    answer more than exchanging random ones. Nothing backs the answers of a decoder that knows no place."""
    asked, found = findings.backing
    return backing_table(asked, found, by=UNITS[findings.unit]).dropna(axis="columns", how="all")


@METRICS.register("backed_questions")
def backed_questions(findings: Findings) -> pd.DataFrame:
    """The questions of `backed` one by one: whether the answer is right, whether evidence in the right place backs it, and how probably it would by chance; of measured data by how much
    exchanging the entities that it is grounded in, and random ones, moves its logit."""
    asked, found = findings.backing
    told = asked[["fold", "question", "recording", "program", "answer", "predicted"]].assign(
        right=right_answers(asked),
        backed=found.backed,
        chance=found.chance,
        moved=found.moved,
        at_random=found.moved_at_random,
    )
    return told.dropna(axis="columns", how="all").reset_index(drop=True)


@METRICS.register("calibration")
def calibration(findings: Findings) -> pd.DataFrame:
    """Whether answers, as asked, are true as often as is stated, by type of question."""
    return calibration_table(findings.predictions, seed=findings.config.seed, by=UNITS[findings.unit])


@METRICS.register("coverage")
def coverage(findings: Findings) -> pd.DataFrame:
    """Whether sets of answers that are promised to hold the right one in 0.9 of the cases do, and how right the answers are that stand alone in theirs; the others are
    withheld (`cannot tell`)."""
    return coverage_table(findings.predictions, _answer_sets(findings), PROMISED, by=UNITS[findings.unit])


@METRICS.register("groups")
def groups(findings: Findings) -> pd.DataFrame:
    """Whether groups of recordings are served alike, those of each column in `evaluation.groups` (subject, session, sex, ...): accuracy, calibration and coverage, the worst
    group, and the gap between it and the best."""
    predictions, recordings = findings.predictions, findings.study.dataset.recordings
    ids = recordings.data.recording.values.astype(str)
    try:
        sets = _answer_sets(findings)
    except DataError:
        sets = None  # nothing can be promised
    tables = []
    for name in findings.config.evaluation.groups:
        of = dict(zip(ids, column(recordings, name), strict=True))
        told = predictions.assign(**{name: predictions.recording.astype(str).map(of)})
        tables.append(group_table(told, name, sets, by=UNITS[findings.unit], seed=findings.config.seed))
    return pd.concat(tables, ignore_index=True)


def _answer_sets(findings: Findings) -> list[tuple[str, ...]]:
    """Of each test question, the answers that are not ruled out.

    Raises:
        DataError: the decoder has no reading, or can promise nothing.
    """
    sets: list[tuple[str, ...]] = []
    for one in findings.fitted:
        if one.reading is None:
            raise DataError(f"decoder {findings.config.decoder.kind!r} has no reading")
        rows = one.reading.rows(one.test.table.recording.astype(str).tolist())
        sets += one.reading.answer_sets(one.reading.ask_each(one.test.queries, rows), rows, PROMISED)
    return sets


@METRICS.register("lapses")
def lapses(findings: Findings) -> pd.DataFrame:
    """Test recordings that say least, first: how much more probable each makes its right answers, in nats a question (`information`); flagged where they are no more probable
    than without it; p: the share of exchanged recordings, asked what another is asked, that say as much."""
    return lapses_of(findings.fitted, findings.study, findings.config.seed)


@METRICS.register("support")
def support(findings: Findings) -> pd.DataFrame:
    """Accuracy by how often training asked for the same fact, for its rarest word and for its rarest pair of words, with the slope on the count: recordings that say nothing
    (`evaluation.shuffle`) leave a slope of 0 where answers are free of the language prior (`decoder.answers: evidence`)."""
    vocabulary = findings.study.dataset.vocabulary
    of_folds = [support_counts(one.problem.train.queries, one.test.queries, vocabulary) for one in findings.fitted]
    counts = {kind: np.concatenate([one[kind] for one in of_folds]) for kind in of_folds[0]}
    predictions = findings.predictions
    return support_table(right_answers(predictions), counts, clusters(predictions, UNITS[findings.unit]))


@METRICS.register("concepts")
def concepts(findings: Findings) -> pd.DataFrame:
    """Accuracy of the questions about each word, with false-discovery control."""
    vocabulary, unit = findings.study.dataset.vocabulary, UNITS[findings.unit]
    found = accuracy_by_concept(findings.predictions, vocabulary, by=unit, seed=findings.config.seed)
    return found.drop(columns=["kind", "n_clusters"])


@METRICS.register("conjunctions")
def conjunctions(findings: Findings) -> pd.DataFrame:
    """How many recordings have all of their exclusive categories described rightly; where folds leave conjunctions of columns out of training, of those
    that training has and of those that it lacks."""
    exclusive = findings.study.dataset.vocabulary.exclusive
    return conjunction_table(findings.predictions, exclusive, by=UNITS[findings.unit])


@METRICS.register("noise_ceiling")
def noise_ceilings(findings: Findings) -> pd.DataFrame:
    """Reliability of each entity's features over recordings of the same image, and the highest correlation that it leaves any prediction."""
    entities, images = findings.fitted[0].problem.entities, findings.study.dataset.images
    ceiling = noise_ceiling(entities.features, images, seed=findings.config.seed)
    return ceiling_table(ceiling, entities.entity_of_feature, entities.names)


@METRICS.register("agreement")
def agreement(findings: Findings) -> pd.DataFrame:
    """How often one question is answered alike about two recordings of one image, and the bound on accuracy that follows."""
    return answer_agreement(findings.predictions)


@METRICS.register("oracle")
def oracle(findings: Findings) -> pd.DataFrame:
    """SIMULATED data: shares of the oracle's accuracy with their intervals, and what is left above chance."""
    return share_of_oracle(findings.predictions, seed=findings.config.seed)


@METRICS.register("patterns")
def patterns(findings: Findings) -> pd.DataFrame:
    """The strongest entities of each concept by activation patterns (Haufe et al. 2014) of its log odds, in the training recordings of the first fold."""
    first = findings.fitted[0]
    if first.reading is None:
        raise DataError(f"decoder {findings.config.decoder.kind!r} has no reading, so there are no read-outs")
    features = taken(first.problem.entities.features, np.flatnonzero(first.fold.train))
    words = findings.study.dataset.vocabulary.concepts
    queries = [f"exists x. {word}(x)" for word in words]
    read_outs = np.empty((len(features), len(words)))
    for part in (slice(start, start + _TOGETHER) for start in range(0, len(features), _TOGETHER)):
        ids = [str(k) for k in range(len(features))[part]]
        said = first.decoder.read(features[part], ids).ask(queries)  # type: ignore[union-attr]
        told = said.pivot(index="recording", columns="query", values="probability")
        read_outs[part] = log_odds(told.loc[ids, queries].to_numpy(np.float64))
        give_back(features)
    maps = by_entity(
        activation_patterns(features, read_outs),
        first.problem.entities.entity_of_feature,
        len(first.problem.entities.names),
    )
    return grounding_table(maps, words, first.problem.entities.names, STRONGEST)


@METRICS.register("views")
def views(findings: Findings) -> pd.DataFrame | None:
    """What inner folds of each fold's training recordings chose for each view of the recordings; nothing where there is one."""
    rows = [
        {"fold": one.fold.name, **view._asdict()}
        for one in findings.fitted
        if isinstance(one.decoder, LinearEvidence) and len(one.decoder.views) > 1
        for view in one.decoder.views
    ]
    return pd.DataFrame(rows).rename(columns={"name": "view", "loss": "held_out_loss"}) if rows else None
