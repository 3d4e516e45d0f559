"""The page about the Python interface does what it says."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_what_the_page_shows_is_what_happens():
    # A fence would be taken for output: it is left out, as a page's reader leaves it out.
    text = "\n".join(line for line in PAGE.read_text(encoding="utf-8").splitlines() if not line.startswith("```"))
    test = doctest.DocTestParser().get_doctest(text, {}, "python.md", str(PAGE), 0)
    assert doctest.DocTestRunner().run(test).failed == 0
