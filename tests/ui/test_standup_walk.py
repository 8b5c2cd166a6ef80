"""A stand-up walked with keys: who speaks, what they say, what is parked, the end, the minutes; and found again."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.model import Stage
from opstui.domain.standup import State, with_state
from opstui.errors import Refused
from opstui.ui.dialogs.edit_line import LineEditor
from opstui.ui.dialogs.edit_words import WordsEditor
from opstui.ui.dialogs.minutes import MinutesScreen
from opstui.ui.dialogs.park_line import ParkLine
from opstui.ui.panes.log import LogPane
from opstui.ui.panes.standup import StandupPane
from opstui.ui.standup.people import PeopleView
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import pull
from tests.support.host import HOSTILE
from tests.support.triage import Story, a_morning, a_triage

SIZES = [(80, 24), (120, 36), (160, 45)]
ROUND = {"roster": ["Ana Ruiz", "Bo Lind", "Cy Moss"]}


@asynccontextmanager
async def at_ten(folder: Path, *items: Any, size: tuple[int, int] = (120, 36), **config: Any) -> AsyncIterator[Story]:
    """The pane at ten, among the people."""
    clock = FakeClock()
    config.setdefault("standup", ROUND)
    async with a_triage(folder, *(items or a_morning()), size=size, clock=clock, **config) as desk:
        clock.time = MORNING.replace(hour=10, minute=0)
        await desk.press("2")
        await to_people(desk)
        yield desk


def pane_of(desk: Story) -> StandupPane:
    pane = desk.app.pane
    assert isinstance(pane, StandupPane)
    return pane


async def to_people(desk: Story, name: str = "People") -> None:
    """Go to a tab by its word, and wait until it is read."""
    pane = pane_of(desk)
    pane.open_view(name)
    await desk.until(lambda: pane.at in pane.reading.seen)
    await desk.pilot.pause(0.05)


def saved_in(folder: Path) -> tuple[str, int]:
    """The report that was saved, and who may read it."""
    path = folder / "reports" / "standup-2026-11-20-1000.md"
    return path.read_text(), path.stat().st_mode


async def until_asked(desk: Story, person: str) -> None:
    """Until it is somebody's turn, on the screen too."""
    pane = pane_of(desk)

    def so() -> bool:
        row = pane.list.row
        standup = pane.meeting.standup
        return standup is not None and standup.current == person and (not person or row.turn.person == person)  # type: ignore[union-attr]

    await desk.until(so)


