"""The data card of a BIDS data set, made from its dataset_description.json and from what was read.

Trial types become concepts: lower case, every other character than letters, digits and `_` an underscore
(`Scrambled Face` -> `scrambled_face`), with an underscore added where a name would begin with a digit (`2back` ->
`_2back`) or be a word of the query language (`count` -> `count_`).

A data set whose description says `"Simulated": true` was measured by nobody; its recordings say so, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurona.datasets.card import DataCard
from neurona.errors import DataError
from neurona.programs.vocabulary import RESERVED


def read_description(root: Path) -> dict[str, Any]:
    """The content of `dataset_description.json`.

    Raises:
        DataError: it is missing or damaged.
    """
    path = root / "dataset_description.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); name the top folder of a BIDS data set") from error
    if not isinstance(found, dict):
        raise DataError(f"{path}: expected an object with Name and BIDSVersion, found {type(found).__name__}")
    return found


def is_simulated(description: dict[str, Any]) -> bool:
    """Whether the data set says that nobody measured it."""
    return bool(description.get("Simulated"))


def concept_names(trial_types: Sequence[str]) -> dict[str, str]:
    """Trial type -> concept.

    Raises:
        DataError: two trial types would be one concept.
    """
    concepts = {kind: concept_name(kind) for kind in sorted(set(trial_types))}
    kinds: dict[str, str] = {}
    for kind, concept in concepts.items():
        if concept in kinds:
            raise DataError(f"trial types {kinds[concept]!r} and {kind!r} are both concept {concept!r}; rename one")
        kinds[concept] = kind
    return concepts


def concept_name(trial_type: str) -> str:
    """The concept of one trial type."""
    name = re.sub(r"[^a-z0-9_]+", "_", trial_type.lower()).strip("_")
    if not name:
        raise DataError(f"trial type {trial_type!r} has no letter or digit of a name; rename it")
    if name in RESERVED:
        return f"{name}_"
    return f"_{name}" if name[0].isdigit() else name


def make_card(
    description: dict[str, Any], root: Path, *, concepts: dict[str, str], subjects: int, sampling: str
) -> DataCard:
    """The card.

    Args:
        description: what `read_description` returned.
        root: the data set's folder; its name stands in when the description has none.
        concepts: trial type -> concept.
        subjects: how many were read.
        sampling: in words.
    """
    title = str(description.get("Name") or root.name)
    names = tuple(sorted(concepts.values()))
    authors = ", ".join(map(str, description.get("Authors", [])))
    cited = description.get("HowToAcknowledge") or description.get("DatasetDOI") or authors
    facts = {
        "name": f"bids_{re.sub(r'[^a-z0-9]+', '_', title.lower()).strip('_')}",
        "title": title + (" (SIMULATED)" if is_simulated(description) else ""),
        "version": str(description.get("DatasetVersion") or description.get("DatasetDOI") or "not stated"),
        "licence": str(description.get("License") or "not stated"),
        "citation": str(cited or "not stated"),
        "source": f"BIDS folder {root.name}",
        "layout": f"BIDS {description.get('BIDSVersion', 'of unknown version')}",
        "subjects": subjects,
        "sampling": sampling,
        "labels": concepts,
        "words": {"concepts": names, "categories": {"Category": names} if len(names) > 1 else {}},
    }
    return DataCard.model_validate(facts)
