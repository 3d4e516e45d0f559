"""Answering: what a run's test questions and a query go through, beside the bare kernels and plain NumPy.

The reference's model (18 entities, 1000 words) answers 24 questions about each of 32 SIMULATED recordings: many batches in one jitted map (the
bare kernels, from recordings to answers); then as a run does it, from programs to answers: the decoder reads the recordings, and its reading is asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import measure
import numpy as np
import problem
from bars.bar import Bar, at_least, at_most, nothing_of, told
from eager import EagerModel
from flax import nnx

from neurona.execution import Compiler, ProgramBatch, Worlds, share_true
from neurona.programs import Vocabulary, parse, to_lambda
from neurona.programs.facts import Fact
from speeds.bench import Clock, Speeds
from speeds.decoder import untrained
from speeds.training import ENTITIES, WORDS

EAGER_SIZE = ENTITIES, WORDS
RECORDINGS, PER_RECORDING = 32, 24
PER_SECOND, OF_BARE, ON_WORLDS = 156_000, 0.95, 20_000
"""The first is 300 times the released code's 521 questions a second."""


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
    with Clock() as clock:
        for _ in range(2):
            jax.block_until_ready(many(state, data, steps))
    count = RECORDINGS * per_recording
    return {
        "entities": entities,
        "words": words,
        "questions_a_recording": per_recording,
        "depth": depth,
        "logic": name,
        "questions_per_s": count / seconds,
        "questions_per_s_of_two_cores": clock.rate(16 * count),
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
        share_true(worlds, queries, about)
        with Clock() as clock:
            for _ in range(3):
                share_true(worlds, queries, about)
        found[f"{name}_per_s"] = 3 * len(about) / clock.cpu
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
    start, answered = time.process_time(), 0
    while time.process_time() - start < seconds:
        model.ground(data[answered // 24 % 4])
        for text in texts[:24]:
            model.answer(text)
        answered += 24
    return {"questions_per_s": 2 * answered / (time.process_time() - start), "questions_a_recording": 24}


def answering(speeds: Speeds) -> Iterator[Bar]:
    """Questions a second of two cores: the bare kernels', and a run's own from programs to answers."""
    bare = case(ENTITIES, WORDS, PER_RECORDING, 0, 0)
    yield at_least(
        "answering, bare kernels, questions a second of two cores",
        bare["questions_per_s_of_two_cores"],
        PER_SECOND,
        0,
        bare,
    )
    recordings = 128 if speeds.quick else 512
    decoder, _, lesson = untrained(recordings, ENTITIES, WORDS)
    features, ids = lesson.entities.features, [str(k) for k in range(recordings)]
    asked, rows = lesson.train.queries, lesson.train.recording
    decoder.read(features, ids).ask_each(asked, rows)
    compiled = measure.Compilations()
    with Clock() as reading:
        read = decoder.read(features, ids)
    with Clock() as asking:
        said = read.ask_each(asked, rows)
    figures = {"reading_s": reading.cpu, "asking_s": asking.cpu, "questions": len(asked), "recordings": recordings}
    rate = len(asked) * asking.rate(1) * reading.rate(1) / (asking.rate(1) + reading.rate(1))
    yield at_least("answering by a run's reading, questions a second of two cores", rate, PER_SECOND, 0, figures)
    yield at_least(
        "answering by a run's reading, share of the bare kernels' rate",
        rate / bare["questions_per_s_of_two_cores"],
        OF_BARE,
        2,
    )
    few = [int(k) for k in np.linspace(0, len(asked) - 1, 40)]
    alone = [read.ask_each([asked[k]], rows[[k]]).probability[0] for k in few]
    apart = int((np.abs(np.array(alone) - said.probability[few]) > 1e-6).sum())
    yield nothing_of("answering, questions that are answered otherwise alone", apart, len(few))
    yield nothing_of("answering, programs compiled when warm", compiled.count, len(asked))
    plain = eager(1 if speeds.quick else 5)
    yield told(
        "answering, one question at a time in plain NumPy, a second of two cores", f"{plain['questions_per_s']:,.0f}"
    )
    worlds = on_worlds(*((40, 20, 512) if speeds.quick else ()))
    yield at_least(
        "answering on worlds, relation questions a CPU second", worlds["relations_per_s"], ON_WORLDS, 0, worlds
    )
    yield at_most("answering, peak memory of the process, MiB", measure.peak_memory_mb(), 3000, 0)
