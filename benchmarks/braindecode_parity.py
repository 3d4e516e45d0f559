"""Our networks for M/EEG beside braindecode's, with the same weights: parameter counts, and outputs in evaluation mode.

    python benchmarks/braindecode_parity.py            prints the largest difference of each network     (needs torch and braindecode)
    python benchmarks/braindecode_parity.py --write    and records braindecode's numbers for tests/encoders/test_braindecode.py

Weights and recordings are drawn from seed 0 by NumPy, in the order of the weights' names, so that what is recorded are counts and outputs alone.
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

from neurona.encoders import ENCODERS, Encoder, Members, Signal
from neurona.training.weights import weights_of, with_weights

RECORDED = Path(__file__).parents[1] / "tests" / "vectors" / "braindecode.json"
CHANNELS, TIMES, OUTPUTS, N = 4, 600, 3, 2
OURS: dict[str, dict[str, Any]] = {
    "eegnet": {"kernel": 64, "dropout": 0.25},
    "shallow_fbcsp": {},
    "deep4": {},
    "eegconformer": {"layers": 2},
}
"""Settings in which a network is compared; all others are its defaults."""
THEIRS = {
    "eegnet": ("EEGNet", {"final_layer_with_constraint": True}),
    "shallow_fbcsp": ("ShallowFBCSPNet", {}),
    "deep4": ("Deep4Net", {}),
    "eegconformer": ("EEGConformer", {"num_layers": 2}),
}


def head(channels: int, times: int) -> Signal:
    """All channels one entity."""
    names = tuple(f"c{k}" for k in range(channels))
    return Signal(names, times, ("head",), (Members(tuple(range(channels)), 0, times),))


def drawn(kind: str) -> tuple[Encoder, np.ndarray]:
    """The network with its weights, and recordings `[N, channel, time]`."""
    encoder = ENCODERS[kind](**OURS[kind]).build(head(CHANNELS, TIMES), OUTPUTS, rngs=nnx.Rngs(0))
    rng, weights = np.random.default_rng(0), {}
    for name, value in sorted(weights_of(encoder).items()):
        inputs = int(np.prod(value.shape[-2:] if value.ndim > 2 else value.shape[-1:] if value.ndim > 1 else [4]))
        values = rng.normal(size=value.shape) / np.sqrt(inputs)
        if name.endswith(("variance", "scale")):
            values = 1 + 0.5 * np.tanh(values)
        weights[name] = values.astype(np.float32)
    recordings = rng.normal(size=(N, CHANNELS, TIMES)).astype(np.float32)
    return with_weights(encoder, weights), recordings


def outputs(kind: str) -> np.ndarray:
    """Ours, `[N, output]`."""
    encoder, recordings = drawn(kind)
    return np.asarray(nnx.jit(lambda model, values: model(values))(encoder, jnp.asarray(recordings)))[:, 0]


def parameters(kind: str) -> int:
    """Ours."""
    encoder, _ = drawn(kind)
    return sum(leaf.size for leaf in jax.tree.leaves(nnx.state(encoder, nnx.Param)))


def their_network(kind: str, channels: int = CHANNELS, times: int = TIMES, **changed: Any) -> Any:
    """Braindecode's."""
    from braindecode import models

    name, settings = THEIRS[kind]
    sizes = {"n_chans": channels, "n_outputs": OUTPUTS, "n_times": times}
    return getattr(models, name)(**sizes | settings | changed)


def theirs(kind: str) -> tuple[int, np.ndarray]:
    """Parameters, and outputs with our weights, of braindecode's network."""
    import torch

    encoder, recordings = drawn(kind)
    network = their_network(kind)
    state = {
        name: torch.tensor(np.asarray(value).reshape(network.state_dict()[name].shape))
        for name, value in _their_names(kind, weights_of(encoder)).items()
    }
    missing = set(network.state_dict()) - set(state)
    assert all(name.endswith("num_batches_tracked") for name in missing), missing
    network.load_state_dict(state, strict=False)
    network.eval()
    with torch.no_grad():
        found = network(torch.tensor(recordings)).numpy()
    return sum(part.numel() for part in network.parameters()), found


