"""The dials of the simulator, in one place, each with its range."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurona.errors import ConfigError, nearest_name
from neurona.scenes.questions import NEGATIVES

NULLS = ("none", "shuffled", "arguments_only")
MODALITIES = ("fmri", "eeg")

_RANGES: dict[str, tuple[float, float]] = {
    "subjects": (1, 1000),
    "images": (2, 1_000_000),
    "repeats": (1, 100),
    "questions": (0, 1000),
    "test_share": (0.0, 0.9),
    "nouns": (20, 210),
    "adjectives": (2, 40),
    "things_least": (1, 12),
    "things_most": (1, 12),
    "adjectives_a_thing": (0.0, 3.0),
    "relationships_a_thing": (0.0, 3.0),
    "components": (16, 4096),
    "parcels": (2, 44),
    "spread": (1, 8),
    "smoothness_mm": (1.0, 60.0),
    "kinship": (0.0, 1.0),
    "interaction": (0.0, 1.0),
    "roles": (0.0, 1.0),
    "snr": (0.0, 1e6),
    "mixing": (0.0, 1.0),
    "shift_mm": (0.0, 30.0),
    "autocorrelation": (0.0, 0.99),
    "drift": (0.0, 0.95),
    "noise_spread": (0.0, 0.99),
    "noise_smoothness_mm": (1.0, 60.0),
    "sessions": (1, 100),
    "answer_prior": (0.0, 1.0),
    "session_gain": (0.0, 2.0),
    "session_offset": (0.0, 100.0),
    "session_shift_mm": (0.0, 30.0),
    "snr_spread": (0.0, 3.0),
    "onset_spread_s": (0.0, 5.0),
    "longer_s": (0.0, 600.0),
    "session_drift": (0.0, 100.0),
    "latency_spread_s": (0.0, 5.0),
    "noise_tails": (0.0, 0.45),
    "noise_factors": (1, 100),
    "factor_share": (0.0, 0.95),
    "saturation": (0.0, 10.0),
    "normalisation": (0.0, 1.0),
    "associates": (0.0, 3.0),
    "density": (0.0, 1.0),
    "planted_parcels": (0, 44),
    "lapses": (0.0, 0.9),
}

_OF_SESSIONS = "session_gain", "session_offset", "session_shift_mm", "session_drift"
_OF_TIME = "onset_spread_s", "longer_s", "latency_spread_s"
_OF_RESPONSES = "saturation", "normalisation", "associates"


@dataclass(frozen=True)
class SimulationSettings:
    """What is simulated. The symbols are those of the package's docstring.

    Attributes:
        subjects: S; all see the same images.
        images: scenes, one an image.
        repeats: recordings of each image and subject.
        questions: asked about each image.
        test_share: share of the images that is set aside as part `test`.
        nouns, adjectives: size of the vocabulary; smaller ones are made of the more frequent words.
        things_least, things_most: things in a scene.
        adjectives_a_thing, relationships_a_thing: how many, on average.
        components: C, over both hemispheres.
        parcels: networks of components, half of them in each hemisphere.
        spread: parcels over which one concept is spread.
        smoothness_mm: l, of all patterns.
        kinship: k, share of a noun's pattern that its class has in common.
        interaction: i, structure of relations and adjectives: 0 purely additive, 1 purely interactive.
        roles: rho, how much a response depends on who does what to whom; 0 not at all.
        snr: variance of the signal over images, by that of the noise, each averaged over components and time.
        mixing: m, how strongly each subject mixes neighbouring components in its own way.
        shift_mm: standard deviation, along each axis, of the shift of a subject's topography.
        autocorrelation: a, of the noise from one time point to the next.
        drift: d, share of the noise variance that is slow drift.
        noise_spread: n, share of the noise variance that neighbouring components share.
        noise_smoothness_mm: reach of the shared noise.
        sessions: K of each subject; each shows a part of the images.
        session_gain: standard deviation of the logarithm of each channel's gain, of signal and noise alike, from session to session.
        session_offset: the same of each channel's offset, in standard deviations of the noise.
        session_shift_mm: standard deviation, along each axis, of a further shift of the topography in each session.
        snr_spread: standard deviation over subjects of the logarithm of the SNR.
        onset_spread_s: standard deviation of the time at which the response comes, in seconds; nobody is told when it came.
        longer_s: seconds by which recordings are longer than the response, which comes at any time in them with equal probability.
        session_drift: standard deviation of how far each channel's gain (its logarithm) and offset (in standard deviations of the noise) move
            from the first to the last image of a session.
        latency_spread_s: standard deviation over channels of the delay of the response, in seconds; neighbours have like delays.
        noise_tails: 1 / nu of Student's t, one draw for all channels of a sample; 0 is Gaussian noise.
        noise_factors, factor_share: how many global factors the noise has, and their share of its variance.
        saturation: how far single components saturate; 0 not at all.
        normalisation: share of a component's gain that the activity of its neighbourhood divides by.
        associates: strength of what a thing evokes beside itself, anew in each image, by that of the thing.
        density: share of a pattern's power that is spread over the whole brain.
        planted_parcels: parcels that concepts are planted in, where those are not the `parcels` that recordings tell of; 0: the same.
        lapses: share of the recordings that tell nothing of their scene: noise alone, as where somebody slept. Coordinate `lapsed` of the recordings says which.
        kinds: whether the vocabulary says which nouns are of which class, in definitions (`pet: cat(x) | dog(x)`), so that classes can be asked for.
        modality: one of `MODALITIES`; `eeg`: the same brain seen by sensors on the scalp.
        answer_prior: how much the words of a yes/no question tell its answer: at 1 who knows how answers `no` and `yes` go with words is right in 0.75 of
            them (see `neurona.scenes.answer_prior`).
        negatives: which questions are answered no, one of `neurona.scenes.questions.NEGATIVES`: `balanced`, or `as_released`: plausible but absent.
        null: one of `NULLS`; `shuffled` cuts the link between scene and response, `arguments_only` leaves relations without response.
    """

    subjects: int = 4
    images: int = 1000
    repeats: int = 1
    questions: int = 25
    test_share: float = 0.1
    nouns: int = 210
    adjectives: int = 40
    things_least: int = 3
    things_most: int = 6
    adjectives_a_thing: float = 0.7
    relationships_a_thing: float = 1.0
    components: int = 1024
    parcels: int = 18
    spread: int = 2
    smoothness_mm: float = 15.0
    kinship: float = 0.5
    interaction: float = 1.0
    roles: float = 1.0
    snr: float = 1.0
    mixing: float = 0.3
    shift_mm: float = 3.0
    autocorrelation: float = 0.4
    drift: float = 0.2
    noise_spread: float = 0.5
    noise_smoothness_mm: float = 12.0
    sessions: int = 1
    session_gain: float = 0.0
    session_offset: float = 0.0
    session_shift_mm: float = 0.0
    snr_spread: float = 0.0
    onset_spread_s: float = 0.0
    longer_s: float = 0.0
    answer_prior: float = 0.0
    negatives: str = "balanced"
    session_drift: float = 0.0
    latency_spread_s: float = 0.0
    noise_tails: float = 0.0
    noise_factors: int = 4
    factor_share: float = 0.0
    saturation: float = 0.0
    normalisation: float = 0.0
    associates: float = 0.0
    density: float = 0.0
    planted_parcels: int = 0
    lapses: float = 0.0
    kinds: bool = False
    modality: str = "fmri"
    null: str = "none"

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(f"simulation: {name} is {value}; it must lie between {low:g} and {high:g}")
        for name, allowed in (("modality", MODALITIES), ("null", NULLS), ("negatives", NEGATIVES)):
            value = getattr(self, name)
            if value not in allowed:
                raise ConfigError(f"simulation: {name} {value!r} is unknown{nearest_name(value, allowed)}")
        if self.things_most < self.things_least:
            raise ConfigError(
                f"simulation: things_most is {self.things_most}, less than things_least {self.things_least}"
            )
        if self.sessions > self.images:
            raise ConfigError(
                f"simulation: {self.sessions} sessions for {self.images} images; a session shows one image at least"
            )
        most = max(self.parcels, self.planted_parcels)
        if self.components < 4 * most:
            raise ConfigError(
                f"simulation: {self.components} components in {most} parcels; a parcel needs 4 components, "
                "so ask for more components or fewer parcels"
            )

    @property
    def varies(self) -> bool:
        """Whether sessions differ."""
        return self.sessions > 1 or any(getattr(self, name) for name in _OF_SESSIONS)

    @property
    def beyond_layouts(self) -> tuple[str, ...]:
        """Dials away from their defaults that only the layout `native` can hold: continuous runs are made without them."""
        usual = SimulationSettings
        names = ("sessions", *_OF_SESSIONS, *_OF_TIME, *_OF_RESPONSES, "noise_tails", "lapses")
        return tuple(name for name in names if getattr(self, name) != getattr(usual, name))

    @property
    def closed_form(self) -> bool:
        """Whether recordings have a likelihood in closed form, so that there is an oracle."""
        return not any(getattr(self, name) for name in (*_OF_TIME, *_OF_RESPONSES, "noise_tails", "lapses"))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> SimulationSettings:
        """From a mapping, as a config file gives it.

        Raises:
            ConfigError: an unknown key, a value of the wrong type or out of range.
        """
        kinds = {field.name: type(field.default) for field in dataclasses.fields(cls)}
        for name, value in values.items():
            if name not in kinds:
                raise ConfigError(f"simulation: unknown key {name!r}{nearest_name(name, kinds)}")
            fits = isinstance(value, int | float if kinds[name] is float else kinds[name])
            if not fits or (isinstance(value, bool) and kinds[name] is not bool):
                raise ConfigError(f"simulation: {name} must be of type {kinds[name].__name__}, found {value!r}")
        return cls(**values)
