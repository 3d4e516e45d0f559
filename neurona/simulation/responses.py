"""What a scene does to the brain, before anything is measured: the sum of the responses to its facts.

    f(scene) = sum over things         w_a
             + sum over attributes     (1 - i) w_q + i c_1 (w_q * g_a)
             + sum over relationships  (1 - i) (w_r + S_a + O_b) / sqrt(3) + i c_2 (w_r * (g^S_a + g^O_b) / 2)

with noun a (and b), adjective q, relation r, elementwise product *, and the dial i `interaction`. At i = 0 who takes part in a
relation adds to it, and two relations of a scene do not say which argument belongs to which. At i = 1 nothing is
added: arguments only gate the relation's pattern, as a bilinear form in (relation, subject) and (relation, object). As gates
are positive, a gated pattern still resembles the relation's own, on average over arguments. A brain sees a scene, not words:
forms of one fact have one response, `under(b, a)` that of `on(a, b)`, and a symmetric relation the mean of both ways round. c_1 and c_2 give every part
unit length on average.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array

from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable, named_alike
from neurona.scenes.scene_graph import SceneGraph
from neurona.simulation.ontology import Ontology
from neurona.simulation.patterns import Patterns

GATE_VARIANCE = 0.635
"""Of tanh(2 z), z standard normal."""


@dataclass(frozen=True)
class ResponseModel:
    """f, for one ontology and one set of planted patterns.

    Attributes:
        relations_respond: False leaves relations without any response (null data `arguments_only`).
        names: tells the forms of a fact.
    """

    ontology: Ontology
    patterns: Patterns
    interaction: float
    relations_respond: bool = True
    names: NameTable = field(default_factory=NameTable.read)

    def facts(self, facts: Sequence[Fact]) -> Float[np.ndarray, "fact component"]:
        """Response to each fact, whatever form of it is stated."""
        forms = [named_alike(self.names.forms(fact)) for fact in facts]
        starts = np.cumsum([0, *map(len, forms)])[:-1]
        if not len(starts):
            return np.zeros((0, self.patterns.word.shape[1]), np.float32)
        stated = self._stated([form for of in forms for form in of])
        return np.add.reduceat(stated, starts, axis=0) / np.array([len(of) for of in forms], np.float32)[:, None]

    def _stated(self, facts: Sequence[Fact]) -> Float[np.ndarray, "fact component"]:
        place = {word: k for k, word in enumerate(self.patterns.words)}
        found = np.zeros((len(facts), self.patterns.word.shape[1]), np.float32)
        responses: tuple[Callable[..., np.ndarray], ...] = (self._nouns, self._attributes, self._relations)
        for arity, response in enumerate(responses):
            rows = [k for k, fact in enumerate(facts) if len(fact.arguments) == arity]
            if rows:
                codes = np.array([[place[word] for word in (facts[k].name, *facts[k].arguments)] for k in rows])
                found[rows] = response(*codes.T)
        return found

    def scenes(self, scenes: Sequence[SceneGraph]) -> Float[np.ndarray, "scene component"]:
        """Response to each scene."""
        return self.sums([[(1, fact) for fact in sorted(scene.facts, key=repr)] for scene in scenes])

    def sums(self, signed: Sequence[Sequence[tuple[int, Fact]]]) -> Float[np.ndarray, "sum component"]:
        """Sums of facts' responses, each with a sign; every different fact is evaluated once."""
        place: dict[Fact, int] = {}
        rows, columns, signs = [], [], []
        for row, terms in enumerate(signed):
            for sign, fact in terms:
                rows.append(row)
                columns.append(place.setdefault(fact, len(place)))
                signs.append(np.float32(sign))
        weights = csr_array((signs, (rows, columns)), shape=(len(signed), max(len(place), 1)), dtype=np.float32)
        return weights @ self.facts(list(place) or [Fact(self.patterns.words[0])])

    def _nouns(self, noun: np.ndarray) -> np.ndarray:
        return self.patterns.word[noun]

    def _attributes(self, adjective: np.ndarray, noun: np.ndarray) -> np.ndarray:
        own = self.patterns.word[adjective]
        gated = own * self.patterns.gate[noun] / np.float32(np.sqrt(1 + GATE_VARIANCE))
        return np.float32(1 - self.interaction) * own + np.float32(self.interaction) * gated

    def _relations(self, relation: np.ndarray, subject: np.ndarray, object_: np.ndarray) -> np.ndarray:
        planted, own = self.patterns, self.patterns.word[relation]
        if not self.relations_respond:
            return np.zeros_like(own)
        # The arguments first: without roles, swapped ones give the same sum to the last bit.
        added = (own + (planted.subject[subject] + planted.object[object_])) / np.float32(np.sqrt(3))
        gate = (planted.subject_gate[subject] + planted.object_gate[object_]) / 2
        gated = own * gate / np.float32(np.sqrt(1 + GATE_VARIANCE / 2))
        return np.float32(1 - self.interaction) * added + np.float32(self.interaction) * gated
