"""From pull to pull: what changed, what is gone, several files, and interruptions."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from opstui.connectors.testing import KnownItems
from opstui.errors import SourceRefused
from opstui_csv import pulling
from tests.support.tables import Pulled, make, pull, write_csv, write_text

NAMES = ["id", "subject", "status"]


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests write and read in the same second."""
    monkeypatch.setattr(pulling, "_REST", 0.0)


def export(path: Path, *rows: str, age: int = 0) -> Path:
    """An export of rows such as ``1,a,open``, written ``age`` seconds ago."""
    write_text(path, "\n".join([",".join(NAMES), *rows, ""]))
    stamp = 1_800_000_000 - age
    os.utime(path, (stamp, stamp))
    return path


def again(path: Path, before: Pulled, *earlier: Pulled, **options: object) -> Pulled:
    """The next pull, the store holding all that came before."""
    cursor = json.loads(json.dumps(dict(before.cursor)))
    return pull(path, cursor=cursor, known=before.known(*earlier), **options)  # type: ignore[arg-type]


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export(tmp_path / "t.csv", "1,a,Zork", ",b,open")
    first = pull(path)
    os.utime(path)
    monkeypatch.setattr("opstui_csv.delimited.parse", None)
    second = again(path, first)
    assert (len(second.items), second.unchanged) == (0, 1)
    assert second.notes == first.notes
    assert second.cursor == first.cursor, "the store keeps what was refused for as long as the cursor stays"
    assert not second.refused


def test_of_a_changed_file_only_the_changed_rows_come(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [NAMES, *[[str(n), f"ticket {n}", "open"] for n in range(2400)]])
    first = pull(path)
    assert [len(page.items) for page in first.pages] == [1000, 1000, 400]
    write_csv(path, [NAMES, *[[str(n), f"ticket {n}", "closed" if n == 700 else "open"] for n in range(2401)]])
    second = again(path, first)
    assert sorted(second.items) == ["2400", "700"]
    assert second.unchanged == 2399


def test_a_changed_option_reads_every_row_anew(tmp_path: Path) -> None:
    path = export(tmp_path / "t.csv", "1,a,Zork", "2,b,open")
    first = pull(path)
    assert set(again(path, first, stages={"Zork": "done"}).items) == {"1", "2"}


def test_a_column_that_only_looking_changes_is_no_change(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [["Issue key", "Summary", "Last Viewed"], ["A-1", "a", "22/Dec/25 2:38 PM"]])
    first = pull(path)
    write_csv(path, [["Issue key", "Summary", "Last Viewed"], ["A-1", "a", "23/Dec/25 2:38 PM"]])
    assert not again(path, first).items


def test_a_row_that_is_gone_is_closed_only_when_the_export_is_complete(tmp_path: Path) -> None:
    path = export(tmp_path / "t.csv", "1,a,open", "2,b,open", "3,c,open")
    partial, whole = pull(path), pull(path, complete=True)
    export(path, "1,a,open", age=10)
    assert again(path, partial).deleted == []
    after = again(path, whole, complete=True)
    assert after.deleted == ["2", "3"]
    assert after.pages[-1].deleted
    assert again(path, after, whole, complete=True).deleted == []


def test_switching_complete_on_closes_what_is_gone_from_the_unchanged_file(tmp_path: Path) -> None:
    path = export(tmp_path / "t.csv", "1,a,open", "2,b,open")
    first = pull(path)
    export(path, "1,a,open", age=10)
    second = again(path, first)
    assert pull(path, cursor=second.cursor, known=first.known(), complete=True).deleted == ["2"]


@pytest.mark.parametrize(
    ("rows", "words"), [(["1,a,open", "2,b"], "rows were refused"), ([], "no rows")], ids=["half-written", "header only"]
)
def test_a_complete_export_that_is_in_doubt_closes_nothing(tmp_path: Path, rows: list[str], words: str) -> None:
    path = export(tmp_path / "t.csv", "1,a,open", "2,b,open", "3,c,open")
    first = pull(path, complete=True)
    export(path, *rows, age=10)
    second = again(path, first, complete=True)
    assert second.deleted == []
    assert any(words in note for note in second.notes)
    third = again(path, second, first, complete=True)
    assert third.deleted == []
    assert any(words in note for note in third.notes), "it is said for as long as it is so"


