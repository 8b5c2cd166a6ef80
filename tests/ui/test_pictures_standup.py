"""Pictures of the stand-up, the routines, the letter of an escalation and the minutes, at the sizes people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opstui.services.workspace import Workspace
from opstui.ui.app import OpstuiApp
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk, pull
from tests.support.journal import a_workspace
from tests.support.triage import a_morning

CONFIG: dict[str, Any] = {
    "standup": {"roster": ["Ana Ruiz", "Bo Lind", "Cy Moss"]},
    "routines": [
        {"name": "Cycle count", "due": "15:00", "steps": ["Bay 1", "Bay 2"]},
        {
            "name": "Opening checks",
            "due": "10:30",
            "sign": True,
            "steps": ["Lights", {"text": "Cold store", "needs": "number"}],
        },
    ],
    "escalation": {"ladder": [{"to": "Cy Moss", "acknowledge": "30m", "resolve": "4h"}]},
}


def at_ten(folder: Path) -> Workspace:
    """A stand-up under way: the first has spoken, the second is asked."""
    clock = FakeClock()
    desk = a_desk(folder, clock, **CONFIG)
    pull(desk, *a_morning())
    desk.recount()
    clock.time = MORNING.replace(hour=10, minute=0)
    desk.standup.next()
    desk.standup.park("forklift rental @bo 5m")
    clock.forward(seconds=80)
    desk.standup.next()
    clock.forward(seconds=15)
    return a_workspace(folder, desk, clock)


KEYS = {
    "board": ("2", "wait:400"),
    "people": ("2", "wait:400", "tab", "wait:400"),
    "blockers": ("2", "wait:400", "tab", "wait:200", "tab", "wait:400"),
    "words": ("2", "wait:400", "tab", "wait:400", "e", "wait:400"),
    "minutes": ("2", "wait:400", "M", "wait:600"),
    "routines": ("g", "r", "wait:400"),
    "escalate": ("j", "E", "wait:600", "enter", "wait:600"),
}
PICTURES = [
    ("board", (80, 24)),
    ("board", (120, 36)),
    ("board", (200, 50)),
    ("people", (80, 24)),
    ("people", (160, 45)),
    ("blockers", (80, 24)),
    ("words", (80, 24)),
    ("routines", (120, 36)),
    ("minutes", (80, 24)),
    ("escalate", (80, 24)),
]


@pytest.mark.parametrize(("name", "size"), PICTURES, ids=str)
def test_the_stand_up_looks_as_it_did(name: str, size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    workspace = at_ten(tmp_path)
    assert snap_compare(OpstuiApp(workspace, environ={}), terminal_size=size, press=KEYS[name])
    workspace.close()
