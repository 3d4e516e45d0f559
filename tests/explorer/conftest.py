import pytest

HOST = "127.0.0.1:8000"


@pytest.fixture(scope="session")
def answers(tmp_path_factory):
    """The page's answers about a tiny run."""
    from tiny_run import write_tiny_run

    from neurona.experiments.runs.asking import Source
    from neurona.explorer.answers import Answers

    return Answers(Source.open(write_tiny_run(tmp_path_factory.mktemp("explorer") / "run")))


@pytest.fixture(scope="session")
def client(answers):
    """A browser at the page; an exception of the server is one of the test."""
    from starlette.testclient import TestClient

    from neurona.explorer.app import application

    return TestClient(application(answers, {HOST}), base_url=f"http://{HOST}")
