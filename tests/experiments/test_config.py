import pytest

from neurona.errors import ConfigError
from neurona.experiments.config import load_config

REST = "entities: {method: ward}\nevaluation: {split: leave_one_run_out}\n"


def test_a_misspelt_key_is_refused_and_the_nearest_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST + "training: {stepz: 3}\n")
    with pytest.raises(ConfigError, match=r"training\.stepz.*did you mean 'steps'"):
        load_config(path)


def test_overrides_reach_sections(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    assert load_config(path, ["training.steps=7"]).training.steps == 7


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("entities.n_parcel=4", r"entities\.n_parcel'; did you mean 'n_parcels'"),
        ("entities={method: windows, n_bin: 4}", r"entities\.n_bin'; did you mean 'n_bins'"),
        ("entities={method: wards}", r"entities: .*'ward', 'kmeans', 'windows'"),
        ("training.steps=0", r"training\.steps: .*greater than or equal to 1 \(found 0\)"),
        ("training.steps", "expected key=value"),
        ("name.first=a", "'name' is a value, not a section"),
    ],
)
def test_a_wrong_override_says_which_key_and_what_was_expected(tmp_path, override, message):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    with pytest.raises(ConfigError, match=message):
        load_config(path, [override])


def test_the_digest_depends_on_the_settings_alone(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ndata: {name: haxby2001}\n" + REST)
    assert load_config(path).digest() == load_config(path, ["seed=0"]).digest()
    assert load_config(path).digest() != load_config(path, ["seed=1"]).digest()
