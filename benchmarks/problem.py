"""A decoding problem of any size, for the benchmarks: SIMULATED recordings, a vocabulary, mixed questions, a decoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flax import nnx

from neurona.decoders.entity_network import EntityNetwork
from neurona.encoders import Members, ParcelConvolution, Signal
from neurona.encoders.parcel_convolution import CHANNELS, HIDDEN
from neurona.encoders.pooled_convolution import WIDTH, pooled_length
from neurona.execution import Hypothesis, get_hypothesis, get_logic
from neurona.grounding import PairGrounding
from neurona.programs import Query, Vocabulary, parse

N_TIMES, N_COMPONENTS, N_RELATIONS, EMBEDDING = 5, 1024, 28, 64

TEMPLATES = (
    "exists x. {a}(x)",
    "exists x. {a}(x) & {b}(x)",
    "exists x. {a}(x) & {r}(x, the y. {b}(y))",
    "describe Action(the x. {a}(x), the y. {b}(y))",
    "describe Position(the x. {a}(x), the y. {b}(y))",
)
"""The reference's forms."""

MORE_TEMPLATES = (
    "~(exists x. {a}(x))",
    "forall x. {a}(x) -> {b}(x)",
    "((count x. {a}(x)) > (count y. {b}(y)))",
    "exists x. {a}(x) & {b}(x) & {c}(x)",
    "exists x. {a}(x) | ({b}(x) & ~{c}(x))",
    "exists x. {a}(x) & {r}(x, the y. {b}(y) & {c}(y))",
    "(exists x. {a}(x)) & (exists y. {b}(y))",
)


def vocabulary(n_words: int) -> Vocabulary:
    """`n_words` words, of which 28 relations (15 of Action, 13 of Position)."""
    relations = tuple(f"relation{k}" for k in range(N_RELATIONS))
    concepts = tuple(f"noun{k}" for k in range(n_words - N_RELATIONS))
    return Vocabulary(concepts, relations, {"Action": relations[:15], "Position": relations[15:]})


def questions(words: Vocabulary, templates: tuple[str, ...], count: int, rng: np.random.Generator) -> list[Query]:
    """Random questions of the templates, in equal parts."""
    parsed: dict[str, Query] = {}
    asked = []
    for k in range(count):
        a, b, c = rng.choice(words.concepts, 3)
        text = templates[k % len(templates)].format(a=a, b=b, c=c, r=rng.choice(words.relations))
        if text not in parsed:
            parsed[text] = parse(text)
        asked.append(parsed[text])
    return asked


def decoder(
    n_entities: int,
    words: Vocabulary,
    *,
    logic: str = "reference",
    hypothesis: Hypothesis | None = None,
    rank: int = 0,
    seed: int = 0,
) -> EntityNetwork:
    """The reference's model at these sizes; components are shared out evenly among the entities."""
    rngs = nnx.Rngs(seed)
    parcels = [part.tolist() for part in np.array_split(np.arange(N_COMPONENTS), n_entities)]
    encoder = ParcelConvolution(signal_of(parcels, N_TIMES), rngs=rngs)
    grounding = PairGrounding(n_entities, len(words.concepts), len(words.relations), rank=rank, rngs=rngs)
    return EntityNetwork(encoder, grounding, get_logic(logic), hypothesis or get_hypothesis("H5"))


def signal_of(parcels: Sequence[Sequence[int]], n_times: int) -> Signal:
    """The signal of parcels of channels, of which there are as many as the parcels name."""
    names = tuple(f"parcel{k}" for k in range(len(parcels)))
    channels = tuple(f"c{k}" for k in range(1 + max(max(parcel) for parcel in parcels)))
    return Signal(channels, n_times, names, tuple(Members(tuple(parcel), 0, n_times) for parcel in parcels))


def encoder_operations(n_entities: int) -> int:
    """Floating-point operations of the encoder's products on one recording, forward; a step of training has three times as many."""
    first, second = pooled_length(HIDDEN), pooled_length(pooled_length(HIDDEN))
    of_entity = 2 * first * N_TIMES * WIDTH * CHANNELS + 2 * second * CHANNELS * WIDTH * CHANNELS
    of_entity += second * CHANNELS * EMBEDDING
    return 2 * (n_entities * of_entity + N_COMPONENTS * HIDDEN * N_TIMES)


def recordings(count: int, rng: np.random.Generator) -> np.ndarray:
    """SIMULATED: white noise `[count, 1024, 5]`."""
    return rng.standard_normal((count, N_COMPONENTS, N_TIMES), np.float32)
