"""A pickled dictionary is read; whatever else a pickle can do does not happen."""

import copyreg
import io
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from neurona.datasets.restricted_pickle import read_pickled_dict
from neurona.errors import DataError


def write(path: Path, pickled: bytes, shape=()) -> Path:
    """A `.npy` file of one object whose pickle is given."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": shape})
    path.write_bytes(stream.getvalue() + pickled)
    return path


def object_array(content: object, protocol: int) -> bytes:
    return pickle.dumps(np.array(content, dtype=object), protocol=protocol)


numbers = arrays.arrays(
    st.sampled_from(["<f4", "<f8", ">f8", "<i8", "|b1", "<u2"]),
    arrays.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=5),
)
texts = st.lists(st.text(max_size=30), max_size=6)
values = st.one_of(
    texts,
    texts.map(lambda words: np.array(words, dtype=object)),
    st.lists(st.one_of(st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), st.none(), st.text(max_size=5))),
    numbers,
    st.text(),
    st.binary(max_size=9),
    st.sampled_from([np.float64(2.5), np.bool_(True), np.int64(-3), np.str_("word"), np.array(["a", "bcd"])]),
)


def equal(found: object, expected: object) -> bool:
    if isinstance(expected, np.ndarray) and expected.dtype.kind in "fiub" and expected.ndim:
        return (
            isinstance(found, np.ndarray)
            and found.dtype == expected.dtype.newbyteorder("=")
            and np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f")
        )
    plain = expected.tolist() if isinstance(expected, np.ndarray | np.generic) else expected
    return type(found) is type(plain) and (found == plain or (found != found and plain != plain))


@settings(max_examples=120)
@given(
    content=st.dictionaries(st.text(max_size=12), values, max_size=6),
    protocol=st.integers(0, pickle.HIGHEST_PROTOCOL),
)
def test_any_dictionary_of_the_layout_is_read_back_in_every_protocol(tmp_path_factory, content, protocol):
    path = write(tmp_path_factory.getbasetemp() / "x.npy", object_array(content, protocol))
    found = read_pickled_dict(path)
    assert list(found) == list(content)
    assert all(equal(found[key], content[key]) for key in content)


def test_what_numpy_saves_is_read(tmp_path):
    response = np.random.default_rng(0).normal(size=(5, 1024))
    np.save(tmp_path / "x.npy", {"queries": ["a", "b"], "brain_region": response}, allow_pickle=True)
    found = read_pickled_dict(tmp_path / "x.npy")
    np.testing.assert_array_equal(found["brain_region"], response)
    assert found["queries"] == ["a", "b"]
    found["brain_region"][0] = 0  # a copy of its own, which can be written


def test_modules_of_older_numpy_are_known(tmp_path):
    old = object_array({"a": np.arange(3.0)}, 2).replace(b"cnumpy._core.multiarray", b"cnumpy.core.multiarray")
    assert b"numpy.core" in old
    np.testing.assert_array_equal(read_pickled_dict(write(tmp_path / "x.npy", old))["a"], [0, 1, 2])


class Attack:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def opcodes(target: Path) -> dict[str, bytes]:
    """One pickle for each instruction that calls something; each would make the file `target`."""

    def string(content: str) -> bytes:
        return b"X" + struct.pack("<I", len(content.encode())) + content.encode()

    text = string(str(target))
    touch = b"cpathlib\nPath\n"
    return {
        "REDUCE": b"cos\nmkdir\n(" + text + b"tR.",
        "INST": b"(" + text + b"ios\nmkdir\n.",
        "OBJ": b"(cos\nmkdir\n" + text + b"o.",
        "NEWOBJ": b"\x80\x02csubprocess\nPopen\n(]X\x05\x00\x00\x00mkdir" + b"a" + text + b"at\x81.",
        "NEWOBJ_EX": b"\x80\x04csubprocess\nPopen\n)}\x92.",
        "STACK_GLOBAL": b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93(" + text + b"tR.",
        "BUILD": touch + b")R(dX\x06\x00\x00\x00_drive" + text + b"sb.",
        "eval": b"cbuiltins\neval\n(" + string(f"open({str(target)!r}, 'w')") + b"tR.",
        "getattr": b"cbuiltins\ngetattr\n(cos\nsystem\nX\x01\x00\x00\x00atR.",
    }


@pytest.mark.parametrize("name", opcodes(Path("x")))
@pytest.mark.parametrize("nested", [False, True])
def test_every_way_to_call_a_function_is_refused_and_nothing_happens(tmp_path, name, nested):
    target = tmp_path / "made"
    pickled = opcodes(target)[name]
    if nested:  # as a value of the dictionary in the array, behind what is admitted
        whole = object_array({"queries": ["MARK"]}, 2)
        pickled = whole.replace(
            b"X\x04\x00\x00\x00MARK", pickled.removeprefix(b"\x80\x02").removeprefix(b"\x80\x04")[:-1]
        )
    with pytest.raises(
        DataError, match=r"refused, names the global (os|pathlib|subprocess|builtins)\.(\w+)"
    ) as refused:
        read_pickled_dict(write(tmp_path / "x.npy", pickled))
    assert "x.npy" in str(refused.value)
    assert not target.exists()


@pytest.mark.parametrize("name", ["REDUCE", "INST", "OBJ", "STACK_GLOBAL", "eval"])
def test_these_attacks_are_real(tmp_path, name):
    pickle.loads(opcodes(tmp_path / "made")[name])
    assert (tmp_path / "made").exists()


@settings(max_examples=60)
@given(data=st.data(), protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_an_attack_at_any_place_in_any_protocol_is_refused(tmp_path_factory, data, protocol):
    folder = tmp_path_factory.getbasetemp()
    target = folder / "attacked"
    attack = data.draw(
        st.sampled_from(
            [Attack(Path.touch, target), Attack(exec, f"open({str(target)!r}, 'w')"), Attack(np.save, target, [1])]
        )
    )
    content: object = attack
    for wrap in data.draw(st.lists(st.sampled_from([lambda x: [x], lambda x: {"k": x}, lambda x: (x, 1)]), max_size=3)):
        content = wrap(content)
    with pytest.raises(DataError, match="refused, names the global"):
        read_pickled_dict(write(folder / "y.npy", object_array({"queries": ["a"], "more": content}, protocol)))
    assert not target.exists()


def test_persistent_ids_and_the_extension_registry_are_refused(tmp_path):
    for pickled in (b"Pwhere\n.", b"X\x01\x00\x00\x00aQ."):
        with pytest.raises(DataError, match="refused, names a persistent id"):
            read_pickled_dict(write(tmp_path / "x.npy", pickled))
    copyreg.add_extension("os", "getcwd", 240)
    try:
        pickle.loads(b"\x82\xf0.")  # now the registry's cache holds it, which the unpickler asks before anything else
        with pytest.raises(DataError, match="refused, names code 240 of the extension registry"):
            read_pickled_dict(write(tmp_path / "x.npy", b"\x82\xf0)R."))
    finally:
        copyreg.remove_extension("os", "getcwd", 240)


@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (b"]r\xff\xff\xff\x7f.", "would exhaust memory"),
        (b")" + b"\x85" * 20_000 + b".", "would exhaust memory"),
        (b"(lp0\ng0\na" + b".", "nested deeper"),
        (b"]" + b"(]l" * 9 + b".", "half-written|expected one dictionary"),
        (b"cnumpy\nndarray\n(K\x08tR.", "holds _Class"),
        (b"cnumpy\ndtype\n}X\x01\x00\x00\x00a)sb.", "half-written"),
        (b"cnumpy._core.multiarray\n_reconstruct\n)R.", "half-written"),
        (
            b"cnumpy._core.multiarray\nscalar\n(cnumpy\ndtype\n(X\x02\x00\x00\x00O8tRX\x01\x00\x00\x00atR.",
            "half-written",
        ),
        (b"K\x01.", "holds int, expected one dictionary"),
        (b"}K\x01K\x02s.", "names as keys"),
    ],
)
def test_traps_and_other_contents_are_refused(tmp_path, pickled, message):
    with pytest.raises(DataError, match=message):
        read_pickled_dict(write(tmp_path / "x.npy", pickled))


@settings(max_examples=80)
@given(data=st.data())
def test_a_half_written_file_is_a_data_error_wherever_it_ends(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    np.save(folder / "z.npy", {"queries": ["a"] * 3, "brain_region": np.ones((5, 16))}, allow_pickle=True)
    whole = (folder / "z.npy").read_bytes()
    end = data.draw(st.integers(0, len(whole) - 1))
    (folder / "z.npy").write_bytes(whole[:end])
    with pytest.raises(DataError, match="half-written"):
        read_pickled_dict(folder / "z.npy")


@settings(max_examples=150)
@given(data=st.data())
def test_damaged_bytes_give_a_dictionary_or_a_data_error(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    whole = bytearray(object_array({"queries": ["a", "b"], "brain_region": np.ones((2, 3))}, 4))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(read_pickled_dict(write(folder / "w.npy", bytes(whole))), dict)
    except DataError as error:
        assert "w.npy" in str(error)


def test_other_files_say_what_they_hold(tmp_path):
    np.save(tmp_path / "plain.npy", np.ones((5, 4)))
    with pytest.raises(DataError, match=r"holds an array of float64 \[5, 4\], expected one pickled dictionary"):
        read_pickled_dict(tmp_path / "plain.npy")
    (tmp_path / "text.npy").write_text("hello")
    with pytest.raises(DataError, match=r"text\.npy: no \.npy header"):
        read_pickled_dict(tmp_path / "text.npy")
    with pytest.raises(DataError, match=r"none\.npy: cannot be read"):
        read_pickled_dict(tmp_path / "none.npy")
    (tmp_path / "large.npy").write_bytes(bytes(640))
    with pytest.raises(DataError, match="640 bytes; a file of this layout has at most 100"):
        read_pickled_dict(tmp_path / "large.npy", max_bytes=100)
    path = write(tmp_path / "after.npy", object_array({"a": 1}, 4) + b"more")
    with pytest.raises(DataError, match="4 bytes after its end"):
        read_pickled_dict(path)
