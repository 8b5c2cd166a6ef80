"""An app that only hosts a dialog, and a desk that keeps drafts in memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Person
from opstui.domain.views import Preview
from opstui.domain.when import parse_when
from opstui.ui.present import Look
from opstui.ui.theme import DARK
from tests.support.build import MORNING

LONDON = ZoneInfo("Europe/London")
CALENDAR = WorkCalendar(LONDON, time(8), time(17), frozenset(range(5)), frozenset())
LOOK = Look(zone=LONDON)
HOSTILE = (
    "[b]bold[/nope] [@click=app.quit]go[/] \x1b]0;title\x07\x1b[31mred \u202egnp.exe 👩‍👩‍👧 مرحبا e\u0301\u0301\u0301 \u200b"
)
"""Markup that would run or crash, escapes, a bidi override, joined emoji, right-to-left, stacked accents, zero width."""


def when(text: str) -> datetime:
    """What words mean on that Friday morning."""
    return parse_when(text, MORNING, CALENDAR)


class Host(App[Any]):
    """One dialog over a quiet page; ``answer`` is what it gave, ``answered`` whether it closed."""

    CSS = "Screen { overflow: hidden; }"

    def __init__(self, dialog: ModalScreen[Any], look: Look = LOOK) -> None:
        super().__init__()
        self.look = look
        self.dialog = dialog
        self.answer: Any = None
        self.answered = False
        self.register_theme(DARK)
        self.theme = DARK.name
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield Static(Content("\n".join(f" jira:OPS-{n}  something that waits for a verdict" for n in range(60, 100))))

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self._answered)

    def _answered(self, answer: Any) -> None:
        self.answer, self.answered = answer, True


class DraftDesk:
    """What editors ask of the desk; ``fails`` makes writing raise."""

    def __init__(self, **drafts: str) -> None:
        self.drafts = dict(drafts)
        self.fails: Exception | None = None
        self.saved: list[tuple[str, str]] = []

    def now(self) -> datetime:
        return MORNING

    def when(self, text: str) -> datetime:
        return when(text)

    def people(self) -> tuple[Person, ...]:
        return (Person("Ana Ruiz"), Person("Bo Lind"))

    def undo_list(self, limit: int = 20) -> tuple[Preview, ...]:
        return ()

    def draft(self, slot: str) -> str:
        return self.drafts.get(slot, "")

    def save_draft(self, slot: str, text: str) -> None:
        if self.fails:
            raise self.fails
        self.saved.append((slot, text))
        self.drafts[slot] = text

    def drop_draft(self, slot: str) -> None:
        self.drafts.pop(slot, None)

    def submit(self, do: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(do(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
            future.set_exception(error)
        return future


def screen_text(app: App[Any]) -> str:
    """What the dialog on top shows, line by line."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
