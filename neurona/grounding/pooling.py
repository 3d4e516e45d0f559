"""Multiple-instance learning: what the scores of a word on many entities say of it altogether, and where it is.

An answer tells of a recording that a word is in it, and of no entity that it is there. A pooling turns scores s_i of a word on entities into
one score S of the recording and logits l_i of the place:

| pooling | S | l | |
|---|---|---|---|
| `max` | max_i s_i | s | what `exists` means in Goedel's logic |
| `mean` | 1/P sum_i s_i | s | every entity counts alike |
| `logsumexp` | log 1/P sum_i exp s_i | s | the log likelihood ratio of one carrier among P, if s_i is that of entity i |
| `attention` | sum_i a_i s_i, a = softmax(l) | w'(tanh(V h) * sigmoid(U h)) | gated attention: M. Ilse, J. Tomczak, M. Welling (2018), ICML, eq. 9, one w a word |

Programs are executed on scores of entities and know no bags, so both are told by such scores:

    s~_i = S + l_i - max_k l_k,       max_i s~_i = S,       softmax(s~) = softmax(l)

Where `exists` is the maximum, `exists x. c(x)` is the pooled score and `the x. c(x)` the attention: the attention is the grounding. Ilse's bag
score is w_c . sum_i a_i h_i + b_c = sum_i a_i (w_c . h_i + b_c), so pooling scores loses nothing against pooling embeddings, and each word
has an attention of its own.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int

from neurona.execution.least import least
from neurona.initial_weights import normal

Pooling: TypeAlias = Literal["max", "mean", "logsumexp", "attention"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
GATE_WIDTH = 32
"""Hidden units of the gate, L. Ilse et al. take 128 for images."""


def pooled(
    scores: Float[Array, "... P"], pooling: Pooling, where: Float[Array, "... P"] | None = None
) -> Float[Array, "... P"]:
    """Scores s~ whose maximum is the pooled score and whose softmax is the attention; see the module's docstring.

    Args:
        scores: s, logits.
        pooling: one of `POOLINGS`.
        where: l; the scores themselves unless given.
    """
    if pooling == "max":
        return scores
    if where is None:
        where = scores
    match pooling:
        case "mean":
            score = scores.mean(-1)
        case "logsumexp":
            score = jax.nn.logsumexp(scores, -1) - np.log(scores.shape[-1])
        case "attention":
            score = (jax.nn.softmax(where, -1) * scores).sum(-1)
    return where + (score + least(-where, -1))[..., None]


class Gate(nnx.Module):
    """l, where each word is looked for: w'(tanh(V h) * sigmoid(U h)).

    Args:
        n_words, embedding: sizes.
        rngs: seed of the initial weights.
    """

    def __init__(self, n_words: int, embedding: int, *, rngs: nnx.Rngs):
        self.content, self.gate = normal(rngs, (GATE_WIDTH, embedding)), normal(rngs, (GATE_WIDTH, embedding))
        self.word = normal(rngs, (n_words, GATE_WIDTH))

    def __call__(
        self, entities: Float[Array, "N P D"], words: Int[Array, " word"] | Int[Array, "N word"]
    ) -> Float[Array, "N word P"]:
        """Of the same words in every recording or of each recording's own."""
        hidden = jnp.tanh(entities @ self.content[...].T) * jax.nn.sigmoid(entities @ self.gate[...].T)
        return self.word[...][words] @ hidden.swapaxes(1, 2)
