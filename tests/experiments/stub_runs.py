"""A run that takes no time: SIMULATED answers of a chosen skill. Sweeps and reproductions call it as they call the real one."""

import json
import os
import signal

import numpy as np
import pandas as pd
import yaml

from neurona.evaluation import accuracy_table


def answers(config, folder, console):
    """The skill is 0.4 + 4 x shrinkage; a decoder without shrinkage guesses. An image has four questions, true and denied in pairs."""
    if config.seed == int(os.environ.get("STUB_FAILS_AT", "-1")):
        raise RuntimeError("the stub was told to fail")
    if config.seed == int(os.environ.get("STUB_DIES_AT", "-1")):
        os.kill(os.getpid(), signal.SIGKILL)
    print(f"seed {config.seed}")
    skill = 0.4 + 4 * (config.decoder.shrinkage or 0.025)
    predictions = synthetic(skill, config.seed, config.evaluation.n_train or 60)
    metrics = {"accuracy": accuracy_table(predictions), "unit": "image", "groundings": {}}
    predictions.to_parquet(folder / "predictions.parquet")
    if config.evaluation.baselines:
        skills = zip(config.evaluation.baselines, (0.7, 0.6), strict=True)
        peers = [synthetic(skill, config.seed).assign(peer=name, way="apart") for name, skill in skills]
        pd.concat(peers).to_parquet(folder / "peers.parquet")
    (folder / "config.yaml").write_text(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False))
    (folder / "provenance.json").write_text(json.dumps({"dataset": {"name": "stub", "simulated": True}}))
    (folder / "metrics.json").write_text(json.dumps(metrics))


def synthetic(skill, seed, images=60):
    rng = np.random.default_rng([seed, round(1000 * skill)])
    n = 4 * images
    answer = np.tile(["yes", "no"], n // 2)
    right = rng.random(n) < skill
    return pd.DataFrame(
        {
            "question": [f"q{k}" for k in range(n)],
            "recording": [f"i{k // 4}" for k in range(n)],
            "image": [f"i{k // 4}" for k in range(n)],
            "type": np.where(np.arange(n) % 4 < 2, "object", "relation"),
            "program": "exists x. person(x)",
            "answer": answer,
            "predicted": np.where(right, answer, np.where(answer == "yes", "no", "yes")),
            "score": 0.0,
            "chance": np.nan,
            "negative": np.where(answer == "no", "absent", ""),
            "pair": [f"p{k // 2}" for k in range(n)],
            "oracle": 0.9,
            "seed": seed,
        }
    )
