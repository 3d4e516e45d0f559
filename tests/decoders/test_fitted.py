"""A decoder outlives its experiment: it is kept in a folder, copied and pickled, and reads what was measured alike."""

import copy
import pickle
from dataclasses import replace

import pytest
from small_dataset import small_dataset

from neurona.decoders import fit_decoder, load_decoder
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.errors import DataError, OutputError
from neurona.programs import Vocabulary
from neurona.recordings.recordings import Recordings
from neurona.stored import save_stored

QUERIES = ["describe Category", "exists x. animate(x)", "exists x. face(x)"]


@pytest.fixture(scope="module")
def decoder():
    return fit_decoder(small_dataset()[0], LinearEvidenceSettings(decays=(0.1,)))


@pytest.fixture(scope="module")
def later():
    return small_dataset()[1]


def test_saved_pickled_or_copied_it_says_the_same(decoder, later, tmp_path):
    expected = decoder.read(later).ask(QUERIES)
    loaded = load_decoder(decoder.save(tmp_path / "decoder"))
    for again in (loaded, pickle.loads(pickle.dumps(decoder)), copy.deepcopy(decoder)):
        assert again.read(later).ask(QUERIES).equals(expected)
    assert (loaded.about, loaded.settings, loaded.vocabulary) == (decoder.about, decoder.settings, decoder.vocabulary)


def test_a_data_set_is_read_by_its_recordings(decoder):
    dataset, _ = small_dataset()
    assert decoder.read(dataset).ask(QUERIES).equals(decoder.read(dataset.recordings).ask(QUERIES))


def test_channels_in_any_order_are_read_alike(decoder, later):
    turned = Recordings(later.data.isel(channel=slice(None, None, -1)))
    assert decoder.read(turned).ask(QUERIES).equals(decoder.read(later).ask(QUERIES))


def test_recordings_measured_otherwise_are_refused(decoder, later):
    with pytest.raises(DataError, match="1 of 8 channels are missing from the recordings: F3"):
        decoder.read(Recordings(later.data.isel(channel=slice(1, None))))
    with pytest.raises(DataError, match="units is 'V' in the recordings and 'uV'"):
        decoder.read(Recordings(later.data.assign_attrs(units="V")))
    with pytest.raises(DataError, match="'recording48' stands twice"):
        decoder.read(Recordings(later.data.isel(recording=[0, 0])))


def test_a_reading_of_simulated_recordings_says_so_whatever_the_decoder_learned_from(decoder, later):
    measured = replace(decoder, decoder=replace(decoder.decoder, about=replace(decoder.about, simulated=False)))
    assert measured.read(later).about.simulated
    assert not measured.read(Recordings(later.data.assign_attrs(simulated=0))).about.simulated


def test_folders_of_something_else_are_refused(decoder, tmp_path):
    with pytest.raises(DataError, match="expected a folder that a fitted decoder was saved in"):
        load_decoder(tmp_path)
    save_stored(Vocabulary(("cat", "dog")), tmp_path / "words")
    with pytest.raises(DataError, match="holds Vocabulary, which is no fitted decoder"):
        load_decoder(tmp_path / "words")
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(OutputError, match="holds other files"):
        decoder.save(tmp_path)
