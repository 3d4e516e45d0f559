"""How a world changes into a neighbour, in O(J) a step; functions are of one chain.

Jumps are locally informed and never rejected (G. Zanella 2020, Informed proposals for local MCMC in discrete spaces, JASA 115): from
world z to each neighbour z' at rate

    p(z') / (p(z) + p(z'))

so that the chain visits z in proportion to p(z) R(z), with R(z) the sum of its rates, and each visit weighs 1 / R(z). Neighbours differ by
one fact, or by a fact with the one thing that it lacks, or by a thing with the one fact that is said of it. Further moves keep p R invariant
(Metropolis): one fact is exchanged for another, drawn from what would be most probable in its place (J. Liu 1996, Peskun's theorem and
a modified discrete-state Gibbs sampler, Biometrika 83); one thing is exchanged for another, with all that is said of it.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from neurona.worlds.tables import Table

_BLOCK = 16
_FAR = 60.0
_dot = partial(jnp.matmul, precision="highest")


class Walk(NamedTuple):
    """Where a chain is; all follows from `said`, and is kept as it changes little in a step.

    Attributes:
        said: the world, 0 or 1.
        slope: lift - G said.
        needed: how many facts speak of each thing.
        sole: the sum of their places; where there is one, its place.
    """

    said: Float[Array, " J"]
    slope: Float[Array, " J"]
    needed: Float[Array, " T"]
    sole: Float[Array, " T"]


class Rates(NamedTuple):
    """Rates of all jumps.

    Attributes:
        each: of changing each fact, of each fact coming with the thing that it lacks, of each thing going with the one fact about it; padded.
        total: R.
    """

    each: Float[Array, " L"]
    total: Float[Array, ""]


def walk_from(said: Float[Array, " J"], table: Table) -> Walk:
    """A walk that starts somewhere."""
    none = jnp.zeros(len(table.first), said.dtype)
    return _moved(Walk(said, table.lift, none, none), said, _dot(said, table.effect))


def changed(walk: Walk, fact: Int[Array, ""], sign: Float[Array, ""], table: Table) -> Walk:
    """With one fact more or less."""
    places = jnp.arange(len(walk.said))
    return _moved(walk, walk.said + jnp.where(places == fact, sign, 0.0), sign * table.effect[fact])


def _moved(walk: Walk, said: Float[Array, " J"], effect: Float[Array, " effect"]) -> Walk:
    """To a world, by the effect (`Table.effect`) of the facts that come less that of those that go."""
    slopes, needed, sole = jnp.split(effect, [len(said), len(said) + len(walk.needed)])
    return Walk(said, walk.slope - slopes, walk.needed + needed, walk.sole + sole)


def lacking(things: Float[Array, " T"], table: Table) -> Int[Array, " J"]:
    """Which things each fact lacks, as bits."""
    bits = jnp.left_shift(1, jnp.arange(len(things), dtype=jnp.int32))
    return table.needs & ~(things.astype(jnp.int32) * bits).sum()


def rates(walk: Walk, table: Table, heat: float | Float[Array, ""]) -> Rates:
    """Rates of jumps at p^heat."""
    said, slope, needed, sole = walk
    slots, size = table.first.shape
    lacks = lacking(said[:slots], table)
    gain = slope + (said - 0.5) * table.own
    bound = jnp.pad(needed > 0, (0, size - slots))
    may = jnp.where(said > 0, ~bound, lacks == 0)
    flip = jnp.where(may, jax.nn.sigmoid(heat * (1 - 2 * said) * gain), 0.0)
    # A fact comes with the one thing that it lacks.
    absent = 1 - said[:slots]
    company = _dot(jnp.concatenate([absent * gain[:slots], -absent]), table.company)
    lone = (lacks > 0) & (lacks & (lacks - 1) == 0)
    come = jnp.where(lone, jax.nn.sigmoid(heat * (gain + company)), 0.0)
    # A thing goes with the one fact that speaks of it.
    alone = (needed == 1) & (absent < 0.5)
    fact = jnp.where(alone, sole, 0.0).astype(jnp.int32)
    shared = table.crossing[jnp.arange(slots), fact]
    go = jnp.where(alone, jax.nn.sigmoid(-heat * (gain[:slots] + gain[fact] + shared)), 0.0)
    each = _padded(jnp.concatenate([flip, come, go]))
    return Rates(each, each.sum())


def no_rates(table: Table) -> Rates:
    """Of a walk whose rates are not known yet: it stays for no time, and a jump leaves it where it is."""
    slots, size = table.first.shape
    return Rates(_padded(jnp.zeros(2 * size + slots)), jnp.float32(jnp.inf))


def pick(weights: Float[Array, " L"], uniform: Float[Array, ""]) -> tuple[Int[Array, ""], Bool[Array, ""]]:
    """A place in proportion to its weight, and whether one was found: inverse distribution function in two steps of sums."""
    blocks = weights.reshape(-1, _BLOCK)
    level = blocks.sum(axis=1)
    high, left = _first(level, uniform * level.sum())
    low, _ = _first(blocks[high], left)
    return high * _BLOCK + low, blocks[high, low] > 0


def _first(weights: Float[Array, " L"], target: Float[Array, ""]) -> tuple[Int[Array, ""], Float[Array, ""]]:
    """Where the sum passes a target, and what of the target is left there."""
    length = len(weights)
    sums = _dot(weights, jnp.triu(jnp.ones((length, length), jnp.float32)))
    # Rounding may leave the target beyond the last sum.
    last = jnp.where(weights > 0, jnp.arange(length), 0).max()
    at = jnp.minimum((sums <= target).sum(), last)
    return at, target - (sums[at] - weights[at])


def jump(walk: Walk, found: Rates, table: Table, uniform: Float[Array, ""]) -> Walk:
    """To a neighbour."""
    said = walk.said
    slots, size = table.first.shape
    place, ok = pick(found.each, uniform)
    comes, goes = (place >= size) & (place < 2 * size), place >= 2 * size
    thing = jnp.clip(place - 2 * size, 0, slots - 1)
    only = walk.sole[thing].astype(jnp.int32)
    fact = jnp.clip(jnp.where(goes, only, place - size * comes), 0, size - 1)
    coming = jnp.where(comes & ok, table.about[:, fact] * (1 - said[:slots]), 0.0)
    going = jnp.where(goes & ok, (jnp.arange(slots) == thing).astype(jnp.float32), 0.0)
    company = coming - going
    walk = changed(walk, fact, jnp.where(ok, 1 - 2 * said[fact], 0.0), table)
    return _moved(walk, walk.said + jnp.pad(company, (0, size - slots)), _dot(company, table.effect[:slots]))


def exchange_facts(
    walk: Walk, found: Rates, table: Table, heat: float | Float[Array, ""], uniform: Float[Array, " 3"]
) -> tuple[Walk, Rates]:
    """One fact for another; p R stays as it is."""
    may_go = _removable(walk)
    leaving, ok = pick(_padded(may_go), uniform[0])
    leaving = jnp.minimum(leaving, len(walk.said) - 1)
    without = changed(walk, leaving, jnp.where(ok, -1.0, 0.0), table)
    gain = heat * (without.slope - table.own / 2)
    fits = (walk.said < 0.5) & (lacking(without.said[: len(walk.needed)], table) == 0)
    own = gain[leaving]
    top = jnp.maximum(jnp.where(fits, gain, -jnp.inf).max(), own)
    weight = jnp.where(fits, jnp.exp(gain - top), 0.0)
    coming, may = pick(_padded(weight), uniform[1])
    coming = jnp.minimum(coming, len(walk.said) - 1)
    total, back = weight.sum(), jnp.exp(own - top)
    after = changed(without, coming, jnp.float32(1.0), table)
    new = rates(after, table, heat)
    ways = may_go.sum() / jnp.maximum(_removable(after).sum(), 1.0)
    instead = jnp.maximum(total - weight[coming] + back, 1e-7 * (total + back))
    accept = new.total / found.total * ways * total / instead
    return _either(ok & may & (uniform[2] < accept), (after, new), (walk, found))


def exchange_things(
    walk: Walk, found: Rates, table: Table, heat: float | Float[Array, ""], uniform: Float[Array, " 3"]
) -> tuple[Walk, Rates]:
    """One thing for another with all that is said of it; p R stays as it is."""
    said = walk.said
    slots, size = table.first.shape
    old, ok = pick(_padded(said[:slots]), uniform[0])
    new, may = pick(_padded((1 - said[:slots]) * (table.lift[:slots] > -1e3)), uniform[1])
    old, new = jnp.minimum(old, slots - 1), jnp.minimum(new, slots - 1)
    # What is said of the new thing is what was said of the old one.
    first, second = table.first[new] > 0, table.second[new] > 0
    source = jnp.where(first, table.instead_first[old], jnp.where(second, table.instead_second[old], size))
    taken = jnp.pad(said, (0, 1))[source]
    after = jnp.where(table.about[old] > 0, 0.0, jnp.where(first | second, taken, said))
    place = jnp.arange(size)
    after = jnp.where(place == new, 1.0, jnp.where(place == old, 0.0, after))
    change, whole = after - said, ok & may & (after.sum() == said.sum())
    # One product for all chains is quicker than to look for the few facts that change.
    moved = _moved(walk, after, _dot(change, table.effect))
    gain = (change * (walk.slope + moved.slope)).sum() / 2
    fresh = rates(moved, table, heat)
    accept = jnp.exp(jnp.clip(heat * gain, -_FAR, _FAR)) * fresh.total / found.total
    return _either(whole & (uniform[2] < accept), (moved, fresh), (walk, found))


def _removable(walk: Walk) -> Float[Array, " J"]:
    """Facts that hold and that no other needs."""
    bound = jnp.pad((walk.needed > 0).astype(jnp.float32), (0, len(walk.said) - len(walk.needed)))
    return walk.said * (1 - bound)


def _padded(weights: Float[Array, " L"]) -> Float[Array, " P"]:
    return jnp.pad(weights, (0, -len(weights) % _BLOCK))


def _either(yes: Bool[Array, ""], one: tuple[Walk, Rates], other: tuple[Walk, Rates]) -> tuple[Walk, Rates]:
    return jax.tree.map(partial(jnp.where, yes), one, other)


def single_facts(walk: Walk, table: Table) -> Float[Array, " J"]:
    """P(fact | the rest of the world): open are the fact and those of its things that nothing else is said of (`FactEvidence.conditional`)."""
    said, slope, needed, _ = walk
    slots, size = table.first.shape
    gain = slope + (said - 0.5) * table.own
    free, gains, cross, on = [], [], [], []
    for which in (table.first, table.second):
        free.append((which.sum(axis=0) > 0) & (_dot(needed, which) - said < 0.5))
        gains.append(_dot(gain[:slots], which))
        cross.append(jnp.where(free[-1], (which * table.crossing).sum(axis=0), 0.0))
        on.append(_dot(said[:slots], which))
    both = free[0] & free[1]
    between = jnp.where(both, table.between, 0.0)
    # Gains as if all that is open were away.
    fact = gain + on[0] * cross[0] + on[1] * cross[1]
    a = gains[0] + said * cross[0] + on[1] * between
    b = gains[1] + said * cross[1] + on[0] * between
    things = jnp.where(free[0], a, 0.0) + jnp.where(free[1], b, 0.0) - between
    whole = things + fact - cross[0] - cross[1]
    ways = [
        jnp.where(free[0] | free[1], 0.0, -jnp.inf),
        jnp.where(both, a, -jnp.inf),
        jnp.where(both, b, -jnp.inf),
        things,
    ]
    away = sum(jnp.exp(jnp.minimum(way - whole, _FAR)) for way in ways)
    bound = jnp.pad(needed > 0, (0, size - slots))
    return jnp.where(bound, said, 1 / (1 + away))
