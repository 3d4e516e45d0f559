"""A vocabulary small enough that all its scenes can be listed: 3 nouns, 2 attributes, a relation and one that holds both ways round."""

from itertools import product

import numpy as np

from neurona.encoding_models.bindings import Bindings
from neurona.programs.facts import Fact
from neurona.scenes.names import NameTable
from neurona.worlds.candidates import Screening
from neurona.worlds.evidence import FactEvidence
from neurona.worlds.sampler import SamplerSettings
from neurona.worlds.space import SceneSpace

NOUNS = ("cat", "dog", "man")
SETTINGS = SamplerSettings(nouns=3, candidates=64, worlds=512, chains=16, visits=8)


def scenes() -> list[list[Fact]]:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(60):
        a, b = (str(noun) for noun in rng.choice(NOUNS, 2, replace=False))
        word = str(rng.choice(["beside", "hold"]))
        found.append([Fact(a), Fact(b), Fact(word, (a, b)), Fact(str(rng.choice(["big", "red"])), (a,))])
    return found


def space(disjoint: tuple[tuple[str, str], ...] = ()) -> SceneSpace:
    bindings = Bindings.learn(scenes(), NameTable.read().forms)
    rate = bindings.design(scenes()).mean(axis=0)
    return SceneSpace(bindings, rate, len(scenes()), frozenset(map(frozenset, disjoint)))


def evidence(
    seed: int = 0,
    recordings: int = 3,
    disjoint: tuple[tuple[str, str], ...] = (),
    strength: float = 0.5,
    patterned: bool = True,
) -> FactEvidence:
    """Patterns of every feature, and recordings of random support."""
    rng, of = np.random.default_rng(seed), space(disjoint)
    patterns = (strength * rng.normal(size=(len(of.bindings), 6))).astype(np.float32)
    support = rng.normal(0.7, 0.7, size=(recordings, len(of.bindings))).astype(np.float32)
    return FactEvidence(of, support, patterns if patterned else None, silence=patterned)


def screening(of: FactEvidence) -> Screening:
    """Screening by what is said for facts, whatever they compete with."""
    support = np.concatenate([of.support, of.support[:, of.space.noun_columns]], axis=1)
    return Screening(support, np.zeros((support.shape[1],) * 2, np.float32))


def enumerated(of: FactEvidence, recording: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of all facts, all scenes `[scene, fact]`, and how probable each is."""
    three = np.arange(len(of.space.nouns))
    numbers = np.concatenate([three, of.space.said_of(three)])
    every = np.array(list(product([False, True], repeat=len(numbers))))
    place = {number: k for k, number in enumerate(numbers.tolist())}
    _, _, a, b = of.space.split(numbers)
    for k in range(len(numbers)):
        for thing in (a[k], b[k]):
            if thing >= 0:
                every = every[~every[:, k] | every[:, place[thing]]]
    barred = of.space.excluded(numbers, numbers)
    for one, other in zip(*np.nonzero(barred), strict=True):
        every = every[~(every[:, one] & every[:, other])]
    shown = every.astype(np.float64)
    response = shown @ of.responses(numbers)
    log_p = shown @ of.lift(recording, numbers) - (response**2).sum(axis=1) / 2
    if of.silence:
        nouns = shown[:, : len(three)]
        log_p += ((nouns @ of.space.silence[1]) * nouns).sum(axis=1) / 2
    weight = np.exp(log_p - log_p.max())
    return numbers, every, weight / weight.sum()
