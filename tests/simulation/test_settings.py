import pytest

from neurona.errors import ConfigError
from neurona.simulation.settings import SimulationSettings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"snr": -1.0}, "snr is -1.0; it must lie between 0"),
        ({"snr": float("nan")}, "snr is nan"),
        ({"interaction": 1.5}, "interaction is 1.5; it must lie between 0 and 1"),
        ({"nul": "none"}, "unknown key 'nul'; did you mean 'null'?"),
        ({"null": "shufled"}, "null 'shufled' is unknown; did you mean 'shuffled'?"),
        ({"images": 2.5}, "images must be of type int, found 2.5"),
        ({"subjects": True}, "subjects must be of type int"),
        ({"things_least": 5, "things_most": 4}, "things_most is 4, less than things_least 5"),
        ({"components": 64, "parcels": 18}, "a parcel needs 4 components"),
    ],
)
def test_a_dial_out_of_range_is_named_with_its_range(values, message):
    with pytest.raises(ConfigError, match="simulation: ") as error:
        SimulationSettings.of(values)
    assert message in str(error.value)


def test_whole_numbers_serve_where_any_number_does():
    assert SimulationSettings.of({"snr": 1, "roles": 0}) == SimulationSettings(snr=1.0, roles=0.0)
