"""`neurona runs` and `neurona compare`."""

import pytest


@pytest.fixture
def runs(tmp_path):
    """Two finished runs."""
    import stub_runs

    from neurona.experiments.config import load_config
    from neurona.experiments.runs import run_folder
    from neurona.experiments.runs.identity import digest_of

    folders = []
    for shrinkage in (0.1, 0.04):
        config = load_config("quickstart", ["decoder=linear_evidence", f"decoder.shrinkage={shrinkage}"])
        folder = tmp_path / "runs" / config.name / digest_of(config, "")
        run_folder.begin(folder, config)
        stub_runs.answers(config, folder, None)
        folders.append(folder)
    return folders


def test_runs_are_listed_and_compared(neurona, runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, printed, _ = neurona("runs")
    assert code == 0
    assert all(f"quickstart/{folder.name}" in printed for folder in runs)
    code, printed, _ = neurona("compare", *runs)
    assert code == 0
    assert "overall" in printed
    assert neurona("compare", runs[0], tmp_path)[0] == 2
    assert neurona("runs", tmp_path / "nothing")[0] == 2
