"""Which words are things is seen from what is asked of them."""

from neurona.programs import Vocabulary, parse
from neurona.questions.things import things_of

WORDS = Vocabulary(
    ("man", "bat", "red", "cat", "dog"), ("hold",), {"Animal": ("cat", "dog")}, {"animate": "man(x) | cat(x)"}
)


def things(*texts):
    return things_of([parse(text, WORDS) for text in texts], WORDS)


def test_what_stands_alone_is_a_thing():
    assert things("exists x. bat(x)") == {"bat"}
    assert things("exists x. red(x) & bat(x)") == set()
    assert things("exists x. man(x) & hold(x, the y. bat(y))") == {"man", "bat"}
    assert things("~(exists x. cat(x))") == {"cat"}


def test_words_of_a_category_are_things_where_it_is_asked_without_terms():
    assert things("describe Animal") == {"cat", "dog"}


def test_defined_words_are_none():
    assert things("exists x. animate(x)") == set()
