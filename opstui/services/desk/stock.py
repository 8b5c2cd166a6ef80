"""The blocker ledger: what is blocked is taken stock of, carried through stand-ups, and never past its third repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain import blockers as rules_of
from opstui.domain.blockers import Blocker, Outcome, State
from opstui.domain.format import plural
from opstui.domain.text import clean_line
from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.desk import keeping
from opstui.services.desk.context import Context
from opstui.services.desk.keeping import Step
from opstui.store import items, records, stuck
from opstui.store.records import Kept
from opstui.store.stuck import Stuck

if TYPE_CHECKING:
    from opstui.store.db import Connection

KIND = "blocker"
MOST = 200
"""So many of the items that are blocked come into the ledger, the most pressing first: more is no longer read to anybody."""
STANDING = 1000
"""So many open blockers are looked at."""
TOO_OFTEN = "cannot be carried once more"
AT_ONCE = 5
"""So many of what cannot be carried have to be seen to for one stand-up, the oldest first; the rest stays red."""
UID = 8
"""Characters of a uid that a person is shown, and may type."""


class BlockerRow(NamedTuple):
    """One blocker as the ledger shows it. ``repeats`` is the count a stand-up ending now would leave.

    ``forced``: it cannot be carried as it is; ``mended`` is what was done about it since the last stand-up.
    """

    kept: Kept[Blocker]
    item: Stuck | None
    repeats: int
    forced: bool
    mended: str

    @property
    def what(self) -> Blocker:
        """The blocker itself."""
        return self.kept.what

    @property
    def ref(self) -> str:
        """Its item, empty for one that no tracker knows."""
        return self.kept.ref

    @property
    def identity(self) -> str:
        """What an action is given: its item, else its whole uid."""
        return self.kept.ref or self.kept.uid

    @property
    def name(self) -> str:
        """What a command calls it: its item, else the beginning of its uid."""
        return self.kept.ref or self.kept.uid[:UID]


class Stock(NamedTuple):
    """Every blocker that was open or is now, before and after a look at its item."""

    steps: tuple[Step, ...]
    items: Mapping[str, Stuck]

    @property
    def open(self) -> list[Kept[Blocker]]:
        """Those that are open now."""
        return [after for _, after in self.steps if after is not None and after.open]


def rows(at: Context) -> list[BlockerRow]:
    """The ledger as it stands, what was not taken stock of yet included: forced ones first, then by repeats and age."""
    with at.store.reading() as conn:
        stock = look(at, conn, stuck.blocked(conn, MOST))
        mended = _mended(conn, stock.open)
    found = []
    for kept in stock.open:
        done, today = mended.get(kept.uid, ""), _today(at, kept.what)
        count, forced = (rule(kept.what, done, today=today) for rule in (rules_of.repeats, rules_of.forced))
        found.append(BlockerRow(kept, stock.items.get(kept.ref), int(count), bool(forced), done))
    return sorted(found, key=lambda row: (not row.forced, *_order(row.kept)))


def take_stock(at: Context) -> Receipt:
    """Bring the ledger up to date with the items: what is newly blocked comes in, what is no longer blocked goes out."""
    ids = blocked(at)
    with at.store.writing() as conn:
        stock = look(at, conn, ids)
        said = _stock_words(stock)
        return keeping.write(at, conn, stock.steps, verb="take_stock", said=said, undoable=False)


def blocked(at: Context) -> list[int]:
    """What is blocked now, by its ids: read before a transaction begins, which must be short."""
    return stuck.blocked(at.store.read, MOST)


def carried(at: Context, conn: Connection, standup: str, ids: Sequence[int]) -> tuple[list[Step], str]:
    """Every open blocker carried through a stand-up, named by its uid, for who writes its end: the steps, and what is said.

    ``ids`` as of ``blocked``.

    Raises:
        Refused: some have been heard unchanged too often, and nothing was decided, escalated or reassigned since.
    """
    now = at.instant()
    stock = look(at, conn, ids)
    mended = _mended(conn, stock.open)
    stopped = [kept for kept in stock.open if rules_of.forced(kept.what, mended.get(kept.uid, ""), today=_today(at, kept.what))]
    stopped.sort(key=_order)
    if (wanted := AT_ONCE - _seen_to(stock.open, stopped)) > 0 and stopped:
        raise _too_often(stopped[:wanted], len(stopped) - wanted)
    steps: list[Step] = []
    for before, after in stock.steps:
        if after is not None and after.open:
            what, done = after.what, mended.get(after.uid, "")
            after = after.now(rules_of.carry(what, standup, now, done, today=_today(at, what)))
        steps.append((before, after))
    still = sum(1 for _, after in steps if after is not None and after.open and after.what.unchanged)
    said = f"Carried {plural(len(stock.open), 'blocker')}" + (f", {still} unchanged" if still else "")
    return steps, said


def look(at: Context, conn: Connection, blocked: Sequence[int]) -> Stock:
    """What the ledger holds and should hold, worked out and not written."""
    now = at.instant()
    standing = records.find(conn, KIND, open=True, limit=STANDING)
    known = {kept.ref: kept for kept in standing if kept.ref}
    ids = dict.fromkeys([*blocked, *items.refs_to_ids(conn, known).values()])
    found = stuck.look(conn, list(ids))
    fresh = [one for ref, one in found.items() if ref not in known and one.blocked]
    steps: list[Step] = [(kept, followed(kept, found.get(kept.ref), now)) for kept in reversed(standing)]
    since = stuck.blocked_since(conn, fresh)
    ended = _ended(conn, [one.ref for one in fresh])
    for one in fresh:
        old = ended.get(one.ref)
        if old is None or rules_of.again(old, state_of(one)):
            steps.append((None, begun(at, one, since.get(one.ref, now), now)))
    return Stock(tuple(steps), found)


def begun(at: Context, one: Stuck, since: datetime, now: datetime) -> Kept[Blocker]:
    """The blocker that an item makes which the ledger does not have."""
    moved = max(since, one.changed if one.changed <= now else since)
    return records.new(KIND, Blocker(clean_line(one.title), since, moved, state=state_of(one)), now, at.who, ref=one.ref)


def followed(kept: Kept[Blocker], one: Stuck | None, now: datetime) -> Kept[Blocker]:
    """The blocker with its item as it is now. What is not known here any more stays as it is."""
    if one is None:
        return kept
    if one.over:
        ended = rules_of.end(kept.what, Outcome.CLEARED, now, f"{one.ref} is {_over_word(one)}")
        return kept.now(ended, open=False)
    if not kept.what.by_hand and not one.blocked:
        ended = rules_of.end(kept.what, Outcome.CLEARED, now, f"no longer blocked: {one.status or one.stage}")
        return kept.now(ended, open=False)
    moved = one.changed if kept.what.last_changed < one.changed <= now else now
    return kept.now(rules_of.looked(kept.what, state_of(one), moved))


def _over_word(one: Stuck) -> str:
    return one.place if one.place in ("done", "declined", "merged") else f"closed ({one.status})" if one.status else "closed"


def state_of(one: Stuck) -> State:
    """What of an item counts as news."""
    return State(one.status, one.stage, one.owner, one.comments, one.waits_for)


def _ended(conn: Connection, refs: Sequence[str]) -> dict[str, Blocker]:
    """The last blocker of each item that somebody ended here."""
    found = {}
    for ref, uid in stuck.latest(conn, KIND, refs).items():
        kept = records.load(conn, uid)
        if kept is not None and kept.what.outcome is Outcome.ENDED:
            found[ref] = kept.what
    return found


def _mended(conn: Connection, standing: Sequence[Kept[Blocker]]) -> dict[str, str]:
    """What was decided or escalated about each since the last stand-up, by uid."""
    done = stuck.last_done(conn, [kept.ref for kept in standing if kept.ref])
    return {
        kept.uid: done[kept.ref][1]
        for kept in standing
        if kept.ref in done and kept.what.carried and done[kept.ref][0] >= kept.what.carried[-1].at
    }


def _order(kept: Kept[Blocker]) -> tuple[int, datetime, str, str]:
    """By repeats and age."""
    return -kept.what.unchanged, kept.what.first_seen, kept.ref, kept.uid


def _seen_to(standing: Sequence[Kept[Blocker]], stopped: Sequence[Kept[Blocker]]) -> int:
    """How many of what could not have been carried were seen to since the last stand-up."""
    left = {kept.uid for kept in stopped}
    return sum(1 for kept in standing if kept.what.unchanged >= rules_of.REPEATS - 1 and kept.uid not in left)


def _today(at: Context, what: Blocker) -> bool:
    return bool(what.carried) and what.carried[-1].at >= at.midnight()


def _too_often(stopped: Sequence[Kept[Blocker]], more: int) -> Refused:
    named = [
        " ".join(part for part in (kept.ref or kept.uid[:UID], kept.what.title, f"({kept.what.who or 'no owner'})") if part)
        for kept in stopped
    ]
    rest = f"; {more} more can wait for another day" if more > 0 else ""
    first = stopped[0].ref or stopped[0].uid[:UID]
    ways = (
        f"D decides (opstui decide … --on {first}), E escalates (opstui escalate {first} --to …), "
        f"o gives it to somebody else (opstui blocker owner {first} …)"
        if stopped[0].ref
        else f"e says another next step or owner (opstui blocker next {first} …), Y clears it (opstui blocker clear {first})"
    )
    why = f"heard unchanged for the {_nth(rules_of.REPEATS)} time: {'; '.join(named)}{rest}"
    return Refused(f"{plural(len(stopped), 'blocker')} {TOO_OFTEN}", why, ways, ref=stopped[0].ref)


def _nth(count: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(count, f"{count}th")


def _stock_words(stock: Stock) -> str:
    new = sum(1 for before, _ in stock.steps if before is None)
    gone = sum(1 for before, after in stock.steps if before is not None and after is not None and not after.open)
    parts = [f"{new} new" if new else "", f"{gone} cleared" if gone else ""]
    return f"Took stock of {plural(len(stock.open), 'blocker')}" + "".join(f", {part}" for part in parts if part)
