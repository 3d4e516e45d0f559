"""Questions about recordings that carry one label each.

From the label alone follow the answers of seven kinds of questions: is a concept there (`exists`), is it
not (`not`), two concepts at once (`and`), one of two (`or`), a defined concept (`defined`), a defined concept
without one of its parts (`and`), and which word of a category it is (`describe`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from neurona.errors import DataError, nearest_name
from neurona.programs import Vocabulary, parse
from neurona.programs.tree import And, Atom, Formula, Iff, Implies, Not, Or, names


def questions_from_labels(ids: Sequence[str], labels: Sequence[str], vocabulary: Vocabulary) -> pd.DataFrame:
    """Every question of the vocabulary about every recording.

    Args:
        ids: recordings.
        labels: the concept that each recording shows, one of `vocabulary.concepts`.
        vocabulary: concepts, categories and definitions.

    Returns:
        Columns question (id), recording, program (logic syntax), answer (`yes`, `no` or a concept), type.

    Raises:
        DataError: an unknown label, or fewer than two labels in use.
    """
    for recording, label in zip(ids, labels, strict=True):
        if label not in vocabulary.concepts:
            raise DataError(f"recording {recording}: unknown label {label!r}{nearest_name(label, vocabulary.concepts)}")
    if len(set(labels)) < 2:
        raise DataError(f"labels: only {sorted(set(labels))} found; decoding needs two classes or more")
    truth = {label: _true_words(label, vocabulary) for label in sorted(set(labels))}
    programs = [item for item in _programs(vocabulary) if _divides(item[2], truth)]
    rows = []
    for recording, label in zip(ids, labels, strict=True):
        for order, (kind, text, holds) in enumerate(programs):
            answer = label if holds is None else ("yes" if _holds(holds, truth[label]) else "no")
            rows.append((f"{recording}_q-{order:03d}", recording, text, answer, kind))
    return pd.DataFrame(rows, columns=["question", "recording", "program", "answer", "type"])


def _divides(formula: str | None, truth: dict[str, set[str]]) -> bool:
    """Whether the answer depends on the label; a question that everything or nothing fulfils asks for no decoding."""
    return formula is None or len({_holds(formula, words) for words in truth.values()}) > 1


def _programs(vocabulary: Vocabulary):
    """(type, program, formula about the one thing that is shown; None for describe)."""
    concepts = vocabulary.concepts
    for concept in concepts:
        yield "exists", f"exists x. {concept}(x)", f"{concept}(x)"
        yield "not", f"~(exists x. {concept}(x))", f"~{concept}(x)"
    for defined in vocabulary.definitions:
        yield "defined", f"exists x. {defined}(x)", f"{defined}(x)"
        for concept in _parts(vocabulary, defined):
            body = f"{defined}(x) & ~{concept}(x)"
            yield "and", f"exists x. {body}", body
    for index, concept in enumerate(concepts if len(concepts) > 2 else concepts[:1]):
        other = concepts[(index + 1) % len(concepts)]
        yield "or", f"exists x. {concept}(x) | {other}(x)", f"{concept}(x) | {other}(x)"
    for category, members in vocabulary.categories.items():
        if set(members) <= set(concepts):
            yield "describe", f"describe {category}", None


def _parts(vocabulary: Vocabulary, defined: str) -> list[str]:
    used = names(parse(f"exists x. {vocabulary.definitions[defined]}"))
    return [concept for concept in vocabulary.concepts if concept in used]


def _true_words(label: str, vocabulary: Vocabulary) -> set[str]:
    """The words that hold of a thing whose only concept is `label`."""
    true = {label}
    for defined, text in vocabulary.definitions.items():
        if _holds(text, true):
            true.add(defined)
    return true


def _holds(text: str, true: set[str]) -> bool:
    query = parse(f"exists x. {text}")
    return _value(query.body, true)  # type: ignore[union-attr]


def _value(formula: Formula, true: set[str]) -> bool:
    match formula:
        case Atom(name, _):
            return name in true
        case Not(body):
            return not _value(body, true)
        case And(parts):
            return all(_value(part, true) for part in parts)
        case Or(parts):
            return any(_value(part, true) for part in parts)
        case Implies(left, right):
            return _value(right, true) or not _value(left, true)
        case Iff(left, right):
            return _value(left, true) == _value(right, true)
    raise DataError(f"a definition may use concepts, ~, &, |, -> and <-> only, found {type(formula).__name__}")
