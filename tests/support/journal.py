"""A desk with a night's worth of notes, decisions and verdicts, and the workspace the app opens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.config.load import Loaded
from opstui.config.merge import Merged
from opstui.connectors.api import Page, Refusal
from opstui.services.desk import Desk
from opstui.services.workspace import Workspace
from opstui.store import sources
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, store_of
from tests.support.host import HOSTILE

SOURCES = [
    {"name": "helpdesk", "connector": "csv"},
    {"name": "jira", "connector": "excel", "required": False},
    {"name": "mail", "connector": "imap"},
    {"name": "kpi", "connector": "csv", "enabled": False},
]


def a_workspace(folder: Path, desk: Desk, clock: FakeClock) -> Workspace:
    """What the app opens, over a desk made for a test."""
    return Workspace(desk._at.settings, Loaded(desk._at.settings, Merged()), store_of(desk), desk, clock, folder)


def a_night(folder: Path) -> Workspace:
    """Three items; a note, a decision and the one that took its place, a withdrawn note, a comment, two verdicts."""
    clock = FakeClock(MORNING - timedelta(hours=3))
    desk = a_desk(folder, clock, sources=SOURCES)
    pull(desk, an_item("INC1"), an_item("INC2", f"Badge readers {HOSTILE}"), an_item("OPS-8", "Payroll failed", source="jira"))
    steps = [
        lambda: desk.note("Label roll swapped at dock 7.\nNight shift knew nothing.", "helpdesk:INC1"),
        lambda: desk.decide("Keep vendor A", "cheaper", ("switch now",), "Ana Ruiz", "2026-12-04", "", "helpdesk:INC1"),
        lambda: desk.note(f"Procurement answers on Tuesday {HOSTILE}"),
        lambda: desk.note("Wrong item, ignore", "helpdesk:INC2"),
        lambda: desk.withdraw("note", 3, "wrong item"),
        lambda: desk.comment("jira:OPS-8", "Asked payroll to rerun by hand."),
        lambda: desk.decline(["helpdesk:INC2", "jira:OPS-8"], "Not ours"),
        lambda: desk.decide(
            "Swap the vendor", "Third reject night", ("wait",), "Bo Lind", "2026-11-19", "down 80 %", supersedes=1
        ),
    ]
    for step in steps:
        clock.forward(minutes=10)
        step()
    clock.time = MORNING
    return a_workspace(folder, desk, clock)


def a_troubled_morning(folder: Path) -> Workspace:
    """A source with refused rows and assumptions, one that refuses its password, one switched off."""
    clock = FakeClock()
    desk = a_desk(folder, clock, sources=SOURCES)
    pull(desk, an_item("INC1"), an_item("INC2"))
    bad = Refusal("tickets.csv:92", f"29-02-2026 is no day {HOSTILE}", f"INC4799;{HOSTILE}")
    with store_of(desk).writing() as conn:
        at = MORNING - timedelta(minutes=4)
        counts = {"added": 3, "changed": 5, "unchanged": 112, "deleted": 0, "returned": 0}
        sources.begin(conn, "helpdesk", at)
        sources.applied(conn, "helpdesk", Page(items=(), refused=(bad,)), at, **counts)
        notes = ["dates are day first: 14 of 120 values can only be read so"]
        sources.finish(conn, "helpdesk", at, seconds_taken=0.41, next_due=MORNING + timedelta(minutes=1), notes=notes)
        sources.fail(
            conn,
            "mail",
            MORNING - timedelta(minutes=2),
            state="refused",
            what="mail: the password was refused",
            why=f"the server said {HOSTILE}",
            next_step="Check MAIL_PASSWORD, then press r.",
            next_due=MORNING + timedelta(minutes=8),
        )
    return a_workspace(folder, desk, clock)
