"""A decoder of recordings: entities that were fitted, and the decoder that was fitted to them.

    recordings -> entities (`FittedEntities.apply`) -> reading (`Decoder.read`)

It is what a user holds after a fit: it reads recordings that were in no experiment, and lies in a folder between two processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from neurona.blocks import give_back, parts
from neurona.datasets.dataset import Dataset
from neurona.decoders.decoder import Decoder
from neurona.errors import DataError
from neurona.programs import Vocabulary
from neurona.readings import About, Reading
from neurona.recordings.entities import FittedEntities
from neurona.recordings.entities.expected import Missing
from neurona.recordings.recordings import Recordings
from neurona.stored import load_stored, save_stored


@dataclass(frozen=True, eq=False)
class FittedDecoder:
    """What reads recordings.

    Attributes:
        entities: what makes entities of recordings, and says what these must be like.
        decoder: what reads entities.
        settings: of the decoder.
        vocabulary: of the questions that it learned from; a reading is asked in these words.
        about: data set, kind of decoder, supervision, whether nobody measured what it learned from.
        seed: of the fit.
        conversion: how the recordings were made that it was fitted to, where they were converted (`layouts.conversion_of`).
        dwell_s: mean time in seconds that a state lasts, by the order of the training recordings (`filtering.learned_dwell`); None where that does not tell.

    Examples:
        >>> import numpy as np, neurona as nr
        >>> signal = np.random.default_rng(0).normal(size=(40, 6)) + 3 * np.eye(6)[np.arange(40) % 2]
        >>> decoder = nr.fit(nr.Dataset.from_arrays(signal[:30], ["face", "house"] * 15), "linear_evidence")
        >>> decoder.about.decoder, decoder.vocabulary.concepts
        ('linear_evidence', ('face', 'house'))
        >>> decoder.read(nr.Dataset.from_arrays(signal[30:32])).ask("exists x. house(x)").answer.tolist()
        ['no', 'yes']
    """

    entities: FittedEntities = field(repr=False)
    decoder: Decoder = field(repr=False)
    settings: Any
    vocabulary: Vocabulary = field(repr=False)
    about: About
    seed: int = 0
    conversion: Mapping[str, Any] = field(default_factory=dict, repr=False)
    dwell_s: float | None = None

    def read(self, recordings: Recordings | Dataset, *, missing: Missing = "error") -> Reading:
        """What it says about recordings.

        Args:
            recordings: measured like those that it was fitted to; the channels' order does not matter. Of a data set, its recordings.
            missing: channels that they lack are an error, or (EEG) are interpolated.

        Raises:
            DataError: they were measured otherwise, hold values that are no numbers, or two have the same id.
        """
        found = recordings.recordings if isinstance(recordings, Dataset) else recordings
        ids = [str(name) for name in found.data.recording.values]
        if len(set(ids)) < len(ids):
            raise DataError(f"recording {max(ids, key=ids.count)!r} stands twice; give each recording an id of its own")
        features = self.entities.apply(found, missing=missing).features
        _check_finite(features, found)
        reading = self.decoder.read(features, ids)
        if "subject" in found.data.coords:
            reading = reading.of_subjects(found.data.subject.values)
        if found.data.attrs.get("simulated", 0) and not reading.about.simulated:
            return replace(reading, about=replace(reading.about, simulated=True))  # type: ignore[type-var]
        return reading

    def save(self, folder: str | Path) -> Path:
        """Write it into a folder, without a pickle; `load_decoder` reads it.

        Raises:
            OutputError: it cannot be written, or the folder holds other files.
        """
        return save_stored(self, folder)


def _check_finite(features: Float[np.ndarray, "recording feature"], recordings: Recordings) -> None:
    """Refuse features that are no numbers, which would be read as something."""
    for part in parts(len(features), features[:1].nbytes):
        bad = np.flatnonzero(~np.isfinite(features[part]).all(axis=1))
        give_back(features)
        if len(bad):
            one = recordings.data[part][int(bad[0])]
            channels = one.channel.values[~np.isfinite(one.values).all(axis=1)]
            where = f", channel {channels[0]}" if len(channels) else ""
            raise DataError(
                f"recording {str(one.recording.values)!r}{where}: NaN or infinite; drop or repair these recordings"
            )


def load_decoder(folder: str | Path) -> FittedDecoder:
    """Read what `FittedDecoder.save` wrote; every file is checked.

    Raises:
        DataError: it is no decoder, of another version of Neurona, or damaged.
    """
    return load_stored(folder, FittedDecoder)
