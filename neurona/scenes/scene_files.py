"""Scene graphs from whatever they lie in: plain YAML, Visual Genome's JSON (one file, or a folder of its lists), tagged text (a file, or a folder)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from neurona.errors import DataError
from neurona.scenes.scene_graph import SceneGraph
from neurona.scenes.tagged_text import read_tagged_text
from neurona.scenes.visual_genome import read_visual_genome, read_visual_genome_lists
from neurona.scenes.yaml_scenes import read_yaml

_LISTS = ("objects", "attributes", "relationships")


def read_scenes(path: Path, *, complete: bool | None = None) -> tuple[SceneGraph, ...]:
    """The scenes of a file or folder.

    Args:
        path: `.yaml` or `.yml`; `.json` in the layout of `scene_graphs.json`; a folder with `objects.json`, `attributes.json` or
            `relationships.json`; `.txt`, or a folder of them.
        complete: whether what a scene does not state is false in it. As its format has it when None (Visual Genome: false; tagged text:
            unknown); YAML says so itself, scene by scene.

    Raises:
        DataError: no such file, another format, or content that does not fit, with file, place and field.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; expected scene graphs")
    return _reader(path, {} if complete is None else {"complete": complete})()


def _reader(path: Path, options: dict[str, bool]) -> Callable[[], tuple[SceneGraph, ...]]:
    lists = {name: path / f"{name}.json" for name in _LISTS if (path / f"{name}.json").is_file()}
    if lists:
        return partial(read_visual_genome_lists, **lists, **options)  # type: ignore[arg-type]
    if path.is_dir() or path.suffix == ".txt":
        return partial(read_tagged_text, path, **options)
    if path.suffix == ".json":
        return partial(read_visual_genome, path, **options)
    if path.suffix in (".yaml", ".yml"):
        if options:
            raise DataError(f"{path}: in YAML each scene says for itself whether it is complete (`complete: false`)")
        return partial(read_yaml, path)
    raise DataError(
        f"{path}: expected scene graphs as .yaml, .json (Visual Genome) or .txt (tagged text), or a folder of the latter two"
    )