def _their_names(kind: str, ours: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Our weights by the names of theirs; shapes differ by axes of length one alone."""
    names: dict[str, str] = {}

    def norm(mine: str, other: str) -> None:
        for a, b in (("scale", "weight"), ("bias", "bias"), ("mean", "running_mean"), ("variance", "running_var")):
            names[f"{other}.{b}"] = f"{mine}.{a}"

    def layer(mine: str, other: str, weight: str = "weight") -> None:
        names[f"{other}.weight"], names[f"{other}.bias"] = f"{mine}.{weight}", f"{mine}.bias"

    if kind == "eegnet":
        names |= {
            "conv_temporal.weight": "temporal",
            "conv_spatial.parametrizations.weight.original": "spatial",
            "conv_separable_depth.weight": "depth",
            "conv_separable_point.weight": "point",
            "final_layer.linearconstraint.parametrizations.weight.original": "output.weight",
            "final_layer.linearconstraint.bias": "output.bias",
        }
        for mine, other in (
            ("temporal_norm", "bnorm_temporal"),
            ("spatial_norm", "bnorm_1"),
            ("point_norm", "bnorm_2"),
        ):
            norm(mine, other)
    elif kind == "eegconformer":
        names |= {
            "patch_embedding.shallownet.0.weight": "filters.time",
            "patch_embedding.shallownet.0.bias": "filters.time_bias",
            "patch_embedding.shallownet.1.weight": "filters.space",
            "patch_embedding.shallownet.1.bias": "filters.space_bias",
        }
        norm("norm", "patch_embedding.shallownet.2")
        layer("project", "patch_embedding.projection.0")
        for k in range(OURS[kind]["layers"]):
            layer(f"layers.{k}.before", f"transformer.{k}.0.fn.0", "scale")
            layer(f"layers.{k}.between", f"transformer.{k}.1.fn.0", "scale")
            for mine, other in (
                ("keys", "keys"),
                ("queries", "queries"),
                ("values", "values"),
                ("joined", "projection"),
            ):
                layer(f"layers.{k}.{mine}", f"transformer.{k}.0.fn.1.{other}")
            layer(f"layers.{k}.up", f"transformer.{k}.1.fn.1.0")
            layer(f"layers.{k}.down", f"transformer.{k}.1.fn.1.3")
        layer("head.0", "fc.fc.0")
        layer("head.1", "fc.fc.3")
        layer("output", "final_layer")
    else:
        names |= {
            "conv_time_spat.conv_time.weight": "filters.time",
            "conv_time_spat.conv_time.bias": "filters.time_bias",
            "conv_time_spat.conv_spat.weight": "filters.space",
        }
        norm("norm", "bnorm")
        for k in range(3 if kind == "deep4" else 0):
            names[f"conv_{k + 2}.weight"] = f"kernels.{k}"
            norm(f"norms.{k}", f"bnorm_{k + 2}")
        layer("output", "final_layer.conv_classifier")
    return {other: ours[mine] for other, mine in names.items()}


def main() -> int:
    """Compare all, write where asked, return the exit code."""
    found, bad = {}, 0
    for kind in OURS:
        count, expected = theirs(kind)
        error = float(np.abs(outputs(kind) - expected).max())
        fine = count == parameters(kind) and error <= 1e-4
        bad += not fine
        print(
            f"{kind}: {parameters(kind):,} parameters ({count:,} theirs), outputs differ by {error:.1e} {'' if fine else 'TOO MUCH'}"
        )
        found[kind] = {"parameters": count, "outputs": expected.astype(float).round(6).tolist()}
    if "--write" in sys.argv and not bad:
        RECORDED.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
