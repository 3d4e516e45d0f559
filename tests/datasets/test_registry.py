"""Every registered data set has a card, and every card a registered data set."""

import shutil

import pytest
from rich.console import Console

from neurona.datasets.card import cards_folder, read_card
from neurona.datasets.dataset import save_dataset
from neurona.datasets.registry import DATASETS, fingerprint, settings_of, source
from neurona.errors import ConfigError, DataError
from neurona.experiments.schema import Config

QUIET = Console(quiet=True)


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


def test_a_folder_is_read_without_a_name(ts_folder, tmp_path):
    dataset = source("hand_movement_direction").read(ts_folder, QUIET)
    save_dataset(dataset, tmp_path / "set")
    assert source(None).read(tmp_path / "set", QUIET).name == "hand_movement_direction"
    with pytest.raises(DataError, match="holds hand_movement_direction, not bold5000_qa; leave"):
        source("bold5000_qa").read(tmp_path / "set", QUIET)
    with pytest.raises(DataError, match=r"no dataset\.json"):
        source(None).read(ts_folder, QUIET)
    with pytest.raises(DataError, match="neither name nor path"):
        source(None).fetch(QUIET)


def test_data_that_change_have_another_fingerprint(ts_folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(ts_folder, copy)
    before = fingerprint("hand_movement_direction", copy, QUIET)
    assert before == fingerprint("hand_movement_direction", ts_folder, QUIET)
    path = next(copy.glob("*_TEST.ts"))
    path.write_text(path.read_text().replace(":left", ":right", 1))
    assert fingerprint("hand_movement_direction", copy, QUIET) != before


def test_settings_of_a_data_set_are_checked_and_filled_in():
    with pytest.raises(ConfigError, match="haxby2001_vt has no 'off'; did you mean 'of'"):
        settings_of("haxby2001_vt", {"off": "volume"})
    with pytest.raises(ConfigError, match="haxby2001 has none; leave them out"):
        settings_of("haxby2001", {"of": "volume"})
    assert settings_of("haxby2001") is None
    given = {"name": "x", "data": {"name": "haxby2001_vt"}, "entities": {"method": "groups"}}
    config = Config.model_validate(given | {"decoder": {"kind": "linear_evidence"}, "evaluation": {"split": "session"}})
    assert config.model_dump(mode="json")["data"]["settings"] == {"of": "block"}
    assert Config.model_validate(config.model_dump(mode="json")) == config


def test_the_files_that_a_setting_chooses_decide_the_fingerprint(recorded):
    folder = recorded("haxby2001_vt")
    of_blocks, of_volumes = (fingerprint("haxby2001_vt", folder, QUIET, {"of": of}) for of in ("block", "volume"))
    assert of_blocks == fingerprint("haxby2001_vt", folder, QUIET)
    assert of_blocks != of_volumes
