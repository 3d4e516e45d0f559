"""What a program affirms: the same of a program and its denial, with the other sign."""

import pytest

from neurona.programs import parse
from neurona.programs.affirmed import affirmed
from neurona.programs.tree import Not

TEXTS = (
    "exists x. cat(x)",
    "forall x. ~cat(x) | ~on(x, the y. dog(y))",
    "((count x. cat(x)) >= 2)",
    "(exists x. cat(x)) & ~(exists x. dog(x))",
    "~(exists x. cat(x)) | (exists x. dog(x))",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_denial_affirms_the_same_with_the_other_sign(text):
    query = parse(text)
    found, sign = affirmed(query)
    assert affirmed(Not(query)) == (found, -sign)
    assert affirmed(found) == (found, 1)


def test_what_has_fewer_denials_is_affirmed():
    assert affirmed(parse("forall x. ~cat(x)")) == affirmed(parse("~(exists y. cat(y))"))
    assert affirmed(parse("forall x. ~cat(x)"))[1] == -1
    assert affirmed(parse("count x. cat(x)"))[1] == 1
