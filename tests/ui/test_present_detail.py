"""What the page beside the queue says of an item: facts, the verdict, and whatever else its source tells."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.services.desk import Desk
from opstui.ui.present import line_width
from opstui.ui.present_detail import OTHERS, detail_lines
from tests.support.build import MORNING, an_item
from tests.support.desk import a_desk, pull
from tests.support.host import HOSTILE, LOOK


def page(desk: Desk, ref: str = "helpdesk:A", cells: int = 44) -> list[str]:
    found = desk.detail(ref)
    assert found is not None
    lines = detail_lines(found, cells, desk.now(), desk.since(), LOOK)
    assert all(line_width(line) <= cells for line in lines)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def a_page(folder: Path, cells: int = 44, **more: Any) -> list[str]:
    desk = a_desk(folder)
    pull(desk, an_item("A", **more))
    return page(desk, cells=cells)


def test_who_changed_it_last_stands_with_the_time(tmp_path: Path) -> None:
    lines = a_page(tmp_path, created=MORNING - timedelta(hours=5), updated=MORNING - timedelta(hours=2), changed_by="Bo Lind")
    assert "Updated     06:05 by Bo Lind, 2h ago" in lines


def test_what_only_its_source_knows_comes_after_the_text_by_whole_names(tmp_path: Path) -> None:
    fields = {"u_escalation_path": "warehouse > shift lead", "impact": "2 - Medium", "empty": " "}
    lines = a_page(tmp_path, body="The roll was changed.", fields=fields)
    other = lines.index("OTHER")
    assert lines.index("TEXT") < other
    assert lines[other + 1].split() == ["u_escalation_path", "warehouse", ">", "shift", "lead"]
    assert any(line.split() == ["impact", "2", "-", "Medium"] for line in lines[other:])
    assert not any("empty" in line or "u_escalation…" in line for line in lines)


@pytest.mark.parametrize("cells", [20, 38, 52, 120])
def test_names_and_values_of_any_length_stay_within_the_page(cells: int, tmp_path: Path) -> None:
    fields = {HOSTILE * 2: HOSTILE * 4, "x" * 90: "y" * 400, **{f"n{n}": "v" for n in range(60)}}
    lines = a_page(tmp_path, cells, fields=fields)
    assert lines[-1 if "HISTORY" not in lines else lines.index("HISTORY") - 2].strip() == f"and {62 - OTHERS} more"


def test_without_other_fields_there_is_no_such_part(tmp_path: Path) -> None:
    assert "OTHER" not in a_page(tmp_path)


def test_a_verdict_says_for_whom_until_when_by_whom_and_why(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("A"))
    reason = "the purchase order for the second conveyor motor, with the price of the express delivery"
    desk.wait(["helpdesk:A"], "Procurement", "mon 14", reason)
    lines = page(desk)
    assert "Verdict     Waiting on Procurement" in lines
    assert "Nudge       Mon 14:00, in 3d 5h" in lines
    assert "Decided     08:05 by Ana Ruiz" in lines
    assert reason in " ".join(" ".join(lines).split())


def test_an_escalation_names_its_deadline_and_a_block_is_named(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("A"), an_item("B"))
    desk.escalate(["helpdesk:A"], "Bo Lind", "Needs a decision", "eod")
    desk.for_block(["helpdesk:B"])
    lines = page(desk)
    assert "Verdict     Escalated to Bo Lind" in lines and "Answer by   17:00, in 8h 55m" in lines
    assert "Verdict     Accepted, for a block" in page(desk, "helpdesk:B")
