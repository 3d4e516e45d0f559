"""What a run may draw: `evaluation.plots` of its config, by name.

    @PLOTS.register("accuracy")
    def accuracy(findings, folder): ...

A plot writes its files into the run's folder and gives the path of one that is worth a look, or None. Other packages register theirs by the entry point
group `neurona.plots`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from neurona.errors import DataError
from neurona.evaluation import accuracy_plot, confusion_plot, reliability, reliability_plot, statements
from neurona.evaluation.plots.groundings import grounding_map
from neurona.evaluation.predictions import forms_of
from neurona.experiments.runs.findings import Findings
from neurona.graphs.draw import draw
from neurona.registry import Registry

Plot = Callable[[Findings, Path], Path | None]
PLOTS: Registry[Plot] = Registry("plot", "neurona.plots", __name__)

MOST_WORDS = 30
"""Confusions among more words than these are not readable."""


@PLOTS.register("accuracy")
def accuracy(findings: Findings, folder: Path) -> None:
    """Accuracy by type of question, with intervals and chance."""
    accuracy_plot(findings.accuracy, folder / "accuracy.png", findings.title, simulated=findings.simulated)


@PLOTS.register("confusion")
def confusion(findings: Findings, folder: Path) -> None:
    """Which word was answered for which, where they are few."""
    chosen = findings.predictions[findings.predictions.chance.notna()]
    words = sorted(set(chosen.answer) | set(chosen.predicted))
    if 1 < len(words) <= MOST_WORDS:
        confusion_plot(
            chosen.answer.tolist(),
            chosen.predicted.tolist(),
            words,
            folder / "confusion.png",
            findings.title,
            simulated=findings.simulated,
        )


@PLOTS.register("groundings")
def groundings(findings: Findings, folder: Path) -> None:
    """Where the decoder of the first fold found the clearest words, and whether they are carried there by more than chance (`carrier_test`)."""
    found, entities = findings.groundings, findings.fitted[0].problem.entities
    if found is None:
        return
    carried = None
    try:
        test = findings.carriers
    except DataError as error:
        said = f"not tested: {error}"
    else:
        said = f"marked: {test.said}"
        carried = test.carried([str(word) for word in found.index], [str(name) for name in found.columns])
    grounding_map(
        found,
        folder / "groundings.png",
        positions=entities.positions if entities.kind == "parcel" else None,
        carried=carried,
        title=f"{findings.title}; {said}",
        simulated=findings.simulated,
    )


@PLOTS.register("concept_graph")
def concept_graph(findings: Findings, folder: Path) -> Path | None:
    """The first test recording, as an example of what `neurona query` leaves of any; beside it the true scene, where it is known."""
    first, study = findings.fitted[0], findings.study
    if first.reading is None:
        return None
    recording, truth = str(first.test.table.recording.iloc[0]), None
    if study.facts is not None:
        ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
        truth = study.facts[study.dataset.images[ids.index(recording)]].true
    return draw(first.reading.graph(recording, truth=truth), folder / "graphs" / f"{recording}.png")


@PLOTS.register("calibration")
def calibration(findings: Findings, folder: Path) -> None:
    """Which share of what was stated with a probability is true."""
    (p, true), forms = statements(findings.predictions), forms_of(findings.predictions)
    of_forms = {form: forms == form for form in ("yes/no", "describe") if (forms == form).any()}
    if of_forms:
        diagrams = {form: reliability(p[rows], true[rows]) for form, rows in of_forms.items()}
        reliability_plot(diagrams, folder / "calibration.png", findings.title, simulated=findings.simulated)
