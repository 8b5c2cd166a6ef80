"""The desk's board: what a stand-up walks through. Reads only, for a thread beside the keys: each may take its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.board import UNMAPPED
from opstui.domain.boardviews import (
    BoardColumn,
    BoardRow,
    BoardView,
    Card,
    ChainRow,
    ChainsView,
    PeopleView,
    PersonLoad,
    Spelling,
    StayLine,
    UnseenGroup,
    UnseenView,
)
from opstui.domain.chains import chains
from opstui.domain.flow import NO_PAST, stays, worked
from opstui.domain.kinds import Stage
from opstui.domain.spelling import alike, config_lines
from opstui.domain.views import Linked, QueueRow
from opstui.services import reranking
from opstui.services.desk import boardrows, drafts
from opstui.store import board as facts
from opstui.store import detail as whole
from opstui.store import items, kept
from opstui.store.board import Counts, Flags
from opstui.store.rows import moment, seconds

if TYPE_CHECKING:
    from opstui.config.settings import PersonTable
    from opstui.services.desk.context import Context
    from opstui.store.db import Connection

SHOWN = 100
"""Rows of a column that are shown before it is unfolded."""

CLOSED_SHOWN = 12
"""The same of a column for what is done: its count is what matters."""

UNSEEN_MOST = 100
PEOPLE_MOST = 500
CHAINS_MOST = 200
_ENDS = 20
"""Links of one item that are named."""

_IN_WORK = (Stage.DOING.value, Stage.BLOCKED.value)


class BoardDesk:
    """What the board, the people, the unseen and the chains are read with."""

    def __init__(self, at: Context) -> None:
        self._at = at

    def since(self) -> datetime:
        """What moved after it is told as moved: where the drafts of a stand-up begin, too."""
        return drafts.since(self._at)

    def who(self, name: str) -> str:
        """The one name of whoever is meant."""
        return self._at.people.canonical(name)

    def stages(self) -> tuple[str, ...]:
        """The names of the columns, left to right."""
        return tuple(one.name for one in self._at.rules.board.stages)

    def board(self, since: datetime | None = None) -> BoardView:
        """Every column, right to left: its counts, and of its items those that moved since, are blocked or age."""
        at, since = self._at, since or self.since()
        pasts = boardrows.pasts(at)
        with at.store.reading() as conn:
            lens = boardrows.lens(at, conn, since, pasts)
            counted = facts.counts(conn, lens)
            rows = boardrows.rows(at, conn, facts.flagged(conn, lens, SHOWN), since, pasts)
        by_column: dict[int, list[BoardRow]] = {}
        for row in rows:
            by_column.setdefault(row.col, []).append(row)
        columns = []
        for col, stage in reversed(tuple(enumerate(at.rules.board.stages))):
            most = CLOSED_SHOWN if col in lens.over else SHOWN
            found, shown = counted.get(col, Counts(col, 0, 0, 0, 0, 0)), tuple(by_column.get(col, ())[:most])
            columns.append(
                BoardColumn(
                    *(col, stage.name, col in lens.over, stage.wip, found.all, found.moved, found.stuck, found.ages, shown),
                    *(found.all - len(shown), pasts[col]),
                )
            )
        # A column that the board has no longer is none, until the ranks are made anew.
        unmapped = sum(found.all for col, found in counted.items() if not 0 <= col < len(pasts))
        return BoardView(tuple(columns), since, at.settings.board.ageing, unmapped, self.settling())

    def settling(self) -> bool:
        """Whether the columns that are stored are those of a config before this one: the engine works them out anew."""
        made_by = kept.kept(self._at.store.read, reranking.RULES)
        return bool(made_by) and made_by != reranking.digest(self._at.rules)

    def rest(self, column: int, offset: int = 0, limit: int = SHOWN, since: datetime | None = None) -> tuple[BoardRow, ...]:
        """The items of a column from ``offset`` on, the shown ones first: ``offset=len(shown)`` is what was folded."""
        at, since = self._at, since or self.since()
        pasts = boardrows.pasts(at)
        with at.store.reading() as conn:
            lens = boardrows.lens(at, conn, since, pasts)
            return tuple(
                boardrows.rows(at, conn, facts.column(conn, lens, column, max(offset, 0), max(limit, 0)), since, pasts)
            )

    def people(self) -> PeopleView:
        """What each person has, those with too much first; everybody of the config, and whoever else owns something."""
        at, board = self._at, self._at.rules.board
        found: dict[str, list[int]] = {}
        born: dict[str, int] = {}
        with at.store.reading() as conn:
            work = facts.work(conn, boardrows.done_columns(at))
        for owner, col, stage, count, oldest in work:
            name = at.people.canonical(owner)
            one = found.setdefault(name, [0, 0])
            one[0] += count
            column = board.stages[col].stage if 0 <= col < len(board.stages) else None
            one[1] += count if (column.value if column else stage) in _IN_WORK else 0
            born[name] = min(oldest, born.get(name, oldest))
        tables = {one.name: one for one in at.settings.people}
        known = [person.name for person in at.people.persons]
        loads = []
        for name in dict.fromkeys((*known, *found)):
            open, in_work = found.get(name, (0, 0))
            capacity = _capacity(tables.get(name), at.settings.board.capacity)
            loads.append(PersonLoad(name, open, in_work, capacity, moment(born.get(name)), name in known))
        loads.sort(key=lambda load: (not load.over, -load.in_work, -load.open, load.name.casefold()))
        return PeopleView(tuple(loads[:PEOPLE_MOST]), self._spellings(found, known, tables))

    def _spellings(
        self, owners: Iterable[str], known: Sequence[str], tables: Mapping[str, PersonTable]
    ) -> tuple[Spelling, ...]:
        """Persons under several names that the config does not join."""
        found = []
        for one in alike(owners, known):
            has = tables[one.name].aliases if one.name in tables else ()
            found.append(Spelling(one.name, one.also, config_lines(one, has)))
        return tuple(found)

    def of(self, person: str, limit: int = SHOWN) -> tuple[BoardRow, ...]:
        """The open items of one person, however they name her: from the right column to the left, the highest rank first."""
        at, since, pasts = self._at, self.since(), boardrows.pasts(self._at)
        name = at.people.canonical(person)
        with at.store.reading() as conn:
            ids = facts.of_owner(conn, boardrows.done_columns(at), {name, person}, limit)
            found = boardrows.rows(at, conn, facts.flags_of(conn, boardrows.lens(at, conn, since, pasts), ids), since, pasts)
        return tuple(sorted(found, key=lambda row: -row.col))

    def unseen(self) -> UnseenView:
        """Open items that nobody sees: without an owner, with an unclear one, on no column, of an owner nobody knows."""
        at = self._at
        known = [person.name for person in at.people.persons]
        pasts, since = boardrows.pasts(at), self.since()
        with at.store.reading() as conn:
            found, count = facts.unseen(conn, boardrows.done_columns(at), len(pasts), known, UNSEEN_MOST)
            ids = list(dict.fromkeys(item for one in found.values() for item in one.items))
            lens = boardrows.lens(at, conn, since, pasts)
            rows = {row.row.id: row for row in boardrows.rows(at, conn, facts.flags_of(conn, lens, ids), since, pasts)}
        groups = []
        for code, (title, remedy) in _UNSEEN.items():
            one = found[code]
            groups.append(
                UnseenGroup(code, title, remedy, one.total, tuple(rows[item] for item in one.items if item in rows), one.names)
            )
        return UnseenView(tuple(groups), count)

    def chains(self) -> ChainsView:
        """Who waits for whom: what holds others up, what of it can be done at once first, by how many it frees."""
        with self._at.store.reading() as conn:
            links = facts.links(conn)
            cut = len(links) > facts.LINKS_MOST
            found = chains((blocker, blocked) for blocker, blocked, _ in links[: facts.LINKS_MOST])
            wanted = list(found.order[:CHAINS_MOST])
            ends = [end for ref in wanted for end in (*_some(found.waits, ref), *_some(found.holds, ref))]
            linked = _linked(conn, list(dict.fromkeys((*wanted, *ends))), self._at.now())
        rows = []
        for ref in wanted:
            row = linked.get(ref)
            if row is not None:
                rows.append(
                    ChainRow(
                        *(ref, row.title, row.owner, row.owner_state, len(found.holds[ref]), found.frees[ref]),
                        *(_ends_of(found.waits, ref, linked), _ends_of(found.holds, ref, linked)),
                    )
                )
        return ChainsView(tuple(rows), found.rings, min(len(links), facts.LINKS_MOST), cut)

    def frees(self, ref: str) -> int:
        """How many open items wait for this one, also through others."""
        return self._behind(self._at.store.read, ref)

    def card(self, ref: str, since: datetime | None = None) -> Card | None:
        """One item's flow: its stays so far, its pace, what it waits for and what waits for it; None when there is none."""
        at, since = self._at, since or self.since()
        pasts, now = boardrows.pasts(at, measure=False), at.now()
        with at.store.reading() as conn:
            id = items.id_of(conn, ref)
            item = items.load_item(conn, id) if id is not None else None
            if id is None or item is None:
                return None
            lens = boardrows.lens(at, conn, since, pasts, waiting=False)
            waits = [blocker for blocker, _ in facts.links_at(conn, "blocked", [ref])]
            holds = [blocked for _, blocked in facts.links_at(conn, "blocker", [ref])]
            flags = next(iter(facts.flags_of(conn, lens, [id])), None)
            if flags is None:
                place = facts.entered(conn, id) or (UNMAPPED, seconds(item.created) or int(now.timestamp()))
                flags = Flags(id, *place, moved=False, stuck=False, ages=False)
            flags = flags._replace(stuck=flags.stuck or bool(waits and item.stage is Stage.DOING))
            found = boardrows.rows(at, conn, [flags], since, pasts)
            linked = _linked(conn, [*waits[:_ENDS], *holds[:_ENDS]], now)
            frees = self._behind(conn, ref)
        if not found:
            return None
        calendar, board = at.calendar, at.rules.board
        visits = tuple(
            StayLine(board.stages[stay.col].name, stay.entered, stay.left, worked(calendar, stay, now))
            for stay in stays(board, item, now, found[0].entered)
        )
        return Card(
            found[0],
            pasts[found[0].col] if 0 <= found[0].col < len(pasts) else NO_PAST,
            visits,
            tuple(_link(linked[ref]) for ref in waits[:_ENDS] if ref in linked),
            tuple(_link(linked[ref]) for ref in holds[:_ENDS] if ref in linked),
            frees,
            calendar.day_seconds,
        )

    def day_s(self) -> int:
        """Seconds of a working day: what ages are told in."""
        return self._at.calendar.day_seconds

    def _behind(self, conn: Connection, ref: str) -> int:
        """How many wait for an item, walked link by link from it."""
        seen, edge = {ref}, [ref]
        while edge and len(seen) <= facts.LINKS_MOST:
            edge = list({blocked for _, blocked in facts.links_at(conn, "blocker", edge)} - seen)
            seen.update(edge)
        return len(seen) - 1


_UNSEEN = {
    "owner": ("Nobody owns it", "o gives it to somebody"),
    "ambiguous": ("Several could own it", "o says who does"),
    "status": ("On no column of the board", "name the status in board.stages of the config"),
    "stranger": ("Of somebody the config does not know", "add the person, or the spelling, to [[people]]"),
}
"""By reason what it is called and what helps."""


def _capacity(person: PersonTable | None, usual: int) -> int:
    return usual if person is None or person.capacity is None else person.capacity


def _some(ends: Mapping[str, Sequence[str]], ref: str) -> Sequence[str]:
    return ends.get(ref, ())[:_ENDS]


def _linked(conn: Connection, refs: Sequence[str], now: datetime) -> dict[str, QueueRow]:
    return {row.ref: row for row in whole.rows_of(conn, refs, since=now, now=now)}


def _link(row: QueueRow) -> Linked:
    return Linked(row.ref, row.title, row.owner, row.stage)


def _ends_of(ends: Mapping[str, Sequence[str]], ref: str, rows: Mapping[str, QueueRow]) -> tuple[Linked, ...]:
    return tuple(_link(rows[end]) for end in _some(ends, ref) if end in rows)
