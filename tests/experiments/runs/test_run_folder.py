"""Opening what a run left: its reading gives the answers of the run again, in another process, for every decoder that reads."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from neurona.decoders import decoders
from neurona.errors import DataError
from neurona.experiments.config import load_config
from neurona.experiments.runs.asking import Source
from neurona.experiments.runs.finished_run import decoder_of, open_run
from neurona.experiments.runs.runner import run
from neurona.experiments.study import load_study
from neurona.recordings.recordings import Recordings

SMALL = ("data.simulation.subjects=1", "data.simulation.images=60", "data.simulation.questions=6", "training.epochs=1")
NUMBERS = ["as_asked", "probability", "prior", "error"]
LONG = ("end_to_end", "explain", "linear", "neurona", "product_of_experts")
QUICK = tuple(kind for kind in decoders() if kind not in LONG)
LABELS_ONLY = "linear_evidence"
MEG = Path(__file__).parents[3] / "experiments" / "uea" / "directions.yaml"
ASK_AGAIN = """
import sys
from pathlib import Path
import pandas as pd
from neurona.experiments.runs.asking import Source
from neurona.experiments.runs.finished_run import open_run
for folder in sys.argv[1:]:
    run = open_run(folder)
    reading, questions = run.reading, run.predictions
    said = reading.ask_each([reading.parse(text) for text in questions.program], reading.rows(questions.recording.tolist()))
    table = pd.DataFrame({name: getattr(said, name) for name in ("answer", "as_asked", "probability", "prior", "error")})
    table.to_parquet(Path(folder) / "again.parquet")
"""


@pytest.mark.parametrize("kinds", [QUICK, pytest.param(LONG, marks=pytest.mark.slow)], ids=["quick", "long"])
def test_stored_readings_answer_as_the_runs_did(kinds, tiny, ts_folder, tmp_path):
    """One other process asks them all."""
    read = []
    for kind in kinds:
        config, folder = tiny(f"decoder={kind}", *SMALL), tmp_path / kind
        if kind == LABELS_ONLY:
            config = load_config(MEG, [f"data.path={ts_folder}", "decoder.decays=[0.1]", "evaluation.baselines=[]"])
        run(config, folder, Console(file=io.StringIO()))
        if (folder / "reading").is_dir():
            read.append(folder)
        else:
            with pytest.raises(DataError, match="answers questions and has no reading"):
                _ = open_run(folder).reading
    subprocess.run([sys.executable, "-c", ASK_AGAIN, *map(str, read)], check=True)
    for folder in read:
        again, predictions = pd.read_parquet(folder / "again.parquet"), open_run(folder).predictions
        assert again.answer.tolist() == predictions.predicted.tolist(), folder.name
        for name in NUMBERS:
            np.testing.assert_allclose(again[name], predictions[name], atol=1e-6, err_msg=folder.name)


def test_a_reading_is_opened_by_its_own_folder_or_by_that_of_its_run(tiny, tmp_path):
    run(tiny("decoder=relational_evidence", *SMALL), tmp_path, Console(file=io.StringIO()))
    one, other = Source.open(tmp_path).reading, Source.open(tmp_path / "reading").reading
    assert one.recordings == other.recordings
    assert open_run(tmp_path).metrics["accuracy"]["overall"]["n"] == len(open_run(tmp_path).predictions)
    assert set(one.parts) == {"published"}


def test_an_unfinished_run_is_not_opened(tmp_path):
    with pytest.raises(DataError, match="name the directory of a finished run"):
        open_run(tmp_path)


def test_a_run_keeps_the_decoders_of_its_folds_and_one_of_all_recordings(tiny, tmp_path):
    config = tiny("decoder=relational_evidence", "decoder.least=0", "evaluation.fit_all=true", *SMALL)
    run(config, tmp_path, Console(file=io.StringIO()))
    opened, study = open_run(tmp_path), load_study(config, Console(file=io.StringIO()))
    (fold,) = (tmp_path / "decoders").iterdir()
    held_out = Recordings(study.dataset.recordings.data.sel(recording=list(opened.reading.recordings)))
    query = opened.predictions.program.iloc[0]
    for decoder in (opened.decoder, decoder_of(tmp_path / "decoder")):
        found = decoder.read(held_out).ask(query)
        assert found.recording.tolist() == list(opened.reading.recordings)
        assert (found.probability != opened.reading.ask(query).probability).any()
    assert decoder_of(fold).read(held_out).ask(query).equals(opened.reading.ask(query))


def test_a_run_that_kept_no_decoder_says_how_to_keep_one(tiny, tmp_path):
    run(tiny("decoder=question_only", *SMALL), tmp_path, Console(file=io.StringIO()))
    assert not (tmp_path / "decoders").exists()
    with pytest.raises(DataError, match=r"evaluation\.fit_all=true, and with a decoder that reads \(question_only is"):
        _ = open_run(tmp_path).decoder
