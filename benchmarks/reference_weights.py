"""Weights of NEURONA's released code, by its own tensor names, in our decoder.

Needed is a `meta.json` with parcels, the concept order of both heads (`attribute_concepts`, `relation_concepts`) and categories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float
from problem import signal_of

from neurona.decoders.entity_network import EntityNetwork
from neurona.encoders import ParcelConvolution
from neurona.errors import DataError
from neurona.execution import Hypothesis, get_logic
from neurona.grounding import PairGrounding
from neurona.programs import Query, Vocabulary
from neurona.programs.tree import Describe


def reference_vocabulary(meta: Mapping[str, Any]) -> Vocabulary:
    """Words of categories are relations, all others concepts."""
    categories = {name: tuple(dict.fromkeys(words)) for name, words in meta["categories"].items()}
    relations = tuple(dict.fromkeys(word for words in categories.values() for word in words))
    words = [name.removesuffix("_Object") for name in meta["attribute_concepts"]]
    return Vocabulary(tuple(word for word in words if word not in relations), relations, categories)


def reference_hypothesis(switches: Mapping[str, Any]) -> Hypothesis:
    """The released code's switches ground_rel_* as a hypothesis."""
    guide = switches["ground_rel_guided_relation"]
    return Hypothesis(
        subject=guide in ("guide-all", "guide-subject"),
        object=guide in ("guide-all", "guide-object"),
        region=bool(switches["ground_rel_region"]),
        pairs=bool(switches["ground_rel_relation"]),
    )


def repeated_gradients(
    describe: Float[Array, "question word"], queries: Sequence[Query], meta: Mapping[str, Any]
) -> Float[Array, "question word"]:
    """The same scores, with the gradient of a word that its category lists n times n-fold, as in the released code.

    Its Position category lists "under" twice (fault 4): the scores are written to one place, the gradient reaches both.
    """
    times = np.ones(describe.shape, np.float32)
    for k, query in enumerate(queries):
        if isinstance(query, Describe):
            listed = list(meta["categories"][query.category])
            counts = [listed.count(word) for word in dict.fromkeys(listed)]
            times[k, : len(counts)] = counts
    finite = jnp.where(jnp.isfinite(describe), describe, 0.0)
    return describe + (times - 1) * (finite - jax.lax.stop_gradient(finite))


def reference_decoder(
    weights: Mapping[str, np.ndarray], meta: Mapping[str, Any], switches: Mapping[str, Any], n_times: int = 5
) -> EntityNetwork:
    """The released model with these weights, its fault 1 included.

    Raises:
        DataError: a tensor is missing or has another shape.
    """
    vocabulary = reference_vocabulary(meta)
    words = [*vocabulary.concepts, *vocabulary.relations]
    unary = {name.removesuffix("_Object"): k for k, name in enumerate(meta["attribute_concepts"])}
    pair = {name.removesuffix("_Object_Object"): k for k, name in enumerate(meta["relation_concepts"])}
    # Fault 1: describe reads the unary head at the word's row in the pair head, whose order is another.
    at_row = {row: words.index(word) for word, row in unary.items()}
    described = [at_row[pair[relation]] for relation in vocabulary.relations]
    parcels = list(meta["parcels"].values())
    rngs = nnx.Rngs(0)
    encoder = ParcelConvolution(signal_of(parcels, n_times), rngs=rngs)
    grounding = PairGrounding(
        len(parcels),
        len(vocabulary.concepts),
        len(vocabulary.relations),
        relation_in_concepts=bool(switches["ground_attr_relation"]),
        described_rows=tuple(described),
        rngs=rngs,
    )
    graph = {name.removeprefix("scene_graph."): value for name, value in weights.items()}
    _fill_maps(encoder, graph, list(meta["parcels"]))
    for k, name in enumerate(("lenet.0", "lenet.3")):
        _fill(encoder.kernels[k], graph, f"{name}.weight")
        _fill(encoder.kernel_biases[k], graph, f"{name}.bias")
    _fill(encoder.last_weight, graph, "fc.0.weight")
    _fill(encoder.last_bias, graph, "fc.0.bias")
    of_unary, of_pair = [unary[word] for word in words], [pair[word] for word in words]
    half = 2 * grounding.object_map.shape[0]
    _fill(grounding.unary_weight, graph, "attribute_embedding.linear.weight", lambda w: w[of_unary])
    _fill(grounding.unary_bias, graph, "attribute_embedding.linear.bias", lambda w: w[of_unary])
    _fill(grounding.position, graph, "position_embedding.weight", lambda w: w[: len(parcels)])
    _fill(grounding.object_map, graph, "fc2.weight", lambda w: w[:, :half])
    _fill(grounding.subject_map, graph, "fc2.weight", lambda w: w[:, half:])
    _fill(grounding.pair_bias, graph, "fc2.bias")
    _fill(grounding.relation_weight, graph, "relation_embedding.linear.weight", lambda w: w[of_pair])
    _fill(grounding.relation_bias, graph, "relation_embedding.linear.bias", lambda w: w[of_pair])
    return EntityNetwork(encoder, grounding, get_logic("reference"), reference_hypothesis(switches))


def _fill_maps(encoder: ParcelConvolution, weights: Mapping[str, np.ndarray], names: Sequence[str]) -> None:
    """The linear map of each parcel, padded with zeros to the largest."""
    filled = np.zeros(encoder.map.weight.shape, np.float32)
    for row, name, parcel in zip(filled, names, encoder.map.parts, strict=True):
        row[:, : len(parcel)] = _tensor(weights, f"network_dict.{name}.weight", (len(row), len(parcel)))
    encoder.map.weight[...] = jnp.asarray(filled)
    biases = [_tensor(weights, f"network_dict.{name}.bias", encoder.map.bias.shape[1:]) for name in names]
    encoder.map.bias[...] = jnp.asarray(np.stack(biases))


def _fill(parameter: nnx.Param, weights: Mapping[str, np.ndarray], name: str, arrange=lambda w: w) -> None:
    if name not in weights:
        raise DataError(f"reference weights: no tensor {name!r}")
    arranged = {name: arrange(weights[name])}
    parameter[...] = jnp.asarray(_tensor(arranged, name, parameter.shape))


def _tensor(weights: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...]) -> np.ndarray:
    if name not in weights:
        raise DataError(f"reference weights: no tensor {name!r}")
    if weights[name].shape != shape:
        raise DataError(f"reference weights: {name!r} gives shape {weights[name].shape}, expected {shape}")
    return weights[name]
