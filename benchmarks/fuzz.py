"""Does any text crash or hang the parser?

    python benchmarks/fuzz.py [COUNT]

Random texts of the four surfaces' own tokens, mutated queries and noise; every rejection must be a QueryError with a position.
What is read must come back the same from every surface it is printed in.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

from neurona.errors import QueryError
from neurona.programs import (
    Query,
    parse,
    parse_english,
    parse_json,
    parse_lambda,
    parse_logic,
    surface_of,
    to_english,
    to_json,
    to_lambda,
    to_logic,
)

SEEDS = (
    "exists x. person(x) & hold(x, the y. bat(y))",
    "exists(Object, lambda x: person(x) and hold(x, iota(Object, lambda y: bat(y))))",
    "describe(Position, lambda k: position(k, iota(Object, lambda x: a(x)) and iota(Object, lambda y: b(y))))",
    "((count x. cat(x)) >= 2)",
    '{"op": "exists", "variable": "x", "body": {"op": "atom", "name": "a", "terms": [{"op": "variable", "name": "x"}]}}',
    "Is there a red person holding a bat next to a dog and sitting on something that is not big?",
    "Is every big dog a cat or next to a tree?",
    "Are there at least as many cats as dogs in a box?",
    "What is the position of the piano relative to the room?",
    "Is it true that for every x, (x is a cat or the number of y such that (y is not on x) is no less than 2)?",
    'Which Position holds of (x, the "y" such that y is in relation r to x)?',
)
TOKENS = [
    *{token for seed in SEEDS for token in seed.split()},
    *"()~&|.,:<>=!{}[]\"'?",
    *("->", "<->", "not", "or", "if", "then", "no", "there is", "such that", "é", "\x00", "\n"),
]
SURFACES = {
    "logic": (to_logic, parse_logic),
    "lambda": (to_lambda, parse_lambda),
    "json": (to_json, parse_json),
    "english": (to_english, parse_english),
}


def text(rng: random.Random) -> str:
    """One text: a mutated query, a string of tokens, or noise."""
    kind = rng.randrange(4)
    if kind == 0:
        characters = list(rng.choice(SEEDS))
        for _ in range(rng.choice((1, 1, 2, 4))):
            place = rng.randrange(len(characters))
            characters[place : place + rng.randrange(4)] = rng.choice(TOKENS)
        return "".join(characters)
    if kind == 1:
        words = rng.choice(SEEDS).split(" ")
        for _ in range(rng.choice((1, 1, 2, 4))):
            place = rng.randrange(len(words))
            words[place] = rng.choice(rng.choice(SEEDS).split(" "))
        return " ".join(words)
    if kind == 2:
        length = rng.randrange(30) if rng.randrange(200) else rng.randrange(3000)
        return rng.choice(("", " ")).join(rng.choices(TOKENS, k=length))
    return "".join(chr(rng.randrange(1, 0x250)) for _ in range(rng.randrange(60)))


def has_position(error: QueryError, query: str) -> bool:
    """Whether line and column lie in the text, or just behind it."""
    lines = query.split("\n")
    return 1 <= error.line <= len(lines) and 1 <= error.column <= len(lines[error.line - 1]) + 1


def changed(query: Query) -> int:
    """On how many surfaces a query is not read as it was printed."""
    return sum(read(write(query)) != query for write, read in SURFACES.values())


def main() -> int:
    """Print how many texts were read and refused, and the slowest; exit code 1 if a refusal has no position or a tree changed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    rng = random.Random(0)
    read: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    slowest, lost, different = 0.0, 0, 0
    for _ in range(count):
        query = text(rng)
        surface = surface_of(query)
        tried[surface] += 1
        start = time.process_time()
        try:
            tree = parse(query)
        except QueryError as error:
            slowest = max(slowest, time.process_time() - start)
            lost += not has_position(error, query)
            continue
        slowest = max(slowest, time.process_time() - start)
        read[surface] += 1
        different += changed(tree)
    for surface in SURFACES:
        print(f"{surface}: {tried[surface]} texts, {read[surface]} read")
    total = sum(read.values())
    print(
        f"{count} texts: {total} read, {count - total} refused, {lost} without a position, {different} printed and read back "
        f"differently; slowest {1000 * slowest:.1f} ms"
    )
    return 1 if lost or different else 0


if __name__ == "__main__":
    sys.exit(main())
