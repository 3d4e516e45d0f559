"""`python decoder.zip TRIALS.npy`: answers to questions about one trial after another, a line of JSON each."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

from . import load


def main() -> None:
    """Entry point of an exported file."""
    file = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(prog=f"python {file.name}", description=__doc__)
    parser.add_argument(
        "trials", nargs="?", help="NumPy file [trial, channel, time]; without it, what is expected is printed"
    )
    parser.add_argument(
        "--ask", action="append", metavar="QUESTION", help="one of the exported questions; all unless given"
    )
    parser.add_argument("--subject", default="", help="whose trials these are")
    given = parser.parse_args()
    try:
        decoder = load(file)
        if given.trials is None:
            shown = {
                name: value
                for name, value in decoder.manifest.items()
                if name not in ("arrays", "checksums", "questions", "asking")
            }
            print(json.dumps({**shown, "questions": decoder.questions}, indent=1))
            return
        for number, trial in enumerate(decoder.stream(np.load(given.trials, mmap_mode="r"), given.subject)):
            for one in [trial.ask(text) for text in given.ask] if given.ask else trial.ask_all():
                numbers = {
                    name: None if isinstance(value, float) and math.isnan(value) else value
                    for name, value in one._asdict().items()
                }
                simulated = {"simulated": True} if decoder.manifest["simulated"] else {}
                print(json.dumps({"trial": number, **numbers, **simulated}), flush=True)
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f"{file.name}: {error.args[0] if isinstance(error, KeyError) else error}")
