"""What the texts of a data set's questions tell about their answers, without any recording (`neurona.scenes.pool`)."""

from __future__ import annotations

from rich.table import Table

from neurona.datasets.dataset import Dataset
from neurona.scenes.pool import PoolAudit, pool_audit

MOST = 0.55
"""Balanced accuracy above which texts alone are said to tell answers."""


def audit_questions(dataset: Dataset, *, seed: int = 0) -> PoolAudit:
    """The audit of a data set's yes/no questions: those about one image, or recording where no image is known, are one pool.

    Args:
        dataset: whose parts, where its recordings are published in some, are fitted on and tested.
        seed: of folds.
    """
    data = dataset.recordings.data
    names = data.recording.values.astype(str)
    asked = dataset.questions[["recording", "program", "answer", "type"]].astype({"recording": str})
    asked = asked.assign(image=asked.recording.map(dict(zip(names, dataset.images, strict=True))))
    if "split" in data.coords and {"train"} < set(split := data.split.values.astype(str)):
        asked = asked.assign(part=asked.recording.map(dict(zip(names, split, strict=True))))
    return pool_audit(asked, seed=seed)


def audit_table(audit: PoolAudit, simulated: bool) -> Table:
    """For the terminal: chance is 0.5."""
    title = "Yes/no questions answered from their texts alone, balanced accuracy"
    table = Table(title=f"{title}{' (SIMULATED)' if simulated else ''}", title_justify="left", title_style="")
    for name in ("type", "questions", "the question alone", "with the image's other questions", ""):
        table.add_column(name, justify="left" if name == "type" else "right")
    for row in audit.table.to_dict("records"):
        pool = f"{row['pool']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        told = "texts tell answers" if row["pool"] > MOST else ""
        table.add_row(str(row["type"]), f"{row['n']:,}", f"{row['solo']:.3f}", pool, told)
    return table
