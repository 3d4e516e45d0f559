"""Are words found in entities only where they are carried? False discoveries of the carrier test on SIMULATED series whose carriers are known.

    plain           words and noise without autocorrelation
    together        words that go together (r = .6), as where an encoding model is shrunk by a ridge penalty of 100
    autocorrelated  words and noise with an autocorrelation of .6

Each is tested by either null, with no carrier at all (then any discovery is false) and with a tenth of the words' entities as carriers. Beside it, for
information: the test that exchanges recordings within runs and shrinks by that penalty.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from bars.bar import Bar, at_most, told
from scipy import stats

from neurona.evaluation import carrier_test
from neurona.evaluation.inference.moves import Null
from trusted.bench import Trusted

CELLS = {"plain": (0.0, 0.0), "together": (0.0, 0.6), "autocorrelated": (0.6, 0.0)}
NULLS: tuple[Null, ...] = ("flips", "shifts")
RUNS, SIZE, WORDS, ENTITIES = 16, 20, 12, 20
RATE, EFFECT, SHARE = 0.05, 0.5, 0.1


def maps(trusted: Trusted) -> Iterator[Bar]:
    """Of both nulls in all cells; power on planted carriers."""
    draws = 50 if trusted.quick else 400
    for cell, (autocorrelation, together) in CELLS.items():
        for null in NULLS:
            for effect in (0.0, EFFECT):
                found = np.array([_tested(seed, autocorrelation, together, effect, null) for seed in range(draws)])
                false, power = found[:, 0], float(found[:, 1].mean())
                spread = RATE * (1 - RATE) if effect == 0 else false.var()
                bound = RATE + stats.norm.ppf(0.95) * float(np.sqrt(spread / draws))
                what = "carriers planted" if effect else "no carriers"
                yield at_most(f"false discoveries, {cell}, {null}, {what} (SIMULATED)", float(false.mean()), bound)
                if effect:
                    yield told(f"power, {cell}, {null} (SIMULATED)", f"{power:.3f}", {"value": power})
        before = [_exchanged(seed, autocorrelation, together) for seed in range(draws // 4)]
        shown = f"{np.mean(before):.3f}"
        yield told(f"false discoveries, {cell}, recordings exchanged, penalty 100 (SIMULATED)", shown)


def _tested(seed: int, autocorrelation: float, together: float, effect: float, null: Null) -> tuple[float, float]:
    """Share of false discoveries, and of the carriers found."""
    responses, shown, runs, planted = _recordings(seed, autocorrelation, together, effect)
    words, entities = [f"word {k}" for k in range(WORDS)], [f"entity {k}" for k in range(ENTITIES)]
    test = carrier_test(responses, np.arange(ENTITIES), entities, shown, words, runs, rate=RATE, null=null, seed=seed)
    found = test.carried(words, entities)
    return float((found & ~planted).sum() / max(found.sum(), 1)), float(found[planted].mean()) if effect else 0.0


def _exchanged(seed: int, autocorrelation: float, together: float) -> float:
    """Share of false discoveries of the strength of shrunk patterns among recordings exchanged within runs."""
    responses, shown, runs, planted = _recordings(seed, autocorrelation, together, EFFECT)
    x, y = shown - shown.mean(axis=0), responses - responses.mean(axis=0)
    solver = np.linalg.solve(x.T @ x + 100 * np.eye(WORDS), x.T)
    observed, rng = (solver @ y) ** 2, np.random.default_rng(seed)
    number = 5000
    above = np.zeros_like(observed)
    for _ in range(number):
        order = np.argsort(runs + rng.random(len(runs)))
        above += (solver[:, order] @ y) ** 2 >= observed
    found = stats.false_discovery_control((1 + above) / (1 + number), axis=None).reshape(observed.shape) <= RATE
    return float((found & ~planted).sum() / max(found.sum(), 1))


def _recordings(
    seed: int, autocorrelation: float, together: float, effect: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Responses, words shown, runs, and which words are planted where; the noise of entities is shared in part."""
    rng = np.random.default_rng(seed)
    alone, common = _series(rng, WORDS, autocorrelation), _series(rng, 1, autocorrelation)
    shown = (np.sqrt(1 - together) * alone + np.sqrt(together) * common > 0.5).astype(float)
    noise = np.sqrt(0.8) * _series(rng, ENTITIES, autocorrelation) + np.sqrt(0.2) * _series(rng, 1, autocorrelation)
    planted = (rng.random((WORDS, ENTITIES)) < SHARE) & (effect > 0)
    signs = rng.choice([-1, 1], size=planted.shape)
    return noise + shown @ (effect * planted * signs), shown, np.repeat(np.arange(RUNS), SIZE), planted


def _series(rng: np.random.Generator, columns: int, autocorrelation: float) -> np.ndarray:
    found = rng.normal(size=(RUNS, SIZE, columns))
    for t in range(1, SIZE):
        found[:, t] = autocorrelation * found[:, t - 1] + np.sqrt(1 - autocorrelation**2) * found[:, t]
    return found.reshape(RUNS * SIZE, columns)
