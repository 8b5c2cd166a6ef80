"""A new item at a source: which one, where there are several, then its title."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.views import Receipt
from opstui.ui.dialogs.ask_line import LineDialog

if TYPE_CHECKING:
    from opstui.ui.pane import Pane


async def create(pane: Pane) -> None:
    """Ask where and what, and put it on its way."""
    able = [source.name for source in pane.desktop.sources if "create" in source.verbs and source.state != "gone"]
    if not able:
        pane.say("New at a source: no source that is read here takes new items; + keeps a line as a note.", "warning")
        return
    source: str | None = able[0]
    if len(able) > 1:
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        source = await pane.app.push_screen_wait(ChoicePicker("New item at", [(name, name) for name in able]))
    if not source:
        return
    title = await pane.app.push_screen_wait(LineDialog(f"New item at {source}", placeholder="what, in one line"))
    if title:
        pane.write(partial(pane.desk.create, source, title), told=partial(_told, pane))


def _told(pane: Pane, receipt: Receipt) -> None:
    if receipt.group:
        note = receipt.note.removeprefix(f"for {receipt.sent_to[0]}, ") if receipt.sent_to else receipt.note
        pane.say(f" {pane.desktop.look['dot']} ".join(part for part in (receipt.summary, note) if part))
