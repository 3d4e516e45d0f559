"""`simulate`: settings and a seed in, scenes, recordings, questions and the truth about them out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from neurona.datasets.card import read_card
from neurona.datasets.dataset import Dataset
from neurona.recordings.recordings import Recordings
from neurona.scenes.answer_prior import with_answer_prior
from neurona.scenes.questions import COLUMNS, questions_from_scenes, vocabulary_of
from neurona.scenes.scene_graph import SceneGraph
from neurona.simulation.associates import evoked
from neurona.simulation.brain import Brain, make_brain
from neurona.simulation.density import spread_out, told_by
from neurona.simulation.hypotheses import Hypotheses, hypotheses
from neurona.simulation.measurement import Measurement, course, latencies, measure, sensors
from neurona.simulation.noise_factors import with_factors
from neurona.simulation.nonlinearity import normalised, saturated
from neurona.simulation.nulls import shuffled_scenes
from neurona.simulation.ontology import Ontology, make_ontology
from neurona.simulation.oracle import Observed, observe, whiten
from neurona.simulation.patterns import Patterns, plant
from neurona.simulation.responses import ResponseModel
from neurona.simulation.scenes import make_scenes
from neurona.simulation.sessions import Sessions, draw_sessions
from neurona.simulation.settings import SimulationSettings
from neurona.simulation.tails import tail_scales

_SCENES, _PATTERNS, _SUBJECTS, _PARTS, _NOISE, _QUESTIONS, _NULL, _OBSERVER, _SESSIONS, _ONSETS = range(10)
_DENSITY, _ASSOCIATES, _FACTORS, _LATENCIES, _TAILS, _LAPSES = range(10, 16)
"""Random streams of one seed: a dial that touches one of them leaves the draws of the others as they are."""

RUN_IMAGES = 37
"""Images in a run, as in BOLD5000."""


@dataclass(frozen=True)
class Truth:
    """What was planted, and how it was measured.

    Attributes:
        patterns: of all words, and the parcels that carry them.
        model: responses to facts.
        measurement: subjects, time course and noise.
        sessions: what differs between sessions, and when responses come.
        scale: sigma.
        shown: whose scene's response each subject shows at each image; the image's own unless shuffled.
        latency_s: delay of each channel's response.
        lapsed: which recordings are noise alone.
    """

    patterns: Patterns
    model: ResponseModel
    measurement: Measurement
    sessions: Sessions
    scale: float
    shown: Int[np.ndarray, "subject image"]
    latency_s: Float[np.ndarray, " channel"]
    lapsed: Bool[np.ndarray, "subject recording"]


@dataclass(frozen=True)
class Simulation:
    """SIMULATED data with the truth beside them.

    Attributes:
        settings, seed: what it was made from.
        brain: components and parcels.
        ontology: words.
        scenes: one an image.
        parts: part of each image, `train` or `test`.
        recordings: by subject, then image, then repeat; coordinate `image` along recording.
        questions: about images, as `questions_from_scenes` makes them.
        truth: what was planted.
    """

    settings: SimulationSettings
    seed: int
    brain: Brain
    ontology: Ontology
    scenes: tuple[SceneGraph, ...]
    parts: tuple[str, ...]
    recordings: Recordings
    questions: pd.DataFrame
    truth: Truth

    @property
    def subjects(self) -> tuple[str, ...]:
        return subject_names(self.settings)

    def asking(self, questions: pd.DataFrame) -> Simulation:
        """The same data with other questions, e.g. those of another split.

        Args:
            questions: columns as `questions_from_scenes` makes them.
        """
        return dataclasses.replace(self, questions=questions)

    def dataset(self) -> Dataset:
        """Recordings and questions as any other data set: each question is asked of each recording of its image."""
        asked = pd.DataFrame(
            {"recording": self.recordings.data.recording.values, "image": self.recordings.data.image.values}
        ).merge(self.questions, on="image", sort=False)
        asked["question"] = asked["recording"] + "_" + asked["question"].astype(str).str.replace("^.*_", "", regex=True)
        columns = ["question", "recording", *COLUMNS[1:]]
        words = self.ontology.vocabulary
        if self.settings.kinds:
            words = dataclasses.replace(words, definitions=self.ontology.definitions)
        return Dataset("simulated", read_card("simulated"), self.recordings, asked[columns], words=words)

    @cached_property
    def observed(self) -> tuple[Observed, ...]:
        """The oracle's answers to `questions`, by subject; NaN where their likelihood has no closed form."""
        held = hypotheses(self.questions, self.scenes, self.ontology.vocabulary, self.ontology.class_of)
        return tuple(self._observed(subject, held) for subject in range(self.settings.subjects))

    def _observed(self, subject: int, held: Hypotheses) -> Observed:
        settings, truth = self.settings, self.truth
        rng = np.random.default_rng([self.seed, _OBSERVER, subject])
        responses = np.repeat(truth.model.scenes(self.scenes), settings.repeats, axis=0)
        each = settings.images * settings.repeats
        values = self.recordings.data.values[subject * each : (subject + 1) * each]
        values = truth.sessions.undone(subject, values) if settings.varies else values
        places = np.arange(each).reshape(settings.images, settings.repeats)
        found = Observed.nothing(len(held.scene), settings.repeats)
        for session in range(settings.sessions):
            here = np.flatnonzero(truth.sessions.of_image == session)
            rows = places[here].ravel()
            asked = np.flatnonzero(np.isin(held.scene, here))
            whitened = whiten(truth.measurement, subject, session, truth.scale, responses[rows], values[rows])
            seen = observe(held.about(here, asked), truth.model, whitened, places[: len(here)], rng)
            for whole, part in zip(found, seen, strict=True):
                whole[asked] = part
        if settings.null == "shuffled":
            return found._replace(expected=found.chance)
        if not settings.closed_form:
            nothing = Observed.nothing(len(held.scene), settings.repeats)
            return nothing._replace(chance=found.chance)
        return found

    def oracle(self) -> pd.DataFrame:
        """SIMULATED: the oracle's answer to each question of `dataset()`, in its order.

        Returns:
            Columns question, recording, llr, correct (realised), expected (accuracy), chance.
        """
        asked = self.dataset().questions
        data = self.recordings.data
        of_image = {name: rows.index.to_numpy() for name, rows in self.questions.reset_index().groupby("image")}
        rows = np.concatenate([of_image[image] for image in data.image.values if image in of_image])
        place = dict(zip(data.recording.values, range(len(data)), strict=True))
        shape = (self.settings.subjects, self.settings.images, self.settings.repeats)
        subject, _, repeat = np.unravel_index([place[name] for name in asked["recording"]], shape)
        llr, correct, expected, chance = (
            np.stack([getattr(seen, name) for seen in self.observed]) for name in Observed._fields
        )
        return pd.DataFrame(
            {
                "question": asked["question"],
                "recording": asked["recording"],
                "llr": llr[subject, rows, repeat],
                "correct": correct[subject, rows, repeat],
                "expected": expected[subject, rows],
                "chance": chance[subject, rows],
            }
        )


