"""Workbooks: what the cells mean, which sheet, and files that are none."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.errors import SourceRefused
from opstui_csv import workbook
from tests.support.tables import make, pull, write_text, write_xlsx
from tests.support.xls import write_xls

NAMES = ["Number", "Short description", "State", "Opened", "Due date", "Effort"]


def test_a_workbook_comes_in_with_its_dates_and_numbers(tmp_path: Path) -> None:
    row = [10023, "Door stuck", "On Hold", datetime.fromisoformat("2026-07-20 09:30"), date(2026, 7, 21), 2.5]
    item = pull(write_xlsx(tmp_path / "t.xlsx", [NAMES, row]), "excel", zone=ZoneInfo("Europe/London")).items["10023"]
    assert (item.title, item.status, item.fields) == ("Door stuck", "On Hold", {"Effort": "2.5"})
    assert item.created == datetime(2026, 7, 20, 8, 30, tzinfo=UTC)
    assert item.due == datetime(2026, 7, 21, 22, 59, 59, tzinfo=UTC)


def test_cells_become_the_text_a_person_would_type() -> None:
    cells = [1.0, 1.5, True, None, "x", date(2026, 1, 2), datetime.fromisoformat("2026-01-02 03:04"), time(5, 6), 1e20]
    assert list(map(workbook.text, cells)) == [
        "1",
        "1.5",
        "true",
        "",
        "x",
        "2026-01-02",
        "2026-01-02 03:04:00",
        "05:06:00",
        "1e+20",
    ]


def test_a_sheet_is_found_by_name_number_or_as_the_first_that_has_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, key in (("Old", "A-1"), ("Open tickets", "A-2")):
        page = book.create_sheet(title)
        page.append(["Key", "Summary"])
        page.append([key, "x"])
    path = tmp_path / "t.xlsx"
    book.save(path)
    assert set(pull(path, "excel").items) == {"A-1"}
    assert set(pull(path, "excel", sheet="open TICKETS").items) == {"A-2"}
    assert set(pull(path, "excel", sheet="3").items) == {"A-2"}
    with pytest.raises(SourceRefused, match="Sheet, Old, Open tickets"):
        pull(path, "excel", sheet="Closed")
    with pytest.raises(SourceRefused, match="no sheet 9"):
        pull(path, "excel", sheet="9")


def test_rows_are_refused_with_the_number_that_excel_shows(tmp_path: Path) -> None:
    rows = [["Report"], [], NAMES, [1, "a"], [], [None, "nameless"], [2, "b"]]
    found = pull(write_xlsx(tmp_path / "t.xlsx", rows), "excel")
    assert set(found.items) == {"1", "2"}
    assert [refusal.where for refusal in found.refused] == ["t.xlsx:6"]


def test_a_monday_board_with_its_groups_is_one_table(tmp_path: Path) -> None:
    names = ["Name", "Person", "Status", "Timeline - Start", "Timeline - End", "Priority", "Item ID (auto generated)"]
    rows = [
        *(
            ["Launch board"],
            ["This week"],
            names,
            ["Print labels", "Ana", "Working on it", None, date(2026, 11, 21), "High", 771],
        ),
        *([], ["Next week"], names, ["Ship", "Ana, Bob", "Stuck", None, None, "Critical ⚠️", 772]),
    ]
    found = pull(write_xlsx(tmp_path / "t.xlsx", rows), "excel")
    assert {key: item.title for key, item in found.items.items()} == {"771": "Print labels", "772": "Ship"}
    assert [item.fields["Board group"] for item in found.items.values()] == ["This week", "Next week"]
    assert [item.stage.value for item in found.items.values()] == ["doing", "blocked"]
    assert found.items["772"].owner == "Ana, Bob"
    assert found.items["771"].due == datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)


def test_a_board_without_ids_is_known_by_unique_titles(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", [["Name", "Person", "Status"], ["Print", "Ana", "Done"], ["Ship", "", "Stuck"]])
    found = pull(path, "excel")
    assert sorted(item.title for item in found.items.values()) == ["Print", "Ship"]
    assert "records are known by 'Name'" in found.notes[0]
    write_xlsx(path, [["Name", "Person", "Status"], ["Print", "Ana", "Done"], ["Print", "", "Stuck"]])
    with pytest.raises(SourceRefused, match="same value in several rows"):
        pull(path, "excel")


def test_an_unchanged_workbook_is_not_read_again_and_a_changed_one_row_by_row(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", [NAMES, [1, "a", "New"], [2, "b", "New"]])
    first = pull(path, "excel")
    assert pull(path, "excel", cursor=first.cursor, known=first.known()).unchanged == 2
    write_xlsx(path, [NAMES, [1, "a", "New"], [2, "b", "Closed"]])
    assert set(pull(path, "excel", cursor=first.cursor, known=first.known()).items) == {"2"}


ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Open">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/></manifest:manifest>"""


