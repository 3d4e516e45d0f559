"""Pictures of the page and of a report for the docs, by a headless Chromium: `docs/pictures/page.png` and `report.png`.

neurona run quickstart --out RUN
python benchmarks/screenshots.py RUN [--out docs/pictures] [--chromium /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from asked.page import serving

from neurona.experiments.runs.asking import Source
from neurona.experiments.runs.finished_run import open_run
from neurona.programs import to_english
from neurona.readings import Reading
from neurona.report import write_report

LOOKED_AT = 100
"""Recordings of which one is chosen for the picture."""
WAIT_MS = 8000
"""Of the page's own time, for its answers to come."""


def main() -> None:
    """Start the server, write the report, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="directory of a finished run")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"), help="folder of the pictures")
    parser.add_argument("--chromium", default="chromium", help="the browser")
    given = parser.parse_args()
    run = open_run(given.run)
    with tempfile.TemporaryDirectory() as folder:
        report = write_report([run], Path(folder) / "report.html")
        picture(given.chromium, report.as_uri(), given.out / "report.png", 1100, 1500)
    source = Source(run.reading, run)
    with serving(source) as connection:
        address = f"http://127.0.0.1:{connection.port}/#{shown(source.reading)}"
        picture(given.chromium, address, given.out / "page.png", 1280, 1180)


def shown(reading: Reading) -> str:
    """Which question about which recording is seen, as the page's address has it: of the first recordings that with the most relations decoded, and its most probable relation."""
    relations: dict[str, list[tuple[float, str]]] = {}
    for recording in reading.recordings[:LOOKED_AT]:
        claims = [data for *_, data in reading.graph(recording).edges(data=True) if data["kind"] == "relation"]
        relations[recording] = [(data["probability"], data["program"]) for data in claims]
    recording = max(relations, key=lambda name: len(relations[name]))
    asked = {"r": recording}
    if relations[recording]:
        _, program = max(relations[recording])
        asked["q"] = to_english(reading.parse(program), reading.vocabulary)
    return urlencode(asked)


def picture(chromium: str, address: str, path: Path, width: int, height: int) -> None:
    """What a new browser shows at an address, in the light."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        options = [f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--virtual-time-budget={WAIT_MS}"]
        plain = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command = [chromium, *plain, *options, f"--screenshot={path.resolve()}", address]
        subprocess.run(command, check=True, capture_output=True, timeout=180)


if __name__ == "__main__":
    main()
