"""Pictures of a report: those that the run drew, concept graphs of chosen recordings, and how training went; as data, so that one file holds all."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from neurona.errors import NeuronaError
from neurona.evaluation.plots.curves import training_plot
from neurona.evaluation.predictions import right_answers
from neurona.experiments.plots import PLOTS
from neurona.experiments.runs.finished_run import Run
from neurona.graphs.draw import draw
from neurona.readings import Reading
from neurona.training.logs import read_log

N_GRAPHS = 3


@dataclass(frozen=True)
class Picture:
    """A picture in the page.

    Attributes:
        data: a data URI.
        caption: beneath it.
        name: what it is of, in a word or two; also for those who do not see it.
    """

    data: str
    caption: str
    name: str

    @classmethod
    def of(cls, path: Path, caption: str, name: str) -> Picture:
        """Of a PNG file."""
        return cls("data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii"), caption, name)


def drawn_by_run(run: Run) -> list[Picture]:
    """The plots of the run's config that it left beside its metrics, but for accuracy, which the report's table draws."""
    found = []
    for name in run.config.evaluation.plots:
        path = run.folder / f"{name}.png"
        if name != "accuracy" and path.is_file():
            found.append(Picture.of(path, _caption(name), name.replace("_", " ")))
    return found


def training_curves(run: Run) -> list[Picture]:
    """Losses over epochs, all folds in one picture; nothing of decoders that are not trained in epochs."""
    logs = {path.parent.name: read_log(path) for path in sorted((run.folder / "training").glob("*/log.jsonl"))}
    logs = {fold: log for fold, log in logs.items() if log}
    if not logs:
        return []
    with tempfile.TemporaryDirectory() as folder:
        simulated = run.provenance["dataset"]["simulated"]
        path = training_plot(logs, Path(folder) / "training.png", simulated=simulated)
        return [
            Picture.of(
                path, "Loss on questions of training and of validation after each epoch, a line a fold.", "training"
            )
        ]


def concept_graphs(run: Run, reading: Reading) -> list[Picture]:
    """Of the recordings of which the most and the fewest questions were answered rightly, and of the one in the middle; beside those that the run drew."""
    found = []
    for path in sorted((run.folder / "graphs").glob("*.png"))[:1]:
        caption = f"{path.stem}, drawn when the run ended, beside the true scene where it is known."
        found.append(Picture.of(path, caption, f"concept graph of {path.stem}"))
    with tempfile.TemporaryDirectory() as folder:
        drawn = {one.name.removeprefix("concept graph of ") for one in found}
        for which, recording, share in chosen_recordings(run.predictions, reading.recordings):
            if recording in drawn:
                continue
            try:
                path = draw(reading.graph(recording), Path(folder) / f"{len(found)}.png")
            except NeuronaError:  # the reading's words allow no graph
                continue
            caption = f"{recording}: {which}, {share:.0%} of its questions are answered rightly."
            found.append(Picture.of(path, caption, f"concept graph of {recording}"))
    return found


def chosen_recordings(predictions: pd.DataFrame, known: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """By a rule that looks at no graph: (which, recording, share of right answers) of the best, the middle and the worst; ties by name."""
    right = pd.Series(right_answers(predictions), index=predictions.recording.astype(str)).groupby(level=0).mean()
    right = right[right.index.isin(known)].sort_index().sort_values(ascending=False, kind="stable")
    places = {"answered best": 0, "in the middle": len(right) // 2, "answered worst": len(right) - 1}
    found: dict[str, tuple[str, str, float]] = {}
    for which, place in places.items():
        if len(right):
            recording = str(right.index[place])
            found.setdefault(recording, (which, recording, float(right.iloc[place])))
    return list(found.values())[:N_GRAPHS]


def _caption(name: str) -> str:
    """The first line of what a plot says of itself."""
    return (PLOTS.find(name).__doc__ or "").strip().split("\n")[0].replace("`", "")
