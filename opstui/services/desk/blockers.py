"""One blocker of the ledger: put in by hand, given to somebody, said what is done next about it, and taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain import blockers as rules_of
from opstui.domain.blockers import Blocker, Outcome, State
from opstui.domain.text import clean_line
from opstui.domain.views import Receipt
from opstui.errors import Refused, UsageError
from opstui.services.desk import keeping, stock
from opstui.services.desk.context import Context
from opstui.store import items, records, stuck
from opstui.store.records import Kept
from opstui.store.stuck import Stuck

if TYPE_CHECKING:
    from opstui.store.db import Connection

_Turn = Callable[[Blocker, datetime], Blocker]


def block(at: Context, ref: str, text: str, owner: str, next_step: str) -> Receipt:
    """Put something into the ledger by hand.

    Raises:
        UsageError: neither an item nor a text.
        Refused: it is there already, or there is no such item.
    """
    text, now = clean_line(text).strip(), at.instant()
    if not ref and not text:
        raise UsageError("A blocker needs words, or the item that is blocked")
    with at.store.writing() as conn:
        item = None
        if ref:
            item = _item(conn, ref)
            if _stored(conn, ref, by_ref=True) is not None:
                raise Refused(f"{ref} is in the ledger already", "", "opstui blocker list shows it", ref=ref)
            if item.over:
                raise Refused(f"{ref} is over", "nothing of it can be blocked", ref=ref)
        state = stock.state_of(item) if item else State()
        what = Blocker(
            text or (item.title if item else ""),
            now,
            now,
            _person(at, owner),
            clean_line(next_step).strip(),
            not (item and item.blocked),
            state,
        )
        kept = records.new(stock.KIND, what, now, at.who, ref=ref)
        return keeping.write(at, conn, [(None, kept)], verb="block", said=f"Blocked: {ref or what.title}")


def set_owner(at: Context, target: str, owner: str) -> Receipt:
    """Give a blocker to somebody; empty: back to whoever owns its item."""
    who = _person(at, owner)
    said = f"gave it to {who}" if who else "back to its item's owner"
    return _turn(at, target, "blocker_owner", said, lambda what, now: rules_of.owned(what, who, now))


def set_next(at: Context, target: str, text: str) -> Receipt:
    """Say what is done next about a blocker."""
    text = clean_line(text).strip()
    said = f"next: {text}" if text else "no next step"
    return _turn(at, target, "blocker_next", said, lambda what, now: rules_of.stepped(what, text, now))


def edit(at: Context, target: str, owner: str, next_step: str) -> Receipt:
    """Owner and next step in one action."""
    who, text = _person(at, owner), clean_line(next_step).strip()
    said = "; ".join(part for part in (f"owner {who}" if who else "", f"next: {text}" if text else "") if part)

    def turn(what: Blocker, now: datetime) -> Blocker:
        own = "" if who == what.state.owner else who
        return rules_of.stepped(rules_of.owned(what, own, now), text, now)

    return _turn(at, target, "blocker", said or "no next step", turn)


def clear(at: Context, target: str, said: str) -> Receipt:
    """Take a blocker out of the ledger: it blocks nobody any more, whatever its tracker says, until that moves again."""
    said = clean_line(said).strip()
    return _turn(at, target, "unblock", said or "cleared", lambda what, now: rules_of.end(what, Outcome.ENDED, now, said))


def _turn(at: Context, target: str, verb: str, said: str, turn: _Turn) -> Receipt:
    now = at.instant()
    with at.store.writing() as conn:
        before, kept = find(at, conn, target)
        what = turn(kept.what, now)
        if before is not None and what == before.what:
            return Receipt(0, verb, (), ((kept.ref or target, "nothing would change"),), "nothing changed")
        after = kept.now(what, open=what.outcome is Outcome.OPEN)
        return keeping.write(at, conn, [(before, after)], verb=verb, said=f"Blocker {kept.ref or what.title}: {said}")


def find(at: Context, conn: Connection, target: str) -> tuple[Kept[Blocker] | None, Kept[Blocker]]:
    """The open blocker of an item, or by its uid or the beginning of it: as it is stored, and with its item as it is now.

    Raises:
        Refused: there is none.
    """
    item = None
    if ":" in target and (id := items.id_of(conn, target)) is not None:
        item = stuck.look(conn, [id]).get(target)
    before = _stored(conn, target, by_ref=item is not None or ":" in target)
    if before is not None:
        one = item
        if before.ref and one is None and (id := items.id_of(conn, before.ref)) is not None:
            one = stuck.look(conn, [id]).get(before.ref)
        after = stock.followed(before, one, at.instant())
        return before, after if after.open else before
    if item is not None and item.blocked:
        since = stuck.blocked_since(conn, [item]).get(item.ref, at.instant())
        return None, stock.begun(at, item, since, at.instant())
    raise Refused(
        f"No blocker {target!r}", "nothing of that name is in the ledger", "opstui blocker list shows what is", ref=target
    )


def _stored(conn: Connection, target: str, *, by_ref: bool) -> Kept[Blocker] | None:
    if by_ref:
        found = records.find(conn, stock.KIND, open=True, ref=target, limit=1)
        return found[0] if found else None
    standing = [
        kept for kept in records.find(conn, stock.KIND, open=True, limit=stock.STANDING) if kept.uid.startswith(target.lower())
    ]
    return standing[0] if len(standing) == 1 and len(target) >= 4 else None


def _item(conn: Connection, ref: str) -> Stuck:
    id = items.id_of(conn, ref)
    found = stuck.look(conn, [id]).get(ref) if id is not None else None
    if found is None:
        raise Refused(f"No item {ref!r}", "a ref is source:key", "opstui queue lists refs", ref=ref)
    return found


def _person(at: Context, name: str) -> str:
    name = clean_line(name).strip()
    return at.people.canonical(name) if name else ""
