"""Fit a decoder to all recordings of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Int

from neurona.datasets.dataset import Dataset
from neurona.decoders.decoder import Answerer, Context, Decoder, DecoderSettings
from neurona.decoders.fitted import FittedDecoder
from neurona.decoders.registry import decoders, fit
from neurona.errors import ConfigError, DataError, nearest_name
from neurona.questions import Asked, Problem
from neurona.readings import About
from neurona.readings.filtering import learned_dwell
from neurona.recordings.alignment import Alignment
from neurona.recordings.alignment.groups import group_of_each
from neurona.recordings.entities import EntitySettings, FittedEntities, default_entities, fit_entities
from neurona.recordings.recordings import METADATA, Recordings
from neurona.scenes.facts import SceneFacts
from neurona.training.settings import TrainingSettings


def fit_decoder(
    dataset: Dataset,
    decoder: str | DecoderSettings = "explain",
    *,
    entities: str | EntitySettings | None = None,
    align: str | Alignment | None = None,
    seed: int = 0,
    training: TrainingSettings | None = None,
    validation: float = 0.1,
    facts: Mapping[str, SceneFacts] | None = None,
    context: Context | None = None,
) -> FittedDecoder:
    """Fit a decoder to all recordings of a data set, by the answers of its questions.

    Args:
        dataset: recordings and questions with their answers.
        decoder: kind of decoder, with its default settings, or settings.
        entities: method of making entities, or its settings; what the recordings suggest when None (`default_entities`).
        align: method of aligning runs, sessions or people before (`zscore`, `centre`, ...), or its settings; none when None. Recordings that are
            read later are aligned by themselves, as the method says.
        seed: of everything that is drawn.
        training: of gradient training, for decoders that need it.
        validation: share of the images that settings are chosen by, and that the asking model is learned from.
        facts: image -> what holds in its scene, where `supervision` is `scenes`.
        context: folder for checkpoints and logs, console; `training` goes before its settings.

    Raises:
        ConfigError: no such kind of decoder, entities or alignment, one that cannot read, or scenes to learn from that are not there.
        DataError: no questions, or recordings that do not allow the entities or the alignment.
    """
    settings = settings_of(decoder)
    recordings = dataset.recordings
    ids = recordings.data.recording.values.astype(str).tolist()
    images = np.array(dataset.images, dtype=object)
    image = dict(zip(ids, images, strict=True))
    asked = Asked.of(dataset.questions.assign(image=dataset.questions.recording.map(image)), dataset.vocabulary, ids)
    if not len(asked):
        raise DataError(f"{dataset.name}: no questions to learn from; give labels, or questions with their answers")
    held = held_for_validation(images, np.ones(len(ids), dtype=bool), validation, seed)
    fitted = fit_entities(recordings, entities or default_entities(recordings), align=align, seed=seed)
    train, later = (asked.take(mask[asked.recording]) for mask in (~held, held))
    problem = problem_of(dataset, fitted, train, later, settings, facts, seed)
    own = context or Context()
    found = fit(problem, settings, own if training is None else Context(training, own.folder, own.console))
    return fitted_decoder(found, fitted, problem, settings, dataset)


def fitted_decoder(
    decoder: Decoder | Answerer, entities: FittedEntities, problem: Problem, settings: DecoderSettings, dataset: Dataset
) -> FittedDecoder:
    """A decoder that was fitted to a problem, as one of recordings.

    Raises:
        ConfigError: it answers questions, and reads nothing.
    """
    kind = str(getattr(settings, "kind", ""))
    if not isinstance(decoder, Decoder):
        raise ConfigError(
            f"decoder {kind!r} answers the questions of an experiment and reads no recordings; use another, such as explain"
        )
    about = About(problem.dataset, kind, settings.supervision, problem.simulated)
    dwell = dwell_of(dataset.recordings, np.unique(problem.learning.recording))
    return FittedDecoder(
        entities, decoder, settings, problem.vocabulary, about, problem.seed, dataset.conversion, dwell
    )


def dwell_of(recordings: Recordings, rows: Int[np.ndarray, " row"]) -> float | None:
    """How long a label lasts, in seconds, by the order of some recordings; None where these have no times or labels, or their order does not tell.

    Args:
        recordings: with `label` and, where times are known, `onset` (seconds).
        rows: that may be learned from.
    """
    if "onset" not in recordings.data.coords or "label" not in recordings.data.coords:
        return None
    label, onset = (recordings.data[name].values[rows] for name in ("label", "onset"))
    run = np.array(group_of_each(recordings, "run"))[rows]
    return learned_dwell(label.astype(str), onset.astype(float), run.tolist())


def problem_of(
    dataset: Dataset,
    entities: FittedEntities,
    train: Asked,
    validation: Asked,
    settings: DecoderSettings,
    facts: Mapping[str, SceneFacts] | None,
    seed: int,
    groups: Sequence[str] | None = None,
) -> Problem:
    """What a decoder learns from; scenes are part of it only where the settings ask for them.

    Args:
        dataset: recordings and their vocabulary.
        entities: of the recordings.
        train, validation: questions to learn from and to choose by.
        settings: of the decoder.
        facts: image -> what holds in its scene.
        seed: of everything that is drawn.
        groups: of each recording, which folds that settings are chosen by keep whole; runs when None.

    Raises:
        ConfigError: scenes are to be learned from, and there are none.
    """
    scenes = None
    if settings.supervision == "scenes":
        if facts is None:
            raise ConfigError(
                f"decoder.supervision: scenes, but {dataset.name} comes without scene graphs; use answers"
            )
        scenes = tuple(facts[image] for image in dataset.images)
    if groups is None:
        groups = group_of_each(dataset.recordings, "run")
    return Problem(
        entities.apply(dataset.recordings),
        dataset.vocabulary,
        train,
        validation,
        scenes,
        seed,
        dataset.simulated,
        tuple(groups),
        dataset.name,
        subjects_of(dataset.recordings),
        columns_of(dataset.recordings),
    )


def columns_of(recordings: Recordings) -> dict[str, tuple[str, ...]]:
    """What is said of each recording beside its label, by column; `metadata_NAME` goes by NAME."""
    along = {str(name): one for name, one in recordings.data.coords.items() if one.dims == ("recording",)}
    told = {name.removeprefix(METADATA): one for name, one in along.items() if name not in ("recording", "label")}
    return {name: tuple(map(str, one.values)) for name, one in told.items()}


def subjects_of(recordings: Recordings) -> tuple[str, ...] | None:
    """Whose each recording is; None where nobody said, or all are of one."""
    data = recordings.data
    found = tuple(map(str, data.subject.values)) if "subject" in data.coords else ()
    return found if len(set(found)) > 1 else None


def settings_of(decoder: str | DecoderSettings) -> DecoderSettings:
    """Settings; of a kind that is named, its defaults.

    Raises:
        ConfigError: there is no such kind.
    """
    if not isinstance(decoder, str):
        return decoder
    known = decoders()
    if decoder not in known:
        raise ConfigError(f"no decoder of kind {decoder!r}{nearest_name(decoder, known)}")
    made: DecoderSettings = known[decoder].settings()
    return made


def held_for_validation(
    images: Sequence[str] | np.ndarray, train: Bool[np.ndarray, " recording"], share: float, seed: int
) -> Bool[np.ndarray, " recording"]:
    """Training recordings that settings are chosen by: those of a share of the training images.

    Args:
        images: of each recording.
        train: recordings to choose from.
        share: of their images.
        seed: of the choice.
    """
    of = np.asarray(images, dtype=object)
    known = np.unique(of[train])
    chosen = np.random.default_rng(seed).permutation(known)[: round(share * len(known))]
    held: np.ndarray = train & np.isin(of, chosen)
    return held
