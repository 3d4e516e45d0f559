"""What the texts of a data set's questions tell."""

import numpy as np
import pandas as pd

from neurona.datasets.dataset import Dataset
from neurona.datasets.question_audit import audit_questions, audit_table


def test_all_questions_about_all_recordings_tell_nothing_and_rare_answers_do_not_hide_it():
    rng = np.random.default_rng(0)
    labels = rng.choice(["cat", "face", "house"], 30)
    dataset = Dataset.from_arrays(rng.normal(size=(30, 4)), labels)
    found = audit_questions(dataset)
    assert "exists" in set(found.table.type)
    assert (found.table.pool - 0.5).abs().max() < 1e-9
    assert isinstance(found.tested, pd.DataFrame)
    assert audit_table(found, simulated=True).row_count == len(found.table)
