import copy
import json
import pickle

from neurona.programs import Vocabulary

WORDS = Vocabulary(
    concepts=("cat", "dog", "red"),
    relations=("on", "under"),
    categories={"Position": ("on", "under")},
    definitions={"animal": "cat(x) | dog(x)"},
    axioms=("forall x. cat(x) -> ~dog(x)",),
)


def test_a_vocabulary_survives_json():
    labels = Vocabulary(("cat", "dog"), categories={"Kind": ("cat", "dog")}, exclusive=("Kind",))
    for vocabulary in (WORDS, labels):
        assert Vocabulary.from_plain(json.loads(json.dumps(vocabulary.plain()))) == vocabulary
    older = {key: value for key, value in WORDS.plain().items() if key != "exclusive"}
    assert Vocabulary.from_plain(older) == WORDS


def test_a_vocabulary_can_be_pickled_and_copied():
    for twin in (pickle.loads(pickle.dumps(WORDS)), copy.deepcopy(WORDS)):
        assert twin == WORDS
        assert hash(twin) == hash(WORDS)
