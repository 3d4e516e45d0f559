"""Every registered data set has a card, and every card a registered data set."""

import pytest

from neurona.datasets.card import cards_folder, read_card
from neurona.datasets.registry import DATASETS, source
from neurona.errors import DataError


def test_cards_and_registered_names_agree():
    assert {path.stem for path in cards_folder().glob("*.md")} == set(DATASETS)


@pytest.mark.parametrize("name", DATASETS)
def test_a_card_is_complete_and_its_vocabulary_valid(name):
    card = read_card(name)
    assert card.name == name
    assert card.licence
    assert card.citation
    if card.words is not None:
        assert len(card.vocabulary.concepts) >= 2
    else:  # its words come from its questions, which the user must obtain or make
        assert card.obtain or name == "simulated"  # made, not obtained
        with pytest.raises(DataError, match="its vocabulary is made from its questions"):
            card.vocabulary  # noqa: B018
    assert all(len(checksum) == 64 for checksum in card.files.values())


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(DataError, match="did you mean 'haxby2001'"):
        source("haxby2002")
