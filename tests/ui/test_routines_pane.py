"""The pane of routines, and standard work on an item, as a person drives them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.config.rules import rules
from opstui.domain.rounds import State
from opstui.services.rounds import Watch
from opstui.ui.panes.routines import RoutinesPane
from opstui.ui.panes.triage import TriagePane
from tests.support.build import FakeClock, an_item
from tests.support.desk import store_of
from tests.support.host import HOSTILE
from tests.support.triage import Story, a_triage

OPENING = {
    "name": "Opening checks",
    "due": "08:30",
    "sign": True,
    "steps": ["Lights", "Doors", {"text": "Cold store", "needs": "number"}, {"text": "Yard", "needs": "note"}],
}
COUNT = {"name": "Cycle count", "due": "15:00", "steps": [f"Bay {n}" for n in range(1, 31)]}
ROUTINES: list[dict[str, Any]] = [COUNT, OPENING]


def pane(story: Story) -> RoutinesPane:
    assert isinstance(story.app.pane, RoutinesPane)
    return story.app.pane


def ticked(story: Story, name: str = "opening") -> list[int]:
    return [n for n, step in enumerate(story.desk.routines.round(name).round.steps, 1) if step.over]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
async def test_a_round_is_ticked_read_remarked_and_signed_with_keys_only(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_triage(tmp_path, size=size, routines=ROUTINES) as story:
        await story.press("g", "r")
        await story.expect("Opening checks", "0 of 4", "in 25m", "Cycle count", "0 of 30")
        await story.press("enter", "space", "enter")
        await story.until(lambda: ticked(story) == [1, 2])
        await story.press("space", "text:-18.5")
        await story.expect("Cold store", "-18.5")
        await story.press("enter")
        await story.until(lambda: ticked(story) == [1, 2, 3])
        await story.press("e", "text:full", "enter")
        await story.expect("Every step is over")
        await story.press("S")
        await story.expect("signed 08:05")
        assert story.desk.routines.round("opening").state is State.SIGNED
        await story.press("z")
        await story.expect("to sign")


async def test_a_number_is_asked_for_until_it_is_one_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    async with a_triage(tmp_path, routines=[OPENING]) as story:
        await story.press("g", "r", "enter", "j", "j", "space", "text:warm")
        await story.expect("It begins with a number")
        await story.press("enter")
        await story.expect("warm", "It begins with a number")
        await story.press("home", "text:4", "enter")
        await story.until(lambda: ticked(story) == [3])
        assert story.desk.routines.round("opening").round.steps[2].note == "4warm"


async def test_a_step_is_skipped_and_a_round_waived_with_a_reason(tmp_path: Path) -> None:
    async with a_triage(tmp_path, routines=[OPENING]) as story:
        await story.press("g", "r", "enter", "x", "text:dark", "enter")
        await story.expect("skipped: dark")
        await story.press("escape", "W", "text:stocktaking", "enter")
        await story.expect("Opening checks is waived.", "Waived: stocktaking")
        await story.press("W")
        await story.expect("Waive: it is waived")


async def test_a_tick_is_taken_back_by_its_key_never_by_the_one_that_ticks(tmp_path: Path) -> None:
    async with a_triage(tmp_path, routines=[OPENING]) as story:
        await story.press("g", "r", "enter", "space", "k", "space")
        await story.expect("It is ticked already; U takes that back.")
        assert ticked(story) == [1]
        await story.press("U")
        await story.until(lambda: ticked(story) == [])


async def test_keys_in_a_burst_tick_one_step_each(tmp_path: Path) -> None:
    async with a_triage(tmp_path, routines=[COUNT]) as story:
        await story.pilot.press("g", "r", "enter", *["space"] * 12)
        await story.until(lambda: len(ticked(story, "cycle")) == 12)
        assert ticked(story, "cycle") == list(range(1, 13))


async def test_the_step_under_the_cursor_is_in_view_in_a_long_list(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(80, 24), routines=[COUNT]) as story:
        await story.press("g", "r", "enter", *["j"] * 25)
        await story.expect("26 Bay 26")
        await story.press("home")
        await story.expect("1 Bay 1", "15:00 ")
        await story.press("escape", "escape")
        assert isinstance(story.app.pane, TriagePane)


async def test_cursor_and_steps_stay_where_they_are_when_somebody_else_writes(tmp_path: Path) -> None:
    async with a_triage(tmp_path, routines=ROUTINES) as story:
        await story.press("g", "r", "j", "enter", "j", "j")
        story.desk.routines.tick("opening", 1)
        pane(story).refresh_data()
        await story.expect("1 of 4")
        assert (pane(story).inside, pane(story).step) == (True, 2)
        assert pane(story).list.row is not None and pane(story).list.row.routine.name == "Cycle count"


async def test_the_item_of_a_missed_round_opens_on_its_steps(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_triage(tmp_path, clock=clock, routines=ROUTINES) as story:
        _engine_looks(story)
        clock.forward(days=3)
        _engine_looks(story)
        story.app.refresh_data()
        refs = story.queue.refs
        assert "routine-opening-checks-2026-11-20" in refs
        await story.go("routine-opening-checks-2026-11-20")
        await story.press("enter")
        await story.expect("Fri 20 Nov 08:30")
        assert pane(story).inside and pane(story).list.row is not None and pane(story).list.row.round.day.day == 20
        await story.press("space", "escape", "W", "text:closed", "enter")
        await story.until(lambda: len(story.desk.routines.missed()) == 1)
        assert story.desk.row("opstui:routine-opening-checks-2026-11-20").stage == "done"  # type: ignore[union-attr]


def _engine_looks(story: Story) -> None:
    from opstui.config.routines import routines

    settings = story.desk._at.settings
    known = rules(settings)
    with store_of(story.desk).writing() as conn:
        Watch(routines(settings), known.calendar, known).look(conn, story.clock())


async def test_the_minute_makes_what_was_due_late(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_triage(tmp_path, clock=clock, routines=[OPENING]) as story:
        await story.press("g", "r")
        clock.forward(minutes=30)
        pane(story).tick()
        await story.expect("late 5m", "1 late")


async def test_how_it_went_stands_below_the_steps(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_triage(tmp_path, clock=clock, routines=[COUNT]) as story:
        _engine_looks(story)
        story.desk.routines.waive("cycle", "stocktaking")
        clock.forward(days=4)
        _engine_looks(story)
        await story.press("g", "r", "end")
        await story.until(lambda: "Cycle count" in pane(story)._histories)
        history = pane(story)._histories["Cycle count"]
        assert [outcome for _, outcome, _ in history.days] == ["waived", "missed", "open"]


@pytest.mark.parametrize(
    ("routines", "words"),
    [
        ([], "No routine is set up"),
        ([OPENING | {"on": ["mon"]}], "No routine is due today; Opening checks is next, on Mon 23 Nov."),
    ],
)
async def test_an_empty_pane_says_what_it_is_for(tmp_path: Path, routines: list[dict[str, Any]], words: str) -> None:
    async with a_triage(tmp_path, routines=routines) as story:
        await story.press("g", "r")
        await story.expect(words)
        await story.press("enter", "space", "x", "S", "W", "U", "j", "G")
        assert isinstance(story.app.pane, RoutinesPane)


async def test_hostile_words_of_the_config_are_shown_as_words(tmp_path: Path) -> None:
    routine = {"name": f"Evil {HOSTILE}", "steps": [f"Step {HOSTILE}"], "owner": HOSTILE}
    async with a_triage(tmp_path, routines=[routine]) as story:
        await story.press("g", "r", "enter", "space")
        await story.expect("1 of 1", "Evil")


# Standard work


def a_standard(folder: Path, **more: Any) -> dict[str, Any]:
    page = folder / "jam.md"
    page.write_text("# Scanner rejects\n\n## Steps\n- Clean the head\n- Swap the roll\n\n## Later\nTell the vendor.\n")
    return {"name": "Label jams", "when": "scanner", "path": str(page)} | more


async def test_an_items_page_names_its_standard_and_h_follows_it(tmp_path: Path) -> None:
    async with a_triage(tmp_path, an_item(), an_item("INC2", "Badge"), standards=[a_standard(tmp_path)]) as story:
        await story.go("INC1")
        await story.expect("STANDARD WORK  H to open", "Label jams", "0 of 2")
        await story.press("H")
        await story.expect("How helpdesk:INC1 is done", "Clean the head", "Tell the vendor.")
        await story.press("space")
        await story.expect("1 of 2", "08:05 Ana Ruiz")
        await story.press("x", "text:no roll", "enter")
        await story.expect("2 of 2", "not done so: no roll")
        (idea,) = story.desk.standards.improvements()
        assert (idea.what.problem, idea.what.ref) == ("no roll", "helpdesk:INC1")
        await story.press("escape")
        await story.expect("2 of 2", "no roll")
        await story.go("INC2")
        await story.until(lambda: "STANDARD WORK" not in story.text)
        await story.press("H")
        await story.expect("No standard is for helpdesk:INC2.")


async def test_of_several_standards_tab_shows_the_next(tmp_path: Path) -> None:
    others = {"name": "Any ticket", "when": "kind = ticket", "steps": ["Say who"]}
    async with a_triage(tmp_path, an_item(), size=(80, 24), standards=[a_standard(tmp_path), others]) as story:
        await story.press("H")
        await story.expect("Clean the head", "1 of 2")
        await story.press("tab", "e", "text:Bo", "enter")
        await story.expect("Say who", "Bo", "1 of 1")
        await story.press("U")
        await story.expect("0 of 1")
        await story.press("shift+tab")
        await story.expect("Clean the head")


async def test_a_file_that_is_missing_is_said_on_the_item_and_in_its_dialog(tmp_path: Path) -> None:
    async with a_triage(tmp_path, an_item(), standards=[a_standard(tmp_path, path=str(tmp_path / "none.md"))]) as story:
        await story.expect("STANDARD WORK", "no such")
        await story.press("H", "space", "x", "e", "U")
        await story.expect("there is no such file")


async def test_without_standards_the_key_says_how_to_begin(tmp_path: Path) -> None:
    async with a_triage(tmp_path, an_item()) as story:
        await story.press("H")
        await story.expect("The config has no standard")


async def test_the_desk_tells_when_a_round_is_over_elsewhere(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_triage(tmp_path, clock=clock, routines=[OPENING]) as story:
        clock.forward(minutes=5)
        story.app.open_own({"routine": "Opening checks", "day": "2026-11-13"})
        await story.expect("That round is over")
        assert timedelta(minutes=5) == clock.time - FakeClock().time
