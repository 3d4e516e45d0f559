"""An exported file answers as the decoder does, without Neurona."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from exported import NUMBERS, both, fitted, programs, recordings

import neurona as nr
from neurona.errors import ConfigError, QueryError
from neurona.exporting.export import export
from neurona.exporting.runtime import load
from neurona.exporting.runtime.operations import OPERATIONS

WORLDS = "linear_evidence", "relational_evidence", "explain"
LATER = recordings(slice(70, 90))


def same(here: pd.DataFrame, there: pd.DataFrame, within: float = 1e-5) -> None:
    assert list(there["query"]) == list(here["query"])
    assert there.answer.tolist() == here.answer.tolist()
    np.testing.assert_allclose(there[[*NUMBERS]], here[[*NUMBERS]], atol=within, rtol=0)


@pytest.mark.parametrize("kind", WORLDS)
def test_listed_worlds_answer_alike_whatever_is_asked(kind, tmp_path):
    decoder = fitted(kind)
    same(*both(decoder, LATER, tmp_path / "decoder.zip", programs(decoder.vocabulary, 30)))


def test_scores_answer_alike_whatever_is_asked(tmp_path):
    decoder = fitted("linear")
    same(*both(decoder, LATER, tmp_path / "decoder.zip", programs(decoder.vocabulary, 6)))


def test_the_file_runs_by_itself_where_numpy_alone_is_installed(tmp_path):
    decoder, file = fitted("linear_evidence"), tmp_path / "decoder.zip"
    export(decoder, file, ["Is there a face?"])
    np.save(tmp_path / "trials.npy", LATER.recordings.data.values[:2])
    forbid = "import sys; sys.modules.update(dict.fromkeys(['jax', 'neurona', 'scipy', 'pandas', 'lark', 'sympy', 'jaxtyping']))"
    code = f"{forbid}; import runpy; sys.argv = ['decoder.zip', 'trials.npy', '--ask', 'Is there a face?']; runpy.run_path('decoder.zip', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    here = decoder.read(LATER).ask("Is there a face?")
    assert [one["answer"] for one in told] == here.answer.tolist()[:2]
    assert [one["probability"] for one in told] == pytest.approx(here.probability.tolist()[:2], abs=1e-5)


def test_the_manifest_says_what_a_trial_must_be_and_damage_is_found(tmp_path):
    decoder, file = fitted("linear_evidence"), tmp_path / "decoder.zip"
    manifest = export(decoder, file)
    assert manifest["recording"]["channels"] == decoder.entities.expected.channels
    assert (manifest["recording"]["n_times"], manifest["simulated"], manifest["weights"]) == (20, False, "float32")
    with pytest.raises(ValueError, match=r"shape \(12, 19\); expected \(12, 20\)"):
        load(file).read(np.zeros((12, 19)))
    with pytest.raises(KeyError, match="was not exported"):
        load(file).read(np.zeros((12, 20))).ask("Is there a dog?")
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(tmp_path / "changed.zip", "w") as changed:
        for name in whole.namelist():
            changed.writestr(
                name, whole.read(name).replace(b"add", b"sub") if name == "graphs.json" else whole.read(name)
            )
    with pytest.raises(ValueError, match=r"graphs\.json was changed"):
        load(tmp_path / "changed.zip")


def test_stablehlo_computes_what_the_graph_computes(tmp_path):
    pytest.importorskip("flatbuffers")
    from jax.export import deserialize

    file = tmp_path / "decoder.zip"
    manifest = export(fitted("linear_evidence"), file)
    with zipfile.ZipFile(file) as whole:
        exported = deserialize(bytearray(whole.read("path.stablehlo")))
        arrays = {
            name: np.load(whole.open(f"arrays/{manifest['arrays'][name]}.npy"))
            for name in manifest["stablehlo"]["arrays"]
        }
    trial = LATER.recordings.data.values[0].astype(np.float32)
    found = exported.call(arrays, trial)["log_share"]
    np.testing.assert_allclose(found, load(file).read(trial).outputs["log_share"], atol=1e-5)


def test_what_the_runtime_cannot_compute_is_told_before_the_file_is_there(tmp_path, monkeypatch):
    def lacking(*_, **__):
        raise NotImplementedError("products of this form")

    monkeypatch.setitem(OPERATIONS, "dot_general", lacking)
    with pytest.raises(ConfigError, match="does not know products of this form"):
        export(fitted("linear_evidence"), tmp_path / "decoder.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported_says_why(tmp_path):
    data = recordings(slice(0, 70))
    with pytest.raises(ConfigError, match="without align"):
        export(nr.fit(data, "linear_evidence", align="centre"), tmp_path / "decoder.zip")
    with pytest.raises(QueryError):
        export(fitted("linear_evidence"), tmp_path / "decoder.zip", ["Is there a unicorn?"])
    assert not (tmp_path / "decoder.zip").exists()
