"""What comes to mind is the pattern of another noun, of few, and each subject's own."""

import numpy as np

from neurona.simulation.associates import evoked


def test_every_thing_evokes_one_of_three_other_nouns(small):
    patterns = small.truth.patterns
    found = evoked(small.scenes, small.ontology, patterns, 3, np.random.default_rng(0))
    nouns = patterns.word[: len(small.ontology.nouns)].astype(np.float64)
    brought = np.rint(found @ np.linalg.pinv(nouns)).astype(int)
    things = np.array(
        [
            [(name,) in [(f.name,) for f in s.facts if not f.arguments] for name in small.ontology.nouns]
            for s in small.scenes
        ]
    )
    np.testing.assert_array_equal(brought.sum(axis=2), np.tile(things.sum(axis=1), (3, 1)))
    assert (brought[0] != brought[1]).any()
