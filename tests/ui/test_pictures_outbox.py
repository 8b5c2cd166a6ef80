"""Pictures of the outbox, a conflict, sources in every state, and what a move asks for, at the sizes people have."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Move, MoveField
from opstui.domain.outbox import State
from opstui.services.desk import Desk
from opstui.services.workspace import Workspace
from opstui.store import sources
from opstui.ui.app import OpstuiApp
from opstui.ui.dialogs.decline import DeclinePicker
from opstui.ui.dialogs.edit_fields import FieldsForm
from opstui.ui.dialogs.pick_move import MovePicker
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk, pull, store_of
from tests.support.host import Host
from tests.support.journal import a_workspace
from tests.support.outbox import can, settle
from tests.support.triage import a_morning

SIZES = [(80, 24), (120, 36), (200, 50)]
ALL = ("assign", "comment", "create", "due", "labels", "priority", "transition")
MOVES = (
    Move("21", "Ask for review", "In Review", "doing"),
    Move("31", "Block", "Blocked", "blocked", (MoveField("reason", "Waits for", required=True),)),
    Move("51", "Finish", "Done", "done", (MoveField("outcome", "Outcome", required=True, choices=("Fixed", "Duplicate")),)),
)
CONFIG = {
    "sources": [
        {"name": "helpdesk", "connector": "csv"},
        {"name": "jira", "connector": "jira", "required": False},
        {"name": "mail", "connector": "imap"},
        {"name": "archive", "connector": "csv", "enabled": False},
        {"name": "redmine", "connector": "redmine"},
        {"name": "assets", "connector": "csv", "required": False},
    ]
}


def a_busy_morning(folder: Path) -> Workspace:
    """A tracker with changes in every state, and sources in as many."""
    clock = FakeClock()
    desk = a_desk(folder, clock, **CONFIG)
    pull(desk, *a_morning())
    can(desk, "jira", ALL, ["comment", "create"])
    _changes(desk)
    _sources(desk)
    return a_workspace(folder, desk, clock)


def _changes(desk: Desk) -> None:
    desk.transition(["jira:OPS-61"], "In Progress")
    why = "Field 'resolution' is required."
    settle(desk, desk.outbox()[0].id, State.FAILED, what="jira: 400, OPS-61 was not moved", why=why, next_step="Edit it: e.")
    desk.priority(["jira:OPS-88"], 2)
    settle(desk, desk.outbox()[0].id, State.CONFLICT, theirs=4)
    desk.comment("jira:OPS-61", "Procurement answers on Tuesday; the readers stay on the pallet until then.")
    late = {"attempts": 2, "due": MORNING + timedelta(seconds=40), "what": "jira: no answer in 30 s"}
    settle(desk, desk.outbox()[0].id, State.PENDING, **late)
    desk.assign(["jira:OPS-88"], "Cy Moss")
    desk.set_readonly(True)
    desk.create("jira", "Order label rolls for docks 5 to 9")
    desk.set_readonly(False)


def _sources(desk: Desk) -> None:
    at = MORNING - timedelta(minutes=2)
    with store_of(desk).writing() as conn:
        sources.fail(
            conn, "mail", at, state="refused", what="mail: 401, the password was refused", why="AUTHENTICATIONFAILED",
            next_step="opstui auth mail", next_due=MORNING + timedelta(minutes=8),
        )  # fmt: skip
        sources.fail(
            conn, "redmine", at, state="failed", what="redmine: no answer in 30 s", why="the connection was refused",
            next_step="It is tried again by itself.", next_due=MORNING + timedelta(minutes=4),
        )  # fmt: skip
        usage = "calls = 14, quota_left = 480, quota_limit = 500, quota_reset = ?, expires = ?, account = 'Ana Ruiz'"
        times = (int((MORNING + timedelta(minutes=55)).timestamp()), int((MORNING + timedelta(days=9)).timestamp()))
        conn.execute(f"UPDATE sources SET {usage} WHERE name = 'jira'", times)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("conflict", ("O",)),
        ("failed", ("O", "j")),
        ("tried", ("O", "j", "j", "j")),
        ("tracker", ("7", "j")),
        ("refused", ("7", "j", "j")),
        ("row", ("j",)),
    ],
)
def test_what_is_on_its_way_looks_as_it_did(
    name: str, keys: tuple[str, ...], size: tuple[int, int], tmp_path: Path, snap_compare: Any
) -> None:
    workspace = a_busy_morning(tmp_path)
    assert snap_compare(OpstuiApp(workspace, environ={}), terminal_size=size, press=[*keys, "wait:300"])
    workspace.close()


def test_the_outbox_in_plain_letters_without_colour(tmp_path: Path, snap_compare: Any) -> None:
    workspace = a_busy_morning(tmp_path)
    app = OpstuiApp(workspace, environ={"NO_COLOR": "1", "TERM": "vt100"})
    assert snap_compare(app, terminal_size=(80, 24), press=["O", "wait:300"])
    workspace.close()


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
@pytest.mark.parametrize("name", ["moves", "asking", "form", "decline"])
def test_a_question_of_a_tracker_looks_as_it_did(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    dialogs: dict[str, Any] = {
        "moves": lambda: MovePicker("Move jira:OPS-88 from In Progress to", "jira", MOVES),
        "asking": lambda: MovePicker("Move jira:OPS-88 from In Progress to", "jira", None),
        "form": lambda: FieldsForm("jira:OPS-88 to Done: it asks for", (*MOVES[2].fields, MoveField("note", "Note"))),
        "decline": lambda: DeclinePicker("Decline jira:OPS-88: why?", ("Not ours", "Duplicate"), ["jira"], tell=True),
    }
    assert snap_compare(Host(dialogs[name]()), terminal_size=size)
