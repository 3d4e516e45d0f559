"""Carriers: in which entities is the response to each word more than chance?

    y_f = Z g_f + x b_f + e_f,     null: b = 0 in the entity,     T_f = x~' y_f,     x~ = x - P_Z x

Z are the other words and a constant of each run, without penalty: one that shrinks them leaves their response to x. The strength of a word in
an entity is the sum of T_f^2 over its leading components, in units of what the words leave of them. Its null moves the residuals of the other
words, y - P_Z y (D. Freedman and D. Lane 1983, Journal of Business & Economic Statistics 1:292), as time series may be moved whatever their
autocorrelation (`inference.moves`), after y and x have been whitened by one autoregression of all features. False discoveries over all words and entities are controlled after Benjamini and Hochberg (1995); so p has to come
below rate / (words x entities), or nothing could be found alone. As many moves are drawn, and data that do not allow so many are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Shaped

from neurona.errors import DataError
from neurona.evaluation.inference.moves import Moves, Null
from neurona.evaluation.inference.paired import q_values

RATE = 0.05
"""Share of false discoveries."""
LEAST = 5
"""Recordings that must show a word, and that must not."""
COMPONENTS = 4
"""Leading components of an entity's features that responses are looked for in."""
MOST = 500_000
"""Moves that are worth their time."""

_LEAST_OWN = 0.02  # share of a word's variance that no other word tells
_STAGES, _FEW = (2000, 20_000), 50  # cells that so few moves reach are looked at further
_CELLS_AT_ONCE = 4_000_000


class CarrierTest(NamedTuple):
    """What a test of words in entities finds.

    Attributes:
        table: one row a word and entity: word, entity, strength (root of the mean square over components; 1 is what independent noise shows), p, q.
        null: `flips` of whole runs, or `shifts` within runs.
        runs: how many.
        moves: how many were drawn.
        rate: share of false discoveries that the moves suffice for.
        left_out: words that could not be tested: shown too seldom or too often, or told by the others.
    """

    table: pd.DataFrame
    null: Null
    runs: int
    moves: int
    rate: float
    left_out: tuple[str, ...]

    @property
    def said(self) -> str:
        """Threshold and null in a line."""
        how = {"flips": "signs of {} whole runs flipped", "shifts": "{} runs shifted, each by itself"}[self.null]
        return f"q <= {self.rate:g}, null: {how.format(self.runs)}, {self.moves:,} times"

    def carried(self, words: Sequence[str], entities: Sequence[str]) -> Bool[np.ndarray, "word entity"]:
        """Where words are carried, at this rate; nowhere for words that were left out."""
        q = self.table.pivot(index="word", columns="entity", values="q").reindex(
            index=list(words), columns=list(entities)
        )
        found: np.ndarray = q.to_numpy(np.float64) <= self.rate
        return found


