import mne
import numpy as np
import pytest

from neurona.errors import DataError
from neurona.recordings.sensor_groups import sensor_groups, sensor_positions, site_of, standard_montage


def cap(name):
    """Names and places (head frame) of one of MNE's montages."""
    montage = standard_montage(name)
    to_head = mne.channels.compute_native_head_t(montage)
    places = montage.get_positions()["ch_pos"]
    return list(places), np.array([mne.transforms.apply_trans(to_head, place) for place in places.values()])


def by_place(name):
    """Region of each channel of a cap from its place alone: the names say nothing."""
    names, places = cap(name)
    return dict(zip(names, sensor_groups([f"X{k}" for k in range(len(names))], places), strict=True))


def side(group):
    return group.rsplit(" ", 1)[1]


@pytest.mark.parametrize(
    ("written", "site"),
    [
        ("Fc5.", "FC5"),
        ("Iz..", "Iz"),
        ("FP1", "Fp1"),
        ("fpz", "Fpz"),
        ("POZ", "POz"),
        ("AFF5h", "AFF5h"),
        ("FFC1H", "FFC1h"),
        ("EEG Fp1-REF", "Fp1"),
        ("EEG C3-LE", "C3"),
        ("T3", "T7"),
        ("T6", "P8"),
        ("C17", None),
        ("E12", None),
        ("A1", None),
        ("MEG 0111", None),
        ("EEG 001", None),
    ],
)
def test_a_name_is_read_in_the_spellings_in_use(written, site):
    assert site_of(written) == site


def test_regions_are_rows_and_sides():
    names = ["F3", "F1", "Fz", "FC4", "O2", "FFC1h", "CPP2h", "AFp1", "MEG 01"]
    assert sensor_groups(names) == [
        "frontal left",
        "frontal left",
        "frontal midline",
        "frontocentral right",
        "occipital right",
        "frontal left",
        "centroparietal right",
        "anterior frontal left",
        "MEG 01",
    ]


@pytest.mark.parametrize(
    "spelled", [str.upper, str.lower, lambda name: name.ljust(4, "."), lambda name: f"EEG {name}-Ref"]
)
def test_however_the_names_of_a_cap_are_spelled_its_groups_are_the_same(spelled):
    names, places = cap("easycap-M1")
    assert sensor_groups([spelled(name) for name in names]) == sensor_groups(names)
    assert sensor_groups([spelled(name) for name in names], places) == sensor_groups(names)


@pytest.mark.parametrize(
    ("montage", "agree"),
    [
        ("standard_1005", 0.98),
        ("standard_1020", 0.97),
        ("biosemi16", 1.0),
        ("biosemi32", 1.0),
        ("biosemi64", 1.0),
        ("easycap-M1", 1.0),
        ("brainproducts-RNP-BA-128", 0.9),
    ],
)
def test_groups_by_name_and_by_place_agree(montage, agree):
    if montage not in mne.channels.get_builtin_montages() and not montage.startswith("standard"):
        pytest.skip("this MNE has no such montage")
    placed = {name: group for name, group in by_place(montage).items() if site_of(name)}
    named = dict(zip(placed, sensor_groups(list(placed)), strict=True))
    same = [named[name] == placed[name] for name in placed]
    assert np.mean(same) >= agree
    # What differs lies on the border of two rows, never on another side.
    assert all(side(named[name]) == side(placed[name]) for name in placed)


BIOSEMI = {
    "A1": "central midline",  # Cz
    "A19": "parietal midline",
    "A23": "occipital midline",
    "C17": "frontopolar midline",
    "C21": "frontal midline",
    "D19": "central left",  # where C3 of the 10-20 system is
    "B22": "central right",
    "D23": "temporal left",
    "B26": "temporal right",
}
"""Sites that BioSemi's drawing of the 128 cap marks with a name of the 10-20 system."""