def test_a_complete_export_written_during_the_pull_closes_nothing_yet(tmp_path: Path) -> None:
    path = export(tmp_path / "t.csv", "1,a,open", "2,b,open")
    first = pull(path, complete=True)
    export(path, "1,a,closed", age=10)
    source = make(path, complete=True)
    pages = []
    for page in source.pull(first.cursor, KnownWriter(first.known(), path)):
        pages.append(page)
    assert not [key for page in pages for key in page.deleted]
    later = pull(path, cursor=pages[-1].cursor, known=first.known(), complete=True)
    assert later.deleted == []
    assert set(later.items) == {"1", "2"}


class KnownWriter(KnownItems):
    """A store that is asked for its open keys at the moment in which somebody saves the file."""

    def __init__(self, known: KnownItems, path: Path) -> None:
        super().__init__(known.prints, known.open)
        object.__setattr__(self, "path", path)

    __slots__ = ("path",)

    def open_keys(self) -> frozenset[str]:
        export(self.path, "1,a,closed", "2,b,closed", age=5)
        return frozenset(self.open)


def test_interrupted_anywhere_the_next_pull_brings_the_rest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [NAMES, *[[str(n), f"ticket {n}", "open"] for n in range(3700)]])
    for stop_after in range(1, 5):
        had: dict[str, str] = {}
        cursor = None
        for turn, page in enumerate(make(path).pull(None, KnownItems()), 1):
            had.update((item.key, item.fingerprint) for item in page.items)
            cursor = page.cursor
            if turn == stop_after:
                break
        rest = pull(path, cursor=cursor, known=KnownItems(had, frozenset(had)))
        assert set(had) | set(rest.items) == {str(n) for n in range(3700)}
        assert not set(had) & set(rest.items)


def test_a_pull_interrupted_before_it_closed_what_is_gone_does_so_later(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [NAMES, *[[str(n), "a", "open"] for n in range(2400)]])
    first = pull(path, complete=True)
    export(path, "0,a,open", age=10)
    left = dict(first.known().prints)
    for page in make(path, complete=True).pull(first.cursor, first.known()):
        cursor = page.cursor
        for key in page.deleted:
            del left[key]
        if page.deleted:
            break
    assert len(left) == 1400
    rest = pull(path, cursor=cursor, known=KnownItems(left, frozenset(left)), complete=True)
    assert sorted([*rest.deleted, "0"]) == sorted(left)


# -- several files


def test_a_folder_and_a_glob_bring_every_export_once(tmp_path: Path) -> None:
    export(tmp_path / "a.csv", "1,old,open", "2,b,open", age=20)
    export(tmp_path / "b.csv", "1,new,open", "3,c,open", age=10)
    export(tmp_path / ".hidden.csv", "9,x,open")
    write_text(tmp_path / "readme.md", "no export")
    for path in (tmp_path, tmp_path / "*.csv"):
        found = pull(path)
        assert sorted(found.items) == ["1", "2", "3"]
        assert found.items["1"].title == "new", "the newest file has the last word"


def test_a_new_file_in_a_folder_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(tmp_path / "a.csv", "1,a,open", ",nameless,open", age=20)
    first = pull(tmp_path)
    export(tmp_path / "b.csv", "2,b,open", age=10)
    read: list[str] = []
    source = make(tmp_path)
    monkeypatch.setattr(type(source), "table", spy(type(source).table, read))
    second = again(tmp_path, first)
    assert set(second.items) == {"2"}
    assert set(read) == {"b.csv"}
    assert second.unchanged == 1
    assert [refusal.where for refusal in second.refused] == ["a.csv:3"], "with a new cursor the old refusals are told again"


