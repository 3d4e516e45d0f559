"""What was fitted comes back as it was; what is damaged, foreign or no data is refused."""

import dataclasses
import hashlib
import json
import math
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from stored_box import Box, Colour

from neurona import stored
from neurona.errors import DataError, OutputError
from neurona.execution import Scores, get_logic
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact
from neurona.recordings.entities import Entities, WindowEntities
from neurona.stored import MANIFEST, load_stored, save_stored

VOCABULARY = Vocabulary(("cat", "dog"), ("near",), {"Pet": ("cat", "dog")}, {"pet": "cat(x) | dog(x)"})
LARGE = np.arange(40_000.0)


def entities():
    features = LARGE.reshape(2, -1)
    return Entities(features.astype(np.float32), np.zeros(features.shape[1], np.int32), ("é/ä",), "parcel")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The package of `Box` registers a decoder."""
    point = EntryPoint("box", "stored_box:fit_box", "neurona.decoders")
    monkeypatch.setattr(stored, "entry_points", lambda group: [point])
    stored._packages.cache_clear()
    yield
    stored._packages.cache_clear()


def holding(**arrays):
    return Box({name: np.asarray(value) for name, value in arrays.items()})


def test_arrays_come_back_bit_for_bit_in_their_own_order(tmp_path):
    numbers = {
        "a": np.array([0.1, np.nan, -0.0]),
        "b": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "c": np.zeros(0),
    }
    found = load_stored(save_stored(holding(**numbers), tmp_path / "x"), Box).value
    for name, array in numbers.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
        assert found[name].flags.f_contiguous == array.flags.f_contiguous


@pytest.mark.parametrize(
    "value",
    [
        VOCABULARY,
        WindowEntities(n_bins=4, n_windows=2),
        Fact("near", ("cat", "dog")),
        get_logic("goedel"),
        Box({"a": 0.1, "b": -math.inf, "c": 1e-300, "d": np.float32(0.1), "e": True, "f": None}, frozenset("ab")),
        Box({("a", 1): [1, (2, {3})], frozenset({"b"}): {"c": Fact("cat")}, "red": Colour.RED}),
    ],
)
def test_plain_values_come_back_equal_and_of_their_own_types(value, tmp_path):
    found = load_stored(save_stored(value, tmp_path / "x"), type(value))
    assert found == value
    assert repr(found) == repr(value)


def test_named_tuples_and_none_come_back(tmp_path):
    found = load_stored(save_stored(Scores(np.ones((1, 2, 3))), tmp_path / "x"), Scores)
    assert found.relations is None
    np.testing.assert_array_equal(found.unary, np.ones((1, 2, 3)))


def test_equal_arrays_are_written_once_and_files_say_what_they_hold(tmp_path):
    save_stored(holding(first=LARGE, second=LARGE.copy(), third=LARGE + 1), tmp_path / "x")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == [
        MANIFEST,
        "value.first.npy",
        "value.third.npy",
    ]


def test_large_arrays_stay_on_disk_when_asked(tmp_path):
    folder = save_stored(entities(), tmp_path / "x")
    assert isinstance(load_stored(folder, Entities, mapped=True).features.base, np.memmap)
    assert not isinstance(load_stored(folder, Entities).features.base, np.memmap)


def test_a_second_object_replaces_the_first_and_nothing_else(tmp_path):
    save_stored(holding(a=[1], b=[2]), tmp_path / "x")
    save_stored(holding(c=[3]), tmp_path / "x")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == [MANIFEST, "value.c.npy"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(OutputError, match="other files"):
        save_stored(VOCABULARY, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Box({"a": np.array([{}], dtype=object)}), r"value\.a: an array of Python objects"),
        (Box({"a": len}), r"value\.a: a builtins\.builtin_function_or_method cannot be stored"),
        (dataclasses.make_dataclass("Own", [("a", int)])(1), r"package 'types'.*registers nothing with Neurona"),
    ],
)
def test_what_is_no_data_is_refused_and_leaves_nothing(value, message, tmp_path):
    with pytest.raises(OutputError, match=message):
        save_stored(value, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_damage_is_named(tmp_path):
    with pytest.raises(DataError, match="expected a folder that a vocabulary was saved in"):
        load_stored(tmp_path, Vocabulary)
    folder = save_stored(entities(), tmp_path / "x")
    with pytest.raises(DataError, match="holds Entities, which is no vocabulary"):
        load_stored(folder, Vocabulary)
    np.save(folder / "features.npy", entities().features + 1)
    load_stored(folder, Entities, verify=False)
    with pytest.raises(DataError, match=r"features\.npy: its checksum differs"):
        load_stored(folder, Entities)
    (folder / "features.npy").unlink()
    with pytest.raises(DataError, match=r"features\.npy: missing"):
        load_stored(folder, Entities)


def changed(folder, change):
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(version=99), "in format 99, and this is"),
        (lambda m: m["tree"]["of"][1].update(kind="voxel"), "checksum differs, so it was changed or damaged"),
        (lambda m: m.update(classes=["os:system"]), "package 'os', which registers nothing"),
        (lambda m: m.update(classes=["neurona.stored:save_stored"]), "no dataclass that this version has"),
        (lambda m: m.update(classes=["neurona.files:os"]), "no dataclass that this version has"),
        (lambda m: m.update(classes=["neurona.nowhere:Thing"]), "cannot be imported"),
        (lambda m: m.update(classes=["neurona.programs.facts:Fact"]), "cannot be read by Neurona"),
        (lambda m: m.pop("tree"), "cannot be read"),
    ],
)
def test_a_foreign_or_changed_manifest_is_refused(change, message, tmp_path):
    with pytest.raises(DataError, match=message):
        load_stored(changed(save_stored(entities(), tmp_path / "x"), change), Entities)


def test_a_file_outside_the_folder_is_never_read(tmp_path):
    np.save(tmp_path / "secret.npy", LARGE)
    folder = save_stored(entities(), tmp_path / "x")
    text = (folder / MANIFEST).read_text().replace("features.npy", "../secret.npy")
    manifest = json.loads(text)

    manifest["checksum"] = hashlib.sha256(json.dumps(manifest["tree"]).encode()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="outside its folder"):
        load_stored(folder, Entities)


def test_nothing_is_left_of_a_folder_that_could_not_be_filled(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OutputError, match="no space left"):
        save_stored(entities(), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_equal_sets_of_sets_are_written_alike(tmp_path):
    # 0 and 8 meet in a table of hashes, so that the set that was made first from 8 is gone through from 8.
    one, other = (
        Box(frozenset([frozenset(pair), frozenset([1])]), frozenset([frozenset("ab")])) for pair in ([0, 8], [8, 0])
    )
    assert one == other
    first, second = (save_stored(box, tmp_path / name) / MANIFEST for name, box in (("1", one), ("2", other)))
    assert first.read_bytes() == second.read_bytes()
