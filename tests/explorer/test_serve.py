"""The command that serves the page."""

from __future__ import annotations

import socket


def test_a_port_that_is_taken_is_said(neurona, answers):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, _, error = neurona("explore", answers.source.run.folder, "--no-browser", "--port", port)
    assert code == 2
    assert f"--port {port}: Address already in use" in error


def test_what_is_no_run_is_said(neurona, tmp_path):
    assert "name the directory of a finished run" in neurona("explore", tmp_path)[2]
