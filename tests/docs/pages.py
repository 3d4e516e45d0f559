"""A page of the docs as something to run: each command, config and piece of code as written, in one folder and in order."""

import re
import runpy
import shlex
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[tuple[str, str]]:
    """(kind, content) of each fenced block."""
    return BLOCK.findall(text_of(page))


def commands(block: str) -> list[tuple[str, list[str]]]:
    """(command, lines shown after it) of a console block; a line that ends with a backslash goes on."""
    found: list[tuple[str, list[str]]] = []
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        elif line.strip() not in ("", "..."):
            found[-1][1].append(line)
    return found


def plain(text: str) -> str:
    """Words and whole numbers; decimals differ between machines, and widths and rules between terminals."""
    text = re.sub(r"[+-]?\d+\.\d+", "#", text)
    return " ".join(re.sub(r"[^\w#=/.~()<>&|-]|[│┃]", " ", text).split())


def check_kinds(page: str, kinds: set[str]) -> None:
    """Every block is of a kind that is run, and every command is one of ours."""
    found = blocks(page)
    assert {kind for kind, _ in found} == kinds
    assert text_of(page).count("```") == 2 * len(found)
    asked = [command for kind, block in found if kind == "console" for command, _ in commands(block)]
    assert {shlex.split(command)[0] for command in asked} == {"neurona"}


def run_page(page: str, folder: Path, neurona, capsys) -> str:
    """Run a page in `folder`, the working directory; a config is saved as study.yaml. What its code printed."""
    printed_by_code = ""
    for kind, block in blocks(page):
        if kind == "yaml":
            (folder / "study.yaml").write_text(block, encoding="utf-8")
        elif kind == "python":
            (folder / "page.py").write_text(block, encoding="utf-8")
            runpy.run_path("page.py")
            printed_by_code += capsys.readouterr().out
        else:
            for command, shown in commands(block):
                code, printed, error = neurona(*shlex.split(command)[1:])
                assert (code, error) == (0, ""), command
                for line in shown:
                    assert plain(line) in plain(printed), (command, line)
    return printed_by_code
