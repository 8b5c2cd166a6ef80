"""Deciding the queue: every way a person goes through it, over a real store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from pytest import MonkeyPatch

from opstui.domain.views import Receipt
from opstui.errors import StoreFull
from opstui.store import sources
from opstui.ui.widgets.choices import Choices
from tests.support.build import MORNING, an_item
from tests.support.desk import pull, store_of
from tests.support.triage import a_morning, a_triage, hours


async def test_the_queue_is_ranked_and_says_what_day_it_is(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        assert desk.queue.refs[:2] == ["INC4711", "OPS-88"]
        assert "Fri 20 Nov 08:05" in desk.text
        assert "Triage 7 left" in desk.text
        assert "SLA -12m" in desk.text
        assert "×4" in desk.text


async def test_a_verdict_is_shown_at_once_and_the_cursor_goes_to_the_next_item(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.pilot.press("a")
        assert desk.queue.cursor == "OPS-88"
        assert "INC4711" not in desk.queue.refs
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.expect("6 left", "z undo: accept")
        await desk.press("d")
        await desk.until(lambda: len(desk.desk.undo_list()) == 2)
        assert desk.queue.refs[0] == desk.queue.cursor


async def test_the_first_verdict_has_its_seconds_from_when_the_queue_was_there_to_be_looked_at(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.clock.forward(seconds=40)
        await desk.press("a")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert desk.desk.session().seconds_each == 40
        await desk.expect("40 s each")


async def test_a_draft_stays_when_what_it_became_is_refused(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.save_draft("note:", "many words")
        refused = Receipt(0, "note", (), (("helpdesk:INC0", "there is no such item"),), "")
        assert desk.queue.pane.keep("note:", lambda: refused) == refused
        assert desk.desk.draft("note:") == "many words"
        desk.queue.pane.keep("note:", lambda: desk.desk.note("many words"))
        assert desk.desk.draft("note:") == ""


async def test_after_the_last_row_the_cursor_is_on_the_one_before(tmp_path: Path) -> None:
    async with a_triage(tmp_path, an_item("A"), an_item("B", created=hours(0.5), owner="Bo Lind")) as desk:
        await desk.press("G")
        last, other = desk.queue.cursor, desk.queue.refs[0]
        await desk.press("d")
        assert last not in desk.queue.refs
        assert desk.queue.cursor == other


async def test_undo_brings_the_item_back_under_the_cursor_and_redo_takes_it_again(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("j", "a")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.press("z")
        await desk.until(lambda: desk.queue.cursor == "OPS-88")
        await desk.press("Z")
        await desk.until(lambda: "OPS-88" not in desk.queue.refs)


async def test_nothing_to_undo_says_so(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("z")
        await desk.expect("Nothing to undo")


async def test_snooze_asks_until_when_and_the_snoozed_view_shows_it(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("s")
        await desk.expect("Snooze helpdesk:INC4711 until")
        await desk.press("text:mon 9", "enter")
        await desk.until(lambda: "INC4711" not in desk.queue.refs)
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.press("S")
        await desk.expect("Snoozed 1", "Mon 09:00")
        desk.queue.expect_rows("INC4711")
        await desk.press("S")
        assert "INC4711" not in desk.queue.refs


async def test_tab_in_the_snooze_asks_for_the_reason_too(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("s", "text:2h", "tab")
        await desk.expect("Snooze helpdesk:INC4711: why?")
        await desk.press("text:until the vendor calls", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert desk.desk.row("helpdesk:INC4711").reason == "until the vendor calls"  # type: ignore[union-attr]


async def test_a_snooze_alone_gives_no_reason_nobody_thought_of(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("s", "text:2h", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert desk.app.screen is desk.app.pane
        assert desk.desk.row("helpdesk:INC4711").reason == ""  # type: ignore[union-attr]


async def test_a_verdict_on_many_is_asked_as_what_is_about_to_be_done(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.go("d0")
        await desk.press("v", "v")
        assert "2 marked, 5 items with their groups" in desk.foot
        await desk.press("p", "2")
        await desk.expect("Set the priority of 5 items to high?", "enter do it", "Disk 93 % full on wms-db-03")
        assert "5 items: " not in desk.text
        await desk.press("escape", "x", "text:not for us at all", "enter")
        await desk.expect("Decline 5 items?", "Reason: not for us at all")
        assert "Declined" not in desk.text
        await desk.press("escape", "w")
        await desk.expect("Who do 5 items wait on?")


async def test_a_group_is_one_line_among_what_an_item_can_be_merged_into(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("m")
        await desk.press("text:disk full")
        await desk.expect("helpdesk:d")
        assert len(desk.app.screen.query_one(Choices).choices) == 1
        await desk.press("enter")
        await desk.expect("Merge into helpdesk:d")


async def test_what_was_begun_on_an_item_is_pointed_out_until_it_is_ended(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        assert "draft" not in desk.text
        await desk.press("n", "text:half a thought", "escape")
        await desk.expect("NOTES  1 draft, n to go on")
        await desk.press("D", "text:half a decision", "escape")
        await desk.expect("NOTES  2 drafts, n D to go on")
        await desk.press("n", "f2", "D", "f2")
        await desk.until(lambda: len(desk.desk.undo_list()) == 2)
        await desk.until(lambda: "to go on" not in desk.text)


async def test_a_line_that_was_begun_is_pointed_out_at_the_foot(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("plus", "text:call the vendor", "escape")
        await desk.until(lambda: "1 draft +" in desk.foot)
        await desk.press("plus", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.until(lambda: "draft" not in desk.text)


@pytest.mark.parametrize("key", ["3", "4", "5", "i"])
async def test_a_key_of_a_pane_that_is_yet_to_come_says_so(tmp_path: Path, key: str) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press(key)
        assert "not part of this version yet" in desk.foot


async def test_closing_a_question_decides_nothing(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("x")
        await desk.expect("Decline helpdesk:INC4711")
        await desk.press("escape")
        assert desk.queue.cursor == "INC4711"
        assert not desk.desk.undo_list()


async def test_decline_takes_a_reason_by_its_number(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("x")
        await desk.expect("Not ours")
        await desk.press("1")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        detail = desk.desk.detail("helpdesk:INC4711")
        assert detail is not None
        assert detail.mark.reason == "Not ours"


async def test_an_owner_is_chosen_with_the_open_work_of_each_in_view(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("o")
        await desk.expect("Who owns helpdesk:INC4711?", "Bo Lind", "Cy Moss")
        await desk.press("text:cy m", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        row = desk.desk.row("helpdesk:INC4711")
        assert row is not None
        assert row.owner == "Cy Moss"


async def test_people_can_be_chosen_before_it_is_known_how_much_each_has(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    known = Event()
    people = [{"name": "Ana Ruiz"}, {"name": "Bo Lind"}, {"name": "Dee Okafor"}]
    async with a_triage(tmp_path, people=people) as desk:
        loads = desk.desk.loads
        monkeypatch.setattr(desk.desk, "loads", lambda: known.wait(20) and loads())
        await desk.press("o")
        await desk.expect("Ana Ruiz", "Bo Lind", "Dee Okafor")
        assert " open" not in desk.text and "Cy Moss" not in desk.text
        await desk.press("down")
        known.set()
        await desk.expect(" 2 open", "Cy Moss")
        await desk.press("enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        row = desk.desk.row("helpdesk:INC4711")
        assert row is not None
        assert row.owner == "Bo Lind", "the cursor stayed where it was put"


async def test_an_owner_the_config_does_not_name_is_found_when_the_figures_are_late(
    tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    known = Event()
    async with a_triage(tmp_path, people=[{"name": "Bo Lind"}]) as desk:
        loads = desk.desk.loads
        monkeypatch.setattr(desk.desk, "loads", lambda: known.wait(20) and loads())
        await desk.press("o", "text:cy m", "enter")
        assert "Who owns" in desk.text
        known.set()
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        row = desk.desk.row("helpdesk:INC4711")
        assert row is not None
        assert row.owner == "Cy Moss"


async def test_a_preview_of_many_is_made_beside_the_keys_and_a_mistake_in_it_is_told(
    tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    known = Event()
    async with a_triage(tmp_path) as desk:
        preview = desk.desk.preview
        monkeypatch.setattr(desk.desk, "preview", lambda *args, **more: known.wait(20) and preview(*args, **more))
        await desk.press("v", "v", "a")
        assert desk.app.screen is desk.queue.pane and desk.queue.pane.rows.count == 7, "the loop goes on"
        known.set()
        await desk.until(lambda: desk.app.screen is not desk.queue.pane)
        await desk.press("escape")

        def full(*args: object, **more: object) -> None:
            raise StoreFull("the disk is full")

        monkeypatch.setattr(desk.desk, "preview", full)
        await desk.press("a")
        await desk.expect("the disk is full")


async def test_an_escalation_asks_for_who_why_and_by_when_and_comes_back_unanswered(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("E", "text:bo lind", "enter")
        await desk.expect("Ask Bo Lind about helpdesk:INC4711", "1 Needs a decision", "it does not come back by itself")
        await desk.press("text:1", "tab", "tab", "tab", "tab", "text:eod", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert "INC4711" not in desk.queue.refs
        desk.clock.forward(hours=10)
        desk.desk.catch_up()
        await desk.until(lambda: "INC4711" in desk.queue.refs)
        row = desk.desk.row("helpdesk:INC4711")
        assert row is not None
        assert "unanswered" in row.why


@pytest.mark.parametrize("keys", [("enter",), ("tab", "tab", "tab", "tab", "text:never", "enter")])
async def test_an_escalation_can_go_without_a_deadline(keys: tuple[str, ...], tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("E", "text:bo lind", "enter")
        await desk.expect("no time: it does not come back by itself")
        await desk.press(*keys)
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        detail = desk.desk.detail("helpdesk:INC4711")
        assert detail is not None
        assert (detail.mark.target, detail.mark.until) == ("Bo Lind", None)


async def test_merging_offers_what_is_alike_before_anything_is_typed(tmp_path: Path) -> None:
    twin = an_item("INC4713", "Dock 9 scanner rejects every label", created=hours(4))
    async with a_triage(tmp_path, an_item("INC4711"), twin, an_item("INC1", "Payroll")) as desk:
        await desk.go("INC4713")
        await desk.press("m")
        await desk.expect("Merge helpdesk:INC4713 into", "alike")
        await desk.press("enter")
        await desk.expect("Merge into helpdesk:INC4711: why?")
        await desk.press("0")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert desk.desk.row("helpdesk:INC4713").target == "helpdesk:INC4711"  # type: ignore[union-attr]


async def test_many_marked_items_are_shown_first_and_undone_together(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("v", "v")
        assert "2 marked" in desk.foot
        await desk.press("d")
        await desk.expect("Done with 2 items?")
        await desk.press("enter")
        await desk.until(lambda: len(desk.queue.refs) == 5)
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.press("z")
        await desk.until(lambda: len(desk.queue.refs) == 7)


async def test_a_range_is_marked_from_the_last_mark_and_escape_takes_the_marks_off(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("v", "j", "V")
        assert set(desk.queue.pane.rows.marks) == {row.id for row in desk.queue.pane.rows.rows_between(0, 2)}
        await desk.press("escape")
        assert not desk.queue.pane.rows.marks


async def test_the_last_verdict_is_repeated_with_its_answers(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("x", "1")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.press("full_stop")
        await desk.until(lambda: len(desk.desk.undo_list()) == 2)
        detail = desk.desk.detail("jira:OPS-88")
        assert detail is not None
        assert detail.mark.reason == "Not ours"


async def test_a_folded_group_is_one_line_unfolds_and_is_decided_whole(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.go("d0")
        await desk.press("right_square_bracket")
        assert len(desk.queue.refs) == 10
        await desk.press("j", "right_square_bracket")
        assert len(desk.queue.refs) == 7
        assert desk.queue.cursor == "d0"
        await desk.press("d")
        await desk.expect("Done with 4 items?")
        await desk.press("enter")
        await desk.until(lambda: len(desk.queue.refs) == 6)


async def test_an_action_that_cannot_run_says_why(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("right_square_bracket")
        assert "Unfold group: this line is one item, not a group" in desk.foot
        await desk.press("full_stop")
        assert "Repeat: no verdict yet" in desk.foot


async def test_a_write_that_fails_puts_the_row_back_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_triage(tmp_path) as desk:

        def full(refs: list[str]) -> None:
            raise StoreFull("opstui.db", "the disk is full", "Free some space")

        monkeypatch.setattr(desk.desk, "accept", full)
        await desk.press("a")
        await desk.expect("the disk is full")
        desk.queue.expect_rows(*desk.queue.refs)
        assert "INC4711" in desk.queue.refs
        await desk.press("k")
        await desk.expect("! helpdesk:INC4711", "NOT SAVED")


async def test_a_fault_nobody_thought_of_puts_the_row_back_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_triage(tmp_path) as desk:
        monkeypatch.setattr(desk.desk, "done", lambda refs: 1 // 0)
        await desk.press("d")
        await desk.expect("Not written: ZeroDivisionError")
        assert "INC4711" in desk.queue.refs


async def test_splits_hide_when_empty_and_tab_goes_round(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        assert "Never" not in desk.text
        await desk.press("tab")
        await desk.until(lambda: desk.queue.refs == ["INC4711", "OPS-88"])
        await desk.press("shift+tab")
        assert len(desk.queue.refs) == 7
        await desk.press("shift+tab")
        assert set(desk.queue.refs) == {"INC90", "INC91"}


async def test_the_filter_narrows_while_typing_and_escape_gives_all_back(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("slash", "text:payroll")
        await desk.until(lambda: desk.queue.refs == ["OPS-88"])
        await desk.press("enter", "slash")
        await desk.press("escape")
        await desk.until(lambda: len(desk.queue.refs) == 7)
        assert desk.queue.cursor == "OPS-88"


async def test_a_mistake_in_the_filter_names_its_column_in_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("slash", "whole:ownr = none")
        await desk.expect("column 1", "Did you mean owner")
        assert len(desk.queue.refs) == 7
        await desk.press("enter")
        await desk.expect("column 1")


async def test_only_changed_shows_what_moved_since_the_handoff(tmp_path: Path) -> None:
    old = an_item("OLD", "Was here last week", created=hours(200), updated=hours(200))
    async with a_triage(tmp_path, *a_morning(), old) as desk:
        whole = len(desk.queue.refs)
        await desk.press("equals_sign")
        assert 0 < len(desk.queue.refs) <= whole
        assert "only changed since" in desk.text
        await desk.press("equals_sign")
        assert len(desk.queue.refs) == whole


async def test_a_sync_never_moves_the_cursor_to_another_item(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("j")
        urgent = an_item("NEW1", "All scanners down", priority=1, sla_due=MORNING - timedelta(hours=3))
        pull(desk.desk, urgent)
        await desk.until(lambda: "NEW1" in desk.queue.refs)
        assert desk.queue.cursor == "OPS-88"
        assert desk.queue.refs.index("OPS-88") == 2


async def test_a_sync_does_not_draw_the_cursor_back_in_a_long_filtered_list(tmp_path: Path) -> None:
    many = [an_item(f"K{n:03}", f"Wave {n}", owner="Bo Lind", created=hours(1 + n / 100)) for n in range(400)]
    async with a_triage(tmp_path, *many) as desk:
        await desk.press("slash", "text:wave", "enter")
        await desk.until(lambda: desk.queue.pane.rows.count == 400)
        await desk.press(*["pagedown"] * 10)
        here = desk.queue.cursor
        assert desk.queue.pane.rows.cursor > 200
        pull(desk.desk, an_item("K900", "Wave 900", owner="Bo Lind", created=hours(0.1)))
        await desk.until(lambda: desk.queue.pane.rows.count == 401)
        assert desk.queue.cursor == here


async def test_the_detail_says_why_the_item_is_here_and_what_moved(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.expect("WHY HERE", "SLA breached 12m ago", "no owner", "blocks 1 other")
        await desk.expect("BLOCKS", "helpdesk:INC4712")
        await desk.press("j")
        await desk.until(lambda: "SLA breached 12m ago" not in desk.text)


async def test_a_note_is_written_and_stands_in_the_detail(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("n", "text:new roll at 09:30", "f2")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.expect("new roll at 09:30")
        assert desk.desk.draft("note:helpdesk:INC4711") == ""


async def test_space_and_enter_show_the_item_in_a_narrow_terminal(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(80, 24)) as desk:
        assert "WHY HERE" not in desk.text
        await desk.press("space")
        await desk.expect("Priority")
        await desk.press("enter")
        await desk.expect("WHY HERE", "Esc back to the list")
        await desk.press("escape", "space")
        await desk.until(lambda: "Priority" not in desk.text)


async def test_a_wide_terminal_shows_the_timeline_too(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(200, 50)) as desk:
        await desk.expect("TIMELINE", "The second scanner does", "06:05  priority Medium → High")


async def test_foreign_text_is_shown_as_it_is_and_runs_nothing(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(200, 50)) as desk:
        await desk.go("INC90")
        await desk.expect("Hostile [b]bold[/nope] [@click=app.quit]go[/]")
        assert not set(desk.text) & set("\x1b\x07\u202e\u200b\u200d")


async def test_the_mouse_moves_opens_and_chooses(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.pilot.click("#rows", offset=(20, 1))
        assert desk.queue.cursor == "OPS-88"
        await desk.pilot.click("#rows", offset=(20, 0), times=2)
        await desk.expect("Esc back to the list")
        await desk.press("escape")
        await desk.pilot.click("#splits", offset=(3, 0))
        await desk.until(lambda: desk.queue.refs == ["INC4711", "OPS-88"])


class TestAnEmptyQueueSaysWhichSortItIs:
    async def test_clear(self, tmp_path: Path) -> None:
        async with a_triage(tmp_path, an_item("A")) as desk:
            await desk.press("d")
            await desk.expect("Queue clear")

    async def test_not_fresh(self, tmp_path: Path) -> None:
        async with a_triage(tmp_path, an_item("A")) as desk:
            await desk.press("d")
            with store_of(desk.desk).writing() as conn:
                sources.fail(conn, "helpdesk", desk.clock(), state="failed", what="tickets.csv", why="is gone")
            desk.clock.forward(days=2)
            await desk.until(lambda: "may not be clear" in desk.text)
            assert "Queue clear" not in desk.text
            assert "helpdesk" in desk.text

    async def test_never_read(self, tmp_path: Path) -> None:
        from tests.support.desk import a_desk

        a_desk(tmp_path).close()
        async with a_triage(tmp_path, an_item("A", source="jira")) as desk:
            await desk.press("d")
            await desk.expect("Nothing here yet", "helpdesk")

    async def test_filtered_away(self, tmp_path: Path) -> None:
        async with a_triage(tmp_path) as desk:
            await desk.press("slash", "text:nosuchword", "enter")
            await desk.expect("No item matches", "Esc")

    async def test_no_source(self, tmp_path: Path) -> None:
        async with a_triage(tmp_path, empty=True, sources=[]) as desk:
            await desk.expect("No source is set up yet", "opstui init")


async def test_copy_says_what_it_copied(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("y")
        assert "Copied helpdesk:INC4711" in desk.foot
        assert desk.app.clipboard.startswith("helpdesk:INC4711 Dock 7")


async def test_goto_takes_one_letter(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("G", "g", "g")
        assert desk.queue.cursor == "INC4711"
        await desk.press("g", "l")
        await desk.until(lambda: "Log" in desk.text.splitlines()[0])


async def test_held_keys_are_all_counted(tmp_path: Path) -> None:
    many = [an_item(f"K{n:03}", f"Item {n}", created=hours(1 + n / 100)) for n in range(300)]
    async with a_triage(tmp_path, *many) as desk:
        await desk.press(*["j"] * 120)
        assert desk.queue.pane.rows.cursor == 120
        await desk.press("ctrl+d", "end", "home")
        assert desk.queue.pane.rows.cursor == 0
