"""The table of encoders that the docs show: `python -c "from neurona.encoders.table import encoder_table; print(encoder_table())"`."""

from __future__ import annotations

import jax
import numpy as np
from flax import nnx

from neurona.encoders.encoder import ENCODERS
from neurona.encoders.signal import Members, Signal

CHANNELS, TIMES, SAMPLING_HZ, EMBEDDING = 22, 1000, 250.0, 64


def counted_on() -> Signal:
    """The signal that parameters are counted on: 22 electrodes, 4 s at 250 Hz, the whole head one entity."""
    angle = 2 * np.pi * np.arange(CHANNELS) / CHANNELS
    places = 0.09 * np.stack([np.cos(angle), np.sin(angle), np.zeros(CHANNELS)], axis=1)
    return Signal(
        tuple(f"electrode {k + 1}" for k in range(CHANNELS)),
        TIMES,
        ("head",),
        (Members(tuple(range(CHANNELS)), 0, TIMES),),
        tuple((float(x), float(y), float(z)) for x, y, z in places),
        SAMPLING_HZ,
        "eeg",
    )


def encoder_table() -> str:
    """One row an encoder, in Markdown."""
    rows = [["encoder", "parameters", "entities", "cost grows with", "what for", "source"], ["---"] * 6]
    for kind, settings in ENCODERS.items():
        paper = settings.paper
        encoder = nnx.eval_shape(lambda s=settings: s().build(counted_on(), EMBEDDING, rngs=nnx.Rngs(0)))
        count = sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(nnx.state(encoder, nnx.Param)))
        rows.append([f"`{kind}`", f"{count:,}", paper.entities, paper.cost, paper.use, paper.source])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