@pytest.mark.parametrize("known", [True, False], ids=["with positions", "by the names of the cap"])
def test_biosemi_128_is_grouped_by_place_though_ten_of_its_names_look_like_sites(known):
    names, places = cap("biosemi128")
    groups = dict(zip(names, sensor_groups(names, places if known else None), strict=True))
    assert {name: groups[name] for name in BIOSEMI} == BIOSEMI
    assert groups["C3"] != "central left"
    left = np.array([side(groups[name]) == "left" for name in names])
    right = np.array([side(groups[name]) == "right" for name in names])
    assert (places[left, 0] < 0).all()
    assert (places[right, 0] > 0).all()
    assert set(sensor_groups([f"{name[0]}{int(name[1:]):02d}" for name in names])) == set(groups.values())


EGI = {
    "E22": "left",
    "E9": "right",
    "E36": "left",
    "E104": "right",
    "E62": "midline",
    "E70": "left",
    "E83": "right",
    "E75": "midline",
}


@pytest.mark.parametrize("net", ["GSN-HydroCel-128", "GSN-HydroCel-129", "GSN-HydroCel-256", "GSN-HydroCel-64_1.0"])
def test_egi_nets_are_grouped_alike_with_and_without_positions(net):
    names, places = cap(net)
    groups = sensor_groups(names, places)
    assert sensor_groups(names) == groups
    assert not set(groups) & set(names)
    found = dict(zip(names, groups, strict=True))
    for name, place in zip(names, places, strict=True):
        if abs(place[0]) > 0.03:
            assert side(found[name]) == ("left" if place[0] < 0 else "right")
    if "12" in net:
        assert {name: side(found[name]) for name in EGI} == EGI
        assert found["E36"] == "central left"
        assert found["E75"] == "occipital midline"


def test_a_few_channels_of_such_a_cap_without_positions_are_groups_of_their_own():
    assert sensor_groups(["A1", "A2", "B5"]) == ["A1", "A2", "B5"]
    assert sensor_groups(["E1", "E20"]) == ["E1", "E20"]


def test_names_that_the_positions_contradict_do_not_count():
    names, places = cap("easycap-M1")
    turned = places * [-1, -1, 1]
    groups = sensor_groups(names, turned)
    assert groups[names.index("F3")].startswith("parietal")
    assert side(groups[names.index("F3")]) == "right"


def test_channels_without_a_position_are_grouped_by_the_name_or_stand_alone():
    names, places = cap("easycap-M1")
    places[names.index("C3")] = np.nan
    assert sensor_groups(names, places)[names.index("C3")] == "central left"
    names, places = cap("biosemi128")
    places[0] = np.nan
    assert sensor_groups(names, places)[0] == "A1"


def test_meg_sensors_have_regions_of_the_head():
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(200, 3)) * [1, 1, 0.6] + [0, 0, 0.6]
    places = 0.12 * directions / np.linalg.norm(directions, axis=1, keepdims=True) + [0, 0.01, 0.045]
    groups = np.array(sensor_groups([f"MEG{k:04d}" for k in range(200)], places))
    sides = np.array([side(group) for group in groups])
    assert (places[sides == "left", 0] < 0).all()
    assert (places[sides == "right", 0] > 0).all()
    front = [group.split()[0] in ("frontal", "frontopolar", "anterior") for group in groups]
    assert places[front, 1].min() > 0.01
    assert places[[group.startswith("occipital") for group in groups], 1].max() < 0


def test_positions_are_metres_and_left_is_negative_x():
    left, right = sensor_positions(["C3", "C4"])
    assert left[0] < 0 < right[0]
    assert 0.03 < abs(left[0]) < 0.12
    with pytest.raises(DataError, match=r"\['Q9'\] are not in the montage"):
        sensor_positions(["C3", "Q9"])
    with pytest.raises(DataError, match="montage: unknown 'standard_1006'; known: "):
        sensor_positions(["C3"], "standard_1006")
