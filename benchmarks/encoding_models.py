"""How long does the choice of penalties take, and is it himalaya's?

    python benchmarks/encoding_models.py [--quick] [--out FILE] [--iterations 1]

SIMULATED recordings of BOLD5000's size: 4,900 recordings, 2,000 features, 5 x 1024 targets, 5 folds, 20 penalties a band.

1. One band: `fit_banded_ridge` and himalaya's RidgeCV on the same folds and penalties; the share of targets with the same choice and the
   largest difference of weights.
2. Four bands of 500: `fit_banded_ridge` (one pass over the bands, and two), and himalaya's GroupRidgeCV by random search with `--iterations` drawn
   mixtures of bands, 20 penalties each; the cross-validated R^2 that each ends with.

himalaya is not a dependency of Neurona:  pip install himalaya
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax
import numpy as np
from rich.console import Console
from rich.table import Table

from neurona.encoding_models.ridge import RidgeSettings, fit_banded_ridge

PACKAGES = ("neurona", "jax", "numpy", "himalaya")


def problem(rows: int, features: int, targets: int, n_bands: int, seed: int = 0):
    """SIMULATED: bands of like size; the signal of each is half of the one before, the noise six times the signal."""
    rng = np.random.default_rng(seed)
    bands = np.repeat(np.arange(n_bands), features // n_bands)
    design = rng.standard_normal((rows, len(bands)), np.float32)
    weights = rng.standard_normal((len(bands), targets), np.float32) * (0.5 ** bands[:, None]).astype(np.float32)
    signal = design @ weights
    responses = signal + 6**0.5 * signal.std() * rng.standard_normal(signal.shape, np.float32)
    return design - design.mean(0), responses - responses.mean(0), bands


def timed(job: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Wall time, and CPU time of all threads: the latter holds on a busy machine, too."""
    start, used = time.perf_counter(), time.process_time()
    done = job()
    return done, {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - used}


def ours(design, responses, bands, folds, **chosen):
    return timed(
        lambda: fit_banded_ridge(design, responses, bands, folds=folds, settings=RidgeSettings(**chosen), progress=True)
    )


def splits(folds):
    return [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in np.unique(folds)]


def one_band(design, responses, folds) -> list[dict[str, Any]]:
    bands = np.zeros(design.shape[1], np.int64)
    fit, seconds = ours(design, responses, bands, folds, per_target=True)
    rows = [
        {"bands": 1, "solver": "neurona, per target", **seconds, "score": float(fit.score.mean())},
    ]
    try:
        from himalaya.ridge import RidgeCV
    except ImportError:
        return [*rows, {"bands": 1, "solver": "himalaya is not installed: pip install himalaya"}]
    # Our factors are of the mean sum of squares of a feature.
    penalties = fit.penalties[0] * np.geomspace(1e-3, 1e3, 20)
    model = RidgeCV(alphas=penalties, cv=splits(folds), fit_intercept=True, Y_in_cpu=False)
    _, seconds = timed(lambda: model.fit(design, responses))
    same = np.isclose(model.best_alphas_, fit.factor * fit.penalties[0], rtol=1e-3)
    difference = np.abs(model.coef_ - fit.weights)[:, same].max() / np.abs(model.coef_).max() if same.any() else None
    rows.append(
        {
            "bands": 1,
            "solver": "himalaya RidgeCV",
            **seconds,
            "same penalty": float(same.mean()),
            "largest difference of weights (relative to the largest weight)": float(difference)
            if difference is not None
            else None,
        }
    )
    return rows


def many_bands(design, responses, bands, folds, iterations: int) -> list[dict[str, Any]]:
    rows = []
    for passes in (1, 2):
        fit, seconds = ours(design, responses, bands, folds, passes=passes)
        rows.append(
            {
                "bands": 4,
                "solver": f"neurona, {passes} pass(es)",
                **seconds,
                "score": float(fit.score.mean()),
                "penalties": fit.penalties.tolist(),
            }
        )
    if iterations == 0:
        return rows
    try:
        from himalaya.ridge import GroupRidgeCV
        from himalaya.scoring import r2_score
    except ImportError:
        return rows
    unit = float(np.square(design).sum(0).mean())
    model = GroupRidgeCV(
        groups=bands,
        cv=splits(folds),
        random_state=0,
        solver_params={
            "n_iter": iterations,
            "alphas": unit * np.geomspace(1e-3, 1e3, 20),
            "progress_bar": False,
            "local_alpha": False,
            "score_func": r2_score,
        },
    )
    _, seconds = timed(lambda: model.fit(design, responses))
    score = float(np.max(np.asarray(model.cv_scores_).mean(1)))
    rows.append({"bands": 4, "solver": f"himalaya GroupRidgeCV, {iterations} drawn", **seconds, "score": score})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--iterations", type=int, default=1, help="mixtures of bands that himalaya draws; 0: none")
    parser.add_argument("--only", choices=("one", "many"), help="one part")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args()
    scale = 10 if given.quick else 1
    sizes = {"recordings": 4900 // scale, "features": 2000 // scale, "targets": 5 * 1024 // scale}
    folds = np.random.default_rng(1).permutation(np.arange(sizes["recordings"]) % 5)
    design, responses, bands = problem(sizes["recordings"], sizes["features"], sizes["targets"], 4)
    rows: list[dict[str, Any]] = []
    if given.only != "many":
        rows += one_band(design, responses, folds)
    if given.only != "one":
        rows += many_bands(design, responses, bands, folds, given.iterations)
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    record = {
        "data": "SIMULATED",
        **sizes,
        "folds": 5,
        "penalties a band": 20,
        "device": f"{jax.default_backend()}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}",
        "versions": versions,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rows": rows,
    }
    table = Table(title=f"Banded ridge, SIMULATED: {sizes}, 5 folds, 20 penalties a band")
    for column in ("bands", "solver", "seconds", "CPU seconds", "mean R^2", "same penalty", "weights differ by"):
        table.add_column(column)
    for row in rows:
        cells = [row.get("seconds"), row.get("cpu_seconds"), row.get("score"), row.get("same penalty")]
        cells.append(row.get("largest difference of weights (relative to the largest weight)"))
        table.add_row(str(row["bands"]), row["solver"], *("" if cell is None else f"{cell:.4g}" for cell in cells))
    Console().print(table)
    if given.out:
        given.out.write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
