"""Programs about several attributes at once, asked of held-out recordings: how well each is told, what chance gives, and where it was found.

    python benchmarks/real/queries.py OUT.md [--folder DIR] [--only NAME ...]

Each set's shipped config is run; its reading of recordings that no decoder of theirs learned from is asked. A program is told by its probability: AUC is how often a
recording of which it is true has a higher one than a recording of which it is not (.5 by chance, however rare the program is), with the 95 % interval of
a bootstrap over what is independent, and the highest AUC of nineteen in twenty exchanges of the answers inside those units. Where: the entities
whose evidence for the program's words differs most between recordings of which it is true and others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bars.bar import Bar, told
from bars.lab import Lab
from sklearn.metrics import roc_auc_score

from neurona.datasets.dataset import Dataset
from neurona.experiments.runs.finished_run import Run
from neurona.programs import Vocabulary, World, expand, parse, value
from neurona.programs.tree import names


class Asked(NamedTuple):
    """A shipped config, what is independent among its recordings, and programs."""

    config: str
    unit: str
    programs: tuple[str, ...]


SETS = {
    "it_neurons_7objects": Asked(
        "zhang2011/seen.yaml",
        "run",
        (
            "exists x. hand(x) & upper(x)",
            "exists x. face(x) & ~middle(x)",
            "exists x. plant(x) & lower(x)",
            "exists x. artefact(x) & ~car(x)",
            "exists x. body_part(x) & off_middle(x)",
        ),
    ),
    "eegmmidb": Asked(
        "eegmmidb/four_classes.yaml",
        "run",
        (
            "exists x. left(x) & fist(x) & imagined(x)",
            "exists x. right(x) & executed(x)",
            "exists x. feet(x) & imagined(x)",
            "exists x. both_fists(x)",
            "exists x. one_fist(x) & ~imagined(x)",
        ),
    ),
    "emotion_eeg": Asked(
        "erp/appraisals.yaml",
        "subject",
        (
            "exists x. gain(x) & high_power(x) & high_control(x)",
            "exists x. loss(x) & low_power(x)",
            "exists x. in_charge(x)",
            "exists x. at_mercy(x) & loss(x)",
            "exists x. mixed_fortune(x)",
        ),
    ),
    "attention_faces_eeg": Asked(
        "erp/faces.yaml",
        "subject",
        (
            "exists x. angry(x) & brief(x) & at_left(x)",
            "exists x. visible_threat(x)",
            "exists x. neutral(x) & lasting(x) & at_right(x)",
            "exists x. hidden_threat(x)",
            "exists x. lasting(x) & ~at_left(x)",
        ),
    ),
    "kriegeskorte92": Asked(
        "kriegeskorte2008/people.yaml",
        "image",
        (
            "exists x. animal(x) & ~human(x) & face(x)",
            "exists x. human(x) & body(x)",
            "exists x. human_face(x)",
            "exists x. thing(x) & ~natural(x)",
            "exists x. animal(x) & ~face(x)",
        ),
    ),
}
_DRAWS = 400


def answered(lab: Lab, name: str) -> pd.DataFrame:
    """One row a program: set, program, true, n, auc, low, high, null, where."""
    asked = SETS[name]
    run = lab.run(asked.config)
    dataset = lab.study(run).dataset
    said = run.reading.ask(list(asked.programs)).set_index(["query", "recording"]).probability
    tested = sorted(set(run.reading.recordings))
    unit = _units(dataset, asked.unit).loc[tested].to_numpy()
    rng = np.random.default_rng(0)
    rows = []
    for program in asked.programs:
        true = _truth(dataset, program).loc[tested].to_numpy(bool)
        probability = said.loc[program].loc[tested].to_numpy()
        low, high = np.quantile(list(_resampled(true, probability, unit, rng)), [0.025, 0.975])
        null = np.quantile([roc_auc_score(_exchanged(true, unit, rng), probability) for _ in range(_DRAWS)], 0.95)
        rows.append(
            {
                "set": name,
                "program": program,
                "true": int(true.sum()),
                "n": len(true),
                "auc": roc_auc_score(true, probability),
                "low": low,
                "high": high,
                "null": null,
                "where": ", ".join(_where(run, dataset.vocabulary, program, dict(zip(tested, true, strict=True)))),
            }
        )
    return pd.DataFrame(rows)


def _truth(dataset: Dataset, program: str) -> pd.Series:
    """Whether a program is true of each recording, by the words that it shows."""
    vocabulary = dataset.vocabulary
    query = expand(parse(program, vocabulary), vocabulary)
    yes = dataset.questions[dataset.questions.answer == "yes"]
    word_of = {f"exists x. {word}(x)": word for word in vocabulary.concepts}
    words = yes[yes.program.isin(word_of)].groupby("recording").program.agg(set)
    return words.map(lambda said: bool(value(query, World(1, frozenset((word_of[text], (0,)) for text in said)))))


def _units(dataset: Dataset, unit: str) -> pd.Series:
    data = dataset.recordings.data
    return pd.Series(data[unit].values.astype(str), index=data.recording.values.astype(str))


def _resampled(
    true: np.ndarray, probability: np.ndarray, unit: np.ndarray, rng: np.random.Generator
) -> Iterator[float]:
    rows_of = [np.flatnonzero(unit == one) for one in np.unique(unit)]
    for _ in range(_DRAWS):
        rows = np.concatenate([rows_of[k] for k in rng.integers(0, len(rows_of), len(rows_of))])
        if 0 < true[rows].sum() < len(rows):
            yield float(roc_auc_score(true[rows], probability[rows]))


def _exchanged(true: np.ndarray, unit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The answers exchanged inside units; among all where a unit is one recording."""
    if len(np.unique(unit)) == len(unit):
        return rng.permutation(true)
    found = true.copy()
    for one in np.unique(unit):
        rows = np.flatnonzero(unit == one)
        found[rows] = rng.permutation(true[rows])
    return found


