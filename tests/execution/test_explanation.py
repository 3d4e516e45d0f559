import json

import numpy as np
from rich.console import Console

from neurona.execution import Explanation

ENTITIES = ("visual left", "motor")
PART = Explanation("bat(x)", "logit", ("x",), np.array([-1.0, 2.5]), ENTITIES, (), witness=("bat [1]",))
WHOLE = Explanation("exists x. bat(x)", "logit", (), np.array(2.5), (), (PART,))


def test_it_prints_as_a_tree():
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(WHOLE.tree())
    text = console.export_text()
    assert "exists x. bat(x)  +2.50 (yes)" in text
    assert "motor +2.50, visual left -1.00  (bat [1])" in text


def test_it_is_strict_json():
    told = json.loads(WHOLE.to_json())
    assert told["expression"] == "exists x. bat(x)"
    assert told["parts"][0]["values"] == [-1.0, 2.5]
