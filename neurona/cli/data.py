"""`neurona data ...`: fetch, check, convert and simulate data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from neurona.errors import DataError

data_app = typer.Typer(no_args_is_help=True, help="Fetch, check, convert and simulate data sets.")


@data_app.command()
def fetch(
    name: str,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key=value, a setting of the data set")] = None,
) -> None:
    """Fetch a data set into the cache, verify and convert it."""
    from neurona.datasets.registry import source
    from neurona.settings import setting

    console = Console()
    console.print(f"{name}: {source(name, dict(map(setting, set_ or ()))).fetch(console)}")


@data_app.command()
def check(
    name: Annotated[
        str, typer.Argument(metavar="NAME_OR_FOLDER", help="a data set, or a folder as obtained or converted")
    ],
    path: Annotated[Path | None, typer.Option(help="folder to check instead of the cache")] = None,
    layout: Annotated[str | None, typer.Option(help="of a folder as obtained; detected unless given")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, a setting of the layout, or of the data set")
    ] = None,
) -> None:
    """Read a data set whole and say what it holds, or everything that is wrong with it; a fault ends with exit code 2."""
    from neurona.datasets import layouts
    from neurona.datasets.dataset import is_dataset, open_dataset
    from neurona.datasets.question_audit import audit_questions, audit_table
    from neurona.datasets.registry import DATASETS, source
    from neurona.settings import setting

    console, folder = Console(), Path(name)
    if len(folder.parts) > 1 and not folder.is_dir():
        raise DataError(f"{folder}: no such folder; name a folder as obtained or converted, or a data set")
    as_obtained = name not in DATASETS and folder.is_dir() and not is_dataset(folder)
    if as_obtained or layout:
        report = layouts.check(folder, console, layout, set_ or ())
        console.print(report.summary(), markup=False, highlight=False)
        for note in report.notes:
            console.print(f"note: {note}", markup=False, highlight=False)
        if report.faults:
            console.print(report.table())
            raise DataError(f"{folder}: {len(report.faults)} fault(s), see above; mend them before converting")
        console.print("no faults")
        return
    named = name in DATASETS or not folder.is_dir()
    known = source(name if named else None, dict(map(setting, set_ or ())))
    place = known.locate(path if named else folder, console)
    if is_dataset(place):
        open_dataset(place, thorough=True)
    dataset = known.read(place, console)
    data = dataset.recordings.data
    sizes = " x ".join(f"{size} {axis}s" for axis, size in data.sizes.items())
    title = dataset.card.title
    console.print(
        f"{title}{' (SIMULATED)' if dataset.simulated and 'SIMULATED' not in title else ''}\n{sizes}, {data.attrs['units']}, "
        f"{len(dataset.questions)} questions: no faults",
        markup=False,
    )
    for why, number in dataset.left_out.items():
        console.print(f"left out: {number} questions: {why}", markup=False, highlight=False)
    for fault in dataset.card.known_faults:
        console.print(f"known: {fault}", markup=False)
    with console.status("asking what the questions' texts tell"):
        audit = audit_questions(dataset)
    if len(audit.table):
        console.print(audit_table(audit, dataset.simulated))


@data_app.command()
def convert(
    folder: Annotated[Path, typer.Argument(help="as obtained")],
    out: Annotated[Path, typer.Argument(help="folder of the data set to be")],
    layout: Annotated[
        str | None, typer.Option(help="bold5000_qa, cneuromod_qa, bids_fmri or bids_meeg; detected unless given")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, a setting of the layout; see docs/tutorial.md")
    ] = None,
) -> None:
    """Convert a folder as obtained to a data set; after a kill or a full disk, the same command goes on where it stopped."""
    from neurona.datasets import layouts

    console = Console()
    made = layouts.convert(folder, out, console, layout, set_ or ())
    for note in made.notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    for why, number in made.left_out.items():
        console.print(f"left out: {number} questions: {why}", markup=False, highlight=False)
    what = f"{made.n_recordings} recordings, {made.n_questions} questions"
    console.print(f"{out}: {what}{' (SIMULATED)' if made.simulated else ''}", markup=False, highlight=False)


@data_app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="folder of the simulated data, new or empty")],
    subjects: int = 4,
    images: int = 1000,
    questions: Annotated[int, typer.Option(help="about each image")] = 25,
    snr: Annotated[float, typer.Option(help="variance of the signal by that of the noise")] = 1.0,
    interaction: Annotated[
        float, typer.Option(help="of relations with their arguments: 0 additive, 1 interactive")
    ] = 1.0,
    layout: Annotated[str, typer.Option(help="native, bold5000_qa, bids or mne (EEG)")] = "native",
    null: Annotated[str, typer.Option(help="none, shuffled or arguments_only")] = "none",
    seed: int = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="dial=value, e.g. roles=0; see docs/simulation.md")
    ] = None,
) -> None:
    """Simulate a study with planted concepts, and say how well an oracle, told the rest of each scene, answers its questions."""
    from neurona.settings import setting
    from neurona.simulation import simulate as make
    from neurona.simulation.layouts import check_layout, write
    from neurona.simulation.settings import SimulationSettings
    from neurona.simulation.summary import summary_table

    console = Console()
    dials = {"subjects": subjects, "images": images, "questions": questions, "snr": snr, "interaction": interaction}
    dials |= {"null": null, "modality": "eeg" if layout == "mne" else "fmri"} | dict(map(setting, set_ or ()))
    settings = SimulationSettings.of(dials)
    check_layout(settings, layout, out)
    with console.status("simulating scenes, brains and questions"):
        simulation = make(settings, seed)
    if settings.questions:
        with console.status("asking the oracle"):
            _ = simulation.observed
    write(simulation, out, layout, console)
    if settings.questions:
        console.print(summary_table(simulation))
    console.print(f"SIMULATED data: {out}, layout {layout}; the truth: {out / 'truth'}", highlight=False)


@data_app.command()
def questions(
    scenes: Annotated[
        Path,
        typer.Argument(help="scene graphs: .yaml, .json or a folder of Visual Genome, .txt or a folder of tagged text"),
    ],
    out: Annotated[Path, typer.Argument(help="table of questions, .parquet or .tsv")],
    per_scene: Annotated[int, typer.Option(min=1, help="questions about one scene, at most")] = 25,
    test: Annotated[float, typer.Option(min=0.0, max=1.0, help="share of the images for testing")] = 0.2,
    split: Annotated[
        str,
        typer.Option(help="image, unseen, argument_swap, predicate_transfer or role_transfer; see docs/questions.md"),
    ] = "image",
    complete: Annotated[
        bool | None,
        typer.Option(
            "--complete/--incomplete", help="whether what a scene does not state is false in it; as its format has it"
        ),
    ] = None,
    names: Annotated[Path | None, typer.Option(help="table of names in YAML; the one that ships unless given")] = None,
    negatives: Annotated[
        str, typer.Option(help="balanced, or as_released: plausible but absent, so that words tell answers")
    ] = "balanced",
    seed: int = 0,
) -> None:
    """Ask questions about scene graphs; the table is what `neurona data convert --set questions=OUT` asks of recordings."""
    from neurona.datasets.scene_question_table import scene_questions, write_questions
    from neurona.scenes.scene_files import read_scenes

    console = Console()
    with console.status("asking"):
        found = scene_questions(
            read_scenes(scenes, complete=complete),
            per_scene=per_scene,
            test=test,
            split=split,
            seed=seed,
            names=names,
            negatives=negatives,
        )
    write_questions(found.table, out)
    for what, number in found.report.items():
        shown = ", ".join(number) if isinstance(number, list) else number
        console.print(f"{what}: {shown}", highlight=False, markup=False)
    for (kind, word), times in found.unknown.most_common(20):
        console.print(f"left out: {kind} {word!r}, {times} times; no such name", highlight=False)
    if found.lost:
        console.print(f"left out: {len(found.lost)} images of which no thing is known", highlight=False)
    console.print(f"{out}: {len(found.table)} questions", highlight=False)


@data_app.command("list")
def list_() -> None:
    """The data sets by name."""
    from neurona.datasets.card import has_card, read_card
    from neurona.datasets.registry import DATASETS

    for name in DATASETS:
        title = read_card(name).title if has_card(name) else "of another package"
        Console().print(f"{name}: {title}", highlight=False)
