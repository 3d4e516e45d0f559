"""The layouts of folders as obtained: how each is recognised, checked and converted, with what settings.

    <folder as obtained>  --neurona data check-->  faults  --neurona data convert-->  <data set>  --data.path-->  an experiment

A layout's settings are a dataclass beside its reader; `settings_of` makes one of `key=value` texts.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import TypeAdapter
from rich.console import Console

from neurona.datasets import bids_fmri, bids_meeg, bold5000_qa, cneuromod_qa
from neurona.datasets.conversion import Converted
from neurona.datasets.dataset import Dataset, write_parts
from neurona.datasets.folder_lock import only_writer
from neurona.datasets.folder_report import FolderReport
from neurona.errors import ConfigError, DataError, OutputError, nearest_name
from neurona.settings import setting
from neurona.validated import validated

FILES = ("derivatives", "mask", "atlas")
"""Settings that name files."""
_OF_ONE_STUDY = ("subjects", "questions", "n_jobs")


class Layout(NamedTuple):
    """How a layout is recognised, checked and converted.

    Attributes:
        is_layout: whether a folder has it.
        check: folder, console, settings -> what there is and what is wrong.
        convert: folder, folder to be, console, settings -> what was made.
        settings: the dataclass.
    """

    is_layout: Callable[[Path], bool]
    check: Callable[..., FolderReport]
    convert: Callable[..., Converted]
    settings: type[Any]


def layout_name(folder: Path, name: str | None = None) -> str:
    """The layout of that name, else the one that the folder has.

    Raises:
        DataError: no such layout or folder, or the folder has none that is known.
    """
    if name is not None:
        if name not in LAYOUTS:
            raise DataError(f"unknown layout {name!r}{nearest_name(name, LAYOUTS)}")
        return name
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    for known, layout in LAYOUTS.items():
        if layout.is_layout(folder):
            return known
    raise DataError(
        f"{folder}: none of the known layouts ({', '.join(LAYOUTS)}): neither SUBJECT/train/IMAGE.npy, nor .h5 files, nor "
        "dataset_description.json with sub-*/func, eeg or meg; name the top folder, or say which with --layout"
    )


def check(folder: Path, console: Console, name: str | None = None, options: Sequence[str] = ()) -> FolderReport:
    """Everything that is wrong with a folder as obtained, and what there is.

    Args:
        folder: as obtained.
        console: for the progress.
        name: of the layout; detected unless given.
        options: `key=value`, fields of the layout's settings.

    Raises:
        DataError: no such layout or folder.
        ConfigError: an unknown key or a value that does not fit.
    """
    found = layout_name(folder, name)
    return LAYOUTS[found].check(folder, console, settings_of(found, options))


def convert(
    folder: Path, out: Path, console: Console, name: str | None = None, options: Sequence[str] = ()
) -> Converted:
    """Convert a folder as obtained to a data set; the folder `out` appears complete or not at all.

    Raises:
        DataError: a fault in the folder; `check` lists all of them.
        ConfigError: an unknown key or a value that does not fit.
        OutputError: `out` exists, is being written by another process, or cannot be written.
    """
    found = layout_name(folder, name)
    return LAYOUTS[found].convert(folder, out, console, settings_of(found, options))


def settings_of(name: str, options: Sequence[str] = (), base: Mapping[str, Any] | None = None) -> Any:
    """A layout's settings, `key=value` texts over the defaults; a dotted key reaches into a section (`windows.delay=5`).

    Args:
        name: of the layout.
        options: the texts.
        base: settings as JSON holds them, instead of the defaults.

    Raises:
        ConfigError: a text without `=`, an unknown key (the nearest is named), or a value that does not fit.
    """
    kind = LAYOUTS[name].settings
    tree: dict[str, Any] = deepcopy(dict(base or {}))
    for option in options:
        key, value = setting(option, loader=_Words)
        _put(tree, kind, key, key.split("."), value, name)
    return validated(kind, tree, f"layout {name}", ConfigError)


class _Words(yaml.SafeLoader):
    """YAML whose plain words stay text (`01`, `yes`, `1e3`), null apart: a field's type, not its spelling, says what a value is."""


