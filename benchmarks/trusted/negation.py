"""Are a program and its denial answered as opposites, and denials that training never saw as rightly as what they deny? SIMULATED.

inconsistency       mean over held-out questions of |p(a) + p(~a) - 1|,    and of |p(a & b) + p(a & ~b) - p(a)|
unseen denials      accuracy on ~a for the study's a, asked in English (no training question denies anything)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from bars.bar import Bar, at_least, at_most, told
from bars.lab import QUICKSTART, Lab, Lesson
from scipy.special import expit

from neurona.decoders import Decoder
from neurona.programs import Query, parse, to_english
from neurona.programs.tree import And, Not
from neurona.training import answer_in_batches
from trusted.bench import Trusted

CLEAR = ("data.simulation.snr=10",)
"""At the SNR of the quickstart the network answers at chance (.514 at 400 images), and so does its opposite."""
SMALL = ("data.simulation.images=400",)
NETWORK = "end_to_end"
QUICK, ALL = (NETWORK, "question_only"), (NETWORK, "question_only", "neurona", "relational_evidence", "explain")


def negation(trusted: Trusted) -> Iterator[Bar]:
    """Every decoder; what the network would say without reading denials as what they deny beside it."""
    lab = Lab(trusted.folder, trusted.quick)
    for kind in QUICK if trusted.quick else ALL:
        lesson = lab.lesson(QUICKSTART, f"decoder={kind}", *CLEAR, *(SMALL if trusted.quick else ()))
        asked = lesson.test.take(~lesson.test.is_describe)
        denials = [_denied(query, lesson) for query in asked.queries]
        other = [asked.queries[k] for k in np.random.default_rng(0).permutation(len(asked))]
        p, denied = (_yes(lesson, asked, queries) for queries in (asked.queries, denials))
        both = _yes(lesson, asked, [And((a, b)) for a, b in zip(asked.queries, other, strict=True)])
        apart = _yes(lesson, asked, [And((a, Not(b))) for a, b in zip(asked.queries, other, strict=True)])
        bound = 0.05 if kind == NETWORK else 0.0
        yield at_most(f"{kind}: |p(a) + p(~a) - 1|", float(np.abs(p + denied - 1).mean().round(6)), bound)
        yield told(f"{kind}: |p(a & b) + p(a & ~b) - p(a)|", f"{np.abs(both + apart - p).mean():.3f}")
        yes = asked.target == 1
        right, of_denials = ((p > 0.5) == yes).mean(), ((denied > 0.5) != yes).mean()
        yield told(f"{kind}: accuracy on affirmatives and on denials", f"{right:.3f}, {of_denials:.3f}")
        if kind == NETWORK:
            before, spelled = (_spelled(lesson, asked, queries) for queries in (asked.queries, denials))
            gain = float(of_denials - ((spelled > 0.5) != yes).mean())
            yield at_least(f"{kind}: unseen denials, above the network that reads them as they are spelled", gain, 0.08)
            kept = float(right - ((before > 0.5) == yes).mean())
            yield at_least(f"{kind}: affirmatives, above the same", kept, -0.01)


def _denied(query: Query, lesson: Lesson) -> Query:
    """The denial as English puts it, where it does."""
    words = lesson.study.dataset.vocabulary
    return parse(to_english(Not(query), words), words)  # type: ignore[arg-type]


def _yes(lesson: Lesson, asked, queries) -> np.ndarray:
    """Probability of yes, as asked where the study asks so."""
    if not isinstance(lesson.decoder, Decoder):
        turned = replace(asked, queries=tuple(queries))
        return expit(np.asarray(lesson.decoder.answer(lesson.problem.entities.features, turned).yes_no, np.float64))
    rows, place = np.unique(asked.recording, return_inverse=True)
    said = lesson.read(rows).ask_each(list(queries), place.reshape(-1))
    return np.where(np.isnan(said.as_asked), said.probability, said.as_asked)


def _spelled(lesson: Lesson, asked, queries) -> np.ndarray:
    """What the network says of programs as they are spelled."""
    decoder = lesson.decoder
    rows, recording = np.unique(asked.recording, return_inverse=True)
    turned = replace(asked, queries=tuple(queries), recording=recording.astype(np.int64))
    inputs = decoder.layout(lesson.problem.entities.features[rows])
    answers = answer_in_batches(decoder.trained.model, inputs, turned, decoder.vocabulary, asked_only=False)
    return expit(np.asarray(answers.yes_no, np.float64))
