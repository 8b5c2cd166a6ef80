"""The outbox as the panes see it, the ways out of a change that came back, and the read-only switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opstui.domain.model import NO_MARK, Verdict
from opstui.domain.outbox import OPEN, STUCK, State, wanted, words
from opstui.domain.verdicts import without_verdict
from opstui.domain.views import Outgoing, Receipt
from opstui.errors import Refused
from opstui.services.desk import lines, outgoing
from opstui.services.desk.context import Context
from opstui.store import items, journal, kept, marks, notes, ranks, reach
from opstui.store import outbox as stored

if TYPE_CHECKING:
    from opstui.connectors.api import Move
    from opstui.store.db import Connection

SHOWN = (*OPEN, *STUCK)
"""What the outbox lists unless other states are asked for: everything that is not over."""


# reads ----------------------------------------------------------------------------------------------------------------


def listed(at: Context, states: Sequence[str], limit: int) -> tuple[Outgoing, ...]:
    """Changes in these states, youngest first."""
    return tuple(stored.listed(at.store.read, list(states or SHOWN), limit))


def one(at: Context, id: int) -> Outgoing | None:
    """One change."""
    return stored.load(at.store.read, id)


def sent_today(at: Context) -> int:
    """How many changes their sources have taken since midnight."""
    return stored.sent(at.store.read, at.midnight())


def counts(at: Context) -> Mapping[str, Mapping[str, int]]:
    """How many changes of each source are in each state that is not over."""
    return stored.counts(at.store.read)


def verbs(at: Context, source: str) -> frozenset[str]:
    """What a source takes."""
    return reach.of(at.store.read, source).verbs


def moves(at: Context, ref: str) -> tuple[Move, ...] | None:
    """The transitions that an item can make."""
    from opstui.connectors.api import Move, MoveField

    id = items.id_of(at.store.read, ref)
    found = reach.moves(at.store.read, id) if id is not None else None
    if found is None:
        return None

    def asked(given: Mapping[str, Any]) -> MoveField:
        return MoveField(**{**given, "choices": tuple(given.get("choices", ()))})

    return tuple(Move(**{**given, "fields": tuple(asked(one) for one in given.get("fields", ()))}) for given in found)


def readonly(at: Context) -> bool:
    """Whether nothing is sent."""
    return outgoing.readonly(at, at.store.read)


def set_readonly(at: Context, on: bool) -> None:
    """Turn the switch.

    Raises:
        Refused: the command line said ``--readonly``, which wins.
    """
    if at.readonly and not on:
        raise Refused("Cannot leave read-only", "this program was started with --readonly", "Start it without.")
    with at.store.writing() as conn:
        kept.keep(conn, kept.READONLY, "on" if on else "off")


# ways out -------------------------------------------------------------------------------------------------------------


def retry(at: Context, id: int) -> Receipt:
    """Send a failed change again; one that waits for its next try is sent at once."""

    def again(conn: Connection, found: Outgoing) -> None:
        if found.state not in (State.FAILED, State.PENDING):
            raise _refused("retry", found)
        if found.state == State.PENDING and found.doubt:
            # Looked for too early, a request that is still under way would be sent twice.
            why = "nobody knows whether it arrived; it is looked for by itself, and then sent if it is not there"
            raise Refused(f"cannot retry change {found.id}", why, "Wait, or drop it.", ref=found.ref)
        _send(at, conn, found)

    return _each(at, [id], "retry", "To be sent again: {0}", again)


def mine(at: Context, id: int) -> Receipt:
    """Settle a conflict our way: what stands at the source now is what the change replaces."""

    def insist(conn: Connection, found: Outgoing) -> None:
        if found.state != State.CONFLICT:
            raise _refused("mine", found)
        value = found.value
        if found.verb == "labels":
            value = outgoing.label_steps(found.theirs, wanted("labels", value, found.theirs))
        _send(at, conn, found, base=found.theirs, value=value, theirs=None)

    return _each(at, [id], "mine", "Goes all the same: {0}", insist)


def drop(at: Context, ids: Sequence[int]) -> Receipt:
    """Give changes up: what their source says stands. Undo puts them back on their way."""

    def away(conn: Connection, found: Outgoing) -> Sequence[journal.Line]:
        if found.state not in (State.PARKED, State.PENDING, *STUCK):
            raise _refused("drop", found)
        outgoing.cancel(at, conn, found, "dropped; it may have arrived" if found.doubt else "dropped")
        outgoing.rebase(at, conn, found)
        return _given(conn, found)

    return _each(at, ids, "drop", "Dropped {0}", away, undoable=True)


def _given(conn: Connection, gone: Outgoing, to: str = "") -> Sequence[journal.Line]:
    """The verdict that named the owner of a change which is not sent names ``to``; without one the item is in the queue."""
    id = items.id_of(conn, gone.ref) if gone.verb == "assign" and gone.ref and gone.undoes is None else None
    before = marks.load(conn, id) if id is not None else NO_MARK
    if id is None or before.verdict is not Verdict.ASSIGN or before.target != (gone.value or {}).get("name"):
        return ()
    after = replace(before, target=to) if to else without_verdict(before)
    marks.save(conn, {id: after})
    return (journal.Line(gone.ref, id, journal.MARK, marks.dump(before), marks.dump(after)),)


def edit(at: Context, id: int, value: Any) -> Receipt:
    """Put another value in the place of a change that is stuck or still held.

    Raises:
        Refused: there is none, or it is on the wire or over.
    """
    with at.store.writing() as conn:
        found = _needed(conn, id)
        if not outgoing.held(found):
            raise _refused("edit", found)
        base = outgoing.stands(at, conn, found)
        new = value_of(at, found.verb, value, found.value, base)
        uid = journal.new_uid()
        item = items.id_of(conn, found.ref) if found.ref else None
        step = outgoing.Step(found.ref, item, found.source, found.verb, new, base, uid, True, (found,))
        if found.verb == "labels":
            step = replace(step, value=outgoing.label_steps(base, wanted("labels", new, base)))
        written = [*step.lines(), *_given(conn, found, (new or {}).get("name", "") if found.verb == "assign" else "")]
        if found.verb == "comment" and (old := notes.by_uid(conn, found.uid)) and old.withdrawn is None:
            notes.set_withdrawn(conn, old.uid, at.instant())
            text = str(new["text"])
            notes.add(conn, kind=notes.COMMENT, at=at.instant(), who=at.who, ref=found.ref, text=text, uid=uid)
            written.append(journal.Line(found.ref, item, journal.NOTE, lines.note_state(old.uid), None))
            written.append(journal.Line(found.ref, item, journal.NOTE, None, lines.note_state(uid)))
        said = f"Changed for {found.ref or found.source}: {words(found.verb, new)} instead of {words(found.verb, found.value)}"
        group = journal.write(conn, written, at=at.now(), who=at.who, verb="edit", summary=said)
        numbers = outgoing.put(at, conn, group, [step])
        if item is not None:
            ranks.rescore(conn, [item], at.rules, at.instant())
        where = outgoing.told(at, conn, [found.source], ())
    refs = (found.ref,) if found.ref else ()
    return Receipt(group, "edit", refs, (), said, numbers[0], outgoing=numbers, **where)


def release_parked(at: Context, ids: Sequence[int] | None) -> Receipt:
    """Let changes made while read-only go; all of them without ids."""

    def go(conn: Connection, found: Outgoing) -> None:
        if found.state != State.PARKED:
            raise _refused("release", found)
        due = at.instant() + timedelta(seconds=outgoing.hold(at))
        stored.set_state(conn, found.id, State.PENDING, due=due, what="", why="", next_step="")

    return _each(at, _parked(at, ids), "release-outbox", "Released {0}", go)


def drop_parked(at: Context, ids: Sequence[int] | None) -> Receipt:
    """Give up changes made while read-only; all of them without ids."""
    return drop(at, _parked(at, ids))


def value_of(at: Context, verb: str, given: Any, old: Any, base: Any) -> Any:
    """A change's value from what a person gives for it: a name, a number, a text, a date, all the labels it should have.

    Raises:
        UsageError: it cannot be one.
    """
    from opstui.services.desk import sending

    match verb:
        case "assign":
            return outgoing.person(at.people, str(given)) if not isinstance(given, Mapping) and given else given or None
        case "priority":
            return given if isinstance(given, Mapping) else {"priority": sending.level(given), "label": ""}
        case "transition":
            return (
                given if isinstance(given, Mapping) else {"status": sending.line_of(given), "id": "", "fields": {}, "stage": ""}
            )
        case "due":
            return sending.day_of(at, given)
        case "labels":
            if isinstance(given, Mapping):
                return given
            return outgoing.label_steps(base, sending.labels_of(given))
        case "comment":
            return {"text": sending.text_of(given["text"] if isinstance(given, Mapping) else given)}
        case "create":
            more = given if isinstance(given, Mapping) else {"title": sending.line_of(given)}
            return {**old, **more}
    return given


def _each(
    at: Context,
    ids: Iterable[int],
    verb: str,
    said: str,
    do: Callable[[Connection, Outgoing], Sequence[journal.Line] | None],
    *,
    undoable: bool = False,
) -> Receipt:
    """The same for several changes: one action. Those that do not take it are named; a single one raises."""
    wanted_ids = list(dict.fromkeys(ids))
    done: list[Outgoing] = []
    refused: list[tuple[str, str]] = []
    written: list[journal.Line] = []
    with at.store.writing() as conn:
        for id in wanted_ids:
            try:
                found = _needed(conn, id)
                besides = do(conn, found)
            except Refused as error:
                if len(wanted_ids) == 1:
                    raise
                refused.append((str(id), error.why or error.what))
                continue
            done.append(found)
            item = items.id_of(conn, found.ref) if found.ref else None
            line = outgoing.gone(found, item)
            written.append(
                line if undoable else replace(line, before=line.after or line.before, after=line.after or line.before)
            )
            written.extend(besides or ())
            if found.state in STUCK and not undoable:
                outgoing.close_own(at, conn, found.id)
        if not done:
            return Receipt(0, verb, (), tuple(refused), "nothing was changed")
        what = f"{words(done[0].verb, done[0].value)} on {done[0].ref or done[0].source}" if len(done) == 1 else None
        summary = said.replace("{0}", what or f"{len(done)} changes", 1)
        group = journal.write(conn, written, at=at.now(), who=at.who, verb=verb, summary=summary, undoable=undoable)
        ranks.rescore(conn, [line.item for line in written if line.item is not None], at.rules, at.instant())
        numbers = tuple(one.id for one in done)
        where = {} if undoable else outgoing.told(at, conn, [one.source for one in done], ())
    refs = tuple(dict.fromkeys(one.ref for one in done if one.ref))
    return Receipt(group, verb, refs, tuple(refused), summary, numbers[0], outgoing=numbers, **where)


def _send(at: Context, conn: Connection, found: Outgoing, **columns: Any) -> None:
    columns = {"due": at.instant(), "attempts": 0, "settled": None, "what": "", "why": "", "next_step": "", **columns}
    stored.set_state(conn, found.id, State.PENDING, **columns)


def _parked(at: Context, ids: Sequence[int] | None) -> Sequence[int]:
    if ids is not None:
        return ids
    return [found.id for found in reversed(stored.listed(at.store.read, [State.PARKED], -1))]


def _needed(conn: Connection, id: int) -> Outgoing:
    found = stored.load(conn, id)
    if found is None:
        raise Refused(f"no change {id} in the outbox", "", "opstui outbox --all lists them.")
    return found


_STEPS = {
    State.PARKED: "Release it, or drop it.",
    State.PENDING: "Drop it, or wait.",
    State.SENDING: "Wait until its source has answered.",
    State.FAILED: "Retry it, edit it, or drop it.",
    State.CONFLICT: "Mine, theirs, or edit it.",
}


def _refused(verb: str, found: Outgoing) -> Refused:
    state = State(found.state)
    why = f"{words(found.verb, found.value)} is {state}"
    step = _STEPS.get(state, "It is over; opstui undo takes the action back.")
    return Refused(f"cannot {verb} change {found.id}", why, step, ref=found.ref)
