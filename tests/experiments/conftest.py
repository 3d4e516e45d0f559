import pytest

TINY = """
name: tiny
data:
  simulation: {subjects: 2, images: 60, snr: 1.0, nouns: 20, adjectives: 4, questions: 10, components: 72, parcels: 6, test_share: 0.3}
entities: groups
decoder: linear_evidence
evaluation: {split: published, validation: 0.1, fit_all: false, plots: []}
"""


@pytest.fixture
def tiny(tmp_path):
    """A config of a small SIMULATED data set, and how to change it."""
    from neurona.experiments.config import load_config

    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return lambda *overrides: load_config(path, overrides)


@pytest.fixture(scope="session")
def tiny_text():
    """The config itself, for fixtures of a whole module."""
    return TINY
