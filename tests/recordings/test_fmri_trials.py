import io
import shutil

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from bids_trees import GRID, PLACES, SPACE, TYPES, save_bold, write_atlas, write_fmri_tree
from rich.console import Console

from neurona.errors import DataError
from neurona.recordings.atlas import get_atlas
from neurona.recordings.bids_runs import find_runs
from neurona.recordings.fmri_betas import Betas
from neurona.recordings.fmri_trials import trial_recordings
from neurona.recordings.fmri_windows import Windows


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_fmri_tree(tmp_path_factory.mktemp("trials") / "whole", spacing=6.0)


@pytest.fixture
def tree(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "tree")


def runs(root, **options):
    return find_runs(root, task="look", derivatives=root / "derivatives" / "fmriprep", space=SPACE, **options)


def preproc(root, run=2):
    stem = f"sub-02_task-look_run-0{run}_space-{SPACE}"
    return root / "derivatives" / "fmriprep" / "sub-02" / "func" / f"{stem}_desc-preproc_bold.nii.gz"


@pytest.mark.parametrize("method", [Betas("lsa"), Betas("lss"), Betas("lss", "ols")])
def test_betas_of_overlapping_trials_are_largest_where_their_type_was_planted(whole, method):
    data = trial_recordings(runs(whole), method=method, confounds=["trans_x"], simulated=True).data
    assert data.sizes == {"recording": 72, "channel": 224, "time": 1}
    assert data.attrs["simulated"] == 1
    assert (data.attrs["method"], data.attrs["noise_model"]) == (method.kind, method.noise_model)
    column = np.array([int(name.split("-")[0]) for name in data.channel.values])
    for kind in TYPES:
        profile = data.values[data.label.values == kind, :, 0].mean(axis=0)
        by_column = np.array([profile[column == k].mean() for k in range(8)])
        assert set(by_column.argsort()[-2:]) == set(range(*PLACES[kind].indices(8)))


def test_windows_in_an_atlas_keep_five_time_points_a_parcel(whole, tmp_path):
    atlas = get_atlas(write_atlas(tmp_path))
    data = trial_recordings(runs(whole), method=Windows(), atlas=atlas, confounds=["motion"]).data
    assert data.sizes == {"recording": 72, "channel": 4, "time": 5}
    assert data.channel.values.tolist() == ["A", "B", "C", "D"]
    assert data.group.values.tolist() == ["Vis", "Vis", "Motor", "Motor"]
    np.testing.assert_allclose(data.x, [-24, -8, 8, 24])
    np.testing.assert_allclose(data.time, [4, 6, 8, 10, 12])
    mean = {kind: data.values[data.label.values == kind].mean(axis=(0, 2)) for kind in TYPES}
    assert mean["Face"].argmax() == 0
    assert mean["House"].argmax() == 2


def test_labels_subject_session_and_run_go_along(whole):
    data = trial_recordings(runs(whole), method=Windows()).data
    events = pd.read_csv(whole / "sub-02" / "func" / "sub-02_task-look_run-03_events.tsv", sep="\t")
    chosen = data[(data.subject.values == "02") & (data.run.values == "run-03")]
    assert chosen.label.values.tolist() == events.trial_type.tolist()
    assert chosen.recording.values[0] == "sub-02_run-03_trial-001"
    assert set(data.session.values) == {""}
    assert data.attrs["space"] == SPACE
    assert not data.attrs["simulated"]


def test_runs_side_by_side_give_the_numbers_of_one_by_one(whole):
    found = runs(whole, subjects=["01"])
    one, two = (trial_recordings(found, method=Betas(), n_jobs=jobs).data for jobs in (1, 2))
    np.testing.assert_array_equal(one.values, two.values)
    assert one.recording.values.tolist() == two.recording.values.tolist()


def test_only_wanted_trial_types_become_recordings(whole):
    data = trial_recordings(runs(whole), method=Betas(), trial_types=["Face"]).data
    assert set(data.label.values) == {"Face"}
    both = trial_recordings(runs(whole), method=Betas()).data
    faces = both[both.label.values == "Face"]
    # House stays in the model as one regressor, so the faces' betas are nearly the same.
    assert np.corrcoef(data.values.ravel(), faces.values.ravel())[0, 1] > 0.9
    with pytest.raises(DataError, match="no event of type 'Fac' in any run; did you mean 'Face'"):
        trial_recordings(runs(whole), method=Betas(), trial_types=["Fac"])


