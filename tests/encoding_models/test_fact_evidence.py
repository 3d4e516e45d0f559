"""Facts are answered from ratios and margins; words that training lacks, and recordings that are not there, get an answer, too."""

import numpy as np
import pytest

from neurona.encoding_models.alternatives import Alternatives
from neurona.encoding_models.axes import Axes
from neurona.encoding_models.bindings import CONCEPT, Bindings
from neurona.encoding_models.encoding import Encoding
from neurona.encoding_models.fact_evidence import FactEvidence
from neurona.encoding_models.fact_questions import FactQuestions
from neurona.encoding_models.inventory import Inventory
from neurona.encoding_models.inversion import Inversion
from neurona.encoding_models.scene_search import SceneSearch
from neurona.scenes.scene_graph import Fact

NOUNS, AXES, MANY = ("ball", "cat", "dog", "man"), 24, 200


def scene(rng: np.random.Generator) -> list[Fact]:
    a, b = (str(noun) for noun in rng.choice(NOUNS, 2, replace=False))
    return [Fact(a), Fact(b), Fact(str(rng.choice(["hold", "see"])), (a, b))]


@pytest.fixture(scope="module")
def world():
    """SIMULATED: recordings of scenes of two things and one relation, by patterns that are known."""
    rng = np.random.default_rng(0)
    scenes = [scene(rng) for _ in range(MANY)]
    bindings = Bindings.learn(scenes)
    design = bindings.design(scenes)
    basis = np.eye(AXES, dtype=np.float32)
    patterns = rng.normal(size=(len(bindings), AXES)).astype(np.float32)
    centre = design.mean(axis=0)
    features = ((design - centre) @ patterns + 0.3 * rng.normal(size=(MANY, AXES))).astype(np.float32)
    axes = Axes(np.zeros(AXES, np.float32), basis, np.zeros(AXES, np.int64), np.ones(AXES), basis)
    carried = np.ones((len(bindings), 1), np.float32)
    encoding = Encoding(axes, centre, patterns, np.zeros_like(patterns), 0.09 * basis, carried)
    concepts = np.flatnonzero(np.array([one.band == CONCEPT for one in bindings.features]))
    marginal, sharp = (Inversion.of(encoding, design, concepts, share=share) for share in (1.0, 0.0))
    search = SceneSearch(Inventory(bindings, centre, MANY), marginal, sharp)
    alternatives = Alternatives(bindings, marginal, centre, MANY)
    facts, recording, holds = [], [], []
    for row, (_, _, said) in enumerate(scenes):
        swapped = Fact(said.name, said.arguments[::-1])
        other = Fact("see" if said.name == "hold" else "hold", said.arguments)
        for fact, true in ((said, True), (swapped, False), (said, True), (other, False)):
            facts.append(fact)
            recording.append(row)
            holds.append(true)
    nothing = np.array([], np.int64)
    questions = FactQuestions(facts, np.array(recording), np.array(holds), [], nothing, nothing)
    half = np.array(recording) < MANY // 2
    parts = []
    for chosen in (half, ~half):
        mine = np.flatnonzero(chosen)
        parts.append(
            FactQuestions(
                [facts[k] for k in mine], questions.recording[mine], questions.holds[mine], [], nothing, nothing
            )
        )
    return alternatives, search, features, *parts


def accuracy(evidence: FactEvidence, features: np.ndarray, on: FactQuestions) -> float:
    logits, _ = evidence.answers(features, on.facts, on.recording, [], on.words_recording)
    return float(((logits > 0) == on.holds).mean())


def test_the_rest_of_the_scene_found_is_worth_more_than_taken_as_noise(world):
    alternatives, search, features, validation, test = world
    with_search = FactEvidence.fit(alternatives, search, features, validation)
    without = FactEvidence.fit(alternatives, None, features, validation)
    assert accuracy(with_search, features, test) > 0.95
    assert accuracy(with_search, features, test) >= accuracy(without, features, test)
    assert with_search.loss(features, test) < without.loss(features, test)


def test_words_that_training_lacks_get_an_answer(world):
    alternatives, search, features, validation, _ = world
    evidence = FactEvidence.fit(alternatives, search, features, validation)
    unknown = [Fact("hold", ("man", "zebra")), Fact("ride", ("man", "dog"))]
    logits, words = evidence.answers(features[:1], unknown, np.zeros(2, np.int64), [unknown], np.zeros(1, np.int64))
    assert np.isfinite(logits).all()
    assert np.isfinite(words[0]).all()


def test_without_a_recording_rates_decide(world):
    alternatives, search, features, validation, _ = world
    evidence = FactEvidence.fit(alternatives, search, features, validation)
    logits, _ = evidence.answers(None, [Fact("man"), Fact("zebra")], np.zeros(2, np.int64), [], np.array([], np.int64))
    assert logits[0] > logits[1]
