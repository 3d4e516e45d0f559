"""Shapes are checked where they are stated, and nothing is wrapped where they are not."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from neurona.readings.belief import log_odds
from neurona.recordings.entities import Entities
from neurona.worlds.mixing import split_rhat


def test_a_function_refuses_an_array_of_another_shape():
    with pytest.raises(TypeCheckError, match="parameter 'trace'"):
        split_rhat(np.zeros(3))
    assert split_rhat(np.zeros((2, 8))) == 1.0


def test_a_dataclass_refuses_an_array_of_another_shape():
    with pytest.raises(TypeCheckError, match="parameter 'features'"):
        Entities(np.zeros(3, np.float32), np.zeros(3, np.int64), ("a",), "parcel")


def test_two_arrays_have_to_agree():
    with pytest.raises(TypeCheckError, match="parameter 'entity_of_feature'"):
        Entities(np.zeros((2, 4), np.float32), np.zeros(3, np.int64), ("a",), "parcel")


def test_what_states_no_shape_is_the_function_itself():
    from neurona.errors import nearest_name

    assert not hasattr(nearest_name, "__wrapped__")
    assert hasattr(log_odds, "__wrapped__")
