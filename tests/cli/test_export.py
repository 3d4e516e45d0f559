"""`neurona export DECODER OUT`: one file that answers without Neurona."""

import numpy as np
from exported import fitted, recordings

from neurona.exporting.runtime import load


def test_a_decoder_becomes_a_file_with_the_questions_of_a_user(neurona, tmp_path):
    decoder, file = fitted("linear_evidence"), tmp_path / "decoder.zip"
    (tmp_path / "questions.txt").write_text("# of a user\nIs there a cat?\n", encoding="utf-8")
    asked = "--ask", "Is there a face?", "--questions", tmp_path / "questions.txt"
    code, printed, error = neurona("export", decoder.save(tmp_path / "decoder"), file, *asked)
    assert (code, error) == (0, "")
    assert "linear_evidence of arrays" in printed
    assert {"Is there a face?", "Is there a cat?"} < set(load(file).questions)
    later = recordings(slice(70, 72))
    here = decoder.read(later).ask("Is there a cat?").probability.tolist()
    there = [one.ask("Is there a cat?").probability for one in load(file).stream(later.recordings.data.values)]
    np.testing.assert_allclose(there, here, atol=1e-5)


def test_eight_bits_of_a_decoder_alone_need_data_to_calibrate_on(neurona, tmp_path):
    folder = fitted("linear_evidence").save(tmp_path / "decoder")
    code, _, error = neurona("export", folder, tmp_path / "decoder.zip", "--int8")
    assert code == 2
    assert "--calibrate" in error
