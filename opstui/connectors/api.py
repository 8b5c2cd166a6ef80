"""What a connector is. This module is public: plugins are written against it.

A connector pulls one source and hands over pages of items. It runs in a process of its own: it may block, use
threads or asyncio, and raise. It must never write to the store and never be imported by the app.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from opstui.domain.model import Item

if TYPE_CHECKING:
    import logging
from opstui.errors import ConfigError

API_VERSION = 1
"""The version of this interface. A connector that declares another is quarantined."""

GROUP = "opstui.connectors"
"""The entry-point group."""

OPTION_TYPES = frozenset({"str", "int", "bool", "path", "list", "table", "secret"})
"""What ``Option.type`` may be."""

Cursor = Mapping[str, Any]
"""Where a pull stopped: opaque to opstui, JSON-able, saved in the same transaction as the page that carries it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option a source of this connector takes under ``[sources.options]``.

    ``type`` is one of str, int, bool, path, list, table, secret. ``path`` is resolved against the config file's
    folder before the connector sees it; ``secret`` arrives as its value and must never be logged. ``check`` is called
    with the value and raises ValueError, whose text the user reads.
    """

    name: str
    type: str
    help: str
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    example: Any = None
    check: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that did not come in: ``where`` (``file:line`` or a key), ``reason`` in plain words, a short ``sample``."""

    where: str
    reason: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a source, applied in one transaction with their cursor. Keep a page under about 1000 items.

    ``deleted`` holds keys the source positively says are gone. ``unchanged`` counts records that were seen and skipped
    because ``Known`` had their fingerprint.
    """

    items: tuple[Item, ...] = ()
    deleted: tuple[str, ...] = ()
    cursor: Cursor | None = None
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()


class Known(Protocol):
    """What the store holds of this source, so that a connector can skip what did not change."""

    def fingerprints(self) -> Mapping[str, str]:
        """Key -> fingerprint of every item of this source that is not gone. Read once, on the first call."""

    def open_keys(self) -> Set[str]:
        """Keys of the items of this source that are not done and not gone."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a connector gets besides its options.

    ``progress(done, total, unit)`` may be called as often as convenient; ``total`` is None when unknown.
    ``note(text)`` records something the user should see in the source's health (an assumption made, a column ignored).
    """

    source: str
    timezone: tzinfo
    now: Callable[[], datetime]
    folder: Path
    progress: Callable[[int, int | None, str], None] = lambda done, total, unit: None
    note: Callable[[str], None] = lambda text: None

    @property
    def log(self) -> logging.Logger:
        """For whoever has to mend the connector: warnings and worse are kept, up to the last 64 kB of a pull."""
        from logging import getLogger  # most pulls have nothing to say

        return getLogger(f"opstui.connector.{self.source}")


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column or field of a source was taken for: an item's attribute, its own name, some values, and why."""

    attribute: str
    column: str
    samples: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a connector found out about a source before it is configured.

    ``options`` is what should be written to the config. ``unused`` names the columns that are kept but stand for no
    attribute, ``rows`` counts the records, ``title`` says what the source looks like. ``missing`` holds options without
    which it cannot be read, each with a value that may do: then nothing is written before somebody has said them.
    """

    options: Mapping[str, Any]
    guesses: tuple[Guess, ...] = ()
    notes: tuple[str, ...] = ()
    rows: int | None = None
    title: str = ""
    unused: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)


class Connector(ABC):
    """One kind of system. Subclass it and register the class under the entry-point group ``opstui.connectors``."""

    name: ClassVar[str]
    """What a config calls it."""
    title: ClassVar[str]
    """What a person calls it."""
    api_version: ClassVar[int]
    """The ``API_VERSION`` it was written for, as a literal."""
    options: ClassVar[tuple[Option, ...]] = ()
    verbs: ClassVar[frozenset[str]] = frozenset()
    """Which of comment, assign, transition, priority, due, labels, create it can carry out. None yet means read-only."""

    def __init__(self, options: Mapping[str, Any], context: Context) -> None:
        """Keep the options; do no I/O.

        Raises:
            ConfigError: an option has a value that can never work.
        """
        self.config = options
        self.context = context

    @abstractmethod
    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """Yield what is new since ``cursor`` (None: everything), oldest first where the source allows.

        Each page is applied before the next is asked for. After an interruption the pull starts again from the last
        page's cursor, so a cursor must be true after its page and all before it.

        Raises:
            SourceUnavailable: try again later; what was yielded stays.
            SourceRefused: it will not work until somebody changes something.
        """

    def check(self) -> str:
        """Try the source without pulling it and say in one line what was found.

        Raises:
            SourceUnavailable, SourceRefused: as for ``pull``.
        """
        return "not checked: this connector has no check"

    def watched(self) -> tuple[Path, ...]:
        """Local files and folders whose change means that a pull is worth while; empty for network sources."""
        return ()

    @classmethod
    def suggest(cls, options: Mapping[str, Any], context: Context) -> Suggestion:
        """Look at a source with what options there are and say how it should be configured; ``opstui init`` asks.

        Raises:
            SourceUnavailable, SourceRefused: as for ``pull``.
            ConfigError: this connector cannot guess, or an option is wrong.
        """
        why = "this connector has to be configured by hand"
        raise ConfigError(f"{cls.title} cannot be guessed", why, "Its options are in opstui plugin list.")