def test_all_missing_confounds_are_named_before_any_volume_is_read(tree):
    for run in (1, 3):
        path = next(preproc(tree).parent.glob(f"*run-0{run}_desc-confounds_timeseries.tsv"))
        pd.read_csv(path, sep="\t").rename(columns={"csf": "csf1"}).to_csv(path, sep="\t", index=False)
    # This NaN would be found first, were volumes read first.
    save_bold(preproc(tree, 1), np.full((*GRID, 60), np.nan))
    with pytest.raises(DataError) as raised:
        trial_recordings(runs(tree), method=Betas(), confounds=["csf"])
    assert str(raised.value).count("no column 'csf'; did you mean 'csf1'?") == 2


def test_nan_voxels_in_the_brain_are_named_and_outside_it_ignored(tree, tmp_path):
    values = np.random.default_rng(0).normal(100, 1, size=(*GRID, 60))
    values[:, 0] = np.nan
    save_bold(preproc(tree), values)
    atlas = get_atlas(write_atlas(tmp_path))
    for where in (None, atlas):
        data = trial_recordings(runs(tree), method=Windows(), atlas=where).data
        assert np.isfinite(data.values).all()
    values[3, 4, 1, 7] = np.nan
    save_bold(preproc(tree), values)
    with pytest.raises(DataError, match=r"run-02_space.*NaN or infinite values in 1 voxel\(s\).*: 3-4-1; repair"):
        trial_recordings(runs(tree), method=Windows())


def test_voxels_and_parcels_outside_a_runs_field_of_view_do_not_pass_as_signal(tree, tmp_path):
    values = np.random.default_rng(0).normal(100, 1, size=(*GRID, 60))
    values[6:] = 0
    save_bold(preproc(tree), values)
    data = trial_recordings(runs(tree), method=Windows()).data
    assert data.sizes["channel"] == 6 * 7 * 4
    atlas = get_atlas(write_atlas(tmp_path))
    with pytest.raises(DataError, match=r"1 parcel\(s\) are constant in some run: D"):
        trial_recordings(runs(tree), method=Windows(), atlas=atlas)
    kept = trial_recordings(runs(tree), method=Windows(), atlas=atlas, drop_empty=True).data
    assert kept.channel.values.tolist() == ["A", "B", "C"]


def edited(root, change, **header):
    """The tree with changed volumes in all preprocessed images."""
    for path in root.glob("derivatives/fmriprep/*/func/*_desc-preproc_bold.nii.gz"):
        save_bold(path, change(np.asarray(nib.load(path).dataobj).copy()))
    return root


def without_masks(root):
    for path in root.glob("derivatives/fmriprep/*/func/*_mask.nii.gz"):
        path.unlink()
    return root


def test_voxels_that_are_nan_in_some_run_are_left_out_where_there_is_no_mask(tree):
    without_masks(tree)
    path = preproc(tree)
    values = np.asarray(nib.load(path).dataobj).copy()
    values[:, 0], values[7, 7] = np.nan, np.inf
    save_bold(path, values)
    data = trial_recordings(runs(tree, subjects=["02"]), method=Windows()).data
    assert data.sizes["channel"] == 8 * 7 * 4 - 4
    assert not any(name.split("-")[1] == "0" for name in data.channel.values)


def test_series_of_zero_mean_are_read_as_the_same_series_on_a_baseline(tree):
    found = runs(without_masks(tree), subjects=["01"])
    before = trial_recordings(found, method=Windows()).data
    edited(tree, lambda values: values - values.mean(axis=3, keepdims=True))
    after = trial_recordings(runs(tree, subjects=["01"]), method=Windows()).data
    assert after.channel.values.tolist() == before.channel.values.tolist()
    np.testing.assert_allclose(after.values, before.values, atol=2e-3)


def events_of(root, run=1, subject="01"):
    return root / f"sub-{subject}" / "func" / f"sub-{subject}_task-look_run-{run:02d}_events.tsv"


def test_durations_that_differ_between_runs_give_betas_of_one_scale(tree):
    equal = trial_recordings(find_runs(tree, task="look", subjects=["01"]), method=Betas(noise_model="ols")).data
    for k, word in ((1, "0"), (2, "n/a")):
        events_of(tree, k).write_text(events_of(tree, k).read_text().replace("\t2.0\t", f"\t{word}\t"))
    printed = io.StringIO()
    found = find_runs(tree, task="look", subjects=["01"])
    data = trial_recordings(found, method=Betas(noise_model="ols"), console=Console(file=printed, width=300)).data
    assert data.attrs["duration_s"] == 2
    ratio = np.linalg.norm(data.values, axis=(1, 2)) / np.linalg.norm(equal.values, axis=(1, 2))
    assert 0.75 < np.median(ratio[data.run.values == "run-01"]) < 1.33
    assert (
        "trials last 0 to 2 s; their regressors are brought to the height of one of 2 s (betas.duration)"
        in printed.getvalue()
    )
    third = data.run.values == "run-03"
    np.testing.assert_allclose(data.values[third], equal.values[third], rtol=1e-4, atol=1e-5)
