import json
import shutil

import nibabel as nib
import numpy as np
import pytest
from bids_trees import AFFINE, GRID, SPACE, VOLUMES, save_bold, write_fmri_tree, write_json

from neurona.errors import DataError
from neurona.recordings.bids_runs import find_runs


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_fmri_tree(tmp_path_factory.mktemp("bids") / "whole", subjects=["01", "02"], runs=[1, 2])


@pytest.fixture
def tree(whole, tmp_path):
    """A copy that may be damaged."""
    return shutil.copytree(whole, tmp_path / "tree")


def derived(root, **options):
    return find_runs(root, task="look", derivatives=root / "derivatives" / "fmriprep", **{"space": SPACE, **options})


def func(root, subject="02"):
    return root / f"sub-{subject}" / "func"


def test_raw_runs_come_with_their_events_and_sampling(whole):
    runs = find_runs(whole, task="look")
    assert [run.id for run in runs] == [f"sub-0{s}_run-0{r}" for s in (1, 2) for r in (1, 2)]
    first = runs[0]
    assert (first.tr, first.image.shape, first.space, first.mask) == (2.0, (*GRID, VOLUMES), "", None)
    assert first.events_file.name == "sub-01_task-look_run-01_events.tsv"
    assert len(first.events) == 12
    np.testing.assert_array_equal(first.frame_times, 2.0 * np.arange(VOLUMES))


def test_derivatives_come_with_confounds_and_mask_and_the_raw_events(whole):
    run = derived(whole)[3]
    stem = "sub-02_task-look_run-02"
    assert run.bold.name == f"{stem}_space-{SPACE}_desc-preproc_bold.nii.gz"
    assert run.confounds is not None
    assert run.confounds.name == f"{stem}_desc-confounds_timeseries.tsv"
    assert run.mask is not None
    assert run.mask.name == f"{stem}_space-{SPACE}_desc-brain_mask.nii.gz"
    assert run.events_file == func(whole) / f"{stem}_events.tsv"


def test_derivatives_may_lie_outside_the_raw_data_and_slices_may_be_timed(tree, tmp_path):
    outside = shutil.move(tree / "derivatives" / "fmriprep", tmp_path / "prep")
    for sidecar in outside.rglob("*_bold.json"):
        write_json(sidecar, {"RepetitionTime": 2.0, "StartTime": 0.97})
    runs = find_runs(tree, task="look", derivatives=outside, space=SPACE)
    assert len(runs) == 4
    assert runs[0].frame_times[0] == pytest.approx(0.97)


def test_events_and_sidecars_are_inherited_from_the_top_folder(tree):
    shared = next(func(tree).glob("*run-01_events.tsv")).read_text()
    for path in [*tree.glob("sub-*/func/*_events.tsv"), *tree.glob("sub-*/func/*_bold.json")]:
        path.unlink()
    (tree / "task-look_events.tsv").write_text(shared)
    write_json(tree / "task-look_bold.json", {"RepetitionTime": 2.0})
    assert {run.events_file.name for run in find_runs(tree, task="look")} == {"task-look_events.tsv"}


def test_subjects_and_filters_choose(whole):
    assert {run.subject for run in derived(whole, subjects=["sub-02"])} == {"02"}
    assert [run.id for run in derived(whole, filters={"run": 2})] == ["sub-01_run-02", "sub-02_run-02"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "looks"}, "task: no BOLD image of task 'looks'; did you mean 'look'"),
        ({"subjects": ["03"]}, "subject: no BOLD image of subject '03'; did you mean"),
        ({"space": "MNI152NLin6Asym"}, f"no BOLD image of space 'MNI152NLin6Asym'; did you mean '{SPACE}'"),
        ({"filters": {"session": "1"}}, "no BOLD image of session '1'"),
        ({"derivatives": None}, "raw images lie in the scanner's; name the derivatives folder"),
    ],
)
def test_a_name_that_finds_nothing_is_answered_with_those_that_exist(whole, options, message):
    given = {"task": "look", "derivatives": whole / "derivatives" / "fmriprep", "space": SPACE} | options
    with pytest.raises(DataError, match=message):
        find_runs(whole, **given)


def test_a_folder_that_is_no_bids_data_set_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no dataset_description.json"):
        find_runs(tmp_path, task="look")


def test_a_run_without_events_is_named_with_the_file_that_it_misses(tree):
    (func(tree) / "sub-02_task-look_run-01_events.tsv").unlink()
    with pytest.raises(DataError, match=r"no events file of this run; expected sub-02_task-look_run-01_events.tsv"):
        derived(tree)


