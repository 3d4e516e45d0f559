"""A data set: recordings and the questions asked about them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from neurona.datasets.card import DataCard
from neurona.recordings.recordings import Recordings


@dataclass(frozen=True)
class Dataset:
    """Recordings and questions (columns question, recording, program, answer, type) under one card."""

    name: str
    card: DataCard
    recordings: Recordings
    questions: pd.DataFrame
