"""From a data set to a decoder of recordings that were not in it."""

import numpy as np
import pytest
from small_dataset import small_dataset

from neurona.decoders import FittedDecoder, fit_decoder, load_decoder
from neurona.decoders.fitting import held_for_validation
from neurona.decoders.linear_evidence import LinearEvidenceSettings
from neurona.errors import ConfigError
from neurona.recordings.entities import WindowEntities
from neurona.recordings.recordings import Recordings


@pytest.fixture(scope="module")
def decoder():
    return fit_decoder(small_dataset()[0], "linear_evidence", entities=WindowEntities(n_bins=4, n_windows=2))


def test_it_reads_recordings_that_it_never_saw(decoder):
    assert isinstance(decoder, FittedDecoder)
    _, later = small_dataset()
    said = decoder.read(later).ask("describe Category").answer
    assert (said.to_numpy() == later.data.label.values).mean() > 0.9
    assert len(decoder.entities.entities.names) == 8 * 2


def test_a_named_kind_has_its_defaults_and_entities_are_what_the_recordings_suggest():
    found = fit_decoder(small_dataset()[0], LinearEvidenceSettings(decays=(0.1,)), entities="groups", seed=3)
    assert (found.about.decoder, found.about.dataset, found.about.simulated, found.seed) == (
        "linear_evidence",
        "labels",
        True,
        3,
    )
    assert found.entities.entities.kind == "sensor group"
    suggested = fit_decoder(small_dataset()[0], LinearEvidenceSettings(decays=(0.1,)))
    assert suggested.entities.entities.kind == "sensor group x time window"


def test_new_runs_are_aligned_by_their_own_recordings(tmp_path):
    dataset, later = small_dataset()
    fitted = fit_decoder(dataset, LinearEvidenceSettings(decays=(0.1,)), align="zscore")
    drifted = Recordings(later.data.copy(data=5 * later.data.values + 100))
    kept = load_decoder(fitted.save(tmp_path / "decoder"))
    said = [one.ask("describe Category").probability for one in (fitted.read(later), kept.read(drifted))]
    np.testing.assert_allclose(*said, atol=1e-3)
    assert (kept.read(drifted).ask("describe Category").answer.to_numpy() == later.data.label.values).mean() > 0.9


def test_what_cannot_be_fitted_says_so():
    dataset, _ = small_dataset()
    with pytest.raises(ConfigError, match="no decoder of kind 'explian'; did you mean 'explain'"):
        fit_decoder(dataset, "explian")
    with pytest.raises(ConfigError, match="no method 'parcel'"):
        fit_decoder(dataset, "linear_evidence", entities="parcel")
    with pytest.raises(ConfigError, match="no alignment 'zscor'; did you mean 'zscore'"):
        fit_decoder(dataset, "linear_evidence", align="zscor")
    with pytest.raises(ConfigError, match="'question_only' answers the questions of an experiment and reads no"):
        fit_decoder(dataset, "question_only")
    with pytest.raises(ConfigError, match="labels comes without scene graphs; use answers"):
        fit_decoder(dataset, LinearEvidenceSettings(supervision="scenes"))


def test_recordings_of_one_image_are_held_together():
    images, train = np.array(["a", "a", "b", "c", "d", "d", "e"]), np.array([1, 1, 1, 1, 1, 1, 0], bool)
    held = held_for_validation(images, train, 0.5, seed=0)
    assert held.sum() > 0
    assert not held[6]
    for image in "ad":
        assert len(set(held[images == image])) == 1
    assert len(set(images[held])) == 2
    assert not held_for_validation(images, train, 0.0, seed=0).any()