def carrier_test(
    responses: Float[np.ndarray, "recording feature"],
    entity_of_feature: Int[np.ndarray, " feature"],
    entities: Sequence[str],
    shown: Float[np.ndarray, "recording word"],
    words: Sequence[str],
    runs: Shaped[np.ndarray, " recording"],
    *,
    exclusive: Sequence[Sequence[str]] = (),
    rate: float = RATE,
    null: Null | None = None,
    moves: int | None = None,
    seed: int = 0,
) -> CarrierTest:
    """Which entities carry which words.

    Args:
        responses: in the order of time within each run.
        entity_of_feature: of each feature, a place in `entities`.
        entities: their names.
        shown: whether a recording shows a word (1 or 0); NaN where nobody knows, which counts as its mean in the run.
        words: their names.
        runs: of each recording; what differs from run to run is nobody's response.
        exclusive: sets of words of which a recording shows one. A word is tested against the others of its set together.
        rate: share of false discoveries among what is found.
        null: how responses are moved; `shifts` where runs are long enough for so many, else `flips`, which ask for no
            stationary noise and find less in few runs.
        moves: how many are drawn; as many as `rate` needs, and 10,000 or more, when None.
        seed: of the moves.

    Raises:
        DataError: shapes that do not fit, too few recordings for so many words, no word that can be tested, or too few moves for p to
            come below rate / (words x entities).
    """
    if not (len(responses) == len(shown) == len(runs) and shown.shape[1] == len(words)):
        raise DataError(
            f"carriers: {len(responses)} responses, words shown {shown.shape}, {len(words)} words and {len(runs)} runs do not fit together"
        )
    order = np.argsort(runs, kind="stable")
    run = np.unique(np.asarray(runs)[order], return_inverse=True)[1].reshape(-1)
    sizes = np.bincount(run)
    x, y = _whitened(_within(shown[order], run), _within(responses[order], run), run)
    can = np.minimum((shown == 1).sum(axis=0), (shown == 0).sum(axis=0)) >= LEAST
    fits = list(_fits(x, words, exclusive, can))
    tested = [k for fit in fits for k in fit.words]
    if not tested:
        raise DataError(
            f"carriers: none of {len(words)} words is shown by {LEAST} recordings or more, not by {LEAST} others, and told apart from the other words"
        )
    freedom = len(y) - len(sizes) - max(fit.columns for fit in fits)
    if freedom < len(sizes) + 10:
        raise DataError(
            f"carriers: {len(y)} recordings in {len(sizes)} runs are too few to tell {len(words)} words apart; ask about fewer words"
        )
    chosen = _moves(sizes, len(tested) * len(entities), rate, null, moves, seed)
    components = _components(y, entity_of_feature, len(entities))
    blocks = [fit.test(components, chosen, len(sizes)) for fit in fits]
    names = [words[k] for k in tested]
    table = pd.DataFrame(
        {
            "word": np.repeat(np.array(names, dtype=object), len(entities)),
            "entity": np.tile(np.array(entities, dtype=object), len(names)),
            "strength": np.concatenate([strength.ravel() for strength, _ in blocks]),
            "p": np.concatenate([p.ravel() for _, p in blocks]),
        }
    )
    left_out = tuple(word for word in words if word not in names)
    return CarrierTest(table.assign(q=q_values(table["p"])), chosen.null, len(sizes), chosen.number, rate, left_out)


def _moves(
    sizes: Int[np.ndarray, " run"], cells: int, rate: float, null: Null | None, moves: int | None, seed: int
) -> Moves:
    """As many as the smallest p needs that could be found alone among so many cells.

    Raises:
        DataError: the data, or `moves`, do not allow so many.
    """
    need = int(np.ceil(cells / rate))
    kinds: tuple[Null, ...] = ("shifts", "flips") if null is None else (null,)
    able = [kind for kind in kinds if Moves.different(kind, sizes) >= need]
    of_cells = f"{cells:,} tests (words x entities) at a rate of {rate:g} need p to come below {1 / need:.2g}"
    if not able:
        most = max(Moves.different(kind, sizes) for kind in kinds)
        raise DataError(
            f"carriers: {of_cells}, but {' or '.join(kinds)} of {len(sizes)} run(s) differ in {most:,.0f} ways only; test fewer words or entities, or "
            "record more runs"
        )
    if (MOST if moves is None else moves) + 1 < need:
        raise DataError(
            f"carriers: {of_cells}, which {MOST if moves is None else moves:,} moves cannot reach; draw {need:,} or more, or test fewer words or "
            "entities"
        )
    return Moves(able[0], sizes, moves or max(10_000, need), seed)


