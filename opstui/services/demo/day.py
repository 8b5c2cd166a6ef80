"""Write the demo day's export files and its board, as they stood at a time: Thursday evening, Friday morning, or later."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opstui.services.demo import content
from opstui.services.demo.board import board
from opstui.services.demo.times import EVENING, MORNING, moment

PRIORITY = {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low", 5: "5 - Planning"}


def prepare(folder: Path, at: datetime = MORNING) -> Path:
    """Write the files as they stood ``at`` that time into ``folder``, and the config beside them; return the config's path."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "helpdesk.csv", HELPDESK, _helpdesk(at))
    _replace(folder / "projects.json", json.dumps(board(at, _standing(folder)), ensure_ascii=False, indent=1))
    _write(folder / "mail.csv", ("Message-ID", "From", "Subject", "Received", "Body"), _mail(at), delimiter=";")
    _write(folder / "alerts.csv", ("alert_id", "time", "alert", "severity", "state", "host"), _alerts(at))
    _write(folder / "kpi.csv", ("kpi", "signal", "detail", "owner", "at", "priority"), _kpis(at))
    (folder / "sop").mkdir(exist_ok=True)
    _replace(folder / "sop" / "labels.md", SOP)
    config = folder / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


def _standing(folder: Path) -> dict[str, Any] | None:
    """The board as it was left, None before there is one."""
    try:
        found: dict[str, Any] = json.loads((folder / "projects.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> None:
    """Replace a file whole, so that an engine that reads it sees the old one or the new one."""
    fresh = path.with_suffix(".part")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(heading)
        writer.writerows(rows)
    fresh.replace(path)


def _replace(path: Path, text: str) -> None:
    """The same for a text."""
    fresh = path.with_suffix(".part")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


HELPDESK = (
    "number",
    "short_description",
    "description",
    "state",
    "priority",
    "assigned_to",
    "assignment_group",
    "caller_id",
    "opened_at",
    "sys_updated_on",
    "sys_updated_by",
    "sla_due",
    "due_date",
)


def _stamp(text: str) -> str:
    return moment(text).strftime("%Y-%m-%d %H:%M:%S") if text else ""


def _helpdesk(at: datetime) -> list[list[str]]:
    """Rows with the headings of a ServiceNow incident list."""
    rows = []
    for ticket in content.TICKETS:
        if moment(ticket.opened) > at:
            continue
        late: dict[str, str] = {}
        for moved in (ticket.night, ticket.morning):
            if moved and moment(moved["updated"]) <= at:
                late |= moved
        updated = late.get("updated") or min(ticket.updated, ticket.updated if not ticket.night else ticket.opened, key=moment)
        rows.append(
            [
                ticket.key,
                ticket.title,
                ticket.body,
                late.get("state", ticket.state),
                PRIORITY[int(late.get("priority", ticket.priority))],
                late.get("owner", ticket.owner),
                ticket.team,
                ticket.caller,
                _stamp(ticket.opened),
                _stamp(updated),
                late.get("by", ticket.caller),
                _stamp(ticket.sla),
                _stamp(ticket.due),
            ]
        )
    return rows + _ordinary_tickets(at)


def _ordinary_tickets(at: datetime) -> list[list[str]]:
    """The small tickets of a week, the same in every run; a few move overnight."""
    chance = random.Random(7)
    rows = []
    for number in range(58):
        title, team, priority = content.ORDINARY[number % len(content.ORDINARY)]
        place = content.PLACES[(number * 5 + number // len(content.ORDINARY)) % len(content.PLACES)]
        opened = MORNING - timedelta(minutes=chance.randrange(40, 12 * 24 * 60))
        owner = chance.choice([person[0] for person in content.PEOPLE[1:]] + [""])
        state = chance.choice(["New", "New", "In Progress", "In Progress", "On Hold", "Resolved"])
        updated = opened + (MORNING - opened) * chance.random()
        updated = min(updated, max(opened, EVENING - timedelta(hours=1)))
        moved, by = chance.random() < 0.15, chance.choice(["Night desk", "Bo Lind", "Cy Moss"])
        late = MORNING - timedelta(minutes=chance.randrange(20, 300))
        if opened > at:
            continue
        if moved and opened < late <= at:
            state, updated, owner = "In Progress", late, owner or by
        rows.append(
            [
                f"INC{4500 + number}",
                title.format(place=place),
                "",
                state,
                PRIORITY[priority],
                owner,
                team,
                place.capitalize(),
                f"{opened:%Y-%m-%d %H:%M:%S}",
                f"{updated:%Y-%m-%d %H:%M:%S}",
                by if moved else owner,
                "",
                "",
            ]
        )
    return rows


def _mail(at: datetime) -> list[list[str]]:
    return [
        [f"m{number:03}", sender, subject, f"{moment(received):%d-%m-%Y %H:%M}", body]
        for number, (subject, sender, received, body) in enumerate(content.MAILS, 1)
        if moment(received) <= at
    ]


def _alerts(at: datetime) -> list[list[str]]:
    """An event log: one row per firing, spread between the first and the last; every firing is an alert of its own."""
    rows = []
    for number, (name, severity, host, times, first, last) in enumerate(content.ALERTS, 1):
        begin, end = moment(first), moment(last)
        for turn in range(times):
            fired = begin + (end - begin) * (turn / max(times - 1, 1))
            key = f"A{number}{turn:02}"
            if fired <= at:
                rows.append([key, f"{fired:%Y-%m-%dT%H:%M:%S%z}", name, severity, "firing", host])
            noted = fired + timedelta(minutes=3)
            if severity != "critical" and turn % 3 == 2 and noted <= at:
                rows.append([key, f"{noted:%Y-%m-%dT%H:%M:%S%z}", name, severity, "acknowledged", host])
    return rows


def _kpis(at: datetime) -> list[list[str]]:
    return [
        [key, signal, detail, owner, f"{moment(when):%Y-%m-%d %H:%M}", str(priority)]
        for key, signal, detail, owner, when, priority in content.KPIS
        if moment(when) <= at
    ]


CONFIG = (
    """\
# The demo's config: the files beside it are ordinary exports, and projects.json a small tracker that can be written to.
version = 1

[day]
timezone = "Europe/London"
start = "08:00"
standup = "10:00"
handoff = "17:00"

[me]
name = "Ana Ruiz"
aliases = ["ana.ruiz", "ana.ruiz@opstui.example"]

"""
    + "".join(
        f'[[people]]\nname = "{name}"\naliases = ["{alias}"]\nteam = "{team}"\n\n' for name, alias, team in content.PEOPLE[1:]
    )
    + """\
[[people]]
name = "Marta Voss"
aliases = ["Marta Voss (COO)"]
vip = true
capacity = 0

[board]
capacity = 12
stages = [
  { name = "To do", stage = "todo" },
  { name = "In progress", stage = "doing", wip = 30 },
  { name = "Review", statuses = ["In Review"], wip = 4 },
  { name = "Blocked", stage = "blocked" },
  { name = "Done", stage = "done" },
]

[standup]
roster = ["Ana Ruiz", "Bo Lind", "Cy Moss", "Dee Okafor", "Eli Novak", "Fay Tan"]

[escalation]
ladder = [
  { to = "Fay Tan", acknowledge = "30m", resolve = "4h" },
  { to = "Marta Voss", acknowledge = "1h", resolve = "4h" },
]

[[sources]]
name = "helpdesk"
connector = "csv"
every = "5m"
required = true
[sources.options]
path = "helpdesk.csv"

[[sources]]
name = "projects"
connector = "demo"
every = "2m"
[sources.options]
file = "projects.json"

[[sources]]
name = "mail"
connector = "csv"
every = "5m"
required = true
[sources.options]
path = "mail.csv"
kind = "message"
columns = { key = "Message-ID", title = "Subject", reporter = "From", created = "Received", body = "Body" }

[[sources]]
name = "alerts"
connector = "csv"
every = "1m"
[sources.options]
path = "alerts.csv"
kind = "alert"
[sources.options.columns]
key = "alert_id"
created = "time"
updated = "time"
title = "alert"
priority = "severity"
status = "state"
team = "host"

[[sources]]
name = "kpi"
connector = "csv"
[sources.options]
path = "kpi.csv"
kind = "kpi"
columns = { key = "kpi", title = "signal", body = "detail", owner = "owner", created = "at", priority = "priority" }
"""
    + """
[[routines]]
name = "Opening checks"
due = "08:30"
sign = true
owner = "Ana Ruiz"
steps = [
  "Fire doors and exits are free",
  "Walk docks 1 to 9: lights, levellers, scanners",
  "Night desk's handover is read",
  "Yard: trailers as on the board",
  { text = "People on shift against plan", needs = "note" },
]

[[routines]]
name = "Cold store temperatures"
due = "11:00"
owner = "Cy Moss"
steps = [
  { text = "Cold store 1, in C (-18 or colder)", needs = "number" },
  { text = "Cold store 2, in C (-18 or colder)", needs = "number" },
  { text = "Chill room, in C (2 to 5)", needs = "number" },
]

[[routines]]
name = "Cycle count, aisle 4"
due = "15:00"
every = "week"
day = "fri"
grace = "1h"
owner = "Bo Lind"
steps = ["Count bays 1 to 12", "Count bays 13 to 24", "Book the differences"]

[[standards]]
name = "Scanner or printer rejects labels"
when = "label or scanner or printer"
path = "sop/labels.md"
"""
)

SOP = """\
# Scanner or printer rejects labels

For docks and packing tables. Takes about ten minutes; nothing here needs the vendor.

## Steps

- [ ] Scan a label of another dock: does the scanner take it?
- [ ] Clean the print head with a wipe from the drawer
- [ ] Look at the roll: type 4 for docks, type 2 for packing
- [ ] Print and scan the test label (menu, 3, 1)
- [ ] Write the roll's batch number on the ticket

## When it comes back within a day

Take the printer out of use and swap it with the spare from the cage. Two of one batch: tell purchasing.
"""
"""The standard work of one sort of trouble."""
