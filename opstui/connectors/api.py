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

from opstui.domain.model import Item, Person

if TYPE_CHECKING:
    import logging
from opstui.errors import ConfigError

API_VERSION = 1
"""The version of this interface. A connector that declares another is quarantined."""

GROUP = "opstui.connectors"
"""The entry-point group."""

OPTION_TYPES = frozenset({"str", "int", "bool", "path", "list", "table", "secret"})
"""What ``Option.type`` may be."""

VERBS = frozenset({"comment", "assign", "transition", "priority", "due", "labels", "create"})
"""The changes that a connector may be asked to make."""

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


@dataclass(frozen=True, slots=True)
class Write:
    """One change meant for one item at its source. ``value`` is JSON and depends on ``verb``:

    - ``comment``: ``{"text": str}``
    - ``assign``: ``{"name": str, "aliases": [str, …], "email": str | None}``, or None to unassign
    - ``transition``: ``{"status": str, "id": str, "fields": {name: value}}``; ``id`` is that of a ``Move`` and may be empty
    - ``priority``: ``{"priority": 1…5, "label": str}``; ``label`` may be empty
    - ``due``: an ISO date, or None for no date
    - ``labels``: ``{"add": [str, …], "remove": [str, …]}``
    - ``create``: ``{"title": str, "body": str, "fields": {…}}``; ``key`` is empty

    ``uid`` is the same for every try, for sources that can tell by it that a change is already there. ``tried`` is when
    it was last sent, None before that. ``taken`` holds the ids of comments or items that other writes of ours are known
    to have made: ``look`` must not take one of these for this write's.
    """

    uid: str
    verb: str
    key: str
    value: Any
    made: datetime
    tried: datetime | None = None
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a write. ``id`` names what it made (a comment, an item's key), for looking and for taking back.

    ``value`` is what the field should read as afterwards where the source words it in its own way (the name of the
    person assigned, the status moved to, the priority's label); empty where the wanted value says it.
    """

    id: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class MoveField:
    """A field that a transition asks for. ``choices`` are what it may hold (empty: free text)."""

    name: str
    title: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A transition that an item can make now: its id at the source, its title, the status it leads to, what it asks for."""

    id: str
    title: str
    status: str
    stage: str = ""
    fields: tuple[MoveField, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a source says about our use of it; None where it does not say. ``calls`` counts requests of this run."""

    calls: int = 0
    quota_left: int | None = None
    quota_limit: int | None = None
    quota_reset: datetime | None = None
    expires: datetime | None = None
    """When the credential ends."""
    account: str = ""
    """Whose credential it is, as the source names that person."""


@dataclass(frozen=True, slots=True)
class Network:
    """How to reach the network: ``proxy`` (URL; empty: what the environment says), hosts reached without it, a CA file."""

    proxy: str = ""
    no_proxy: tuple[str, ...] = ()
    ca: Path | None = None


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
    usage: Callable[[Usage], None] = lambda usage: None
    """To be told of calls, quota and the credential's end; the last telling counts."""
    network: Network = field(default_factory=Network)
    people: tuple[Person, ...] = ()
    """The people of the config, to match accounts with: an item's owner should be one of their names where it can be."""

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
    """Which of ``VERBS`` it can carry out; empty: it can only be read."""
    takes_back: ClassVar[frozenset[str]] = frozenset()
    """Of these, the verbs whose effect ``take_back`` can undo. Those that set a field are undone by setting it again."""

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

    # -- writing; only asked of connectors that name verbs

    def fetch(self, key: str) -> Item | None:
        """One item as it stands now, None when it is not there. Asked before and after every write.

        Raises:
            SourceUnavailable, SourceRefused: as for ``pull``.
        """
        raise NotImplementedError

    def push(self, write: Write) -> Pushed:
        """Make one change, once. Never send it a second time by yourself.

        Raises:
            WriteRefused: the source said no to this change and will say so again.
            AnswerLost: it was sent, and nobody knows whether it arrived.
            SourceUnavailable: it was certainly not applied; it can be sent again later.
            SourceRefused: nothing can be written until somebody changes something (credentials, rights).
        """
        raise NotImplementedError

    def look(self, write: Write) -> Pushed | None:
        """Whether a ``comment`` or ``create`` whose answer was lost is there already; None when it is not.

        Raises:
            SourceUnavailable, SourceRefused: as for ``pull``.
        """
        raise NotImplementedError

    def take_back(self, write: Write, id: str) -> None:
        """Undo a ``comment`` or ``create`` that made ``id``; nothing happens when it is gone already.

        Raises:
            As ``push``.
        """
        raise NotImplementedError

    def moves(self, key: str) -> tuple[Move, ...]:
        """The transitions an item can make now, with the fields they ask for.

        Raises:
            SourceUnavailable, SourceRefused: as for ``pull``.
        """
        raise NotImplementedError

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