def subject_names(settings: SimulationSettings) -> tuple[str, ...]:
    """SIM1, SIM2, ..."""
    return tuple(f"SIM{number}" for number in range(1, settings.subjects + 1))


def simulate(settings: SimulationSettings | None = None, seed: int = 0) -> Simulation:
    """Simulate a study.

    Args:
        settings: the dials; defaults when None.
        seed: of everything that is drawn. Dials of signal and noise strength leave the draws as they are.
    """
    settings = settings or SimulationSettings()

    def stream(number: int) -> np.random.Generator:
        return np.random.default_rng([seed, number])

    brain = make_brain(settings.components, settings.parcels)
    ontology = make_ontology(settings.nouns, settings.adjectives)
    scenes = make_scenes(ontology, settings, stream(_SCENES))
    patterns = _planted(brain, ontology, settings, stream)
    model = ResponseModel(ontology, patterns, settings.interaction, settings.null != "arguments_only")
    channels = len(sensors()[0]) if settings.modality == "eeg" else settings.components
    sessions = draw_sessions(settings, channels, stream(_SESSIONS), stream(_ONSETS))
    measurement = measure(brain, settings, stream(_SUBJECTS), sessions)
    if settings.factor_share:
        factors = settings.noise_factors, settings.factor_share, stream(_FACTORS)
        noise = with_factors(measurement.space_covariance, measurement.positions, *factors)
        measurement = dataclasses.replace(measurement, space_covariance=noise)
    parts = _parts(settings, stream(_PARTS))
    shown = np.tile(np.arange(settings.images), (settings.subjects, 1))
    if settings.null == "shuffled":
        shown = shuffled_scenes(parts, settings.subjects, stream(_NULL))
    responses = _responses(model, scenes, brain, settings, stream(_ASSOCIATES))
    scale = measurement.scale(responses, settings.snr)
    latency = latencies(measurement.positions, settings.latency_spread_s, stream(_LATENCIES))
    lapsed = stream(_LAPSES).random((settings.subjects, settings.images * settings.repeats)) < settings.lapses
    truth = Truth(patterns, model, measurement, sessions, scale, shown, latency, lapsed)
    values = _values(truth, responses, settings, stream(_NOISE), stream(_TAILS))
    recordings = _recordings(values, truth, brain, settings, scenes, parts, seed)
    questions = _questions(scenes, parts, settings, seed)
    return Simulation(settings, seed, brain, ontology, scenes, parts, recordings, questions, truth)


