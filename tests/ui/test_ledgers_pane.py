"""Blockers, waits and escalations as a person drives them: from the tabs of the stand-up and from the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from opstui.domain.escalation import Outcome
from opstui.domain.kinds import Place
from opstui.domain.views import Work
from opstui.errors import Refused
from opstui.services.desk.ledgers import LedgerDesk
from opstui.store import records
from opstui.ui.cells import width
from opstui.ui.dialogs.escalate import EscalationEditor
from opstui.ui.dialogs.pick_person import work_line
from opstui.ui.panes.standup import StandupPane
from opstui.ui.present import Look
from tests.support.build import MORNING
from tests.support.desk import store_of
from tests.support.host import DraftDesk
from tests.support.outbox import can
from tests.support.triage import Story, a_triage

LADDER = {"ladder": [{"to": "Cy Moss", "acknowledge": "30m", "resolve": "4h"}, {"to": "Marta Voss", "acknowledge": "1h"}]}
PAYROLL, BADGE = "jira:OPS-88", "jira:OPS-61"


@asynccontextmanager
async def a_tab(folder: Path, name: str, *, size: tuple[int, int] = (120, 36), **config: Any) -> AsyncIterator[Story]:
    """The stand-up at one of its tabs."""
    async with a_triage(folder, size=size, **config) as desk:
        yield await at_tab(desk, name)


async def at_tab(desk: Story, name: str) -> Story:
    await desk.press("2")
    pane = desk.app.pane
    assert isinstance(pane, StandupPane)
    pane.open_view(name)
    at = next(at for at, view in enumerate(pane.views) if view.name == name)
    await desk.until(lambda: at in pane.reading.seen)
    return desk


def blocker(desk: Story, name: str = BADGE) -> Any:
    return next(row for row in desk.desk.ledgers.blockers() if row.name == name)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)], ids=str)
async def test_the_ledger_shows_what_is_blocked_with_its_page(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_tab(tmp_path, "Blockers", size=size) as desk:
        await desk.expect("Blockers 2", "OPS-61", "Badge rollout waits", "Cy Moss", "INC4712", "nobody said; e says it")


async def test_e_says_the_next_step_and_the_owner_in_one_line_and_undo_takes_it_back(tmp_path: Path) -> None:
    async with a_tab(tmp_path, "Blockers") as desk:
        await desk.expect("Badge rollout waits")
        await desk.press("e", "text:quote from the vendor @Bo Lind")
        await desk.expect("quote from the vendor · owner Bo Lind")
        await desk.press("enter")
        await desk.until(lambda: blocker(desk).what.next_step == "quote from the vendor")
        assert blocker(desk).what.who == "Bo Lind"
        await desk.expect("next: quote from the vendor")
        await desk.press("z")
        await desk.until(lambda: blocker(desk).what.next_step == "")


async def test_what_is_half_typed_is_there_again_after_escape(tmp_path: Path) -> None:
    async with a_tab(tmp_path, "Blockers") as desk:
        await desk.expect("Badge rollout waits")
        await desk.press("e", "text:ask the", "escape")
        await desk.until(lambda: desk.app.screen is desk.app.pane)
        await desk.press("e")
        await desk.expect("draft restored", "ask the")


async def test_x_puts_in_what_no_tracker_knows_and_y_ends_it(tmp_path: Path) -> None:
    async with a_tab(tmp_path, "Blockers") as desk:
        await desk.press("X", "text:crane 2 is rented out @Cy Moss", "enter")
        await desk.expect("Blockers 3", "by hand", "crane 2 is rented out")
        pane = desk.app.pane
        assert isinstance(pane, StandupPane)
        await desk.press("home", "j")
        await desk.until(lambda: not pane.list.row.ref)
        await desk.press("Y", "1")
        await desk.expect("Blockers 2")
        assert records.find(store_of(desk.desk).read, "blocker", open=False)[0].what.said == "Solved"


async def test_a_stand_up_that_would_hear_it_a_third_time_unchanged_is_not_finished_and_leads_to_the_ledger(
    tmp_path: Path,
) -> None:
    async with a_triage(tmp_path) as desk:
        for _ in range(3):
            desk.desk.standup.start()
            desk.desk.standup.finish()
            desk.clock.forward(days=1)
        await at_tab(desk, "People")
        desk.desk.standup.start()
        await desk.press("N")
        await desk.press("F")
        await desk.expect("2 blockers cannot be carried once more", "unchanged ×3", "D decide")
        desk.desk.decide("Rent badges", ref=BADGE)
        desk.desk.ledgers.set_next("helpdesk:INC4712", "move it by hand")
        await desk.press("F")
        await desk.until(lambda: desk.desk.standup.current() is None)
        assert blocker(desk).what.carried[-1].said == "decided: Rent badges"


async def test_a_verdict_in_the_ledger_is_on_the_item_of_the_row(tmp_path: Path) -> None:
    async with a_tab(tmp_path, "Blockers") as desk:
        await desk.expect("Badge rollout waits")
        await desk.press("o")
        await desk.expect("Who owns jira:OPS-61?")
        await desk.press("text:Bo Lind", "enter")
        await desk.until(lambda: blocker(desk).what.who == "Bo Lind")


@pytest.mark.parametrize(
    ("tab", "words"),
    [("Waiting", "Nobody owes you anything"), ("Escalated", "Nobody was asked to decide anything")],
)
async def test_an_empty_tab_says_what_it_is_for(tmp_path: Path, tab: str, words: str) -> None:
    async with a_tab(tmp_path, tab) as desk:
        await desk.expect(words)
        await desk.press("Y")
        assert "othing" in desk.foot


async def test_f_notes_a_nudge_and_its_words_are_copied(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.wait([PAYROLL], "Bo Lind", "2h", "For an answer")
        desk.clock.forward(hours=3)
        desk.desk.catch_up()
        await at_tab(desk, "Waiting")
        await desk.expect("Waiting 1 !", "nudge now", "Hi Bo, jira:OPS-88")
        await desk.press("f")
        await desk.expect("The words are copied", "×1")
        assert "Hi Bo" in desk.app.clipboard


async def test_where_the_source_takes_comments_a_nudge_can_go_there_with_other_words(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        can(desk.desk, "jira", ["comment"])
        desk.desk.wait([PAYROLL], "Bo Lind", "2h", "For an answer")
        await at_tab(desk, "Waiting")
        desk.app.read_health()
        await desk.expect("Hi Bo")
        await desk.press("e")
        area = desk.app.screen.query_one(TextArea)
        area.load_text("Bo, any news?")
        await desk.press("f2")
        await desk.expect("Bo, any news?")
        await desk.press("f", "2")
        await desk.until(lambda: bool(desk.desk.outbox()))
        assert desk.desk.outbox()[0].value["text"] == "Bo, any news?"
        assert desk.desk.draft(f"nudge:{PAYROLL}") == ""


async def test_what_went_wrong_with_the_words_of_a_nudge_is_said_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: LedgerDesk, ref: str) -> str:
        raise Refused("Nudge", f"{ref} has just gone")

    monkeypatch.setattr(LedgerDesk, "nudge_text", broken)
    async with a_triage(tmp_path) as desk:
        desk.desk.wait([PAYROLL], "Bo Lind", "2h", "For an answer")
        await at_tab(desk, "Waiting")
        await desk.expect("has just gone")
        for key in ("f", "e"):
            await desk.press(key)
            await desk.until(lambda: desk.app.screen is desk.app.pane)
            assert "has just gone" in desk.foot
        assert not desk.app.clipboard and not desk.desk.ledgers.waiting()[0].nudges


async def test_a_long_ref_leaves_room_for_the_title_of_what_somebody_has(tmp_path: Path) -> None:
    one = Work(f"tracker:{'注' * 40}", "Badge rollout waits", None)
    line = work_line(one, MORNING, Look()).plain
    assert "Badge rollout waits" in line and width(line) <= 72


async def test_escalating_takes_two_enters_and_the_ladder_proposes_who(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.go("OPS-88")
        await desk.press("E")
        await desk.expect("Escalate jira:OPS-88 to", "Cy Moss", "step 1 of 2")
        await desk.press("enter")
        await desk.expect("Ask Cy Moss about jira:OPS-88", "1 Needs a decision", "step 1 of 2")
        await desk.press("enter")
        await desk.until(lambda: bool(desk.desk.ledgers.escalations()))
        (row,) = desk.desk.ledgers.escalations()
        assert (row.ref, row.what.to, row.what.step) == (PAYROLL, "Cy Moss", 1)
        assert "OPS-88" not in desk.queue.refs


async def test_a_letter_is_written_on_one_page_and_looked_at_before_it_goes(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.go("OPS-88")
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        await desk.press("whole:Who pays?")
        screen = desk.app.screen
        screen.query_one("#options", TextArea).load_text("run it by hand -> 3 hours\nwait")
        screen.query_one("#recommended", Input).value = "3"
        await desk.press("f2")
        await desk.expect("There is no option 3")
        screen.query_one("#recommended", Input).value = "1"
        screen.query_one("#until", Input).value = "eod"
        await desk.expect("today 17:00")
        await desk.press("f3")
        await desk.expect("As it will be written", "1. run it by hand: 3 hours (recommended)")
        await desk.press("escape", "f2")
        await desk.until(lambda: bool(desk.desk.ledgers.escalations()))
        what = desk.desk.ledgers.escalations()[0].what
        assert what.question == "Who pays?" and what.options[0].consequence == "3 hours" and what.recommended == 1
        assert any("SLA" in fact.text for fact in what.facts)
        assert desk.desk.draft(f"escalate:{PAYROLL}") == ""


async def test_repeating_an_escalation_says_nothing_of_the_first_item_about_another(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        can(desk.desk, "jira", ["comment"])
        desk.app.read_health()
        await desk.go("OPS-88")
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        await desk.press("whole:Who pays?", "f5")
        await desk.expect("written as a comment at jira")
        await desk.press("f2")
        await desk.until(lambda: len(desk.desk.outbox()) == 1)
        await desk.go("OPS-61")
        await desk.press(".")
        await desk.until(lambda: len(desk.desk.ledgers.escalations()) == 2)
        what = {row.ref: row.what for row in desk.desk.ledgers.escalations()}
        assert what[BADGE].question == what[PAYROLL].question == "Who pays?" and what[BADGE].to == "Cy Moss"
        assert what[BADGE].facts == desk.desk.ledgers.suggested(BADGE).facts != what[PAYROLL].facts
        assert "SLA" in what[PAYROLL].text and "SLA" not in what[BADGE].text
        assert [change.ref for change in desk.desk.outbox()] == [PAYROLL]


async def test_a_reason_of_the_team_is_taken_by_its_number(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        await desk.press("text:2", "enter")
        await desk.until(lambda: bool(desk.desk.ledgers.escalations()))
        assert desk.desk.ledgers.escalations()[0].what.question == "SLA at risk"


async def test_what_was_written_is_kept_when_it_is_closed(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        await desk.press("whole:Who pays?", "escape")
        await desk.until(lambda: desk.app.screen is desk.app.pane)
        await desk.press("E", "enter")
        await desk.expect("draft restored", "Who pays?")


async def reopened(desk: Story) -> None:
    """Close the letter about OPS-88, and open it three hours later."""
    await desk.press("escape")
    await desk.until(lambda: desk.app.screen is desk.app.pane)
    desk.clock.forward(hours=3)
    await desk.press("E", "enter")
    await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
    await desk.expect("draft restored")


async def test_a_letter_that_was_left_has_the_facts_of_the_hour_it_is_sent(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.go("OPS-88")
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        await desk.press("whole:Who pays?")
        await reopened(desk)
        await desk.press("f2")
        await desk.until(lambda: bool(desk.desk.ledgers.escalations()))
        what = desk.desk.ledgers.escalations()[0].what
        assert what.question == "Who pays?" and what.facts == desk.desk.ledgers.suggested(PAYROLL).facts
        assert what.facts[0].text.startswith("The SLA is broken since") and what.facts[0].origin == "SLA clock"


async def test_facts_that_were_struck_stay_struck_and_keep_where_they_are_known_from(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        await desk.go("OPS-88")
        await desk.press("E", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, EscalationEditor))
        sla = desk.desk.ledgers.suggested(PAYROLL).facts[0]
        desk.app.screen.query_one("#facts", TextArea).text = f"{sla.text}\nMarta was told at five"
        await desk.pilot.pause()
        await reopened(desk)
        await desk.press("f2")
        await desk.until(lambda: bool(desk.desk.ledgers.escalations()))
        kept, own = desk.desk.ledgers.escalations()[0].what.facts
        assert kept == sla and (own.text, own.origin) == ("Marta was told at five", "Ana Ruiz")


def test_other_items_have_a_draft_of_their_own() -> None:
    def slot(*refs: str) -> str:
        return EscalationEditor(DraftDesk(), "Cy Moss", refs, None, ()).slot  # type: ignore[arg-type]

    assert slot(PAYROLL, BADGE) == slot(BADGE, PAYROLL) != slot(PAYROLL, "mail:1")


async def test_what_became_of_an_escalation_is_said_where_it_stands(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        desk.desk.escalate([PAYROLL], "Cy Moss", "Who pays?")
        await at_tab(desk, "Escalated")
        await desk.expect("Escalated 1", "no answer", "AS IT WAS WRITTEN", "in 30m")
        await desk.press("Y", "1")
        await desk.expect("has it")
        await desk.press("Y")
        await desk.expect("It is decided: back to the queue")
        await desk.press("1", "text:we run it by hand", "enter")
        await desk.until(lambda: not desk.desk.ledgers.escalations())
        last = desk.desk.ledgers.escalation(PAYROLL)
        assert last and (last.what.outcome, last.what.said) == (Outcome.RESOLVED, "we run it by hand")
        row = desk.desk.row(PAYROLL)
        assert row and row.place is Place.QUEUE


async def test_a_missed_step_is_asked_again_with_the_next_of_the_ladder(tmp_path: Path) -> None:
    async with a_triage(tmp_path, escalation=LADDER) as desk:
        desk.desk.escalate([PAYROLL], "Cy Moss", "Who pays?")
        desk.clock.forward(hours=1)
        desk.desk.catch_up()
        await at_tab(desk, "Escalated")
        await desk.expect("Escalated 1 !", "E asks the next step", "late")
        await desk.press("E")
        await desk.expect("Marta Voss", "step 2 of 2")
        await desk.press("enter")
        await desk.expect("Cy Moss did not answer; the text says so.")
        await desk.press("enter")
        await desk.until(lambda: desk.desk.ledgers.escalations()[0].what.to == "Marta Voss")


async def test_a_person_is_chosen_with_their_oldest_work_in_view(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("o")
        await desk.expect("Ana Ruiz", "open")
        await desk.press("text:Cy")
        await desk.expect("jira:OPS-61  Badge rollout waits")


async def test_who_has_too_much_in_work_says_so_where_a_person_is_chosen(tmp_path: Path) -> None:
    people = [{"name": "Bo Lind", "capacity": 1}, {"name": "Cy Moss", "capacity": 0}]
    async with a_triage(tmp_path, people=people) as desk:
        await desk.press("o")
        await desk.expect("1/0 over")
