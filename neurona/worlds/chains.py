"""Chains of several recordings, a segment at a time, in one compiled call.

A visit is some jumps, then an exchange of each kind. Chains stay at a world for 1 / R; a visit, and each world that is kept, is one of
those that were passed since the last, drawn by how long the chain stayed (weighted reservoir sampling: P. Efraimidis, P. Spirakis 2006),
and stands for all that time.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt32
from scipy.special import expit

from neurona.worlds.moves import (
    Rates,
    Walk,
    exchange_facts,
    exchange_things,
    jump,
    no_rates,
    rates,
    single_facts,
    walk_from,
)
from neurona.worlds.tables import Table


class Segment(NamedTuple):
    """What C chains saw; S worlds are kept of each, after V visits.

    Attributes:
        end: the world where each chain is.
        said: worlds that are kept.
        stay: the time that each stands for.
        log_p: of each, in nats, up to a constant.
        trace, time: log p at each visit, and the time that it stands for.
        sums: of P(fact | the rest of the world), by time.
    """

    end: Float[Array, "*n C J"]
    said: Bool[Array, "*n S C J"]
    stay: Float[Array, "*n S C"]
    log_p: Float[Array, "*n S C"]
    trace: Float[Array, "*n S V C"]
    time: Float[Array, "*n S V C"]
    sums: Float[Array, "*n C J"]


class _Visit(NamedTuple):
    """Where chains are, and one world that they were at since the visit began."""

    walk: Walk
    found: Rates
    at: Walk
    time: Float[Array, " C"]


# LLVM's first level makes code as fast as its third, and is done a third sooner.
@partial(jax.jit, static_argnames="jumps", compiler_options={"xla_backend_optimization_level": 1})
def segment(
    tables: Table,
    starts: Float[Array, "R C J"],
    digest: UInt32[Array, " R"],
    seed: Int[Array, ""],
    number: Int[Array, ""],
    heats: Float[Array, "S V"],
    *,
    jumps: int,
) -> Segment:
    """Walk on from `starts`.

    Args:
        tables: facts of each recording.
        starts: worlds.
        digest: a number of each recording's own; its draws follow from it, from `seed` and from the segment's `number`.
        seed, number: see there.
        heats: chains walk on p^heat at each visit.
        jumps: of a visit.
    """

    def one(table: Table, start: Array, own: Array) -> Segment:
        key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), own), number)
        return _segment(table, start, key, heats, jumps)

    return jax.vmap(one)(tables, starts, digest)


def starts(tables: Table, digest: UInt32[np.ndarray, " R"], seed: int, chains: int) -> Float[np.ndarray, "R C J"]:
    """Worlds of a few things, of which nothing is said: where chains start apart."""
    slots, size = tables.first.shape[1:]
    odds = np.asarray(tables.lift[:, :slots] - tables.own[:, :slots] / 2)
    odds = np.where(odds > -1e3, np.clip(odds, -1.0, 1.0), -np.inf)
    uniform = np.stack([np.random.default_rng((seed, own)).random((chains, slots)) for own in digest.tolist()])
    things = uniform < expit(odds)[:, None, :]
    return np.pad(things.astype(np.float32), ((0, 0), (0, 0), (0, size - slots)))


def _segment(table: Table, start: Float[Array, "C J"], key: Array, heats: Float[Array, "S V"], jumps: int) -> Segment:
    chains = len(start)

    def rated(walk: Walk, heat: Array) -> Rates:
        return jax.vmap(lambda one: rates(one, table, heat))(walk)

    def visit(walk: Walk, found: Rates, key: Array, heat: Array) -> _Visit:
        uniform = jax.random.uniform(key, (2 * jumps + 6, chains))

        def step(k: Array, now: _Visit) -> _Visit:
            stay = 1 / now.found.total
            time = now.time + stay
            at = _drawn(uniform[jumps + k] * time < stay, now.walk, now.at)
            walk = jax.vmap(lambda one, found, u: jump(one, found, table, u))(now.walk, now.found, uniform[k])
            return _Visit(walk, rated(walk, heat), at, time)

        now = jax.lax.fori_loop(0, jumps, step, _Visit(walk, found, walk, jnp.zeros(chains)))
        walk, found = now.walk, now.found
        for move, first in ((exchange_facts, 2 * jumps), (exchange_things, 2 * jumps + 3)):
            drawn = uniform[first : first + 3].T
            walk, found = jax.vmap(lambda w, r, u, move=move: move(w, r, table, heat, u))(walk, found, drawn)
        return now._replace(walk=walk, found=found)

    def seen(carry: tuple, given: tuple[Array, Array]) -> tuple[tuple, tuple]:
        walk, found, held, time, sums = carry
        key, heat = given
        now = visit(walk, found, key, heat)
        later = time + now.time
        held = _drawn(jax.random.uniform(jax.random.fold_in(key, 1), (chains,)) * later < now.time, now.at, held)
        share = jax.vmap(lambda one: single_facts(one, table))(now.at)
        return (now.walk, now.found, held, later, sums + now.time[:, None] * share), (_log_p(now.at, table), now.time)

    def kept(carry: tuple, given: tuple[Array, Array]) -> tuple[tuple, tuple]:
        walk, found, sums = carry
        key, heat = given
        each = jax.random.split(key, len(heat)), heat
        start = walk, found, walk, jnp.zeros(chains), sums
        (walk, found, held, time, sums), trace = jax.lax.scan(seen, start, each)
        return (walk, found, sums), (held.said > 0.5, time, _log_p(held, table), *trace)

    walk = jax.vmap(lambda said: walk_from(said, table))(start)
    each = jax.random.split(key, len(heats)), heats
    # Rates are those of the last heat; heats change on the way from the start alone, which no world is kept of. At first there are none: to
    # work them out here would compile them once more.
    still = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (chains, *leaf.shape)), no_rates(table))
    begun = walk, still, jnp.zeros_like(start)
    (walk, _, sums), (said, stay, log_p, trace, time) = jax.lax.scan(kept, begun, each)
    return Segment(walk.said, said, stay, log_p, trace, time, sums)


def _drawn(takes: Bool[Array, " C"], one: Walk, other: Walk) -> Walk:
    return jax.tree.map(lambda a, b: jnp.where(takes[:, None], a, b), one, other)


def _log_p(walk: Walk, table: Table) -> Float[Array, " C"]:
    return (walk.said * (walk.slope + table.lift[None, :])).sum(axis=1) / 2