def _parts(settings: SimulationSettings, rng: np.random.Generator) -> tuple[str, ...]:
    held_out = set(rng.permutation(settings.images)[: round(settings.test_share * settings.images)].tolist())
    return tuple("test" if image in held_out else "train" for image in range(settings.images))


def _planted(
    brain: Brain, ontology: Ontology, settings: SimulationSettings, stream: Callable[[int], np.random.Generator]
) -> Patterns:
    where = make_brain(settings.components, settings.planted_parcels) if settings.planted_parcels else brain
    patterns = plant(where, ontology, settings, stream(_PATTERNS))
    if settings.density:
        patterns = spread_out(patterns, brain, settings, stream(_DENSITY))
    return patterns if where is brain else told_by(patterns, where, brain)


def _responses(
    model: ResponseModel,
    scenes: tuple[SceneGraph, ...],
    brain: Brain,
    settings: SimulationSettings,
    rng: np.random.Generator,
) -> Float[np.ndarray, "subject image component"]:
    """What each image does to each subject's brain."""
    found = np.broadcast_to(model.scenes(scenes), (settings.subjects, len(scenes), len(brain.centroids)))
    if settings.associates:
        brought = evoked(scenes, model.ontology, model.patterns, settings.subjects, rng)
        found = found + np.float32(settings.associates) * brought
    if settings.saturation:
        found = saturated(found, settings.saturation)
    return normalised(found, brain.distances, settings.normalisation) if settings.normalisation else found


def _values(
    truth: Truth,
    responses: Float[np.ndarray, "subject image component"],
    settings: SimulationSettings,
    rng: np.random.Generator,
    tails: np.random.Generator,
) -> Float[np.ndarray, "recording channel time"]:
    measurement, sessions = truth.measurement, truth.sessions
    usual = (truth.scale * measurement.time_course).astype(np.float32)
    late = settings.latency_spread_s > 0 or sessions.onset_s is not None
    values = []
    for subject, order in enumerate(truth.shown):
        signal = np.empty((len(order), len(measurement.channels)), np.float32)
        for session in range(settings.sessions):
            here = sessions.of_image == session
            signal[here] = measurement.signal(subject, responses[subject, order[here]], session)
        signal = np.repeat(signal, settings.repeats, axis=0)
        signal[truth.lapsed[subject]] = 0
        recorded = measurement.noise(len(signal), rng)
        if settings.noise_tails:
            recorded *= tail_scales(len(signal), recorded.shape[2], settings.noise_tails, tails)
        recorded += signal[:, :, None] * (_courses(truth, subject, settings) if late else usual)
        values.append(sessions.measured(subject, recorded) if settings.varies else recorded)
    return np.concatenate(values)


