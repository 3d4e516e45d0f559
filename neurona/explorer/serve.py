"""Serve the page to a browser on this machine."""

from __future__ import annotations

import socket
import webbrowser
from pathlib import Path

from rich.console import Console

from neurona.errors import ConfigError
from neurona.experiments.runs.asking import Source

HOST = "127.0.0.1"


def serve(folder: str | Path, console: Console, *, port: int = 0, browser: bool = True) -> None:
    """Serve until interrupted.

    Args:
        folder: of a finished run, or of a saved reading.
        console: that the address is printed to.
        port: of 127.0.0.1; a free one when 0.
        browser: open one.

    Raises:
        ConfigError: the extra `explore` is not installed, or the port is taken.
        DataError: neither a run nor a reading.
    """
    source = Source.open(folder)
    try:
        import uvicorn

        from neurona.explorer.answers import Answers
        from neurona.explorer.app import application
        from neurona.explorer.safety import hosts_of
    except ImportError as error:
        raise ConfigError(f"neurona explore: {error.name} is not installed; pip install 'neurona[explore]'") from error
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise ConfigError(f"--port {port}: {error.strerror}; choose another, or none") from error
    with listening:
        port = listening.getsockname()[1]
        app = application(Answers(source), hosts_of(port))
        address = f"http://{HOST}:{port}/"
        console.print(f"exploring {folder} at {address} (Ctrl-C ends)", highlight=False, soft_wrap=True)
        if browser:
            webbrowser.open(address)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=1)
        )
        server.run(sockets=[listening])
