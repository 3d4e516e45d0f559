"""What a logic is: the meaning of connectives, quantifiers, `the` and `count` on scores; and the one list of logics.

Scores are logits: yes when above 0. A logic says what "all of these" means along an axis. The rest follows unless it says
otherwise: negation is the sign change of the logit, so p(~a) = 1 - p(a); `any` is the dual of `all`; quantifiers are the same two
over entities; `the` is a softmax over entities; a count is the expected number, the sum of probabilities.

A logic is one file of this folder, with a class under `@register_logic`; it is registered, and under the tests of all, by that alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import jax
from jaxtyping import Array, Float

from neurona.execution.hypotheses import Hypothesis
from neurona.execution.relations import Pairs
from neurona.registry import Registry

LAWS: dict[str, tuple[str, str | None]] = {
    "commutativity": ("a & b", "b & a"),
    "associativity": ("(a & b) & c", "a & (b & c)"),
    "double_negation": ("~~a", "a"),
    "de_morgan": ("~(a & b)", "~a | ~b"),
    "idempotence": ("a & a", "a"),
    "absorption": ("a & (a | b)", "a"),
    "distributivity": ("a & (b | c)", "(a & b) | (a & c)"),
    "excluded_middle": ("a | ~a", None),
}
"""Laws that a logic may claim, as two formulas that have the same score whatever formulas a, b and c are, relations included; and so
do their duals, with `&` and `|` exchanged. None: the formula is sure (and its dual surely false)."""


@dataclass(frozen=True)
class Logic(ABC):
    """What programs mean on scores. Two of the same class and settings are equal, so JAX traces them once.

    Attributes:
        name: in settings.
        laws: of `LAWS`, all that hold.
        guides: whether `relation` is this logic's own meaning of `r(x, the y. b(y))`.
    """

    name: ClassVar[str]
    laws: ClassVar[frozenset[str]]
    guides: ClassVar[bool] = False

    @abstractmethod
    def all(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        """Conjunction along an axis."""

    def any(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        """Disjunction along an axis."""
        return self.not_(self.all(self.not_(scores), axis))

    def not_(self, scores: Float[Array, "..."]) -> Float[Array, "..."]:
        """Negation."""
        return -scores

    def forall(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        """Whether all entities along an axis have it."""
        return self.all(scores, axis)

    def exists(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        """Whether any entity along an axis has it."""
        return self.any(scores, axis)

    def the(self, scores: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
        """How much of the one entity that has it lies on each; sums to 1 along the axis."""
        return jax.nn.softmax(scores, axis)

    def count(self, scores: Float[Array, "..."], axis: int, evaluation: bool) -> Float[Array, "..."]:
        """How many entities along an axis have it.

        Args:
            scores: of each.
            axis: of entities.
            evaluation: whether gradients do not matter.
        """
        return jax.nn.sigmoid(scores).sum(axis)

    def relation(
        self,
        pairs: Pairs,
        of_subject: Float[Array, " P"] | None,
        of_object: Float[Array, " P"],
        hypothesis: Hypothesis,
    ) -> Float[Array, " P"]:
        """`r(x, the y. b(y))` for each x, of a logic that `guides`.

        Args:
            pairs: scores of r.
            of_subject: score of what stands beside the atom in a conjunction; None when nothing.
            of_object: score of b.
            hypothesis: which of them guide.
        """
        raise NotImplementedError(f"the logic {self.name} has no meaning of its own for relations")

    def described_region(
        self,
        region: Float[Array, "word P"],
        region_described: Float[Array, "word P"],
        hypothesis: Hypothesis,
    ) -> Float[Array, "word P"]:
        """Scores of relations on single entities as `describe` reads them, of the two that `RelationScores` has."""
        return region


LOGICS: Registry[Logic] = Registry("logic", "neurona.logics", "neurona.execution.logics")
"""Name -> logic with its default settings; those of other packages come by the entry point group `neurona.logics`."""

Class = TypeVar("Class", bound=type[Logic])


def register_logic(cls: Class) -> Class:
    """Registers a logic.

    Raises:
        ConfigError: another has its name.
    """
    LOGICS.add(cls.name, cls())
    return cls


def get_logic(name: str) -> Logic:
    """The logic of that name.

    Raises:
        ConfigError: no such logic.
    """
    return LOGICS.find(name)
