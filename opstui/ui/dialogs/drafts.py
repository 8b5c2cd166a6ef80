"""Drafts: what is being typed is kept in the store while it is typed, until it has become a note, comment or decision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from textual.timer import Timer
from textual.widget import Widget

P = ParamSpec("P")
T = TypeVar("T")

PAUSE_S = 1.0
"""A draft is kept after typing rested for this long, …"""
AT_LEAST_S = 4.0
"""… and this often while it never rests."""


class DraftDesk(Protocol):
    """What an editor asks of the desk."""

    def draft(self, slot: str) -> str: ...
    def save_draft(self, slot: str, text: str) -> None: ...
    def drop_draft(self, slot: str) -> None: ...
    def submit(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]: ...


class DraftKeeper:
    """Keeps one slot while a widget is typed in. The store is written on the desk's writer thread."""

    def __init__(self, desk: DraftDesk, slot: str, owner: Widget, told: Callable[[str], None]) -> None:
        self._desk = desk
        self._slot = slot
        self._owner = owner
        self._told = told
        self._text: str | None = None
        self._kept: str | None = None
        self._last: Future[None] | None = None
        """The last keeping, which may still be under way."""
        self._pause: Timer | None = None
        self._limit: Timer | None = None

    def restore(self) -> str:
        """The draft that was left, empty when none was."""
        self._kept = self._desk.draft(self._slot)
        return self._kept

    def typed(self, text: str) -> None:
        """Something was typed: keep it once typing rests, or now and then when it does not."""
        self._text = text
        if self._pause is not None:
            self._pause.stop()
        self._pause = self._owner.set_timer(PAUSE_S, self.keep)
        if self._limit is None:
            self._limit = self._owner.set_timer(AT_LEAST_S, self.keep)

    def keep(self, then: Callable[[str], None] | None = None) -> None:
        """Keep what was typed, now; ``then`` is told why it could not be, or an empty text once it is."""
        for timer in (self._pause, self._limit):
            if timer is not None:
                timer.stop()
        self._pause = self._limit = None
        text = self._text
        if text is not None and text != (self._kept or ""):
            self._kept = text
            self._last = self._desk.submit(self._desk.save_draft, self._slot, text if text.strip() else "")
            self._last.add_done_callback(partial(self._done, self._told))
        if then is None:
            return
        if self._last is None:
            then("")
        else:
            self._last.add_done_callback(partial(self._done, then))

    def _done(self, told: Callable[[str], None], future: Future[None]) -> None:
        """On the writer thread: say how it went, on the app's."""
        error = future.exception()
        if error is not None:
            self._kept = None  # so that the next pause tries again
        if self._owner.is_attached:
            self._owner.call_later(told, str(error) or type(error).__name__ if error else "")
