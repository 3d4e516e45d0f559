import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.glm.first_level import FirstLevelModel

from neurona.errors import DataError
from neurona.recordings.fmri_betas import Betas

TIMES = 2.0 * np.arange(60)
EVENTS = pd.DataFrame(
    {
        "onset": [4.0, 11.0, 17.0, 26.0, 33.0, 60.0, 70.0],
        "duration": 2.0,
        "trial_type": ["face", "house", "face", "button press", "house", "face", "button press"],
    },
    index=range(2, 9),
)
TRIALS = (EVENTS.trial_type != "button press").to_numpy()
MOTION = pd.DataFrame({"motion": np.random.default_rng(5).normal(size=60)})


def signals():
    """SIMULATED: autoregressive noise in 8 voxels."""
    noise = np.random.default_rng(0).normal(size=(60, 8))
    for t in range(1, 60):
        noise[t] += 0.4 * noise[t - 1]
    return 100 + noise + 2 * MOTION.to_numpy()


def first_level(values, trial_type, noise_model):
    """nilearn's FirstLevelModel itself, on the same signals as a 2 x 2 x 2 image."""
    image = nib.Nifti1Image(values.T.reshape(2, 2, 2, 60), np.eye(4))
    mask = nib.Nifti1Image(np.ones((2, 2, 2), np.uint8), np.eye(4))
    model = FirstLevelModel(
        t_r=2.0, mask_img=mask, signal_scaling=False, noise_model=noise_model, high_pass=1 / 128, minimize_memory=False
    )
    model.fit(image, EVENTS.assign(trial_type=trial_type), MOTION)

    def beta(name):
        return np.asarray(model.compute_contrast(name, output_type="effect_size").dataobj).reshape(8)

    return beta


@pytest.mark.parametrize("noise_model", ["ar1", "ols"])
def test_lsa_and_lss_are_what_nilearns_first_level_model_says(noise_model):
    values = signals()
    standardised = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    names = EVENTS.trial_type.where(~TRIALS, [f"t{k}" for k in range(7)]).str.replace(" ", "_")
    lsa = Betas("lsa", noise_model)(values, TIMES, EVENTS, TRIALS, MOTION)
    beta = first_level(standardised, names, noise_model)
    np.testing.assert_allclose(lsa[:, :, 0], [beta(f"t{k}") for k in np.flatnonzero(TRIALS)], atol=1e-4)
    lss = Betas("lss", noise_model)(values, TIMES, EVENTS, TRIALS, MOTION)
    rest = EVENTS.trial_type.where(~TRIALS, "rest").str.replace(" ", "_")
    for order, k in enumerate(np.flatnonzero(TRIALS)[:2]):
        one = rest.copy()
        one.iloc[k] = "this"
        np.testing.assert_allclose(lss[order, :, 0], first_level(standardised, one, noise_model)("this"), atol=1e-4)


def test_overlapping_trials_vary_less_in_lss_than_in_lsa():
    events = pd.DataFrame({"onset": np.arange(4.0, 90, 3), "duration": 1.0, "trial_type": "face"})
    noise = np.random.default_rng(1).normal(size=(60, 50))
    spread = {
        kind: Betas(kind)(noise, TIMES, events, np.ones(len(events), dtype=bool), MOTION).std(axis=0).mean()
        for kind in ("lsa", "lss")
    }
    assert spread["lss"] < 0.8 * spread["lsa"]


def test_events_of_other_types_stay_in_the_model_and_out_of_the_betas():
    design = Betas().design(TIMES, EVENTS, TRIALS)
    assert list(design.columns[:6]) == [*(f"trial_{k:04d}" for k in range(5)), "event_button_press"]


def confounds(n):
    return pd.DataFrame(np.random.default_rng(7).normal(size=(60, n)))


