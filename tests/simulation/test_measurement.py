import numpy as np
import pytest

from neurona.simulation.brain import make_brain
from neurona.simulation.measurement import course, latencies, lead_field, measure, noise_in_time, sensors
from neurona.simulation.sessions import draw_sessions
from neurona.simulation.settings import SimulationSettings


def measurement(**dials):
    settings = SimulationSettings(components=64, parcels=6, **dials)
    sessions = draw_sessions(settings, 64, np.random.default_rng(1), np.random.default_rng(2))
    return measure(make_brain(64, 6), settings, np.random.default_rng(0), sessions)


@pytest.mark.parametrize("modality", ["fmri", "eeg"])
@pytest.mark.parametrize("snr", [0.01, 2.0])
def test_snr_is_variance_of_signal_by_variance_of_noise(modality, snr):
    chain = measurement(modality=modality, subjects=3)
    rng = np.random.default_rng(1)
    responses = rng.standard_normal((200, 64)).astype(np.float32)
    scale = chain.scale(np.broadcast_to(responses, (3, 200, 64)), snr)
    signals = [scale * chain.signal(s, responses)[:, :, None] * chain.time_course for s in range(3)]
    noise = chain.noise(400, rng)
    signal_variance = np.mean([signal.var(axis=0).mean() for signal in signals])
    assert signal_variance / noise.var(axis=0).mean() == pytest.approx(snr, rel=0.03)


@pytest.mark.parametrize("modality", ["fmri", "eeg"])
def test_noise_has_the_covariance_that_it_promises(modality):
    chain = measurement(modality=modality, subjects=1)
    noise = chain.noise(4000, np.random.default_rng(0))
    np.testing.assert_allclose(np.einsum("nct,nct->", noise, noise) / noise.size, 1, atol=0.03)
    in_time = np.einsum("nct,ncu->tu", noise, noise) / (noise.shape[0] * noise.shape[1])
    np.testing.assert_allclose(in_time, chain.time_covariance, atol=0.05)
    in_space = np.einsum("nct,ndt->cd", noise, noise) / (noise.shape[0] * noise.shape[2])
    np.testing.assert_allclose(in_space, chain.space_covariance, atol=0.07)


def test_noise_is_autoregressive_beside_its_drift():
    np.testing.assert_allclose(noise_in_time(4, 0.5, 0.0)[0], [1, 0.5, 0.25, 0.125])
    drifting = noise_in_time(4, 0.5, 0.3)
    assert np.mean(np.diag(drifting)) == pytest.approx(1)
    assert drifting[0, 1] > drifting[0, 3]
    assert np.linalg.eigvalsh(drifting).min() > 0


def test_the_haemodynamic_response_peaks_about_five_seconds_after_the_image():
    times = np.arange(0, 30, 0.1)
    window = np.array([1.0, 3.0, 5.0, 7.0, 9.0])
    response = course(times, window, "fmri")
    assert 4.5 <= times[response.argmax()] <= 6.5
    assert response[0] == pytest.approx(0, abs=0.02)
    assert course(np.array([-2.0, 40.0]), window, "fmri").tolist() == [0.0, 0.0]
    assert np.mean(course(window, window, "fmri") ** 2) == pytest.approx(1)


def test_subjects_differ_as_much_as_the_dials_say():
    def apart(**dials):
        gains = measurement(subjects=2, **dials).gains
        return np.linalg.norm(gains[0] - gains[1]) / np.linalg.norm(gains[0])

    assert apart(mixing=0.0, shift_mm=0.0) == 0
    assert 0 < apart(mixing=0.1, shift_mm=0.0) < apart(mixing=0.5, shift_mm=0.0)
    assert apart(mixing=0.0, shift_mm=10.0) > 0


def test_a_dipole_speaks_most_to_the_sensor_above_it():
    names, places = sensors()
    vertex = names.index("Cz")
    field = lead_field(places, np.array([[0.0, -18.0, 70.0]]))
    assert field[:, 0].argmax() == vertex
    assert field.mean() == pytest.approx(0, abs=1e-9)


def test_latencies_are_smooth_and_spread_as_asked_for():
    positions = np.random.default_rng(0).uniform(-60, 60, (400, 3))
    delay = latencies(positions, 1.5, np.random.default_rng(1))
    assert delay.std() == pytest.approx(1.5, rel=0.35)
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.corrcoef(delay, delay[apart.argmin(axis=1)])[0, 1] > 0.6
