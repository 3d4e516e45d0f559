"""Every layout is read back by the code that reads real data, and says that it is simulated."""

import json

import mne
import nibabel as nib
import numpy as np
import pandas as pd
import pytest
import yaml
from rich.console import Console

from neurona.datasets.bids_fmri import read_bids_fmri
from neurona.datasets.bold5000_qa import check, convert
from neurona.datasets.dataset import open_dataset
from neurona.errors import ConfigError, OutputError
from neurona.programs import parse
from neurona.scenes.yaml_scenes import read_yaml
from neurona.simulation import simulate
from neurona.simulation.layouts import check_layout, write
from neurona.simulation.truth_files import read_settings

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def native(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("native") / "study"
    write(small, folder, "native", QUIET)
    return folder


def test_a_native_study_is_a_data_set(small, native):
    dataset = open_dataset(native)
    assert dataset.simulated
    assert dataset.truth == native / "truth"
    assert dataset.vocabulary == small.ontology.vocabulary
    np.testing.assert_array_equal(dataset.recordings.data.values, small.recordings.data.values)
    pd.testing.assert_frame_equal(dataset.questions.drop(columns="oracle"), small.dataset().questions)
    assert dataset.questions["oracle"].dropna().between(0, 1).all()
    assert dataset.questions["oracle"].notna().any()


def test_the_truth_lies_beside_it(small, native):
    assert (native / "SIMULATED").read_text().startswith("SIMULATED")
    truth = native / "truth"
    assert read_yaml(truth / "scenes.yaml") == small.scenes
    assert yaml.safe_load((truth / "settings.yaml").read_text())["simulated"] is True
    assert read_settings(truth) == (small.settings, 1)
    grounding = pd.read_parquet(truth / "grounding.parquet").set_index("word")
    assert grounding.columns.tolist() == list(small.brain.parcels)
    np.testing.assert_array_equal(grounding.to_numpy(), small.truth.patterns.planted)
    with np.load(truth / "patterns.npz", allow_pickle=False) as patterns:
        assert patterns["simulated"]
        np.testing.assert_array_equal(patterns["word"], small.truth.patterns.word)
    seen = pd.read_parquet(truth / "oracle.parquet")
    pd.testing.assert_frame_equal(seen, small.oracle())


def test_a_study_is_made_again_from_its_truth(small, native):
    again = simulate(*read_settings(native / "truth"))
    np.testing.assert_array_equal(again.recordings.data.values, small.recordings.data.values)


def test_bold5000_qa_is_checked_converted_and_read_back_equal(small_settings, tmp_path):
    study = simulate(small_settings(components=1024, parcels=18, images=20, questions=6, nouns=20), seed=0)
    folder = tmp_path / "bold"
    write(study, folder, "bold5000_qa", QUIET)
    report = check(folder, QUIET)
    assert not report.faults
    assert report.simulated
    convert(folder, tmp_path / "converted", QUIET)
    dataset = open_dataset(tmp_path / "converted")
    assert dataset.simulated
    assert dataset.truth is not None
    assert dataset.truth.resolve() == (folder / "truth").resolve()
    own = study.recordings.data
    read = dataset.recordings.data.sel(recording=own.recording.values)
    np.testing.assert_array_equal(read.values, own.values)
    assert read.group.values.tolist() == own.group.values.tolist()
    keys = ["recording", "program", "answer", "negative", "pair", "hops"]
    asked = [table.copy() for table in (dataset.questions, study.dataset().questions)]
    for table in asked:
        table["program"] = [str(parse(program)) for program in table["program"]]
        table[["negative", "pair"]] = table[["negative", "pair"]].fillna("").replace({None: ""})
    rows = [set(table[keys].astype(str).itertuples(index=False, name=None)) for table in asked]
    assert rows[0] == rows[1]


def test_bids_runs_are_read_as_anyones(small_settings, tmp_path):
    study = simulate(small_settings(subjects=1, images=42, snr=5.0, test_share=0.1), seed=0)
    folder = tmp_path / "bids"
    write(study, folder, "bids", QUIET)
    description = json.loads((folder / "dataset_description.json").read_text())
    assert description["Simulated"] is True
    files = sorted(folder.glob("sub-SIM1/func/*_bold.nii.gz"))
    assert len(files) == 3  # 38 training images in two runs, 4 test images in one
    image = nib.load(files[0])
    assert b"SIMULATED" in bytes(image.header["descrip"])
    assert image.header.get_zooms()[3] == 2.0
    events = pd.read_csv(files[0].with_name(files[0].name.replace("_bold.nii.gz", "_events.tsv")), sep="\t")
    assert events["trial_type"].tolist() == [study.scenes[k].image for k in range(42) if study.parts[k] == "train"][:37]
    read = read_bids_fmri(folder, task="scenes", method="window", console=QUIET, filters={"run": 3})
    assert read.simulated
    assert len(read.recordings.data) == 4


def test_mne_files_hold_epochs_and_a_raw_run(small_settings, tmp_path):
    study = simulate(small_settings(subjects=1, images=40, modality="eeg"), seed=0)
    folder = tmp_path / "mne"
    write(study, folder, "mne", QUIET)
    epochs = mne.read_epochs(folder / "SIM1_task-scenes-epo.fif", verbose="error")
    assert "SIMULATED" in epochs.info["description"]
    assert epochs.metadata["image"].tolist() == study.recordings.data.image.values.tolist()
    np.testing.assert_allclose(epochs.get_data(copy=False) * 1e6, study.recordings.data.values, rtol=1e-5, atol=1e-5)
    assert epochs.get_montage() is not None
    raw = mne.io.read_raw_fif(folder / "SIM1_task-scenes_raw.fif", verbose="error")
    assert "SIMULATED" in raw.info["description"]
    assert len(raw.annotations) == 36


def test_a_folder_that_holds_something_is_left_alone(small, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="holds something already"):
        write(small, tmp_path, "native", QUIET)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_sessions_and_unknown_onsets_are_held_by_one_layout(small_settings, tmp_path):
    check_layout(small_settings(sessions=2), "native", tmp_path / "out")
    with pytest.raises(ConfigError, match="layout bids cannot hold sessions; choose layout native"):
        check_layout(small_settings(sessions=2), "bids", tmp_path / "out")


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("nativ", "unknown layout 'nativ'; did you mean 'native'?"),
        ("bold5000_qa", "has 1024 components, found 64"),
        ("mne", "needs modality eeg, found fmri"),
    ],
)
def test_a_layout_that_cannot_hold_the_study_says_why(small, tmp_path, layout, message):
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        write(small, tmp_path / "out", layout, QUIET)
    assert not (tmp_path / "out").exists()


def test_from_the_command_line(neurona, tmp_path):
    dials = ["components=64", "parcels=6", "nouns=40", "adjectives=10"]
    options = [word for dial in dials for word in ("--set", dial)]
    code, printed, error = neurona(
        "data", "simulate", tmp_path / "out", "--subjects", 1, "--images", 40, "--snr", 0.2, *options
    )
    assert (code, error) == (0, "")
    assert "SIMULATED fmri, SNR 0.2" in printed
    assert "roles swapped" in printed
    assert open_dataset(tmp_path / "out").simulated
    code, _, error = neurona("data", "simulate", tmp_path / "other", "--null", "shuffeld")
    assert code == 2
    assert "did you mean 'shuffled'?" in error
    code, _, error = neurona("data", "simulate", tmp_path / "out")
    assert code == 2
    assert "holds something already" in error
