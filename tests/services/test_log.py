"""The log as the desk reads it: one list over three tables, searched, counted no further than asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.journal import a_night

ALL = ["decision", "decline", "comment", "withdraw", "note", "note", "decision", "note"]


def test_what_was_withdrawn_is_there_only_when_asked_for_and_says_so(tmp_path: Path) -> None:
    with a_night(tmp_path) as workspace:
        desk = workspace.desk
        assert [entry.kind for entry in desk.log(withdrawn=True)] == ALL
        assert [entry.text for entry in desk.log(withdrawn=True) if entry.withdrawn] == ["Wrong item, ignore"]
        assert "Wrong item, ignore" not in [entry.text for entry in desk.log()]


@pytest.mark.parametrize(
    ("query", "kinds"), [("", ()), ("vendor", ()), ("", ("note",)), ("", ("decision",)), ("not ours", ("action",)), ("zzz", ())]
)
@pytest.mark.parametrize("withdrawn", [True, False])
def test_the_count_agrees_with_the_list(tmp_path: Path, query: str, kinds: tuple[str, ...], withdrawn: bool) -> None:
    with a_night(tmp_path) as workspace:
        desk = workspace.desk
        listed = desk.log(query, kinds, withdrawn=withdrawn)
        assert desk.log_count(query, kinds, withdrawn=withdrawn) == len(listed)
        assert desk.log_count(query, kinds, 1, withdrawn=withdrawn) == min(1, len(listed))


def test_pages_of_a_search_join_without_a_gap(tmp_path: Path) -> None:
    with a_night(tmp_path) as workspace:
        desk = workspace.desk
        whole = desk.log("vendor")
        assert [entry.text[:4] for entry in whole] == ["Swap", "Keep"]
        assert desk.log("vendor", (), 0, 1) + desk.log("vendor", (), 1, 1) == whole


def test_a_bulk_action_knows_what_it_was_on(tmp_path: Path) -> None:
    with a_night(tmp_path) as workspace:
        desk = workspace.desk
        declined = next(entry for entry in desk.log() if entry.kind == "decline")
        assert declined.ref == "" and desk.refs(declined.group) == ("helpdesk:INC2", "jira:OPS-8")
