"""Random programs about held-out scenes, against the exact oracle on the true scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from random_programs import FORMS, form_of

from bars.bar import Bar, below, nothing_of
from bars.lab import Lab, programs_about, true_worlds, worlds_of
from bars.scores import calibration_bar
from neurona.evaluation.metrics.calibration import log_loss
from neurona.programs import expand, value


def random_programs_against_the_oracle(lab: Lab) -> Iterator[Bar]:
    """Programs of 1 to 4 words and depth to 3: calibrated, each form better than its prior, and none crashes."""
    run = lab.quickstart("scenes")
    reading = worlds_of(run.reading)
    programs, rows = programs_about(reading, 300 if lab.quick else 2000, seed=5)
    worlds = true_worlds(lab.study(run), reading.recordings)
    p, prior, truth, form = [], [], [], []
    crashes: Counter[str] = Counter()
    for program, row in zip(programs, rows.tolist(), strict=True):
        try:
            belief = reading.believe([program], np.array([row]))
        except Exception as error:
            crashes[f"{type(error).__name__}: {error}"] += 1
            continue
        p.append(belief.probability[0, 0])
        prior.append(belief.prior[0, 0])
        truth.append(bool(value(expand(program, reading.vocabulary), worlds[row])))
        form.append(form_of(program))
    yield nothing_of("random programs, crashes", crashes.total(), len(programs), {"errors": dict(crashes)})
    after, before, true, forms = map(np.array, (p, prior, truth, form))
    yield calibration_bar("random programs, ECE of probability", after, true)
    least = 1 / (2 * reading.worlds.n_worlds)
    for name in FORMS:
        of = forms == name
        if of.any():
            after_it, before_it = (log_loss(part[of], true[of], least) for part in (after, before))
            yield below(f"random programs, log loss against prior's, {name} ({of.sum()})", after_it, before_it)
