"""Leaving while changes wait: they are sent if that takes a moment, and any key leaves the rest for later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.ui.dialogs.frame import Dialog
from opstui.ui.dialogs.lines import counted

if TYPE_CHECKING:
    from opstui.ui.app import OpstuiApp

PATIENCE_S = 6.0
"""So long the engine has to send what waits and to end: its own limit is below that."""
LOOK_S = 0.25


def waiting(app: OpstuiApp) -> int:
    """How many changes could go before the app is left: none where nobody would send them now."""
    if app.engine.why_not or app.engine.elsewhere or app.desk.readonly():
        return 0
    return _waiting(app)


def _waiting(app: OpstuiApp) -> int:
    now, paused = app.now(), {source.name for source in app.sources if source.state == "paused"}
    changes = app.desk.outbox(("pending", "sending"), limit=1000)
    return sum(
        change.source not in paused and (change.state == "sending" or not change.attempts or change.due <= now)
        for change in changes
    )


class Farewell(Dialog[None]):
    """Stands there until the engine has ended; a key makes it end sooner."""

    DEFAULT_CSS = "Farewell > #frame { width: 56; } Farewell #left { height: auto; }"
    hints = (("any key", "leaves the rest for later"),)

    def __init__(self, number: int) -> None:
        super().__init__("Leaving")
        self._number = number
        self._hurried = False

    @property
    def _app(self) -> OpstuiApp:
        return cast("OpstuiApp", self.app)

    def body(self) -> Iterable[Widget]:
        yield Static(self._words(), id="left")

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self._count)
        self.run_worker(self._send(), exit_on_error=False)

    def _words(self) -> Content:
        return Content(f"Sending {counted(self._number, 'change')} {self.look['ellipsis']}")

    def _count(self) -> None:
        if not self._hurried and (left := _waiting(self._app)):
            self._number = left
            self.query_one("#left", Static).update(self._words())

    async def _send(self) -> None:
        try:
            await self._app.engine.stop(PATIENCE_S)
        finally:
            self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Enough: the engine ends as it is."""
        event.stop()
        self.action_close()

    def action_close(self) -> None:
        self._hurried = True
        self.query_one("#left", Static).update(Content("Leaving them for later."))
        self._app.engine.hurry()
