"""What a command imports: nothing that it does not use, so that it answers at once."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import neurona

HEAVY = {"flax", "jax", "matplotlib", "mne", "nilearn", "optax", "scipy.stats", "sklearn", "sympy", "xarray", "zarr"}
TOLD = "import sys\n{code}\nprint(*sorted(sys.modules), sep='\\n')"
LAZY = [path.parent for path in Path(neurona.__file__).parent.rglob("__init__.pyi")]


def imported_by(code: str, *arguments: object) -> set[str]:
    """Modules of a new process that runs `code`."""
    command = [sys.executable, "-c", TOLD.format(code=code), *map(str, arguments)]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())


def test_neurona_imports_nothing_before_it_is_used():
    assert not imported_by("import neurona") & (HEAVY | {"numpy", "pandas"})


def test_the_command_line_alone_imports_no_libraries_of_arrays():
    assert not imported_by("import neurona.cli") & (HEAVY | {"numpy", "pandas"})


def test_a_query_on_possible_worlds_imports_numpy_and_pandas_alone():
    code = """
from neurona.experiments.runs import query_tables
from neurona.experiments.runs.asking import Source
from neurona.readings import WorldReading
"""
    assert not imported_by(code) & HEAVY


@pytest.mark.parametrize("folder", LAZY, ids=lambda folder: folder.name)
def test_a_lazy_room_gives_what_it_lists(folder):
    name = ".".join(("neurona", *folder.relative_to(Path(neurona.__file__).parent).parts))
    room = importlib.import_module(name)
    for public in room.__all__:
        # A module of the name of what it holds would stand in its way, once it is imported.
        assert not (folder / f"{public}.py").exists()
        assert getattr(room, public) is not None
