import mne
import numpy as np
import pandas as pd
import pytest

from neurona.datasets.dataset import Dataset
from neurona.decoders import fit_decoder
from neurona.errors import DataError

LABELS = ["face", "house"] * 12


@pytest.fixture(scope="module")
def epochs() -> mne.EpochsArray:
    """SIMULATED: 24 epochs of two kinds, 4 channels x 40 samples."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(24, 4, 40))
    signal[::2, 0, 20:] += 2
    info = mne.create_info(["Fz", "Cz", "Pz", "Oz"], 100.0, "eeg")
    codes = np.stack([100 * np.arange(24), np.zeros(24, int), np.tile([1, 2], 12)], axis=1)
    metadata = pd.DataFrame(
        {"image": [f"{k % 6:02d}" for k in range(24)], "old": np.arange(24) % 3 == 0, "block": np.arange(24) // 8}
    )
    return mne.EpochsArray(
        signal, info, codes, tmin=-0.1, event_id={"face": 1, "house": 2}, metadata=metadata, verbose="error"
    )


def test_labels_are_the_names_of_the_events_unless_given(epochs):
    data = Dataset.from_epochs(epochs)
    assert data.recordings.data.label.values.tolist() == LABELS
    assert data.vocabulary.categories == {"event": ("face", "house")}
    assert data.recordings.data.attrs["modality"] == "eeg"
    assert float(data.recordings.data.time[0]) == pytest.approx(-0.1)
    assert not data.simulated
    assert Dataset.from_epochs(epochs, simulated=True).simulated


def test_columns_of_the_metadata_are_labels_and_groups(epochs):
    data = Dataset.from_epochs(epochs, ["image", "old"], groups="block")
    assert data.vocabulary.categories == {"image": tuple(f"_{k:02d}" for k in range(6))}
    assert "old" in data.vocabulary.concepts
    assert data.card.labels["image=03"] == "_03"
    assert data.recordings.data.run.values.tolist() == [str(k // 8) for k in range(24)]
    assert Dataset.from_epochs(epochs, "image").recordings.data.label.values.tolist()[:2] == ["00", "01"]


def test_labels_may_be_given(epochs):
    data = Dataset.from_epochs(epochs, [f"kind {k % 3}" for k in range(24)])
    assert data.vocabulary.concepts == ("kind_0", "kind_1", "kind_2")


def test_what_is_not_there_is_named(epochs):
    with pytest.raises(DataError, match="labels: the metadata have no column 'imge'; did you mean 'image'"):
        Dataset.from_epochs(epochs, "imge")
    bare = epochs.copy()
    bare.metadata = None
    with pytest.raises(DataError, match=r"labels: .* of epochs without metadata"):
        Dataset.from_epochs(bare, "image")
    with pytest.raises(DataError, match="groups: 2 given for 24 epochs"):
        Dataset.from_epochs(epochs, groups=[1, 2])


def test_a_decoder_reads_later_epochs(epochs):
    decoder = fit_decoder(Dataset.from_epochs(epochs[:16]), "linear_evidence")
    reading = decoder.read(Dataset.from_epochs(epochs[16:]))
    assert (reading.ask("describe event").answer == LABELS[16:]).mean() >= 0.75


def test_epochs_of_one_event_are_read_and_say_nothing(epochs):
    decoder = fit_decoder(Dataset.from_epochs(epochs[:16]), "linear_evidence")
    faces = Dataset.from_epochs(epochs[16::2])
    assert len(faces.questions) == 0
    assert len(decoder.read(faces).recordings) == 4
    with pytest.raises(DataError, match="no questions to learn from"):
        fit_decoder(faces, "linear_evidence")
