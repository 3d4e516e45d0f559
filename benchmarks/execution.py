"""How fast are questions answered, and is anything traced twice?

    python benchmarks/execution.py [--out DIR] [--quick]

The reference's model (P entities, vocabulary V) answers 24 questions about each of 32 SIMULATED recordings: many batches in
one jitted map, one batch a call, and one question a call. Beside it, in the same run, the plain NumPy model that answers one
question at a time (`eager.py`). Then 10,000 random questions of 12 templates in batches, counting traces; and questions about 512
random possible worlds of each of 160 recordings.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import measure
import numpy as np
import problem
from eager import EagerModel
from flax import nnx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from neurona.execution import Compiler, ProgramBatch, TraceCounter, Worlds, execute, get_logic, share_true
from neurona.programs import Query, Vocabulary, parse, to_lambda
from neurona.programs.facts import Fact

EAGER_SIZE = 18, 1000
RECORDINGS = 32


def batches(
    words: Vocabulary, per_recording: int, steps: int, rng: np.random.Generator, templates: tuple[str, ...]
) -> tuple[jax.Array, ProgramBatch]:
    """Rows of 32 recordings and random questions about them, for each of some steps, stacked."""
    compiler = Compiler(words, asked_only=True, headroom=False)
    about = np.repeat(np.arange(RECORDINGS), per_recording).tolist()
    asked = [problem.questions(words, templates, len(about), rng) for _ in range(steps)]
    asked = [[queries[k] for k in rng.permutation(len(queries))] for queries in asked]
    for queries in asked:  # sizes grow until every step fits
        compiler(queries, about, RECORDINGS)
    compiled = [compiler(queries, about, RECORDINGS) for queries in asked]
    rows = jnp.asarray(rng.integers(0, 4 * RECORDINGS, (steps, RECORDINGS)))
    return rows, jax.tree.map(lambda *parts: jnp.stack(parts), *compiled)


def case(entities: int, words: int, per_recording: int, depth: int, logic: int) -> dict:
    """Measure one setting in this process. depth 0: the reference's forms; 1: all 12 templates; n: chains of n relations."""
    rng = np.random.default_rng(0)
    vocabulary = problem.vocabulary(words)
    templates = problem.TEMPLATES + (problem.MORE_TEMPLATES if depth else ())
    if depth > 1:
        templates = (_chain(depth),)
    steps = batches(vocabulary, per_recording, 8, rng, templates)
    name = ("reference", "product", "smooth")[logic]
    graph, state = nnx.split(problem.decoder(entities, vocabulary, logic=name))
    data = jnp.asarray(problem.recordings(4 * RECORDINGS, rng))

    def answers(state, data, rows, programs):
        return nnx.merge(graph, state)(data[rows], programs, evaluation=True)

    many = jax.jit(lambda state, data, steps: jax.lax.map(lambda step: answers(state, data, *step), steps))
    one = jax.jit(answers)
    first = jax.tree.map(lambda part: part[0], steps)
    compile_s = measure.first_seconds(lambda: many(state, data, steps))
    heavy = entities >= 400
    seconds = measure.median_seconds(lambda: many(state, data, steps), 3 if heavy else 15) / 8
    per_call = measure.median_seconds(lambda: one(state, data, *first), 3 if heavy else 40)
    count = RECORDINGS * per_recording
    return {
        "entities": entities,
        "words": words,
        "questions_a_recording": per_recording,
        "depth": depth,
        "logic": name,
        "questions_per_s": count / seconds,
        "questions_per_s_one_call": count / per_call,
        "compile_s": compile_s,
        "matmul_gflops": measure.matmul_rate() / 1e9,
        "peak_memory_mb": measure.peak_memory_mb(),
    }


def _chain(depth: int) -> str:
    """exists x. a(x) & r(x, the y. b(y) & r(y, the z. ...)), so many relations deep."""
    text = "{b}(v" + str(depth) + ")"
    for level in range(depth, 0, -1):
        text = f"{{a}}(v{level - 1}) & {{r}}(v{level - 1}, the v{level}. {text})"
    return f"exists v0. {text}"