def _courses(truth: Truth, subject: int, settings: SimulationSettings) -> Float[np.ndarray, "#recording #channel time"]:
    """sigma h(t - onset - latency) of each recording and channel."""
    after = truth.measurement.times - truth.latency_s[:, None] if settings.latency_spread_s else truth.measurement.times
    after = np.atleast_2d(after)[None]
    if truth.sessions.onset_s is not None:
        after = after - truth.sessions.onset_s[subject][:, None, None]
    found = course(after.ravel(), truth.measurement.window, settings.modality).reshape(after.shape)
    return (truth.scale * found).astype(np.float32)


def _recordings(
    values: Float[np.ndarray, "recording channel time"],
    truth: Truth,
    brain: Brain,
    settings: SimulationSettings,
    scenes: tuple[SceneGraph, ...],
    parts: tuple[str, ...],
    seed: int,
) -> Recordings:
    measurement, session_of = truth.measurement, truth.sessions.of_image
    sessions = [f"ses-{number + 1:02d}" if settings.sessions > 1 else "" for number in session_of]
    runs = _runs(parts, sessions)
    rows = [
        (subject, scene.image, f"{subject}_{runs[k]}", parts[k], f"_r{repeat + 1}" if settings.repeats > 1 else "")
        for subject in subject_names(settings)
        for k, scene in enumerate(scenes)
        for repeat in range(settings.repeats)
    ]
    images = [row[1] for row in rows]
    along = {"image": ("recording", images)}
    if settings.sessions > 1:
        along["session"] = ("recording", np.tile(np.repeat(sessions, settings.repeats), settings.subjects).tolist())
    if settings.lapses:
        along["lapsed"] = ("recording", np.where(truth.lapsed.ravel(), "yes", "no").tolist())
    eeg = settings.modality == "eeg"
    made = Recordings.make(
        values,
        ids=[f"{row[0]}_{row[1]}{row[4]}" for row in rows],
        channels=measurement.channels,
        sampling_hz=float(1 / (measurement.times[1] - measurement.times[0])),
        modality=settings.modality,
        units="uV" if eeg else "noise standard deviations",
        subject=[row[0] for row in rows],
        run=[row[2] for row in rows],
        split=[row[3] for row in rows],
        label=images,
        positions=measurement.positions,
        groups=None if eeg else [brain.parcels[k] for k in brain.parcel_of_component],
        space="MNI152",
        start_s=float(measurement.times[0]),
        simulated=True,
    )
    marked = made.data.assign_coords(along)
    return Recordings(marked.assign_attrs(simulation=json.dumps({"seed": seed} | dataclasses.asdict(settings))))


def _runs(parts: tuple[str, ...], sessions: list[str]) -> list[str]:
    """Run of each image: images of one part and session, in their order, `RUN_IMAGES` a run."""
    runs = [""] * len(parts)
    for part, session in sorted(set(zip(parts, sessions, strict=True))):
        members = [k for k, found in enumerate(zip(parts, sessions, strict=True)) if found == (part, session)]
        for place, k in enumerate(members):
            runs[k] = f"{session}{'_' if session else ''}{part}{place // RUN_IMAGES + 1:02d}"
    return runs


def _questions(
    scenes: tuple[SceneGraph, ...], parts: tuple[str, ...], settings: SimulationSettings, seed: int
) -> pd.DataFrame:
    if settings.questions == 0:
        return pd.DataFrame(columns=list(COLUMNS))
    part_of = {scene.image: part for scene, part in zip(scenes, parts, strict=True)}
    trained = [scene for scene in scenes if part_of[scene.image] == "train"]
    questions = questions_from_scenes(
        scenes,
        vocabulary_of(trained),
        per_scene=settings.questions,
        seed=int(np.random.default_rng([seed, _QUESTIONS]).integers(2**31)),
        parts=part_of,
        negatives=settings.negatives,
    )
    return with_answer_prior(questions, settings.answer_prior, seed)
