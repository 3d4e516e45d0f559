"""Labels of files and arrays -> concepts, one to one.

A label that is a name stays what it is. Of any other, what a name may not hold becomes an underscore (`a.b` -> `a_b`), a minus before
a digit is said (`-1` -> `minus_1`), and an underscore is added where a name would begin with a digit (`2back` -> `_2back`) or be a
word of the query language or of its answers (`count` -> `count_`, `yes` -> `yes_`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from neurona.datasets.question_words import YES_NO
from neurona.errors import DataError
from neurona.programs.vocabulary import RESERVED


def concept_names(labels: Iterable[str], *, what: str = "label", lower: bool = False) -> dict[str, str]:
    """Label -> concept, in alphabetical order.

    Args:
        labels: texts, as often as they are there.
        what: a label is, for messages.
        lower: concepts are lower case.

    Raises:
        DataError: two labels would be one concept, or a label has no letter or digit.
    """
    concepts = {label: concept_name(label, what=what, lower=lower) for label in sorted(set(labels))}
    owner: dict[str, str] = {}
    for label, concept in concepts.items():
        if concept in owner:
            raise DataError(f"{what}s {owner[concept]!r} and {label!r} are both concept {concept!r}; rename one")
        owner[concept] = label
    return concepts


def concept_name(label: str, *, what: str = "label", lower: bool = False) -> str:
    """The concept of one label; see `concept_names`."""
    spoken = re.sub(r"^-(?=\d)", "minus_", label.lower() if lower else label)
    name = re.sub(r"[^A-Za-z0-9_]+", "_", spoken)
    if name != label:
        name = name.strip("_")
    if not re.search(r"[A-Za-z0-9]", name):
        raise DataError(f"{what} {label!r} has no letter or digit of a name; rename it")
    if (
        name in RESERVED or name.lower() in YES_NO
    ):  # a word that is also an answer of other questions would be counted as one
        return f"{name}_"
    return f"_{name}" if name[0].isdigit() else name
