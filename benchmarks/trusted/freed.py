"""Do answers freed of the language prior hold where the prior of the test is another one? SIMULATED.

    each word has a propensity b_w ~ N(0, s); a training question is kept with probability sigmoid(+-sum of its words' b), + where its answer is yes,
    a test question of the same prior likewise, of the flipped one with the opposite sign

So the words of training tell answers, and those of a flipped test tell the wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from bars.bar import Bar, at_least, told
from bars.lab import EXPERIMENTS, QUICKSTART, QUIET

from neurona.decoders import Context, fit
from neurona.decoders.decoder import learn_asking
from neurona.decoders.fitting import settings_of
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.metrics.support import support_counts, support_table
from neurona.evaluation.predictions import clusters, right_answers
from neurona.experiments.config import load_config
from neurona.experiments.runs.folds import Fitted, fold_problem, folds_of
from neurona.experiments.runs.predictions import predictions_of
from neurona.experiments.runs.runner import shuffled
from neurona.experiments.study import chosen_questions, load_study
from neurona.programs.tree import names
from neurona.questions import Asked
from trusted.bench import Trusted

SPREAD = 2.5
"""Of propensities: words alone answer .85 of the questions of the same prior (SIMULATED quickstart, 400 images, seed 0), .15 of the flipped one."""
HOW = ("raw", "nolan", "evidence")
ALONE = "question_only"
DECODERS = ("relational_evidence", "explain")


def freed(trusted: Trusted) -> Iterator[Bar]:
    """Flipped and same prior, and recordings that say nothing."""
    seeds, kinds = ((0,), DECODERS[:1]) if trusted.quick else (range(3), DECODERS)
    for kind in kinds:
        runs = [_runs(kind, seed, trusted.quick) for seed in seeds]
        mean = {key: float(np.mean([right_answers(run[key]).mean() for run in runs])) for key in runs[0]}
        for side in ("same", "flipped"):
            shown = ", ".join(f"{how} {mean[how, side]:.3f}" for how in (*HOW, ALONE))
            yield told(f"{kind}, {side} prior", shown, {"seeds": len(seeds)})
        gain = {key: mean[key] - mean["raw", key[1]] for key in mean}
        yield at_least(f"{kind}, flipped prior, nolan above raw", gain["nolan", "flipped"], 0.08)
        yield at_least(f"{kind}, flipped prior, evidence above raw", gain["evidence", "flipped"], 0.15)
        yield at_least(f"{kind}, same prior, nolan above raw", gain["nolan", "same"], -0.03)
    runs = [_runs(kinds[0], seed, trusted.quick, shuffle=True) for seed in seeds]
    for how in ("raw", "evidence"):
        found = pd.concat([run[how, "same"].assign(seed=seed) for run, seed in zip(runs, seeds, strict=True)])
        right, of = right_answers(found), clusters(found, ("seed", "image"))
        table = support_table(right, {"fact": found.support.to_numpy()}, of).iloc[0]
        low, high = accuracy_interval(right, of)
        figures = {"low": low, "high": high, "n": len(found)}
        accuracy = f"{kinds[0]}, recordings shuffled, {how}: accuracy {right.mean():.3f}"
        slope = f"{kinds[0]}, recordings shuffled, {how}: slope on count {table.slope:+.4f}"
        spans = f"{low:.3f} to {high:.3f}", f"{table.slope_low:+.4f} to {table.slope_high:+.4f}"
        if how == "raw":
            yield from (told(accuracy, spans[0], figures), told(slope, spans[1]))
            continue
        yield Bar(accuracy, spans[0], "holds .5", bool(low <= 0.5 <= high), figures)
        yield Bar(slope, spans[1], "holds 0", bool(table.slope_low <= 0 <= table.slope_high))


def _runs(kind: str, seed: int, quick: bool, *, shuffle: bool = False) -> dict[tuple[str, str], pd.DataFrame]:
    """Predictions of each way of answering, and of the language prior alone, under the same and the flipped prior."""
    size = ("data.simulation.images=400",) if quick else ()
    config = load_config(EXPERIMENTS / QUICKSTART, (f"decoder={kind}", f"seed={seed}", *size))
    study = load_study(config, QUIET)
    if shuffle:
        study = replace(study, dataset=shuffled(study.dataset, seed))
    ids = study.dataset.recordings.data.recording.values.astype(str).tolist()
    asked = Asked.of(chosen_questions(study), study.dataset.vocabulary, ids)
    fold = folds_of(config, study)[0]
    random = np.random.default_rng(seed + 100)
    yes_no = asked.take(~asked.is_describe)
    lean = _lean(yes_no, random) * np.where(yes_no.target == 1, 1, -1)
    chance = random.random(len(yes_no))
    like, flipped = (yes_no.take(chance < 1 / (1 + np.exp(-sign * lean))) for sign in (1, -1))
    entities, problem, _ = fold_problem(config, study, like, fold)
    decoder = fit(problem, config.decoder, Context(config.training))
    alone = fit(problem, settings_of(ALONE))
    rows = np.flatnonzero(fold.test)
    reading = decoder.read(problem.entities.features[rows], [ids[row] for row in rows])
    found = {}
    for side, questions in (("same", like), ("flipped", flipped)):
        test = questions.take(fold.test[questions.recording])
        support = support_counts(problem.train.queries, test.queries, problem.vocabulary)["fact"]
        for how in HOW:
            # As a fit with these settings ends.
            asking = learn_asking(decoder, problem, replace(config.decoder, answers=how))
            one = Fitted(fold, entities, problem, test, decoder, reading.with_asking(asking))
            found[how, side] = predictions_of(one).assign(support=support)
        found[ALONE, side] = predictions_of(Fitted(fold, entities, problem, test, alone, None))
    return found


def _lean(asked: Asked, random: np.random.Generator) -> np.ndarray:
    """Sum of the propensities of each question's words."""
    of = {query: sorted(set(names(query))) for query in dict.fromkeys(asked.queries)}
    words = sorted({word for own in of.values() for word in own})
    weight = dict(zip(words, random.normal(0, SPREAD, len(words)), strict=True))
    return np.array([sum(weight[word] for word in of[query]) for query in asked.queries])
