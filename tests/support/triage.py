"""The triage pane as a person drives it, over a real store: ``await desk.press("a")``, ``desk.queue.expect_rows(...)``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.services.desk import Desk
from opstui.ui.app import OpstuiApp
from opstui.ui.panes.triage import TriagePane
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull
from tests.support.host import HOSTILE, screen_text
from tests.support.journal import a_workspace

SPLITS = {
    "splits": [
        {"name": "Breaching", "query": "sla < 2h"},
        {"name": "Unowned", "query": "owner = none"},
        {"name": "Mine", "query": "owner = me"},
        {"name": "Never", "query": "team = nobody"},
    ]
}


def hours(count: float) -> Any:
    """A moment some hours before the morning."""
    return MORNING - timedelta(hours=count)


def a_morning() -> list[Item]:
    """A small bad night: a breach, a payroll run, a blocked badge roll-out, mail in three scripts, fourteen equal alerts."""
    moved = (Change("priority", "Medium", "High", hours(2), "Bo Lind"),)
    return [
        an_item(
            "INC4711",
            priority=2,
            priority_label="High",
            status="In Progress",
            stage=Stage.DOING,
            created=hours(6),
            updated=hours(2),
            sla_due=MORNING - timedelta(minutes=12),
            blocks=("INC4712",),
            history=moved,
            comments=(Comment("The second scanner does the same.", hours(1), "Bo Lind"),),
            body="Since the label roll was changed the scanner rejects every label.",
        ),
        an_item("INC4712", "Trailer 40 cannot be closed out", owner="Bo Lind", created=hours(5), updated=hours(5)),
        an_item(
            "OPS-88",
            "Payroll batch failed, 2nd night in a row",
            source="jira",
            priority=1,
            owner="Bo Lind",
            sla_due=MORNING + timedelta(minutes=38),
            created=hours(9),
            updated=hours(9),
        ),
        an_item("OPS-61", "Badge rollout waits", source="jira", stage=Stage.BLOCKED, owner="Cy Moss", created=hours(216)),
        an_item("INC90", f"Hostile {HOSTILE}", owner="Ana Ruiz", created=hours(30), updated=hours(30)),
        an_item("INC91", "今月の在庫差異レポートを確認してください", owner="Ana Ruiz", created=hours(3), updated=hours(3)),
        *(
            an_item(
                f"d{n}", f"Disk 9{n} % full on wms-db-0{n}", kind=Kind.ALERT, created=hours(6 - n / 4), updated=hours(6 - n / 4)
            )
            for n in range(4)
        ),
    ]


class Queue:
    """What the list shows."""

    def __init__(self, app: OpstuiApp) -> None:
        self.app = app

    @property
    def pane(self) -> TriagePane:
        """The triage pane, under whatever dialog is open."""
        assert isinstance(self.app.pane, TriagePane)
        return self.app.pane

    @property
    def refs(self) -> list[str]:
        """The refs of all rows, without their source."""
        rows = self.pane.rows
        return [row.ref.partition(":")[2] for index in range(rows.count) if (row := rows.row_at(index))]

    @property
    def cursor(self) -> str:
        """The ref under the cursor."""
        row = self.pane.rows.row
        return row.ref.partition(":")[2] if row else ""

    def expect_rows(self, *refs: str) -> None:
        """Exactly these rows, in this order."""
        assert self.refs == list(refs), self.refs


class Story:
    """The app in a test terminal."""

    def __init__(self, app: OpstuiApp, pilot: Pilot[int], desk: Desk, clock: FakeClock) -> None:
        self.app, self.pilot, self.desk, self.clock = app, pilot, desk, clock
        self.queue = Queue(app)

    @property
    def text(self) -> str:
        """All that is on the screen."""
        return screen_text(self.app)

    @property
    def foot(self) -> str:
        """The last line."""
        return self.text.rstrip("\n").splitlines()[-1]

    async def press(self, *keys: str) -> None:
        """Press keys; ``text:words`` are typed, ``whole:words`` stand in the field at once, however slow the machine."""
        for key in keys:
            if key.startswith("whole:"):
                self.app.screen.query_one(Input).value = key[6:]
            else:
                await self.pilot.press(*(key[5:] if key.startswith("text:") else (key,)))
        await self.pilot.pause(0.06)

    async def go(self, ref: str) -> None:
        """Walk to a row."""
        await self.press("home", *["j"] * self.queue.refs.index(ref))

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        for _ in range(100):
            if true():
                return
            await self.pilot.pause(0.03)
        raise AssertionError(self.text)

    async def expect(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        await self.until(lambda: all(word in self.text for word in words))


@asynccontextmanager
async def a_triage(
    folder: Path,
    *items: Item,
    size: tuple[int, int] = (120, 36),
    clock: FakeClock | None = None,
    empty: bool = False,
    **config: Any,
) -> AsyncIterator[Story]:
    """The app over a store that holds these items, or a small bad night, or nothing at all."""
    clock = clock or FakeClock()
    desk = a_desk(folder, clock, triage=SPLITS, **config)
    if not empty:
        pull(desk, *(items or a_morning()))
    desk.recount()
    workspace = a_workspace(folder, desk, clock)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause(0.05)
        yield Story(app, pilot, desk, clock)
    desk.close()
    workspace.store.close()
