"""Everything the user owns goes out and comes back in: to a new machine, beside other records, twice, and damaged."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from opstui.errors import StoreError, UsageError
from opstui.services.desk import Desk
from opstui.services.export import MANIFEST, export
from opstui.services.importing import Brought, bring_in
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, queue_refs, shut, store_of

A, B, C = "helpdesk:INC1", "helpdesk:INC2", "helpdesk:INC3"


def a_full_desk(folder: Path) -> Desk:
    clock = FakeClock()
    desk = a_desk(folder, clock)
    pull(desk, an_item("INC1", "=HYPERLINK(1)"), an_item("INC2", "Printer"), an_item("INC3", "Payroll"))
    desk.snooze([A, B], "2h", "=cmd|' /C calc'!A0")
    clock.forward(seconds=30)
    desk.assign([C], "Bo Lind")
    desk.note("first line\nsecond *line*", A)
    desk.withdraw("note", desk.note("withdrawn", B).id)
    desk.decide("B", supersedes=desk.decide("A", options=["x", "y"]).id)
    desk.done([A])
    desk.undo()
    desk.save_draft("note:", "half a")
    return desk


def out(desk: Desk, folder: Path) -> dict[str, int]:
    return export(store_of(desk), folder, now=desk.now(), zone=desk.zone())


def back(desk: Desk, folder: Path) -> Brought:
    return bring_in(store_of(desk), folder, now=desk.now(), who="Ana Ruiz", rules=desk._at.rules)


def texts(state: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return {name: state[name] for name in ("marks", "notes", "decisions")}


def test_an_export_counts_what_it_wrote_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    counts = out(desk, tmp_path / "export")
    assert counts == {
        "marks": 3,
        "journal": 9,
        "notes": 2,
        "decisions": 2,
        "records": 0,
        "sessions": 1,
        "drafts": 1,
        "outbox": 0,
    }
    files = sorted((tmp_path / "export").iterdir())
    assert [file.name for file in files if file.suffix == ".jsonl"] == sorted(f"{kind}.jsonl" for kind in counts)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert "first line\n  second \\*line\\*" in (tmp_path / "export" / "log.md").read_text()
    shut(desk)


def test_no_spreadsheet_runs_what_a_stranger_wrote(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    for file in (tmp_path / "export").glob("*.csv"):
        with file.open(newline="") as opened:
            for row in csv.reader(opened):
                assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    shut(desk)


def test_a_new_machine_gets_everything_even_before_its_first_pull(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    before, log = everything(desk), [(one.kind, one.at, one.text) for one in desk.log(limit=100)]
    out(desk, tmp_path / "export")

    clock = FakeClock()
    other = a_desk(tmp_path / "two", clock)
    brought = back(other, tmp_path / "export")
    assert brought.refused == () and sum(brought.same.values()) == 0
    assert brought.added == {
        "marks": 3,
        "journal": 9,
        "notes": 2,
        "decisions": 2,
        "records": 0,
        "sessions": 1,
        "drafts": 1,
        "outbox": 0,
    }
    pull(other, an_item("INC1", "=HYPERLINK(1)"), an_item("INC2", "Printer"), an_item("INC3", "Payroll"))
    assert texts(everything(other)) == texts(before)
    assert queue_refs(other) == []
    assert other.draft("note:") == "half a"
    assert [(one.kind, one.at, one.text) for one in other.log(limit=100) if one.kind != "import"] == log
    # What could be undone there can be undone here.
    assert [one.summary for one in other.undo_list()] == [one.summary for one in desk.undo_list()]
    while other.undo().group:
        pass
    assert set(queue_refs(other)) == {A, B, C} and other.decisions() == []
    shut(desk)
    shut(other)


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    counts = out(desk, tmp_path / "export")
    state = everything(desk)
    brought = back(desk, tmp_path / "export")
    assert sum(brought.added.values()) == 0 and dict(brought.same) == counts
    assert everything(desk) == state
    shut(desk)


def test_beside_other_records_what_is_here_stays_and_the_import_is_one_undo(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    other = a_desk(tmp_path / "two")
    pull(other, an_item("INC1"), an_item("INC2"), an_item("INC3"))
    other.done([A])
    mine = everything(other)
    brought = back(other, tmp_path / "export")
    assert (brought.added["marks"], brought.same["marks"]) == (2, 1)
    assert other.row(A).place == "done"  # type: ignore[union-attr]
    assert queue_refs(other) == []
    assert other.undo_list()[0].verb == "import"
    other.undo()
    assert everything(other) == mine
    other.redo()
    assert queue_refs(other) == []
    shut(desk)
    shut(other)


def test_a_damaged_line_is_named_and_the_rest_comes_in(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    file = tmp_path / "export" / "marks.jsonl"
    first, *rest = file.read_text().splitlines()
    wrong = [
        "{half",
        "[]",
        json.dumps({"verdict": "done"}),
        json.dumps({"ref": "a:b", "verdict": "explode"}),
        json.dumps({"ref": "a:b", "priority": 9}),
        json.dumps({"ref": "a:b", "at": "2026-11-20T08:00:00", "verdict": "done"}),
        json.dumps({"ref": 5, "verdict": "done"}),
    ]
    file.write_text("\n".join([first, *wrong, *rest]))
    other = a_desk(tmp_path / "two")
    brought = back(other, tmp_path / "export")
    assert brought.added["marks"] == 3
    assert [place for place, _ in brought.refused] == [f"marks.jsonl:{n}" for n in range(2, 9)]
    assert brought.refused[2][1] == "ref is missing" and "explode" in brought.refused[3][1]
    shut(desk)
    shut(other)


def test_control_characters_do_not_come_in_through_an_import(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    file = tmp_path / "export" / "notes.jsonl"
    file.write_text(file.read_text().replace("first line", "first\\u001b[31m\\u202e line"))
    other = a_desk(tmp_path / "two")
    back(other, tmp_path / "export")
    assert other.log("", ["note"])[0].text.startswith("first line")
    shut(desk)
    shut(other)


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("sessions", '{"started": "2026-11-20T08:00:00+00:00", "ended": "2026-11-20T08:09:00+00:00", "decided": 1e999}'),
        ("sessions", '{"started": "2026-11-20T08:00:00+00:00", "ended": "2026-11-20T08:09:00+00:00", "decided": 1e30}'),
        ("marks", '{"ref": "a:b", "verdict": "snooze", "until": "0001-01-01T00:00:00+14:00"}'),
        ("notes", "[" * 100_000),
        ("journal", '{"uid": "u", "lines": [{"ref": "a:b", "target": "mark", "after": {"priority": 77}}]}'),
        ("journal", '{"uid": "u", "lines": [{"ref": "a:b", "target": "mark", "after": {"until": 1e999}}]}'),
    ],
)
def test_a_number_without_end_costs_its_own_line(tmp_path: Path, kind: str, record: str) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    with (tmp_path / "export" / f"{kind}.jsonl").open("a") as file:
        file.write(record + "\n")
    other = a_desk(tmp_path / "two")
    brought = back(other, tmp_path / "export")
    assert len(brought.refused) == 1 and brought.added["marks"] == 3
    shut(desk)
    shut(other)


def test_nor_do_they_come_back_by_undo_or_go_out_again(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    out(desk, tmp_path / "export")
    file = tmp_path / "export" / "journal.jsonl"
    hostile = "Bo \\u001b[31m\\u202eLind\\u009b"
    file.write_text(file.read_text().replace("Bo Lind", hostile))
    other = a_desk(tmp_path / "two")
    back(other, tmp_path / "export")
    while other.undo_list(1):
        other.undo()
    while other.redo_list():
        other.redo()
    out(other, tmp_path / "again")
    said = "".join(path.read_text() for path in (tmp_path / "again").iterdir())
    assert "Bo Lind" in said
    assert not {"\x1b", "\u202e", "\x9b"} & set(said) and "u001b" not in said
    shut(desk)
    shut(other)


def test_what_is_written_for_people_is_clean_whatever_the_store_holds(tmp_path: Path) -> None:
    desk = a_full_desk(tmp_path / "one")
    with store_of(desk).writing() as conn:
        conn.execute("UPDATE notes SET text = 'a' || char(27) || '[31m' || char(8238) || 'b', who = 'B' || char(155) || 'o'")
    out(desk, tmp_path / "export")
    said = "".join((tmp_path / "export" / name).read_text() for name in ("log.md", "notes.csv"))
    assert "ab" in said and not {"\x1b", "\u202e", "\x9b"} & set(said)
    shut(desk)


@pytest.mark.parametrize("manifest", [None, "{", '{"format": 99}', "[]"])
def test_what_is_no_export_is_refused_whole(tmp_path: Path, manifest: str | None) -> None:
    desk = a_desk(tmp_path / "one")
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(UsageError):
        back(desk, tmp_path)
    shut(desk)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "one")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        out(desk, tmp_path / "file")
    shut(desk)
