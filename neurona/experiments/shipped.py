"""Configs and papers that ship with Neurona, by name: `quickstart`, `haxby2001/slice`, or `slice` where only one ends so."""

from __future__ import annotations

from pathlib import Path

from neurona.errors import ConfigError, nearest_name

PAPER = "published.yaml"
"""A folder with such a file is a paper's."""

_OF_PAPERS = (PAPER, "tables.yaml")


def shipped_folder() -> Path:
    """Where they lie: in the installed package, else in the checkout."""
    inside = Path(__file__).parents[1] / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "experiments"


def shipped_configs() -> dict[str, Path]:
    """Name -> file, in alphabetical order."""
    root = shipped_folder()
    files = (path for path in root.rglob("*.yaml") if path.name not in _OF_PAPERS)
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(files)}


def shipped_papers() -> dict[str, Path]:
    """Name -> folder, in alphabetical order."""
    return {path.parent.name: path.parent for path in sorted(shipped_folder().rglob(PAPER))}


def find_config(name: str | Path) -> Path:
    """A file of that path, else the config of that name among those that ship.

    Raises:
        ConfigError: neither; the nearest name is suggested.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = shipped_configs()
    asked = path.as_posix()
    fitting = [one for one in known if one == asked] or [one for one in known if one.rsplit("/", 1)[-1] == asked]
    if len(fitting) == 1:
        return known[fitting[0]]
    hint = f"; which of {', '.join(fitting)}?" if fitting else nearest_name(path.stem, known)
    raise ConfigError(f"{name}: no such config file, and none of that name ships{hint} (see `neurona configs`)")


def find_paper(name: str | Path) -> Path:
    """A paper's folder of that path, else the paper of that name among those that ship.

    Raises:
        ConfigError: neither.
    """
    path = Path(name)
    if path.is_dir():
        return path
    known = shipped_papers()
    if str(name) not in known:
        raise ConfigError(f"{name}: no such folder, and no paper of that name ships{nearest_name(path.name, known)}")
    return known[str(name)]


def said_of(path: Path) -> str:
    """What a config says of itself: its first comment, on one line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = []
    for line in lines:
        if not line.startswith("#"):
            break
        comments.append(line.removeprefix("#").strip())
    return " ".join(comments)
