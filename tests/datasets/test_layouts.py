"""Folders as obtained: told apart, checked, converted with their settings, and opened again."""

import dataclasses
import io
import json
import re
import subprocess
import sys
from typing import Literal, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pytest
from bids_trees import SPACE, write_atlas, write_eeg_tree, write_fmri_tree
from filelock import FileLock
from question_layouts import bold_folder, film_folder
from rich.console import Console

from neurona.datasets import layouts
from neurona.datasets.bids_fmri import read_bids_fmri
from neurona.datasets.dataset import open_dataset
from neurona.datasets.layouts import LAYOUTS, layout_name, settings_of
from neurona.datasets.registry import source
from neurona.errors import ConfigError, DataError, OutputError
from neurona.recordings.entities import fit_entities

QUIET = Console(file=io.StringIO())


@pytest.fixture(scope="module")
def fmri(tmp_path_factory):
    """SIMULATED: a study of two subjects and an atlas beside it."""
    folder = tmp_path_factory.mktemp("bids")
    write_atlas(folder)
    return write_fmri_tree(folder / "study", noise=1.0)


@pytest.fixture(scope="module")
def eeg(tmp_path_factory):
    return write_eeg_tree(tmp_path_factory.mktemp("eeg") / "study", subjects=("01",))


def derived(study):
    atlas = study.parent / "quarters.nii.gz"
    return [f"derivatives={study / 'derivatives' / 'fmriprep'}", f"space={SPACE}", f"atlas={atlas}", "method=window"]


def test_layouts_are_told_apart(fmri, eeg, tmp_path):
    bold, films = bold_folder(tmp_path / "bold", n_images=3), film_folder(tmp_path / "films")
    found = [layout_name(folder) for folder in (bold, films, fmri, eeg)]
    assert found == ["bold5000_qa", "cneuromod_qa", "bids_fmri", "bids_meeg"] == list(LAYOUTS)
    assert layout_name(films, "bold5000_qa") == "bold5000_qa"
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="none of the known layouts"):
        layout_name(tmp_path / "empty")
    with pytest.raises(DataError, match="unknown layout 'bids_fmir'; did you mean 'bids_fmri'"):
        layout_name(bold, "bids_fmir")
    with pytest.raises(DataError, match="no such folder"):
        layout_name(tmp_path / "none")


