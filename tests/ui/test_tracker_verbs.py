"""What a key on a tracker's item asks: where it goes next and what that needs, due dates, labels, new items, who is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Move, MoveField
from opstui.ui.dialogs.edit_fields import FieldsForm
from opstui.ui.dialogs.pick_move import MovePicker, Step
from opstui.ui.labels import label_changes, label_words
from tests.support.build import an_item
from tests.support.desk import store_of
from tests.support.host import HOSTILE, Host, screen_text
from tests.support.outbox import can
from tests.support.triage import Story, a_triage
from tests.ui.test_outbox_pane import J, a_tracker

REASON = MoveField("reason", "Waits for", required=True)
OUTCOME = MoveField("outcome", "Outcome", required=True, choices=("Fixed", "Duplicate", "Not needed"))
MOVES = (
    Move("21", "Start", "In Progress", "doing"),
    Move("31", "Block", "Blocked", "blocked", (REASON,)),
    Move("51", "Finish", "Done", "done", (OUTCOME, MoveField("note", "Note"))),
)


def known(desk: Story, ref: str = J, moves: tuple[Move, ...] = MOVES) -> None:
    """What the engine leaves once the tracker was asked."""
    from dataclasses import asdict

    row = desk.desk.row(ref)
    assert row is not None
    with store_of(desk.desk).writing() as conn:
        said = json.dumps([asdict(move) for move in moves])
        conn.execute("INSERT OR REPLACE INTO moves VALUES (?, ?, 0, ?)", (row.id, row.status, said))


class Asked:
    """An engine that is asked for moves and answers when the test says so."""

    def __init__(self, desk: Story) -> None:
        self.words: list[str] = []
        self.told: Callable[[Mapping[str, Any]], None] | None = None
        desk.app.engine.ask_moves = self.ask  # type: ignore[method-assign]

    def ask(self, ref: str, told: Callable[[Mapping[str, Any]], None]) -> str:
        self.words.append(ref)
        self.told = told
        return ""


async def test_the_moves_that_are_known_are_offered_and_one_that_asks_for_nothing_goes_at_once(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        known(desk)
        await desk.go("OPS-88")
        await desk.press("T")
        await desk.expect("Move jira:OPS-88 from Open to", "Start", "→ In Progress", "asks for Waits for")
        await desk.press("1")
        await desk.until(lambda: [one.value["id"] for one in desk.desk.outbox()] == ["21"])
        await desk.expect("Open → In Progress", "to In Progress")


async def test_moves_that_are_not_known_are_asked_for_while_the_question_stands(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        engine = Asked(desk)
        await desk.go("OPS-88")
        await desk.press("T")
        await desk.expect("asking jira …", "set here only", "To do")
        assert engine.words == [J] and engine.told is not None
        known(desk)
        engine.told({"event": "moves", "ref": J, "ok": True})
        await desk.expect("→ In Progress")
        assert "asking" not in desk.text
        await desk.press("1")
        await desk.until(lambda: bool(desk.desk.outbox()))


async def test_moves_that_cannot_be_had_say_why_and_a_status_can_be_typed(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        engine = Asked(desk)
        await desk.go("OPS-88")
        await desk.press("T")
        await desk.expect("asking jira …")
        assert engine.told is not None
        engine.told({"event": "moves", "ref": J, "ok": False, "what": "jira: 503", "why": f"down {HOSTILE}"})
        await desk.expect("jira could not be asked: jira: 503: down")
        assert "\x1b" not in desk.text
        await desk.press("text:Review", "enter")
        await desk.until(lambda: [one.value["status"] for one in desk.desk.outbox()] == ["Review"])


async def test_without_an_engine_it_says_so_and_a_stage_can_be_set_here(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("T")
        await desk.expect("jira could not be asked: the engine is not running yet")
        await desk.press("3")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        row = desk.desk.row(J)
        assert row is not None and row.stage == "blocked" and not desk.desk.outbox()


async def test_a_move_asks_for_what_it_needs_before_it_is_sent(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        known(desk)
        await desk.go("OPS-88")
        await desk.press("T", "3")
        await desk.expect("jira:OPS-88 to Done: it asks for", "Outcome", "Fixed", "Duplicate")
        await desk.press("text:1")
        await desk.expect("Nothing like that.")
        await desk.press("backspace", "f2")
        await desk.expect("Outcome is needed.")
        await desk.press("text:dup", "enter")
        await desk.until(lambda: bool(desk.desk.outbox()))
        (change,) = desk.desk.outbox()
        assert change.value == {"status": "Done", "id": "51", "fields": {"outcome": "Duplicate"}, "stage": "done"}


async def test_closing_the_form_moves_nothing(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        known(desk)
        await desk.go("OPS-88")
        await desk.press("T", "2")
        await desk.expect("it asks for")
        await desk.press("escape")
        assert not desk.desk.outbox() and not desk.desk.undo_list(1)


async def test_an_item_of_a_source_without_transitions_gets_the_stages_and_it_says_so(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("T")
        await desk.expect("Stage of helpdesk:INC4711, set here", "kept here: helpdesk (csv) takes no transitions")
        await desk.press("3")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        row = desk.desk.row("helpdesk:INC4711")
        assert row is not None and row.stage == "blocked"


async def test_a_value_that_is_none_of_a_fields_choices_is_pointed_out() -> None:
    app = Host(FieldsForm("Close", (OUTCOME, MoveField("note", f"Note {HOSTILE}"))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"else", "f2")
        await pilot.pause()
        assert "Outcome: else is none of its values." in screen_text(app)
        await pilot.press(*["backspace"] * 4, "down", "enter", *"seen", "enter")
        await pilot.pause()
        assert app.answer == {"outcome": "Duplicate", "note": "seen"}


async def test_a_move_is_found_by_its_title_and_its_status() -> None:
    for typed, wanted in (("fin", "51"), ("blocked", "31")):
        app = Host(MovePicker("Move", "jira", MOVES))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*typed, "enter")
            await pilot.pause()
            assert isinstance(app.answer, Step) and app.answer.move is not None and app.answer.move.id == wanted


async def test_an_item_that_no_move_leads_away_from_says_so() -> None:
    app = Host(MovePicker("Move", "jira", ()))
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(app.dialog, MovePicker)
        app.dialog.tell(())
        await pilot.pause()
        assert "jira allows no move from here" in screen_text(app)


async def test_a_priority_at_a_tracker_is_set_there_and_its_own_word_is_shown(tmp_path: Path) -> None:
    late = an_item("OPS-7", source="jira", priority=2, priority_label="Blocker")
    async with a_tracker(tmp_path, late, an_item("INC1")) as desk:
        await desk.go("OPS-7")
        await desk.press("p")
        await desk.expect("Priority of jira:OPS-7", "High", "now, Blocker at jira")
        assert "As its source says" not in desk.text
        await desk.press("2")
        await desk.expect("its priority is high already")
        await desk.go("INC1")
        await desk.press("p")
        await desk.expect("As its source says")


async def test_a_due_date_takes_words_and_none(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("t", "text:mon", "enter")
        await desk.until(lambda: [one.value for one in desk.desk.outbox()] == ["2026-11-23"])
        await desk.go("OPS-61")
        await desk.press("t", "escape")
        assert len(desk.desk.outbox()) == 1


async def test_a_due_date_is_a_day_and_days_are_offered(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("t")
        await desk.expect("no due date", "today", "Fri 20 Nov", "tomorrow", "Sat 21 Nov", "in a week", "Fri 27 Nov")
        assert "eod" not in desk.text and "2h" not in desk.text
        await desk.press("text:+3d")
        await desk.expect("Mon 23 Nov, in 3 days")
        await desk.press("backspace", "backspace", "backspace", "1")
        await desk.expect("Fri 20 Nov, today")
        await desk.press("enter")
        await desk.until(lambda: [one.value for one in desk.desk.outbox()] == ["2026-11-20"])


@pytest.mark.parametrize(
    ("key", "words"), [("t", "helpdesk (csv) takes no due dates"), ("L", "helpdesk (csv) takes no labels")]
)
async def test_what_no_source_takes_is_not_asked(key: str, words: str, tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press(key)
        await desk.expect(f"{words}, and none are kept here.")
        assert len(desk.app.screen_stack) == 1


async def test_labels_are_added_and_taken_off_and_it_says_what_they_will_be(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("L", "text:+audit vip")
        await desk.expect("will be: audit, vip")
        await desk.press("enter")
        await desk.until(lambda: [one.value for one in desk.desk.outbox()] == [{"add": ["audit", "vip"], "remove": []}])


def test_labels_as_they_are_typed() -> None:
    assert label_changes('+audit -later vip "two words"') == (["audit", "vip", "two words"], ["later"])
    assert label_words("+b -a", ("a", "c"), known=True) == "will be: c, b"
    assert label_words("-z", ("a",), known=True) == "will be: a; it has no z"
    assert label_words("+b -a", (), known=False) == "adds b; takes off a"
    assert label_words("", (), known=True) == "now: none"


async def test_declining_tells_the_reporter_unless_it_is_switched_off(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("x")
        await desk.expect("✓ the reporter will be told as a comment at jira")
        await desk.press("1")
        await desk.until(lambda: [one.verb for one in desk.desk.outbox()] == ["comment"])
        await desk.press("z")
        await desk.until(lambda: not desk.desk.outbox() and "OPS-88" in desk.queue.refs)
        await desk.go("OPS-88")
        await desk.press("x", "f3")
        await desk.expect("nothing is said at jira: the reason is kept here")
        await desk.press("1")
        await desk.until(lambda: "OPS-88" not in desk.queue.refs)
        assert not desk.desk.outbox()


async def test_declining_where_nobody_can_be_told_says_nothing_of_it(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("x")
        await desk.expect("Decline helpdesk:INC4711: why?")
        assert "reporter" not in desk.text


async def test_a_new_item_goes_to_the_tracker_that_takes_it(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("C")
        await desk.expect("New item at jira")
        await desk.press("text:Buy label rolls", "enter")
        await desk.until(lambda: [one.value["title"] for one in desk.desk.outbox()] == ["Buy label rolls"])
        await desk.expect("New at jira: Buy label rolls · sent at 08:05:08")


async def test_a_new_item_asks_which_tracker_and_says_when_there_is_none(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("C")
        await desk.expect("no source that is read here takes new items")
        can(desk.desk, "jira", ["create"])
        can(desk.desk, "helpdesk", ["create"])
        desk.app.refresh_data()
        await desk.press("C")
        await desk.expect("New item at", "helpdesk", "jira")
        await desk.press("2", "text:Rolls", "enter")
        await desk.until(lambda: [one.source for one in desk.desk.outbox()] == ["jira"])


async def test_a_comment_says_where_it_goes(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("c")
        await desk.expect("Comment on helpdesk:INC4711, kept here")
        await desk.press("escape")
        await desk.go("OPS-88")
        await desk.press("c")
        await desk.expect("Comment on jira:OPS-88, at jira")
        await desk.press("text:Signed.", "f2")
        await desk.expect("For jira, sent at 08:05:08 · z cancels")


async def test_many_items_of_a_tracker_move_together_by_their_status(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        known(desk)
        await desk.go("OPS-88")
        await desk.press("v")
        await desk.go("OPS-61")
        await desk.press("v", "T", "1")
        await desk.expect("Move 2 items to In Progress?")
        await desk.press("enter")
        await desk.until(lambda: {one.ref: one.value["id"] for one in desk.desk.outbox()} == {J: "21", "jira:OPS-61": ""})


def test_what_is_about_to_be_done_to_many_is_asked_in_words() -> None:
    from opstui.ui.dialogs.bulk import question
    from tests.support.build import MORNING
    from tests.support.host import LOOK

    asked = [
        question("transition", {"status": "Done"}, 3, MORNING, LOOK),
        question("due", {"when": MORNING}, 2, MORNING, LOOK),
        question("due", {"when": None}, 2, MORNING, LOOK),
        question("labels", {"add": ["audit"], "remove": ["vip"]}, 2, MORNING, LOOK),
    ]
    assert asked == [
        "Move 3 items to Done?",
        "Set the due date of 2 items to Fri 20 Nov 2026?",
        "Take the due date off 2 items?",
        "Labels of 2 items: +audit -vip?",
    ]


@pytest.mark.parametrize("flow", ["_comment", "_priority", "_move", "_due", "_labels", "_decline", "_merge", "_assign"])
async def test_a_question_about_an_item_that_has_just_gone_is_not_asked(
    flow: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_tracker(tmp_path) as desk:
        monkeypatch.setattr(type(desk.app.pane), "targets", lambda pane: ())
        desk.app.pane.ask(getattr(desk.app.pane, flow))  # type: ignore[union-attr]
        await desk.expect("the item under the cursor has just gone")
