"""Editors' schema: takes every config that ships, refuses what `load_config` refuses."""

import pytest
import yaml

from neurona.experiments.config_schema import config_schema
from neurona.experiments.shipped import shipped_configs

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def fits():
    return jsonschema.Draft202012Validator(config_schema()).is_valid


def test_every_config_that_ships_fits(fits):
    for path in shipped_configs().values():
        assert fits(yaml.safe_load(path.read_text())), path


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("extends: base.yaml\nevaluation: {test: 0.3}", True),
        ("decoder: explain", True),
        ("decoder: {supervision: scenes}", True),
        ("decoder: explian", False),
        ("decoder: {kind: explain, stepz: 3}", False),
        ("decoder: {kind: neurona, encoder: parcel_convolution}", True),
        ("decoder: {kind: neurona, encoder: parcel_convolutoin}", False),
        ("training: {augmentation: [time_shift, {kind: mixup, alpha: 1}]}", True),
        ("training: {augmentation: [time_shfit]}", False),
        ("training: {epoch: 3}", False),
        ("evaluation: {test: 2}", False),
        ("entities: {method: ward, n_parcels: 5}", True),
        ("entities: {method: wards}", False),
        ("align: zscore", True),
        ("align: {method: centre, by: subject}", True),
        ("align: ward", False),
    ],
)
def test_parts_of_configs(fits, text, fitting):
    assert fits(yaml.safe_load(text)) == fitting
