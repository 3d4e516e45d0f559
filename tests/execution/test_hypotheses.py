import pytest

from neurona.errors import ConfigError
from neurona.execution import HYPOTHESES, get_hypothesis


def test_the_five_hypotheses_differ_and_h5_guides_by_both():
    assert len(set(HYPOTHESES.values())) == 5
    assert get_hypothesis("H5").subject
    assert get_hypothesis("H5").object
    assert get_hypothesis("H1").apart


def test_an_unknown_hypothesis_is_named():
    with pytest.raises(ConfigError, match="unknown hypothesis 'H6'; did you mean"):
        get_hypothesis("H6")