class _Fit(NamedTuple):
    """Words that are tested beside the same others.

    Attributes:
        words: their places.
        beside: all words in the model.
        own: x~, what no other word tells, of each.
        to_words: pseudo-inverse of the words in the model.
    """

    words: list[int]
    beside: Float[np.ndarray, "recording beside"]
    own: Float[np.ndarray, "recording word"]
    to_words: Float[np.ndarray, "beside recording"]

    @property
    def columns(self) -> int:
        """Words in the model."""
        return self.beside.shape[1]

    def left(self, y: Float[np.ndarray, "recording feature"]) -> Float[np.ndarray, "recording feature"]:
        """What all words leave of responses."""
        return y - self.beside @ (self.to_words @ y)

    def test(
        self, components: list[Float[np.ndarray, "recording _component"]], moves: Moves, runs: int
    ) -> tuple[Float[np.ndarray, "word entity"], Float[np.ndarray, "word entity"]]:
        """Strength and p of these words in all entities."""
        y = np.concatenate(components, axis=1)
        spread = np.sqrt((self.left(y) ** 2).mean(axis=0))
        y = np.divide(y, spread, out=np.zeros_like(y), where=spread > 1e-9)
        entity = np.repeat(np.arange(len(components)), [block.shape[1] for block in components])
        left, power = self.left(y), (self.own**2).sum(axis=0)
        # The residuals have lost what the words explain of the noise.
        scale = (len(y) - runs) / (len(y) - runs - self.columns + 1)
        strength, p = np.empty((2, len(self.words), len(components)))
        most = max(1, _CELLS_AT_ONCE // (len(y) * y.shape[1] if moves.null == "shifts" else runs * y.shape[1]))
        for start in range(0, len(self.words), most):
            part = slice(start, start + most)
            own = self.own[:, part]
            observed = own.T @ y
            terms = moves.terms(own, left)
            slope = observed / power[part, None]
            for k in range(own.shape[1]):
                terms[:, k] += moves.terms(own[:, [k]], own[:, [k]])[:, 0] * slope[k]
            strength[part] = _of_entities(observed**2, entity) / power[part, None]
            p[part] = _p(strength[part] * power[part, None], terms, entity, moves, scale)
        return np.sqrt(strength / np.bincount(entity)), p


def _p(
    found: Float[np.ndarray, "word entity"],
    terms: Float[np.ndarray, "choice word component"],
    entity: Int[np.ndarray, " component"],
    moves: Moves,
    scale: float,
) -> Float[np.ndarray, "word entity"]:
    """Share of moves that are as strong, the observed order among them."""
    columns = terms.reshape(len(terms), -1).astype(np.float32)
    cell = (np.arange(len(found))[:, None] * found.shape[1] + entity).ravel()
    target = found.ravel() * (1 - 1e-6)
    above, drawn = np.zeros(found.size), np.zeros(found.size)
    ends = [min(end, moves.number) for end in _STAGES] + [moves.number]
    for first, last in zip([0, *ends], ends, strict=False):
        # A cell that goes on has a smaller p in the stage before than those that leave, so that leaving makes no p smaller.
        chosen = np.flatnonzero(above < _FEW)
        if first == last or not len(chosen):
            continue
        kept = np.isin(cell, chosen)
        place = np.searchsorted(chosen, cell[kept])
        for sums in moves.sums(columns[:, kept], first, last):
            above[chosen] += (_of_entities(scale * sums**2, place) >= target[chosen]).sum(axis=0)
        drawn[chosen] = last
    shaped: np.ndarray = ((1 + above) / (1 + drawn)).reshape(found.shape)
    return shaped


def _of_entities(
    values: Float[np.ndarray, "row component"], entity: Int[np.ndarray, " component"]
) -> Float[np.ndarray, "row entity"]:
    """Sums over the components of each entity, which stand one after another."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(entity)) + 1])
    summed: np.ndarray = np.add.reduceat(values, starts, axis=1)
    return summed


def _components(
    y: Float[np.ndarray, "recording feature"], entity: Int[np.ndarray, " feature"], entities: int
) -> list[Float[np.ndarray, "recording _component"]]:
    """The leading components of each entity's features, whatever words are shown."""
    found = []
    for number in range(entities):
        block = y[:, entity == number]
        if block.shape[1] > COMPONENTS:
            left, size, _ = np.linalg.svd(block, full_matrices=False)
            block = left[:, :COMPONENTS] * size[:COMPONENTS]
        found.append(block if block.shape[1] else np.zeros((len(y), 1)))
    return found


def _fits(
    x: Float[np.ndarray, "recording word"],
    words: Sequence[str],
    exclusive: Sequence[Sequence[str]],
    can: Bool[np.ndarray, " word"],
) -> Iterator[_Fit]:
    """Words that can be tested, with the others that stand beside them: all, but for the words of an exclusive set, which stand each alone."""
    rivals = {word: set(members) - {word} for members in exclusive for word in members}
    together = [k for k, word in enumerate(words) if can[k] and word not in rivals]
    alone = [[k] for k, word in enumerate(words) if can[k] and word in rivals]
    varies = np.abs(x).max(axis=0) > 0
    for group in (together, *alone):
        without = rivals.get(words[group[0]], set()) if group else set()
        # One word of each other exclusive set is told by the rest of it; the pseudo-inverse shares it out.
        model = [k for k, word in enumerate(words) if varies[k] and word not in without]
        beside = x[:, model]
        inverse = np.linalg.pinv(beside.T @ beside, rcond=1e-8, hermitian=True)
        place = [model.index(k) for k in group if varies[k]]
        with np.errstate(divide="ignore", invalid="ignore"):
            own = beside @ (inverse[:, place] / np.diag(inverse)[place])
        crossed = own.T @ beside  # nothing of the other words, for words that they do not tell
        crossed[np.arange(len(place)), place] = 0
        power = (beside[:, place] ** 2).sum(axis=0)
        scale = np.sqrt(power.max(initial=1e-12) * np.maximum(power, 1e-12))
        free = ((own**2).sum(axis=0) >= _LEAST_OWN * power) & (np.abs(crossed).max(axis=1, initial=0) < 1e-6 * scale)
        kept = [model[place[k]] for k in np.flatnonzero(free)]
        if kept:
            yield _Fit(kept, beside, own[:, free], inverse @ beside.T)


def _whitened(
    x: Float[np.ndarray, "recording word"],
    y: Float[np.ndarray, "recording feature"],
    run: Int[np.ndarray, " recording"],
) -> tuple[Float[np.ndarray, "recording word"], Float[np.ndarray, "recording feature"]]:
    """Both less what an autoregression of order 1 tells of each recording from the one before it in its run.

    Its coefficient is that of what the words leave of all features (as in SPM: K. Friston et al. 2002, NeuroImage 16:484), less its bias from the
    runs' means, (1 + 3 a) / n (M. Kendall 1954, Biometrika 41:403). What it misses is the moves' to respect.
    """
    follows = np.flatnonzero(np.diff(run) == 0) + 1
    left = y - x @ (np.linalg.pinv(x.T @ x, rcond=1e-8, hermitian=True) @ (x.T @ y))
    power = (left[follows - 1] ** 2).sum()
    raw = float((left[follows] * left[follows - 1]).sum() / power) if power > 0 else 0.0
    size = len(run) / (run.max() + 1)
    a = float(np.clip(raw + (1 + 3 * raw) / size, 0, 0.95)) if size > 3 else 0.0
    # The first of each run has none before it: it is scaled as its variance is (S. Prais and C. Winsten 1954), and the run's constant likewise.
    constant = np.full((len(run), 1), np.sqrt(1 - a**2))
    constant[follows] = 1 - a
    whole = []
    for values in (x, y):
        white = np.sqrt(1 - a**2) * values
        white[follows] = values[follows] - a * values[follows - 1]
        of_run = np.stack([np.bincount(run, column) for column in (white * constant).T], axis=1)
        whole.append(white - constant * (of_run / np.bincount(run, constant[:, 0] ** 2)[:, None])[run])
    return whole[0], whole[1]


def _within(values: Float[np.ndarray, "recording column"], run: Int[np.ndarray, " recording"]) -> np.ndarray:
    """Less the mean of each run; what is unknown is 0."""
    known = np.isfinite(values)
    size = np.bincount(run).astype(float)
    sums = np.stack([np.bincount(run, column, len(size)) for column in np.where(known, values, 0.0).T], axis=1)
    count = np.stack([np.bincount(run, column, len(size)) for column in known.T.astype(float)], axis=1)
    centred: np.ndarray = np.where(known, values - (sums / np.maximum(count, 1))[run], 0.0)
    return centred
