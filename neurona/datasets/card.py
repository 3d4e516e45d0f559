"""Data cards: `data_cards/<dataset>.md`, front matter that code reads and prose that people read."""

from __future__ import annotations

from pathlib import Path

import yaml

from neurona.errors import DataError, nearest_name
from neurona.programs import Vocabulary
from neurona.validated import Section, validated


class _Words(Section):
    concepts: tuple[str, ...]
    relations: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = {}
    definitions: dict[str, str] = {}
    axioms: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    paired: dict[str, str] = {}


class RecordingFacts(Section):
    """What a data set's files leave unsaid: units, sampling (Hz), time of the first sample (s), channels."""

    modality: str
    units: str
    sampling_hz: float
    start_s: float = 0.0
    channels: tuple[str, ...]
    montage: str | None = None


class PublicFiles(Section):
    """Where a data set's files lie in a public GitHub repository: repository (owner/name), commit, folder."""

    repository: str
    commit: str
    path: str

    def address(self, file: str) -> str:
        """Of one file."""
        return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{self.path}/{file}"


class DataCard(Section):
    """The front matter of a data card.

    Where nobody may pass the data on, `obtain` says what the user must get and where to put it. `unverified` lists statements that are
    taken from publications and were not checked on the files. `words` is None where the vocabulary comes from the questions.
    """

    name: str
    title: str
    version: str
    licence: str
    citation: str
    source: str
    files: dict[str, str] = {}
    public: PublicFiles | None = None
    layout: str
    subjects: int
    sampling: str
    known_faults: list[str] = []
    labels: dict[str, str] = {}
    archive: str | None = None
    recording: RecordingFacts | None = None
    obtain: str | None = None
    unverified: list[str] = []
    words: _Words | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of its questions.

        Raises:
            DataError: they come with the converted data set, not from the card.
        """
        if self.words is None:
            raise DataError(f"{self.name}: its vocabulary is made from its questions; open the converted data set")
        return Vocabulary(**self.words.model_dump())


def cards_folder() -> Path:
    """Where the cards lie: in the installed package, else in the checkout."""
    inside = Path(__file__).parents[1] / "data_cards"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data_cards"


def has_card(name: str) -> bool:
    """Whether a data set of that name has a card among ours."""
    return (cards_folder() / f"{name}.md").is_file()


def read_card(name: str) -> DataCard:
    """The card of a data set.

    Raises:
        DataError: no such data set, or a card that does not fit the schema.
    """
    if not has_card(name):
        known = [card.stem for card in cards_folder().glob("*.md")]
        raise DataError(f"unknown dataset {name!r}{nearest_name(name, known)}")
    return read_card_file(cards_folder() / f"{name}.md")


def read_card_file(path: Path) -> DataCard:
    """The front matter of one file.

    Raises:
        DataError: it is missing, damaged, or does not fit the schema.
    """
    try:
        text = path.read_text(encoding="utf-8").removeprefix("---\n")
        front = yaml.safe_load(text[: text.index("\n---\n")])
        front["words"] = front.pop("vocabulary", None)
    except (OSError, yaml.YAMLError, AttributeError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read ({error}); expected front matter between two lines of three dashes"
        ) from error
    card: DataCard = validated(DataCard, front, path)
    return card


def write_card(card: DataCard, path: Path, prose: str) -> None:
    """Write a card that `read_card_file` reads.

    Raises:
        OSError: it cannot be written.
    """
    front = card.model_dump(mode="json", exclude_defaults=True)
    if "words" in front:
        front["vocabulary"] = front.pop("words")
    text = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)
    path.write_text(f"---\n{text}---\n# {card.title}\n\n{prose}\n", encoding="utf-8")
