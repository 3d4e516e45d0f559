import io

import pytest
from rich.console import Console

from neurona.errors import ConfigError, DataError
from neurona.experiments.study import load_study
from neurona.scenes.facts import fact_of

QUIET = Console(file=io.StringIO())


@pytest.fixture
def study_of(tiny):
    return lambda *overrides: load_study(tiny(*overrides), QUIET)


def test_a_simulated_study_knows_its_scenes_its_groundings_and_how_well_test_questions_can_be_answered(study_of):
    study = study_of()
    questions = study.dataset.questions
    part = questions.image.map(study.split.parts)
    assert questions.oracle.notna().equals(part == "test")
    assert set(questions.image) <= set(study.facts)
    assert study.planted.carried.shape == (len(study.planted.words), 6)
    for row in questions.itertuples():
        fact = fact_of(row.program, row.answer)
        assert study.facts[row.image].holds(fact) == (row.answer != "no")


def test_yes_and_no_are_balanced_within_each_part_program_by_program(study_of):
    study = study_of("evaluation.split=image")
    questions = study.dataset.questions
    yes_no = questions[questions.answer.isin(["yes", "no"])]
    counts = yes_no.groupby([yes_no.image.map(study.split.parts), "program"]).answer.value_counts().unstack()
    assert (counts.yes == counts.no).all()


def test_questions_about_unseen_combinations_are_the_only_ones_of_the_test_part(study_of):
    study = study_of("evaluation.split=unseen", "data.simulation.images=150")
    for row in study.dataset.questions.itertuples():
        held = study.split.holds_out(fact_of(row.program, row.answer))
        assert held == (study.split.parts[row.image] == "test")


def test_the_same_seed_gives_the_same_study(study_of):
    one, other = study_of(), study_of()
    assert one.dataset.questions.equals(other.dataset.questions)
    assert one.dataset.recordings.data.equals(other.dataset.recordings.data)
    assert not one.dataset.questions.equals(study_of("seed=1").dataset.questions)


def test_some_subjects_can_be_chosen_and_an_unknown_one_is_refused(study_of):
    study = study_of("data.subjects=[SIM2]")
    assert set(study.dataset.recordings.data.subject.values) == {"SIM2"}
    assert set(study.dataset.questions.recording) <= set(study.dataset.recordings.data.recording.values)
    with pytest.raises(DataError, match=r"no subject 'SIM3'.*did you mean"):
        study_of("data.subjects=[SIM3]")


def test_dials_belong_to_the_simulated_data_set_alone(study_of):
    with pytest.raises(ConfigError, match="drop one of them"):
        study_of("data.name=haxby2001")


def test_a_saved_simulation_brings_its_scenes_along(tmp_path, tiny):
    from neurona.simulation import simulate
    from neurona.simulation.layouts import write

    simulation = simulate(tiny().data.simulation, 3)
    _ = simulation.observed
    write(simulation, tmp_path / "saved", "native", QUIET)
    study = load_study(tiny(f"data={{path: {tmp_path / 'saved'}}}"), QUIET)
    assert set(study.facts) == {scene.image for scene in simulation.scenes}
    assert dict(zip([s.image for s in simulation.scenes], simulation.parts, strict=True)).items() >= {
        (name, part) for name, part in study.split.parts.items() if part == "test"
    }
