import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_val_score

from neurona.datasets.splits import ByImage, KFold, LeaveOut, WithinSubjects, by_image
from neurona.errors import DataError
from neurona.recordings.recordings import Recordings

SUBJECTS, RUNS, TRIALS = ("a", "b", "c"), ("run-1", "run-2"), 12
ROWS = [(who, run, k) for who in SUBJECTS for run in RUNS for k in range(TRIALS)]


@pytest.fixture(scope="module")
def recordings():
    # Simulated: three subjects of two sessions with a run each, the same 12 images shown to all in each run.
    made = Recordings.make(
        np.random.default_rng(0).normal(size=(len(ROWS), 5, 1)),
        ids=["_".join(map(str, row)) for row in ROWS],
        channels=list("vwxyz"),
        sampling_hz=1.0,
        modality="fmri",
        units="a.u.",
        subject=[who for who, _, _ in ROWS],
        run=[run for _, run, _ in ROWS],
        split=[""] * len(ROWS),
        label=["face" if k % 3 == 0 else "house" for _, _, k in ROWS],
        simulated=True,
    )
    along = {"session": [run[-1] for _, run, _ in ROWS], "image": [f"i{k}" for _, _, k in ROWS]}
    return Recordings(made.data.assign_coords({name: ("recording", column) for name, column in along.items()}))


def column(recordings, name):
    return recordings.data[name].values.astype(str)


@pytest.mark.parametrize(("what", "folds"), [("run", 2), ("subject", 3), ("session", 6), ("image", 12)])
def test_one_group_at_a_time_is_tested_and_every_recording_once(recordings, what, folds):
    splitter = LeaveOut(what)
    found = list(splitter.folds(recordings))
    assert len(found) == splitter.get_n_splits(recordings) == folds
    assert (np.sum([fold.test for fold in found], axis=0) == 1).all()
    for fold in found:
        assert (fold.train ^ fold.test).all()
        assert not fold.validation.any()
    of = (
        column(recordings, "subject") + " " + column(recordings, what)
        if what == "session"
        else column(recordings, what)
    )
    assert [fold.name for fold in found] == sorted(set(of))
    for (train, test), (their_train, their_test) in zip(
        splitter.split(recordings), LeaveOneGroupOut().split(of, groups=of), strict=True
    ):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)


def test_nobody_trains_with_a_test_image_where_images_are_split_too(recordings):
    images = by_image(column(recordings, "image"), test=0.25, validation=0.25, seed=1)
    for fold in LeaveOut("subject", images).folds(recordings):
        shown, who = column(recordings, "image"), column(recordings, "subject")
        assert set(who[fold.test]) == {fold.name}
        assert fold.name not in set(who[fold.train | fold.validation])
        assert set(shown[fold.test]) == set(images.test)
        assert set(shown[fold.train]) == set(images.train)
        assert set(shown[fold.validation]) == set(images.validation)


def test_stratified_folds_have_the_share_of_each_label_and_every_recording_is_tested_once(recordings):
    found = list(KFold(4, seed=3).folds(recordings))
    labels = column(recordings, "label")
    assert (np.sum([fold.test for fold in found], axis=0) == 1).all()
    assert {round(float(np.mean(labels[fold.test] == "face")), 2) for fold in found} == {0.33}
    assert [fold.test.tolist() for fold in found] == [fold.test.tolist() for fold in KFold(4, seed=3).folds(recordings)]
    assert [fold.test.tolist() for fold in found] != [fold.test.tolist() for fold in KFold(4, seed=4).folds(recordings)]


@pytest.mark.parametrize("stratified", [True, False])
def test_groups_stay_whole_in_k_folds(recordings, stratified):
    images = column(recordings, "image")
    found = list(KFold(3, by="image", stratified=stratified).folds(recordings))
    assert (np.sum([fold.test for fold in found], axis=0) == 1).all()
    for fold in found:
        assert not set(images[fold.train]) & set(images[fold.test])


