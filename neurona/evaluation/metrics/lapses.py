"""Lapses: recordings that say nothing of what was shown, as where somebody did not look.

    I_n = mean over the questions about recording n of  log p(answer | recording, question) - log p(answer | question),      in nats

by a decoder that has not learned from n. Where I_n <= 0 the right answers are no more probable with the recording than without it, and n is flagged. A flag is no
proof: a recording that says little is flagged, too, now and then. How sure the others are says the same of exchanged recordings, each asked what another one is asked:

    p_n = (1 + number of exchanged ones of at least I_n) / (1 + their number)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from sklearn.metrics import roc_auc_score

from neurona.readings.belief import Belief, log_share

LEAST = 1e-3
"""Probabilities count as this at least: one answer that was too sure must not decide about its recording."""
INFORMATIVE = 0.05
"""p of recordings that are shown to say something."""


def information(belief: Belief, target: Int[np.ndarray, " question"]) -> Float[np.ndarray, " question"]:
    """log p(answer | recording, question) - log p(answer | question) of each question, in nats; NaN where its answer cannot be chosen.

    Args:
        belief: of the questions.
        target: 1 or 0 for yes or no; else the place of the right choice, -1 where there is none.
    """
    choice, every = belief.is_choice, np.arange(len(belief))

    def of_answer(p: Float[np.ndarray, "question answer"]) -> Float[np.ndarray, " question"]:
        right = p[every, np.where(choice, target, 0)]
        return log_share(np.where(choice | (target == 1), right, 1 - right), LEAST)

    found: np.ndarray = of_answer(belief.probability) - of_answer(belief.prior)
    return np.where(target >= 0, found, np.nan)


def lapse_table(
    recordings: Sequence[str],
    told: Float[np.ndarray, " recording"],
    exchanged: Float[np.ndarray, " exchange"],
    lapsed: Bool[np.ndarray, " recording"] | None = None,
) -> pd.DataFrame:
    """A row a recording, those that say least first.

    Args:
        recordings: their ids.
        told: I of each, in nats.
        exchanged: I of exchanged recordings.
        lapsed: SIMULATED data: which are noise alone; None where nobody knows.

    Returns:
        Columns recording, information (I), p, flagged, and `lapsed` where it is known; under `attrs["said"]` a sentence of counts.
    """
    at_least = len(exchanged) - np.searchsorted(np.sort(exchanged), told, side="left")
    table = pd.DataFrame(
        {
            "recording": list(recordings),
            "information": told,
            "p": (1 + at_least) / (1 + len(exchanged)),
            "flagged": told <= 0,
        }
    )
    said = (
        f"{int(table.flagged.sum())} of {len(table)} recordings flagged, {(exchanged <= 0).mean():.0%} of exchanged ones; "
        f"{int((table.p <= INFORMATIVE).sum())} are shown to say something (p <= {INFORMATIVE})"
    )
    if lapsed is not None:
        table["lapsed"] = lapsed
        if 0 < lapsed.sum() < len(lapsed):
            said += (
                f"; flagged {table.flagged[lapsed].mean():.0%} of planted lapses, {table.flagged[~lapsed].mean():.0%} of the others, "
                f"area under the curve {roc_auc_score(~lapsed, told):.3f}"
            )
    table = table.sort_values("information", ignore_index=True, kind="stable")
    table.attrs["said"] = said
    return table
