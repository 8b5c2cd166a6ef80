"""What stands in the queue when it has no row: clear, not fresh, loading, filtered away or failed never look alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.views import SessionLine, SourceState
from opstui.domain.when import ago
from opstui.errors import OpstuiError
from opstui.ui.cells import tame
from opstui.ui.present import Line, Look


def nothing_lines(what: str, key: str, does: str) -> list[Line]:
    """Nothing of this sort, and the one key that fills the pane."""
    return [[(what, "text")], [], [(key, "key"), (" " + does, "muted")]]


def error_lines(error: OpstuiError) -> list[Line]:
    """What failed, why, and what helps."""
    lines: list[Line] = [[(f"! {tame(error.what)}", "error")]]
    if error.why:
        lines.append([(tame(error.why), "text")])
    if error.next_step:
        lines += [[], [(tame(error.next_step), "muted")]]
    return lines


def clear_lines(
    clear: bool,
    blockers: Sequence[SourceState],
    sources: Sequence[SourceState],
    session: SessionLine,
    now: datetime,
    look: Look,
    refresh_key: str,
) -> list[Line]:
    """The empty queue: clear when every required source is fresh, else which one is not."""
    if not sources:
        return [
            [("No source is set up yet.", "text")],
            [],
            [("opstui init", "key"), (" writes a first config", "muted")],
            [("opstui demo", "key"), (" shows a synthetic day", "muted")],
        ]
    if clear:
        said = f"{session.decided} decided in {session.minutes} min" if session.decided else "nothing needs a verdict"
        return [
            [(look["done"] + " ", "success"), ("Queue clear", "strong")],
            [(f"{said}, every required source is fresh", "muted")],
            [],
            [(refresh_key, "key"), (" pulls every source now", "muted")],
        ]
    if blockers and all(source.state in ("never", "syncing") and source.last_ok is None for source in blockers):
        names = ", ".join(tame(source.name) for source in blockers)
        return [
            [(f"{look['sync']} Nothing here yet: ", "text"), (names, "strong")],
            [("not read for the first time yet", "muted")],
            [],
            [(refresh_key, "key"), (" pulls every source now", "muted")],
        ]
    lines: list[Line] = [[("No item here, but the queue may not be clear", "strong")], []]
    for source in blockers[:6]:
        when = f"last read {ago(source.last_ok, now)}" if source.last_ok else "never read"
        words = "  ".join(part for part in (source.state, when, tame(source.what or source.why)) if part)
        lines.append([(f"{look['trouble']} {tame(source.name)}  ", "warning"), (words, "text")])
        if source.next_step:
            lines.append([(tame(source.next_step), "muted")])
    return [*lines, [], [(refresh_key, "key"), (" pulls every source now", "muted")]]
