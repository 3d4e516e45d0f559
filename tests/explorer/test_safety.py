"""What is refused whatever is asked."""

from __future__ import annotations

import pytest

from neurona.explorer.requests import MOST_BYTES
from neurona.explorer.safety import hosts_of


def test_the_page_itself_may_ask(client):
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert client.get("/api/about", headers=own).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:9", "127.0.0.1.evil.example:8000", ""]
)
def test_a_name_that_is_rebound_to_this_machine_is_refused(client, host):
    answer = client.get("/api/about", headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "host"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:9"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_is_refused(client, headers):
    answer = client.post("/api/ask", json={"queries": ["Is there a man?"]}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "origin"
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_has_a_strict_policy(client):
    for path in ("/", "/api/about", "/nothing", "/page/app.js"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in client.get("/", headers={"host": "evil.example"}).headers


def test_a_large_body_is_refused_even_if_it_does_not_say_that_it_is(client):
    whole = b" " * (MOST_BYTES + 1)
    for content in (whole, iter([whole[:1000], whole])):
        answer = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["kind"]) == (413, "size")


def test_the_names_of_this_machine():
    assert hosts_of(5) == {"127.0.0.1:5", "localhost:5", "[::1]:5"}
