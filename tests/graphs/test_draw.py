"""The picture of a concept graph: what is written in it, and that no text hides another."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import pytest
from graphs.fake_source import PROBABILITIES, SCENE, FakeSource
from matplotlib.image import imread

from neurona.errors import OutputError
from neurona.graphs import concept_graph
from neurona.graphs.draw import draw, picture
from neurona.programs import Vocabulary
from neurona.programs.facts import Fact

TRUTH = frozenset({Fact("hold", ("man", "bat")), Fact("red", ("bat",)), Fact("look_at", ("dog", "ball"))})
MANY = ("man", "woman", "table", "dog", "cup", "tree", "bicycle")


def graph(
    facts=PROBABILITIES, truth=None, vocabulary=SCENE, things=("man", "bat", "ball", "dog"), entities=6, **options
):
    marks = {name: options.pop(name, False) for name in ("simulated", "paired")}
    source = FakeSource(facts, things, vocabulary, entities, **marks)
    return concept_graph(source, "image-7", truth=truth, **options)


def face(**options):
    words = ("face", "cat", "house")
    vocabulary = Vocabulary(words, definitions={"animate": "face(x) | cat(x)"})
    return graph({Fact("face"): 0.93, Fact("animate"): 0.95}, vocabulary=vocabulary, things=words, **options)


def seven(**options):
    vocabulary = Vocabulary(
        (*MANY, "tall", "wooden", "red"), ("hold", "look_at", "beside", "on", "under", "behind", "ride", "near")
    )
    facts = {Fact(noun): 0.95 - 0.05 * number for number, noun in enumerate(MANY)}
    facts |= {Fact("tall", ("man",)): 0.81, Fact("wooden", ("table",)): 0.77, Fact("red", ("table",)): 0.6}
    for number, (name, *arguments) in enumerate(
        [
            ("hold", "man", "cup"),
            ("look_at", "woman", "dog"),
            ("beside", "man", "woman"),
            ("on", "cup", "table"),
            ("under", "dog", "table"),
            ("behind", "tree", "woman"),
            ("ride", "woman", "bicycle"),
            ("near", "dog", "man"),
        ]
    ):
        facts[Fact(name, tuple(arguments))] = 0.9 - 0.05 * number
    return graph(facts, vocabulary=vocabulary, things=MANY, **options)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


PICTURES = {
    "a face": face,
    "a missed cat": lambda: face(truth=frozenset({Fact("cat")})),
    "a scene": graph,
    "a scene and the true one": lambda: graph(truth=TRUTH, simulated=True),
    "one without carriers": lambda: graph(entities=0),
    "seven things": seven,
    "seven things and the true ones": lambda: seven(truth=TRUTH),
    "the likeliest": lambda: graph(threshold=0.999),
    "nothing": lambda: graph({}, things=()),
    "nothing true": lambda: graph(truth=frozenset()),
}


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_hides_another_or_leaves_the_picture(name):
    figure = picture(PICTURES[name]())
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    for (first, a), (second, b) in combinations(boxes, 2):
        assert not a.overlaps(b), (first, second)
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= width, text
        assert box.y0 >= 0, text
        assert box.y1 <= height, text


def test_the_scene_is_written_with_its_probabilities():
    written = texts(picture(graph()))
    for part in ("man .97", "bat .88", "red .62", "hold .83", "look at .55", "on .51"):
        assert written.count(part) == 1
    assert "quickstart image-7, decoded by explain" in written
    assert not any("dog" in text or "SIMULATED" in text for text in written)


def test_the_true_scene_stands_beside_it():
    written = texts(picture(graph(truth=TRUTH)))
    for part in ("the true scene", "man", "hold", "dog", "look at", "red", "decoded, but false", "true, but missed"):
        assert part in written
    assert written.count("beside") == 0  # decoded, and false


def test_evidence_adds_up_in_the_picture():
    figure = picture(face())
    written = texts(figure)
    row = written[written.index("face") : written.index("face") + 6]
    numbers = [float(number.replace("−", "-")) for number in row[1:]]
    assert sum(numbers[:4]) == pytest.approx(numbers[4], abs=0.03)


def test_one_scale_for_all_lines():
    widths = [patch.get_linewidth() for patch in picture(graph(entities=0)).axes[0].patches]
    for probability in (0.97, 0.88, 0.83, 0.55, 0.62):
        assert any(width == pytest.approx(2.8 * probability) for width in widths)


def test_simulated_data_and_pairs_say_so_even_under_a_given_title():
    written = texts(picture(graph(simulated=True), title="Mine"))
    assert {"Mine", "SIMULATED DATA"} <= set(written)
    assert "PAIRED: two recordings, not shown together" in texts(picture(graph(paired=True), title="Mine"))


def test_what_is_not_drawn_is_counted():
    written = texts(picture(seven(), most_things=3))
    assert "4 less probable things are not drawn" in written
    assert not any("bicycle" in text for text in written)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_file_is_written_and_the_same_twice(tmp_path, monkeypatch, suffix):
    monkeypatch.setitem(mpl.rcParams, "svg.hashsalt", "neurona")
    first, second = (draw(graph(), tmp_path / f"{name}.{suffix}") for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    if suffix == "png":
        assert imread(first).std() > 0.05


def test_unwritable_place_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        draw(graph(), tmp_path / "file" / "g.png")
