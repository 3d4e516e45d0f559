"""What `import neurona` gives: every name has an example, and every example is right."""

import doctest
import inspect
import sys

import pytest

import neurona
from neurona import Dataset, Recordings, fit, load_dataset
from neurona.datasets.dataset import save_dataset

NAMES = [name for name in neurona.__all__ if not name.startswith("__")]


def examples(name: str) -> list[doctest.DocTest]:
    """Those of a name, and of what is defined in its class."""
    thing = getattr(neurona, name)
    found = doctest.DocTestFinder(recurse=True, exclude_empty=True).find(thing, name, sys.modules[thing.__module__])
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_an_example_that_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tests = examples(name)
    assert tests
    for test in tests:
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        assert runner.run(test).failed == 0, test.name


@pytest.mark.parametrize("name", ["from_arrays", "from_epochs", "from_niimgs"])
def test_a_way_into_a_data_set_says_what_it_takes(name):
    assert all(word in inspect.getdoc(getattr(Dataset, name)) for word in ("Args:", "Raises:", "Examples:"))


def test_a_data_set_is_loaded_from_its_folder(tmp_path):
    data = Dataset.from_arrays([[0.0, 1.0], [1.0, 0.0]] * 4, ["face", "house"] * 4, name="mine")
    save_dataset(data, tmp_path / "mine")
    again = load_dataset(tmp_path / "mine")
    assert again.vocabulary == data.vocabulary
    assert again.card.labels == {"face": "face", "house": "house"}
    one, other = (fit(each, "linear_evidence").read(data).ask("exists x. face(x)") for each in (data, again))
    assert one.equals(other)
    assert isinstance(again.recordings, Recordings)