def write_ods(path: Path, rows: list[list[str]]) -> Path:
    """The smallest OpenDocument sheet; a cell that starts with ``date:`` is a date."""

    def cell(value: str) -> str:
        if value.startswith("date:"):
            return f'<table:table-cell office:value-type="date" office:date-value="{value[5:]}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml", ODS_CONTENT.format(rows=body))
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
    return path


def test_an_opendocument_sheet_comes_in(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "t.ods", [NAMES[:4], ["A-1", "Käse", "Closed", "date:2026-11-20T09:30:00"]])
    item = pull(path, "excel").items["A-1"]
    assert (item.title, item.stage.value, item.created) == ("Käse", "done", datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


# -- files that are no workbook


def test_a_file_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    for data, words in (
        (b"", "empty"),
        (b"id,subject\n1,a\n", 'connector = "csv"'),
        (b"<html><table>", "web page"),
        (b"PK\x03\x04" * 9, ""),
    ):
        (tmp_path / "t.xlsx").write_bytes(data)
        with pytest.raises(SourceRefused) as caught:
            pull(tmp_path / "t.xlsx", "excel")
        assert words in str(caught.value)


def test_an_empty_sheet_is_refused_and_a_header_alone_is_not(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="is empty"):
        pull(write_xlsx(tmp_path / "t.xlsx", []), "excel")
    found = pull(write_xlsx(tmp_path / "t.xlsx", [NAMES]), "excel")
    assert not found.items
    assert "no rows" in found.notes[0]


@given(cut=st.floats(0, 1), junk=st.binary(max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_damaged_workbook_never_crashes(tmp_path_factory: pytest.TempPathFactory, cut: float, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole = write_xlsx(folder / "t.xlsx", [NAMES, [1, "a", "New"]]).read_bytes()
    at = int(len(whole) * cut)
    (folder / "t.xlsx").write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    try:
        pull(folder / "t.xlsx", "excel")
    except SourceRefused as error:
        assert error.next_step


def test_a_folder_of_workbooks_leaves_lock_files_alone(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", [NAMES, [1, "a", "New"]])
    write_text(tmp_path / "~$t.xlsx", "lock")
    write_text(tmp_path / "notes.csv", "id,subject\n2,b\n")
    assert set(pull(tmp_path, "excel").items) == {"1"}
    assert "sheet 'Sheet1'" in make(tmp_path / "t.xlsx", "excel").check()


def test_an_old_workbook_comes_in(tmp_path: Path) -> None:
    path = write_xls(
        tmp_path / "t.xls", [["Number", "Short description", "State", "Opened"], [7.0, "Käse ✓", "Closed", "2026-11-20"]]
    )
    item = pull(path, "excel").items["7"]
    assert (item.title, item.stage.value) == ("Käse ✓", "done")
    assert set(pull(tmp_path, "excel").items) == {"7"}
