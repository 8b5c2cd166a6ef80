"""The façade of the desk: every read and every action of the panes and the command line, one method each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from opstui.domain.kinds import Verdict
from opstui.late import late
from opstui.services.desk import health, rail, reads
from opstui.services.desk.context import Context

if TYPE_CHECKING:
    from concurrent.futures import Future

    from opstui.config.settings import Settings
    from opstui.connectors.api import Move
    from opstui.domain.escalation import Asked
    from opstui.domain.kinds import Stage
    from opstui.domain.model import Person
    from opstui.domain.rail import Rail
    from opstui.domain.shelves import Shelf
    from opstui.domain.views import (
        Decision,
        Detail,
        Entry,
        Hit,
        Load,
        Outgoing,
        Preview,
        QueueRow,
        Receipt,
        SessionLine,
        SourceState,
        SplitCount,
        View,
    )
    from opstui.errors import QueryError
    from opstui.services.desk import outbox, records, sending, undo, verdicts
    from opstui.services.desk.board import BoardDesk
    from opstui.services.desk.ledgers import LedgerDesk
    from opstui.services.desk.routines import RoutineDesk
    from opstui.services.desk.standards import StandardDesk
    from opstui.services.desk.standup import StandupDesk
    from opstui.services.desk.writer import Writer
    from opstui.store.db import Store
else:
    outbox = late("opstui.services.desk.outbox")
    sending = late("opstui.services.desk.sending")
    records = late("opstui.services.desk.records")
    undo = late("opstui.services.desk.undo")
    verdicts = late("opstui.services.desk.verdicts")

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """What the panes and the command line use.

    Reads run on the calling thread, on its own read connection, and are bounded by what they show. An action is one
    journal group, one transaction and one undo, however many items it has; what it returns is safe on disk.
    ``refs`` that do not take the action are named with the reason in ``Receipt.refused``; the rest goes through.
    """

    def __init__(
        self, store: Store, settings: Settings, *, now: Callable[[], datetime], who: str = "", readonly: bool = False
    ) -> None:
        """Open nothing, read nothing; ``who`` acts (the config's ``me.name`` when empty); ``readonly``: nothing is sent."""
        self._at = Context(store, settings, now, who, readonly)
        self._writer: Writer | None = None

    # parts of the desk, each loaded when first used ------------------------------------------------------------------

    @cached_property
    def board(self) -> BoardDesk:
        """The board of the stand-up: columns, loads, what nobody sees, who waits for whom."""
        from opstui.services.desk.board import BoardDesk

        return BoardDesk(self._at)

    @cached_property
    def standup(self) -> StandupDesk:
        """The daily stand-up: its walk, what was said, the parking lot, the report."""
        from opstui.services.desk.standup import StandupDesk

        return StandupDesk(self._at)

    @cached_property
    def ledgers(self) -> LedgerDesk:
        """Blockers, escalations, and what waits on people."""
        from opstui.services.desk.ledgers import LedgerDesk

        return LedgerDesk(self._at)

    @cached_property
    def routines(self) -> RoutineDesk:
        """Checklists that come again."""
        from opstui.services.desk.routines import RoutineDesk

        return RoutineDesk(self._at)

    @cached_property
    def standards(self) -> StandardDesk:
        """How things are done, on the items they are for."""
        from opstui.services.desk.standards import StandardDesk

        return StandardDesk(self._at)

    # reads ---------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time by this desk's clock, in UTC."""
        return self._at.now()

    def zone(self) -> ZoneInfo:
        """The time zone of the working day: what times are shown in."""
        return self._at.zone

    def rail(self) -> Rail:
        """The day's shape: what is left to decide, the fixed points and what joins them, each over, due or late."""
        return rail.rail(self._at)

    def since(self) -> datetime:
        """The last handoff: what came or moved after it counts as new."""
        return reads.since(self._at)

    def who(self) -> str:
        """The name that signs what is done here."""
        return self._at.who

    def me(self) -> Person | None:
        """Whose desk it is, None while the config does not say."""
        return self._at.people.me

    def people(self) -> tuple[Person, ...]:
        """Everybody the config names."""
        return self._at.people.persons

    def window(self, view: View, offset: int = 0, limit: int = 50) -> list[QueueRow]:
        """The rows of a view from ``offset`` on, ``limit`` at most. QueryError when its query has a mistake."""
        return reads.window(self._at, view, offset, limit)

    def count(self, view: View) -> int:
        """How many rows a view has."""
        return reads.count(self._at, view)

    def position(self, view: View, id: int) -> int | None:
        """Where an item stands in a view, from 0; None when it is not in it."""
        return reads.position(self._at, view, id)

    def splits(self) -> tuple[SplitCount, ...]:
        """The config's splits with their stored counts: cheap, perhaps a moment old."""
        return reads.splits(self._at)

    def row(self, ref: str) -> QueueRow | None:
        """One item as a line, wherever it stands; None when there is no such item."""
        return reads.row(self._at, ref)

    def rows(self, refs: Sequence[str]) -> list[QueueRow]:
        """Items as lines, in this order; refs of nothing are left out."""
        return reads.rows(self._at, refs)

    def detail(self, ref: str) -> Detail | None:
        """All of one item; None when there is no such item."""
        return reads.detail(self._at, ref)

    def alike(self, ref: str) -> tuple[str, ...]:
        """Refs in the queue like this one, itself included: same group, or same source and title."""
        return reads.alike(self._at, ref)

    def near(self, ref: str, limit: int = 8) -> tuple[Hit, ...]:
        """Items that are not over and likely about the same thing: same group or title, or words in common."""
        return reads.near(self._at, ref, limit)

    def targets(self, text: str, limit: int = 50) -> list[Hit]:
        """What ``search`` finds, of a group only the first: what an item can be merged into."""
        return reads.targets(self._at, text, limit)

    def shelf_view(self, shelf: Shelf, query: str = "") -> View:
        """What stands on one of ``domain.shelves.SHELVES``, as a view for ``window``, narrowed by a query."""
        return reads.shelf_view(self._at, shelf, query)

    def shelf_counts(self) -> tuple[int, ...]:
        """How many items stand on each of ``SHELVES``: not on the key path."""
        return reads.shelf_counts(self._at)

    def sources(self) -> tuple[SourceState, ...]:
        """Every configured source's health, in the config's order; then the sources it no longer has but holds items of."""
        return health.sources(self._at)

    def refusals(self, source: str, limit: int = 100) -> tuple[tuple[str, str, str], ...]:
        """Records of a source that did not come in: where, why, sample."""
        return health.refusals(self._at, source, limit)

    def clear(self) -> tuple[bool, tuple[SourceState, ...]]:
        """Whether "queue clear" may be said, and the sources that forbid it: required and not fresh, or gone."""
        return health.clear(self._at)

    def loads(self) -> tuple[Load, ...]:
        """Each person's open work and its oldest age, least loaded first; people without work are there too."""
        return reads.loads(self._at)

    def begin_session(self) -> None:
        """The queue is being looked at from now on: the first verdict's seconds count from here."""
        self._at.began = self._at.instant()

    def search(self, text: str, limit: int = 50) -> list[Hit]:
        """Items, notes, comments and decisions that hold every word of ``text`` (the last one as a prefix)."""
        return reads.search(self._at, text, limit)

    def log(
        self, query: str = "", kinds: Sequence[str] = (), offset: int = 0, limit: int = 50, *, withdrawn: bool = False
    ) -> list[Entry]:
        """Notes, comments, decisions and actions, youngest first; ``kinds`` of note, comment, decision, action, or a verb.

        With ``withdrawn`` those that were taken back are there too, and say so.
        """
        return records.log(self._at, query, kinds, offset, limit, withdrawn)

    def log_count(self, query: str = "", kinds: Sequence[str] = (), limit: int = 5000, *, withdrawn: bool = False) -> int:
        """How many entries ``log`` has, ``limit`` at most."""
        return records.log_count(self._at, query, kinds, limit, withdrawn)

    def refs(self, group: int, limit: int = 100) -> tuple[str, ...]:
        """The items that one action of the journal was on."""
        return records.refs(self._at, group, limit)

    def audit(self, ref: str, limit: int = 50) -> list[Entry]:
        """Who did what to one item, when and why, youngest first; undone actions and their undoing are there too."""
        return records.audit(self._at, ref, limit)

    def decisions(self, query: str = "", ref: str = "", offset: int = 0, limit: int = 50) -> list[Decision]:
        """Decisions in force and superseded, youngest first."""
        return records.decisions(self._at, query, ref, offset, limit)

    def decision(self, id: int) -> Decision | None:
        """One decision, None when there is none or it was withdrawn."""
        return records.decision(self._at, id)

    def undo_list(self, limit: int = 20) -> tuple[Preview, ...]:
        """What undo would take back, next first: ``summary`` tells what each one brings back."""
        return undo.undo_list(self._at, limit)

    def redo_list(self, limit: int = 20) -> tuple[Preview, ...]:
        """What redo would do again, next first."""
        return undo.redo_list(self._at, limit)

    def session(self) -> SessionLine:
        """The triage session: how many are left, minutes in it, median seconds each."""
        return reads.session(self._at)

    def session_median(self, since: datetime) -> float | None:
        """Median seconds per verdict of all sessions since then: the figure a KPI is made of."""
        return reads.session_median(self._at, since)

    def version(self) -> int:
        """A number that changes whenever anybody else wrote to the store."""
        return self._at.store.data_version()

    def when(self, text: str) -> datetime:
        """The time that ``2h``, ``eod``, ``mon 9`` or ``+3d`` means now. UsageError, with examples, when it means none."""
        return self._at.when(text)

    def presets(self) -> tuple[tuple[str, str], ...]:
        """Snooze presets: name and the words for ``when``."""
        return reads.presets(self._at)

    def reasons(self, verb: str) -> tuple[str, ...]:
        """The team's reasons for a verb; free text is always allowed too."""
        return reads.reasons(self._at, verb)

    def check_query(self, text: str) -> QueryError | None:
        """The first mistake in a query, with its column; None when it is right."""
        return reads.check_query(text)

    def theme(self) -> str:
        """The theme chosen last, empty when none was."""
        return reads.theme(self._at)

    def keep_theme(self, name: str) -> None:
        """Begin with this theme from now on, as long as the config names none."""
        reads.keep_theme(self._at, name)

    def backup_trouble(self) -> str:
        """Why the daily copy of the store fails, empty when it does not."""
        return health.backup_trouble(self._at)

    # verdicts ------------------------------------------------------------------------------------------------------

    def accept(self, refs: Sequence[str]) -> Receipt:
        """Take them into today's work."""
        return verdicts.verdict(self._at, Verdict.ACCEPT, refs)

    def done(self, refs: Sequence[str], reason: str = "") -> Receipt:
        """They need nothing more."""
        return verdicts.verdict(self._at, Verdict.DONE, refs, reason=reason)

    def decline(self, refs: Sequence[str], reason: str = "", tell: bool | None = None) -> Receipt:
        """Say no to them. ``tell``: whether their source is told by a comment; None leaves it to the config."""
        return verdicts.verdict(self._at, Verdict.DECLINE, refs, reason=reason, tell=tell)

    def merge(self, refs: Sequence[str], into: str, reason: str = "") -> Receipt:
        """Fold them into another item that is about the same thing."""
        return verdicts.verdict(self._at, Verdict.MERGE, refs, target=into, reason=reason)

    def snooze(self, refs: Sequence[str], until: datetime | str, reason: str = "") -> Receipt:
        """Out of the queue until a time: a datetime, or words for ``when``."""
        return verdicts.verdict(self._at, Verdict.SNOOZE, refs, until=until, reason=reason)

    def assign(self, refs: Sequence[str], who: str, reason: str = "") -> Receipt:
        """Give them to somebody, who then owns them: at their source where it takes an owner, else here."""
        return verdicts.verdict(self._at, Verdict.ASSIGN, refs, target=who, reason=reason)

    def escalate(
        self,
        refs: Sequence[str],
        to: str,
        reason: str = "",
        until: datetime | str | None = None,
        asked: Asked | None = None,
        tell: bool = False,
    ) -> Receipt:
        """Raise them to somebody who can decide; with ``until`` they come back when there is no answer by then.

        Without ``until`` the ladder of the config says it, for whoever is on it; ``never`` is no time at all. ``asked`` is what
        was written for it; ``tell``: its text goes to their source as a comment. What comes of it is in ``ledgers``.
        """
        return verdicts.verdict(self._at, Verdict.ESCALATE, refs, target=to, reason=reason, until=until, asked=asked, tell=tell)

    def wait(self, refs: Sequence[str], on: str, until: datetime | str | None = None, text: str = "") -> Receipt:
        """Park them on a person; they come back at ``until``, the date to nudge, with ``text`` as what to say."""
        return verdicts.verdict(self._at, Verdict.WAIT, refs, target=on, until=until, reason=text)

    def priority(self, refs: Sequence[str], n: int | None) -> Receipt:
        """Set the priority, 1 (critical) to 5 (lowest), at their source where it takes one; None: the source's own again."""
        return verdicts.priority(self._at, refs, n)

    def transition(
        self,
        refs: Sequence[str],
        status: str,
        id: str = "",
        fields: Mapping[str, Any] | None = None,
        stage: Stage | str = "",
    ) -> Receipt:
        """Move them to a status at their source; ``id`` and ``fields`` are those of one of ``moves``.

        Where the source has no transitions, ``stage`` is set here if there is one; else the item is refused.
        """
        return sending.transition(self._at, refs, status, id, fields or {}, stage)

    def due(self, refs: Sequence[str], when: date | str | None) -> Receipt:
        """Set the due date at their source: a date, words for ``when``, or None for no date."""
        return sending.due(self._at, refs, when)

    def labels(self, refs: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> Receipt:
        """Add and remove labels at their source."""
        return sending.labels(self._at, refs, add, remove)

    def create(self, source: str, title: str, body: str = "", fields: Mapping[str, Any] | None = None) -> Receipt:
        """Make a new item at a source."""
        return sending.create(self._at, source, title, body, fields or {})

    def stage(self, refs: Sequence[str], stage: Stage | str | None) -> Receipt:
        """Move them to to-do, doing, blocked or done here; None: the source's own stage again."""
        return verdicts.stage(self._at, refs, stage)

    def for_block(self, refs: Sequence[str]) -> Receipt:
        """Accept them as work for a protected block."""
        return verdicts.for_block(self._at, refs)

    def release(self, refs: Sequence[str]) -> Receipt:
        """Back to the queue: the verdict goes; an owner, priority or stage set here stays."""
        return verdicts.release(self._at, refs)

    def preview(self, verb: str, refs: Sequence[str], **args: Any) -> Preview:
        """What a verb would do with these refs and the arguments of its method, without doing it."""
        return verdicts.preview(self._at, verb, refs, args)

    # the outbox ----------------------------------------------------------------------------------------------------

    def outbox(self, states: Sequence[str] = (), limit: int = 200) -> tuple[Outgoing, ...]:
        """Changes meant for sources, youngest first; without ``states`` all that are not over. See ``domain.outbox``."""
        return outbox.listed(self._at, states, limit)

    def outgoing(self, id: int) -> Outgoing | None:
        """One change, whatever became of it; None when there is none of that number."""
        return outbox.one(self._at, id)

    def outbox_counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many changes of each source are in each state that is not over: source -> state -> count."""
        return outbox.counts(self._at)

    def sent_today(self) -> int:
        """How many changes their sources have taken since midnight."""
        return outbox.sent_today(self._at)

    def verbs(self, source: str) -> frozenset[str]:
        """What a source can carry out, of ``connectors.api.VERBS``; empty until it was read once."""
        return outbox.verbs(self._at, source)

    def moves(self, ref: str) -> tuple[Move, ...] | None:
        """The transitions an item can make, as its source said; None when it was not asked since the item moved."""
        return outbox.moves(self._at, ref)

    def retry(self, id: int) -> Receipt:
        """Send a failed change again, or one that waits for its next try at once. Refused when it is neither."""
        return outbox.retry(self._at, id)

    def drop(self, id: int) -> Receipt:
        """Give a change up, in a conflict: theirs. Undo puts it back. Refused when it is on the wire or over."""
        return outbox.drop(self._at, [id])

    def mine(self, id: int) -> Receipt:
        """Settle a conflict our way: send it over what stands at the source now."""
        return outbox.mine(self._at, id)

    def edit(self, id: int, value: Any) -> Receipt:
        """Put another value in the place of a change that came back or is still held.

        ``value``: a name, a priority, a status, a date, all labels it should have, a text; or as in ``connectors.api.Write``.
        """
        return outbox.edit(self._at, id, value)

    def release_parked(self, ids: Sequence[int] | None = None) -> Receipt:
        """Let changes made while read-only go; None: all of them."""
        return outbox.release_parked(self._at, ids)

    def drop_parked(self, ids: Sequence[int] | None = None) -> Receipt:
        """Give up changes made while read-only; None: all of them."""
        return outbox.drop_parked(self._at, ids)

    def readonly(self) -> bool:
        """Whether nothing is sent to any source: ``--readonly``, else the switch, else the config."""
        return outbox.readonly(self._at)

    def set_readonly(self, on: bool) -> None:
        """Turn the switch, for every opstui on this store. Refused when this one was started with ``--readonly``."""
        outbox.set_readonly(self._at, on)

    # what is written -----------------------------------------------------------------------------------------------

    def note(self, text: str, ref: str = "") -> Receipt:
        """Write a note, on an item or on its own."""
        return records.note(self._at, text, ref)

    def comment(self, refs: str | Sequence[str], text: str) -> Receipt:
        """Write a comment on an item, or the same on several: to their source where it takes comments, else kept here."""
        return records.comment(self._at, refs, text)

    def decide(
        self,
        what: str,
        why: str = "",
        options: Sequence[str] = (),
        owner: str = "",
        review_on: str = "",
        effect: str = "",
        ref: str = "",
        supersedes: int | None = None,
    ) -> Receipt:
        """Record a decision; ``options`` are those not taken. With ``supersedes`` both decisions point at each other."""
        return records.decide(self._at, what, why, options, owner, review_on, effect, ref, supersedes)

    def withdraw(self, kind: str, id: int, reason: str = "") -> Receipt:
        """Take a ``note``, ``comment`` or ``decision`` out of sight; the journal keeps it."""
        return records.withdraw(self._at, kind, id, reason)

    def save_draft(self, slot: str, text: str) -> None:
        """Keep what is being typed; an empty text drops the draft."""
        records.save_draft(self._at, slot, text)

    def draft(self, slot: str) -> str:
        """What was being typed there, empty when nothing was."""
        return records.draft(self._at, slot)

    def drop_draft(self, slot: str) -> None:
        """The text was used or thrown away."""
        records.save_draft(self._at, slot, "")

    def forget_source(self, name: str) -> Receipt:
        """Close the items of a source that the config no longer has; their marks and their history stay."""
        from opstui.services.desk.forget import forget

        return forget(self._at, name)

    def pause(self, source: str) -> Receipt:
        """Stop pulling a source and writing to it, here and until ``resume``; an engine that runs follows within a second."""
        from opstui.services.desk.pausing import pause

        return pause(self._at, source)

    def resume(self, source: str) -> Receipt:
        """Pull a paused source again, at once."""
        from opstui.services.desk.pausing import resume

        return resume(self._at, source)

    # undo and upkeep -----------------------------------------------------------------------------------------------

    def undo(self, group: int | None = None) -> Receipt:
        """Take back the last action, or one of ``undo_list``; group 0 in the receipt when there is none.

        Refused: something it changed was changed again by a later action, which is named.
        """
        return undo.undo(self._at, group)

    def redo(self) -> Receipt:
        """Do again what was undone last, as long as nothing else was done since; group 0 when there is nothing."""
        return undo.redo(self._at)

    def recount(self) -> tuple[SplitCount, ...]:
        """Count every split anew and store the counts: not on the key path."""
        return reads.recount(self._at)

    def catch_up(self, limit: int = 1000) -> int:
        """Re-score items whose time has come (a snooze over, a deadline passed); how many there were."""
        return reads.catch_up(self._at, limit)

    def submit(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run an action on the desk's one writer thread, in order of submission."""
        if self._writer is None:
            from opstui.services.desk.writer import Writer

            self._writer = Writer()
        return self._writer.submit(do, *args, **kwargs)

    def close(self) -> None:
        """Finish what was submitted; the store stays open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
