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


def test_too_many_regressors_and_a_response_after_the_run_are_refused():
    with pytest.raises(DataError, match=r"f.tsv: lsa needs \d+ regressors \(5 trials, 52 confounds\).*or lss"):
        Betas("lsa").check(TIMES, EVENTS, TRIALS, 52, "f.tsv")
    Betas("lss").check(TIMES, EVENTS, TRIALS, 52, "f.tsv")
    late = pd.concat([EVENTS, EVENTS.iloc[[0]].assign(onset=118.5).set_axis([9])])
    with pytest.raises(DataError, match=r"f.tsv: line 9: the run ends before the response to 'face' at 118.5 s"):
        Betas().check(TIMES, late, np.r_[TRIALS, True], 1, "f.tsv")


def test_unknown_settings_name_the_known_ones():
    with pytest.raises(DataError, match="unknown kind 'lsss'; did you mean 'lss'"):
        Betas("lsss")
    with pytest.raises(DataError, match="unknown noise_model 'AR'; known: ols, ar1"):
        Betas(noise_model="AR")
    with pytest.raises(DataError, match="unknown hrf_model 'glove'; did you mean 'glover'"):
        Betas(hrf_model="glove")
