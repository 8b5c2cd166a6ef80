"""Pictures of every dialog, of the log and of the sources, at the sizes people have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from opstui.domain.actions import ACTIONS
from opstui.domain.views import Load, Preview
from opstui.ui.app import OpstuiApp
from opstui.ui.dialogs.bulk import BulkPreview
from opstui.ui.dialogs.capture import CaptureLine
from opstui.ui.dialogs.edit_decision import DecisionEditor
from opstui.ui.dialogs.edit_note import NoteEditor
from opstui.ui.dialogs.help import HelpScreen
from opstui.ui.dialogs.palette import PaletteScreen
from opstui.ui.dialogs.pick_person import PersonPicker
from opstui.ui.dialogs.pick_reason import ReasonPicker
from opstui.ui.dialogs.pick_when import WhenPicker
from opstui.ui.panes.welcome import WelcomeApp
from tests.support.build import MORNING
from tests.support.host import DraftDesk, Host, when
from tests.support.journal import a_night, a_troubled_morning

SIZES = [(80, 24), (120, 36)]
DECISION = {
    "what": "Swap the label vendor for docks 5 to 9",
    "why": "Third reject night in a row, always the same rolls.",
    "options": ("wait for the firmware", "move dock 7 to manual entry"),
    "owner": "Bo Lind",
    "review_on": "2 weeks",
    "supersedes": 4,
    "replaces": "Keep vendor A until the contract ends",
}
PRESETS = (("In two hours", "2h"), ("End of day", "eod"), ("Monday morning", "mon 9"))
LOADS = (
    Load("Ana Ruiz", 4, MORNING - timedelta(days=3)),
    Load("Bo Lind", 12, MORNING - timedelta(days=19)),
    Load("Cy Moss", 7, MORNING - timedelta(days=9)),
)
DIALOGS: dict[str, Callable[[], Any]] = {
    "when": lambda: WhenPicker(MORNING, PRESETS, when, "Snooze 3 items until"),
    "reason": lambda: ReasonPicker("Decline INC4711: why?", ("Not ours", "Duplicate", "Works as intended"), optional=True),
    "person": lambda: PersonPicker("Who owns INC4711?", LOADS, ("Ana Ruiz", "Dee Okafor"), now=MORNING, me="Ana Ruiz"),
    "bulk": lambda: BulkPreview(Preview("decline", ("mail:1", "mail:2"), (("jira:OPS-88", "already done"),))),
    "note": lambda: NoteEditor("Note on INC4711", "note:", DraftDesk(**{"note:": "Label roll swapped.\nScanner reads again."})),
    "decision": lambda: DecisionEditor(DraftDesk(), "helpdesk:INC4711", DECISION),
    "help": lambda: HelpScreen(("triage", "list"), {"item.snooze": "s,ctrl+t"}, lambda id: ""),
    "palette": lambda: PaletteScreen(ACTIONS[:12], {}),
    "capture": lambda: CaptureLine(DraftDesk()),
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_looks_as_it_did(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    assert snap_compare(Host(DIALOGS[name]()), terminal_size=size)


@pytest.mark.parametrize("size", [*SIZES, (200, 50)], ids=str)
@pytest.mark.parametrize(("pane", "key", "make"), [("log", "6", a_night), ("sources", "7", a_troubled_morning)])
def test_a_pane_looks_as_it_did(
    pane: str, key: str, make: Callable[[Path], Any], size: tuple[int, int], tmp_path: Path, snap_compare: Any
) -> None:
    workspace = make(tmp_path)
    assert snap_compare(OpstuiApp(workspace, environ={}), terminal_size=size, press=[key, "wait:200"])
    workspace.close()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_welcome_looks_as_it_did(size: tuple[int, int], snap_compare: Any) -> None:
    app: App[Any] = WelcomeApp(Path("/home/ana/.config/opstui/config.toml"), environ={})
    assert snap_compare(app, terminal_size=size)
