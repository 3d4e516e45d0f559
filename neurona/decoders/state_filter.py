"""A fitted decoder that reads windows of a continuous recording one after another and carries the state of concepts on (`readings.filtering`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from neurona.decoders.fitted import FittedDecoder
from neurona.decoders.quiet_windows import QuietWindows, cheap_features
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
        surprise: nats; windows whose cheap features surprise less (`quiet_windows`) are not read in full: their state is what is expected. All are read when None.

    Attributes:
        dwell_s: see above.
        quiet: which windows are read in full, and how many were; None where all are.
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

    def __init__(
        self,
        decoder: FittedDecoder,
        dwell_s: float | None = None,
        *,
        missing: Missing = "error",
        surprise: float | None = None,
    ):
        self.decoder, self.missing = decoder, missing
        self.carried: Carried | None = None
        self.quiet = None if surprise is None else QuietWindows(surprise)
        self._nothing: WorldReading | None = None
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
        if self.quiet is not None:
            return self._read_some(windows, timeline, self.quiet)
        reading = self.decoder.read(windows, missing=self.missing)
        found, self.carried = filtered(reading, timeline, self.dwell_s, self.carried)
        return self._whose(found, windows)

    def _read_some(self, windows: Recordings, timeline: Timeline, quiet: QuietWindows) -> WorldReading:
        """Window by window, for which one is read depends on the state before it."""
        parts: list[WorldReading] = []
        values = windows.data.values
        for k in range(windows.n_recordings):
            cheap, when = cheap_features(values[k]), timeline.at(k)
            if self._nothing is not None and self.carried is not None and when.run[0] == self.carried.run:
                # What was not read leaves no trace: the next elapsed time is from the last window that was.
                expected, _ = filtered(self._nothing, when, self.dwell_s, self.carried)
                if not quiet.surprises(cheap, expected.worlds.share[0], expected.before.share[0]):
                    parts.append(expected)
                    continue
            else:
                quiet.seen += 1
            reading = self.decoder.read(Recordings(windows.data[k : k + 1]), missing=self.missing)
            found, self.carried = filtered(reading, when, self.dwell_s, self.carried)
            self._nothing = found.take(())
            quiet.learn(cheap, found.worlds.share[0])
            parts.append(found)
        return self._whose(stacked(parts), windows)

    @staticmethod
    def _whose(reading: WorldReading, windows: Recordings) -> WorldReading:
        if "subject" not in windows.data.coords:
            return reading
        return replace(reading, subjects=tuple(map(str, windows.data.subject.values)))

    def read_all(self, windows: Iterable[Recordings]) -> WorldReading:
        """As `read`, portion by portion, of all of them together; memory holds one portion, and the shares of all windows' worlds.

        Raises:
            DataError: there is no window; see also `read`.
        """
        return stacked([self.read(portion) for portion in windows])
