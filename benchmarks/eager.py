"""The reference's way of working, written plainly in NumPy: one recording, one question at a time, every pair in full.

It serves as oracle (its arithmetic is that of the released code, with nothing factored) and as what the benchmarks are
compared with. Weights come by the released code's tensor names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurona.programs import parse
from neurona.programs.tree import And, Atom, Describe, Exists, The

DIAGONAL = -10.0


def conv_pool(signal: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Convolution (width 4), ReLU, max-pool 2: `[channel, length]` -> `[out, half]`."""
    windows = np.lib.stride_tricks.sliding_window_view(signal, 4, axis=1)  # [channel, place, 4]
    full = np.maximum(np.einsum("clk,ock->ol", windows, kernel) + bias[:, None], 0)
    return full[:, : full.shape[1] // 2 * 2].reshape(len(full), -1, 2).max(2)


class EagerModel:
    """The released model, evaluated question by question.

    Args:
        weights: tensors by the released code's names.
        meta: parcels, concept order of both heads, categories (see `reference_weights`).
        switches: ground_attr_relation, ground_rel_region, ground_rel_relation, ground_rel_guided_relation.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], meta: Mapping[str, Any], switches: Mapping[str, Any]):
        self.w = {name.removeprefix("scene_graph."): value for name, value in weights.items()}
        self.meta, self.switches = meta, switches
        guide = switches["ground_rel_guided_relation"]
        self.by_subject, self.by_object = (
            guide in ("guide-all", "guide-subject"),
            guide in ("guide-all", "guide-object"),
        )
        self.unary_row = {name.removesuffix("_Object"): k for k, name in enumerate(meta["attribute_concepts"])}
        self.pair_row = {name.removesuffix("_Object_Object"): k for k, name in enumerate(meta["relation_concepts"])}

    def ground(self, recording: np.ndarray) -> None:
        """Score every word on every entity and every pair of one recording `[time, component]`."""
        w = self.w
        entities = []
        for name, parcel in self.meta["parcels"].items():
            hidden = recording[:, parcel] @ w[f"network_dict.{name}.weight"].T + w[f"network_dict.{name}.bias"]
            signal = conv_pool(hidden, w["lenet.0.weight"], w["lenet.0.bias"])
            signal = conv_pool(signal, w["lenet.3.weight"], w["lenet.3.bias"])
            entities.append(np.maximum(w["fc.0.weight"] @ signal.reshape(-1) + w["fc.0.bias"], 0))
        e = np.stack(entities)
        size = len(e)
        f = np.concatenate([e, w["position_embedding.weight"][:size]], 1)
        both = np.concatenate([np.tile(f[None, :, :], (size, 1, 1)), np.tile(f[:, None, :], (1, size, 1))], 2)
        pair = both @ w["fc2.weight"].T + w["fc2.bias"]  # [i, j]: object j first, subject i second
        self.unary = e @ w["attribute_embedding.linear.weight"].T + w["attribute_embedding.linear.bias"]
        self.pair = pair @ w["relation_embedding.linear.weight"].T + w["relation_embedding.linear.bias"]
        self.pair[np.arange(size), np.arange(size)] = DIAGONAL

    def _column_mean(self, word: str) -> np.ndarray:
        return self.pair[:, :, self.pair_row[word]].mean(0)

    def _concept(self, word: str) -> np.ndarray:
        score = self.unary[:, self.unary_row[word]]
        return score + self._column_mean(word) if self.switches["ground_attr_relation"] else score

    def _body(self, formula: Any) -> np.ndarray:
        """Conjunction of concepts and at most one relation, over entities."""
        parts = formula.parts if isinstance(formula, And) else (formula,)
        plain = [self._concept(part.name) for part in parts if len(part.terms) == 1]
        scores = list(plain)
        for part in parts:
            if isinstance(part, Atom) and len(part.terms) == 2:
                value = self._column_mean(part.name)
                if self.by_subject and plain:
                    value = value + np.min(plain, axis=0)
                if self.by_object:
                    value = value + self._body(part.terms[1].body)
                if self.switches["ground_rel_region"]:
                    value = value + self.unary[:, self.unary_row[part.name]]
                scores.append(value)
        return np.min(scores, axis=0)

    def _describe(self, query: Describe) -> dict[str, float]:
        first, second = (_softmax(self._body(term.body)) for term in query.terms if isinstance(term, The))
        size = len(first)
        subject = first if self.by_subject else np.full(size, 1 / size)
        object_ = second if self.by_object else np.full(size, 1 / size)
        found = {}
        for word in dict.fromkeys(self.meta["categories"][query.category]):
            row = self.pair_row[word]
            value = float(subject @ self.pair[:, :, row] @ object_) if self.switches["ground_rel_relation"] else 0.0
            if self.switches["ground_rel_region"]:
                # Fault 1: with pairs on, the row of the pair head is looked up in the unary head.
                region = self.unary[:, row if self.switches["ground_rel_relation"] else self.unary_row[word]]
                guides = [w for w, on in ((first, self.by_subject), (second, self.by_object)) if on]
                value += float(sum(w @ region for w in guides)) if guides else float(region.mean())
            found[word] = value
        return found

    def answer(self, text: str) -> float | dict[str, float]:
        """Logit of yes, or the score of each word of the category, about the recording that was grounded last."""
        query = parse(text)
        if isinstance(query, Describe):
            return self._describe(query)
        if not isinstance(query, Exists):
            raise ValueError(f"the released code's forms are exists and describe, found {text!r}")
        return float(self._body(query.body).max())


def _softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()
