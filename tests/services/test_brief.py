"""The brief says what the store knows, and leaves out what it does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.domain.views import View
from opstui.services import brief
from tests.support.build import MORNING, an_item
from tests.support.desk import a_desk, pull, shut


def test_what_is_new_and_has_no_date_has_no_parentheses(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("A", created=MORNING - timedelta(days=9)))
    pull(desk, an_item("B", "No date", created=None, updated=None))
    page = brief.markdown(brief.build(desk), desk)
    assert "- `helpdesk:B` No date: new\n" in page
    shut(desk)


def test_the_sources_word_for_a_priority_is_not_said_of_another_one(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("A", priority=4, priority_label="Sev 4", created=MORNING))
    assert "low priority (Sev 4)" in brief.markdown(brief.build(desk), desk)
    desk.priority(["helpdesk:A"], 1)
    page = brief.markdown(brief.build(desk), desk)
    assert "critical priority" in page and "Sev 4" not in page
    (row,) = desk.window(View())
    assert row.priority_label == ""
    desk.priority(["helpdesk:A"], None)
    assert desk.window(View())[0].priority_label == "Sev 4"
    shut(desk)
