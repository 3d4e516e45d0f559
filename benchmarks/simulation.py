"""How long a study takes to simulate, and how well the oracle answers its questions, by SNR. All SIMULATED.

    python benchmarks/simulation.py [--out simulation.json] [--subjects 4] [--images 1000] [--snr 0.003 0.01 0.1]

Prints seconds and peak memory, the oracle's table at each SNR, and the SNR at which its expected accuracy on all yes/no
questions is 0.85. Correctness beside speed: expected and realised accuracy must agree within 0.02 (exit 1 if not).
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from neurona.simulation import Simulation, SimulationSettings, accuracy_by_kind, simulate

TARGET = 0.85


def snr_for(simulation: Simulation, target: float) -> float:
    """d^2 is proportional to the SNR, so one simulation tells the expected accuracy at every other."""
    asked, seen = simulation.dataset().questions, simulation.oracle()
    expected = seen["expected"][asked["answer"].isin(("yes", "no")).to_numpy()].to_numpy()
    d = 2 * ndtri(np.minimum(expected, 1 - 1e-12))

    def above(log_snr: float) -> float:
        return float(np.mean(ndtr(d * np.sqrt(np.exp(log_snr) / simulation.settings.snr) / 2))) - target

    return float(np.exp(brentq(above, np.log(1e-6), np.log(10.0))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--subjects", type=int, default=4)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--snr", type=float, nargs="+", default=[0.003, 0.01, 0.1])
    chosen = parser.parse_args()
    found: dict[str, object] = {"simulated": True, "python": platform.python_version(), "machine": platform.machine()}
    found["versions"] = {name: version(name) for name in ("numpy", "scipy", "neurona")}
    tables, agree = {}, True
    for snr in chosen.snr:
        start = time.perf_counter()
        simulation = simulate(SimulationSettings(subjects=chosen.subjects, images=chosen.images, snr=snr))
        made = time.perf_counter()
        table = accuracy_by_kind(simulation)
        done = time.perf_counter()
        overall = table[table["negative"] == "all"]
        agree &= bool((overall["expected"] - overall["realised"]).abs().max() < 0.02)
        tables[snr] = table
        found[f"snr {snr:g}"] = {
            "simulate_s": made - start,
            "oracle_s": done - made,
            "table": table.to_dict("records"),
        }
        print(f"SIMULATED, SNR {snr:g}: {made - start:.1f} s to simulate, {done - made:.1f} s for the oracle")
    columns = [
        table.set_index(["type", "negative"])["expected"].rename(f"SNR {snr:g}") for snr, table in tables.items()
    ]
    counts = next(iter(tables.values())).set_index(["type", "negative"])[["questions", "chance"]]
    print("SIMULATED: expected accuracy of the oracle\n", pd.concat([counts, *columns], axis=1).round(3).to_string())
    found["snr_for_yes_no_0.85"] = snr_for(simulation, TARGET)
    found["peak_memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    found["expected_agrees_with_realised"] = agree
    print(f"yes/no at {TARGET}: SNR {found['snr_for_yes_no_0.85']:.4g}; peak memory {found['peak_memory_gb']:.2f} GB")
    if chosen.out:
        chosen.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
