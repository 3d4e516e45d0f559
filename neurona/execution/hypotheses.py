"""Hypotheses H1 to H5 on how a relation is grounded (NEURONA, section 3), as four switches.

| | subject guides | object guides | pairs count | |
|---|---|---|---|---|
| H1 | | | | a relation sits in one region, found apart from its arguments |
| H2 | no | no | yes | unguided pairs |
| H3 | yes | no | yes | |
| H4 | no | yes | yes | |
| H5 | yes | yes | yes | |

The reference's `ground_rel_region` and `ground_rel_relation` are `region` and `pairs`; its `ground_rel_guided_relation`
is `subject` and `object`.
"""

from __future__ import annotations

from typing import NamedTuple

from neurona.errors import ConfigError, nearest_name


class Hypothesis(NamedTuple):
    """Which structural prior guides a relation's grounding.

    Attributes:
        subject, object: whether the grounding of the subject (the object) guides it. A side that does not guide is replaced by
            the mean over entities.
        region: whether the relation's score on single entities counts.
        pairs: whether its score on pairs of entities counts.
        apart: H1: `r(x, the y. b(y))` means that some entity carries r and some entity carries b.
    """

    subject: bool = True
    object: bool = True
    region: bool = True
    pairs: bool = True
    apart: bool = False


HYPOTHESES = {
    "H1": Hypothesis(pairs=False, apart=True),
    "H2": Hypothesis(subject=False, object=False),
    "H3": Hypothesis(object=False),
    "H4": Hypothesis(subject=False),
    "H5": Hypothesis(),
}


def get_hypothesis(name: str) -> Hypothesis:
    """The hypothesis of that name, H1 to H5.

    Raises:
        ConfigError: no such hypothesis.
    """
    if name not in HYPOTHESES:
        raise ConfigError(f"unknown hypothesis {name!r}{nearest_name(name, HYPOTHESES)}")
    return HYPOTHESES[name]
