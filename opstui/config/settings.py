"""Every option of the config file: declared once, with its help, its default and an example."""

# Annotations are meant to be evaluated here, by the compiled module: msgspec would evaluate their text at each start.

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

Workday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
KindName = Literal["ticket", "message", "alert", "kpi", "followup"]

NAME = r"^[A-Za-z0-9_.-]+$"
"""A source's name: it is the first part of a ref."""

REVIEW = (
    *("Review", "In Review", "Code Review", "Peer Review", "Under Review", "Ready for Review", "Test", "Testing", "In Test*"),
    *("Ready for Test*", "QA*", "In QA", "UAT", "Acceptance", "Verif*", "To Verify", "Approval", "Awaiting Approval"),
    *("Waiting for Approval", "Pending Approval"),
)
"""Statuses that mean that somebody looks at what is made."""

SET_BY_LOAD = frozenset({"folder", "folders"})
"""Fields of a source that say where it was configured; no file may set them."""


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A TOML table whose keys are all known."""


class Day(Table, frozen=True, kw_only=True):
    """The working day: what SLA clocks, snoozes and reports count by."""

    timezone: Annotated[
        str, Meta(description="Your time zone, as in Europe/London; local asks this machine.", examples=["Europe/London"])
    ] = "local"
    start: Annotated[str, Meta(description="When work starts, HH:MM.")] = "08:00"
    standup: Annotated[str, Meta(description="When the stand-up is; empty: there is none.")] = "10:00"
    handoff: Annotated[str, Meta(description="When the day is handed over.")] = "17:00"
    end: Annotated[str, Meta(description="When work ends, for SLA clocks and eod; empty: at the handoff.")] = ""
    workdays: Annotated[tuple[Workday, ...], Meta(description="The days of the working week.", min_length=1)] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )
    holidays: Annotated[
        tuple[str, ...], Meta(description="Days without work, YYYY-MM-DD.", examples=[["2026-12-25", "2026-12-26"]])
    ] = ()


class Me(Table, frozen=True, kw_only=True):
    """Who you are: what `me` means in a query, and who signs the journal."""

    name: Annotated[str, Meta(description="Your name, as your sources write it.", examples=["Ana Ruiz"])] = ""
    aliases: Annotated[
        tuple[str, ...],
        Meta(description="Other names and addresses that are you too.", examples=[["ana.ruiz", "aruiz@example.com"]]),
    ] = ()


class PersonTable(Table, frozen=True, kw_only=True):
    """Somebody who owns, reports or escalates: every alias counts as the one name."""

    name: Annotated[str, Meta(description="The name that is shown.", min_length=1, examples=["Bo Lind"])]
    aliases: Annotated[
        tuple[str, ...], Meta(description="How sources write it: logins, addresses, other spellings.", examples=[["blind"]])
    ] = ()
    team: Annotated[str | None, Meta(description="The team, for loads and queries.", examples=["Night desk"])] = None
    vip: Annotated[bool, Meta(description="Whether what this person reports ranks higher.")] = False
    email: Annotated[str | None, Meta(description="The e-mail address; an alias too.", examples=["blind@example.com"])] = None
    capacity: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        Meta(description="Items in work at most; without it, that of the board. 0: away.", examples=[3]),
    ] = None


class Source(Table, frozen=True, kw_only=True):
    """One place that things come from."""

    name: Annotated[
        str,
        Meta(description="Unique; the first part of every ref. Letters, digits, - _ .", pattern=NAME, examples=["helpdesk"]),
    ]
    connector: Annotated[
        str, Meta(description="Which connector reads it; `opstui plugin list` shows them.", min_length=1, examples=["csv"])
    ]
    every: Annotated[str, Meta(description="How often it is pulled: 30s, 5m, 2h.")] = "5m"
    required: Annotated[bool, Meta(description="Whether the queue is only clear when this source is fresh.")] = True
    enabled: Annotated[bool, Meta(description="Whether it is pulled at all.")] = True
    timeout: Annotated[str, Meta(description="How long a pull may give no sign of life before it is ended.")] = "10m"
    timezone: Annotated[
        str | None,
        Meta(description="The zone of its dates that name none; without it, that of the day.", examples=["Europe/Berlin"]),
    ] = None
    options: Annotated[
        dict[str, Any],
        Meta(description="What the connector declares. Paths are relative to this file.", examples=[{"path": "exports/*.csv"}]),
    ] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    folders: dict[str, Path] = field(default_factory=dict)
    """Where relative paths count from, by option: the folder of the file that set it."""


class Split(Table, frozen=True, kw_only=True):
    """A named, saved query over the queue."""

    name: Annotated[str, Meta(description="Its name on the screen.", min_length=1, examples=["Night desk"])]
    query: Annotated[
        str,
        Meta(description="Which items; see the query language.", min_length=1, examples=['team = "Night desk" and age > 1d']),
    ]
    enabled: Annotated[bool, Meta(description="false hides a split that a shared file brings.")] = True


class Preset(Table, frozen=True, kw_only=True):
    """A snooze offered by name."""

    name: Annotated[str, Meta(description="Its name in the picker.", min_length=1, examples=["After lunch"])]
    when: Annotated[str, Meta(description="2h, eod, tomorrow, mon 9, next week, …", min_length=1, examples=["13:30"])]


class SlaTable(Table, frozen=True, kw_only=True):
    """A promise: how long an item may take. The first rule whose query matches counts; a source's own clock wins."""

    name: Annotated[str, Meta(description="Its name in explanations.", min_length=1, examples=["critical"])]
    when: Annotated[str, Meta(description="Which items, as a query; empty: all.", examples=["priority = critical"])] = ""
    within: Annotated[
        str, Meta(description="How long from creation: 30m, 4h, 2d; a day is a working day.", min_length=1, examples=["4h"])
    ]
    calendar: Annotated[
        Literal["working", "24x7"], Meta(description="Which hours count: those of the working day, or all.", examples=["24x7"])
    ] = "working"
    pause: Annotated[
        tuple[str, ...], Meta(description="Stages or statuses that stop the clock.", examples=[["Waiting for customer"]])
    ] = ()


