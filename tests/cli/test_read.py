"""From new files to answers by two commands: `neurona read DECODER DATA --out READING`, `neurona query READING ...`."""

import pytest
from bids_trees import write_eeg_tree
from rich.console import Console

from neurona.datasets import layouts
from neurona.datasets.dataset import open_dataset
from neurona.decoders import fit_decoder
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.recordings.entities import WindowEntities

OPTIONS = ["epoching.l_freq=null", "epoching.h_freq=30", "epoching.tmax=0.5", "epoching.bad_channels=drop"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A decoder of one study, and another study."""
    root = tmp_path_factory.mktemp("studies")
    first, _ = (
        write_eeg_tree(root / name, subjects=(who,), runs=runs)
        for name, who, runs in (("first", "01", (1, 2)), ("second", "09", (1,)))
    )
    layouts.convert(first, root / "set", Console(quiet=True), options=OPTIONS)
    settings = LinearEvidenceSettings(decays=(0.1,))
    decoder = fit_decoder(open_dataset(root / "set"), settings, entities=WindowEntities(n_bins=7, n_windows=7))
    decoder.save(root / "decoder")
    aligned = fit_decoder(open_dataset(root / "set"), settings, entities="groups", align="zscore")
    aligned.save(root / "aligned")
    return root


def test_new_recordings_are_read_and_asked(files, neurona, tmp_path):
    code, printed, error = neurona("read", files / "decoder", files / "second", "--out", tmp_path / "reading")
    assert (code, error) == (0, "")
    assert "16 recordings (SIMULATED)" in printed
    code, printed, _ = neurona("query", tmp_path / "reading", "exists x. face(x)")
    assert code == 0
    assert "sub-09_run-01" in printed


def test_how_new_recordings_are_aligned_is_said(files, neurona, tmp_path):
    code, printed, _ = neurona("read", files / "aligned", files / "second", "--out", tmp_path / "reading")
    assert code == 0
    assert "aligned: each run z-scored by its own recordings" in printed


def test_several_data_are_one_reading(files, neurona, tmp_path):
    code, printed, _ = neurona("read", files / "decoder", files / "second", files / "set", "--out", tmp_path / "both")
    assert code == 0
    assert "48 recordings" in printed


def test_recordings_measured_otherwise_end_with_both_sides(files, neurona, tmp_path):
    out = tmp_path / "reading"
    code, _, error = neurona("read", files / "decoder", files / "second", "--out", out, "--set", "epoching.tmax=0.3")
    assert code == 2
    assert "in what was fitted" in error or "what was fitted has" in error
    assert not out.exists()


def test_what_holds_no_decoder_says_what_to_name(files, neurona, tmp_path):
    code, _, error = neurona("read", files / "set", files / "second", "--out", tmp_path / "reading")
    assert code == 2
    assert "name the directory of a finished run" in error


def test_windows_slide_over_a_continuous_file_and_are_asked(files, neurona, tmp_path):
    file = next((files / "second").rglob("*_eeg.vhdr"))
    out = tmp_path / "reading"
    code, _, error = neurona("read", files / "decoder", file, "--out", out, "--every", 0.5)
    assert code == 2
    assert "give the mean time in seconds" in error or "give the" in error
    code, printed, error = neurona("read", files / "decoder", file, "--out", out, "--every", 0.5, "--dwell", 2)
    assert (code, error) == (0, "")
    assert "39 recordings (SIMULATED)" in printed or "38 recordings (SIMULATED)" in printed
    code, printed, _ = neurona("query", out, "exists x. face(x)", "--recordings", "sub-09_run-01_at-00003.200s")
    assert (code, "at-00003.200s" in printed) == (0, True)


def test_a_dwell_time_without_windows_is_refused(files, neurona, tmp_path):
    code, _, error = neurona("read", files / "decoder", files / "second", "--out", tmp_path / "x", "--dwell", 2)
    assert code == 2
    assert "say with --every how far these are apart" in error


def test_quiet_windows_are_counted(files, neurona, tmp_path):
    file = next((files / "second").rglob("*_eeg.vhdr"))
    options = ["--every", 0.2, "--dwell", 2, "--surprise", -0.3]
    code, printed, _ = neurona("read", files / "decoder", file, "--out", tmp_path / "reading", *options)
    assert code == 0
    assert "windows read in full" in printed
