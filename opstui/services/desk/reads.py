"""What the desk shows of queue, people and session, read on the caller's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from opstui.domain.shelves import SHELVES, Shelf
from opstui.domain.views import Detail, Hit, Load, QueueRow, SessionLine, SplitCount, View
from opstui.errors import QueryError, StoreBusy, StoreFull, StoreReadOnly
from opstui.late import late
from opstui.services.desk.context import Context
from opstui.store import kept, queue, sessions
from opstui.store import splits as counts

if TYPE_CHECKING:
    from opstui.store import detail as whole
    from opstui.store import ranks
else:
    ranks = late("opstui.store.ranks")
    whole = late("opstui.store.detail")


def since(at: Context) -> datetime:
    """The handoff time of the last working day before today."""
    calendar = at.calendar
    hour, _, minute = at.settings.day.handoff.partition(":")
    handoff = time(int(hour), int(minute or 0))
    yesterday = day = calendar.local(at.now()).date() - timedelta(days=1)
    for _ in range(366):
        if calendar.is_workday(day):
            return calendar.on(day, handoff)
        day -= timedelta(days=1)
    return calendar.on(yesterday, handoff)


def window(at: Context, view: View, offset: int, limit: int) -> list[QueueRow]:
    """Rows of a view."""
    return queue.window(
        at.store.read, view, since=since(at), now=at.now(), rules=at.rules_for(view), offset=offset, limit=limit
    )


def count(at: Context, view: View) -> int:
    """How many rows a view has."""
    return queue.count(at.store.read, view, since=since(at), now=at.now(), rules=at.rules_for(view))


def position(at: Context, view: View, id: int) -> int | None:
    """Where an item stands in a view."""
    return queue.position(at.store.read, view, id, since=since(at), now=at.now(), rules=at.rules_for(view))


def row(at: Context, ref: str) -> QueueRow | None:
    """One item as a line."""
    return whole.row(at.store.read, ref, since=since(at), now=at.now())


def rows(at: Context, refs: Sequence[str]) -> list[QueueRow]:
    """Items as lines."""
    return whole.rows_of(at.store.read, refs, since=since(at), now=at.now())


def detail(at: Context, ref: str) -> Detail | None:
    """All of one item, from one state of the file."""
    with at.store.reading() as conn:
        return whole.detail(conn, ref, since=since(at), now=at.now(), today=at.midnight())


def alike(at: Context, ref: str) -> tuple[str, ...]:
    """Refs in the queue like this one."""
    return tuple(whole.alike(at.store.read, ref))


def near(at: Context, ref: str, limit: int) -> tuple[Hit, ...]:
    """What an item is likely about the same thing as."""
    from opstui.store.near import near

    return tuple(near(at.store.read, ref, limit))


def targets(at: Context, text: str, limit: int) -> list[Hit]:
    """What holds these words, a group as one."""
    from opstui.store.near import one_a_group

    return one_a_group(at.store.read, search(at, text, limit))


def splits(at: Context) -> tuple[SplitCount, ...]:
    """Splits with stored counts."""
    return tuple(counts.stored_splits(at.store.read, _splits(at)))


def recount(at: Context) -> tuple[SplitCount, ...]:
    """Splits counted anew: counted while others may write, then stored in a short transaction."""
    return tuple(counts.recount_splits(at.store, _splits(at), since=since(at), now=at.now(), rules=at.rules))


def shelf_view(at: Context, shelf: Shelf, query: str) -> View:
    """A shelf as a view."""
    return View(shelf.place, query, grouped=False, block=shelf.block, decided_from=_today(at) if shelf.today else None)


def shelf_counts(at: Context) -> tuple[int, ...]:
    """How many items stand on each shelf."""
    from opstui.store import shelves

    return tuple(shelves.counts(at.store.read, SHELVES, _today(at)))


def loads(at: Context) -> tuple[Load, ...]:
    """Open work per person, the least loaded first."""
    found = {load.name: load for load in queue.loads(at.store.read)}
    for person in at.people.persons:
        found.setdefault(person.name, Load(person.name, 0, None))
    return tuple(sorted(found.values(), key=lambda load: (load.open, load.name.casefold())))


def search(at: Context, text: str, limit: int) -> list[Hit]:
    """Everything that holds these words."""
    from opstui.store import search as index

    return index.search(at.store.read, text, limit)


def session(at: Context) -> SessionLine:
    """The triage session under way."""
    now = at.now()
    left, found = count(at, View()), sessions.current(at.store.read, now)
    if found is None:
        return SessionLine(left, 0, 0, None)
    return SessionLine(left, found.decided, round(found.worked_s / 60), found.median)


def session_median(at: Context, since: datetime) -> float | None:
    """Median seconds per verdict over all sessions since then."""
    return sessions.median([gap for one in sessions.since(at.store.read, since) for gap in one.seconds])


def presets(at: Context) -> tuple[tuple[str, str], ...]:
    """Snooze presets."""
    return tuple((preset.name, preset.when) for preset in at.settings.triage.snooze)


def reasons(at: Context, verb: str) -> tuple[str, ...]:
    """The team's reasons for a verb."""
    return tuple(at.settings.triage.reasons.get(verb, ()))


def theme(at: Context) -> str:
    """The theme chosen last."""
    return kept.kept(at.store.read, kept.THEME)


def keep_theme(at: Context, name: str) -> None:
    """Remember the theme chosen."""
    with at.store.writing() as conn:
        kept.keep(conn, kept.THEME, name)


def check_query(text: str) -> QueryError | None:
    """The first mistake of a query."""
    from opstui.domain.query import parse

    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def catch_up(at: Context, limit: int) -> int:
    """Re-score what has run out, without taking the write lock when nothing has; not at all where nothing can be written."""
    due = ranks.next_expiry(at.store.read)
    if due is None or due > at.now():
        return 0
    try:
        with at.store.writing() as conn:
            return ranks.rescore_expired(conn, at.rules, at.instant(), limit)
    except (StoreReadOnly, StoreFull, StoreBusy):
        return 0  # whoever only looks is shown the ranks as they stand


def _today(at: Context) -> datetime:
    """When the day began."""
    return at.calendar.on(at.calendar.local(at.now()).date(), time())


def _splits(at: Context) -> tuple[tuple[str, str], ...]:
    return tuple((split.name, split.query) for split in at.settings.triage.splits)
