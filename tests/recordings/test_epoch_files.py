import io

import mne
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.epoch_files import find_epochs, saved_epochs
from neurona.recordings.epoching import Epoching

NAMES = ["Fp1", "Fp2", "C3", "C4", "Cz", "O1", "O2", "Oz"]


def saved(root, subject, *, names=NAMES, ending="_proc-clean_epo.fif", n=8, bads=(), seed=0, task="look"):
    """Epochs of one subject as MNE-BIDS-Pipeline saves them."""
    folder = root / f"sub-{subject}" / "eeg"
    folder.mkdir(parents=True, exist_ok=True)
    values = 1e-6 * np.random.default_rng(seed).normal(size=(n, len(names), 30))
    events = np.column_stack([200 * np.arange(n), np.zeros(n, int), [1, 2] * (n // 2)])
    info = mne.create_info(names, 100.0, "eeg")
    info["bads"] = list(bads)
    epochs = mne.EpochsArray(values, info, events, tmin=-0.1, event_id={"Face": 1, "House": 2}, verbose=False)
    epochs.metadata = pd.DataFrame({"identity": [f"person {k}" for k in range(n)], "seen": ["yes", "no"] * (n // 2)})
    epochs.drop([0], verbose=False)
    path = folder / f"sub-{subject}_task-{task}{ending}"
    epochs.save(path, overwrite=True, verbose="error")
    return epochs


@pytest.mark.parametrize("ending", ["_proc-clean_epo.fif", "_run-01-epo.fif"])
def test_epochs_are_read_as_they_were_saved(tmp_path, ending):
    originals = [saved(tmp_path, who, ending=ending, seed=k) for k, who in enumerate(("01", "02"))]
    files = find_epochs(tmp_path)
    assert [file.id for file in files] == ["sub-01_run-01", "sub-02_run-01"]
    data = saved_epochs(files, simulated=True).data
    expected = np.concatenate([one.get_data(copy=True) for one in originals])
    np.testing.assert_allclose(data.values, expected, rtol=1e-5, atol=1e-12)
    assert data.label.values.tolist() == ["House", *["Face", "House"] * 3] * 2
    assert data.epoch.values.tolist() == list(range(1, 8)) * 2
    assert data.metadata_identity.values[0] == "person 1"
    assert data.attrs["simulated"] == 1


def test_labels_may_be_a_column_of_the_metadata_and_types_may_be_chosen(tmp_path):
    saved(tmp_path, "01")
    data = saved_epochs(find_epochs(tmp_path, label_column="seen"), trial_types=["yes"]).data
    assert set(data.label.values) == {"yes"}
    assert data.epoch.values.tolist() == [2, 4, 6]
    with pytest.raises(DataError, match="no column 'sen' in the epochs' metadata; did you mean 'seen'"):
        find_epochs(tmp_path, label_column="sen")
    with pytest.raises(DataError, match="no epoch of type 'House ' in any file; did you mean 'House'"):
        saved_epochs(find_epochs(tmp_path), trial_types=["House "])


def test_channels_that_are_still_bad_are_repaired_or_dropped_in_all_files_and_said(tmp_path):
    saved(tmp_path, "01", bads=["Cz"])
    saved(tmp_path, "02", names=NAMES[::-1], seed=1)
    printed = io.StringIO()
    data = saved_epochs(find_epochs(tmp_path), console=Console(file=printed, width=200)).data
    assert data.channel.values.tolist() == NAMES
    assert "bad channels (interpolated): sub-01_run-01: Cz" in printed.getvalue()
    dropped = saved_epochs(find_epochs(tmp_path), epoching=Epoching(bad_channels="drop")).data
    assert dropped.channel.values.tolist() == [name for name in NAMES if name != "Cz"]
    second = data[data.subject.values == "02"].sel(channel=dropped.channel)
    np.testing.assert_allclose(dropped[dropped.subject.values == "02"].values, second.values)


def test_several_versions_are_told_apart_by_filters(tmp_path):
    saved(tmp_path, "01")
    saved(tmp_path, "01", ending="_proc-raw_epo.fif")
    with pytest.raises(DataError, match=r"a second file of sub-01_run-01 .*filters.processing=clean"):
        find_epochs(tmp_path)
    (file,) = find_epochs(tmp_path, filters={"processing": "clean"})
    assert "proc-clean" in file.path.name
    with pytest.raises(DataError, match="processing: no file of epochs of processing 'clen'; did you mean 'clean'"):
        find_epochs(tmp_path, filters={"processing": "clen"})


def test_what_is_not_there_or_does_not_fit_together_is_told(tmp_path):
    with pytest.raises(DataError, match="no file of epochs"):
        find_epochs(tmp_path)
    saved(tmp_path, "01")
    saved(tmp_path, "02", names=[*NAMES[:-1], "Pz"])
    with pytest.raises(DataError, match="channels differ from those of sub-01_run-01: Oz, Pz"):
        find_epochs(tmp_path)
    saved(tmp_path, "02", task="rest")
    with pytest.raises(DataError, match="tasks look, rest found"):
        find_epochs(tmp_path)
    next(tmp_path.rglob("sub-01*_epo.fif")).write_bytes(b"no fif")
    with pytest.raises(DataError, match="cannot be read as epochs"):
        find_epochs(tmp_path, task="look", subjects=["01"])
