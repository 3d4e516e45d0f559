from .api import fit, load, load_dataset
from .datasets.dataset import Dataset
from .decoders.fitted import FittedDecoder
from .decoders.state_filter import StateFilter
from .estimator import ConceptDecoder
from .experiments.runs.finished_run import open_run
from .programs.surfaces import parse
from .programs.vocabulary import Vocabulary
from .readings.reading import open_reading
from .recordings.recordings import Recordings

__version__: str

__all__ = [
    "ConceptDecoder",
    "Dataset",
    "FittedDecoder",
    "Recordings",
    "StateFilter",
    "Vocabulary",
    "__version__",
    "fit",
    "load",
    "load_dataset",
    "open_reading",
    "open_run",
    "parse",
]