def traces_and_latency(count: int) -> dict:
    """10,000 random questions of 12 templates in batches of 250; then one question a call."""
    rng = np.random.default_rng(1)
    vocabulary = problem.vocabulary(1000)
    graph, state = nnx.split(problem.decoder(18, vocabulary))
    data = jnp.asarray(problem.recordings(RECORDINGS, rng))
    templates = problem.TEMPLATES + problem.MORE_TEMPLATES

    class Executor:
        """Queries in, answers out."""

        def __init__(self) -> None:
            self.compiler = Compiler(vocabulary, asked_only=True)
            self.answer = TraceCounter(
                lambda state, data, batch: execute(
                    batch, nnx.merge(graph, state).scores(data, batch), get_logic("reference"), evaluation=True
                )
            )

        def __call__(self, state, data, queries: list[Query], about: list[int]) -> None:
            jax.device_get(self.answer(state, data, self.compiler(queries, about, len(data))))

    def draw(size: int) -> tuple[list, list]:
        queries = problem.questions(vocabulary, templates, size * 3, rng)
        chosen = rng.permutation(len(queries))[:size]
        return [queries[k] for k in chosen], rng.integers(0, RECORDINGS, size).tolist()

    batched = Executor()
    batched(state, data, *draw(250))
    warm, drawn = batched.answer.traces, [draw(250) for _ in range(count // 250)]
    start = time.perf_counter()
    for queries, about in drawn:
        batched(state, data, queries, about)
    wall = time.perf_counter() - start
    single = Executor()
    for k in range(len(templates)):
        single(state, data[:1], problem.questions(vocabulary, templates[k : k + 1], 1, rng), [0])
    times = []
    for _ in range(200):
        queries = problem.questions(vocabulary, templates, 12, rng)[:1]
        start = time.perf_counter()
        single(state, data[:1], queries, [0])
        times.append(time.perf_counter() - start)
    return {
        "templates": len(templates),
        "questions": count,
        "traces_warm_up": warm,
        "retraces": batched.answer.traces - warm,
        "questions_per_s_from_program_to_answer": count / wall,
        "single_question_ms": 1e3 * float(np.median(times)),
    }


def on_worlds(recordings: int = 160, per_recording: int = 20, count: int = 512) -> dict:
    """Questions a second about random worlds: ten things a recording, 60 attributes and 250 relations that may hold."""
    rng = np.random.default_rng(0)
    nouns, said, relations = ([f"{kind}{k}" for k in range(size)] for kind, size in (("n", 60), ("a", 20), ("r", 20)))
    facts, holds = [], []
    for _ in range(recordings):
        there = rng.choice(nouns, 10, replace=False).tolist()
        unary = {Fact(str(rng.choice(said)), (str(rng.choice(there)),)) for _ in range(60)}
        pairs = {
            Fact(str(rng.choice(relations)), tuple(rng.choice(there, 2, replace=False).tolist())) for _ in range(250)
        }
        facts.append([*map(Fact, there), *sorted(unary | pairs, key=repr)])
        holds.append(rng.random((len(facts[-1]), count)) < 0.1)
    worlds = Worlds.of_table(facts, holds, nouns + said, relations)
    forms = {
        "relations": ("exists x. {a}(x) & {r}(x, the y. {b}(y))",),
        "mixed": (
            "exists x. {a}(x) & {r}(x, the y. {b}(y))",
            "exists x. {a}(x) & {c}(x)",
            "((count x. {a}(x)) > (count y. {b}(y)))",
            "forall x. {a}(x) -> {c}(x)",
        ),
    }
    found = {"recordings": recordings, "worlds": count}
    about = np.repeat(np.arange(recordings), per_recording)
    for name, texts in forms.items():
        queries = []
        for k in range(len(about)):
            a, b = rng.choice(nouns, 2, replace=False)
            queries.append(parse(texts[k % len(texts)].format(a=a, b=b, c=rng.choice(said), r=rng.choice(relations))))
        seconds = measure.median_seconds(lambda queries=queries: share_true(worlds, queries, about), 7)
        found[f"{name}_per_s"] = len(about) / seconds
    return found


def eager(seconds: float) -> dict:
    """The plain NumPy model at the reference's size, for so many seconds."""
    rng = np.random.default_rng(0)
    entities, n_words = EAGER_SIZE
    words = problem.vocabulary(n_words)
    names = [*words.concepts, *words.relations]
    parcels = {
        f"p{k}": part.tolist() for k, part in enumerate(np.array_split(np.arange(problem.N_COMPONENTS), entities))
    }
    shapes = {f"network_dict.{name}.weight": (128, len(parcel)) for name, parcel in parcels.items()}
    shapes |= {
        "lenet.0.weight": (32, 5, 4),
        "lenet.3.weight": (32, 32, 4),
        "fc.0.weight": (64, 928),
        "fc2.weight": (64, 256),
    }
    shapes |= {f"{head}_embedding.linear.weight": (n_words, 64) for head in ("attribute", "relation")}
    weights = {name: rng.standard_normal(shape, np.float32) / 16 for name, shape in shapes.items()}
    weights |= {name.replace("weight", "bias"): np.zeros(len(value), np.float32) for name, value in weights.items()}
    weights["position_embedding.weight"] = rng.standard_normal((64, 64), np.float32)
    meta = {
        "attribute_concepts": [f"{name}_Object" for name in names],
        "relation_concepts": [f"{name}_Object_Object" for name in names],
        "parcels": parcels,
        "categories": {name: list(members) for name, members in words.categories.items()},
    }
    switches = {
        "ground_attr_relation": True,
        "ground_rel_region": True,
        "ground_rel_relation": True,
        "ground_rel_guided_relation": "guide-all",
    }
    model = EagerModel(weights, meta, switches)
    data = problem.recordings(4, rng).swapaxes(1, 2)  # it reads times by components
    texts = [to_lambda(query) for query in problem.questions(words, problem.TEMPLATES, 96, rng)]
    start, answered = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        model.ground(data[answered // 24 % 4])
        for text in texts[:24]:
            model.answer(text)
        answered += 24
    return {"questions_per_s": answered / (time.perf_counter() - start), "questions_a_recording": 24}


def main() -> None:
    """Measure every setting; tables, JSON and plot."""
    parser = measure.arguments(__doc__, 5)
    parser.add_argument("--quick", action="store_true", help="the reference's sizes alone")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(case(*options.case)))
        return
    settings = [(18, 1000, 24, 0, 0)]
    if not options.quick:
        settings += [
            (18, 1000, 24, 1, 0),
            (18, 1000, 24, 1, 1),
            (18, 1000, 24, 1, 2),
            (18, 1000, 24, 4, 1),
            (18, 1000, 1, 0, 0),
        ]
        settings += [(size, 1000, 24, 0, 0) for size in (8, 100, 400, 1024)] + [
            (18, 100, 24, 0, 0),
            (18, 5000, 24, 0, 0),
        ]
    console = Console(width=140)
    found = [measure.in_fresh_process(__file__, *setting) for setting in track(settings, "inference", console=console)]
    plain = eager(5)
    traces, worlds = traces_and_latency(10_000), on_worlds()
    columns = (
        "entities",
        "words",
        "questions a recording",
        "depth",
        "logic",
        "questions/s",
        "one batch a call",
        "of eager",
        "compile s",
        "peak MB",
    )
    table = Table(*columns, title="Inference, 32 recordings a batch (SIMULATED data)", title_justify="left")
    for row in found:
        table.add_row(
            *(str(row[key]) for key in ("entities", "words", "questions_a_recording", "depth", "logic")),
            f"{row['questions_per_s']:,.0f}",
            f"{row['questions_per_s_one_call']:,.0f}",
            f"{row['questions_per_s'] / plain['questions_per_s']:,.0f} x",
            f"{row['compile_s']:.1f}",
            f"{row['peak_memory_mb']:,.0f}",
        )
    console.print(table)
    console.print(
        f"eager NumPy, one question at a time: {plain['questions_per_s']:,.0f} questions/s (P = 18, 1000 words)"
    )
    console.print(
        f"{traces['questions']:,} random questions of {traces['templates']} templates: {traces['retraces']} retraces after "
        f"{traces['traces_warm_up']} trace(s) of warm-up; {traces['questions_per_s_from_program_to_answer']:,.0f} questions/s from "
        f"program to answer; one question alone {traces['single_question_ms']:.2f} ms"
    )
    console.print(
        f"{worlds['worlds']} worlds of each of {worlds['recordings']} recordings: {worlds['relations_per_s']:,.0f} relation questions/s, "
        f"{worlds['mixed_per_s']:,.0f} mixed questions/s"
    )
    content = {"provenance": measure.provenance(), "cases": found, "eager": plain, "traces": traces, "worlds": worlds}
    measure.write_json(options.out / "execution.json", content)
    plot(found, plain, options.out / "execution.png")


def plot(found: list[dict], plain: dict, path: Path) -> None:
    """Questions per second against the number of entities and of words."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for axis, key, other in ((axes[0], "entities", ("words", 1000)), (axes[1], "words", ("entities", 18))):
        rows = [row for row in found if row[other[0]] == other[1] and row["questions_a_recording"] == 24]
        rows = sorted((row for row in rows if not row["depth"]), key=lambda row, key=key: row[key])
        axis.loglog([row[key] for row in rows], [row["questions_per_s"] for row in rows], "o-", label="one jitted map")
        axis.axhline(plain["questions_per_s"], linestyle="--", color="grey", label="eager NumPy, P = 18, 1000 words")
        axis.set(xlabel=key, ylabel="questions per second", xticks=[row[key] for row in rows])
        axis.set_xticklabels([str(row[key]) for row in rows])
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("SIMULATED recordings", fontsize=9, color="grey")
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