SPLITS = (
    Split(name="Breaching", query="sla < 2h"),
    Split(name="Unowned", query="owner = none"),
    Split(name="Mine", query="owner = me"),
    Split(name="Important", query="important = yes and urgent = no"),
    Split(name="Blocked", query="stage = blocked"),
    Split(name="Messages", query="kind = message"),
    Split(name="Alerts", query="kind = alert"),
    Split(name="KPI", query="kind = kpi"),
)
PRESETS = (
    Preset(name="1 hour", when="1h"),
    Preset(name="End of day", when="eod"),
    Preset(name="Next workday", when="next workday"),
    Preset(name="Monday", when="mon"),
    Preset(name="Next week", when="next week"),
)
REASONS: dict[str, tuple[str, ...]] = {
    "decline": ("Not ours", "Not actionable", "Already fixed", "Won't do", "Needs more information"),
    "merge": ("Same cause", "Duplicate", "Follow-up of it"),
    "snooze": ("Waiting for a date", "Not before other work", "Outside working hours"),
    "escalate": ("Needs a decision", "SLA at risk", "Needs budget or people", "Blocked by another team"),
    "wait": ("For an answer", "For a delivery", "For an approval"),
}


class Triage(Table, frozen=True, kw_only=True):
    """How the queue is cut, ranked and decided."""

    splits: Annotated[
        tuple[Split, ...],
        Meta(description="Saved queries over the queue, in the order shown. Your own list replaces this one."),
    ] = SPLITS
    weights: Annotated[
        dict[str, Annotated[float, Meta(ge=0, le=1000)]],
        Meta(description="Points per reason to rank higher; 0 switches a reason off. What is not named keeps its default."),
    ] = field(default_factory=dict)
    reasons: Annotated[
        dict[str, tuple[str, ...]], Meta(description="Reasons offered per verdict; free text is always possible.")
    ] = field(default_factory=lambda: dict(REASONS))
    snooze: Annotated[tuple[Preset, ...], Meta(description="Snoozes offered by name. Your own list replaces this one.")] = (
        PRESETS
    )
    sla: Annotated[
        tuple[SlaTable, ...],
        Meta(description="Promises, most special first; none: only clocks that sources bring."),
    ] = ()
    group: Annotated[tuple[KindName, ...], Meta(description="Kinds of which alike items are folded into one line.")] = (
        "alert",
        "message",
    )
    approval_words: Annotated[tuple[str, ...], Meta(description="Words in a status that mean: somebody must approve.")] = (
        "approval",
        "approve",
        "sign-off",
        "sign off",
        "signoff",
        "authoris",
        "authoriz",
    )
    important_labels: Annotated[
        tuple[str, ...], Meta(description="Labels that make an item important whatever the clock says.")
    ] = ("important", "strategic", "vip", "key account", "key-account")
    stalled_after: Annotated[str, Meta(description="How long an item in work may stand still before it counts as stalled.")] = (
        "3d"
    )
    fresh_for: Annotated[
        str, Meta(description="How old a required source may be for the queue to be clear; never less than twice its `every`.")
    ] = "1h"


