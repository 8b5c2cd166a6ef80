"""What the panes and the command line read: one tuple with names per line or page on a screen.

Named tuples, because they are made before the first frame and a frozen dataclass takes five times as long to make.
"""

# Annotations are meant to be evaluated here, by the compiled module: a named tuple would compile the text of each.

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.kinds import Kind, Place, Stage

if TYPE_CHECKING:
    from opstui.domain.model import Change, Comment, Item, Mark


class Term(NamedTuple):
    """One term of a rank: ``code`` names the weight, ``points`` its share, ``text`` the reason in words."""

    code: str
    points: float
    text: str


class View(NamedTuple):
    """Which rows, in which order: a place, a split's or filter's query, and whether only changed rows count."""

    place: Place = Place.QUEUE
    query: str = ""
    only_changed: bool = False
    grouped: bool = True
    block: bool = False
    """Only what is listed for a protected block; not in the queue."""
    decided_from: datetime | None = None
    """Only what was decided at this time or later; not in the queue."""


class QueueRow(NamedTuple):
    """One line of the queue. ``owner``, ``priority`` and ``stage`` are those in force (the mark's before the source's).

    ``sla_due`` is None without a clock; while it is paused ``sla_left_s`` holds what is left and ``sla_due`` is None.
    ``moved`` names the fields changed since the last handoff; ``new`` tells that the item came after it.
    ``group_size`` counts the items folded into this line, itself included; ``group_first`` and ``group_last`` are the
    times of the oldest and the youngest of them.
    """

    id: int
    ref: str
    source: str
    kind: Kind
    title: str
    status: str
    stage: Stage
    priority: int | None
    priority_label: str
    owner: str | None
    owner_state: str
    """``ok``, ``none`` or ``ambiguous``."""
    created: datetime | None
    updated: datetime | None
    due: datetime | None
    sla_due: datetime | None
    sla_left_s: int | None
    rank: float
    why: str
    """``code=points`` by falling points, comma separated; see ``domain.urgency.reason`` for words."""
    place: Place
    until: datetime | None
    target: str
    blocks: int
    """How many open items wait for this one."""
    new: bool
    moved: tuple[str, ...]
    group_size: int = 1
    group_first: datetime | None = None
    group_last: datetime | None = None
    urgent: bool = False
    important: bool = False
    decided: datetime | None = None
    """When the verdict in force fell."""
    reason: str = ""
    """What was said with it."""
    outbox: str = ""
    """The gravest state of its changes on their way: conflict, failed, sending, pending, parked, or empty."""
    moves: tuple[tuple[str, str, str, str], ...] = ()
    """Of each of ``moved``: field, what it was before, what it is since, and who did that, as far as it is known."""


@dataclass(frozen=True, slots=True)
class SplitCount:
    """A split with how many rows it has; ``fresh`` is False while a recount is under way."""

    name: str
    query: str
    count: int
    fresh: bool = True


class Linked(NamedTuple):
    """An item at the other end of a link, as far as it is known here."""

    ref: str
    title: str
    owner: str | None
    stage: Stage | None


class Entry(NamedTuple):
    """One line of the journal or log. ``kind``: note, decision, comment, or a verb of the journal."""

    id: int
    kind: str
    at: datetime
    who: str
    text: str
    ref: str = ""
    group: int = 0
    withdrawn: bool = False
    """It was taken back; shown only where withdrawn entries are asked for."""


class Outgoing(NamedTuple):
    """One change on its way to its source, or what became of it; see ``domain.outbox`` for the states.

    ``value`` and ``base`` are what it sets and what stood there when it was made; ``theirs`` is what a conflict found.
    """

    id: int
    uid: str
    group: int
    source: str
    ref: str
    verb: str
    value: Any
    base: Any
    who: str
    at: datetime
    state: str
    due: datetime
    """When it may be sent, and after a failed try when it is tried again."""
    attempts: int = 0
    doubt: bool = False
    """It was sent and nobody knows whether it arrived."""
    settled: datetime | None = None
    made: str = ""
    what: str = ""
    why: str = ""
    next_step: str = ""
    theirs: Any = None
    undoes: int | None = None
    item: int | None = None
    """Its item's number in the store; None until what a ``create`` made is known here."""
    tried: datetime | None = None
    """When it was last sent; None when it certainly never left."""


