"""What a how-to shows is what its script of the gallery does: the same code, the same commands."""

import ast
import shlex

import pytest
from pages import blocks, commands, text_of

HOWTOS = ("arrays", "bold", "epochs")


@pytest.mark.parametrize("name", HOWTOS)
def test_what_is_shown_stands_in_the_script(name):
    script = text_of(f"gallery/{name}.py")
    typed = [shlex.split(line) for line in _commands_of(script)]
    found = blocks(f"{name}.md")
    assert len(found) >= 3
    assert text_of(f"{name}.md").count("```") == 2 * len(found)
    for kind, block in found:
        if kind == "console":
            assert all(shlex.split(command) in typed for command, _ in commands(block)), block
        else:
            assert (kind, block in script) == ("python", True), block


def _commands_of(script: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    return [ast.literal_eval(call.args[0]) for call in calls if getattr(call.func, "id", None) == "command"]
