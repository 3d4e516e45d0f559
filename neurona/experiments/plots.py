"""What a run may draw: `evaluation.plots` of its config, by name.

    @PLOTS.register("accuracy")
    def accuracy(findings, folder): ...

A plot writes its files into the run's folder and gives the path of one that is worth a look, or None. Other packages register theirs by the entry point
group `neurona.plots`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neurona.decoders import Grounded
from neurona.errors import DataError
from neurona.evaluation import accuracy_plot, confusion_plot, reliability, reliability_plot, statements
from neurona.evaluation.groundings.volumes import write_grounding_images
from neurona.evaluation.metrics.abstention import risk_coverage
from neurona.evaluation.plots.answers import Confusion
from neurona.evaluation.plots.coverage import risk_coverage_plot
from neurona.evaluation.plots.groundings import grounding_map, places_of
from neurona.evaluation.predictions import UNITS, forms_of
from neurona.experiments.runs.findings import Findings
from neurona.graphs.draw import draw
from neurona.programs.ontology import by_kind
from neurona.registry import Registry

Plot = Callable[[Findings, Path], Path | None]
PLOTS: Registry[Plot] = Registry("plot", "neurona.plots", __name__)

MOST_WORDS = 30
"""Confusions among more words than these are not readable."""


@PLOTS.register("accuracy")
def accuracy(findings: Findings, folder: Path) -> None:
    """Accuracy by type of question, with intervals, chance and the strongest classical decoder."""
    path, peers = folder / "accuracy.png", findings.baselines
    accuracy_plot(findings.accuracy, path, findings.title, simulated=findings.simulated, peers=peers)


@PLOTS.register("confusion")
def confusion(findings: Findings, folder: Path) -> None:
    """Which word was answered for which, a panel a category, where its words are few; words of one kind stand together."""
    predictions, vocabulary = findings.predictions, findings.study.dataset.vocabulary
    category = predictions.program.str.extract(r"^describe (\w+)", expand=False)
    panels = {}
    for name, rows in predictions.groupby(category):
        used = {*rows.answer, *rows.predicted}
        labels = [word for word in by_kind(vocabulary.categories[str(name)], vocabulary) if word in used]
        if 1 < len(labels) <= MOST_WORDS:
            panels[str(name)] = Confusion(rows.answer.tolist(), rows.predicted.tolist(), labels)
    if panels:
        confusion_plot(panels, folder / "confusion.png", findings.title, simulated=findings.simulated)


@PLOTS.register("groundings")
def groundings(findings: Findings, folder: Path) -> None:
    """Where the decoder of the first fold found the clearest words, and whether they are carried there by more than chance (`carrier_test`); of voxels all words as NIfTI, too."""
    found, entities = findings.groundings, findings.fitted[0].problem.entities
    space = str(findings.study.dataset.recordings.data.attrs["space"])
    decoder = findings.fitted[0].decoder
    if found is None or not isinstance(decoder, Grounded):
        return
    carried, words = None, [str(word) for word in found.index]
    try:
        test = findings.carriers
    except DataError as error:
        said = f"not tested: {error}"
    else:
        said = f"marked: {test.said}"
        carried = test.carried(words, [str(name) for name in found.columns])
    grounding_map(
        found,
        folder / "groundings.png",
        places=places_of(entities, space),
        carried=carried,
        title=f"{findings.title}; {said}; space: {space}",
        simulated=findings.simulated,
    )
    told: dict[str, Any] = {
        "Description": " ".join((decoder.groundings.__doc__ or "").split()),
        "Units": "arbitrary",
        "Threshold": "none: the values of all entities stand in the image",
        "Test": said,
        "Decoder": findings.config.decoder.kind,
        "Simulated": findings.simulated,
        "GeneratedBy": [{"Name": "Neurona", "Version": version("neurona")}],
    }
    if carried is not None:
        told |= {word: {"CarriedBy": found.columns[row].tolist()} for word, row in zip(words, carried, strict=True)}
    write_grounding_images(found, entities, folder / "maps", space, told)


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


@PLOTS.register("risk_coverage")
def risk_coverage_curves(findings: Findings, folder: Path) -> None:
    """How right the answers are of which the decoder is surest."""
    predictions, forms = findings.predictions, forms_of(findings.predictions)
    chosen = {form: predictions[forms == form] for form in ("yes/no", "describe") if (forms == form).any()}
    curves = {form: risk_coverage(rows, by=UNITS[findings.unit]) for form, rows in chosen.items()}
    curves = {form: curve for form, curve in curves.items() if len(curve)}
    if curves:
        risk_coverage_plot(curves, folder / "risk_coverage.png", findings.title, simulated=findings.simulated)
