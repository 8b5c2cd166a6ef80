"""The walk of a stand-up as keys drive it: whose turn it is, for how long, what is parked, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.standup import Standup
from opstui.domain.views import Receipt
from opstui.ui.keys import key_hint
from opstui.ui.present_standup import round_head

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.store.records import Kept
    from opstui.ui.panes.standup import StandupPane

NOT_HERE = {
    "edit": "There is nothing to edit here.",
    "answer": "There is nothing here that something became of.",
    "nudge": "There is nobody here to nudge.",
    "unfold": "Nothing is folded away here.",
}
"""What a key says in a view that has no use for it."""


class Meeting:
    """The stand-up under way, whatever view is shown."""

    def __init__(self, pane: StandupPane) -> None:
        self.pane = pane
        self.kept: Kept[Standup] | None = None
        """The stand-up under way; else the last of today."""
        self.known = False
        """Whether it has been read: before, none of its keys can be understood."""

    def read(self, desk: Desk) -> Kept[Standup] | None:
        """The stand-up as it stands; in a thread."""
        return desk.standup.current() or desk.standup.of(desk.standup.today())

    def took(self, kept: Kept[Standup] | None) -> None:
        """What was read."""
        self.kept, self.known = kept, True
        self.pane.met()

    @property
    def standup(self) -> Standup | None:
        """The one under way."""
        return self.kept.what if self.kept is not None and self.kept.open else None

    @property
    def shown(self) -> Standup | None:
        """The one whose times are shown: under way, or over today."""
        return self.kept.what if self.kept is not None else None

    @property
    def under_way(self) -> bool:
        """Whether time is running."""
        return self.standup is not None

    @property
    def is_old(self) -> bool:
        """Whether the one under way was left open on another day."""
        return self.standup is not None and self.standup.day != self.pane.desk.standup.today()

    def here(self) -> str:
        """``Stand-up 2 of 6 · 4:12 of 15:00``."""
        if self.is_old and self.standup is not None:
            return f"Stand-up of {self.standup.day}, left open"
        return round_head(self.standup, self.pane.desk.now(), self.pane.look)

    def hints(self, *, edit: bool = False) -> Sequence[tuple[str, str]]:
        """What the round needs next, for the foot of any view."""
        standup = self.standup
        if standup is None:
            over = self.kept is not None
            return (
                ("standup.report", "report") if over else ("standup.next", "begin"),
                *((("standup.edit", "edit"),) if edit and over else ()),
                ("standup.park", "park"),
                ("standup.next_view", "next view"),
            )
        on = ("standup.next", "next") if standup.current else ("standup.finish", "finish")
        words = (("standup.edit", "edit"), ("standup.absent", "absent")) if edit else ()
        return (on, *words, ("standup.park", "park"), ("standup.next_view", "next view"))

    def why_no_words(self) -> str:
        """Why nothing can be said, empty when it can: words belong to a stand-up."""
        if self.kept is not None:
            return ""
        return f"the stand-up has not begun: {key_hint('standup.next', self.pane.desktop.keymap)} begins it"

    # Keys

    def do(self, verb: str) -> None:
        """Run one of the keys that mean the same in every view."""
        run = getattr(self, f"_{verb}", None)
        if run is not None:
            run()
        else:
            self.pane.say(NOT_HERE.get(verb, "That does nothing here."))

    def absent(self, person: str) -> None:
        """Somebody is not there, or is after all."""
        if self.standup is None:
            self.pane.say("Who is absent is said once the stand-up has begun.", "warning")
        else:
            self.pane.write(partial(self.pane.desk.standup.absent, person))

    def _next(self) -> None:
        if self.is_old or (self.standup is None and self.kept is not None):
            self.pane.ask(self._which)
        else:
            self.pane.write(self.pane.desk.standup.next)

    async def _which(self) -> None:
        """One was left open, or today's is over already: which is meant?"""
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        kept, desk = self.kept, self.pane.desk.standup
        if kept is None:
            return
        at = self.pane.look.at(kept.what.since, self.pane.desk.now())
        if kept.open:
            heading = f"The stand-up of {kept.what.day} was left open at {at}"
            options = [
                ("new", "That one is over; begin today's"),
                ("on", "Go on with that one"),
                ("end", "Finish that one only"),
            ]
        else:
            heading = f"Today's stand-up is over since {at}"
            options = [("new", "Begin another one"), ("no", "Leave it")]
        answer = await self.pane.answer(ChoicePicker(heading, options))
        if answer == "new":
            self.pane.write(desk.start)
        elif answer == "on":
            self.pane.write(partial(desk.next, go_on=True))
        elif answer == "end":
            self.pane.write(desk.finish)

    def _back(self) -> None:
        self.pane.write(self.pane.desk.standup.back)

    def _shuffle(self) -> None:
        self.pane.write(self.pane.desk.standup.shuffle)

    def _absent(self) -> None:
        if self.standup is not None and self.standup.current:
            self.absent(self.standup.current)
        else:
            self.pane.say("Nobody speaks now.", "warning")

    def _park(self) -> None:
        self.pane.ask(self._ask_topic)

    async def _ask_topic(self) -> None:
        from opstui.ui.dialogs.park_line import SLOT, ParkLine

        pane = self.pane
        rows = pane.targets()
        ref = rows[0].ref if rows else ""

        def park(text: str) -> Receipt:
            return pane.desk.standup.park(text, ref=ref)

        await pane.answer(ParkLine(pane.desk, ref, save=pane.saver(SLOT, park)))

    def _report(self) -> None:
        self.pane.ask(self._show_report)

    async def _show_report(self) -> None:
        from opstui.ui.dialogs.minutes import MinutesScreen

        pane = self.pane
        uid = self.kept.uid if self.kept is not None else ""
        found = await pane.aside.answer("report", partial(pane.desk.standup.report, uid))
        said = await pane.answer(MinutesScreen(found, pane.desktop.workspace.data_dir))
        if said:
            pane.say(said)

    def _finish(self) -> None:
        if self.standup is None:
            begins = key_hint("standup.next", self.pane.desktop.keymap)
            self.pane.say(f"No stand-up is under way: {begins} begins one.", "warning")
        else:
            self.pane.write(self.pane.desk.standup.finish, told=self._finished, failed=self._unfinished)

    def _unfinished(self, why: str) -> None:
        self.pane.say(why, "error")
        self.pane.ask(partial(self._what_stops, why))

    async def _what_stops(self, why: str) -> None:
        """Where a blocker is in the way, go there: what is to be done about it stands on its page."""
        rows = await self.pane.aside.answer("forced", self.pane.desk.ledgers.blockers)
        if any(row.forced for row in rows):
            self.pane.open_view("Blockers")
            self.pane.say(why, "error")

    def _finished(self, receipt: Receipt) -> None:
        key = key_hint("standup.report", self.pane.desktop.keymap)
        self.pane.say(f"{receipt.summary}. {key} shows the report.")
