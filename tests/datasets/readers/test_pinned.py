"""Files that a card pins."""

import shutil

import pytest

import neurona as nr
from neurona.datasets.card import read_card
from neurona.errors import DataError


def test_an_address_names_repository_commit_and_file():
    card = read_card("haxby2001_vt")
    assert card.public is not None
    expected = "https://raw.githubusercontent.com/bbuchsbaum/rMVPA/f0c90e0/inst/extdata/haxby2001_subj1/trials.rds"
    assert card.public.address("trials.rds") == expected


def test_another_file_of_the_same_name_is_refused(recorded, tmp_path):
    shutil.copy(recorded("haxby2001_vt") / "trials.rds", tmp_path / "patterns.rds")
    with pytest.raises(
        DataError,
        match=r"patterns\.rds: checksum mismatch: SHA-256 is 2c5b92c86a3799db\.\.\., expected 0d2c8cd36ec955a3",
    ):
        nr.load_dataset("haxby2001_vt", tmp_path)


def test_a_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(
        DataError, match=r"patterns\.rds: no such file; fetch it with `neurona data fetch haxby2001_vt`"
    ):
        nr.load_dataset("haxby2001_vt", tmp_path)
    with pytest.raises(
        DataError, match=r"none: no such folder; data\.path names a folder that holds patterns\.rds and trials\.rds"
    ):
        nr.load_dataset("haxby2001_vt", tmp_path / "none")
