"""Names, and what they stand for."""

import sys
from types import ModuleType

import pytest

from neurona.errors import ConfigError
from neurona.registry import Registry


@pytest.fixture
def fruits(monkeypatch):
    """A registry whose room is an empty module."""
    monkeypatch.setitem(sys.modules, "orchard", ModuleType("orchard"))
    return Registry("fruit", "neurona.no_such_group", "orchard")


def test_what_is_registered_is_found_by_its_name_in_alphabetical_order(fruits):
    @fruits.register("pear")
    def pear():
        return 1

    @fruits.register("apple")
    def apple():
        return 2

    assert list(fruits) == ["apple", "pear"]
    assert fruits.find("pear")() == fruits["pear"]() == 1


def test_an_unknown_name_suggests_the_nearest(fruits):
    assert "appel" not in fruits
    assert fruits.get("appel") is None
    fruits.add("apple", object)
    with pytest.raises(ConfigError, match="no fruit 'appel'; did you mean 'apple'"):
        fruits.find("appel")


def test_two_things_of_one_name_are_refused(fruits):
    fruits.add("apple", int)
    fruits.add("apple", int)
    with pytest.raises(ConfigError, match=r"fruit 'apple' is registered twice: builtins\.int and builtins\.str"):
        fruits.add("apple", str)


def test_modules_of_the_room_and_entry_points_are_imported_once_when_asked_for(tmp_path, monkeypatch):
    (tmp_path / "grove").mkdir()
    (tmp_path / "grove" / "__init__.py").write_text(
        "from neurona.registry import Registry\nTREES = Registry('tree', 'neurona.trees', 'grove')\n"
    )
    (tmp_path / "grove" / "oak.py").write_text("from grove import TREES\nTREES.add('oak', 1)\n")
    (tmp_path / "elsewhere.py").write_text("from grove import TREES\nTREES.add('elm', 2)\n")
    info = tmp_path / "elsewhere-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[neurona.trees]\nelm = elsewhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from grove import TREES

    assert "grove.oak" not in sys.modules
    assert dict(TREES) == {"elm": 2, "oak": 1}
