import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurona.errors import ConfigError
from neurona.experiments.sweeps.over import combinations, overrides, parse_over


def test_ranges_lists_and_the_short_word_for_subjects():
    assert parse_over(["seed=0:5", "subject=CSI1,CSI2", "training.learning_rate=1e-3, 0.01", "a=9:1:-4"]) == {
        "seed": (0, 1, 2, 3, 4),
        "data.subjects": (["CSI1"], ["CSI2"]),
        "training.learning_rate": ("1e-3", 0.01),
        "a": (9, 5),
    }


def test_values_that_are_lists_stand_in_brackets():
    assert parse_over(["decays=[[0.1], [0.1, 0.3]]"]) == {"decays": ([0.1], [0.1, 0.3])}


def test_every_combination_once_and_the_last_key_fastest():
    made = combinations({"seed": (0, 1), "decoder": ("a", "b")})
    assert made == [
        {"seed": 0, "decoder": "a"},
        {"seed": 0, "decoder": "b"},
        {"seed": 1, "decoder": "a"},
        {"seed": 1, "decoder": "b"},
    ]
    assert combinations({}) == [{}]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["seed"], "expected key=values"),
        (["=1"], "expected key=values"),
        (["seed=5:5"], "range is empty"),
        (["seed=0:5:0"], "range is empty"),
        (["seed=1,1"], "1 stands twice"),
        (["seed=0:2", "seed=4"], "'seed' is given twice"),
        (["subject=CSI1", "data.subjects=[[CSI2]]"], "'data.subjects' is given twice"),
        (["seed=[1"], "cannot be read"),
        (["seed=[]"], "no values"),
    ],
)
def test_what_cannot_be_understood_is_said(texts, message):
    with pytest.raises(ConfigError, match=message):
        parse_over(texts)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers() | st.text() | st.lists(st.booleans()), max_size=3
    )
)
def test_overrides_say_the_same_values_to_a_yaml_reader(chosen):
    import yaml

    read = {key: yaml.safe_load(value) for key, value in (text.split("=", 1) for text in overrides(chosen))}
    assert read == chosen
