"""Every error opstui raises on purpose.

    OpstuiError                what failed, why, and what to do next
    ├── UsageError             a command was called wrongly (exit 2)
    │   └── QueryError         a query has a mistake at a column
    ├── ConfigError            a config file cannot be used (exit 2)
    ├── StoreError             the store cannot be read or written
    │   ├── StoreTooNew        written by a newer opstui
    │   ├── StoreCorrupt       SQLite found damage
    │   ├── StoreReadOnly      the file or its folder cannot be written
    │   ├── StoreFull          the disk is full
    │   └── StoreBusy          another process held the write lock too long
    ├── PluginError            a connector cannot be loaded or broke its contract
    ├── SourceError            a source could not be pulled or written to
    │   ├── SourceUnavailable  try again later; nothing is wrong with the config
    │   │   └── AnswerLost     a change was sent and nobody knows whether it arrived
    │   ├── SourceRefused      the source said no: credentials, rights, wrong address
    │   └── WriteRefused       the source said no to one change; others may go through
    ├── Refused                a verdict does not apply to an item
    └── Interrupted            the user stopped a long command (exit 130)

Catch them at two borders only: the worker's and the command line's.
"""

from __future__ import annotations


class OpstuiError(Exception):
    """Base of all: ``what`` failed, ``why`` in plain words, ``next_step`` names the key or command that helps."""

    exit_code = 1

    def __init__(self, what: str, why: str = "", next_step: str = "") -> None:
        self.what = what
        self.why = why
        self.next_step = next_step
        super().__init__(what, why, next_step)

    def __str__(self) -> str:
        text = self.what + (f": {self.why}" if self.why else "")
        return text + (f". {self.next_step}" if self.next_step else "")


class UsageError(OpstuiError):
    """A command was called wrongly."""

    exit_code = 2


class QueryError(UsageError):
    """A query has a mistake; ``column`` counts characters from 1."""

    def __init__(self, what: str, why: str = "", next_step: str = "", *, column: int = 1) -> None:
        super().__init__(what, why, next_step)
        self.column = column


class ConfigError(OpstuiError):
    """A config file cannot be used; ``findings`` holds every finding, one line each."""

    exit_code = 2

    def __init__(self, what: str, why: str = "", next_step: str = "", *, findings: tuple[str, ...] = ()) -> None:
        super().__init__(what, why, next_step)
        self.findings = findings


class StoreError(OpstuiError):
    """The store cannot be read or written."""


class StoreTooNew(StoreError):
    """The file was written by a newer opstui."""


class StoreCorrupt(StoreError):
    """SQLite found damage in the file."""


class StoreReadOnly(StoreError):
    """The file or its folder cannot be written."""


class StoreFull(StoreError):
    """The disk is full."""


class StoreBusy(StoreError):
    """Another process held the write lock for too long."""


class PluginError(OpstuiError):
    """A connector cannot be loaded or broke its contract; ``plugin`` and ``distribution`` name it and who ships it."""

    def __init__(self, what: str, why: str = "", next_step: str = "", *, plugin: str = "", distribution: str = "") -> None:
        super().__init__(what, why, next_step)
        self.plugin = plugin
        self.distribution = distribution


class SourceError(OpstuiError):
    """A source could not be pulled or written to."""


class SourceUnavailable(SourceError):
    """The source did not answer or is busy; ``retry_after`` is in seconds when the source named one."""

    def __init__(self, what: str, why: str = "", next_step: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(what, why, next_step)
        self.retry_after = retry_after


class SourceRefused(SourceError):
    """The source said no: credentials, rights, a wrong address, a missing file."""


class AnswerLost(SourceUnavailable):
    """A change was sent and no answer came: it may have been applied. Look before it is sent again."""


class WriteRefused(SourceError):
    """The source said no to this one change: a missing field, no right on this item, a transition that there is not."""


class Refused(OpstuiError):
    """A verdict does not apply to an item; ``ref`` names it."""

    def __init__(self, what: str, why: str = "", next_step: str = "", *, ref: str = "") -> None:
        super().__init__(what, why, next_step)
        self.ref = ref


class Interrupted(OpstuiError):
    """The user stopped a long command; what it had done is kept."""

    exit_code = 130
