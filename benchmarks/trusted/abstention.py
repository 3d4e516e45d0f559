"""Do sets of answers hold the right one for every subject, where recordings of some say far less than those of others? SIMULATED beliefs.

    subject s: measures +-d_s / 2 + N(0, 1) of a yes/no question, + where it is true;    d_s from `WEAKEST` to `STRONGEST`
    the decoder takes all subjects to be alike, of one d: weak ones are taken to say more than they do, strong ones less

Calibrated on some images and tested on others: pooled (one asking model, one threshold), against temperatures and thresholds by subject.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from bars.bar import Bar, at_least, at_most, told
from scipy.special import expit

from neurona.evaluation.metrics.calibration import reliability
from neurona.readings.asking import AskingModel, Held
from neurona.readings.belief import Belief
from neurona.readings.conformal import answers_within, threshold
from trusted.bench import Trusted

SUBJECTS, WEAKEST, STRONGEST = 12, 0.5, 4.0
PROMISED = 0.9
HELD, TESTED, EACH = 100, 300, 4
"""Images to calibrate by and to test on (many, as few questions make the error of the best decoder large), and questions about each."""


def abstention(trusted: Trusted) -> Iterator[Bar]:
    """Coverage of the worst subject, size of sets and calibration, over draws."""
    draws = [_draw(seed) for seed in range(4 if trusted.quick else 30)]
    pooled, own = ({name: np.mean([one[k][name] for one in draws]) for name in draws[0][k]} for k in (0, 1))
    for name, found in (("pooled", pooled), ("by subject", own)):
        shown = ", ".join(f"{key} {value:.3f}" for key, value in found.items())
        yield told(f"12 subjects of different SNR, {name}", shown, {"draws": len(draws)})
    yield at_least("coverage of the worst subject, by subject, at nominal .9", float(own["worst"]), 0.82)
    yield at_most("mean size of sets, by subject, by pooled", float(own["size"] / pooled["size"]), 1.05)
    yield at_most("mean ECE of subjects, by subject, by pooled", float(own["ece"] / pooled["ece"]), 0.5)


def _draw(seed: int) -> tuple[dict[str, float], dict[str, float]]:
    random = np.random.default_rng(seed)
    held, truth_held, who_held, images = _questions(HELD, random)
    test, truth, who, _ = _questions(TESTED, random)
    found = []
    for subject, subject_test in ((None, None), (who_held, who)):
        model = AskingModel.fit(held, truth_held, Held(held, truth_held, (), images, subject))
        p = model.as_asked(test, (), subject_test)[:, 0]
        most = [threshold(model.misses, "object", PROMISED, name) for name in subject_test or [""] * len(p)]
        sets = [answers_within(np.array([one]), (), limit) for one, limit in zip(p, most, strict=True)]
        right = np.array([("yes" if yes else "no") in one for yes, one in zip(truth, sets, strict=True)])
        of = [np.array(who) == name for name in sorted(set(who))]
        found.append(
            {
                "worst": float(min(right[rows].mean() for rows in of)),
                "coverage": float(right.mean()),
                "size": float(np.mean([len(one) for one in sets])),
                "ece": float(np.mean([reliability(p[rows], truth[rows] == 1).expected_error for rows in of])),
            }
        )
    return found[0], found[1]


def _questions(images: int, random: np.random.Generator) -> tuple[Belief, np.ndarray, list[str], list[str]]:
    """Questions about recordings of all subjects: beliefs, truth, subject and image of each."""
    d = np.repeat(np.geomspace(WEAKEST, STRONGEST, SUBJECTS), images * EACH)
    yes = random.random(len(d)) < 0.5
    measured = random.normal(np.where(yes, d / 2, -d / 2))  # of unit noise: the evidence is d x this
    together = np.sqrt(np.mean(np.unique(d) ** 2))
    log_odds = together * measured
    p, half = expit(log_odds)[:, None], np.full((len(d), 1), 0.5)
    signals = np.stack([log_odds, np.zeros(len(d))], axis=1)[:, None]
    n = len(d)
    belief = Belief(((),) * n, p, half, np.zeros((n, 1)), ("object",) * n, np.ones(n, np.int64), signals)
    subject = [f"{k // (images * EACH):02d}" for k in range(n)]
    image = [f"{k % (images * EACH) // EACH}" for k in range(n)]
    return belief, yes.astype(np.int64), subject, image
