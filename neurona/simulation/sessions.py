"""What differs from one session of a subject to the next, from subject to subject, and from recording to recording.

    y'_n = exp(g_sk + x_n d_sk) * y_n + o_sk + x_n b_sk
                                           g ~ N(0, session_gain^2), o ~ N(0, session_offset^2), d, b ~ N(0, session_drift^2), of each channel of
                                           session k of subject s; x goes from -1/2 to 1/2 over the images of a session
    T_sk                                   topography, shifted by shift_mm e_s + session_shift_mm e_sk
    SNR_s ~ exp(snr_spread e_s)            its mean over subjects is `snr`
    h(t - o_n),  o_n = u_n + onset_spread_s e_n,      u_n uniform from 0 to longer_s

All images are seen in one session each: the first of K sessions has the first of K parts. Whatever gain and offset do is undone by who knows them, so that
the likelihood keeps its closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from neurona.simulation.settings import SimulationSettings


@dataclass(frozen=True)
class Sessions:
    """What was drawn.

    Attributes:
        of_image: session of each image, from 0.
        strength: of each subject's signal, as a factor.
        shift_mm: of each session's topography, beside the subject's own.
        gain, offset: of each channel.
        place: x of each image.
        gain_drift, offset_drift: d and b.
        onset_s: of the response in each recording, after its usual time; None where it is as usual.
    """

    of_image: Int[np.ndarray, " image"]
    strength: Float[np.ndarray, " subject"]
    shift_mm: Float[np.ndarray, "subject session 3"] = field(repr=False)
    gain: Float[np.ndarray, "subject session channel"] = field(repr=False)
    offset: Float[np.ndarray, "subject session channel"] = field(repr=False)
    place: Float[np.ndarray, " image"] = field(repr=False)
    gain_drift: Float[np.ndarray, "subject session channel"] = field(repr=False)
    offset_drift: Float[np.ndarray, "subject session channel"] = field(repr=False)
    onset_s: Float[np.ndarray, "subject recording"] | None = field(default=None, repr=False)

    def measured(
        self, subject: int, values: Float[np.ndarray, "recording channel time"]
    ) -> Float[np.ndarray, "recording channel time"]:
        """What a subject's sessions make of its recordings."""
        gain, offset = self._changes(subject, len(values))
        return values * gain + offset

    def undone(
        self, subject: int, values: Float[np.ndarray, "recording channel time"]
    ) -> Float[np.ndarray, "recording channel time"]:
        """The inverse of `measured`."""
        gain, offset = self._changes(subject, len(values))
        return (values - offset) / gain

    def _changes(
        self, subject: int, recordings: int
    ) -> tuple[Float[np.ndarray, "recording channel 1"], Float[np.ndarray, "recording channel 1"]]:
        """Gain and offset in each recording."""
        repeats = recordings // len(self.of_image)
        of, x = np.repeat(self.of_image, repeats), np.repeat(self.place, repeats)[:, None]
        gain = self.gain[subject, of] * np.exp(x * self.gain_drift[subject, of])
        offset = self.offset[subject, of] + x * self.offset_drift[subject, of]
        return gain[:, :, None], offset[:, :, None]


def draw_sessions(
    settings: SimulationSettings, channels: int, rng: np.random.Generator, onsets: np.random.Generator
) -> Sessions:
    """Draw them. Dials of strength leave the draws as they are.

    Args:
        settings: the dials.
        channels: how many.
        rng: of sessions and subjects.
        onsets: of the recordings' onsets.
    """
    shape = settings.subjects, settings.sessions
    strength = np.exp(settings.snr_spread * rng.standard_normal(settings.subjects) / 2)
    shift = settings.session_shift_mm * rng.standard_normal((*shape, 3))
    gain = np.exp(settings.session_gain * rng.standard_normal((*shape, channels)))
    offset = settings.session_offset * rng.standard_normal((*shape, channels))
    drifts = settings.session_drift * rng.standard_normal((2, *shape, channels)).astype(np.float32)
    onset = None
    if settings.onset_spread_s or settings.longer_s:
        recordings = settings.subjects, settings.images * settings.repeats
        onset = settings.longer_s * onsets.random(recordings)
        onset = onset + settings.onset_spread_s * onsets.standard_normal(recordings)
    of_image = np.arange(settings.images) * settings.sessions // settings.images
    image = np.arange(settings.images)
    first = np.searchsorted(of_image, of_image)
    size = np.bincount(of_image, minlength=settings.sessions)[of_image]
    place = ((image - first) / np.maximum(size - 1, 1) - 0.5).astype(np.float32)
    return Sessions(
        of_image,
        strength,
        shift,
        gain.astype(np.float32),
        offset.astype(np.float32),
        place,
        drifts[0],
        drifts[1],
        onset,
    )
