"""What a verdict on many items would do, before it does it: how many, and which are refused and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.views import Preview
from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Dialog
from opstui.ui.dialogs.lines import column, counted, moment
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice, Choices

REF_CELLS = 22


def headline(preview: Preview) -> str:
    """``12 items, 2 refused``: what will happen, in numbers."""
    text = counted(len(preview.refs), "item")
    return f"{text}, {len(preview.refused)} refused" if preview.refused else text


_GO: Mapping[str, str] = {
    "accept": "Accept {n}?",
    "done": "Done with {n}?",
    "decline": "Decline {n}?",
    "merge": "Merge {n} into {into}?",
    "snooze": "Snooze {n} until {until}?",
    "assign": "Give {n} to {who}?",
    "escalate": "Escalate {n} to {to}?",
    "wait": "Let {n} wait on {on} until {until}?",
    "for_block": "Keep {n} for a block?",
    "release": "Put {n} back in the queue?",
    "transition": "Move {n} to {status}?",
}


def question(verb: str, args: Mapping[str, Any], count: int, now: datetime, look: Look) -> str:
    """``Snooze 3 items until Mon 23 Nov 09:00?``: what is about to be done, as a question."""
    items = counted(count, "item")
    if verb == "priority":
        word = PRIORITY_WORDS.get(args.get("n") or 0)
        return f"Set the priority of {items} to {word}?" if word else f"Let {items} have the priority of the source?"
    if verb == "stage":
        word = args.get("stage")
        return f"Set the stage of {items} to {word}?" if word else f"Let {items} have the stage of the source?"
    if verb == "due":
        when = args.get("when")
        day = when.astimezone(look.zone) if isinstance(when, datetime) else None
        return f"Set the due date of {items} to {day:%a} {day.day} {day:%b %Y}?" if day else f"Take the due date off {items}?"
    if verb == "labels":
        signs = [*(f"+{one}" for one in args.get("add", ())), *(f"-{one}" for one in args.get("remove", ()))]
        return tame(f"Labels of {items}: {' '.join(signs)}?")
    until = args.get("until")
    said = {**args, "n": items, "until": moment(until, now, look) if isinstance(until, datetime) else "it is answered"}
    return tame(_GO.get(verb, verb.capitalize() + " {n}?").format(**said))


def preview_lines(preview: Preview, titles: Mapping[str, str], look: Look) -> Sequence[Choice]:
    """The refused with their reasons first, then what goes through."""
    lines: list[Choice] = []
    if preview.refused:
        lines.append(Choice("", Content("refused, and left as they are"), heading=True))
        for ref, why in preview.refused:
            left = Content.assemble(
                (look["trouble"] + " ", "$text-warning"), column(ref, REF_CELLS, look), "  ", (tame(why), "$text-warning")
            )
            lines.append(Choice(ref, left))
    if preview.refs:
        lines.append(Choice("", Content("these"), heading=True))
    for ref in preview.refs:
        left = Content.assemble("  ", column(ref, REF_CELLS, look, "$text-muted"), "  ", tame(titles.get(ref, "")))
        lines.append(Choice(ref, left))
    return lines


class BulkPreview(Dialog[bool]):
    """Asks whether to go on with a verdict on many items; ``titles`` by ref are shown where they are known."""

    DEFAULT_CSS = """
    BulkPreview {
        & > #frame { width: 78; }
        & #summary { height: auto; margin-bottom: 1; }
    }
    """
    BINDINGS = [
        Binding("enter,y", "yes", "Do it", show=False, id="bulk.yes"),
        Binding("n", "close", "Leave it", show=False, id="bulk.no"),
        Binding("down,j", "move(1)", "Down", show=False, id="bulk.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="bulk.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="bulk.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="bulk.page_up"),
    ]

    def __init__(self, preview: Preview, titles: Mapping[str, str] | None = None, heading: str = "", reason: str = "") -> None:
        super().__init__(heading or f"{preview.verb.capitalize()} {counted(len(preview.refs), 'item')}?")
        self._reason = reason
        self._preview = preview
        self._titles = titles or {}
        self.hints = (("enter", "do it"), ("esc", "leave them"), ("↑↓", "look")) if preview.refs else (("esc", "close"),)

    def body(self) -> Iterable[Widget]:
        summary = headline(self._preview) + (f". Reason: {tame(self._reason)}" if self._reason else "")
        where = f"\n{tame(self._preview.note)}" if self._preview.note else ""
        yield Static(Content.assemble((summary, "bold"), (where, "$text-muted")), id="summary")
        yield Choices(id="choices", look=self.look)

    def on_mount(self) -> None:
        self.query_one(Choices).show(preview_lines(self._preview, self._titles, self.look))

    def action_yes(self) -> None:
        self.dismiss(bool(self._preview.refs))

    def action_close(self) -> None:
        self.dismiss(False)

    def action_move(self, step: int) -> None:
        self.query_one(Choices).move(step)

    def action_page(self, step: int) -> None:
        choices = self.query_one(Choices)
        choices.move(step * choices.page())
