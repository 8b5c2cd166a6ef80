"""Before changes that were parked are sent: how many, and where to. Sent is sent, so it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opstui.domain.views import Outgoing
from opstui.ui.dialogs.lines import counted
from opstui.ui.dialogs.pick_reason import ChoicePicker
from opstui.ui.present import Look
from opstui.ui.present_outbox import change_words


def where_to(changes: Sequence[Outgoing]) -> str:
    """``3 to jira, 2 to redmine``."""
    by_source = Counter(change.source for change in changes)
    return ", ".join(f"{number} to {source}" for source, number in by_source.items())


def release_picker(parked: Sequence[Outgoing], here: Outgoing | None, look: Look, *, readonly: bool) -> ChoicePicker:
    """Asks whether this one goes, or all; the answer is ``one``, ``all`` or ``stay``."""
    options = []
    if here is not None and len(parked) > 1:
        options.append(("one", f"Send this one to {here.source}: {change_words(here, look)}"))
    options.append(("all", f"Send {'it' if len(parked) == 1 else f'all {len(parked)}'}: {where_to(parked)}"))
    options.append(("", "Leave them parked" if len(parked) > 1 else "Leave it parked"))
    later = " when read-only ends" if readonly else ""
    return ChoicePicker(f"Send {counted(len(parked), 'parked change')}{later}?", options, current="")
