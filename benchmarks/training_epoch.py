"""How long is an epoch of training?

    python benchmarks/training_epoch.py [--out DIR] [--recordings 4900] [--epochs 3] [--quick]

The size of BOLD5000-QA's layout for one subject, with SIMULATED recordings (white noise) and random answers: 4,900 recordings of 5 time
points x 1024 components, 27 questions each on average (Poisson), a vocabulary of 1000 words, programs drawn from 4,000. NEURONA's
decoder (18 entities, H5) is trained for a few epochs by the loop that `neurona run` trains by: lessons drawn anew each epoch on the
device. Further cases have more entities, or one member more. Figures stand beside the rate of a large float32 matrix product in the same
process, and beside the plain NumPy model that answers one question at a time (it answers, it does not learn).
"""

from __future__ import annotations

import json
import time
from functools import lru_cache

import measure
import numpy as np
import pandas as pd
import problem
from execution import eager
from rich.console import Console
from rich.progress import track
from rich.table import Table

from neurona.programs import Vocabulary
from neurona.programs.tree import Describe
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.training import TrainingSettings, train
from neurona.training.lessons import Lessons

QUESTIONS, PROGRAMS, WORDS = 27, 4000, 1000


def asked_at_random(words: Vocabulary, recordings: int, rng: np.random.Generator) -> Asked:
    """Random answers to random questions, 27 a recording on average."""
    pool = problem.questions(words, problem.TEMPLATES, PROGRAMS, rng)
    recording = np.repeat(np.arange(recordings), rng.poisson(QUESTIONS, recordings))
    queries = [pool[k] for k in rng.integers(0, PROGRAMS, len(recording))]
    choices = tuple(tuple(words.categories[q.category]) if isinstance(q, Describe) else () for q in queries)
    target = np.array([rng.integers(len(choice) or 2) for choice in choices])
    table = pd.DataFrame(
        {"recording": recording, "program": "", "type": ["describe" if c else "yes/no" for c in choices]}
    )
    return Asked(table, recording, tuple(queries), choices, target)


@lru_cache(maxsize=1)
def problem_of(recordings: int, n_words: int) -> tuple[np.ndarray, Problem]:
    """SIMULATED recordings `[N, 1024, 5]`, and questions about them."""
    rng = np.random.default_rng(0)
    words = problem.vocabulary(n_words)
    inputs = problem.recordings(recordings, rng)
    asked = asked_at_random(words, recordings, rng)
    entities = Entities(np.zeros((recordings, 1), np.float32), np.zeros(1, np.int64), ("all",), "parcel")
    return inputs, Problem(entities, words, asked, asked.take(np.zeros(len(asked), bool)), simulated=True)


def case(
    recordings: int, epochs: int, n_entities: int, members: int, n_words: int = WORDS, precision: str = "float32"
) -> dict:
    """Measure one setting in this process."""
    inputs, told = problem_of(recordings, n_words)
    asked, words = told.train, told.vocabulary
    start = time.perf_counter()
    lessons = Lessons.of(asked, words, asked_only=True)
    lessons_s = time.perf_counter() - start
    settings = TrainingSettings(epochs=epochs, selection="last", members=members, precision=precision)  # type: ignore[arg-type]
    found = train(lambda seed: problem.decoder(n_entities, words, seed=seed), inputs, told, settings, asked_only=True)
    seconds = found.history.seconds.to_numpy()
    epoch_s = float(np.median(seconds[1:]))
    each = [int(part.length.max()) * len(lessons) for part in lessons.parts]
    done = 3 * members * recordings * problem.encoder_operations(n_entities)
    return {
        "recordings": recordings,
        "questions": len(asked),
        "entities": n_entities,
        "members": members,
        "words": n_words,
        "precision": precision,
        "epoch_s": epoch_s,
        "questions_per_s": members * len(asked) / epoch_s,
        "padding": found.padding,
        "padding_of_equal_lessons": 1 - len(asked) / sum(each),
        "lessons_s": lessons_s,
        "compile_s": float(seconds[0] - epoch_s),
        "peak_memory_mb": measure.peak_memory_mb(),
        "matmul_gflops": measure.matmul_rate() / 1e9,
        "encoder_gflops": done / epoch_s / 1e9,
        "traces": found.traces[0],
        "loss": found.history.train_loss.tolist(),
    }


def main() -> None:
    """Measure every setting; table and JSON."""
    parser = measure.arguments(__doc__, 4)
    parser.add_argument("--quick", action="store_true", help="the reference's size alone")
    parser.add_argument("--recordings", type=int, default=4900)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(case(*options.case)))
        return
    console = Console(width=140)
    sizes = [(18, 1)] if options.quick else [(18, 1), (18, 2), (100, 1)]
    settings = [(options.recordings, options.epochs, *size) for size in sizes]
    found = [measure.in_fresh_process(__file__, *setting) for setting in track(settings, "epochs", console=console)]
    plain = eager(5)
    table = Table("", "questions/s", "s an epoch", "padding", "compile s", "peak MB", title_justify="left")
    table.title = (
        f"Training, {found[0]['recordings']:,} recordings, {found[0]['questions']:,} questions (SIMULATED data)"
    )
    for row in found:
        name = f"{row['entities']} entities, members: {row['members']}"
        table.add_row(
            name,
            f"{row['questions_per_s']:,.0f}",
            f"{row['epoch_s']:.2f}",
            f"{row['padding']:.0%}",
            f"{row['compile_s']:.1f}",
            f"{row['peak_memory_mb']:,.0f}",
        )
    table.add_row("one question at a time, answers only", f"{plain['questions_per_s']:,.0f}", "", "", "", "")
    console.print(table)
    console.print(
        f"Lessons of equal size would be padding for {found[0]['padding_of_equal_lessons']:.0%}; "
        f"questions were compiled to lessons in {found[0]['lessons_s']:.1f} s; traces {found[0]['traces']}."
    )
    content = {
        "provenance": measure.provenance(),
        "simulated": True,
        "cases": found,
        "eager": plain,
    }
    measure.write_json(options.out / "training_epoch.json", content)


if __name__ == "__main__":
    main()