def test_too_many_regressors_are_refused():
    with pytest.raises(DataError, match=r"f.tsv: lsa needs \d+ regressors \(5 trials, 52 confounds\).*or lss"):
        Betas("lsa").check(TIMES, EVENTS, TRIALS, confounds(52), "f.tsv")
    Betas("lss").check(TIMES, EVENTS, TRIALS, confounds(50), "f.tsv")


def test_a_trial_is_incomplete_where_the_run_ends_before_its_response():
    for duration in (0.0, 2.0, 30.0):
        late = pd.concat([EVENTS, EVENTS.iloc[[0]].assign(onset=118.5).set_axis([9])]).assign(duration=duration)
        assert Betas().incomplete(TIMES, late, np.r_[TRIALS, True]).tolist() == [False] * 5 + [True]
    # A brief event beside long ones is complete all the same.
    one_brief = EVENTS.assign(duration=[2.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    assert not Betas().incomplete(TIMES, one_brief, TRIALS).any()


@pytest.mark.parametrize("kind", ["lsa", "lss"])
def test_a_brief_event_has_the_beta_of_a_long_one_of_the_same_height(kind):
    times = 2.0 * np.arange(150)
    events = pd.DataFrame(
        {"onset": 5.3 + 27.7 * np.arange(10), "duration": [0.0, 2.0, 0.5, 6.0, 1.0] * 2, "trial_type": "face"}
    )
    trials, none = np.ones(10, dtype=bool), pd.DataFrame(index=range(150))
    shapes = Betas().design(times, events, trials).to_numpy()[:, :10]
    response = (shapes / shapes.max(axis=0)).sum(axis=1)
    noise = 1e-3 * np.random.default_rng(0).normal(size=(150, 1))
    equal = Betas(kind, "ols", duration=2.0)(response[:, None] + noise, times, events, trials, none)[:, 0, 0]
    np.testing.assert_allclose(equal / equal.mean(), 1, atol=0.12)  # volumes hit a peak more or less well
    own = Betas(kind, "ols")(response[:, None] + noise, times, events, trials, none)[:, 0, 0]
    assert own.max() > 20 * own.min()


def test_equal_durations_leave_nilearns_own_betas():
    long = EVENTS.assign(duration=2.0)
    one, other = (Betas(duration=d)(signals(), TIMES, long, TRIALS, MOTION) for d in (None, 2.0))
    np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("kind", ["lsa", "lss"])
def test_trials_that_no_model_tells_apart_are_refused_with_their_lines(kind):
    # A type that comes with every trial, as long as it, takes all of their responses.
    shadows = EVENTS[TRIALS].assign(trial_type="fixation").set_axis(range(9, 14))
    both = pd.concat([EVENTS, shadows])
    with pytest.raises(
        DataError,
        match=r"f.tsv: line\(s\) 2, 3, 4, 6: the responses to 'face' at 4 s, .* and 1 more cannot be told from those to events of type 'fixation'",
    ):
        Betas(kind).check(TIMES, both, np.r_[TRIALS, np.zeros(5, bool)], MOTION, "f.tsv")
    # Volumes that are censored one by one hold nothing of the response that lies in them.
    censored = pd.DataFrame(np.eye(60)[:, 13:28])
    with pytest.raises(DataError, match=r"line\(s\) 5.*'house' at 26 s"):
        Betas(kind).check(TIMES, EVENTS.assign(trial_type="house"), EVENTS.onset.to_numpy() == 26, censored, "f.tsv")


def test_unknown_settings_name_the_known_ones():
    with pytest.raises(DataError, match="unknown kind 'lsss'; did you mean 'lss'"):
        Betas("lsss")
    with pytest.raises(DataError, match="unknown noise_model 'AR'; known: ols, ar1"):
        Betas(noise_model="AR")
    with pytest.raises(DataError, match="unknown hrf_model 'glove'; did you mean 'glover'"):
        Betas(hrf_model="glove")
    with pytest.raises(DataError, match="high_pass is 0 Hz"):
        Betas(high_pass=0)
    with pytest.raises(DataError, match="duration is -1 s"):
        Betas(duration=-1.0)
