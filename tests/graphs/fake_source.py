"""A source whose answers are written down, for tests of graphs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurona.graphs import Carriers, Said
from neurona.programs import Vocabulary, parse, to_logic
from neurona.programs.facts import Fact
from neurona.scenes.facts import program_of

SCENE = Vocabulary(
    ("man", "bat", "ball", "dog", "red", "tall"),
    ("hold", "look_at", "beside", "on", "under"),
    definitions={"animate": "man(x) | dog(x)", "coloured": "red(x)", "living": "animate(x)"},
)
NOUNS = ("man", "bat", "ball", "dog")
PROBABILITIES = {
    Fact("man"): 0.97,
    Fact("bat"): 0.88,
    Fact("ball"): 0.71,
    Fact("dog"): 0.04,
    Fact("animate"): 0.975,
    Fact("coloured"): 0.7,
    Fact("living"): 0.975,
    Fact("red", ("ball",)): 0.62,
    Fact("red", ("bat",)): 0.1,
    Fact("tall", ("man",)): 0.81,
    Fact("hold", ("man", "bat")): 0.83,
    Fact("look_at", ("man", "ball")): 0.55,
    Fact("look_at", ("man", "bat")): 0.6,
    Fact("look_at", ("bat", "man")): 0.2,
    Fact("beside", ("man", "bat")): 0.66,
    Fact("beside", ("bat", "man")): 0.66,
    Fact("on", ("ball", "bat")): 0.51,
    Fact("under", ("bat", "ball")): 0.51,
    Fact("hold", ("dog", "ball")): 0.03,
}


class FakeSource:
    """Says what it was given; what it was not is improbable."""

    dataset, decoder = "quickstart", "explain"

    def __init__(
        self,
        probabilities: Mapping[Fact, float] = PROBABILITIES,
        things=NOUNS,
        vocabulary=SCENE,
        entities=6,
        simulated=False,
        reverse=False,
        paired=False,
    ):
        self.vocabulary, self.things, self.simulated, self.paired = vocabulary, tuple(things), simulated, paired
        self.entities = tuple(f"parcel {number} ({number}, -3, 12)" for number in range(entities))
        self.facts = list(probabilities)[:: -1 if reverse else 1]
        self.said = {to_logic(parse(program_of(fact), vocabulary)): p for fact, p in probabilities.items()}

    def ask_all(self, queries, recording):
        probability = np.array([self.said.get(to_logic(query), 0.001) for query in queries])
        return Said(probability, probability / 4, np.sqrt(probability * (1 - probability) / 512))

    def likely_facts(self, recording, threshold):
        return [fact for fact in self.facts if fact.arguments]

    def carriers(self, recording, words):
        if not self.entities:
            return None
        known = [word for word in words if word in self.vocabulary.concepts and word != "tall"]
        all_words = self.vocabulary.concepts
        random = np.random.default_rng(0)
        evidence = random.normal(size=(len(self.entities), len(all_words)))
        chosen = [all_words.index(word) for word in known]
        bias, prior = random.normal(size=len(all_words))[chosen], np.linspace(-3, -1, len(all_words))[chosen]
        return Carriers(tuple(known), self.entities, evidence[:, chosen], bias, prior)
