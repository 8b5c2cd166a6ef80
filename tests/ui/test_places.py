"""The places besides the queue: what was decided is found again, decided again, and put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.build import an_item
from tests.support.desk import pull
from tests.support.triage import Story, a_morning, a_triage, hours


def decide_some(desk: Story) -> None:
    """One verdict of every sort."""
    on = desk.desk
    pull(on, *(an_item(f"X{n}", f"Thing {n}", created=hours(40)) for n in range(4)))
    on.accept(["helpdesk:X0"])
    on.for_block(["helpdesk:X1"])
    on.snooze(["helpdesk:INC90"], "mon 9", "Waiting for a date")
    on.wait(["jira:OPS-61"], "Procurement", "mon 14", "the purchase order")
    on.assign(["helpdesk:INC4712"], "Cy Moss")
    on.escalate(["jira:OPS-88"], "Bo Lind", "Needs a decision")
    on.merge(["helpdesk:X2"], "helpdesk:INC4711")
    on.decline(["helpdesk:X3"], "Not ours")
    on.done(["helpdesk:INC91"])


async def test_s_opens_the_snoozed_and_tab_walks_every_place_that_holds_something(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        decide_some(desk)
        await desk.press("S")
        await desk.expect("Accepted 2", "Waiting 1", "Snoozed 1", "Assigned 1", "Escalated 1", "For a block 1")
        desk.queue.expect_rows("INC90")
        walked = []
        for _ in range(9):
            await desk.press("tab")
            walked.append((desk.queue.pane.places.at.name, desk.queue.refs))  # type: ignore[union-attr]
        assert walked == [
            ("Assigned", ["INC4712"]),
            ("Escalated", ["OPS-88"]),
            ("For a block", ["X1"]),
            ("Done today", ["INC91"]),
            ("Declined", ["X3"]),
            ("Merged", ["X2"]),
            ("Accepted", ["X0", "X1"]),
            ("Waiting", ["OPS-61"]),
            ("Snoozed", ["INC90"]),
        ]
        await desk.press("shift+tab")
        desk.queue.expect_rows("OPS-61")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=str)
async def test_a_line_says_what_matters_in_its_place(size: tuple[int, int], tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=size) as desk:
        decide_some(desk)
        await desk.press("S")
        await desk.expect("Mon 09:00", "Waiting for a")
        said = {
            "Assigned": ("→ Cy Moss", "08:05"),
            "Escalated": ("→ Bo Lind", "no date"),
            "For a block": ("X1",),
            "Done today": ("08:05",),
            "Declined": ("Not ours", "08:05"),
            "Merged": ("into helpdesk:",),
            "Accepted": ("X0",),
            "Waiting": ("on Procurement", "Mon 14:00"),
        }
        await desk.until(lambda: len(desk.queue.pane.places.shown()) == 9)
        for name, words in said.items():
            await desk.press("tab")
            assert desk.queue.pane.places.at is not None and desk.queue.pane.places.at.name == name
            for word in words:
                assert word in desk.text, desk.text


async def test_an_empty_place_is_hidden_and_one_just_emptied_stays(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.snooze(["helpdesk:INC90"], "mon 9")
        desk.desk.accept(["helpdesk:INC91"])
        await desk.press("S")
        await desk.expect("Accepted 1", "Snoozed 1")
        assert "Waiting" not in desk.text and "Merged" not in desk.text
        await desk.press("R")
        await desk.expect("Snoozed 0", "Nothing in Snoozed")
        await desk.press("tab")
        await desk.expect("Snoozed 0", "Accepted 1")
        await desk.press("S", "S")
        await desk.expect("Accepted 1", "Snoozed 0")
        await desk.press("S")
        assert "INC90" in desk.queue.refs


@pytest.mark.parametrize("key", ["S", "escape"])
async def test_the_same_key_and_escape_go_back_to_the_queue(key: str, tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        before = desk.queue.refs
        await desk.press("S")
        await desk.expect("Nothing in Snoozed", "S goes back to the queue")
        await desk.press(key)
        assert desk.queue.refs == before


async def test_release_puts_an_item_back_and_undo_takes_it_out_again(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.decline(["helpdesk:INC4712"], "Not ours")
        await desk.press("S")
        await desk.expect("Declined 1", "R release")
        await desk.press("tab", "R")
        await desk.until(lambda: desk.queue.refs == [])
        assert "helpdesk:INC4712" in [row.ref for row in desk.desk.window(_queue())]
        await desk.press("z")
        await desk.until(lambda: desk.queue.refs == ["INC4712"])
        detail = desk.desk.detail("helpdesk:INC4712")
        assert detail is not None and detail.mark.reason == "Not ours"


async def test_a_whole_page_is_left_when_its_item_goes_and_none_comes(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.decline(["helpdesk:INC4712"], "Not ours")
        await desk.press("S", "tab", "enter")
        await desk.expect("Verdict", "Not ours")
        await desk.press("R")
        await desk.expect("Nothing in Declined")


async def test_release_of_what_is_in_the_queue_says_so(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("R")
        await desk.expect("it is in the queue already")
        assert "INC4711" in desk.queue.refs


async def test_many_are_released_together_and_undone_together(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.snooze(["helpdesk:INC90", "helpdesk:INC91"], "mon 9")
        await desk.press("S", "v", "v", "R")
        await desk.expect("Put 2 items back in the queue?")
        await desk.press("enter")
        await desk.until(lambda: desk.queue.refs == [])
        await desk.press("z")
        await desk.until(lambda: len(desk.queue.refs) == 2)


async def test_every_verdict_works_where_the_item_is(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.snooze(["helpdesk:INC4712"], "mon 9")
        await desk.press("S", "a")
        await desk.expect("Accepted 1", "Snoozed 0")
        await desk.press("tab")
        await desk.until(lambda: desk.queue.refs == ["INC4712"])
        await desk.press("o", "text:cy m", "enter")
        await desk.expect("Assigned 1", "Accepted 0")
        await desk.press("escape")
        assert "INC4712" not in desk.queue.refs


async def test_what_wakes_while_one_looks_leaves_the_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.snooze(["helpdesk:INC90"], "1h")
        await desk.press("S")
        desk.queue.expect_rows("INC90")
        desk.clock.forward(hours=2)
        desk.desk.catch_up()
        await desk.until(lambda: desk.queue.refs == [])


async def test_a_filter_narrows_a_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        decide_some(desk)
        await desk.press("S", "shift+tab", "shift+tab", "slash", "text:thing 1")
        await desk.until(lambda: desk.queue.refs == ["X1"])
        await desk.press("escape")
        await desk.until(lambda: desk.queue.refs == ["X0", "X1"])


async def test_only_changed_is_the_queues(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("S", "equals_sign")
        assert "it narrows the queue" in desk.foot


async def test_the_mouse_chooses_a_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        desk.desk.accept(["helpdesk:INC91"])
        await desk.press("S")
        await desk.expect("Accepted 1")
        await desk.pilot.click("#splits", offset=(3, 0))
        await desk.until(lambda: desk.queue.refs == ["INC91"])


async def test_alike_marks_only_what_is_in_the_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path, *a_morning()) as desk:
        desk.desk.snooze(["helpdesk:d0"], "mon 9")
        await desk.press("S", "asterisk")
        assert "1 alike marked" in desk.foot
        assert len(desk.queue.pane.rows.marks) == 1


def _queue() -> object:
    from opstui.domain.views import View

    return View()
