"""How fast is a training step, and what does it cost?

    python benchmarks/training_step.py [--out DIR] [--quick]

Forward, backward and AdamW of the reference's model under H5 on SIMULATED recordings (5 time points x 1024 components,
embedding 64): 32 recordings a step with 24 questions each, or with one as the reference samples. Many steps run in one
jitted scan, as in training. Each case runs in a process of its own; its figures stand beside the rate of a
large float32 matrix product in that process. The plain NumPy model gives the scale of answering one question at a time.
"""

from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import measure
import numpy as np
import optax
import problem
from flax import nnx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from neurona.execution import Compiler
from neurona.programs.tree import Describe
from neurona.training.minibatches import Steps, stack_steps, train_steps

RECORDINGS = 32


def batches(words, per_recording: int, steps: int, rng: np.random.Generator, templates=problem.TEMPLATES) -> Steps:
    """Steps of 32 recordings with random questions."""
    compiler = Compiler(words, asked_only=True, headroom=False)
    about = np.repeat(np.arange(RECORDINGS), per_recording).tolist()
    asked = [problem.questions(words, templates, len(about), rng) for _ in range(steps)]
    asked = [[queries[k] for k in rng.permutation(len(queries))] for queries in asked]
    for queries in asked:
        compiler(queries, about, RECORDINGS)
    compiled = [compiler(queries, about, RECORDINGS) for queries in asked]
    targets = [[(int(rng.integers(2)), isinstance(query, Describe)) for query in queries] for queries in asked]
    rows = [rng.integers(0, 4 * RECORDINGS, RECORDINGS).tolist() for _ in asked]
    return stack_steps(rows, compiled, targets)


def step_flops(entities: int, steps: Steps) -> float:
    """Floating-point operations of one step's matrix products, forward and backward (3 times forward)."""
    maps = problem.N_TIMES * problem.N_COMPONENTS * 128
    convolutions = entities * (124 * 32 * 20 + 58 * 32 * 128 + 928 * 64)
    terms = entities * 2 * 64 * 64
    concepts, relations = (part.shape[2] for part in (steps.programs.concepts, steps.programs.relations))
    words = entities * (concepts * 128 + relations * 3 * 64)
    return 3 * 2 * RECORDINGS * (maps + convolutions + terms + words)


def case(entities: int, words: int, per_recording: int, steps: int, rank: int) -> dict:
    """Measure one setting in this process."""
    rng = np.random.default_rng(0)
    vocabulary = problem.vocabulary(words)
    data = jnp.asarray(problem.recordings(4 * RECORDINGS, rng))
    run = batches(vocabulary, per_recording, steps, rng)
    graph, params, rest = nnx.split(problem.decoder(entities, vocabulary, rank=rank), nnx.Param, ...)
    optimiser = optax.adamw(1e-3, weight_decay=0.01)
    held = [params, optimiser.init(params)]

    def train() -> jax.Array:
        *held[:], losses = train_steps(*held, rest, data, run, graph=graph, optimiser=optimiser)
        return losses

    compile_s = measure.first_seconds(train)
    seconds = measure.median_seconds(train, 9 if entities < 400 else 2) / steps
    # The same scan without the encoder's, or without the executor's, part tells where the time goes.
    encode = jax.jit(
        lambda params, rows: jax.lax.scan(
            lambda total, row: (_encoder_step(graph, params, rest, data[row], total), None), 0.0, rows
        )[0]
    )
    encoder_s = measure.median_seconds(lambda: encode(held[0], run.rows), 5 if entities < 400 else 1) / steps
    rate, peak = step_flops(entities, run) / seconds, measure.matmul_rate()
    return {
        "entities": entities,
        "words": words,
        "questions_a_recording": per_recording,
        "rank": rank,
        "questions_per_s": RECORDINGS * per_recording / seconds,
        "step_ms": 1e3 * seconds,
        "encoder_share": min(encoder_s / seconds, 1.0),
        "compile_s": compile_s,
        "gflops": rate / 1e9,
        "share_of_matmul": rate / peak,
        "matmul_gflops": peak / 1e9,
        "peak_memory_mb": measure.peak_memory_mb(),
        "traces": train_steps._cache_size(),
    }


def _encoder_step(graph, params, rest, recordings, total):
    """Forward and backward of the encoder alone; all gradients are used, so that none is left out."""

    def loss(params):
        return (nnx.merge(graph, params, rest).encoder(recordings) ** 2).sum()

    gradient = jax.grad(loss)(params)
    return total + sum(leaf.sum() for leaf in jax.tree.leaves(gradient))


def main() -> None:
    """Measure every setting; table, JSON and plot."""
    parser = measure.arguments(__doc__, 5)
    parser.add_argument("--quick", action="store_true", help="the reference's sizes alone")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(case(*options.case)))
        return
    settings = [(18, 1000, 24, 16, 0), (18, 1000, 1, 32, 0)]
    if not options.quick:
        settings += [(18, 1000, 24, 16, 16), (8, 1000, 24, 16, 0), (100, 1000, 24, 4, 0), (400, 1000, 24, 2, 0)]
        settings += [(1024, 1000, 24, 1, 0), (18, 100, 24, 16, 0), (18, 5000, 24, 16, 0)]
    found = [
        measure.in_fresh_process(__file__, *setting) for setting in track(settings, "training steps", console=Console())
    ]
    columns = (
        "entities",
        "words",
        "questions a recording",
        "rank",
        "questions/s",
        "step ms",
        "encoder",
        "compile s",
        "GFLOP/s",
        "of matmul",
        "peak MB",
    )
    table = Table(*columns, title="Training step, 32 recordings a step (SIMULATED data)", title_justify="left")
    for row in found:
        table.add_row(
            *(str(row[key]) for key in ("entities", "words", "questions_a_recording", "rank")),
            f"{row['questions_per_s']:,.0f}",
            f"{row['step_ms']:.1f}",
            f"{row['encoder_share']:.0%}",
            f"{row['compile_s']:.1f}",
            f"{row['gflops']:.0f}",
            f"{row['share_of_matmul']:.0%}",
            f"{row['peak_memory_mb']:,.0f}",
        )
    Console(width=140).print(table)
    measure.write_json(options.out / "training_step.json", {"provenance": measure.provenance(), "cases": found})
    plot(found, options.out / "training_step.png")


def plot(found: list[dict], path: Path) -> None:
    """Questions per second against the number of entities."""
    rows = sorted(
        (row for row in found if row["words"] == 1000 and row["questions_a_recording"] == 24 and not row["rank"]),
        key=lambda row: row["entities"],
    )
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    sizes = [row["entities"] for row in rows]
    axes[0].loglog(sizes, [row["questions_per_s"] for row in rows], "o-")
    axes[0].axhline(281, linestyle="--", color="grey")
    axes[0].text(sizes[0], 281 * 1.15, "released code, 18 entities: 281", color="grey")
    axes[0].set(xlabel="entities P", ylabel="questions per second", title="Training step, vocabulary 1000")
    axes[1].semilogx(sizes, [row["peak_memory_mb"] for row in rows], "o-")
    axes[1].set(xlabel="entities P", ylabel="peak memory, MiB", title="Memory of the process")
    figure.suptitle("SIMULATED recordings", fontsize=9, color="grey")
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xticks(sizes, [str(size) for size in sizes])
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
