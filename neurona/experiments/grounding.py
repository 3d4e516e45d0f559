"""Where concepts sit, according to the decoders of a run: the store that queries read, and how well planted places are recovered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from neurona.datasets.dataset import Dataset, plain_vocabulary
from neurona.decoders import Decoder, Grounded
from neurona.encoding_models.worlds import Worlds
from neurona.evaluation import grounding_recovery
from neurona.execution import Hypothesis, Interaction, Logic, RelationScores, Scores, get_logic
from neurona.experiments.folds import Fitted
from neurona.experiments.study import Study
from neurona.programs import Vocabulary


def groundings_of(decoder: Decoder, entities: Sequence[str]) -> pd.DataFrame | None:
    """How strongly each entity carries each word, `word x entity`; None for decoders that cannot say.

    Words that a decoder knows nothing of (NaN) are left out.
    """
    if not hasattr(decoder, "groundings"):
        return None
    words, scores = decoder.groundings()
    return pd.DataFrame(np.asarray(scores, np.float64), index=list(words), columns=list(entities)).dropna()


def grounding_metrics(study: Study, fitted: Sequence[Fitted], seed: int) -> dict[str, Any]:
    """`groundings`: how well the planted groundings are found again (mean average precision over words), on SIMULATED data whose
    entities are the planted parcels, and for decoders that say where they found words."""
    found = groundings_of(fitted[0].decoder, fitted[0].problem.entities.names)
    planted = study.planted
    if found is None or planted is None or set(planted.entities) != set(found.columns):
        return {}
    known = [word for word in found.index if word in planted.words]
    rows = [planted.words.index(word) for word in known]
    columns = [planted.entities.index(name) for name in found.columns]
    recovery = grounding_recovery(found.loc[known].to_numpy(), planted.carried[np.ix_(rows, columns)], known, seed=seed)
    return {"groundings": {k: v for k, v in recovery._asdict().items() if k != "words"}}


def grounding_store(dataset: Dataset, fitted: Sequence[Fitted]) -> xr.Dataset:
    """Evidence and scores of all test recordings, each from the decoder that did not learn from it.

    Variables: `evidence` (recording, entity, concept), `position` of the entities, `fold`, and the parts of `Scores` whose names
    start with `score_`. Entities of data-driven parcels differ from fold to fold; the longest list names them.
    """
    ids = dataset.recordings.data.recording.values.astype(str)
    names = max((one.problem.entities.names for one in fitted), key=len)
    rows = np.concatenate([np.flatnonzero(one.fold.test) for one in fitted])
    parts = [_of_fold(one, len(names)) for one in fitted]
    first = fitted[0].decoder
    assert isinstance(first, Grounded)
    return xr.Dataset(
        {name: (dims, np.concatenate([part[name][1] for part in parts])) for name, (dims, _) in parts[0].items()},
        coords={
            "recording": ids[rows],
            "entity": list(names),
            "concept": list(dataset.vocabulary.concepts),
            "axis": list("xyz"),
        },
        attrs={
            "simulated": int(dataset.simulated),
            "dataset": dataset.name,
            "vocabulary": json.dumps(plain_vocabulary(dataset.vocabulary)),
            "logic": first.logic.name,
            "hypothesis": json.dumps(first.hypothesis._asdict()),
        },
    )


def read_scores(state: xr.Dataset) -> tuple[Scores, Logic, Hypothesis]:
    """Scores of one recording of a store, and the meaning that programs have on them."""

    def part(name: str) -> Any:
        return jnp.asarray(state[f"score_{name}"].values[None]) if f"score_{name}" in state else None

    relations = None
    if "score_subject" in state:
        interaction = None
        if "score_left" in state:
            interaction = Interaction(part("left"), part("right"), part("weight"))
        relations = RelationScores(
            part("subject"), part("object"), part("region"), part("region_described"), interaction
        )
    logic, hypothesis = get_logic(state.attrs["logic"]), Hypothesis(**json.loads(state.attrs["hypothesis"]))
    return Scores(part("unary"), relations), logic, hypothesis


def _of_fold(fitted: Fitted, n_entities: int) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    rows, entities, decoder = np.flatnonzero(fitted.fold.test), fitted.problem.entities, fitted.decoder
    assert isinstance(decoder, Grounded)
    features = entities.features[rows]
    evidence = _padded(decoder.evidence(features), n_entities, 0.0)
    position = np.full((len(rows), n_entities, 3), np.nan, np.float32)
    if entities.positions is not None:
        position[:, : len(entities.names)] = entities.positions
    found = {
        "evidence": (("recording", "entity", "concept"), evidence),
        "position": (("recording", "entity", "axis"), position),
        "fold": (("recording",), np.full(len(rows), fitted.fold.name)),
    }
    return found | dict(_score_parts(decoder.program_scores(features))) | _world_parts(decoder, features)


def _world_parts(decoder: Any, features: np.ndarray) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Possible worlds, for decoders that answer by them; those of all recordings are written out for each."""
    if not hasattr(decoder, "possible_worlds"):
        return {}
    worlds, shares = decoder.possible_worlds(features)
    dims: dict[str, tuple[str, ...]] = {
        "present": ("world", "thing"),
        "unary": ("concept", "world", "thing"),
        "pairs": ("relation", "world", "thing", "other_thing"),
    }
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        "world_share": (("recording", "world"), shares.astype(np.float32))
    }
    for name, axes in dims.items():
        values = getattr(worlds, name)
        found[f"world_{name}"] = (("recording", *axes), np.broadcast_to(values, (len(features), *values.shape[1:])))
    return found


def read_worlds(state: xr.Dataset, vocabulary: Vocabulary) -> tuple[Worlds, np.ndarray] | None:
    """The possible worlds of one recording of a store, and how probable each is; None where there are none."""
    if "world_share" not in state:
        return None
    arrays = (state[f"world_{name}"].values[None] for name in ("present", "unary", "pairs"))
    return Worlds(vocabulary.concepts, vocabulary.relations, *arrays), state.world_share.values[None]


def _score_parts(scores: Scores) -> Iterator[tuple[str, tuple[tuple[str, ...], np.ndarray]]]:
    yield "score_unary", (("recording", "concept", "scored_entity"), np.asarray(scores.unary))
    if scores.relations is None:
        return
    for name in ("subject", "object", "region", "region_described"):
        yield f"score_{name}", (("recording", "relation", "scored_entity"), np.asarray(getattr(scores.relations, name)))
    interaction = scores.relations.interaction
    if interaction is not None:
        for name in ("left", "right"):
            yield f"score_{name}", (("recording", "scored_entity", "rank"), np.asarray(getattr(interaction, name)))
        yield "score_weight", (("recording", "relation", "rank"), np.asarray(interaction.weight))


def _padded(values: np.ndarray, n_entities: int, filler: float) -> np.ndarray:
    missing = n_entities - values.shape[1]
    return np.pad(values, ((0, 0), (0, missing), (0, 0)), constant_values=filler).astype(np.float32)
