"""The read-only switch, live: nothing is sent while it is on, and turning it off says what waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opstui.errors import OpstuiError
from opstui.ui.dialogs.lines import counted
from opstui.ui.keys import key_hint

if TYPE_CHECKING:
    from opstui.ui.pane import Pane


async def switch(pane: Pane) -> None:
    """Turn it, and say what that means for what waits."""
    on = not pane.desktop.readonly
    try:
        await asyncio.wrap_future(pane.desk.submit(pane.desk.set_readonly, on))
    except OpstuiError as error:
        pane.say(str(error), "error")
        return
    pane.refresh_data()
    states = pane.desk.outbox_counts()
    parked, waiting = (sum(counts.get(state, 0) for counts in states.values()) for state in ("parked", "pending"))
    keymap = pane.desktop.keymap
    key, release = key_hint("app.outbox", keymap), key_hint("outbox.release", keymap)
    if on:
        held = f" {counted(waiting, 'change')} on the way {'waits' if waiting == 1 else 'wait'}." if waiting else ""
        pane.say(f"Read-only: nothing is sent to any source from now on; what you decide is parked.{held}")
    elif parked:
        verb = "stays" if parked == 1 else "stay"
        pane.say(
            f"Sending again. {counted(parked, 'change')} made meanwhile {verb} parked: {key}, then {release} sends them.",
            "warning",
        )
    else:
        pane.say("Sending again: what you decide goes to the sources.")
