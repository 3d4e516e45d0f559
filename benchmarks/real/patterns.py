"""Patterns of labels and of conjunctions: ventral temporal cortex, inferotemporal neurons, and averages of people (ERPs).

One recipe for all: `explain` at its defaults, on the configs of `experiments/`. Its members, their temperatures and weights are chosen by inner folds of each
training set. Peers get the same features and folds; where a recording has words of several categories, a peer learns either each category apart or
each conjunction as a class, whichever is better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from bars.bar import Bar, at_least, told
from bars.lab import EXPERIMENTS, QUIET, Lab
from jaxtyping import Bool, Float

from neurona.decoders import Context, fit
from neurona.decoders.explain import Explain
from neurona.evaluation import baseline_predictions
from neurona.evaluation.inference.intervals import accuracy_interval
from neurona.evaluation.inference.permutation import sign_flips
from neurona.experiments.config import load_config
from neurona.experiments.runs.folds import fold_problem, folds_of
from neurona.experiments.study import chosen_questions, load_study
from neurona.questions import Asked

VT = {"each run z-scored by its own blocks": ((), 0.96), "raw": (("align=null",), 0.91)}
SEEN, UNSEEN, LOST = 0.87, 0.35, 0.02
PEOPLE = {
    "erp/appraisals.yaml": ((48, 4), {"Power": 0.66, "Outcome": 0.66}),
    "erp/faces.yaml": ((26, 2), {"Emotion": 0.60, "Side": 0.63}),
}
"""Bins of about 31 ms, and windows."""
PEERS = ("lda", "ridge", "linear_svc")
RUNS = (4, 6, 8)
"""Training runs, for the learning curve of a bar that is missed."""


@dataclass(frozen=True)
class Read:
    """What was said of test recordings, fold by fold.

    Attributes:
        truth, said: a word of each category; the words of the most probable world.
        apart: the most probable word of each category by itself.
        peers: name -> words.
        unit: what is independent.
        unseen: whether training had the conjunction.
        decoders: of each fold.
    """

    categories: tuple[str, ...]
    truth: np.ndarray
    said: np.ndarray
    apart: np.ndarray
    peers: Mapping[str, np.ndarray]
    unit: np.ndarray
    unseen: Bool[np.ndarray, " row"]
    decoders: tuple[Explain, ...]

    def right(self, said: np.ndarray | None = None) -> Float[np.ndarray, " row"]:
        """Whether all words are right."""
        return (self.truth == (self.said if said is None else said)).all(axis=1).astype(float)

    def best_peer(self, rows: Bool[np.ndarray, " row"], column: int | None = None) -> tuple[str, np.ndarray]:
        """The most accurate one: all words right, or those of one category."""
        columns = slice(None) if column is None else [column]
        right = {
            name: (self.truth == words)[:, columns].all(axis=1).astype(float) for name, words in self.peers.items()
        }
        name = max(right, key=lambda one: right[one][rows].mean())
        return name, right[name]


def ventral_temporal(lab: Lab) -> Iterator[Bar]:
    """Eight categories, leave one run out; intervals over runs."""
    for protocol, (overrides, bar) in VT.items():
        read = _read("haxby2001/vt.yaml", *overrides)
        everywhere = np.ones(len(read.truth), bool)
        yield from _bar(f"haxby2001_vt, {protocol}", read.right(), *read.best_peer(everywhere), read.unit, bar)
        if read.right().mean() < bar and not lab.quick:
            for number in RUNS:
                fewer = _read("haxby2001/vt.yaml", *overrides, f"evaluation.n_train={8 * number}", peers=())
                yield told(f"    with about {number} training runs", f"{fewer.right().mean():.3f}")


def neurons(lab: Lab) -> Iterator[Bar]:
    """Object and position of pseudo-populations, seen conjunctions and those that training lacks; intervals over pseudo-populations."""
    seeds = range(1 if lab.quick else 5)
    seen = _joined([_read("zhang2011/seen.yaml", f"data.settings.seed={seed}") for seed in seeds])
    everywhere = np.ones(len(seen.truth), bool)
    yield from _bar(
        "it_neurons, object and position, all seen", seen.right(), *seen.best_peer(everywhere), seen.unit, SEEN
    )
    split = _joined([_read("zhang2011/conjunctions.yaml", f"data.settings.seed={seed}") for seed in seeds])
    new = split.unseen
    name, peer = split.best_peer(new)
    yield from _bar("it_neurons, unseen conjunctions", split.right()[new], name, peer[new], split.unit[new], UNSEEN)
    old, theirs = split.right()[~new], peer[~new]
    title = f"it_neurons, seen beside unseen: accuracy beside {name}'s {theirs.mean():.3f}"
    yield at_least(title, float(old.mean()), float(theirs.mean()) - LOST)
    blind, best = split.best_peer(~new)
    yield told(
        f"    {blind} of seen conjunctions alone: seen, unseen", f"{best[~new].mean():.3f}, {best[new].mean():.3f}"
    )
    yield from _limits(split, lab.folder / "it_neurons.png")


def people(lab: Lab) -> Iterator[Bar]:
    """Leave one person out, each person centred; intervals over people."""
    for config, ((bins, windows), bars) in PEOPLE.items():
        read = _read(config, f"entities.n_bins={bins}", f"entities.n_windows={windows}")
        everywhere = np.ones(len(read.truth), bool)
        for category, bar in bars.items():
            k = read.categories.index(category)
            right = (read.truth == read.apart)[:, k].astype(float)
            yield from _bar(f"{config}, {category}", right, *read.best_peer(everywhere, k), read.unit, bar)


THEMES: dict[str, Callable[[Lab], Iterator[Bar]]] = {
    "ventral_temporal": ventral_temporal,
    "neurons": neurons,
    "people": people,
}


def _bar(name: str, right: np.ndarray, peer_name: str, peer: np.ndarray, unit: np.ndarray, bar: float) -> Iterator[Bar]:
    """A bar, its interval and the best peer."""
    low, high = accuracy_interval(right, unit)
    yield at_least(name, float(right.mean()), bar, figures={"low": low, "high": high, "n": len(right)})
    of = np.unique(unit, return_inverse=True)[1].reshape(-1)
    sums = np.bincount(of, weights=right - peer)
    p = float(sign_flips(sums).p(float(sums.sum()), "two-sided"))
    yield told(f"    95 % interval; best peer, {peer_name}; p", f"{low:.3f} to {high:.3f}; {peer.mean():.3f}; {p:.3f}")


def _limits(read: Read, path: Path) -> Iterator[Bar]:
    """What limits unseen conjunctions: how much of a neuron's response to an object is bound to a position. Drawn to a file."""
    power = np.mean([d.scenes.model.members[-1].patterns.power for d in read.decoders if d.scenes], axis=0)
    share = power / power.sum()
    names = (*read.categories, "both together")
    yield told("    variance of responses by " + ", ".join(names), ", ".join(f"{one:.2f}" for one in share))
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    left.bar(names, share, color="0.4")
    left.set_ylabel("share of the response's variance")
    left.set_title("what unseen conjunctions inherit, and what not")
    rows = {"seen": ~read.unseen, "unseen": read.unseen}
    each = np.column_stack([read.truth == read.said, read.right()])
    for k, (name, chosen) in enumerate(rows.items()):
        right.bar(np.arange(each.shape[1]) + 0.4 * k, each[chosen].mean(axis=0), 0.36, label=f"{name} conjunctions")
    right.set_xticks(np.arange(each.shape[1]) + 0.2, [*read.categories, "both right"])
    right.set_ylabel("accuracy")
    right.set_ylim(0, 1.3)
    right.legend(frameon=False, loc="upper center")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _read(config: str, *overrides: str, peers: tuple[str, ...] = PEERS) -> Read:
    """Fit and read every fold of a config; entities are not fitted to values, so peers have the features of any fold."""
    loaded = load_config(EXPERIMENTS / config, ("decoder=explain", *overrides))
    study = load_study(loaded, QUIET)
    dataset, vocabulary = study.dataset, study.dataset.vocabulary
    data = dataset.recordings.data
    ids = data.recording.values.astype(str)
    asked = Asked.of(chosen_questions(study), vocabulary, ids.tolist())
    categories = vocabulary.exclusive
    truth = _truth(asked, categories, len(ids))
    conjunction = np.array([" ".join(row) for row in truth])
    said, apart, rows, unseen, decoders, folds = [], [], [], [], [], []
    for fold in folds_of(loaded, study):
        _, problem, test = fold_problem(loaded, study, asked, fold)
        decoder = fit(problem, loaded.decoder, Context(loaded.training, console=QUIET))
        held, learned = np.unique(test.recording), np.unique(problem.learning.recording)
        reading = decoder.read(problem.entities.features[held], ids[held].tolist())
        worlds = [{fact.name for fact in reading.worlds.facts(0, k)} for k in range(reading.worlds.n_worlds)]
        words = np.array([[(set(vocabulary.categories[c]) & world).pop() for c in categories] for world in worlds])
        share = reading.worlds.share
        said.append(words[share.argmax(axis=1)])
        apart.append(np.column_stack([_most(share, column) for column in words.T]))
        rows.append(held)
        unseen.append(~np.isin(conjunction[held], conjunction[learned]))
        decoders.append(decoder)
        folds.append((learned, held))
    tested = np.concatenate(rows)
    features = problem.entities.features
    run = data.run.values.astype(str)
    unit = data.subject.values.astype(str) if len(np.unique(data.subject)) > 1 else run
    found = {}
    for peer in peers:
        whole = baseline_predictions(peer, features, conjunction, folds, standardise=peer != "lda", runs=run)[1]
        found[f"{peer} of conjunctions"] = np.array([one.split(" ") for one in whole])
        if len(categories) > 1:
            columns = [
                baseline_predictions(peer, features, column, folds, standardise=peer != "lda", runs=run)[1]
                for column in truth.T
            ]
            found[f"{peer} of each category"] = np.column_stack(columns)
    parts = (np.concatenate(one) for one in (said, apart))
    return Read(categories, truth[tested], *parts, found, unit[tested], np.concatenate(unseen), tuple(decoders))


