"""What the pages name is there: modules and names that their code imports, commands and options that they show."""

import ast
import importlib
import re
import shlex
import textwrap

import pytest
from pages import DOCS, text_of
from typer.main import get_command

from neurona.cli import app

PAGES = ["../README.md", *sorted(path.name for path in DOCS.glob("*.md"))]
_FENCED = re.compile(r"^```(?:python|pycon)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^(?: {4}|\$ )(neurona (?:.*\\\n)*.*)$", flags=re.MULTILINE)
_SPAN = re.compile(r"`(neurona [^`\n]*)`")


@pytest.mark.parametrize("page", PAGES)
def test_imported_names_exist(page):
    for block in _FENCED.findall(text_of(page)):
        code = "\n".join(re.sub(r"^(>>>|\.\.\.) ?", "", line) for line in block.splitlines())
        for line in re.findall(r"^\s*((?:from neurona\S* )?import .*)$", code, flags=re.MULTILINE):
            for node in ast.parse(textwrap.dedent(line.split("#")[0])).body:
                if isinstance(node, ast.ImportFrom):
                    module = importlib.import_module(node.module)
                    assert not [name.name for name in node.names if not hasattr(module, name.name)], line
                else:
                    assert [importlib.import_module(name.name) for name in node.names]


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_their_options_exist(page):
    text = text_of(page)
    for line in [*_COMMAND.findall(text), *_SPAN.findall(text)]:
        words = shlex.split(line.replace("\\\n", " ").replace("...", ""), comments=True)[1:]
        command = get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not getattr(command, "commands", {}) or not words or words[0].startswith("-") or "|" in words[0], line
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        used = {word.strip("[]").split("=")[0] for word in words if word.strip("[]").startswith("--")}
        assert used <= known, (line, sorted(used - known))