@pytest.mark.parametrize("name", LAYOUTS)
def test_settings_are_frozen_named_by_their_layout_and_have_defaults(name):
    settings = settings_of(name)
    hint = get_type_hints(type(settings))["kind"]
    assert (get_origin(hint), get_args(hint), settings.kind) == (Literal, (name,), name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.kind = "other"


def test_settings_reach_into_sections():
    settings = settings_of("bids_fmri", ["method=lss", "betas.noise_model=ols", "definitions.animate=face(x) | cat(x)"])
    assert (settings.how.kind, settings.how.noise_model, settings.how.hrf_model) == ("lss", "ols", "glover")
    assert settings.definitions == {"animate": "face(x) | cat(x)"}
    assert settings_of("bids_fmri", ["method=window", "windows.volumes=3"]).how.volumes == 3
    assert settings_of("bids_meeg", ["epoching.baseline=[-0.1, 0]"]).epoching.baseline == (-0.1, 0.0)
    assert settings_of("bids_fmri", ["trial_types=[yes, 01, 1e3]"]).trial_types == ("yes", "01", "1e3")
    assert settings_of("bids_fmri", ["subjects=[01, 2]", "drop_empty=yes"]).subjects == ("01", "2")
    assert settings_of("bids_meeg", ["epoching.baseline=null", "epoching.l_freq=null"]).epoching.baseline is None
    assert settings_of("cneuromod_qa", ["delay_s=6", "n_volumes=4"]).delay_s == 6.0


@pytest.mark.parametrize(
    ("name", "option", "message"),
    [
        ("bids_fmri", "metho=lss", "layout bids_fmri: unknown key 'metho'; did you mean 'method'?"),
        ("bids_fmri", "windows.volume=3", "unknown key 'windows.volume'; did you mean 'volumes'?"),
        ("bids_fmri", "method=lsx", r"method: .* \(found 'lsx'\)"),
        ("bids_fmri", "task.name=look", "'task' is a value, not a section"),
        ("bids_fmri", "kind=bids_meeg", "unknown key 'kind'"),
        ("bids_fmri", "task", "expected key=value"),
        ("bids_fmri", "atlas={", "the value cannot be read"),
        ("cneuromod_qa", "n_volumes=0", r"n_volumes.* greater than or equal to 1 \(found '0'\)"),
        ("bold5000_qa", "delay_s=4", "layout bold5000_qa: unknown key 'delay_s'"),
    ],
)
def test_a_setting_that_does_not_fit_is_explained(name, option, message):
    with pytest.raises(ConfigError, match=message):
        settings_of(name, [option])


def test_a_study_in_bids_is_converted_and_opened_as_read(fmri, tmp_path):
    options = [*derived(fmri), "confounds=[trans_x]", "definitions.living=face(x)"]
    made = layouts.convert(fmri, tmp_path / "set", QUIET, options=options)
    assert (made.n_recordings, made.simulated) == (72, True)
    opened = source("bids").read(tmp_path / "set", QUIET)
    direct = read_bids_fmri(
        fmri,
        task="look",
        derivatives=fmri / "derivatives" / "fmriprep",
        space=SPACE,
        atlas=fmri.parent / "quarters.nii.gz",
        method="window",
        confounds=["trans_x"],
        definitions={"living": "face(x)"},
        console=QUIET,
    )
    assert opened.card == direct.card
    assert opened.vocabulary == direct.vocabulary
    assert opened.vocabulary.definitions == {"living": "face(x)"}
    assert "defined" in set(opened.questions.type)
    pd.testing.assert_frame_equal(opened.questions, direct.questions, check_dtype=False)
    np.testing.assert_array_equal(opened.recordings.data.values, direct.recordings.data.values)
    ours, theirs = (
        fit_entities(opened.recordings, "atlas").apply(opened.recordings),
        fit_entities(direct.recordings, "atlas").apply(direct.recordings),
    )
    assert (ours.names, ours.networks) == (theirs.names, theirs.networks)
    np.testing.assert_array_equal(ours.positions, theirs.positions)
    assert opened.recordings.data.attrs["confounds"] == "trans_x"
    assert opened.recordings.data.attrs["sampling_hz"] == 0.5
    bold = f"derivatives/fmriprep/sub-01/func/sub-01_task-look_run-01_space-{SPACE}_desc-preproc_bold.nii.gz"
    assert {bold, "sub-01/func/sub-01_task-look_run-01_events.tsv"} <= set(opened.checksums)


def test_eeg_in_bids_is_converted_and_opened(eeg, tmp_path):
    options = ["epoching.l_freq=null", "epoching.h_freq=30", "epoching.tmax=0.5"]
    made = layouts.convert(eeg, tmp_path / "set", QUIET, options=options)
    opened = source("bids").read(tmp_path / "set", QUIET)
    assert made.n_recordings == opened.recordings.n_recordings == 32
    assert opened.card.layout.startswith("BIDS")
    assert opened.recordings.data.attrs["bad_channels_were"]
    assert any(name.endswith("_eeg.eeg") for name in opened.checksums)  # the signal, not its header alone


def test_the_own_card_is_guarded_and_needed(fmri, tmp_path):
    layouts.convert(fmri, tmp_path / "set", QUIET, options=derived(fmri))
    card = tmp_path / "set" / "card.md"
    card.write_text(card.read_text().replace("CC0", "all rights"))
    with pytest.raises(DataError, match=r"card\.md: checksum mismatch"):
        open_dataset(tmp_path / "set")
    card.unlink()
    with pytest.raises(DataError, match=r"card\.md: missing"):
        open_dataset(tmp_path / "set")


def test_another_data_set_is_not_taken_for_a_study(tmp_path, fmri):
    layouts.convert(bold_folder(tmp_path / "bold", n_images=3), tmp_path / "set", QUIET)
    with pytest.raises(DataError, match="holds bold5000_qa, not bids"):
        source("bids").read(tmp_path / "set", QUIET)
    with pytest.raises(DataError, match=r"not converted yet; `neurona data convert"):
        source("bids").read(fmri, QUIET)
    with pytest.raises(DataError, match=r"data convert FOLDER OUT"):
        source("bids").fetch(QUIET)


def test_check_counts_trials_and_lists_each_fault(fmri, eeg, tmp_path):
    report = layouts.check(fmri, QUIET)
    assert report.sound
    assert report.simulated
    assert report.counts == {"runs": 6, "subjects": 2, "trial types": 2, "trials": 72}
    assert "36 Face, 36 House" in report.notes[0]
    meeg = layouts.check(eeg, QUIET)
    assert meeg.counts["trials"] == 32
    assert "bad channels of sub-01_run-01: Cz" in meeg.notes
    broken = write_fmri_tree(tmp_path / "study", subjects=("01",))
    for run in (1, 3):
        (broken / "sub-01" / "func" / f"sub-01_task-look_run-0{run}_events.tsv").unlink()
    faults = layouts.check(broken, QUIET).faults
    assert [("no events file" in fault.what, "run-0" in fault.what) for fault in faults] == [(True, True)] * 2
    (wrong,) = layouts.check(fmri, QUIET, options=["trial_types=[Fase]"]).faults
    assert "no event of type 'Fase'" in wrong.what


def test_check_refuses_what_cannot_be_asked_before_any_volume_is_read(fmri, tmp_path):
    table = tmp_path / "questions.csv"
    for option, content, message in (
        ("definitions.living=face(x) | dog(", "", "definitions: "),
        ("definitions.living=face(x) | dog(x)", "", "definitions: .*dog"),
        (f"questions={table}", "label;program\nFace;exists x. face(x)\n", "found semicolons between columns"),
        (f"questions={table}", "label,program,answer\nFace,exists x. face(x,yes\n", "questions.csv, line 2: "),
        (f"questions={table}", "label,program,answer\nfase,exists x. face(x),yes\n", "label must name such as 'Face'"),
        ("trial_types=[Face]", "", "only .*face.* found; decoding needs two classes"),
    ):
        table.write_text(content)
        (fault,) = layouts.check(fmri, QUIET, options=[option]).faults
        assert re.search(message, fault.what), fault.what


def test_the_task_must_be_named_where_there_are_several(tmp_path):
    study = write_fmri_tree(tmp_path / "study", subjects=("01",), runs=(1,))
    func = study / "sub-01" / "func"
    for path in list(func.iterdir()):
        (func / path.name.replace("look", "hear")).write_bytes(path.read_bytes())
    with pytest.raises(DataError, match="tasks hear, look found; name the task with --set task=NAME"):
        layouts.convert(study, tmp_path / "set", QUIET)
    assert layouts.check(study, QUIET, options=["task=look"]).sound
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_a_moment_of_a_film_is_cut_as_told(tmp_path):
    films = film_folder(tmp_path / "films")
    layouts.convert(films, tmp_path / "set", QUIET, options=["delay_s=6", "n_volumes=2"])
    times = open_dataset(tmp_path / "set").recordings.data.time.values
    np.testing.assert_allclose(times, [6.0, 7.49])


def test_two_conversions_into_one_folder_exclude_each_other(fmri, tmp_path):
    bold = bold_folder(tmp_path / "bold", n_images=3)
    with FileLock(tmp_path / ".set.lock"):  # held by a conversion, here or in another process
        for folder in (bold, fmri):
            with pytest.raises(OutputError, match="set: another process is writing it; wait until it has finished"):
                layouts.convert(folder, tmp_path / "set", QUIET)
    assert not (tmp_path / "set").exists()
    layouts.convert(bold, tmp_path / "set", QUIET)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bold", "set"]


def test_a_killed_writer_leaves_no_lock(tmp_path):
    held = (
        "import sys, os, signal; from pathlib import Path; from neurona.datasets.folder_lock import only_writer\n"
        "with only_writer(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", held, str(tmp_path / "set")], check=False).returncode == -9
    assert (tmp_path / ".set.lock").exists()
    layouts.convert(bold_folder(tmp_path / "bold", n_images=3), tmp_path / "set", QUIET)
    assert not (tmp_path / ".set.lock").exists()


def test_what_a_killed_conversion_of_a_study_left_is_begun_anew(fmri, tmp_path):
    (tmp_path / ".set.converting").mkdir()
    (tmp_path / ".set.converting" / "dataset.json").write_text("{")
    layouts.convert(fmri, tmp_path / "set", QUIET, options=derived(fmri))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    assert json.loads((tmp_path / "set" / "dataset.json").read_text())["simulated"] is True
    with pytest.raises(OutputError, match="set: exists"):
        layouts.convert(fmri, tmp_path / "set", QUIET)
