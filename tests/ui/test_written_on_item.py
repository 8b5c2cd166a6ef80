"""What the manager wrote and did stands on the item it was about: in its notes and in its timeline."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.services.desk import Desk
from opstui.ui.present import Line
from opstui.ui.present_detail import detail_lines, timeline_lines
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull
from tests.support.host import LOOK


def written(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def page(desk: Desk, cells: int = 64) -> list[str]:
    found = desk.detail("helpdesk:INC1")
    assert found is not None
    return written(detail_lines(found, cells, desk.now(), desk.since(), LOOK))


def timeline(desk: Desk) -> str:
    found = desk.detail("helpdesk:INC1")
    assert found is not None
    return "\n".join(written(timeline_lines(found, 60, desk.now(), LOOK)))


def test_a_decision_stands_among_the_notes_with_what_why_owner_and_review(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC1"))
    desk.note("Ask the vendor.", "helpdesk:INC1")
    clock.forward(minutes=5)
    desk.decide("Rent a loader", "two trailers wait", owner="Bo Lind", review_on="2026-12-04", ref="helpdesk:INC1")
    lines = page(desk)
    notes = lines.index("NOTES")
    assert [line.strip() for line in lines[notes + 1 : notes + 5]] == [
        "08:05     Ask the vendor.",
        "08:10     decision 1: Rent a loader",
        "two trailers wait",
        "owner Bo Lind · review Fri 4 Dec 2026, in 14d",
    ]


def test_a_decision_that_was_superseded_says_which_one_holds(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("INC1"))
    first = desk.decide("Rent a loader", ref="helpdesk:INC1")
    desk.decide("Buy a loader", ref="helpdesk:INC1", supersedes=first.id)
    lines = [line.strip() for line in page(desk)]
    assert lines.count("no longer in force: decision 2 took its place") == 1
    assert "08:05     decision 2: Buy a loader" in lines


def test_the_timeline_tells_decisions_verdicts_and_undos_once_each(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC1"), an_item("INC2"))
    desk.decide("Rent a loader", ref="helpdesk:INC1")
    desk.note("Ask the vendor.", "helpdesk:INC1")
    desk.done(["helpdesk:INC2"])
    clock.forward(minutes=1)
    desk.snooze(["helpdesk:INC1"], clock.time + timedelta(hours=2), "waiting for parts")
    clock.forward(minutes=1)
    desk.undo()
    told = timeline(desk)
    assert told.count("Rent a loader") == 1 and told.count("Ask the vendor.") == 1
    assert told.count("Undid") == 1 and told.count("waiting for parts") >= 1
    assert "INC2" not in told


def test_what_moved_and_why_it_is_here_are_told_whole_on_a_narrow_page(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC1", status="Waiting for the warehouse", changed_by="Bo Lind"))
    clock.forward(minutes=5)
    moved = an_item("INC1", status="Back with the carrier", fingerprint="2", updated=clock.time, changed_by="Bo Lind")
    pull(desk, moved)
    text = " ".join(" ".join(page(desk, 38)).split())
    assert "status Waiting for the warehouse → Back with the carrier (Bo Lind)" in text