class StageTable(Table, frozen=True, kw_only=True):
    """One column of the board."""

    name: Annotated[str, Meta(description="Its name on the screen.", min_length=1, examples=["Review"])]
    statuses: Annotated[
        tuple[str, ...],
        Meta(
            description="The statuses of its items, as the sources write them; Dev* stands for all that begin so.",
            examples=[["In Review", "QA*"]],
        ),
    ] = ()
    stage: Annotated[
        Literal["todo", "doing", "blocked", "done"] | None,
        Meta(
            description="What work in it is; the first column of a stage takes the items whose status no column names.",
            examples=["doing"],
        ),
    ] = None
    wip: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | None,
        Meta(description="How many items it should hold at most.", examples=[4]),
    ] = None


STAGES = (
    StageTable(name="To do", stage="todo"),
    StageTable(name="In progress", stage="doing"),
    StageTable(name="Review", statuses=REVIEW, stage="doing"),
    StageTable(name="Blocked", stage="blocked"),
    StageTable(name="Done", stage="done"),
)


class BoardTable(Table, frozen=True, kw_only=True):
    """The board of the stand-up: its columns, and how much is too much."""

    stages: Annotated[
        tuple[StageTable, ...],
        Meta(description="Its columns, left to right. Your own list replaces this one.", max_length=40),
    ] = STAGES
    kinds: Annotated[tuple[KindName, ...], Meta(description="Kinds of items that belong on it.")] = ("ticket", "followup")
    ageing: Annotated[
        int,
        Meta(
            description="An item ages when it has been in its column longer than so many percent of those before it.",
            ge=1,
            le=100,
        ),
    ] = 85
    capacity: Annotated[int, Meta(description="How many items in work a person can have at once.", ge=0, le=1000)] = 4


class Ui(Table, frozen=True, kw_only=True):
    """How it looks and which keys it hears."""

    theme: Annotated[str, Meta(description="A theme's name; the palette lists and tries them.", min_length=1)] = "opstui-dark"
    ascii: Annotated[
        Literal["auto", "on", "off"], Meta(description="Plain letters instead of glyphs; auto asks the terminal.")
    ] = "auto"
    detail: Annotated[
        Literal["auto", "side", "below", "off"], Meta(description="Where the item under the cursor opens; auto by width.")
    ] = "auto"
    keymap: Annotated[
        Literal["vim", "arrows", "ide", "colemak"], Meta(description="A set of keys to start from; `?` shows them.")
    ] = "vim"
    keys: Annotated[
        dict[str, str],
        Meta(
            description="Keys by action id, several with commas, none with an empty text.", examples=[{"item.accept": "a,f2"}]
        ),
    ] = field(default_factory=dict)


