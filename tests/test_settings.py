"""What results depend on, of all settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import pytest
from annotated_types import Ge
from pydantic import BaseModel

from neurona.errors import ConfigError
from neurona.settings import SILENT, decisive, setting, silent_names


@dataclass(frozen=True)
class Inner:
    kind: Literal["inner"] = "inner"
    size: Annotated[int, Ge(1)] = 3
    saved_every: Annotated[int, Ge(1), SILENT] = 10
    names: dict[str, str] = field(default_factory=dict)


class Outer(BaseModel):
    name: str
    inner: Inner = Inner()
    other: Inner | None = None
    path: Path | None = None
    logs: Annotated[bool, SILENT] = False
    shares: tuple[float, ...] = ()


def test_what_has_its_default_is_left_out_and_what_is_required_stays():
    assert decisive(Outer(name="a")) == {"name": "a"}
    assert decisive(Outer(name="a", shares=(0.1, 0.2), path=Path("b"))) == {
        "name": "a",
        "shares": [0.1, 0.2],
        "path": "b",
    }


def test_silent_settings_are_left_out_whatever_they_are():
    assert decisive(Outer(name="a", logs=True, inner=Inner(saved_every=1, size=5))) == {
        "name": "a",
        "inner": {"kind": "inner", "size": 5},
    }
    assert silent_names(Outer) == {"logs"}
    assert silent_names(Inner) == {"saved_every"}


def test_a_section_at_its_defaults_is_not_no_section():
    assert decisive(Outer(name="a", other=Inner())) == {"name": "a", "other": {"kind": "inner"}}


def test_every_setting_of_training_is_decisive_or_says_that_it_is_not():
    from neurona.training.settings import TrainingSettings

    assert silent_names(TrainingSettings) == {
        "mesh",
        "checkpoint_epochs",
        "checkpoint_seconds",
        "tensorboard",
        "mlflow",
    }


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("seed=3", "seed", 3),
        ("roles=0.5", "roles", 0.5),
        ("data.subjects=[CSI1, CSI2]", "data.subjects", ["CSI1", "CSI2"]),
        ("decoder = explain", "decoder", "explain"),
        ("clip=null", "clip", None),
        ("clip=", "clip", None),
        ("definitions.living=face(x) | cat(x)", "definitions.living", "face(x) | cat(x)"),
        ("a=b=c", "a", "b=c"),
    ],
)
def test_a_setting_is_a_key_and_a_value_in_yaml(text, key, value):
    assert setting(text) == (key, value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed", "--dial seed: expected key=value"),
        ("=3", "--dial =3: expected key=value"),
        ("a=[1", r"--dial a=\[1: the value cannot be read"),
    ],
)
def test_a_text_that_is_no_setting_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        setting(text, "--dial")
