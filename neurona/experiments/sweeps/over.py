"""What a sweep goes over: `seed=0:5 subject=CSI1,CSI2` -> every combination of the values.

    runs = {overrides : overrides in values(key_1) x values(key_2) x ...}

`a:b` and `a:b:step` are whole numbers from a to b - 1, as in Python; a comma separates other values; a text that starts with a
bracket is a YAML list of values, for values that are lists themselves (`training.decays=[[0.1], [0.1, 0.3]]`).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from neurona.errors import ConfigError
from neurona.settings import assignment

_EXPECTED = "key=values, e.g. seed=0:5 or training.epochs=10,20"
_RANGE = re.compile(r"(-?\d+):(-?\d+)(?::(-?\d+))?")


def parse_over(texts: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Key of the config -> its values, in the order given. `subject` is short for `data.subjects`, one subject a run.

    Raises:
        ConfigError: no `=`, no value, a range that is empty, a key or a value that stands twice, a value that is no YAML.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for text in texts:
        key, listed = assignment(text, "--over", _EXPECTED)
        if not listed:
            raise ConfigError(f"--over {text}: expected {_EXPECTED}")
        values = _values(text, listed)
        if key == "subject":
            key, values = "data.subjects", tuple([value] for value in values)
        if key in found:
            raise ConfigError(f"--over {text}: {key!r} is given twice; list all of its values once, with commas")
        found[key] = values
    return found


def combinations(over: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every choice of one value a key; the last key changes fastest. Nothing to go over gives one empty choice."""
    return [dict(zip(over, chosen, strict=True)) for chosen in itertools.product(*over.values())]


def overrides(chosen: Mapping[str, Any]) -> list[str]:
    """A choice as `key=value` texts of one line, as `load_config` takes them."""
    return [f"{key}={_one_line(value)}" for key, value in chosen.items()]


def _one_line(value: Any) -> str:
    # In a list, for a value on its own would be followed by the end mark of a YAML document.
    return yaml.safe_dump([value], default_flow_style=True, width=10**9).strip()[1:-1]


def _values(text: str, listed: str) -> tuple[Any, ...]:
    if span := _RANGE.fullmatch(listed):
        start, stop, step = int(span[1]), int(span[2]), int(span[3] or 1)
        values: tuple[Any, ...] = tuple(range(start, stop, step)) if step else ()
        if not values:
            raise ConfigError(f"--over {text}: the range is empty; 0:5 is 0, 1, 2, 3, 4")
        return values
    try:
        values = tuple(yaml.safe_load(listed if listed.startswith("[") else f"[{listed}]"))
    except (yaml.YAMLError, TypeError) as error:
        raise ConfigError(f"--over {text}: the values cannot be read; separate them with commas") from error
    seen: list[str] = []
    for value in values:
        if (shown := json.dumps(value, default=str)) in seen:
            raise ConfigError(f"--over {text}: the value {shown} stands twice")
        seen.append(shown)
    if not values:
        raise ConfigError(f"--over {text}: no values")
    return values
