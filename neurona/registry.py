"""What there is of a kind, by name: one registering decorator in one file, here or in somebody else's package.

    METRICS = Registry("metric", "neurona.metrics", "neurona.experiments.metrics")

    @METRICS.register("calibration")
    def calibration(found): ...

Other packages name the modules that register theirs under the entry point group. Nothing is imported before a name is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from neurona.errors import ConfigError, nearest_name

T = TypeVar("T")
_Registered = TypeVar("_Registered")


class Registry(Mapping[str, T]):
    """Names, in alphabetical order, and what they stand for.

    Args:
        what: the kind, in a word or two, for messages.
        group: of entry points.
        room: the module, or the package of modules, that registers our own.
    """

    def __init__(self, what: str, group: str, room: str):
        self.what, self.group, self.room = what, group, room
        self._added: dict[str, T] = {}
        self._complete = False

    def register(self, name: str) -> Callable[[_Registered], _Registered]:
        """Register what is decorated.

        Raises:
            ConfigError: the name stands for something else already.
        """

        def decorated(one: _Registered) -> _Registered:
            self.add(name, one)  # type: ignore[arg-type]
            return one

        return decorated

    def add(self, name: str, one: T) -> None:
        """Register without a decorator.

        Raises:
            ConfigError: the name stands for something else already.
        """
        before = self._added.setdefault(name, one)
        if before is not one and _place(before) != _place(one):
            raise ConfigError(f"{self.what} {name!r} is registered twice: {_place(before)} and {_place(one)}")
        self._added[name] = one

    def find(self, name: str) -> T:
        """What a name stands for.

        Raises:
            ConfigError: nothing; the nearest name is suggested.
        """
        if name not in self:
            raise ConfigError(f"no {self.what} {name!r}{nearest_name(name, self)}")
        return self[name]

    def __getitem__(self, name: str) -> T:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._all()))

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, T]:
        """Ours, and those of other packages."""
        if not self._complete:
            for module in _modules(self.room):
                importlib.import_module(module)
            for point in entry_points(group=self.group):
                point.load()
            self._complete = True
        return self._added


def _modules(room: str) -> Iterator[str]:
    module = importlib.import_module(room)
    for one in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield f"{room}.{one.name}"


def _place(one: object) -> str:
    return f"{getattr(one, '__module__', '')}.{getattr(one, '__qualname__', repr(one))}"
