"""``opstui board``: the columns of the stand-up, who has what, what nobody sees, and who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.output import cut, emit_json, json_option, plain, rfc3339, table
from opstui.cli.rows import OWNER_MOST, TITLE_MOST, row_json
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.boardviews import BoardColumn, BoardRow, BoardView, ChainsView, PeopleView, PersonLoad, UnseenView
from opstui.domain.flow import pace_words, work_span
from opstui.domain.format import moment, plural, span
from opstui.domain.text import fold
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk import Desk

TITLE = 1
"""Of a row's columns, the one that gives way."""
SETTLING = "the config has changed: the columns are being worked out. Next: opstui sync, unless the app is open"


@click.command("board")
@click.option("--stage", help="All of one column, not only what moved.", shell_complete=complete.stages)
@click.option("--person", help="What one person has open.", shell_complete=complete.people)
@click.option("--people", "loads", is_flag=True, help="Who has how much in work, of how much.")
@click.option("--unseen", is_flag=True, help="What nobody sees: no owner, an unclear one, a status on no column.")
@click.option("--chains", is_flag=True, help="Who waits for whom, and the one item that frees most.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Rows of a column or a person.")
@json_option
@click.pass_obj
def board(
    state: State, stage: str | None, person: str | None, loads: bool, unseen: bool, chains: bool, limit: int, as_json: bool
) -> None:
    """The board, right to left: of each column what moved since the last stand-up, is blocked or ages."""
    if sum((bool(stage), bool(person), loads, unseen, chains)) > 1:
        raise UsageError("one question at a time", "--stage, --person, --people, --unseen and --chains are five", "Leave one.")
    desk = state.desk
    desk.catch_up()
    if chains:
        _chains(desk, as_json)
    elif unseen:
        _unseen(desk, as_json)
    elif loads:
        _people(desk, as_json)
    elif person:
        _person(desk, person, limit, as_json)
    elif stage:
        _stage(desk, stage, limit, as_json)
    else:
        _all(desk, as_json)


def _all(desk: Desk, as_json: bool) -> None:
    view, people = desk.board.board(), desk.board.people()
    if as_json:
        columns = [_column_json(column, column.rows, desk) for column in view.columns]
        emit_json(
            {"since": rfc3339(view.since, desk.zone()), "ageing": view.ageing, "columns": columns, "unmapped": view.unmapped}
            | {"settling": view.settling}
            | _people_json(people, desk)
        )
        return
    say(f"since {moment(view.since, desk.now(), desk.zone())}")
    for column in view.columns:
        out(_heading(column))
        _rows(column.rows, desk)
        if column.folded:
            out(f"  … {column.folded:,} more, --stage {_quoted(column.name)} shows them")
    if view.unmapped:
        out(f"On no column  {view.unmapped:,}, --unseen shows them")
    _loads(people, desk)
    _asides(view, people)


def _asides(view: BoardView, people: PeopleView) -> None:
    """What is to be mended, on stderr."""
    if view.settling:
        say(SETTLING)
    unknown = [column.name for column in view.columns if not column.over and not column.past.known]
    if unknown:
        say(f"too little past to tell what is slow in: {', '.join(unknown)}")
    for one in people.spellings:
        say(f"{one.name} and {', '.join(one.also)} are likely one person; the config joins them with")
        say("\n".join("  " + line for line in one.config.splitlines()))


def _heading(column: BoardColumn) -> str:
    """``Review  3/2 over  2 moved · 1 ageing``."""
    if column.over:
        return f"{column.name}  {column.total:,} closed"
    said = [
        f"{n:,} {word}" for n, word in ((column.changed, "moved"), (column.blocked, "blocked"), (column.ageing, "ageing")) if n
    ]
    limit = f"/{column.wip}" if column.wip is not None else ""
    parts = [f"{column.name}  {column.total:,}{limit}", column.limit if column.limit == "over" else "", " · ".join(said)]
    return "  ".join(part for part in parts if part)


def _rows(rows: Sequence[BoardRow], desk: Desk) -> None:
    if not rows:
        return
    day_s = desk.board.day_s()
    lines = []
    for one in rows:
        why = [word for on, word in ((one.blocked, "blocked"), (one.changed, "moved")) if on]
        pace = pace_words(one.age_s, one.pace, day_s) if one.ageing else work_span(one.age_s, day_s)
        owner = cut(one.row.owner or "–", OWNER_MOST)
        lines.append((one.row.ref, one.row.title, owner, pace, ", ".join(why)))
    table(lines, indent="  ", grow=TITLE, most=TITLE_MOST)


def _stage(desk: Desk, name: str, limit: int, as_json: bool) -> None:
    view = desk.board.board()
    column = next((one for one in view.columns if fold(one.name) == fold(name)), None)
    if column is None:
        raise UsageError(
            f"no column {name!r}", f"there are {', '.join(desk.board.stages())}", "board.stages in the config adds one."
        )
    rows = desk.board.rest(column.col, 0, limit, view.since)
    if as_json:
        emit_json(_column_json(column, rows, desk))
        return
    if view.settling:
        say(SETTLING)
    out(_heading(column))
    _rows(rows, desk)
    if (more := column.total - len(rows)) > 0:
        say(f"… and {more:,} more (--limit {column.total})")