class Detail(NamedTuple):
    """All that the page beside the queue shows of one item."""

    row: QueueRow
    item: "Item"
    mark: "Mark"
    terms: tuple[Term, ...]
    since: "tuple[Change, ...]"
    """Changes since the last handoff."""
    history: "tuple[Change, ...]"
    comments: "tuple[Comment, ...]"
    notes: tuple[Entry, ...]
    blocks: tuple[Linked, ...]
    blocked_by: tuple[Linked, ...]
    group: tuple[Linked, ...]
    decisions: "tuple[Decision, ...]" = ()
    """Decided on this item, oldest first, superseded ones too."""
    actions: tuple[Entry, ...] = ()
    """What was done to it here, youngest first: verdicts, undos; not what is a note or a decision by itself."""
    outgoing: tuple[Outgoing, ...] = ()
    """Changes of it that are not sent yet or came back, oldest first."""


class SourceState(NamedTuple):
    """A source's health.

    ``state``: never, ok, stale, syncing, failed, refused, paused, broken (its plugin cannot load) or gone (from the config).
    """

    name: str
    connector: str
    required: bool
    state: str
    last_ok: datetime | None
    last_try: datetime | None
    next_due: datetime | None
    items: int
    refused: int
    what: str = ""
    why: str = ""
    next_step: str = ""
    notes: tuple[str, ...] = ()
    """What was assumed while reading: formats of dates, columns recognised."""
    seconds: float | None = None
    seen: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    """How long the last pull took and what it found."""
    paused: datetime | None = None
    """Since when a person has stopped it here; ``enabled = false`` in the config has no time."""
    calls: int = 0
    """Requests of the last run."""
    quota_left: int | None = None
    quota_limit: int | None = None
    quota_reset: datetime | None = None
    expires: datetime | None = None
    """When its credential ends."""
    account: str = ""
    verbs: tuple[str, ...] = ()
    """What can be written to it; empty: it can only be read."""
    failures: int = 0
    """Runs in a row that failed."""
    waiting: int = 0
    """Changes on their way to it."""
    stuck: int = 0
    """Changes that came back: failed or in conflict."""
    parked: int = 0
    """Of those on their way, the ones that wait until they are released."""


class Load(NamedTuple):
    """One person's work in hand: open items and the age of the oldest."""

    name: str
    open: int
    oldest: datetime | None


class Work(NamedTuple):
    """One item in somebody's hands."""

    ref: str
    title: str
    born: datetime | None


class Receipt(NamedTuple):
    """What an action did: its journal group, the refs it changed, and those it refused with the reason.

    ``group`` is 0 when nothing was changed. ``id`` is that of the note, decision or change written, else 0.
    """

    group: int
    verb: str
    refs: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    id: int = 0
    sent_to: tuple[str, ...] = ()
    """Sources that it is on its way to."""
    local: tuple[tuple[str, str], ...] = ()
    """Sources that it stays away from, each with the reason: ``helpdesk``, ``helpdesk (csv) takes no owner``."""
    outgoing: tuple[int, ...] = ()
    """The numbers of its changes in the outbox."""
    note: str = ""
    """The last three in words: where it goes and when, what is kept here; empty when there is nothing to say."""


class Preview(NamedTuple):
    """What an action would do: shown before a bulk verdict and in the list of what undo will do.

    In the list of undo, ``group`` and ``at`` are those of the action to take back and ``summary`` says what comes back.
    """

    verb: str
    refs: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    group: int = 0
    at: datetime | None = None
    sent_to: tuple[str, ...] = ()
    local: tuple[tuple[str, str], ...] = ()
    note: str = ""
    """As in ``Receipt``."""


class Decision(NamedTuple):
    """What was decided, why, what was dropped, who owns it, when it is looked at again and what it should move."""

    id: int
    uid: str
    at: datetime
    who: str
    what: str
    why: str = ""
    options: tuple[str, ...] = ()
    """The options that were not taken."""
    owner: str = ""
    review_on: str = ""
    """ISO date, or empty."""
    effect: str = ""
    """The KPI effect expected, as ``name direction amount``, free text."""
    ref: str = ""
    supersedes: int | None = None
    superseded_by: int | None = None


class Hit(NamedTuple):
    """One result of a search over everything; ``kind``: item, note, decision or comment."""

    kind: str
    ref: str
    id: int
    title: str
    snippet: str
    at: datetime | None


class SessionLine(NamedTuple):
    """The triage session: how many are left, minutes spent, seconds per verdict (median), None before the first."""

    left: int
    decided: int
    minutes: int
    seconds_each: float | None
