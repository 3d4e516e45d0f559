"""What is compiled by a run and by the first query of it, and how long that query takes."""

from __future__ import annotations

from collections.abc import Iterator

from bars.bar import Bar, at_most, nothing_of, told

from speeds.bench import Speeds, command

FIRST_ANSWER = 0.5
SMALL = ("data.simulation.images=100", "training.epochs=4")


def starting(speeds: Speeds) -> Iterator[Bar]:
    """Runs of two decoders, each twice with the cache of the first; then queries."""
    for decoder in ("neurona", "explain"):
        settings = [part for dial in (*SMALL, f"decoder={decoder}") for part in ("--set", dial)]
        cache = speeds.folder / f"cache-{decoder}"
        first, again = (
            command(["run", "quickstart", "--out", str(speeds.folder / f"{decoder}-{k}"), *settings], cache)
            for k in (1, 2)
        )
        yield told(f"run of {decoder}, programs compiled", str(first["compiled"]), first)
        yield told(
            f"run of {decoder} again, programs not taken from the cache",
            str(again["compiled"] - again["cached"]),
            again,
        )
        asked = ["query", str(speeds.folder / f"{decoder}-1"), "exists x. man(x)"]
        cold, warm = command(asked, cache), command(asked, cache)
        yield at_most(f"first query of {decoder}, CPU seconds after imports", cold["after_s"], FIRST_ANSWER, 2, cold)
        new = max(0, warm["compiled"] - warm["cached"])
        yield nothing_of(f"second query of {decoder}, programs compiled anew", new, max(warm["compiled"], 1), warm)