def _person(desk: Desk, name: str, limit: int, as_json: bool) -> None:
    people = desk.board.people()
    wanted = {fold(name)} | {fold(one.name) for one in people.spellings if fold(name) in map(fold, one.also)}
    who = desk.board.who(name)
    load = next((one for one in people.loads if one.name == who or fold(one.name) in wanted), None)
    if load is None:
        raise UsageError(
            f"nobody is called {name!r}", "no item and no [[people]] of the config has the name", "See: opstui board --people"
        )
    rows = desk.board.of(load.name, limit)
    if as_json:
        emit_json(_load_json(load, desk) | {"rows": [_row_json(row, desk) for row in rows]})
        return
    out(_load_words(load, desk))
    for stage in dict.fromkeys(row.stage for row in rows):
        out(stage or "On no column")
        _rows([row for row in rows if row.stage == stage], desk)
    if (more := load.open - len(rows)) > 0:
        say(f"… and {more:,} more (--limit {load.open})")


def _people(desk: Desk, as_json: bool) -> None:
    people = desk.board.people()
    if as_json:
        emit_json(_people_json(people, desk))
        return
    if not people.loads:
        say("nobody is named in the config and nothing has an owner. Next: [[people]] in the config")
    _loads(people, desk)
    for one in people.spellings:
        say(f"{one.name} and {', '.join(one.also)} are likely one person; the config joins them with\n{one.config}")


def _loads(people: PeopleView, desk: Desk) -> None:
    now = desk.now()
    lines = []
    for load in people.loads:
        oldest = span((now - load.oldest).total_seconds()) if load.oldest else ""
        state = "away" if load.away else "over" if load.over else ""
        lines.append(
            (
                load.name,
                f"{load.in_work}/{load.capacity}",
                state,
                plural(load.open, "open", "open"),
                oldest and f"oldest {oldest}",
            )
        )
    table(lines, right=(1,), grow=0, most=OWNER_MOST)


def _load_words(load: PersonLoad, desk: Desk) -> str:
    state = "  away" if load.away else "  over" if load.over else ""
    return f"{load.name}  {load.in_work}/{load.capacity} in work{state}  {load.open} open"


def _unseen(desk: Desk, as_json: bool) -> None:
    view: UnseenView = desk.board.unseen()
    if as_json:
        groups = [
            {"code": one.code, "title": one.title, "remedy": one.remedy, "total": one.total, "names": list(one.names)}
            | {"rows": [_row_json(row, desk) for row in one.rows]}
            for one in view.groups
        ]
        emit_json({"total": view.total, "groups": groups})
        return
    if not view.total:
        say("everything has one owner whom the config knows, and a column")
    for one in view.groups:
        if not one.total:
            continue
        names = f"  ({', '.join(one.names)})" if one.names else ""
        out(f"{one.title}  {one.total:,}{names}")
        _rows(one.rows, desk)
        if one.total > len(one.rows):
            out(f"  … {one.total - len(one.rows):,} more")


def _chains(desk: Desk, as_json: bool) -> None:
    view: ChainsView = desk.board.chains()
    if as_json:
        emit_json(view, desk.zone())
        return
    if not view.rows:
        say("no open item waits for another, as far as the sources tell")
        return
    lines = []
    for row in view.rows:
        waits = ", ".join(link.ref for link in row.waits)
        lines.append(
            (row.ref, row.title, cut(row.owner or "–", OWNER_MOST), f"frees {row.frees}", f"waits for {waits}" if waits else "")
        )
    table(lines, grow=TITLE, most=TITLE_MOST)
    for ring in view.rings:
        out(f"in a ring: {' → '.join((*ring, ring[0]))}")
    if view.cut:
        say(f"only {view.links:,} links were looked at")


def _row_json(one: BoardRow, desk: Desk) -> dict[str, Any]:
    """A row of the queue with what the board knows of it."""
    return row_json(one.row, desk) | {
        "column": one.stage or None,
        "entered": rfc3339(one.entered, desk.zone()),
        "age_s": one.age_s,
        "pace": one.pace,
        "changed": one.changed,
        "blocked": one.blocked,
        "ageing": one.ageing,
    }


def _column_json(column: BoardColumn, rows: Sequence[BoardRow], desk: Desk) -> dict[str, Any]:
    return {
        "name": column.name,
        "wip": column.wip,
        "limit": column.limit or None,
        "done": column.over,
        "total": column.total,
        "changed": column.changed,
        "blocked": column.blocked,
        "ageing": column.ageing,
        "past": column.past.total,
        "rows": [_row_json(row, desk) for row in rows],
    }


def _load_json(load: PersonLoad, desk: Desk) -> dict[str, Any]:
    return plain(load, desk.zone()) | {"over": load.over, "away": load.away}  # type: ignore[no-any-return]


def _people_json(people: PeopleView, desk: Desk) -> dict[str, Any]:
    return {
        "people": [_load_json(load, desk) for load in people.loads],
        "spellings": [plain(one, desk.zone()) for one in people.spellings],
    }


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


COMMANDS = {"board": board}
