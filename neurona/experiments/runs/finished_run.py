"""A finished run, opened again. Nothing heavy is imported before it is asked for, so that a query is answered at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from neurona.errors import DataError
from neurona.readings import Reading, open_reading
from neurona.stored import is_stored

if TYPE_CHECKING:
    from neurona.decoders import FittedDecoder
    from neurona.experiments.schema import Config

READING = "reading"
"""Folder of the reading in a run directory."""
PEERS, TEXTS = "peers.parquet", "texts.parquet"
"""What classical decoders answered."""
DECODERS, DECODER = "decoders", "decoder"
"""Folders of the folds' decoders, and of the decoder that was fitted to all recordings."""


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        folder: its directory.
    """

    folder: Path

    @cached_property
    def config(self) -> Config:
        """Of the experiment.

        Raises:
            ConfigError: it is of another version of Neurona.
        """
        from neurona.experiments.config import load_config  # imports every decoder

        return load_config(self.folder / "config.yaml")

    @cached_property
    def reading(self) -> Reading:
        """What its decoders say about the recordings that were held out of their training: what the run's answers were read from.

        Raises:
            DataError: the decoder has no reading, or it is damaged.
        """
        if not (self.folder / READING).is_dir():
            raise DataError(
                f"{self.folder / READING}: missing, for decoder {self.config.decoder.kind!r} answers questions and has no reading (run the experiment "
                f"with another, e.g. --set decoder=explain), or folds test the same recordings (read some with one of {self.folder / DECODERS})"
            )
        return open_reading(self.folder / READING)

    @cached_property
    def decoder(self) -> FittedDecoder:
        """The decoder that was fitted to all recordings when the run ended, for recordings that were in no experiment.

        Raises:
            DataError: the run kept none, or it is damaged.
        """
        from neurona.decoders import load_decoder

        if not is_stored(self.folder / DECODER):
            raise DataError(
                f"{self.folder / DECODER}: missing; run the experiment with --set evaluation.fit_all=true, and with a decoder that reads "
                f"({self.config.decoder.kind} is this run's), or name the decoder of a fold in {self.folder / DECODERS}"
            )
        return load_decoder(self.folder / DECODER)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The test questions with their answers."""
        return pd.read_parquet(self.folder / "predictions.parquet")

    @cached_property
    def peers(self) -> pd.DataFrame | None:
        """What classical decoders answered, see `neurona.experiments.runs.peers`; None where the config names none."""
        path = self.folder / PEERS
        return pd.read_parquet(path) if path.exists() else None

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What `neurona.experiments.runs.runner.run` returned."""
        found: dict[str, Any] = json.loads((self.folder / "metrics.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Versions, commit, device, data and their checksums; see `run_folder.provenance`."""
        found: dict[str, Any] = json.loads((self.folder / "provenance.json").read_text(encoding="utf-8"))
        return found


def open_run(folder: str | Path) -> Run:
    """Open the directory of a finished run.

    Raises:
        DataError: no such run, or it did not come to its end.

    Examples:
        >>> import neurona as nr
        >>> nr.open_run("runs/quickstart").reading.ask("Is there a man?")
        Traceback (most recent call last):
        ...
        neurona.errors.DataError: runs/quickstart/config.yaml: missing; name the directory of a finished run (see `neurona run`)
    """
    folder = Path(folder)
    for name in ("config.yaml", "metrics.json"):
        if not (folder / name).exists():
            raise DataError(f"{folder / name}: missing; name the directory of a finished run (see `neurona run`)")
    return Run(folder)


def decoder_of(folder: str | Path) -> FittedDecoder:
    """The decoder that a finished run fitted to all its recordings, or one in a folder of its own.

    Raises:
        DataError: neither.
    """
    from neurona.decoders import load_decoder

    return load_decoder(folder) if is_stored(folder) else open_run(folder).decoder
