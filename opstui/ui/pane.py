"""What every pane is: a screen with the day at its head and its keys at its foot, run from the one table of actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from opstui.domain.actions import BY_ID
from opstui.domain.views import QueueRow, Receipt
from opstui.errors import OpstuiError
from opstui.ui.cells import tame
from opstui.ui.keys import actions_for, bindings_for, key_hint
from opstui.ui.widgets.day_line import DayLine
from opstui.ui.widgets.foot_line import FootLine, Hint
from opstui.ui.widgets.painted import blank_lines
from opstui.ui.widgets.too_small import LEAST, TooSmall

if TYPE_CHECKING:
    from concurrent.futures import Future

    from opstui.services.desk import Desk
    from opstui.ui.app import OpstuiApp

Answer = TypeVar("Answer")
Told = Callable[[Receipt], None]

NOT_YET = {"3": "The pane of blocks", "4": "Handoff", "5": "The pane of KPIs", "i": "Logging an interruption"}
"""Keys kept for what is owed."""
MESSAGE_S = 8.0
"""How long the answer to a key stands when no other key is pressed."""


class Pane(Screen[None], inherit_bindings=False):
    """A pane. Subclasses name their ``place``, yield widgets from ``body`` and have a method ``do_VERB`` per action."""

    DEFAULT_CSS = """
    Pane { background: $background; color: $foreground; layout: vertical; overflow: hidden; }
    Pane.-tiny > * { display: none !important; }
    Pane.-tiny > TooSmall { display: block !important; }
    """
    AUTO_FOCUS = ""
    place: ClassVar[str] = ""
    """Its name in the ``where`` of an action; its own bindings are those of that place."""

    def __init_subclass__(cls, **kwargs: bool) -> None:
        if "BINDINGS" not in cls.__dict__ and cls.place:
            cls.BINDINGS = [*bindings_for(cls.place)]
        super().__init_subclass__(**kwargs)

    def __init__(self) -> None:
        super().__init__()
        self.day = DayLine(id="day")
        self.foot = FootLine(id="foot")
        self._quiet: Timer | None = None
        self._read: tuple[int, str] | None = None
        """The state of the store, and the minute, that is shown."""

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """No toasts and no tooltips of Textual's: they are not used here, and cost the start a second drawing of everything."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing of its own is seen."""
        return blank_lines(self, crop)

    def compose(self) -> ComposeResult:
        """Head, body, foot."""
        yield self.day
        yield from self.body()
        yield self.foot

    def body(self) -> Iterable[Widget]:
        """What stands between head and foot."""
        return ()

    @property
    def desktop(self) -> OpstuiApp:
        """The app this pane lives in."""
        return cast("OpstuiApp", self.app)

    @property
    def desk(self) -> Desk:
        """What is read from and written to."""
        return self.desktop.desk

    def on_resize(self) -> None:
        """Where nothing useful can be shown, say what is needed."""
        tiny = self.app.size.width < LEAST[0] or self.app.size.height < LEAST[1]
        if tiny and not self.query(TooSmall):
            self.mount(TooSmall())
        self.set_class(tiny, "-tiny")

    def on_screen_resume(self) -> None:
        """Shown: what was written meanwhile must be seen."""
        self.read_again()

    def read_again(self) -> None:
        """Read what is shown, and remember of which state of the store that is."""
        self._read = self.desktop.state()
        self.refresh_data()

    def shown_again(self) -> None:
        """Shown as it was left: read again only when something was written since, or the minute is another one."""
        if self._read != self.desktop.state() or self.wanted():
            self.read_again()
            return
        self.refresh_head()
        if self.counts:
            self.count_down()

    def wanted(self) -> bool:
        """Whether it was gone to for something that it does not show yet."""
        return False

    def refresh_data(self) -> None:
        """The store changed: read again what is shown, without moving the cursor."""
        self.refresh_head()

    def refresh_head(self) -> None:
        """Redraw the day line when it says something else."""
        self.day.here = self.here()
        self.day.rail = self.desk.rail()
        self.day.place = f"app.{self.place}"
        self.day.keys = {stop.action: key_hint(stop.action, self.desktop.keymap) for stop in self.day.rail.stops if stop.action}
        self.day.sources = self.desktop.sources
        self.day.reading = dict(self.desktop.reading)
        self.day.readonly = self.desktop.readonly
        self.day.repaint()

    def here(self) -> str:
        """The pane's name and what is left in it, for the day line."""
        return self.place.capitalize()

    def settled(self) -> None:
        """The first frame is out: show what was not needed for it."""

    def tick(self) -> None:
        """Another minute."""
        self.refresh_head()

    @property
    def counts(self) -> bool:
        """Whether a second more changes what is said."""
        return False

    def count_down(self) -> None:
        """Another second, where that changes what is said; nothing is read for it."""

    # Actions

    def action_run(self, action_id: str) -> None:
        """Run an action of this pane, or say why it cannot be run now."""
        self.say()
        if why := self.why_not(action_id):
            self.say(f"{BY_ID[action_id].title}: {why}", "warning")
            return
        handler = getattr(self, "do_" + action_id.partition(".")[2], None)
        if handler is None:
            self.say(f"{BY_ID[action_id].title} does nothing here.", "warning")
            return
        try:
            handler()
        except OpstuiError as error:
            self.say(str(error), "error")

    def on_key(self, event: events.Key) -> None:
        """Keys that are kept for what is to come say so, unless the user gave them to something else."""
        name = NOT_YET.get(event.key)
        if name and event.key not in self.active_bindings:
            event.stop()
            self.say(f"{name} is not part of this version yet.")

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be run now, empty when it can."""
        return ""

    def say(self, text: str = "", tone: str = "text") -> None:
        """Answer a key at the foot; nothing takes the answer away."""
        if self._quiet:
            self._quiet.stop()
            self._quiet = None
        message = [(tame(text), tone)] if text else None
        if message != self.foot.message:
            self.foot.message = message
            self.foot.repaint()
        if text and tone != "error":  # what went wrong stands until it was read: until the next key
            self._quiet = self.set_timer(MESSAGE_S, self.say)

    def hints(self) -> list[Hint]:
        """The actions in the foot, with the keys of this user."""
        actions = sorted((action for action in actions_for(self.place, "*") if action.footer), key=lambda action: action.footer)
        keymap = self.desktop.keymap
        hints = [(action.id, key_hint(action.id, keymap), action.hint) for action in actions]
        return [hint for hint in hints if hint[1]]

    # Writing

    def write(
        self,
        do: Callable[[], Receipt],
        rows: Sequence[QueueRow] = (),
        told: Told | None = None,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Write on the desk's writer thread; what came of it comes back to this pane's loop.

        ``failed`` is told why nothing was written, by whom asked for it; else the foot says so.
        """
        loop, context = asyncio.get_running_loop(), copy_context()

        def landed(future: Future[Receipt]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(partial(self._landed, future, rows, told, failed), context=context)

        self.desk.submit(do).add_done_callback(landed)

    def _landed(
        self, future: Future[Receipt], rows: Sequence[QueueRow], told: Told | None, failed: Callable[[str], None] | None
    ) -> None:
        if not self.is_attached:
            return
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            # Whatever went wrong: what is not on disk must not look as if it were.
            said = str(error) if isinstance(error, OpstuiError) else f"Not written: {type(error).__name__}: {error}"
            self.put_back(rows, {row.ref: said for row in rows})
            (failed or partial(self.say, tone="error"))(said)
            return
        receipt = future.result()
        if receipt.refused:
            refused = dict(receipt.refused)
            self.put_back([row for row in rows if row.ref in refused], {})
            ref, why = receipt.refused[0]
            more = f" and {len(receipt.refused) - 1} more" if len(receipt.refused) > 1 else ""
            self.say(f"{ref}: {why}{more}", "warning")
        self.written(rows, receipt)
        if told:
            told(receipt)

    def written(self, rows: Sequence[QueueRow], receipt: Receipt) -> None:
        """Something was written: read again what is shown."""
        self.refresh_data()

    def say_where(self, receipt: Receipt) -> None:
        """Where what was written goes."""

    def put_back(self, rows: Sequence[QueueRow], why: Mapping[str, str]) -> None:
        """Rows that were taken away come back, with the reason by ref where the write failed."""

    def do_undo(self) -> None:
        """Take the last action back."""
        self.write(self.desk.undo, told=partial(self._told, "undo"))

    def do_redo(self) -> None:
        """Do again what was undone."""
        self.write(self.desk.redo, told=partial(self._told, "redo"))

    def do_undo_list(self) -> None:
        """Choose an action to take back."""
        from opstui.ui.dialogs.undo import UndoList

        def chosen(group: int | None) -> None:
            if group is not None:
                self.write(partial(self.desk.undo, group), told=partial(self._told, "undo"))

        self.app.push_screen(UndoList(self.desk), chosen)

    def _told(self, verb: str, receipt: Receipt) -> None:
        if receipt.group:
            note = "" if receipt.note in receipt.summary else f". {receipt.note}"
            self.say(receipt.summary + note)
        elif not receipt.refused:
            self.say(f"Nothing to {verb}.")

    def do_capture(self) -> None:
        """One line that becomes a note."""
        from opstui.ui.dialogs.capture import SLOT, CaptureLine

        def kept(text: str | None) -> None:
            if text:
                self.say("Noted.")

        self.app.push_screen(CaptureLine(self.desk, save=self.saver(SLOT, self.desk.note)), kept)

    def do_create(self) -> None:
        """One line that becomes an item at a source."""
        from opstui.ui.create import create

        self.run_worker(create(self), exclusive=True, group="ask")

    def saver(self, slot: str, do: Callable[[Answer], Receipt]) -> Callable[[Answer, Callable[[str], None]], None]:
        """What an editor calls to have its text written: it is told why that failed, or nothing once it is done."""

        def save(answer: Answer, told: Callable[[str], None]) -> None:
            def written(receipt: Receipt) -> None:
                if receipt.group:
                    self.say_where(receipt)
                told("" if receipt.group else "; ".join(": ".join(refused) for refused in receipt.refused))

            self.write(partial(self.keep, slot, partial(do, answer)), told=written, failed=told)

        return save

    def keep(self, slot: str, do: Callable[[], Receipt]) -> Receipt:
        """Write a text, and only then let its draft go: what was refused stays."""
        receipt = do()
        if not receipt.group:
            return receipt
        with suppress(OpstuiError):  # what was written is written: at worst its draft is offered once more
            self.desk.drop_draft(slot)
        return receipt

    @on(FootLine.Pressed)
    @on(DayLine.Pressed)
    def _hint_pressed(self, event: FootLine.Pressed | DayLine.Pressed) -> None:
        self.desktop.do(event.action_id)