def _truth(asked: Asked, categories: tuple[str, ...], n_recordings: int) -> np.ndarray:
    """The word of each category of each recording, as `describe` questions are answered."""
    found = np.full((n_recordings, len(categories)), "", dtype=object)
    programs, answers = asked.table.program.to_numpy(str), asked.table.answer.to_numpy(str)
    for k, category in enumerate(categories):
        chosen = programs == f"describe {category}"
        found[asked.recording[chosen], k] = answers[chosen]
    return found.astype(str)


def _most(share: Float[np.ndarray, "row world"], words: np.ndarray) -> np.ndarray:
    """The most probable word of one category."""
    known, place = np.unique(words, return_inverse=True)
    found: np.ndarray = known[(share @ np.eye(len(known))[place.reshape(-1)]).argmax(axis=1)]
    return found


def _joined(reads: list[Read]) -> Read:
    """Several pseudo-populations, each an independent unit."""
    if len(reads) == 1:
        return reads[0]
    peers = {name: np.concatenate([one.peers[name] for one in reads]) for name in reads[0].peers}
    unit = np.concatenate([np.full(len(one.truth), k) for k, one in enumerate(reads)])
    columns = [np.concatenate([getattr(one, name) for one in reads]) for name in ("truth", "said", "apart")]
    unseen, decoders = np.concatenate([one.unseen for one in reads]), tuple(d for one in reads for d in one.decoders)
    return Read(reads[0].categories, *columns, peers, unit, unseen, decoders)
