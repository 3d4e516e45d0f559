"""A decoder that has left the laboratory: it reads one trial after another and answers questions, with NumPy alone.

    import sys; sys.path.insert(0, "decoder.zip")
    from neurona_runtime import load

    decoder = load("decoder.zip")
    for trial in trials:                                  # each [channel, time], in the units of decoder.expected
        print(decoder.read(trial).ask("Is there a face?").probability)

`neurona export` puts these files into every file that it writes, so that nothing needs to be installed with it: `python decoder.zip trials.npy`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .asking import Answer, answered, averaged, of_scores, of_worlds
from .graph import Graph

__all__ = ["Answer", "ExportedDecoder", "Trial", "load"]


@dataclass(frozen=True, eq=False)
class ExportedDecoder:
    """An exported decoder.

    Attributes:
        manifest: all that the file says of it: words, entities, channels, preprocessing, semantics, checksums.
        path: from a trial to scores, or to the shares of worlds.
        templates: programs that differ in their words alone, executed together.
        truths: of questions about worlds, in which worlds each choice is right.
    """

    manifest: Mapping[str, Any]
    path: Graph = field(repr=False)
    templates: Sequence[Graph] = field(repr=False)
    truths: np.ndarray | None = field(repr=False)

    @property
    def expected(self) -> Mapping[str, Any]:
        """What a trial must be: channels in order, samples, Hz, units."""
        found: Mapping[str, Any] = self.manifest["recording"]
        return found

    @property
    def questions(self) -> tuple[str, ...]:
        """All that can be asked, as it was written when the decoder was exported."""
        return tuple(self._place)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {asked["text"]: k for k, asked in enumerate(self.manifest["questions"])}

    def read(self, signal: np.ndarray, subject: str = "") -> Trial:
        """What the decoder says of one trial.

        Args:
            signal: `[channel, time]`, preprocessed as the manifest says, in its units.
            subject: whose trial it is, where the decoder knows several people.

        Raises:
            ValueError: the trial has another shape, or values that are no numbers.
        """
        shape = len(self.expected["channels"]), self.expected["n_times"]
        values = np.asarray(signal, np.float32)
        if values.shape != shape:
            raise ValueError(f"a trial of shape {values.shape}; expected {shape}: channels x samples")
        if not np.isfinite(values).all():
            raise ValueError("the trial holds values that are no numbers (NaN or infinite); leave it out, or mend it")
        return Trial(self, self.path(signal=values), subject)

    def stream(self, trials: Any, subject: str = "") -> Iterator[Trial]:
        """One trial after another, of an array or of anything that yields them."""
        for signal in trials:
            yield self.read(signal, subject)


@dataclass(eq=False)
class Trial:
    """What a decoder says of one trial, before anything is asked.

    Attributes:
        decoder: that says it.
        outputs: scores of words on entities, or the log share of each world, up to a constant.
        subject: whose trial it is.
    """

    decoder: ExportedDecoder
    outputs: Mapping[str, np.ndarray] = field(repr=False)
    subject: str = ""
    _executed: dict[tuple[int, int], np.ndarray] = field(default_factory=dict, repr=False)

    def ask(self, question: str) -> Answer:
        """The answer to one question.

        Raises:
            KeyError: the decoder was exported without it.
        """
        place = self.decoder._place.get(question)
        if place is None:
            raise KeyError(f"{question!r} was not exported; export the decoder again with --ask {question!r}")
        return self._asked(place)

    def ask_all(self) -> list[Answer]:
        """The answers to all questions of the file."""
        return [self._asked(place) for place in range(len(self.decoder.manifest["questions"]))]

    def _asked(self, place: int) -> Answer:
        question = self.decoder.manifest["questions"][place]
        if not question["of"]:
            return self._closed(question)
        # Who, what, where: the choice that is likeliest to be answered with yes.
        each = [self._closed(one) for one in question["of"]]
        best = int(np.argmax(np.nan_to_num([one.probability for one in each], nan=-1.0)))
        return each[best]._replace(question=question["text"], answer=question["choices"][best])

    def _closed(self, question: Mapping[str, Any]) -> Answer:
        manifest = self.decoder.manifest
        if manifest["form"] == "worlds":
            assert self.decoder.truths is not None
            first, last = question["rows"]
            believed = of_worlds(question, self.decoder.truths[first:last], self.share)
        else:
            each = [
                self._scored(question["template"], member)[question["row"]] for member in range(manifest["members"])
            ]
            believed = of_scores(
                question, averaged(list(map(np.atleast_1d, each)), question["kind"]), manifest["temperature"]
            )
        return answered(question, believed, manifest["asking"], self.subject)

    @cached_property
    def share(self) -> np.ndarray:
        """How probable each listed world is."""
        logs = self.outputs["log_share"].astype(np.float64)
        share = np.exp(logs - logs.max())
        found: np.ndarray = share / share.sum()
        return found

    def _scored(self, template: int, member: int) -> np.ndarray:
        """All questions of a template, executed together when the first is asked."""
        if (template, member) not in self._executed:
            graph = self.decoder.templates[template]
            scores = {name: self.outputs[f"{member} {name}"] for name in graph.inputs}
            self._executed[template, member] = graph(**scores)["answer"]
        return self._executed[template, member]


def load(path: str | Path) -> ExportedDecoder:
    """Open a file that `neurona export` wrote; every part of it is checked.

    Raises:
        ValueError: it is no such file, or a part of it was changed or damaged.
    """
    with zipfile.ZipFile(path) as file:
        if "manifest.json" not in file.namelist():
            raise ValueError(f"{path}: no decoder that neurona export wrote (no manifest.json in it)")
        manifest = json.loads(file.read("manifest.json"))
        for name, expected in manifest["checksums"].items():
            if hashlib.sha256(file.read(name)).hexdigest() != expected:
                raise ValueError(f"{path}: {name} was changed or damaged; export the decoder again")
        held = {
            name: np.load(io.BytesIO(file.read(f"arrays/{number}.npy"))) for name, number in manifest["arrays"].items()
        }
        graphs = json.loads(file.read("graphs.json"))
    arrays = {name: _whole(array, held.get(f"{name} scale")) for name, array in held.items()}
    truths = None
    if "truths" in arrays:
        truths = np.unpackbits(arrays["truths"], axis=1, count=manifest["worlds"]).astype(np.float64)
    return ExportedDecoder(
        manifest, Graph(graphs["path"], arrays), [Graph(one, arrays) for one in graphs["templates"]], truths
    )


def _whole(array: np.ndarray, scale: np.ndarray | None) -> np.ndarray:
    """Weights of 8 bits as numbers again."""
    return array if scale is None else array.astype(scale.dtype) * scale
