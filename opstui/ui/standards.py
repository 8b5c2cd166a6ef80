"""Standard work in a pane of items: read beside the keys, shown on the item's page, followed in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.views import Receipt

if TYPE_CHECKING:
    from opstui.domain.standards import Matched
    from opstui.ui.deciding import DecidingPane


async def follow(pane: DecidingPane, ref: str) -> None:
    """The standards of an item; what is done in their dialog is written at once."""
    from opstui.ui.dialogs.standard_work import StandardWork

    desk = pane.desk.standards
    found = await pane.aside.answer("standard", partial(desk.of, ref))
    if not found:
        pane.say(f"No standard is for {ref}." if desk.all else "The config has no standard: [[standards]] adds one.")
        return

    def write(do: Callable[[], Receipt], told: Callable[[str], None]) -> None:
        def written(receipt: Receipt) -> None:
            def shown(again: tuple[Matched, ...]) -> None:
                if dialog.is_attached:  # it may have been closed meanwhile
                    dialog.show(again)
                    told("")

            pane.aside.ask("standard", partial(desk.of, ref), shown)

        pane.write(do, told=written, failed=told)

    dialog = StandardWork(ref, found, desk, pane.desk.now, write)
    await pane.answer(dialog)
