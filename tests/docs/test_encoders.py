"""The table of encoders is that of the registry: all that are registered, counted on one signal."""

import pytest
from pages import text_of

from neurona.encoders import ENCODERS
from neurona.encoders.table import encoder_table


def test_the_table_of_encoders_is_up_to_date():
    table = encoder_table()
    assert table in text_of("encoders.md"), f"put this table into docs/encoders.md:\n\n{table}"


@pytest.mark.parametrize("kind", ENCODERS)
def test_an_encoder_says_what_it_is_and_where_from(kind):
    assert all(ENCODERS[kind].paper)
    assert any(letter.isdigit() for letter in ENCODERS[kind].paper.source)
