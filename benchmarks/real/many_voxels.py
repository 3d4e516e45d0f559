"""One fit and one reading with as many voxels as are asked for; prints peak memory and what was learned.

    python benchmarks/real/many_voxels.py VOXELS POOLING

SIMULATED: voxels of 2 mm on a grid. In half of the recordings those within 8 mm of one place, the same in all, are shifted by .5 deviations. Answers
say whether; nothing says where.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from neurona.decoders import Context, fit
from neurona.decoders.neurona_settings import NeuronaSettings
from neurona.encoders.instances import InstancesSettings
from neurona.programs import Vocabulary
from neurona.questions import Asked, Problem
from neurona.recordings.entities import Entities
from neurona.recordings.entities.entities import Measured
from neurona.training import TrainingSettings

TRAIN, VALIDATION, TEST = 64, 32, 32
SHIFT, RADIUS_MM = 0.5, 8.0
EPOCHS = 5
WORDS = Vocabulary(("planted",), (), {})
QUERY = "exists x. planted(x)"


def main() -> None:
    """Fit, read, print one line of JSON."""
    voxels, pooling = int(sys.argv[1]), sys.argv[2]
    rng = np.random.default_rng(0)
    side = int(np.ceil(voxels ** (1 / 3)))
    grid = np.stack(np.meshgrid(*3 * [np.arange(side)], indexing="ij"), -1).reshape(-1, 3)[:voxels]
    positions = 2.0 * grid
    carries = np.linalg.norm(positions - positions[voxels // 2 + side // 2], axis=1) <= RADIUS_MM
    n = TRAIN + VALIDATION + TEST
    there = rng.integers(0, 2, n)
    features = rng.standard_normal((n, voxels), np.float32)
    features += np.float32(SHIFT) * there[:, None] * carries
    ids = [f"r{k}" for k in range(n)]
    rows = {"question": ids, "recording": ids, "program": QUERY, "type": "object"}
    asked = Asked.of(pd.DataFrame(rows | {"answer": np.where(there, "yes", "no")}), WORDS, ids)
    names = tuple(f"{i}-{j}-{k}" for i, j, k in grid)
    measured = Measured(names, positions, 1.0, "fmri")
    entities = Entities(features, np.arange(voxels, dtype=np.int32), names, "voxel", positions, measured=measured)
    train, validation = asked.recording < TRAIN, (asked.recording >= TRAIN) & (asked.recording < TRAIN + VALIDATION)
    given = Problem(entities, WORDS, asked.take(train), asked.take(validation), simulated=True)
    settings = NeuronaSettings(
        encoder=InstancesSettings(), embedding=16, logic="goedel", pooling=pooling, ground_concept_relation=False
    )
    start = time.perf_counter()
    decoder = fit(given, settings, Context(TrainingSettings(epochs=EPOCHS, recordings_per_step=8, learning_rate=1e-2)))
    seconds = time.perf_counter() - start
    reading = decoder.read(features[-TEST:], ids[-TEST:])
    scores = np.asarray(reading.members[0].unary)[there[-TEST:] == 1, 0].mean(0)
    told = {
        "voxels": voxels,
        "carriers": int(carries.sum()),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "seconds": seconds,
        "answers": float(roc_auc_score(there[-TEST:], reading.ask(QUERY).probability)),
        "place": float(roc_auc_score(carries, scores)),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
