"""What a shell offers after a half-typed ref, split or source: read from the store, and nothing when that does not work."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from opstui.cli.state import State
from opstui.domain.views import View
from opstui.errors import OpstuiError

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

OFFERED = 100
"""A shell shows no more than a person would read."""

LOOKED_AT = 2000
"""Rows of the queue among which a ref is looked for: what is further down is not what somebody types."""


def refs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Refs of the queue, the most pressing first, with their titles."""
    with _State(ctx) as state:
        rows = state.desk.window(View(grouped=False), 0, LOOKED_AT) if state else []
    return _starting(incomplete, ((row.ref, row.title) for row in rows))


def splits(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the splits, with their counts."""
    with _State(ctx) as state:
        return _starting(incomplete, [(one.name, f"{one.count} rows") for one in state.desk.splits()] if state else [])


def sources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the sources that are switched on."""
    with _State(ctx) as state:
        found = state.workspace.settings.sources if state else ()
        return _starting(incomplete, [(one.name, one.connector) for one in found if one.enabled])


def paused_sources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the sources that somebody has paused."""
    with _State(ctx) as state:
        found = [one for one in state.desk.sources() if one.paused] if state else []
        return _starting(incomplete, [(one.name, one.connector) for one in found])


def outgoing(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Numbers of the changes in the outbox, with what they change."""
    from opstui.domain.outbox import words

    with _State(ctx) as state:
        found = state.desk.outbox() if state else ()
        return _starting(incomplete, [(str(one.id), f"{one.ref} {words(one.verb, one.value)}") for one in found])


def statuses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Statuses that the item named before can be moved to, as far as its source was asked."""
    refs = ctx.params.get("refs") or ()
    with _State(ctx) as state:
        found = (state.desk.moves(refs[0]) or ()) if state and refs else ()
        return _starting(incomplete, [(move.status, move.title) for move in found])


def routines(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the routines, those of today first."""
    with _State(ctx) as state:
        today = [one.routine.name for one in state.desk.routines.today()] if state else []
        others = [one.name for one in state.desk.routines.all if one.name not in today] if state else []
        return _starting(incomplete, [*((name, "today") for name in today), *((name, "not today") for name in others)])


def people(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the people of the config, with their teams."""
    with _State(ctx) as state:
        return _starting(incomplete, [(one.name, one.team or "") for one in state.desk.people()] if state else [])


def blockers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What is in the blocker ledger."""
    with _State(ctx) as state:
        return _starting(incomplete, [(row.name, row.what.title) for row in state.desk.ledgers.blockers()] if state else [])


def escalated(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Refs of what is escalated, with whom."""
    with _State(ctx) as state:
        return _starting(incomplete, [(row.ref, row.what.summary) for row in state.desk.ledgers.escalations()] if state else [])


def waiting(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Refs of what waits on somebody, with whom."""
    with _State(ctx) as state:
        return _starting(incomplete, [(row.ref, row.person) for row in state.desk.ledgers.waiting()] if state else [])


def gone_sources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the sources that the config no longer has."""
    with _State(ctx) as state:
        found = [one for one in state.desk.sources() if one.state == "gone"] if state else []
        return _starting(incomplete, [(one.name, f"{one.items} items") for one in found])


def stages(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the board's columns."""
    with _State(ctx) as state:
        return _starting(incomplete, [(name, "") for name in state.desk.board.stages()] if state else [])


def _starting(incomplete: str, found: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    begin = incomplete.casefold()
    items = (CompletionItem(name, help=help) for name, help in found if name.casefold().startswith(begin))
    return list(islice(items, OFFERED))


class _State:
    """The state of a command line that is only being completed; None when its config or store cannot be used."""

    def __init__(self, ctx: click.Context) -> None:
        given = ctx.find_root().params
        self._state = State(given.get("config"), given.get("data_dir"))

    def __enter__(self) -> State | None:
        try:
            _ = self._state.desk
        except OpstuiError:
            return None
        return self._state

    def __exit__(self, *exc: object) -> None:
        self._state.close()
