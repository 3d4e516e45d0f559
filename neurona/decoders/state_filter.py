"""A fitted decoder that reads windows of a continuous recording one after another and carries the state of concepts on (`readings.filtering`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from neurona.decoders.fitted import FittedDecoder
from neurona.errors import DataError
from neurona.readings.filtering import Carried, Timeline, filtered, stacked
from neurona.readings.world_reading import WorldReading
from neurona.recordings.alignment.groups import group_of_each
from neurona.recordings.entities.expected import Missing
from neurona.recordings.recordings import Recordings


class StateFilter:
    """Forward filtering of what a decoder reads: online, window by window or some at a time; in whatever portions, the numbers are the same.

    Args:
        decoder: fitted; of those that list all that a recording may show (`linear_evidence`, `explain` on labels).
        dwell_s: mean time in seconds until a state is drawn anew; as the order of the decoder's training recordings tells when None. 0: nothing is carried.
        missing: see `FittedDecoder.read`.

    Attributes:
        dwell_s: see above.
        carried: the state after the last window; None at the beginning.

    Raises:
        DataError: no dwell time is given and none was learned; or the decoder aligns recordings, each run by all of its own.

    Examples:
        >>> import numpy as np, neurona as nr
        >>> shown = np.repeat([0, 1, 0, 1], 30)
        >>> signal = np.random.default_rng(0).normal(size=(120, 4)) + 1.5 * np.eye(4)[shown]
        >>> decoder = nr.fit(nr.Dataset.from_arrays(signal[:60], np.array(["rest", "task"])[shown[:60]]), "linear_evidence")
        >>> states = nr.StateFilter(decoder, dwell_s=30)
        >>> reading = states.read(nr.Dataset.from_arrays(signal[60:]).recordings, onset_s=np.arange(60.0))
        >>> answers = reading.ask("exists x. task(x)").answer
        >>> bool((answers == np.where(shown[60:] == 1, "yes", "no")).mean() > 0.95)
        True
    """

    def __init__(self, decoder: FittedDecoder, dwell_s: float | None = None, *, missing: Missing = "error"):
        self.decoder, self.missing = decoder, missing
        self.carried: Carried | None = None
        if decoder.entities.alignment is not None:
            raise DataError(
                f"decoder {decoder.about.decoder!r} aligns recordings ({decoder.entities.alignment.settings.does}), for which a whole run must have been "
                "measured; fit one without alignment to carry states on"
            )
        found = decoder.dwell_s if dwell_s is None else dwell_s
        if found is None:
            raise DataError(
                "dwell: how long a state lasts is not known, for the decoder's training recordings have no times, or their order does not tell; give the "
                "mean time in seconds (--dwell, dwell_s), or 0 to carry nothing"
            )
        self.dwell_s = found

    def read(self, windows: Recordings, *, onset_s: Sequence[float] | np.ndarray | None = None) -> WorldReading:
        """What is said of windows, each given all windows so far.

        Args:
            windows: in the order of time, later than those before.
            onset_s: when each began, in seconds on its run's clock; the windows' coordinate `onset` when None.

        Raises:
            DataError: no times, windows out of order, windows measured otherwise, or a decoder whose states are not listed.
        """
        data = windows.data
        if onset_s is None and "onset" not in data.coords:
            raise DataError("onset: the windows have no times; give the seconds at which each began (onset_s)")
        onsets = np.asarray(data.onset.values if onset_s is None else onset_s, np.float64)
        if onsets.shape != (windows.n_recordings,):
            raise DataError(f"onset: {onsets.size} times of {windows.n_recordings} windows; give one each")
        timeline = Timeline(
            tuple(map(str, data.recording.values)),
            onsets,
            tuple(group_of_each(windows, "run")),
            data.sizes["time"] / float(data.attrs["sampling_hz"]),
        )
        reading = self.decoder.read(windows, missing=self.missing)
        found, self.carried = filtered(reading, timeline, self.dwell_s, self.carried)
        return found

    def read_all(self, windows: Iterable[Recordings]) -> WorldReading:
        """As `read`, portion by portion, of all of them together; memory holds one portion, and the shares of all windows' worlds.

        Raises:
            DataError: there is no window; see also `read`.
        """
        return stacked([self.read(portion) for portion in windows])