def _where(run: Run, vocabulary: Vocabulary, program: str, true: dict[str, bool], most: int = 3) -> list[str]:
    """Entities whose evidence for the program's words differs most, on average, between recordings of which it is true and others."""
    words = sorted(set(names(expand(parse(program, vocabulary), vocabulary))))
    share = {holds: 1 / sum(one == holds for one in true.values()) for holds in (True, False)}
    difference: pd.DataFrame | None = None
    for recording, holds in true.items():
        found = run.reading.carriers(recording, words)
        if found is None:
            return ["not told by this decoder"]
        evidence = pd.DataFrame(found.evidence, index=found.entities, columns=found.words)
        weighed = evidence * (share[True] if holds else -share[False])
        difference = weighed if difference is None else difference.add(weighed, fill_value=0.0)
    assert difference is not None
    return difference.abs().sum(axis=1).nlargest(most).index.tolist()


def queries(lab: Lab) -> Iterator[Bar]:
    """AUC of each program, for information."""
    for name in ("attention_faces_eeg", "emotion_eeg") if lab.quick else SETS:
        for row in answered(lab, name).itertuples():
            text = f"{row.auc:.3f} ({row.low:.3f}-{row.high:.3f}), null {row.null:.3f}"
            yield told(f"{name}: {row.program}", text, row._asdict())


THEMES = {"queries": queries}


def markdown(table: pd.DataFrame) -> str:
    """As a page of the docs shows it."""
    lines = ["| set | program | true of | AUC (95 %) | chance, 19 of 20 | where |", "|---|---|---|---|---|---|"]
    for row in table.itertuples():
        interval = f"{row.auc:.3f} ({row.low:.3f} to {row.high:.3f})"
        lines.append(
            f"| `{row.set}` | `{row.program}` | {row.true} of {row.n} | {interval} | {row.null:.3f} | {row.where} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--folder", type=Path, help="where runs are kept; a temporary folder unless given")
    parser.add_argument("--only", nargs="*", choices=list(SETS), default=list(SETS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        lab = Lab((given.folder or Path(temporary)).resolve())
        text = markdown(pd.concat([answered(lab, name) for name in given.only]))
    given.out.write_text(text + "\n", encoding="utf-8")
    print(text)
