"""A small paper: two decoders of known skill, an unseen split, a learning curve, null data; and the work of its runs done at once."""

from pathlib import Path

import stub_runs

CONFIG = """
name: stub
data: {name: simulated, simulation: {subjects: 1, images: 100}}
entities: {method: groups}
decoder: {kind: linear_evidence, shrinkage: 0.05}
evaluation: {split: image, fit_all: false}
"""

TABLES = """
paper: small
config: base.yaml
seeds: 3
beside: bold5000_qa
simulated: {set: {data.simulation.nouns: 30}}
quick: {seeds: 2, set: {data.simulation.images: 50}}
rows:
  good: {label: Good, set: {decoder.shrinkage: 0.1}}
  same: {label: The same as good, set: {decoder.shrinkage: 0.1}}
  poor: {label: Poor, set: {decoder.shrinkage: 0.05}}
  guess: {label: Guess, set: {decoder.shrinkage: null}}
tables:
  main: {title: Main, rows: [good, poor], measures: [overall, relation]}
  again: {title: Again, rows: [same], published: main}
  curve:
    title: Curve
    data: simulated
    rows: [good]
    over: {evaluation.n_train: [20, 40]}
    seeds: 1
    quick: {skip: true}
  "null": {title: "Null", rows: [guess, good], chance: true, note: Nothing to find.}
  measured_only: {title: Real, rows: [good], data: measured}
claims:
  - {text: Good over poor, left: main/good, right: main/poor}
  - {text: Poor over good, left: main/poor, right: main/good}
  - {text: Good loses little, left: null/good, right: main/good, kind: loses_at_most, bound: 0.03}
  - {text: Good is near the oracle, left: main/good, kind: of_oracle, bound: 0.8}
"""

PUBLISHED = """
sources: {paper: {title: A paper, authors: Nobody, year: 2026, where: nowhere, identifier: none}}
datasets: {bold5000_qa: BOLD5000-QA, cneuromod_qa: CNeuroMod-QA}
figures:
  - {table: main, row: good, measure: overall, dataset: bold5000_qa, value: 0.8, source: paper, place: table 1, seen: true}
  - {table: main, row: poor, measure: overall, dataset: bold5000_qa, value: 0.95, source: paper, seen: false}
  - {table: main, row: poor, measure: overall, dataset: cneuromod_qa, value: 0.1, source: paper, place: table 2, seen: true}
  - {table: main, row: Large model, measure: overall, dataset: bold5000_qa, value: 0.47, source: paper, seen: false}
"""


def write_paper(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, text in {"base.yaml": CONFIG, "tables.yaml": TABLES, "published.yaml": PUBLISHED}.items():
        (folder / name).write_text(text)
    return folder


def perform_at_once(rows) -> None:
    """Do what the runs of planned rows would do, in this process."""
    for row in rows:
        for run in row.runs:
            if not run.finished:
                run.folder.mkdir(parents=True, exist_ok=True)
                stub_runs.answers(run.config, run.folder, None)
