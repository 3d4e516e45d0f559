"""What a run found, in sentences: each says of what, how much, how sure, and beside what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from neurona.evaluation.tables import probability
from neurona.experiments.runs.finished_run import Run
from neurona.experiments.runs.run_list import headlines

WHAT = {"yes/no": " of yes or no", "describe": " for a word"}


def sentences(run: Run) -> list[str]:
    """The summary of a run: its data, headline accuracies beside chance, the strongest peer, controls, what was used of the people it is tested on."""
    return [
        *_data(run),
        *_headlines(run.metrics),
        *_peer(run.metrics),
        *_groundings(run.metrics),
        *_leakage(run.metrics),
    ]


def percent(share: float) -> str:
    """84.6 %."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def _data(run: Run) -> Iterator[str]:
    asked, data = run.predictions, run.provenance["dataset"]
    name = "simulated data" if data["simulated"] else data["name"]
    counts = [_count(asked.recording.nunique(), "recording")]
    counts += [f"of {_count(asked.subject.nunique(), 'person', 'people')}"] if "subject" in asked else []
    yield (
        f"{_count(len(asked), 'question')} about {' '.join(counts)} of {name}, all held out of training, were answered by the decoder "
        f"{run.config.decoder.kind}, which learned from {run.provenance['supervision']}."
    )
    if used := run.metrics.get("used_of_tested_people"):
        yield f"Of the people it is tested on, it used {used}."


def _headlines(metrics: Mapping[str, Any]) -> Iterator[str]:
    for name, row in headlines(metrics["accuracy"]).items():
        text = (
            f"Of {_count(row['n'], 'question')}{WHAT.get(name, f' of type {name}')}, {percent(row['value'])} are answered rightly "
            f"(95 % interval over {metrics['unit']}s {percent(row['low'])} to {percent(row['high'])}"
        )
        if "chance" in row:
            beyond = (
                "above"
                if row["low"] > row["chance"]
                else "below"
                if row["high"] < row["chance"]
                else "not told apart from"
            )
            text += f"), {beyond} chance, which is {percent(row['chance'])}"
            if row.get("majority", 0.0) > row["chance"] + 5e-4:
                text += f"; always the most frequent answer would reach {percent(row['majority'])}"
        else:
            text += ")"
        yield f"{text}." + (f" One-sided permutation test against guessing: p {_p(row['p'])}." if "p" in row else "")


def _peer(metrics: Mapping[str, Any]) -> Iterator[str]:
    peers = metrics.get("baselines") or {}
    if peers:
        name, best = max(peers.items(), key=lambda item: item[1]["value"])
        yield (
            f"The strongest of {_count(len(peers), 'classical decoder')} on the same features and folds, {name}, reaches {percent(best['value'])} "
            f"({percent(best['low'])} to {percent(best['high'])}) of {best['n']}."
        )


def _groundings(metrics: Mapping[str, Any]) -> Iterator[str]:
    found = metrics.get("groundings") or {}
    if "value" in found:
        yield (
            f"The planted carriers of words are found again with a mean average precision of {found['value']:.2f} (95 % interval {found['low']:.2f} to "
            f"{found['high']:.2f}); maps whose words are exchanged reach {found['exchanged']:.2f} (p {_p(found['p_exchanged'])})."
        )


def _leakage(metrics: Mapping[str, Any]) -> Iterator[str]:
    reports = metrics.get("leakage") or []
    if reports:
        near = sum(report["near"] for report in reports)
        highest = max(report["highest"] for report in reports)
        yield (
            f"{_count(near, 'test recording')} nearly {'repeats' if near == 1 else 'repeat'} a training recording (the highest correlation is {highest:.2f})."
        )


def _p(p: float) -> str:
    shown = probability(p)
    return shown if shown.startswith("<") else f"= {shown}"


def _count(n: int, what: str, many: str = "") -> str:
    return f"{n:,} {what if n == 1 else many or what + 's'}" if n else f"No {many or what + 's'}"