def test_within_subjects_each_fold_has_one_subject_alone(recordings):
    splitter = WithinSubjects(LeaveOut("run"))
    found = list(splitter.folds(recordings))
    assert [fold.name for fold in found] == [f"{who}_{run}" for who in SUBJECTS for run in RUNS]
    who, runs = column(recordings, "subject"), column(recordings, "run")
    for fold in found:
        subject, _, run = fold.name.partition("_")
        assert set(who[fold.train | fold.test]) == {subject}
        assert set(runs[fold.test]) == {run}
    assert (np.sum([fold.test for fold in found], axis=0) == 1).all()


def test_scikit_learn_takes_them_with_groups_or_as_pairs_of_rows(recordings):
    values = recordings.data.values[:, :, 0]
    labels, runs = column(recordings, "label"), column(recordings, "run")
    model = LogisticRegression()
    theirs = cross_val_score(model, values, labels, groups=runs, cv=LeaveOneGroupOut())
    np.testing.assert_array_equal(cross_val_score(model, values, labels, groups=runs, cv=LeaveOut("run")), theirs)
    np.testing.assert_array_equal(
        cross_val_score(model, values, labels, cv=list(LeaveOut("run").split(recordings))), theirs
    )
    search = GridSearchCV(model, {"C": [0.1, 1]}, cv=KFold(3)).fit(values, labels)
    assert search.n_splits_ == 3


@pytest.mark.parametrize(
    ("splitter", "message"),
    [
        (LeaveOut("sesion"), "say nothing about 'sesion'; did you mean 'session'"),
        (KFold(50), "50 folds, but only 24 recording.* of label 'face'"),
        (KFold(5, by="run"), r"5 folds of 2 run\(s\)"),
        (WithinSubjects(LeaveOut("subject")), r"subject a: split: 1 subject \(a\) found"),
    ],
)
def test_what_a_split_lacks_is_told(recordings, splitter, message):
    with pytest.raises(DataError, match=message):
        list(splitter.folds(recordings))


def test_rows_that_are_no_recordings_need_groups():
    with pytest.raises(DataError, match="X is no recordings, so nothing says the run of each row; give groups"):
        list(LeaveOut("run").split(np.zeros((4, 2))))


def test_a_split_of_images_is_one_fold(recordings):
    images = by_image(column(recordings, "image"), test=0.25, seed=1)
    (fold,) = ByImage(images).folds(recordings)
    assert set(column(recordings, "image")[fold.test]) == set(images.test)
    assert ByImage(images).get_n_splits(recordings) == 1


@pytest.mark.parametrize("labelled", [0, 2, 3])
def test_the_first_recordings_of_who_is_left_out_join_training_and_the_same_ones_are_tested(recordings, labelled):
    plain = LeaveOut("subject").folds(recordings)
    for before, fold in zip(plain, LeaveOut("subject", labelled=labelled, reserved=3).folds(recordings), strict=True):
        mine = np.flatnonzero(before.test)
        assert np.flatnonzero(fold.train & before.test).tolist() == mine[:labelled].tolist()
        assert np.flatnonzero(fold.test).tolist() == mine[3:].tolist()
        assert (fold.train & ~before.test == before.train).all()


def test_labelled_recordings_are_of_training_images_where_images_are_split(recordings):
    images = by_image(column(recordings, "image").tolist(), test=0.5, seed=0)
    plain = LeaveOut("subject", images).folds(recordings)
    for before, fold in zip(plain, LeaveOut("subject", images, labelled=2).folds(recordings), strict=True):
        assert (fold.test == before.test).all()
        joined = fold.train & ~before.train
        assert joined.sum() == 2
        assert set(column(recordings, "image")[joined]) <= set(images.train)


def test_more_labelled_than_reserved_or_than_there_are_is_told(recordings):
    with pytest.raises(DataError, match="4 labelled recordings of 3 that are reserved"):
        list(LeaveOut("subject", labelled=4, reserved=3).folds(recordings))
    with pytest.raises(DataError, match=r"has \d+ recordings, too few to reserve 99; label or reserve fewer"):
        list(LeaveOut("subject", labelled=99).folds(recordings))
