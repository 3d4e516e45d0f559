"""Programs about several attributes, and about pairs of recordings, asked of held-out recordings: how well each is told, what chance gives, where its words are found.

python benchmarks/real/queries.py docs/queries.md [--folder DIR] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bars.bar import Bar, told
from bars.lab import Lab
from jaxtyping import Bool, Float, Shaped
from sklearn.metrics import roc_auc_score

from neurona.experiments.runs.finished_run import Run
from neurona.experiments.runs.known_scenes import known_reading
from neurona.programs import Vocabulary, expand, parse_logic
from neurona.programs.tree import names
from neurona.readings import Reading, by_lot, paired

PAGE = """# What real recordings tell

Programs about several attributes at once, and about pairs of recordings, asked of recordings that no decoder of theirs learned from: each set's shipped config is run, and its reading is asked.

- **Right**: the share of right answers (yes where the probability is above .5), beside that of the answer that is right most often. Rare programs are seldom answered yes.
- **AUC**: how often a recording of which the program is true has a higher probability than one of which it is not: .5 by chance, however rare the program is. With the 95 % interval of a bootstrap over
  what is independent, which the heading names; and *chance*, the AUC that nineteen in twenty exchanges of the answers inside these units stay below.
- **Where**: the entities whose evidence for the program's words differs most between recordings that show the word and others. It is where a decoder finds a word, and need not be where a brain has it.
- **Pairs**: two held-out recordings of the same unit taken for one scene, each recording in one pair, drawn by lot. PAIRED: nobody saw the two together, and the decoder read each by itself
  ([how](readings.md#pairs)). `first` and `second` name the things. Recordings that were centred or scaled together (a person's averages) are not independent given what they show, as pairs take them to be.

Beside programs of several attributes stands no claim that each attribute is told: a conjunction may be told by one of its parts. The papers' tables and the peers of these
decoders come with their runs (`neurona run CONFIG`, [reproduction](reproduction.md)).
"""


class Asked(NamedTuple):
    """A shipped config, what is independent among its recordings, programs, and programs about pairs."""

    config: str
    unit: str
    programs: tuple[str, ...]
    pairs: tuple[str, ...] = ()


SETS = {
    "haxby2001_vt": Asked(
        "haxby2001/vt.yaml",
        "run",
        (
            "exists x. animate(x)",
            "exists x. animate(x) & ~face(x)",
            "exists x. small_object(x)",
            "exists x. place(x) | scrambled(x)",
            "exists x. small_object(x) & ~shoe(x) & ~chair(x)",
        ),
    ),
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
        (
            "above(the x. first(x), the y. second(y))",
            "exists x, y. above(x, y) & artefact(x)",
            "exists x, y. same_category(x, y)",
            "exists x, y. same_category(x, y) & above(x, y)",
        ),
    ),
    "eegmmidb": Asked(
        "eegmmidb/four_classes.yaml",
        "repetition",
        (
            "exists x. left(x) & fist(x) & imagined(x)",
            "exists x. right(x) & executed(x)",
            "exists x. feet(x) & imagined(x)",
            "exists x. both_fists(x)",
            "exists x. one_fist(x) & ~imagined(x)",
        ),
        ("exists x, y. same_movement(x, y)", "exists x, y. opposite_side(x, y)"),
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
        ("better_off(the x. first(x), the y. second(y))", "exists x, y. better_off(x, y) & high_power(x)"),
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
        ("left_of(the x. first(x), the y. second(y))", "exists x, y. same_emotion(x, y)"),
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
        (
            "exists x, y. same_category(x, y)",
            "more_animate(the x. first(x), the y. second(y))",
            "exists x, y. more_animate(x, y) & human(x)",
        ),
    ),
    "hand_movement_direction": Asked(
        "uea/directions.yaml",
        "recording",
        (
            "exists x. horizontal(x)",
            "exists x. left(x)",
            "exists x. right(x)",
            "exists x. sagittal(x) & ~backward(x)",
            "exists x. sagittal(x) & ~forward(x)",
        ),
    ),
}
_DRAWS = 400
_PLURAL = {
    "repetition": "repetitions",
    "run": "runs",
    "subject": "people",
    "image": "images",
    "recording": "recordings",
}


def answered(lab: Lab, name: str) -> pd.DataFrame:
    """One row a program: set, program, paired, true, n, right, most, auc, low, high, null, where."""
    asked = SETS[name]
    run = lab.run(asked.config)
    reading, known = run.reading, known_reading(run.predictions, run.reading.vocabulary)
    assert known is not None
    ids = sorted(set(known.recordings))
    whole = run.predictions.drop_duplicates("recording").set_index("recording")
    unit = (
        np.array(ids)
        if asked.unit == "recording"
        else whole.loc[ids, asked.unit if asked.unit in whole else "fold"].to_numpy(str)
    )
    rng = np.random.default_rng(0)
    found = [_told(reading, known, program, ids, unit, rng) for program in asked.programs]
    if asked.pairs:
        alone = len(set(unit)) == len(unit)
        pairs = by_lot(ids, None if alone else unit.tolist())
        unit_of = dict(zip(ids, unit.tolist(), strict=True))
        both, truth = paired(reading, pairs), paired(known, pairs)
        units = np.array([unit_of[first] for first, _ in pairs])
        found += [_told(both, truth, program, list(both.recordings), units, rng) for program in asked.pairs]
    table = pd.DataFrame(found).assign(set=name)
    contrasts = _contrasts(run, known)
    table["where"] = [", ".join(_where(contrasts, _words(reading.vocabulary, text))) for text in table.program]
    return table


def _told(
    reading: Reading,
    known: Reading,
    program: str,
    ids: list[str],
    unit: Shaped[np.ndarray, " recording"],
    rng: np.random.Generator,
) -> dict[str, object]:
    true = known.ask(program, ids).answer.to_numpy() == "yes"
    probability = reading.ask(program, ids).probability.to_numpy()
    low, high = np.quantile(list(_resampled(true, probability, unit, rng)), [0.025, 0.975])
    return {
        "program": program,
        "paired": reading.about.paired,
        "true": int(true.sum()),
        "n": len(true),
        "right": float(((probability > 0.5) == true).mean()),
        "most": float(max(true.mean(), 1 - true.mean())),
        "auc": float(roc_auc_score(true, probability)),
        "low": float(low),
        "high": float(high),
        "null": float(
            np.quantile([roc_auc_score(_exchanged(true, unit, rng), probability) for _ in range(_DRAWS)], 0.95)
        ),
    }


def _resampled(
    true: Bool[np.ndarray, " recording"],
    probability: Float[np.ndarray, " recording"],
    unit: Shaped[np.ndarray, " recording"],
    rng: np.random.Generator,
) -> Iterator[float]:
    """AUC of units drawn anew."""
    rows_of = [np.flatnonzero(unit == one) for one in np.unique(unit)]
    for _ in range(_DRAWS):
        rows = np.concatenate([rows_of[k] for k in rng.integers(0, len(rows_of), len(rows_of))])
        if 0 < true[rows].sum() < len(rows):
            yield float(roc_auc_score(true[rows], probability[rows]))


def _exchanged(
    true: Bool[np.ndarray, " recording"], unit: Shaped[np.ndarray, " recording"], rng: np.random.Generator
) -> Bool[np.ndarray, " recording"]:
    """The answers exchanged inside units; among all where a unit is one recording."""
    if len(np.unique(unit)) == len(unit):
        return rng.permutation(true)
    found = true.copy()
    for one in np.unique(unit):
        rows = np.flatnonzero(unit == one)
        found[rows] = rng.permutation(true[rows])
    return found


def _words(vocabulary: Vocabulary, program: str) -> list[str]:
    """The concepts that a program comes down to; those that define a relation of pairs, too."""
    texts = [program, *(text for name, text in vocabulary.paired.items() if f"{name}(" in program)]
    found = {word for text in texts for word in names(expand(parse_logic(text), vocabulary))}
    return [word for word in vocabulary.concepts if word in found]


def _contrasts(run: Run, known: Reading) -> pd.DataFrame:
    """`[entity, word]`: how much higher an entity's evidence for a word is, on average, in recordings that show it than in others; empty where the decoder cannot say."""
    words = known.vocabulary.concepts
    said = known.ask([f"exists x. {word}(x)" for word in words])
    shown = (said.answer == "yes").to_numpy().reshape(len(words), -1).T
    total: pd.DataFrame | None = None
    for recording, holds in zip(known.recordings, shown, strict=True):
        found = run.reading.carriers(recording, words)
        if found is None:
            return pd.DataFrame()
        weight = pd.Series(np.where(holds, 1 / shown.sum(axis=0), -1 / (~shown).sum(axis=0)), index=list(words))
        evidence = pd.DataFrame(found.evidence, index=found.entities, columns=found.words) * weight
        total = evidence if total is None else total.add(evidence, fill_value=0.0)
    return pd.DataFrame() if total is None else total


def _where(contrasts: pd.DataFrame, words: Sequence[str], most: int = 3) -> list[str]:
    """The entities of the largest contrasts."""
    if contrasts.empty:
        return ["not told by this decoder"]
    return [str(name) for name in contrasts[list(words)].abs().sum(axis=1).nlargest(most).index]


def queries(lab: Lab) -> Iterator[Bar]:
    """AUC of each program, for information."""
    for name in ("attention_faces_eeg", "emotion_eeg") if lab.quick else SETS:
        for row in answered(lab, name).to_dict("records"):
            text = f"{row['auc']:.3f} ({row['low']:.3f}-{row['high']:.3f}), null {row['null']:.3f}"
            yield told(f"{name}{', PAIRED' if row['paired'] else ''}: {row['program']}", text, row)


THEMES = {"queries": queries}


def markdown(tables: Sequence[pd.DataFrame]) -> str:
    """The page of the docs."""
    lines = [PAGE]
    for table in tables:
        name = str(table.set.iloc[0])
        asked = SETS[name]
        config, unit = asked.config.removesuffix(".yaml"), _PLURAL[asked.unit]
        lines += [
            f"## {name}",
            "",
            f"`neurona run {config}`; what is independent: {unit}.",
            "",
            "| program | true of | right | most frequent | AUC (95 %) | chance | where |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in table.to_dict("records"):
            program = str(row["program"]).replace("|", "&#124;")
            shown = f"PAIRED: <code>{program}</code>" if row["paired"] else f"<code>{program}</code>"
            cells = (
                shown,
                f"{row['true']} of {row['n']}{' pairs' if row['paired'] else ''}",
                f"{row['right']:.3f}",
                f"{row['most']:.3f}",
                f"{row['auc']:.3f} ({row['low']:.3f} to {row['high']:.3f})",
                f"{row['null']:.3f}",
                str(row["where"]),
            )
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--folder", type=Path, help="where runs are kept; a temporary folder unless given")
    parser.add_argument("--only", nargs="*", choices=list(SETS), default=list(SETS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        lab = Lab((given.folder or Path(temporary)).resolve())
        text = markdown([answered(lab, name) for name in given.only])
    given.out.write_text(text, encoding="utf-8")
    print(text)
