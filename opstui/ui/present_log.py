"""What the log says, as plain data: one line an entry, and the page of the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from opstui.domain.views import Decision, Entry
from opstui.domain.when import ago
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, review_words

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of something whose time is not known."""
KIND = 9
WHEN = 10
LABEL = 11
WORDS = {"decide": "decision", "for_block": "for block"}
"""Verbs of the journal that read badly as they are."""


def kind_word(kind: str) -> str:
    """What kind of entry it is, in a word."""
    return WORDS.get(kind, kind.replace("_", " "))


def entry_line(entry: Entry, cells: int, now: datetime, look: Look) -> Line:
    """One line of the log in ``cells``: when, what kind, who, the text, and the item at the right."""
    who = 12 if cells >= 84 else 0
    ref = 0 if cells < 60 else 10 if cells < 84 else min(24, max(18, cells // 6))
    room = max(cells - 1 - WHEN - 2 - KIND - 2 - (who + 2 if who else 0) - (ref + 2 if ref else 0), 4)
    dropped = entry.withdrawn
    tone = "struck" if dropped else "strong" if entry.kind == "decision" else "text"
    text = tame(" ".join(entry.text.split()))
    if dropped:
        text = cut(text, max(room - 12, 4), look["ellipsis"])
    line: Line = [
        (" " + right(look.at(entry.at, now) if entry.at > NEVER else look["dash"], WHEN) + "  ", "muted"),
        (fit(tame(kind_word(entry.kind)), KIND, look["ellipsis"]) + "  ", "muted" if entry.kind != "decision" else "text"),
    ]
    if who:
        line.append((fit(tame(entry.who), who, look["ellipsis"]) + "  ", "muted"))
    if dropped:
        line += [(text, "struck"), (fit(" withdrawn", room - width(text)), "muted")]
    else:
        line.append((fit(text, room, look["ellipsis"]), tone))
    if ref:
        name = entry.ref if cells >= 84 else entry.ref.partition(":")[2]
        line.append(("  " + fit(tame(name), ref, look["ellipsis"]), "muted"))
    return line


def entry_page(
    entry: Entry,
    cells: int,
    now: datetime,
    look: Look,
    *,
    title: str = "",
    story: Sequence[Entry] = (),
    items: Sequence[tuple[str, str]] = (),
) -> list[Line]:
    """The page of a note, comment or action: its whole text, and what else was done to its item.

    ``items`` are ref and title of what an action on several items was on.
    """
    lines: list[Line] = [
        [(kind_word(entry.kind).capitalize(), "strong"), *([("  withdrawn", "warning")] if entry.withdrawn else [])]
    ]
    lines.append([(cut(_by(entry.who, entry.at, now, look), cells), "muted")])
    if entry.ref:
        lines.append([(cut(tame(entry.ref), cells), "muted")])
        lines += [[(text, "muted")] for text in wrap(title, cells, 2) if title]
    lines.append([])
    lines += [[(text, "muted" if entry.withdrawn else "text")] for text in wrap(entry.text, cells)]
    if items:
        lines += [[], [(f"ITEMS {len(items)}", "muted")]]
        for ref, name in items:
            part = fit(tame(ref), min(20, cells // 3), look["ellipsis"])
            lines.append([(part + "  ", "muted"), (cut(tame(name), max(cells - width(part) - 2, 4), look["ellipsis"]), "text")])
    return lines + story_lines(story, cells, now, look)


def story_lines(story: Sequence[Entry], cells: int, now: datetime, look: Look) -> list[Line]:
    """What was done to an item, youngest first."""
    if not story:
        return []
    lines: list[Line] = [[], [("DONE TO THIS ITEM", "muted")]]
    for entry in story:
        when = right(look.at(entry.at, now), WHEN)
        lines.append([(f"{when}  ", "muted"), (cut(tame(entry.text), max(cells - WHEN - 2, 4), look["ellipsis"]), "text")])
    return lines


def decision_page(
    decision: Decision,
    cells: int,
    now: datetime,
    look: Look,
    *,
    title: str = "",
    before: Decision | None = None,
    after: Decision | None = None,
) -> list[Line]:
    """The page of a decision: what, why, what was dropped, who, when again, what it should move, and its neighbours in time."""
    lines: list[Line] = [[(text, "strong")] for text in wrap(decision.what, cells)]
    lines.append([(cut(f"decision {decision.id}, {_by(decision.who, decision.at, now, look)}", cells), "muted")])
    if after is not None:
        lines += [[], [("no longer in force", "warning")]]
        lines += _fact("now", f"decision {after.id}: {after.what}", cells)
    lines.append([])
    lines += _fact("why", decision.why or look["dash"], cells)
    for at, option in enumerate(decision.options):
        lines += _fact("dropped" if not at else "", option, cells)
    lines += _fact("owner", decision.owner or look["dash"], cells)
    lines += _fact(
        "review", review_words(decision.review_on, now, look), cells, "warning" if _overdue(decision, now, look) else "text"
    )
    lines += _fact("effect", decision.effect or look["dash"], cells)
    if decision.ref:
        lines += _fact("item", f"{decision.ref}  {title}".rstrip(), cells)
    if before is not None:
        lines += [[], *_fact("instead of", f"decision {before.id}: {before.what}", cells)]
    return lines


def _overdue(decision: Decision, now: datetime, look: Look) -> bool:
    return bool(decision.review_on) and decision.review_on <= now.astimezone(look.zone).date().isoformat()


def _by(who: str, at: datetime, now: datetime, look: Look) -> str:
    return f"{look.at(at, now)}, {ago(at, now)}, {tame(who)}"


def _fact(label: str, text: str, cells: int, tone: str = "text") -> list[Line]:
    """A grey label and a text that hangs beside it."""
    parts = wrap(text, max(cells - LABEL, 8))
    return [[(fit(label if not at else "", LABEL), "muted"), (part, tone)] for at, part in enumerate(parts)]