_NULL = "tag:yaml.org,2002:null"
_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def conversion_of(settings: Any, root: Path) -> dict[str, Any]:
    """How a folder as obtained is converted, in words that hold for other folders: paths inside it are relative to it, and what belongs to
    the one study (whose recordings, which questions) is left out.

    Args:
        settings: of a layout, whose name is their `kind`.
        root: the folder.

    Returns:
        `layout`, and its `settings` as JSON can hold them; `settings_of` takes them as its base.
    """
    plain = TypeAdapter(type(settings)).dump_python(settings, mode="json")
    for name in FILES:
        path = Path(plain[name]) if plain.get(name) else None
        if path is not None and path.exists():
            whole, top = path.resolve(), root.resolve()
            plain[name] = whole.relative_to(top).as_posix() if whole.is_relative_to(top) else str(whole)
    return {
        "layout": settings.kind,
        "settings": {name: value for name, value in plain.items() if name not in (*_OF_ONE_STUDY, "kind")},
    }


def _put(tree: dict[str, Any], kind: Any, key: str, parts: Sequence[str], value: Any, layout: str) -> None:
    """Store a value at a dotted key, each part of which must be a field (keys of mappings are free)."""
    known = {field.name: field for field in dataclasses.fields(kind) if field.name != "kind" or parts[1:]}
    if parts[0] not in known:
        raise ConfigError(f"layout {layout}: unknown key {key!r}{nearest_name(parts[0], known)}")
    if len(parts) == 1:
        tree[parts[0]] = value
        return
    default = known[parts[0]].default
    section = tree.setdefault(parts[0], {})
    if dataclasses.is_dataclass(default):
        _put(section, type(default), key, parts[1:], value, layout)
    elif known[parts[0]].default_factory is not dataclasses.MISSING:
        section[".".join(parts[1:])] = value
    else:
        raise ConfigError(f"layout {layout}: {parts[0]!r} is a value, not a section")


def _convert_whole(
    read: Callable[[Path, Any, Console], Dataset], folder: Path, out: Path, console: Console, settings: Any
) -> Converted:
    """Read a study whole and write it; what a killed conversion left is begun anew."""
    with only_writer(out):
        if out.exists():
            raise OutputError(f"{out}: exists; choose another folder, or delete it to convert anew")
        conversion = conversion_of(settings, folder)
        dataset = dataclasses.replace(read(folder, settings, console), conversion=conversion)
        height_of = dataset.recordings.data.attrs.get("duration_s")
        if height_of is not None:  # what depends on the study's own trials holds for those to come
            conversion["settings"]["betas"]["duration"] = height_of
        work = out.parent / f".{out.name}.converting"
        try:
            if work.exists():
                shutil.rmtree(work)
            work.mkdir(parents=True)
            with console.status("writing the data set"):
                write_parts(work, dataset, out)
            work.rename(out)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise OutputError(
                f"{out}: cannot be written ({error}); free space or choose another folder, then run the same command again"
            ) from error
    return Converted(out, dataset.recordings.n_recordings, len(dataset.questions), dataset.simulated, dataset.left_out)


LAYOUTS: Mapping[str, Layout] = {
    bold5000_qa.NAME: Layout(
        bold5000_qa.is_layout,
        lambda folder, console, settings: bold5000_qa.check(folder, console),
        lambda folder, out, console, settings: bold5000_qa.convert(folder, out, console, settings.labels),
        bold5000_qa.Bold5000Settings,
    ),
    cneuromod_qa.NAME: Layout(
        cneuromod_qa.is_layout,
        lambda folder, console, settings: cneuromod_qa.check(folder, console, settings.delay_s, settings.n_volumes),
        lambda folder, out, console, settings: cneuromod_qa.convert(
            folder, out, console, settings.delay_s, settings.n_volumes
        ),
        cneuromod_qa.CneuromodSettings,
    ),
    bids_fmri.NAME: Layout(
        bids_fmri.is_layout, bids_fmri.check, partial(_convert_whole, bids_fmri.read), bids_fmri.BidsFmri
    ),
    bids_meeg.NAME: Layout(
        bids_meeg.is_layout, bids_meeg.check, partial(_convert_whole, bids_meeg.read), bids_meeg.BidsMeeg
    ),
}
