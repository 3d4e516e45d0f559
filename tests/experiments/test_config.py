import pytest

from neurona.encoders import ParcelConvolutionSettings
from neurona.errors import ConfigError
from neurona.experiments.config import load_config
from neurona.recordings.alignment.zscore import ZScore
from neurona.recordings.entities import GroupEntities
from neurona.training.augmentation import Mixup, TimeShift

REST = "entities: {method: ward}\ndecoder: linear_evidence\nevaluation: {split: leave_one_run_out}\n"


def test_a_misspelt_key_is_refused_and_the_nearest_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST + "training: {epoch: 3}\n")
    with pytest.raises(ConfigError, match=r"training\.epoch'; did you mean 'epochs'"):
        load_config(path)


def test_overrides_reach_sections(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    assert load_config(path, ["decoder.steps=7"]).decoder.steps == 7


def test_augmentations_are_named_or_have_settings_of_their_own(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "name: a\ndata: {name: haxby2001}\n"
        + REST
        + "training: {augmentation: [time_shift, {kind: mixup, alpha: 1}]}\n"
    )
    assert load_config(path).training.augmentation == (TimeShift(), Mixup(alpha=1.0))
    assert load_config(path, ["training.augmentation=[]"]).training.augmentation == ()
    with pytest.raises(ConfigError, match="time_shfit"):
        load_config(path, ["training.augmentation=[time_shfit]"])


def test_an_encoder_is_named_or_has_settings_of_its_own(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST.replace("linear_evidence", "neurona"))
    assert load_config(path).decoder.encoder == ParcelConvolutionSettings()
    for override in ("decoder.encoder=parcel_convolution", "decoder={kind: neurona, encoder: parcel_convolution}"):
        assert load_config(path, [override]).decoder.encoder == ParcelConvolutionSettings()
    with pytest.raises(ConfigError, match=r"decoder\.encoder: no encoder of kind 'parcel_convolutoin'; did you mean"):
        load_config(path, ["decoder.encoder=parcel_convolutoin"])
    with pytest.raises(ConfigError, match=r"unknown key 'decoder\.encoder\.widht'"):
        load_config(path, ["decoder.encoder=parcel_convolution", "decoder.encoder.widht=3"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("entities.n_parcel=4", r"entities\.n_parcel'; did you mean 'n_parcels'"),
        ("entities={method: windows, n_bin: 4}", r"entities\.n_bin'; did you mean 'n_bins'"),
        ("entities={method: wards}", "entities: no entities of method 'wards'; did you mean 'ward'"),
        ("align=zscor", "align: no align of method 'zscor'; did you mean 'zscore'"),
        ("align={method: zscore, bye: run}", r"align\.bye'; did you mean 'by'"),
        ("decoder=explian", r"decoder: no decoder of kind 'explian'; did you mean 'explain'"),
        ("decoder.supervision=scene", r"decoder\.supervision: .*'answers' or 'scenes'"),
        ("decoder.steps=0", r"decoder\.steps: .*greater than or equal to 1 \(found 0\)"),
        ("decoder.steps", "expected key=value"),
        ("decoder.stepz=3", r"decoder\.stepz'; did you mean 'steps'"),
        ("data.simulation={snrr: 3}", r"data\.simulation\.snrr'; did you mean 'snr'"),
        ("data.simulation.snr=-1", r"simulation: snr is -1"),
        ("name.first=a", "'name' is a value, not a section"),
    ],
)
def test_a_wrong_override_says_which_key_and_what_was_expected(tmp_path, override, message):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    with pytest.raises(ConfigError, match=message):
        load_config(path, [override])


def test_runs_are_aligned_by_a_name_or_by_settings(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    assert load_config(path).align is None
    assert load_config(path, ["align=zscore"]).align == ZScore()
    assert load_config(path, ["align=zscore", "align.by=subject"]).align == ZScore(by="subject")


def test_data_are_named_or_lie_in_a_folder_or_are_simulated(tmp_path):
    path = tmp_path / "a.yaml"
    for data, found in (("{path: set}", None), ("{simulation: {}}", None), ("{name: haxby2001}", "haxby2001")):
        path.write_text(f"name: a\ndata: {data}\n" + REST)
        assert load_config(path).data.name == found
    path.write_text("name: a\ndata: {}\n" + REST)
    with pytest.raises(ConfigError, match="name a data set"):
        load_config(path)
    path.write_text("name: a\ndata: {path: set, simulation: {}}\n" + REST)
    with pytest.raises(ConfigError, match="drop one of them"):
        load_config(path)


def test_a_file_gives_only_what_differs_from_the_one_that_it_extends(tmp_path):
    (tmp_path / "base.yaml").write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    path = tmp_path / "b.yaml"
    path.write_text("extends: base.yaml\nname: b\ndecoder: {steps: 9}\nevaluation: {shuffle: true}\n")
    config = load_config(path)
    assert (config.name, config.data.name, config.decoder.steps) == ("b", "haxby2001", 9)
    assert config.evaluation.shuffle
    assert config.evaluation.split == "leave_one_run_out"


def test_a_circle_of_files_is_refused(tmp_path):
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {other}.yaml\n")
    with pytest.raises(ConfigError, match="extends itself"):
        load_config(tmp_path / "a.yaml")


def test_another_kind_of_entities_starts_from_its_own_defaults(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    config = load_config(path, ["entities.n_parcels=7", "entities=groups"])
    assert config.entities == GroupEntities()