class Backup(Table, frozen=True, kw_only=True):
    """The daily copy of the store."""

    keep: Annotated[int, Meta(description="How many daily copies are kept.", ge=1, le=3650)] = 14


class OutboxTable(Table, frozen=True, kw_only=True):
    """What is done here to items of a tracker, on its way there."""

    hold: Annotated[str, Meta(description="How long a change waits before it is sent; undo within that time cancels it.")] = (
        "8s"
    )
    readonly: Annotated[
        bool, Meta(description="Nothing is sent to any source; changes are kept until somebody releases or drops them.")
    ] = False
    tell_reporter: Annotated[
        bool, Meta(description="Whether a decline is written to its item as a comment, where the source takes comments.")
    ] = True


class Rung(Table, frozen=True, kw_only=True):
    """One step of the ladder: who is asked, and how long each answer may take."""

    to: Annotated[str, Meta(description="Who is asked.", min_length=1, examples=["Marta Voss"])]
    acknowledge: Annotated[
        str, Meta(description="Within this time they say that they have it; empty: no such time.", examples=["30m"])
    ] = ""
    resolve: Annotated[str, Meta(description="Within this time it is decided; empty: no such time.", examples=["4h"])] = ""


class EscalationTable(Table, frozen=True, kw_only=True):
    """Who is asked to decide when nobody else can, one after the other; a step that is missed comes back to the queue."""

    calendar: Annotated[
        Literal["working", "24x7"],
        Meta(description="Which hours the times of the ladder count: those of the working day, or all."),
    ] = "working"
    ladder: Annotated[tuple[Rung, ...], Meta(description="The steps, the first asked first; none: you choose each time.")] = ()


class NetworkTable(Table, frozen=True, kw_only=True):
    """How connectors reach the network."""

    proxy: Annotated[
        str,
        Meta(
            description="The proxy's URL; empty: what HTTPS_PROXY and HTTP_PROXY say, none: no proxy at all.",
            examples=["http://proxy.example.com:3128"],
        ),
    ] = ""
    no_proxy: Annotated[
        tuple[str, ...], Meta(description="Hosts and domains reached without the proxy.", examples=[["jira.example.com"]])
    ] = ()
    ca: Annotated[
        str,
        Meta(
            description="A file of CA certificates (PEM) to trust besides the system's; relative to this file.",
            examples=["corp-ca.pem"],
        ),
    ] = ""


class StandupTable(Table, frozen=True, kw_only=True):
    """The daily stand-up: who is asked, in which order, for how long."""

    roster: Annotated[
        tuple[str, ...],
        Meta(
            description="Who is asked, by name or alias; empty: you and everybody in people.",
            examples=[["Ana Ruiz", "Bo Lind"]],
        ),
    ] = ()
    order: Annotated[Literal["roster", "shuffle"], Meta(description="As the roster says, or another order every day.")] = (
        "roster"
    )
    length: Annotated[str, Meta(description="How long it should take at most.")] = "15m"
    each: Annotated[str, Meta(description="How long one person should speak at most.")] = "2m"


class StepTable(Table, frozen=True, kw_only=True):
    """A step of a routine that takes more than a tick."""

    text: Annotated[str, Meta(description="What is to be done.", min_length=1, examples=["Cold store 1, in C"])]
    needs: Annotated[Literal["", "number", "note"], Meta(description="What the tick takes: a reading, or a remark.")] = ""


