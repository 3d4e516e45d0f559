"""Does any text crash or hang the parser?

    python benchmarks/fuzz.py [COUNT]

Random texts of the language's own tokens, mutated queries and noise; every rejection must be a QueryError with a position.
"""

from __future__ import annotations

import random
import sys
import time

from neurona.errors import QueryError
from neurona.programs import parse

SEEDS = (
    "exists x. person(x) & hold(x, the y. bat(y))",
    "exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))",
    "describe(Position, lambda k: position(k, iota(Object, lambda x: a(x)) and iota(Object, lambda y: b(y))))",
    "((count x. cat(x)) >= 2)",
    '{"op": "exists", "variable": "x", "body": {"op": "atom", "name": "a", "terms": [{"op": "variable", "name": "x"}]}}',
)
TOKENS = [
    *{token for seed in SEEDS for token in seed.split()},
    *"()~&|.,:<>=!{}[]\"'",
    "->",
    "<->",
    "not",
    "or",
    "é",
    "\x00",
    "\n",
]


def text(rng: random.Random) -> str:
    """One text: a mutated query, a string of tokens, or noise."""
    kind = rng.randrange(3)
    if kind == 0:
        characters = list(rng.choice(SEEDS))
        for _ in range(rng.randrange(1, 5)):
            place = rng.randrange(len(characters))
            characters[place : place + rng.randrange(4)] = rng.choice(TOKENS)
        return "".join(characters)
    if kind == 1:
        return rng.choice(("", " ")).join(rng.choices(TOKENS, k=rng.randrange(30)))
    return "".join(chr(rng.randrange(1, 0x250)) for _ in range(rng.randrange(60)))


def main() -> int:
    """Print how many texts were read, how many refused, and the slowest; exit code 1 if a refusal has no position."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    rng = random.Random(0)
    read, slowest, lost = 0, 0.0, 0
    for _ in range(count):
        query = text(rng)
        start = time.perf_counter()
        try:
            parse(query)
            read += 1
        except QueryError as error:
            lost += error.line < 1 or error.column < 1
        slowest = max(slowest, time.perf_counter() - start)
    print(
        f"{count} texts: {read} read, {count - read} refused, {lost} without a position; slowest {1000 * slowest:.1f} ms"
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
