import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from neurona.datasets.splits import Fold
from neurona.errors import ConfigError, DataError
from neurona.experiments.runs.folds import _fewer, fold_problem, folds_of, leakage_of, unit_of
from neurona.experiments.study import chosen_questions, load_study
from neurona.questions import Asked
from neurona.recordings.recordings import Recordings

SPLITS = ["published", "image", "leave_one_run_out", "subject", "unseen", "stratified_k_fold", "grouped_k_fold"]


@pytest.fixture
def folded(tiny):
    def of(*overrides):
        config = tiny(*overrides)
        study = load_study(config, Console(file=io.StringIO()))
        ids = study.dataset.recordings.data.recording.values.tolist()
        asked = Asked.of(chosen_questions(study), study.dataset.vocabulary, ids)
        return config, study, asked, folds_of(config, study)

    return of


@pytest.mark.parametrize("split", SPLITS)
def test_no_image_is_both_learned_from_and_tested(folded, split):
    _, study, _, folds = folded(f"evaluation.split={split}", "data.simulation.images=80", "evaluation.folds=2")
    images = np.array(study.dataset.images)
    for fold in folds:
        assert not (fold.train & fold.test).any()
        assert not (fold.validation & (fold.train | fold.test)).any()
        if split in ("published", "image", "subject", "unseen"):
            assert not set(images[fold.train | fold.validation]) & set(images[fold.test])


def test_every_recording_is_tested_once_when_runs_are_left_out(folded):
    _, _, _, folds = folded("evaluation.split=leave_one_run_out")
    assert (np.sum([fold.test for fold in folds], axis=0) == 1).all()


def test_smaller_training_sets_are_parts_of_larger_ones_and_the_test_stays(folded):
    few, more = (folded(f"evaluation.n_train={n}")[3][0] for n in (10, 20))
    assert (few.train <= more.train).all()
    assert few.train.sum() * 2 == more.train.sum()
    assert (few.test == more.test).all()
    images, labels = np.arange(60), np.repeat(["a", "b", "c"], 20)
    part = Fold("", images < 50, images < 0, images >= 50)
    shown = labels[_fewer(part, images, labels, 10, 0).train].tolist()
    assert [shown.count(label) for label in "abc"] == [4, 4, 2]
    with pytest.raises(ConfigError, match=r"n_train: 1000 of \d+ training images"):
        folded("evaluation.n_train=1000")


def test_inner_folds_keep_whole_what_the_split_leaves_out(folded):
    for split, group in (("subject", "subject"), ("leave_one_run_out", "run"), ("image", "run")):
        config, study, asked, (fold, *_) = folded(f"evaluation.split={split}", "data.simulation.subjects=2")
        _, problem, _ = fold_problem(config, study, asked, fold)
        told = study.dataset.recordings.data[group].values.astype(str)
        partition = np.unique(np.column_stack([problem.groups, told]), axis=0)
        assert len(partition) == len(set(problem.groups)) >= len(set(told))


def test_a_problem_asks_only_about_its_fold(folded):
    config, study, asked, (fold, *_) = folded()
    _, problem, test = fold_problem(config, study, asked, fold)
    assert fold.train[problem.train.recording].all()
    assert fold.test[test.recording].all()
    assert fold.validation[problem.validation.recording].all()
    assert problem.simulated
    assert problem.facts is None
    assert problem.dataset == "simulated"
    everything = len(problem.train) + len(problem.validation) + len(test)
    assert everything == len(asked)
    assert len(problem.learning) == len(problem.train) + len(problem.validation)


def test_a_split_that_the_data_do_not_allow_is_refused_by_name(folded):
    with pytest.raises(ConfigError, match=r"evaluation.split session: simulated: .*say nothing about 'session'"):
        folded("evaluation.split=session")
    with pytest.raises(ConfigError, match=r"subject: simulated: .*1 subject \(SIM1\) found"):
        folded("evaluation.split=subject", "data.subjects=[SIM1]")


def test_one_decoder_for_each_subject_sees_that_subject_alone(folded):
    _, study, _, folds = folded("evaluation.split=leave_one_run_out", "evaluation.within_subjects=true")
    subject, run = (study.dataset.recordings.data[name].values for name in ("subject", "run"))
    assert len(folds) == sum(len(set(run[subject == who])) for who in set(subject))
    for fold in folds:
        assert len(set(subject[fold.train | fold.validation | fold.test])) == 1
        assert fold.validation.any()
    assert (np.sum([fold.test for fold in folds], axis=0) == 1).all()


def test_the_leakage_check_tells_of_near_duplicates_and_refuses_copies(folded):
    config, study, _, folds = folded("evaluation.split=leave_one_run_out")
    printed = io.StringIO()
    reports = leakage_of(config, study, folds, Console(file=printed, width=200))
    assert [report.fold for report in reports] == [fold.name for fold in folds]
    assert max(report.highest for report in reports) < 0.99
    assert not printed.getvalue()
    data = study.dataset.recordings.data.copy(deep=True)
    source, target = np.flatnonzero(folds[0].train)[0], np.flatnonzero(folds[0].test)[0]
    data.values[target] = data.values[source] * (1 + 1e-5)
    near = replace(study, dataset=replace(study.dataset, recordings=Recordings(data)))
    leakage_of(config, near, folds[:1], Console(file=printed, width=200))
    assert "1 pair(s) of recordings correlate above 0.99" in printed.getvalue()
    data.values[target] = data.values[source]
    with pytest.raises(DataError, match="equal to the last bit"):
        leakage_of(config, near, folds[:1], Console(file=printed))


def test_scenes_are_part_of_the_problem_only_where_they_are_to_be_learned_from(folded):
    config, study, asked, (fold, *_) = folded("decoder=explain", "decoder.supervision=scenes")
    _, problem, _ = fold_problem(config, study, asked, fold)
    images = study.dataset.images
    assert tuple(facts.image for facts in problem.facts) == images


def test_what_is_independent_follows_from_what_is_tested(tiny):
    config = tiny("evaluation.split=subject", "data.simulation.subjects=2")
    study = load_study(config, Console(file=io.StringIO()))
    transfer = "transfer", "evaluation.columns=[subject]"
    units = {
        ("leave_one_run_out",): "run",
        ("subject",): "subject",
        ("subject", "evaluation.labelled=2"): "subject",
        # One subject is tested, in runs that are all its own.
        (*transfer, "evaluation.train_on=SIM1", "evaluation.test_on=SIM2"): "run",
        transfer: "subject",
        (*transfer, "evaluation.group=image", "evaluation.folds=2"): "image",
        # Every run stands on one side, and subjects on both.
        ("transfer", "evaluation.columns=[run]"): "run",
        ("published",): "image",
    }
    for (split, *settings), unit in units.items():
        one = tiny(f"evaluation.split={split}", *settings, "data.simulation.subjects=2")
        assert unit_of(one, study, folds_of(one, study)) == unit, (split, settings)
