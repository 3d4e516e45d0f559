"""What stands without a brain? NEURONA's hypotheses, linear and end-to-end decoders on recordings of noise, SIMULATED.

Where the words of questions tell answers (`answer_prior`), rows and pairs of them are told with interval and p; where they do not, all are at chance. A claim that
is tested above exchanged recordings must not hold, for there is no brain.
"""

from __future__ import annotations

from collections.abc import Iterator

from bars.bar import Bar, told
from bars.lab import EXPERIMENTS, QUIET

from neurona.experiments.papers.reproduce import reproduce
from trusted.bench import Trusted

TABLE, BALANCED = "without_a_brain", "without_a_brain_balanced"
ABOVE = "above exchanged recordings"


def without_a_brain(trusted: Trusted) -> Iterator[Bar]:
    """Five seeds; one with `--quick`."""
    found = reproduce(
        EXPERIMENTS / "neurona_iclr2026",
        console=QUIET,
        only=(TABLE, BALANCED),
        quick=trusted.quick,
        runs=trusted.folder,
    )
    for line in found.results.to_dict("records"):
        name = f"{line['table']}, {line['row']}, {line['measure']}"
        span = f"{line['measured']:.3f} ({line['low']:.3f} to {line['high']:.3f})"
        if line["table"] == BALANCED:
            verdict = str(line["verdict"])
            yield Bar(name, f"{span}, {verdict}", "at chance", verdict.startswith("at chance"))
        else:
            yield told(name, f"{span}, exchanged {line['exchanged']:.3f}")
    for claim in found.claims.to_dict("records") if found.claims is not None else ():
        effect = f"{claim['effect']:+.3f} ({claim['low']:+.3f} to {claim['high']:+.3f}), p {claim['p']:.3g}"
        if str(claim["claim"]).endswith(ABOVE):
            yield Bar(str(claim["claim"]), effect, "fails", claim["verdict"] == "fails")
        else:
            yield told(str(claim["claim"]), effect)