async def test_a_round_is_walked_with_one_key_and_the_cursor_follows_it(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.expect("Stand-up 0 of 3 · 0:00 of 15:00", "● Ana Ruiz")
        desk.clock.forward(seconds=80)
        await desk.press("N")
        await until_asked(desk, "Bo Lind")
        await desk.expect("✓ Ana Ruiz", "1:20", "● Bo Lind", "Stand-up 1 of 3 · 1:20 of 15:00")
        await desk.press("A")
        await until_asked(desk, "Cy Moss")
        await desk.expect("– Bo Lind", "Stand-up 1 of 2")
        await desk.press("B")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("N")
        await until_asked(desk, "Cy Moss")
        desk.clock.forward(seconds=30)
        await desk.press("N")
        await until_asked(desk, "")
        await desk.press("F")
        await desk.expect(
            "Finished the stand-up of 2026-11-20: 2 of 2 spoken, 2 minutes; carried 2 blockers. M shows the report."
        )
        assert not pane_of(desk).counts


async def test_a_blocker_heard_too_often_keeps_the_end_from_coming_and_is_shown(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        for _ in range(3):
            desk.desk.standup.start()
            desk.desk.standup.finish()
            desk.clock.forward(days=1)
        desk.desk.standup.start()
        await desk.press("1", "2")
        await desk.until(lambda: pane_of(desk).meeting.standup is not None)
        await desk.press("F")
        await desk.expect("heard unchanged for the third time", "Badge rollout waits")
        assert pane_of(desk).view.name == "Blockers"


async def test_seconds_tick_without_anything_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        reads: list[object] = []
        monkeypatch.setattr(PeopleView, "read", lambda self, desk: reads.append(1))
        desk.clock.forward(seconds=7)
        await desk.expect("0:07 of 15:00", "0:07 of 2:00")
        desk.clock.forward(seconds=120)
        assert not reads


async def test_words_are_edited_in_place_and_only_what_was_changed_is_typed(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("e")
        assert "has not begun" in desk.text
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("j", "e")
        await desk.until(lambda: isinstance(desk.app.screen, WordsEditor))
        await desk.press("text:Payroll first, ", "f2")
        await desk.until(lambda: not isinstance(desk.app.screen, WordsEditor))
        await desk.expect("as typed", "Payroll first, ")
        turn = desk.desk.standup.current().what.turn("Bo Lind")  # type: ignore[union-attr]
        assert turn is not None and turn.today is not None and turn.today.startswith("Payroll first, ")
        assert turn.yesterday is None and turn.blockers is None
        assert desk.desk.standup.current().what.current == "Ana Ruiz"  # type: ignore[union-attr]


async def test_what_was_being_typed_is_kept_and_offered_again(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("e", "text:Half a sentence", "escape")
        await desk.until(lambda: desk.app.screen is pane_of(desk))
        assert desk.desk.standup.current().what.turn("Ana Ruiz").today is None  # type: ignore[union-attr]
        await desk.press("e")
        await desk.expect("draft restored", "Half a sentence")


async def test_a_kept_draft_holds_only_what_was_typed_in_and_hides_no_blocker_that_came_since(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("e", "text:Half a sentence", "escape")
        await desk.until(lambda: desk.app.screen is pane_of(desk))
        pull(desk.desk, *a_morning(), an_item("INC99", "Broken dock leveller", owner="Ana Ruiz", stage=Stage.BLOCKED))
        await to_people(desk, "Parked")
        await to_people(desk)
        await desk.expect("Broken dock leveller")
        await desk.press("e")
        await desk.expect("draft restored", "Half a sentence", "Broken dock leveller")
        await desk.press("f2")
        await desk.until(lambda: desk.app.screen is pane_of(desk))
        turn = desk.desk.standup.current().what.turn("Ana Ruiz")  # type: ignore[union-attr]
        assert turn is not None and "Half a sentence" in (turn.today or "")
        assert turn.yesterday is None and turn.blockers is None


async def test_a_topic_is_parked_from_any_tab_on_its_item_and_ended(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("P")
        await desk.until(lambda: isinstance(desk.app.screen, ParkLine))
        await desk.press("text:forklift rental @bo 5m")
        await desk.expect("forklift rental · Bo Lind · 5 minutes")
        await desk.press("enter")
        await desk.until(lambda: len(desk.desk.standup.topics()) == 1)
        await desk.until(lambda: any("Parked 1" in name for name in pane_of(desk).tabs.names))
        await to_people(desk, "Parked")
        await desk.expect("forklift rental", "5 min")
        await desk.press("Y", "2")
        await desk.expect("what is to be done")
        await desk.press("text:Bo asks three lenders", "enter")
        await desk.until(lambda: not desk.desk.standup.topics())
        await desk.expect("a task now", "C makes it an item at a source")
        await desk.press("z")
        await desk.until(lambda: len(desk.desk.standup.topics()) == 1)


async def test_what_became_of_a_topic_is_kept_while_it_is_typed(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        desk.desk.standup.park("forklift rental")
        await to_people(desk, "Parked")
        await desk.expect("forklift rental")
        for restored in ("Bo asks", "draft restored"):
            await desk.press("Y", "2")
            await desk.until(lambda: isinstance(desk.app.screen, LineEditor))
            await desk.press(*(["text:Bo asks"] if restored == "Bo asks" else []))
            await desk.expect(restored, "Bo asks")
            await desk.press("escape")
            await desk.until(lambda: desk.app.screen is pane_of(desk))
        assert desk.desk.standup.topics()


async def test_a_topic_without_words_is_not_parked_and_says_why(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("P", "text:@bo 10m", "enter")
        await desk.expect("a topic needs words")
        assert isinstance(desk.app.screen, ParkLine)


async def test_the_minutes_are_read_copied_for_slack_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_ten(tmp_path) as desk:
        copied: list[str] = []
        monkeypatch.setattr(desk.app, "copy_to_clipboard", copied.append)
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        desk.clock.forward(seconds=60)
        await desk.press("F")
        await desk.until(lambda: pane_of(desk).meeting.standup is None)
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, MinutesScreen))
        await desk.expect("Stand-up, Friday 20 November 2026", "Did not speak: Bo Lind, Cy Moss")
        await desk.press("s", "m", "p")
        assert [text[:2] for text in copied] == ["*S", "# ", "ST"]
        await desk.press("w")
        await desk.until(lambda: not isinstance(desk.app.screen, MinutesScreen))
        saved, mode = saved_in(desk.app.workspace.data_dir)
        assert saved == copied[1] and mode & 0o077 == 0
        desk.clock.forward(hours=3, minutes=59)
        desk.desk.standup.start()
        for _ in range(3):  # all of them this time: it is the one of the day in which most was said
            desk.desk.standup.next()
        desk.desk.standup.finish()
        await to_people(desk, "Parked")
        await desk.until(
            lambda: (kept := pane_of(desk).meeting.kept) is not None and len(with_state(kept.what, State.SPOKEN)) == 3
        )
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, MinutesScreen))
        await desk.press("w")
        await desk.until(lambda: not isinstance(desk.app.screen, MinutesScreen))
        names = sorted(path.name for path in (desk.app.workspace.data_dir / "reports").iterdir())
        assert names == ["standup-2026-11-20-1000.md", "standup-2026-11-20-1400.md"]
        assert saved_in(desk.app.workspace.data_dir)[0] == saved


async def test_past_stand_ups_are_in_the_log_and_show_their_report(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        desk.clock.forward(seconds=60)
        await desk.press("N")
        await until_asked(desk, "Bo Lind")
        await desk.press("F")
        await desk.until(lambda: pane_of(desk).meeting.standup is None)
        await desk.press("6")
        pane = desk.app.pane
        assert isinstance(pane, LogPane)
        while pane.tabs.names[pane.kind] != "Stand-ups":
            await desk.press("tab")
        assert pane.entries.count == 2
        await desk.press("enter")
        await desk.expect("Stand-up, Friday 20 November 2026", "Spoke: Ana Ruiz")


async def test_one_left_open_is_offered_to_be_ended_or_gone_on_with(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        desk.clock.forward(days=3)
        desk.desk.note("Monday")
        await desk.press("1", "2")
        await desk.expect("Stand-up of 2026-11-20, left open")
        await desk.press("N")
        await desk.expect("The stand-up of 2026-11-20 was left open")
        await desk.press("1")
        await desk.expect("Stand-up 0 of 3")
        old = desk.desk.standup.of("2026-11-20")
        assert old is not None and not old.open and old.what.ended == MORNING.replace(hour=10, minute=0)
        assert desk.desk.standup.current().name == "2026-11-23"  # type: ignore[union-attr]


async def test_another_one_on_the_same_day_is_asked_for_first(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        await desk.press("F")
        await desk.until(lambda: pane_of(desk).meeting.standup is None)
        await desk.press("N")
        await desk.expect("Today's stand-up is over")
        await desk.press("2")
        assert len(desk.desk.standup.history()) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_twelve_people_with_hostile_words_fit_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    people = [{"name": f"Person Number {n:02} {'x' * n}"} for n in range(11)]
    items = [
        an_item(f"I-{n}", f"{HOSTILE} {n} " * 4, owner=people[n % 11]["name"], stage=stage)
        for n, stage in enumerate([Stage.DOING, Stage.BLOCKED, Stage.TODO] * 12)
    ]
    async with at_ten(tmp_path, *items, size=size, people=people, standup={}) as desk:
        await desk.press("N")
        await desk.until(lambda: pane_of(desk).meeting.standup is not None)
        for _ in range(12):
            await desk.press("j")
            assert all(len(line) <= size[0] for line in desk.text.splitlines())
        assert pane_of(desk).list.count == 12
        await desk.press("e")
        await desk.until(lambda: isinstance(desk.app.screen, WordsEditor))
        await desk.expect("F2", "esc")
        await desk.press("escape", "M")
        await desk.until(lambda: isinstance(desk.app.screen, MinutesScreen))
        await desk.press("end", "escape")


async def test_in_ascii_nothing_else_is_written(tmp_path: Path) -> None:
    stuck = an_item("A-4", "Wire the gate", owner="Bo Lind", stage=Stage.BLOCKED, blocked_by=("A-5",))
    async with at_ten(tmp_path, stuck, an_item("A-5", "Order cable"), ui={"ascii": "on"}) as desk:
        desk.desk.standup.park("lease @bo")
        await desk.press("N")
        await desk.until(lambda: pane_of(desk).meeting.standup is not None)
        await desk.expect("* Ana Ruiz")
        for _ in pane_of(desk).views:
            assert desk.text.isascii(), [char for char in desk.text if not char.isascii()]
            await desk.press("tab")


async def test_nobody_to_ask_says_what_to_mend_and_can_still_be_walked(tmp_path: Path) -> None:
    async with at_ten(tmp_path, me={}, people=[], standup={}) as desk:
        await desk.expect("the config names no people", "[[people]]")
        await desk.press("N")
        await desk.until(lambda: pane_of(desk).meeting.standup is not None)
        desk.clock.forward(seconds=61)
        await desk.press("N", "F")
        await desk.until(lambda: pane_of(desk).meeting.standup is None)
        assert desk.desk.standup.last().what.seconds == 61  # type: ignore[union-attr]


async def test_keys_of_the_round_without_one_say_what_begins_it(tmp_path: Path) -> None:
    async with at_ten(tmp_path) as desk:
        await desk.press("F")
        await desk.expect("No stand-up is under way: N begins one.")
        for key in ("B", "H"):
            await desk.press(key)
            await desk.expect("none is under way")
        await desk.press("A")
        await desk.expect("once the stand-up has begun")
        assert desk.desk.standup.last() is None


async def test_a_shuffle_leaves_who_has_spoken(tmp_path: Path) -> None:
    async with at_ten(tmp_path, people=[{"name": f"P{n} Q"} for n in range(9)], standup={}) as desk:
        await desk.press("N")
        await desk.until(lambda: pane_of(desk).meeting.standup is not None)
        await desk.press("N")
        await desk.until(lambda: pane_of(desk).meeting.standup.turns[0].state is State.SPOKEN)  # type: ignore[union-attr]
        before = [turn.person for turn in desk.desk.standup.current().what.turns]  # type: ignore[union-attr]
        await desk.press("H", "H")
        await desk.until(lambda: desk.desk.standup.current().what.seed is not None)  # type: ignore[union-attr]
        after = [turn.person for turn in desk.desk.standup.current().what.turns]  # type: ignore[union-attr]
        assert after[:2] == before[:2] and sorted(after) == sorted(before)
        assert after != before


async def test_a_lid_that_was_closed_is_said_in_the_head(tmp_path: Path) -> None:
    async with at_ten(tmp_path, size=(160, 45)) as desk:
        await desk.press("N")
        await until_asked(desk, "Ana Ruiz")
        desk.clock.forward(minutes=45)
        await desk.press("N")
        await until_asked(desk, "Bo Lind")
        await desk.expect("0:00 of 15:00, 45:00 left out")
        desk.clock.time += timedelta(seconds=5)
        await desk.expect("0:05 of 15:00")


@pytest.mark.parametrize(("key", "words"), [("N", "Today's stand-up is over"), ("F", "No stand-up is under way")])
async def test_keys_before_the_first_reading_know_how_the_stand_up_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    clock = FakeClock()
    async with a_triage(tmp_path, *a_morning(), clock=clock, standup=ROUND) as desk:
        clock.time = MORNING.replace(hour=10, minute=0)
        desk.desk.standup.start()
        desk.desk.standup.finish()
        monkeypatch.setattr("opstui.ui.standup.board.BoardView.read", _slow)
        await desk.press("2", key)
        await desk.expect(words)
        assert len(desk.desk.standup.history()) == 1


def _slow(view: Any, desk: Any) -> Any:
    time.sleep(0.5)
    raise Refused("Read it", "it took too long")
