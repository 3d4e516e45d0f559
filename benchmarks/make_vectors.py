"""Make a small vector set in the layout that `parity.py` reads, with the plain NumPy model as its source.

    python benchmarks/make_vectors.py tests/vectors

The weights are random (seed 0) and held in half precision, which single precision represents exactly; outputs are computed in
double precision. Nothing in it was measured on anybody.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from eager import EagerModel

NOUNS = ("bat", "ball", "dog", "person")
CATEGORIES = {"Action": ["hold", "ride", "eat"], "Position": ["on", "under", "beside", "under"]}
PARCELS = {"left": [0, 3, 4], "middle": [1], "right": [2, 5, 6, 7]}
QUERIES = (
    "exists(Object, lambda x: dog(x))",
    "exists(Object, lambda x: ball(x) and dog(x))",
    "exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))",
    "exists(Object, lambda x: dog(x) and under(x, iota(Object, lambda y: person(y))))",
    "exists(Object, lambda x: beside(x, iota(Object, lambda y: ball(y) and dog(y))))",
    "describe(Action, lambda k: action(k, iota(Object, lambda x: person(x)) and iota(Object, lambda y: bat(y))))",
    "describe(Position, lambda k: position(k, iota(Object, lambda x: dog(x)) and iota(Object, lambda y: ball(y))))",
)


def meta() -> dict:
    """Names and switches, in the released layout; the orders of the two heads differ, as they do there."""
    relations = list(dict.fromkeys(word for words in CATEGORIES.values() for word in words))
    every = {
        "ground_attr_region": True,
        "ground_attr_relation": True,
        "ground_rel_region": True,
        "ground_rel_relation": True,
    }
    guides = ("guide-all", "guide-subject", "guide-object", "guide-off")
    variants = {guide: {**every, "ground_rel_guided_relation": guide} for guide in guides}
    default = variants["guide-all"]
    variants["region-only"] = {**default, "ground_attr_relation": False, "ground_rel_relation": False}
    variants["relation-only"] = {**default, "ground_rel_region": False}
    variants["attr-region-only"] = {**default, "ground_attr_relation": False}
    return {
        "queries": list(QUERIES),
        "variants": variants,
        "attribute_concepts": [f"{word}_Object" for word in (*NOUNS, *relations)],
        "relation_concepts": [f"{word}_Object_Object" for word in (*relations, *NOUNS)],
        "parcels": PARCELS,
        "output_vocab": {word: k for k, word in enumerate(("<PAD>", "<BOS>", *relations))},
        "categories": CATEGORIES,
    }


def weights(rng: np.random.Generator, n_words: int) -> dict[str, np.ndarray]:
    """Random tensors of the released sizes and names."""
    shapes = {
        **{f"network_dict.{name}.weight": (128, len(parcel)) for name, parcel in PARCELS.items()},
        "lenet.0.weight": (32, 5, 4),
        "lenet.3.weight": (32, 32, 4),
        "fc.0.weight": (64, 928),
        "attribute_embedding.linear.weight": (n_words, 64),
        "relation_embedding.linear.weight": (n_words, 64),
        "fc2.weight": (64, 256),
        "position_embedding.weight": (4, 64),
    }
    found = {name: rng.normal(size=shape) / np.sqrt(np.prod(shape[1:])) for name, shape in shapes.items()}
    for name in list(found):
        if name != "position_embedding.weight":
            found[name.replace("weight", "bias")] = 0.1 * rng.normal(size=len(found[name]))
    return {f"scene_graph.{name}": value.astype(np.float16) for name, value in found.items()}


def main() -> None:
    """Write meta.json, weights.npz and vectors.npz."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng, about = np.random.default_rng(0), meta()
    tensors = weights(rng, len(about["attribute_concepts"]))
    inputs = rng.normal(size=(2, 5, 8)).astype(np.float16)
    vectors: dict[str, np.ndarray] = {"input": inputs}
    double = {name: value.astype(np.float64) for name, value in tensors.items()}
    yes_no = [query for query in QUERIES if query.startswith("exists")]
    for name, switches in about["variants"].items():
        logits = np.zeros((len(inputs), len(yes_no)))
        scores = np.full((len(inputs), len(QUERIES) - len(yes_no), len(about["output_vocab"])), -100.0)
        for n, recording in enumerate(inputs.astype(np.float64)):
            model = EagerModel(double, about, switches)
            model.ground(recording)
            logits[n] = [model.answer(text) for text in yes_no]
            for k, text in enumerate(QUERIES[len(yes_no) :]):
                for word, score in model.answer(text).items():
                    scores[n, k, about["output_vocab"][word]] = score
        vectors |= {f"{name}/exists_logit": logits, f"{name}/describe_score": scores}
    (folder / "meta.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(folder / "weights.npz", **tensors)
    np.savez_compressed(folder / "vectors.npz", **vectors)


if __name__ == "__main__":
    main()
