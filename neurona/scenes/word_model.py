"""What a program's words alone say of its answer: logistic regression on the words, each free and bound to its role.

p(answer | program) = softmax(W t + b),    t = which of the words, free (`bat`) and with their variable (`bat:y`), the program has
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

_WORD = re.compile(r"(\w+)\((?:the )?(\w+)")


@dataclass(frozen=True)
class WordModel:
    """Weights of words.

    Attributes:
        answers: in alphabetical order.
        tokens: words, free and bound.
        weight, bias: W and b.
    """

    answers: tuple[str, ...]
    tokens: tuple[str, ...]
    weight: Float[np.ndarray, "token answer"] = field(repr=False)
    bias: Float[np.ndarray, " answer"] = field(repr=False)

    @classmethod
    def fit(cls, programs: Sequence[str], answers: Sequence[str]) -> WordModel:
        """Learn from programs, in logic, and their answers: one or more."""
        classes = tuple(sorted(set(answers)))
        tokens = tuple(sorted({token for program in programs for token in _tokens(program)}))
        if not tokens or len(classes) == 1:
            # Questions such as `describe Category` have no words but the category.
            share = np.array([list(answers).count(name) / len(answers) for name in classes])
            return cls(classes, (), np.zeros((0, len(classes))), np.log(share))
        from sklearn.linear_model import LogisticRegression  # a saved model is asked without it
        from threadpoolctl import threadpool_limits

        model = LogisticRegression(max_iter=200, tol=1e-3)
        # The solver's steps are so small that several threads only wait for each other.
        with threadpool_limits(1):
            model.fit(_design(programs, tokens), list(answers))
        weight, bias = model.coef_.T, model.intercept_
        if len(classes) == 2:
            weight, bias = np.c_[np.zeros(len(tokens)), weight], np.r_[0.0, bias]
        return cls(classes, tokens, weight, bias)

    def __call__(self, programs: Sequence[str]) -> Float[np.ndarray, "program answer"]:
        """Probability of each answer."""
        place = {token: k for k, token in enumerate(self.tokens)}
        total = np.tile(self.bias, (len(programs), 1))
        for row, program in enumerate(programs):
            known = sorted(place[token] for token in _tokens(program) if token in place)
            # One program at a time: its bits must not depend on how many are asked.
            total[row] += self.weight[known].sum(axis=0)
        grown = np.exp(total - total.max(axis=1, keepdims=True))
        return grown / grown.sum(axis=1, keepdims=True)


def _design(programs: Sequence[str], tokens: Sequence[str]) -> object:
    from scipy.sparse import csr_array

    place = {token: k for k, token in enumerate(tokens)}
    cells = [(row, place[token]) for row, program in enumerate(programs) for token in _tokens(program)]
    rows, columns = zip(*cells, strict=True)
    return csr_array((np.ones(len(cells)), (rows, columns)), shape=(len(programs), len(tokens)))


def _tokens(program: str) -> set[str]:
    """Words free and bound: `hold(x, the y. bat(y))` -> hold, hold:x, bat, bat:y."""
    return {token for word, role in _WORD.findall(program) for token in (word, f"{word}:{role}")}
