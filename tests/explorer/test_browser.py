"""The page in a browser that people have: asked, conditioned, clicked, linked to, and read aloud. Needs the extra `browser` and a Chromium."""

from __future__ import annotations

import os
import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
axe = pytest.importorskip("axe_core_python.sync_playwright", reason="the extra `browser` is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"no browser: none of {', '.join(NAMES)} is on the path")


@pytest.fixture(scope="module")
def address(answers):
    """The page of a tiny run, served."""
    from asked.page import serving

    with serving(answers.source) as connection:
        yield f"http://127.0.0.1:{connection.port}/"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Opens the page and waits for its first answer; what it complains of or asks other machines for fails the test."""
    faults, opened = [], []

    def visit(where=address, width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else faults.append(sent.url))
        page.goto(where)
        page.wait_for_selector("#said .big")
        page.wait_for_selector("#map *")
        opened.append(page)
        return page

    yield visit
    for page in opened:
        page.close()
    assert faults == []


def ask(page, question):
    page.fill("#query", question)
    page.press("#query", "Enter")
    page.wait_for_function(
        "words => document.querySelector('#said .understood')?.innerText.includes(words)", arg=question
    )
    return page.inner_text("#said .big")


def test_questions_get_answers_with_their_reasons(visit):
    page = visit()
    page.select_option("#recording", "a")
    assert ask(page, "exists x. man(x) & hold(x, the y. bat(y))").startswith("yes")
    page.wait_for_selector(".trace .witness")
    assert ask(page, "exists x. dog(x)").startswith("no")
    page.fill("#query", "What is the man holding?")
    page.press("#query", "Enter")
    page.wait_for_selector("#said .ranked")
    assert page.inner_text("#said .big").startswith("bat")


def test_a_node_shows_what_carries_it_and_a_condition_changes_the_graph_and_the_link_brings_all_back(visit):
    page = visit()
    page.select_option("#recording", "a")
    page.click('#graph [aria-label^="man,"]')
    page.wait_for_function("() => document.querySelector('#detail code')?.innerText.includes('man')")
    overlay = page.inner_html("#map")
    page.click('#graph [aria-label^="bat,"]')
    page.wait_for_function("before => document.querySelector('#map').innerHTML !== before", arg=overlay)
    graph = page.inner_html("#graph")
    page.click("text=Say it is false")
    page.wait_for_selector("#given .chip")
    page.wait_for_function("before => document.querySelector('#graph').innerHTML !== before", arg=graph)
    assert page.query_selector("#graph .fell") is not None
    shown = page.inner_html("#graph"), page.inner_text("#given"), page.inner_text("#detail")
    again = visit(page.url)
    again.wait_for_selector("#given .chip")
    again.wait_for_function("shown => document.querySelector('#graph').innerHTML === shown", arg=shown[0])
    assert (again.inner_text("#given"), again.inner_text("#detail")) == shown[1:]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_anyone_from_reading_it(visit, scheme):
    page = visit(color_scheme=scheme)
    ask(page, "exists x. man(x)")
    found = [one for one in axe.Axe().run(page)["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_it_fits_a_phone(visit):
    page = visit(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    graph = page.query_selector("#graph svg").bounding_box()
    assert graph["x"] >= 0
    assert graph["x"] + graph["width"] <= 390
    assert graph["width"] >= 0.8 * float(page.get_attribute("#graph svg", "width"))  # and can be read


def test_the_brain_has_an_outline_and_a_part_of_it_leads_to_what_it_carries(visit):
    page = visit()
    page.select_option("#recording", "a")
    page.wait_for_selector("#map .line", state="attached")
    assert "MNI152" in page.inner_text("#map .space")
    page.wait_for_selector("#graph .thing")
    page.click("#map .bar >> nth=0")
    page.wait_for_selector("#map .mark.selected", state="attached")
    page.wait_for_selector("#graph .carried", state="attached")


def test_a_threshold_greys_what_is_below_and_stands_in_the_link(visit):
    page = visit()
    page.wait_for_selector("#map .mark", state="attached")
    assert page.query_selector("#map .below") is None
    page.fill("#map input[type=range]", "0.6")
    page.wait_for_selector("#map .below", state="attached")
    again = visit(page.url)
    again.wait_for_selector("#map .below", state="attached")
