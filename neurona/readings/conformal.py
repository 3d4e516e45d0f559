"""Sets of answers that hold the right one as often as is promised, and so when to say that one cannot tell.

    s_i = 1 - p(right answer to question i)                  of n questions on recordings that nothing was fitted to
    set = {answers a: 1 - p(a) <= s_(k)},    k = ceil((n + 1) coverage)

holds the right answer of a new question with probability coverage or more, whatever the decoder, if questions are exchangeable (V. Vovk, A. Gammerman, G. Shafer
2005, Algorithmic learning in a random world; of each subject and form of question by itself, Mondrian). A subject's questions of one form may be too few to say:
then all of the subject's are asked, then all of the form, then all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

LEAST = 30
"""Questions of a kind from which its own threshold is taken."""
POOLED = ""

Misses = Mapping[str, Mapping[str, Float[np.ndarray, " question"]]]
"""Subject -> form of question -> s of its questions in ascending order; of all subjects, and of all forms, under `POOLED`."""


def misses(
    asked: Float[np.ndarray, "question answer"],
    form: Sequence[str],
    right: Int[np.ndarray, " question"],
    subject: Sequence[str] | None = None,
) -> dict[str, dict[str, Float[np.ndarray, " question"]]]:
    """s of questions whose answers are known.

    Args:
        asked: probability of yes in column 0, or of each choice.
        form: of each question.
        right: place of the right choice; 1 for yes, 0 for no (`asked` has one column then, or NaN in the second).
        subject: of each question's recording, where known.
    """
    rows, yes = np.arange(len(asked)), asked[:, 0]
    is_choice = np.isfinite(asked[:, 1]) if asked.shape[1] > 1 else np.zeros(len(asked), bool)
    p = np.where(is_choice, asked[rows, np.where(is_choice, right, 0)], np.where(np.asarray(right) == 1, yes, 1 - yes))
    known, forms, people = (
        np.isfinite(p),
        np.array(form, dtype=object),
        np.array(subject or [""] * len(p), dtype=object),
    )
    found: dict[str, dict[str, np.ndarray]] = {}
    for who in dict.fromkeys((POOLED, *people.tolist())):
        for what in dict.fromkeys((POOLED, *form)):
            kept = known & (forms == what if what else True) & (people == who if who else True)
            if kept.sum() >= LEAST or not who + what:
                found.setdefault(who, {})[what] = np.sort(1 - p[kept])
    return found


def threshold(known: Misses, form: str, coverage: float, subject: str = POOLED) -> float:
    """What 1 - p of an answer may be at most; infinite where the questions are too few for the coverage."""
    kinds = ((subject, form), (subject, POOLED), (POOLED, form), (POOLED, POOLED))
    of = next((known[who][what] for who, what in kinds if who + what and what in known.get(who, {})), None)
    of = known.get(POOLED, {}).get(POOLED, np.zeros(0)) if of is None else of
    k = int(np.ceil((len(of) + 1) * coverage - 1e-9))
    return float(of[k - 1]) if k <= len(of) else float("inf")


def answers_within(asked: Float[np.ndarray, " answer"], choices: Sequence[str], most: float) -> tuple[str, ...]:
    """The answers whose 1 - p is at most `most`, the likeliest first; the likeliest alone where there is none."""
    p = dict(zip(choices, asked, strict=False)) if choices else {"yes": asked[0], "no": 1 - asked[0]}
    ordered = sorted(p, key=lambda answer: -p[answer])
    return tuple(answer for answer in ordered if 1 - p[answer] <= most + 1e-12) or tuple(ordered[:1])
