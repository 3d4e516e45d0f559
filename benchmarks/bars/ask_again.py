"""Ask a finished run's reading, in this process, what the run was asked; print how far the answers are from the run's own, as JSON.

python benchmarks/bars/ask_again.py RUN
"""

from __future__ import annotations

import json
import sys

import numpy as np

from neurona.experiments.runs.finished_run import open_run

NUMBERS = ("as_asked", "probability", "prior", "error")


def main(folder: str) -> None:
    """The questions of one recording at a time, as a user asks them."""
    run = open_run(folder)
    reading, predictions = run.reading, run.predictions
    other, furthest, questions = 0, dict.fromkeys(NUMBERS, 0.0), 0
    for recording, rows in predictions.groupby("recording", sort=False):
        said = reading.ask(rows.program.tolist(), str(recording))
        questions += len(said)
        other += int((said.answer.to_numpy(str) != rows.predicted.to_numpy(str)).sum())
        for name in NUMBERS:
            ours, theirs = said[name].to_numpy(float), rows[name].to_numpy(float)
            gap = np.where(np.isnan(ours) & np.isnan(theirs), 0.0, np.abs(ours - theirs))
            furthest[name] = max(furthest[name], float(np.nan_to_num(gap, nan=np.inf).max()))
    print(json.dumps({"questions": questions, "other answers": other, "furthest": furthest}))


if __name__ == "__main__":
    main(sys.argv[1])
