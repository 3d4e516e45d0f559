"""The addresses of the page: shapes of requests, errors as JSON, and nothing that makes the server fail."""

from __future__ import annotations

import json
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from neurona.explorer.app import application

NAMES = ("ask", "explain", "graph", "map", "scenes", "complete")
WORDS = ("man", "bat", "hold", "red", "animate", "Colour", "x", "y", "exists", "the", "count", "~", "&", "->", "(", ")", ".", ",", ">", "2", "∃", "¬", "Is", "there", "a", "who", "is", "?", "not", "holding", "{", '"')  # fmt: skip


def post(client, name, **body):
    return client.post(f"/api/{name}", json=body)


def test_a_question_is_answered_as_the_reading_answers_it(client, answers):
    found = post(client, "ask", queries=["Is there a man?"], recordings="b").json()
    said = answers.reading.ask("exists x. man(x)", "b").iloc[0]
    (row,) = found["answers"]
    assert (row["answer"], row["probability"], row["prior"]) == (said.answer, said.probability, said.prior)
    assert found["understood"][0]["logic"] == "exists x. man(x)"
    assert "summary" not in found


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("exists x. facce(x)", "query"),
        ("Is there a", "query"),
        ("exists x. exists y. exists z. exists w. hold(x, y)", "query"),
    ],
)
def test_a_query_that_is_refused_says_where_and_why(client, query, kind):
    answer = post(client, "ask", queries=[query])
    error = answer.json()["error"]
    assert (answer.status_code, error["kind"]) == (400, kind)
    assert error["message"]
    assert error["line"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"queries": []}, 422),
        ({"queries": ["x"], "more": 1}, 422),
        ({"queries": ["x" * 2000]}, 422),
        ({"queries": ["Is there a man?"], "recordings": "nobody"}, 400),
        ({"queries": ["Is there a man?"], "recordings": "subject=2"}, 400),
        ({"queries": ["Is there a man?"], "given": "exists x. cat(x)"}, 400),
    ],
)
def test_what_does_not_fit_is_said(client, body, status):
    answer = post(client, "ask", **body)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_only_json_is_read_and_only_what_is_there_is_served(client):
    assert client.post("/api/ask", content='{"queries": ["x"]}').status_code == 415
    assert client.get("/api/ask").status_code == 405
    assert (
        client.post("/api/ask", content="[" * 50_000, headers={"content-type": "application/json"}).status_code == 422
    )
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd", "/page/index.html/..", "/api", "/%00"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (404, "address")


def test_the_outline_of_the_brain_is_told_apart_from_the_map(client):
    found = client.get("/api/outlines").json()
    assert sorted(found) == ["x", "y", "z"]
    assert all(side["lines"] and len(side["box"]) == 4 for side in found.values())


def test_what_takes_long_is_given_up(answers):
    class Slow:
        reading = answers.reading

        def __getattr__(self, name):
            return lambda request: time.sleep(0.3)

    hasty = TestClient(application(Slow(), {"testserver"}, seconds=0.05))
    answer = hasty.post("/api/ask", json={"queries": ["x"]})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (408, "time")


def test_a_fault_of_ours_shows_no_inside():
    broken = TestClient(application(_Failing(), {"testserver"}), raise_server_exceptions=False)
    answer = broken.post("/api/ask", json={"queries": ["x"]})
    assert answer.status_code == 500
    assert "secret" not in answer.text


class _Failing:
    about = None

    def __getattr__(self, name):
        def fail(request):
            raise RuntimeError("secret of a home folder")

        return fail


text = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.text(max_size=40),
    st.text(string.printable, max_size=40),
)
value = st.one_of(text, st.none(), st.integers(-5, 99), st.floats(), st.lists(text, max_size=3), st.sampled_from(["a", "b", "all", "man", "run=r"]))  # fmt: skip
body = st.one_of(
    st.dictionaries(st.sampled_from(["queries", "query", "recordings", "recording", "given", "threshold", "word", "count", "text"]), value),
    st.builds(lambda q, r, g: {"queries": [q], "recordings": r, "given": g}, text.filter(bool), st.sampled_from(["a", "all", "a,b"]), st.none() | text),
    st.builds(lambda q: {"query": q, "recording": "a"}, text),
    st.builds(lambda g: {"recording": "b", "given": g}, text),
    value,
)  # fmt: skip


@settings(max_examples=30, derandomize=True)
@given(name=st.sampled_from(NAMES), body=body)
def test_no_request_makes_the_server_fail(client, name, body):
    content = json.dumps(body, ensure_ascii=True)
    answer = client.post(f"/api/{name}", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400, 422)
    json.loads(answer.text, parse_constant=pytest.fail)
