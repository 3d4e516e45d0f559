"""Does our executor give the numbers of NEURONA's released code?

    python benchmarks/parity.py DIR

DIR holds meta.json, weights.npz, vectors.npz and, if the gradients are to be checked, gradients.npz. Errors are relative to the
largest magnitude in each vector. Exit code 1 above 1e-5 (1e-4 for gradients).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from reference_weights import reference_decoder, reference_vocabulary, repeated_gradients
from rich.console import Console
from rich.table import Table

from neurona.execution import Answers, ProgramBatch, compile_programs
from neurona.programs import parse
from neurona.programs.tree import Describe
from neurona.training import answer_losses

LIMIT, GRADIENT_LIMIT = 1e-5, 1e-4


def _answers(decoder: nnx.Module, inputs: jax.Array, batch: ProgramBatch) -> Answers:
    graph, state = nnx.split(decoder)
    return jax.jit(lambda state, inputs, batch: nnx.merge(graph, state)(inputs, batch))(state, inputs, batch)


def relative_error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, relative to the largest magnitude of the expected values."""
    return float(np.abs(np.asarray(ours) - theirs).max() / max(float(np.abs(theirs).max()), 1e-12))


def read(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """meta, weights and vectors of a folder."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    weights, vectors = (
        {k: np.asarray(v, np.float32) for k, v in np.load(folder / f"{name}.npz").items()}
        for name in ("weights", "vectors")
    )
    return meta, weights, vectors


def answer_errors(
    meta: dict[str, Any], weights: dict[str, np.ndarray], vectors: dict[str, np.ndarray]
) -> dict[str, float]:
    """Setting and kind of question -> relative error, over all recordings."""
    vocabulary = reference_vocabulary(meta)
    inputs = _inputs(vectors)
    queries = [parse(text, vocabulary) for text in meta["queries"]]
    size, n = len(queries), len(inputs)
    batch = compile_programs(queries * n, vocabulary, np.repeat(np.arange(n), size).tolist())
    first_describe = sum(not isinstance(query, Describe) for query in queries)
    errors = {}
    for name, switches in meta["variants"].items():
        answers = _answers(reference_decoder(weights, meta, switches, inputs.shape[2]), inputs, batch)
        yes_no = np.asarray(answers.yes_no)[: n * size].reshape(n, size)[:, :first_describe]
        words = np.asarray(answers.describe)[: n * size].reshape(n, size, -1)[:, first_describe:]
        errors[f"{name}/exists"] = relative_error(yes_no, vectors[f"{name}/exists_logit"])
        expected = vectors[f"{name}/describe_score"]
        differences = []
        for k, query in enumerate(queries[first_describe:]):
            members = vocabulary.categories[query.category]
            columns = [meta["output_vocab"][word] for word in members]
            differences.append(relative_error(words[:, k, : len(members)], expected[:, k][:, columns]))
        errors[f"{name}/describe"] = max(differences)
    return errors


def gradient_errors(
    meta: dict[str, Any],
    weights: dict[str, np.ndarray],
    vectors: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
) -> dict[str, float]:
    """Tensor -> relative error of the gradient of the mean loss of meta's loss_batch, default setting; and the loss."""
    vocabulary = reference_vocabulary(meta)
    asked = [parse(text, vocabulary) for text in meta["loss_batch"]["queries"]]
    batch = compile_programs(asked, vocabulary, range(len(asked)))
    target, is_describe = np.zeros(batch.n_questions, np.int32), np.zeros(batch.n_questions, bool)
    for k, (query, answer) in enumerate(zip(asked, meta["loss_batch"]["answers"], strict=True)):
        is_describe[k] = isinstance(query, Describe)
        target[k] = vocabulary.categories[query.category].index(answer) if is_describe[k] else answer == "yes"
    default, inputs = next(iter(meta["variants"].values())), _inputs(vectors)
    decoder = reference_decoder(weights, meta, default, inputs.shape[2])

    def loss(model: nnx.Module) -> jax.Array:
        answers = model(inputs, batch)
        answers = answers._replace(describe=repeated_gradients(answers.describe, asked, meta))
        losses = answer_losses(answers, jnp.asarray(target), jnp.asarray(is_describe))
        return losses[: len(asked)].mean()

    value, found = nnx.jit(nnx.value_and_grad(loss))(decoder)
    # A decoder filled with the expected gradients puts them in our layout.
    errors = {"loss": abs(float(value) - meta["loss_batch"]["loss"]) / meta["loss_batch"]["loss"]}
    layout = {name: gradients.get(name, np.zeros_like(value)) for name, value in weights.items()}
    expected = reference_decoder(layout, meta, default, inputs.shape[2])
    theirs = dict(nnx.to_flat_state(nnx.state(expected, nnx.Param)))
    for path, ours in nnx.to_flat_state(found):
        errors["gradient of " + ".".join(map(str, path))] = relative_error(ours[...], np.asarray(theirs[path][...]))
    return errors


def _inputs(vectors: dict[str, np.ndarray]) -> jax.Array:
    """Recordings `[N, component, time]`; the released code has times before components."""
    return jnp.asarray(vectors["input"]).swapaxes(1, 2)


def main() -> int:
    """Check a folder, print the table, return the exit code."""
    folder = Path(sys.argv[1])
    meta, weights, vectors = read(folder)
    rows = {name: (error, LIMIT) for name, error in answer_errors(meta, weights, vectors).items()}
    if (folder / "gradients.npz").is_file():
        gradients = dict(np.load(folder / "gradients.npz"))
        found = gradient_errors(meta, weights, vectors, gradients)
        rows |= {name: (error, GRADIENT_LIMIT) for name, error in found.items()}
    table = Table(
        "setting", "largest relative error", "limit", title="Parity with the released code", title_justify="left"
    )
    for name, (error, limit) in rows.items():
        table.add_row(name, f"{error:.1e}" + ("" if error <= limit else "  too large"), f"{limit:.0e}")
    Console().print(table)
    values = sum(vectors[key].size for key in vectors if "/" in key)
    bad = [name for name, (error, limit) in rows.items() if not error <= limit]
    print(
        f"{values} values in {sum('/' in key for key in vectors)} vectors checked, {len(bad)} settings beyond their limit"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
