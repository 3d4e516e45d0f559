import numpy as np
import pandas as pd
import pytest
from bids_trees import SPACE, VOLUMES, write_fmri_tree

from neurona.errors import DataError
from neurona.recordings.confounds import read_confounds


@pytest.fixture
def files(tmp_path):
    folder = write_fmri_tree(tmp_path, subjects=["01"], runs=[1]) / "derivatives/fmriprep/sub-01/func"
    stem = "sub-01_task-look_run-01"
    return folder / f"{stem}_space-{SPACE}_desc-preproc_bold.nii.gz", folder / f"{stem}_desc-confounds_timeseries.tsv"


def test_columns_are_centred_and_a_derivatives_first_row_counts_as_zero(files):
    bold, table = files
    found = read_confounds(bold, table, ["trans_x", "trans_x_derivative1"], VOLUMES)
    raw = pd.read_csv(table, sep="\t")
    np.testing.assert_allclose(found.trans_x, raw.trans_x - raw.trans_x.mean(), atol=1e-9)
    change = raw.trans_x_derivative1.fillna(0)
    np.testing.assert_allclose(found.trans_x_derivative1, change - change.mean(), atol=1e-9)


def test_strategies_of_nilearn_read_fmriprep_files(files):
    bold, table = files
    found = read_confounds(bold, table, ["motion", "wm_csf", "framewise_displacement"], VOLUMES)
    assert found.shape == (VOLUMES, 24 + 2 + 1)
    assert np.isfinite(found.to_numpy()).all()


def test_a_censored_volume_is_a_regressor_of_its_own(files):
    bold, table = files
    columns = pd.read_csv(table, sep="\t")
    columns.loc[20, "framewise_displacement"] = 9.0
    columns.to_csv(table, sep="\t", index=False, na_rep="n/a")
    found = read_confounds(bold, table, ["motion", "scrub"], VOLUMES)
    spikes = found.filter(like="censored")
    assert 20 in [int(name.split("_")[1]) for name in spikes]
    assert set(spikes.sum()) == {1.0}


def test_nothing_wanted_is_no_column(files):
    assert read_confounds(files[0], None, [], VOLUMES).shape == (VOLUMES, 0)


def test_faults_name_file_column_line_and_nearest_name(files):
    bold, table = files
    with pytest.raises(DataError, match=r"timeseries.tsv: no column 'trans_xx'; did you mean 'trans_x'"):
        read_confounds(bold, table, ["trans_xx"], VOLUMES)
    with pytest.raises(DataError, match=r"60 rows, but .* has 61 volumes"):
        read_confounds(bold, table, ["csf"], VOLUMES + 1)
    with pytest.raises(DataError, match="no confounds file"):
        read_confounds(bold, None, ["csf"], VOLUMES)
    with pytest.raises(DataError, match="strategies ica_aroma cannot be applied"):
        read_confounds(bold, table, ["ica_aroma"], VOLUMES)
    columns = pd.read_csv(table, sep="\t")
    columns.loc[7, "csf"] = np.nan
    columns.to_csv(table, sep="\t", index=False, na_rep="n/a")
    with pytest.raises(DataError, match="line 9, column 'csf': found 'n/a', expected a number"):
        read_confounds(bold, table, ["csf"], VOLUMES)
