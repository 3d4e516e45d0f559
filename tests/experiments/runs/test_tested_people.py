"""What is used of who is tested is said as it is."""

import numpy as np
import pytest
from drifting import drifting

from neurona.datasets.splits import LeaveOut
from neurona.experiments.runs.tested_people import used_of_tested_people
from neurona.recordings.alignment.shared_response import SharedResponse
from neurona.recordings.alignment.zscore import ZScore


@pytest.mark.parametrize(
    ("split", "align", "said"),
    [
        (LeaveOut("subject"), None, "nothing"),
        (LeaveOut("subject"), ZScore(), "of each run all of its recordings that are read together, unlabelled"),
        (
            LeaveOut("subject"),
            ZScore(by="session", past=True),
            "of each session the recordings before each, unlabelled",
        ),
        (LeaveOut("subject", labelled=5), None, "5 labelled recordings in training"),
        (LeaveOut("subject", labelled=5), SharedResponse(), "5 labelled recordings in training"),
        (LeaveOut("session"), ZScore(), "24 labelled recordings in training, and of each run all of its"),
    ],
)
def test_what_is_used_of_who_is_tested(split, align, said):
    recordings = drifting()
    folds = list(split.folds(recordings))
    assert used_of_tested_people(folds, recordings, align).startswith(said)


def test_validation_counts_as_training():
    fold = next(LeaveOut("subject").folds(drifting()))
    validated = fold._replace(
        test=fold.test & (np.arange(96) % 2 == 0), validation=fold.test & (np.arange(96) % 2 == 1)
    )
    assert used_of_tested_people([validated], drifting(), None) == "24 labelled recordings in training"
