import pytest

from neurona.errors import QueryError
from neurona.programs import Vocabulary, parse

WORDS = Vocabulary(concepts=("face", "cat"), definitions={"animate": "face(x) | cat(x)"})


def test_an_unknown_concept_is_pointed_at_and_the_nearest_named():
    with pytest.raises(QueryError, match="did you mean 'face'") as caught:
        parse("exists x. fase(x)", WORDS)
    assert caught.value.column == 11
