"""`neurona data questions`."""

import pandas as pd

from neurona.scenes.yaml_scenes import to_yaml


def test_scenes_become_a_table_of_questions(neurona, tmp_path):
    from test_scene_question_table import scenes

    (tmp_path / "scenes.yaml").write_text(to_yaml(scenes()))
    code, printed, _ = neurona("data", "questions", tmp_path / "scenes.yaml", tmp_path / "q.tsv", "--per-scene", "8")
    assert code == 0
    table = pd.read_csv(tmp_path / "q.tsv", sep="\t")
    assert f"{len(table)} questions" in printed
    assert {"image", "program", "answer"} <= set(table)


def test_a_fault_of_a_scene_is_named_with_its_place(neurona, tmp_path):
    (tmp_path / "scenes.yaml").write_text("scenes:\n- {image: one, things: [dog], relations: []}\n")
    code, _, error = neurona("data", "questions", tmp_path / "scenes.yaml", tmp_path / "q.tsv")
    assert code == 2
    assert "image 'one': unknown key 'relations'; did you mean 'relationships'" in error
