"""What does not fit is told with its place, what was found, and what was expected."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field

from neurona.errors import ConfigError, DataError
from neurona.validated import Section, read_yaml_as, validated


@dataclass(frozen=True)
class Circle:
    __pydantic_config__ = ConfigDict(extra="forbid")
    radius: float
    kind: Literal["circle"] = "circle"


@dataclass(frozen=True)
class Square:
    __pydantic_config__ = ConfigDict(extra="forbid")
    side: float = 1.0
    kind: Literal["square"] = "square"


class Drawing(Section):
    title: str = ""
    shapes: tuple[Annotated[Circle | Square, Field(discriminator="kind")], ...] = ()


def test_what_fits_is_as_it_was_written():
    drawing = validated(Drawing, {"shapes": [{"kind": "circle", "radius": 2}]}, "here")
    assert drawing == Drawing(shapes=(Circle(2.0),))


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"titel": "a"}, "here: unknown key 'titel'; did you mean 'title'?"),
        ({"shapes": [{"kind": "square", "sides": 2}]}, "here: unknown key 'shapes[0].sides'; did you mean 'side'?"),
        ({"shapes": [{"kind": "circle"}]}, "here: shapes[0].radius: is missing (found kind)"),
        ({"shapes": [{"kind": "circel"}]}, "here: shapes[0]: no shapes of kind 'circel'; did you mean 'circle'?"),
        ({"shapes": {"a": 1}}, "here: shapes: should be a list (found keys and values)"),
        (
            {"title": True},
            'here: title: should be a valid string (found True); YAML reads a bare on, off, yes or no so: quote it ("on")',
        ),
        ({"title": ["a" * 100]}, f"here: title: should be a valid string (found ['{'a' * 75}...)"),
        ([], "here: should be keys and values (found [])"),
    ],
)
def test_what_does_not_fit_is_told(tree, message):
    with pytest.raises(ConfigError) as told:
        validated(Drawing, tree, "here", ConfigError)
    assert str(told.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [", "not YAML"), ("- 1", "expected keys and values, found list"), (None, "cannot be read")],
)
def test_a_file_that_holds_no_keys_and_values_is_refused(tmp_path, text, message):
    path = tmp_path / "drawing.yaml"
    if text:
        path.write_text(text)
    with pytest.raises(DataError, match=rf"drawing\.yaml: {message}"):
        read_yaml_as(Drawing, path)
