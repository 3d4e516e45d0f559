"""What a run scores is what a user gets, however, whenever and with whatever else it is asked."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bars.bar import Bar, between, nothing_of, told
from bars.lab import DATA, QUICKSTART, Lab, frequent_nouns, programs_about, worlds_of
from neurona.evaluation.predictions import right_answers
from neurona.experiments.runs.finished_run import Run, open_run
from neurona.programs import parse
from neurona.readings import Reading
from neurona.readings.belief import Belief

HAXBY, MEG = "haxby2001/slice.yaml", "uea/directions.yaml"
CLOSE = 1e-6
SINGLE = 1e-4
"""Products of matrices of other sizes round otherwise; other draws would be much further apart."""
NEURONA_RUN = (
    "decoder=neurona",
    "data.simulation.images=200",
    "data.simulation.components=128",
    "training.epochs=2",
)


def haxby(lab: Lab) -> tuple[tuple[str, ...] | None, str]:
    """Overrides that name the slice; None with the reason where it is left out."""
    path = DATA / "haxby2001_slice"
    if lab.quick or not path.is_dir():
        return None, "skipped: --quick" if lab.quick else f"skipped: no {path}"
    return (f"data.path={path}",), ""


def query_is_run(lab: Lab) -> Iterator[Bar]:
    """All test questions, asked again of the stored reading by another process."""
    slice_, reason = haxby(lab)
    runs = {
        "quickstart": (QUICKSTART, ("decoder=explain", "decoder.supervision=scenes")),
        "NEURONA": (QUICKSTART, NEURONA_RUN),
        "Haxby slice": (HAXBY, (*slice_, "decoder=explain")) if slice_ is not None else None,
        "MEG directions": (MEG, ("decoder=explain",)),
    }
    for name, chosen in runs.items():
        title = f"query = run, {name}"
        if chosen is None:
            yield told(title, reason)
            continue
        run = lab.run(chosen[0], *chosen[1])
        script = Path(__file__).with_name("ask_again.py")
        done = subprocess.run(
            [sys.executable, str(script), str(run.folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield Bar(title, f"failed: {done.stderr.strip().splitlines()[-1]}", "the same", False)
            continue
        found = json.loads(done.stdout.strip().splitlines()[-1])
        furthest = max(found["furthest"].values())
        met = found["other answers"] == 0 and furthest <= CLOSE and found["questions"] == len(run.predictions)
        measured = f"{found['other answers']} of {found['questions']:,} other answers, numbers {furthest:.1e} apart"
        yield Bar(title, measured, "0 other answers, 1e-6", met, found)


def solo_is_joint(lab: Lab) -> Iterator[Bar]:
    """One question alone, and all together: the same bits; nothing that is asked changes a byte of the saved reading."""
    run = lab.quickstart()
    reading = run.reading
    chosen = run.predictions.sample(60 if lab.quick else 300, random_state=0)
    random, about = programs_about(reading, len(chosen), seed=1)
    queries = [*(parse(text) for text in chosen.program), *random]
    rows = np.concatenate([reading.rows(chosen.recording.astype(str).tolist()), about])
    with tempfile.TemporaryDirectory(dir=lab.folder) as folder:
        before = _bytes(reading, Path(folder) / "before")
        joint = reading.believe(queries, rows)
        after = _bytes(reading, Path(folder) / "after")
        own = {
            path.relative_to(run.folder / "reading"): _digest(path) for path in (run.folder / "reading").rglob("*.*")
        }
    fresh = _reopened(run)
    other = sum(not _same(fresh.believe([query], rows[[k]]), joint, k) for k, query in enumerate(queries))
    yield nothing_of("solo = joint, questions with other bits", other, len(queries))
    changed = sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
    changed += sum(before.get(name) != own.get(name) for name in before.keys() | own.keys())
    yield nothing_of("saved reading, files that asking changed", changed, len(before) * 2)


def alone_is_together(lab: Lab) -> Iterator[Bar]:
    """A recording that is read alone says what it says among others."""
    lesson = lab.lesson(QUICKSTART, "decoder=explain", "decoder.supervision=scenes")
    rows = lesson.held_out[:9]
    together = lesson.read(rows)
    queries, _ = programs_about(together, 40, seed=2)
    gap = 0.0
    for k in (0, 4, 8):
        joint = together.believe(queries, np.full(len(queries), k))
        alone = lesson.read(rows[[k]]).believe(queries, np.zeros(len(queries), np.int64))
        gap = max(gap, float(np.abs(joint.probability[:, 0] - alone.probability[:, 0]).max()))
    yield Bar("recordings read alone, furthest apart", f"{gap:.1e}", f"<= {SINGLE:.0e}", gap <= SINGLE, {"value": gap})


def exchanged_recordings(lab: Lab) -> Iterator[Bar]:
    """Each question of the test images, put to the recording of another: chance."""
    run = lab.quickstart()
    reading, asked = run.reading, run.predictions[run.predictions.answer.isin(["yes", "no"])]
    names = np.array(reading.recordings)
    of = reading.rows(asked.recording.astype(str).tolist())
    queries = [parse(text) for text in asked.program]
    rng, right = np.random.default_rng(0), []
    for _ in range(1 if lab.quick else 10):
        order = rng.permutation(len(names))
        shifted = np.empty_like(order)
        shifted[order] = np.roll(order, 1)  # nobody keeps its own
        said = reading.ask_each(queries, shifted[of])
        right.append(right_answers(asked.assign(predicted=list(said.answer))).astype(float))
    mean = np.mean(right, axis=0)
    by_image = np.array([(mean[of == row] - 0.5).sum() for row in np.unique(of)])
    deviation = float(np.sqrt((by_image**2).sum()) / len(mean))
    low, high = 0.5 - 3 * deviation, 0.5 + 3 * deviation
    yield between("recordings exchanged, yes/no accuracy", float(mean.mean()), low, high)


def definitions_change_nothing(lab: Lab) -> Iterator[Bar]:
    """A vocabulary with one more defined word."""
    run = lab.quickstart()
    reading = worlds_of(run.reading)
    chosen = run.predictions.sample(100 if lab.quick else 500, random_state=1)
    random, about = programs_about(reading, len(chosen), seed=3)
    queries = [*(parse(text) for text in chosen.program), *random]
    rows = np.concatenate([reading.rows(chosen.recording.astype(str).tolist()), about])
    a, b, c = frequent_nouns(reading, 3)
    words = replace(reading.vocabulary, definitions={"defined_one": f"{a}(x) | {b}(x)", "defined_two": f"~{c}(x)"})
    richer = replace(reading, vocabulary=words)
    first, second = reading.believe(queries, rows), richer.believe(queries, rows)
    other = sum(not _same(_part(second, k), first, k) for k in range(len(queries)))
    yield nothing_of("a definition more, questions with other bits", other, len(queries))
    pairs = [
        (f"exists x. defined_one(x) & {c}(x)", f"exists x. ({a}(x) | {b}(x)) & {c}(x)"),
        ("forall x. defined_two(x)", f"~(exists x. {c}(x))"),
        ("((count x. defined_one(x)) = 1)", f"((count x. {a}(x) | {b}(x)) = 1)"),
    ]
    every = np.arange(len(reading.recordings))
    gap = 0.0
    for defined, meaning in pairs:
        said = [richer.ask_each([parse(text)] * len(every), every).probability for text in (defined, meaning)]
        gap = max(gap, float(np.abs(said[0] - said[1]).max()))
    yield Bar("a defined word for its meaning, furthest apart", f"{gap:.1e}", "<= 1e-06", gap <= CLOSE, {"value": gap})


def no_individual_from_nothing(lab: Lab) -> Iterator[Bar]:
    """The things of a world are the nouns that its facts name, and no more."""
    reading = worlds_of(lab.quickstart().reading)
    word = reading.vocabulary.concepts[0]
    everything = replace(reading.vocabulary, definitions={"anything": f"{word}(x) | ~{word}(x)"})
    numbers = replace(reading, vocabulary=everything)
    unmade = of = 0
    for name in reading.recordings[:: 20 if lab.quick else 5]:
        row = int(reading.rows([name])[0])
        shares: dict[int, float] = {}
        for k, share in enumerate(reading.worlds.share[row].tolist()):
            facts = reading.worlds.facts(row, k)
            nouns = {noun for fact in facts for noun in fact.arguments or (fact.name,)}
            unmade += len(nouns - set(reading.things))
            of += len(nouns)
            shares[len(nouns)] = shares.get(len(nouns), 0.0) + share
        belief = numbers.believe([parse("count x. anything(x)")], np.array([row]))
        counted = {number: p for number, p in enumerate(belief.probability[0].tolist()) if p > 0}
        unmade += sum(abs(shares.get(number, 0.0) - p) > CLOSE for number, p in counted.items())
    yield nothing_of("individuals that no fact made", unmade, of)


def _reopened(run: Run) -> Reading:
    return open_run(run.folder).reading


def _part(belief: Belief, k: int) -> Belief:
    of = slice(k, k + 1)
    arrays = (belief.probability[of], belief.prior[of], belief.error[of])
    return Belief(belief.choices[of], *arrays, belief.form[of], belief.sign[of], belief.signals[of])


def _same(solo: Belief, joint: Belief, k: int) -> bool:
    """All numbers, to the last bit; `joint` may be padded for questions of more answers."""
    width = solo.probability.shape[1]
    return solo.choices[0] == joint.choices[k] and all(
        np.array_equal(getattr(solo, name)[0], getattr(joint, name)[k, :width], equal_nan=True)
        for name in ("probability", "prior", "error", "signals")
    )


def _bytes(reading: Reading, folder: Path) -> dict[Path, str]:
    reading.save(folder)
    return {path.relative_to(folder): _digest(path) for path in folder.rglob("*.*")}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
