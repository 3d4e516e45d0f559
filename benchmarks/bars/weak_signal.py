"""At the weak signal of the paper's twin (SNR 0.0111, 2,000 images): no worse than before, near the best decoder, and systematic."""

from __future__ import annotations

from collections.abc import Iterator

from planted_patterns import best_decoder

from bars.bar import Bar, at_least, at_most, told
from bars.lab import PAPER, SCENES, Lab
from neurona.evaluation.metrics.contrasts import loss_table
from neurona.evaluation.predictions import right_answers
from neurona.experiments.papers.claims import alike

BEFORE = {"yes/no": 0.674, "object": 0.742, "attribute": 0.650, "relation": 0.596}
OF_ORACLE = 0.856
"""The best decoder's share of the oracle on yes/no, as the tree before measured it; the bar is by the better of the two."""
OF_BEST, LOSS = 0.95, 0.02


def weak_signal(lab: Lab) -> Iterator[Bar]:
    """`explain` with scenes."""
    if lab.quick:
        yield told("SNR 0.0111, 2,000 images", "skipped: --quick")
        return
    lesson = lab.lesson(PAPER, *SCENES)
    predictions = lab.run(PAPER, *SCENES).predictions
    right = right_answers(predictions)
    yes_no = predictions.answer.isin(["yes", "no"]).to_numpy()
    for kind, bound in BEFORE.items():
        of = yes_no if kind == "yes/no" else (predictions.type == kind).to_numpy()
        yield at_least(f"SNR 0.0111, accuracy, {kind}", float(right[of].mean()), bound, figures={"n": int(of.sum())})
    best = best_decoder(lesson)
    measured = {
        "best decoder": float(best.right[best.yes_no].mean()),
        "oracle": float(predictions.oracle[yes_no].mean()),
    }
    highest = max(measured["best decoder"], OF_ORACLE * measured["oracle"])
    share = float(right[yes_no].mean()) / highest
    yield told("SNR 0.0111, the best decoder's accuracy, yes/no", f"{measured['planted patterns']:.3f}", measured)
    yield at_least("SNR 0.0111, share of the best decoder, yes/no", share, OF_BEST, figures=measured)


def unseen_combinations(lab: Lab) -> Iterator[Bar]:
    """What is lost on combinations that training lacks, against as many like questions on those that it has."""
    if lab.quick:
        yield told("unseen combinations", "skipped: --quick")
        return
    seen = lab.run(PAPER, *SCENES).predictions
    held = lab.run(PAPER, *SCENES, "evaluation.split=unseen").predictions
    found = loss_table(alike(seen, held), held).set_index("group")
    figures = {str(group): float(row["loss"]) for group, row in found.iterrows()}
    low, high = (float(found[side]["overall"]) for side in ("low", "high"))
    name = "SNR 0.0111, lost on unseen combinations"
    yield at_most(name, figures["overall"], LOSS, figures={"low": low, "high": high, "groups": figures})
    for group in ("yes/no", "describe"):
        yield told(f"{name}, {group}", f"{figures[group]:.3f}")