def spy(method: object, read: list[str]) -> object:
    def table(self: object, shot: object, name: str) -> object:
        read.append(name)
        return method(self, shot, name)  # type: ignore[operator]

    return table


def test_an_older_file_that_is_touched_does_not_turn_back_the_newer_one(tmp_path: Path) -> None:
    export(tmp_path / "a.csv", "1,old,open", age=20)
    export(tmp_path / "b.csv", "1,new,open", age=10)
    first = pull(tmp_path)
    export(tmp_path / "a.csv", "1,older still,open", "4,d,open", age=15)
    assert set(again(tmp_path, first).items) == {"4"}


def test_one_bad_file_of_several_does_not_keep_the_others_out(tmp_path: Path) -> None:
    export(tmp_path / "a.csv", "1,a,open", age=20)
    write_text(tmp_path / "b.csv", "%PDF-1.7")
    found = pull(tmp_path, complete=True)
    assert set(found.items) == {"1"}
    assert [(refusal.where, refusal.reason) for refusal in found.refused] == [("b.csv", "the whole file: it is a PDF document")]
    assert again(tmp_path, found, complete=True).cursor == found.cursor
    (tmp_path / "a.csv").unlink()
    with pytest.raises(SourceRefused):
        pull(tmp_path / "b.csv")


def test_records_of_a_vanished_file_are_over_only_in_a_complete_set(tmp_path: Path) -> None:
    for complete in (False, True):
        export(tmp_path / "a.csv", "1,a,open", age=20)
        export(tmp_path / "b.csv", "2,b,open", age=10)
        first = pull(tmp_path, complete=complete)
        (tmp_path / "a.csv").unlink()
        assert again(tmp_path, first, complete=complete).deleted == (["1"] if complete else [])


def test_an_event_log_in_several_files_is_one_log(tmp_path: Path) -> None:
    names = "case id,status,timestamp"
    write_text(tmp_path / "mon.csv", f"{names}\n1,new,2026-11-16 09:00\n1,doing,2026-11-16 10:00\n2,new,2026-11-16 11:00\n")
    write_text(tmp_path / "tue.csv", f"{names}\n1,done,2026-11-17 09:00\n")
    os.utime(tmp_path / "mon.csv", (1_800_000_000, 1_800_000_000))
    first = pull(tmp_path)
    assert [change.new for change in first.items["1"].history] == ["doing", "done"]
    write_text(tmp_path / "wed.csv", f"{names}\n2,done,2026-11-18 09:00\n")
    second = again(tmp_path, first)
    assert set(second.items) == {"2"}
    assert [change.new for change in second.items["2"].history] == ["done"]
    assert str(second.items["2"].created) == "2026-11-16 11:00:00+00:00"


def test_what_is_watched_is_the_file_or_the_folder_it_appears_in(tmp_path: Path) -> None:
    assert make(tmp_path / "t.csv").watched() == (tmp_path / "t.csv",)
    assert make(tmp_path).watched() == (tmp_path,)
    assert make(tmp_path / "in" / "*.csv").watched() == (tmp_path / "in",)


def test_check_says_what_was_found(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "id;subject;status\n1;a;open\n;b;open\n")
    assert make(path).check() == "t.csv: 1 records, 3 columns, utf-8, semicolon separated, 1 refused"


def test_hostile_names_of_columns_and_cells_come_in_harmless(tmp_path: Path) -> None:
    rows = [
        ["id", "subject", "[/nope]\x1b[31m", "\u202eevil"],
        ["1", "\x1b]0;t\x07[b]x[/b]\u200b\x9bA", "[@click=app.quit]", "שלום 🧑‍🔧 é"],
    ]
    item = pull(write_csv(tmp_path / "t.csv", rows)).items["1"]
    assert "\x1b" not in item.title
    assert item.fields == {"[/nope]": "[@click=app.quit]", "evil": "שלום 🧑‍🔧 é"}
