"""What an item is likely about the same thing as."""

from __future__ import annotations

from pathlib import Path

from opstui.domain.model import Kind
from tests.support.build import an_item
from tests.support.desk import a_desk, pull


def near(folder: Path, *items: object, ref: str = "helpdesk:A", over: tuple[str, ...] = ()) -> list[str]:
    desk = a_desk(folder)
    pull(desk, *items)  # type: ignore[arg-type]
    if over:
        desk.done(over)
    return [hit.ref.partition(":")[2] for hit in desk.near(ref)]


def test_the_same_title_but_for_numbers_comes_first(tmp_path: Path) -> None:
    found = near(
        tmp_path,
        an_item("A", "Dock 7 scanner rejects labels"),
        an_item("B", "Dock scanner rejects pallets", priority=1),
        an_item("C", "Dock 9 scanner rejects labels"),
        an_item("D", "Payroll batch failed"),
    )
    assert found == ["C", "B"]


def test_another_source_and_another_kind_count_when_the_words_do(tmp_path: Path) -> None:
    alert = an_item("B", "scanner offline: dock", source="jira", kind=Kind.ALERT)
    assert near(tmp_path, an_item("A", "Dock scanner rejects labels"), alert) == ["B"]


def test_one_common_word_is_not_enough(tmp_path: Path) -> None:
    assert near(tmp_path, an_item("A", "Dock scanner rejects labels"), an_item("B", "Dock roof leaks")) == []


def test_what_is_over_is_no_target_and_what_was_taken_is(tmp_path: Path) -> None:
    items = [an_item(key, f"Dock {n} scanner rejects labels") for n, key in enumerate("ABC")]
    assert near(tmp_path, *items, over=("helpdesk:B",)) == ["C"]


def test_an_unknown_ref_and_a_title_without_words_have_none(tmp_path: Path) -> None:
    assert near(tmp_path / "a", an_item("A"), ref="helpdesk:Z") == []
    assert near(tmp_path / "b", an_item("A", "1 2 3"), an_item("B", "1 2 3")) == []