def test_events_past_the_end_are_named_with_their_line(tree):
    path = func(tree) / "sub-02_task-look_run-01_events.tsv"
    path.write_text(path.read_text() + "121.0\t2.0\tFace\n")
    with pytest.raises(DataError, match=r"run-01_events.tsv: line 14: the event 'Face' .* outside .*\(0 to 120 s\)"):
        derived(tree)


def bold(root, run=2):
    return func(root) / f"sub-02_task-look_run-0{run}_bold.nii.gz"


def values():
    return np.random.default_rng(0).normal(size=(*GRID, VOLUMES))


def test_tr_in_milliseconds_is_refused_unless_header_or_sidecar_tell_the_unit(tree):
    sidecar = bold(tree).with_name("sub-02_task-look_run-01_bold.json")
    write_json(sidecar, {"RepetitionTime": 2000})
    save_bold(bold(tree), values(), tr=2000.0)
    with pytest.raises(DataError) as raised:
        find_runs(tree, task="look")
    assert str(raised.value).startswith(
        f"{sidecar}: RepetitionTime is 2000; expected seconds between 0.1 and 20 (is it in ms?)"
    )
    write_json(sidecar, {})
    assert {run.tr for run in find_runs(tree, task="look")} == {2.0}


def test_a_header_that_contradicts_its_sidecar_or_the_other_runs_is_refused(tree):
    save_bold(bold(tree), values(), tr=2.5)
    with pytest.raises(DataError, match=r"header's TR is 2.5 s, RepetitionTime of .*bold.json 2 s; correct"):
        find_runs(tree, task="look")
    write_json(bold(tree).with_name("sub-02_task-look_run-02_bold.json"), {"RepetitionTime": 2.5})
    with pytest.raises(DataError, match=r"run-02_bold.nii.gz: TR 2.5 s differs from 2 s of"):
        find_runs(tree, task="look")


def test_runs_of_one_subject_on_different_grids_are_refused(tree):
    flipped = AFFINE.copy()
    flipped[0] *= -1
    save_bold(bold(tree), values(), affine=flipped)
    with pytest.raises(DataError, match=r"run-02_bold.nii.gz: grid or affine differs.*affine\[0, 0\] is -8 against 8"):
        find_runs(tree, task="look")


def test_a_truncated_image_is_found_without_reading_the_others(tree):
    content = bold(tree).read_bytes()
    bold(tree).write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"run-02_bold.nii.gz: truncated"):
        find_runs(tree, task="look")
    bold(tree).write_bytes(content[:100])
    with pytest.raises(DataError, match=r"run-02_bold.nii.gz: (truncated|cannot be read)"):
        find_runs(tree, task="look")


def test_two_images_of_one_run_ask_for_a_filter(tree):
    for echo in (1, 2):
        name = f"sub-02_task-look_run-02_echo-{echo}_bold"
        shutil.copy(bold(tree), bold(tree).with_name(f"{name}.nii.gz"))
        bold(tree).with_name(f"{name}.json").write_text(json.dumps({"RepetitionTime": 2.0}))
    with pytest.raises(DataError, match=r"a second image of sub-02_run-02 .* choose with filters"):
        find_runs(tree, task="look")
    assert len(find_runs(tree, task="look", filters={"echo": 1})) == 1


def test_a_space_is_named_where_there_are_several_native_ones_among_them(tree):
    assert {run.space for run in derived(tree, space=None)} == {SPACE}
    for path in tree.glob("derivatives/fmriprep/sub-01/func/*space-*"):
        shutil.copy(path, str(path).replace(f"_space-{SPACE}", ""))
    with pytest.raises(DataError, match=f"space: name one of the derivatives' spaces: {SPACE}, native"):
        derived(tree, space=None)
    native = derived(tree, space="native")
    assert {run.subject for run in native} == {"01"}
    assert {run.space for run in native} == {"native"}
    assert not any("space-" in run.mask.name for run in native)


def test_a_brain_mask_counts_in_its_own_space_only_and_packed_or_not(tree):
    for path in tree.glob("derivatives/fmriprep/sub-*/func/*_mask.nii.gz"):
        path.rename(str(path).replace(f"_space-{SPACE}", ""))
    assert {run.mask for run in derived(tree)} == {None}
    for path in tree.glob("derivatives/fmriprep/sub-*/func/*_mask.nii.gz"):
        nib.save(nib.load(path), str(path).replace("_desc-brain", f"_space-{SPACE}_desc-brain").removesuffix(".gz"))
    assert all(run.mask.name.endswith("mask.nii") for run in derived(tree))