class RoutineTable(Table, frozen=True, kw_only=True):
    """A checklist that comes again."""

    name: Annotated[str, Meta(description="Its name; unique.", min_length=1, examples=["Opening checks"])]
    steps: Annotated[
        tuple[str | StepTable, ...],
        Meta(
            description='Its steps: texts, or tables with text and needs = "number" or "note" for a reading or a remark.',
            examples=[["Lights and doors", {"text": "Cold store 1, in C", "needs": "number"}]],
        ),
    ] = ()
    due: Annotated[str, Meta(description="When it is due, HH:MM.")] = "09:00"
    every: Annotated[Literal["day", "week", "month"], Meta(description="How often it comes.")] = "day"
    on: Annotated[
        tuple[Workday, ...],
        Meta(description='Of one that comes by the day, its weekdays, as ["mon", "thu"]; none: every working day.'),
    ] = ()
    day: Annotated[
        str | int,
        Meta(description="Of one that comes by the week, its weekday, as fri; by the month, 1 to 31 or last."),
    ] = ""
    owner: Annotated[str, Meta(description="Who sees to it.", examples=["Bo Lind"])] = ""
    sign: Annotated[bool, Meta(description="Whether it is only over when somebody has signed.")] = False
    grace: Annotated[str, Meta(description="How long after its time it counts as missed.")] = "30m"
    enabled: Annotated[bool, Meta(description="false leaves out a routine that a shared file brings.")] = True


class StandardTable(Table, frozen=True, kw_only=True):
    """How a thing is done: a Markdown file, a link, or steps; one of the three."""

    name: Annotated[str, Meta(description="Its name; unique.", min_length=1, examples=["Label printer jams"])]
    when: Annotated[
        str,
        Meta(
            description="The items it is for, as a query.",
            min_length=1,
            examples=['kind = ticket and (printer or "label roll")'],
        ),
    ]
    path: Annotated[
        str, Meta(description="A Markdown file, relative to this one; its list of steps is ticked.", examples=["sop/labels.md"])
    ] = ""
    url: Annotated[str, Meta(description="Where it stands, when that is no file.")] = ""
    steps: Annotated[tuple[str, ...], Meta(description="Its steps, when they stand here.")] = ()
    enabled: Annotated[bool, Meta(description="false leaves out a standard that a shared file brings.")] = True


class Settings(Table, frozen=True, kw_only=True):
    """The whole configuration."""

    version: Annotated[int, Meta(description="The version of this format.", ge=1, le=1)] = 1
    extends: Annotated[
        tuple[str, ...],
        Meta(description="Files to build on, relative to this one; a nearer file wins.", examples=[["team.toml"]]),
    ] = ()
    day: Annotated[Day, Meta(description="The working day.")] = field(default_factory=Day)
    me: Annotated[Me, Meta(description="Who you are.")] = field(default_factory=Me)
    people: Annotated[tuple[PersonTable, ...], Meta(description="The people you work with.")] = ()
    sources: Annotated[tuple[Source, ...], Meta(description="Where things come from.")] = ()
    triage: Annotated[Triage, Meta(description="How the queue is cut, ranked and decided.")] = field(default_factory=Triage)
    standup: Annotated[StandupTable, Meta(description="The daily stand-up.")] = field(default_factory=StandupTable)
    board: Annotated[BoardTable, Meta(description="The board of the stand-up.")] = field(default_factory=BoardTable)
    ui: Annotated[Ui, Meta(description="How it looks and which keys it hears.")] = field(default_factory=Ui)
    outbox: Annotated[OutboxTable, Meta(description="Changes on their way to trackers.")] = field(default_factory=OutboxTable)
    escalation: Annotated[EscalationTable, Meta(description="Who is asked to decide, and by when.")] = field(
        default_factory=EscalationTable
    )
    network: Annotated[NetworkTable, Meta(description="Proxy and certificates.")] = field(default_factory=NetworkTable)
    backup: Annotated[Backup, Meta(description="The daily copy of the store.")] = field(default_factory=Backup)
    routines: Annotated[tuple[RoutineTable, ...], Meta(description="Checklists that come again.")] = ()
    standards: Annotated[tuple[StandardTable, ...], Meta(description="How things are done, for the items a rule names.")] = ()


def plain(settings: Settings) -> dict[str, Any]:
    """Settings as the tables, lists and texts of a file, without what only load knows."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings, enc_hook=str))
    for source in data["sources"]:
        for key in SET_BY_LOAD:
            del source[key]
    return data
