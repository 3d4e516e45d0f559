"""What a user calls first: data by name or folder, a decoder fitted to them, and one that was kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from neurona.datasets.dataset import Dataset, open_dataset

if TYPE_CHECKING:
    from neurona.decoders import FittedDecoder


def load_dataset(name: str | Path, path: str | Path | None = None, **settings: Any) -> Dataset:
    """A data set by its name, or in a folder.

    Args:
        name: of a data set that Neurona knows (`neurona data list`), which is fetched once; or the folder of a converted one.
        path: where the data set of that name lies, as obtained; the cache when None.
        settings: of the data set, where it has some: `load_dataset("eegmmidb", subjects=[1, 2])`.

    Raises:
        DataError: there is no such data set, or it cannot be fetched or read.
        ConfigError: it has no such settings.

    Examples:
        >>> import neurona as nr
        >>> nr.load_dataset("haxby201")
        Traceback (most recent call last):
        ...
        neurona.errors.DataError: unknown dataset 'haxby201'; did you mean 'haxby2001'?
    """
    folder = Path(name)
    if path is None and not settings and (folder / "dataset.json").is_file():
        return open_dataset(folder)
    from neurona.datasets.registry import source

    return source(str(name), settings).read(None if path is None else Path(path), Console(quiet=True))


def fit(data: Dataset, decoder: Any = "explain", **options: Any) -> FittedDecoder:
    """Fit a decoder to all recordings of a data set.

    Args:
        data: recordings, and questions with their answers.
        decoder: kind of decoder, or its settings.
        options: of `neurona.decoders.fit_decoder`: entities, align, seed, training, validation, facts, context.

    Returns:
        What reads recordings that were in no experiment (`read`), and is kept by `save`.

    Raises:
        ConfigError: no such kind of decoder, or one that cannot read.
        DataError: no questions, or recordings that do not allow it.

    Examples:
        >>> import numpy as np, neurona as nr
        >>> signal = np.random.default_rng(0).normal(size=(40, 6)) + 3 * np.eye(6)[np.arange(40) % 2]
        >>> data = nr.Dataset.from_arrays(signal[:30], ["face", "house"] * 15)
        >>> decoder = nr.fit(data, "linear_evidence")
        >>> reading = decoder.read(nr.Dataset.from_arrays(signal[30:]))
        >>> reading.ask("Is there a face?", "recording-0000").answer.item()
        'yes'
    """
    from neurona.decoders import fit_decoder

    return fit_decoder(data, decoder, **options)


def load(folder: str | Path) -> FittedDecoder:
    """A decoder that was kept; every file is checked.

    Raises:
        DataError: it is no decoder, of another version of Neurona, or damaged.

    Examples:
        >>> import tempfile, numpy as np, neurona as nr
        >>> signal = np.random.default_rng(0).normal(size=(40, 6)) + 3 * np.eye(6)[np.arange(40) % 2]
        >>> data = nr.Dataset.from_arrays(signal, ["face", "house"] * 20)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     kept = nr.fit(data, "linear_evidence").save(f"{folder}/decoder")
        ...     reading = nr.load(kept).read(data)
        >>> reading.ask("exists x. house(x)").answer.tolist()[:2]
        ['no', 'yes']
    """
    from neurona.decoders import load_decoder

    return load_decoder(folder)
