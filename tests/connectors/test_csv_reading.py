"""Somebody else's mess on disk: encodings, delimiters, quotes, and files that are broken or on the move."""

from __future__ import annotations

import csv
import io
import os
import string
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.errors import ConfigError, SourceRefused, SourceUnavailable
from opstui_csv import delimited, reading
from tests.support.rights import needs_rights, stopped_by_rights
from tests.support.shell import ROOT
from tests.support.tables import make, pull, write_csv, write_text

TICKETS = 'id,subject,status,assignee\n1,Käse — “ünïcode”,open,Zoë\n2,"two\nlines, one ""quoted""",closed,Bob\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_with_every_delimiter_comes_in_by_itself(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(TICKETS, newline="")))
    items = pull(write_csv(tmp_path / "t.csv", rows, encoding=encoding, delimiter=delimiter)).items
    assert items["1"].title == "Käse — “ünïcode”"
    assert items["1"].owner == "Zoë"
    assert items["2"].title == 'two lines, one "quoted"'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_comes_in(tmp_path: Path, end: str) -> None:
    assert set(pull(write_text(tmp_path / "t.csv", end.join(["id,subject", "1,a", "2,b", ""]))).items) == {"1", "2"}


def test_excels_separator_hint_is_obeyed_and_no_row(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", "sep=;\nid;subject\n1;a\n;b\n"))
    assert set(found.items) == {"1"}
    assert found.refused[0].where == "t.csv:4"


def test_a_report_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    text = "Open tickets\nGenerated 2026-11-20\n\nNumber,Short description,State\nINC1,Door,New\n"
    assert pull(write_text(tmp_path / "t.csv", text)).items["INC1"].title == "Door"


def test_blanks_around_quoted_cells_are_no_part_of_them(tmp_path: Path) -> None:
    assert pull(write_text(tmp_path / "t.csv", 'id, "subject"\n1, "a, b"\n')).items["1"].title == "a, b"


CELLS = st.text(st.one_of(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), st.sampled_from('\n\r\t,;|"')))


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
@settings(max_examples=150)
def test_what_csv_writer_wrote_comes_back_cell_by_cell(rows: list[list[str]], encoding: str, delimiter: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([["id", "subject", "status", "notes"], *[["k", *row] for row in rows]])
    text, _, _ = reading.decode(stream.getvalue().encode(encoding), "t.csv")
    table = delimited.parse(text, "t.csv")
    assert table.rows == [["k", *row] for row in rows]
    assert not table.refused


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(b"id,subject,status\n1,a,open\n" + data)
        try:
            pull(path)
        except SourceRefused as error:
            assert error.why


@given(st.text(alphabet=string.ascii_lowercase + '",;\n\r', max_size=200))
@settings(max_examples=300, deadline=None)
def test_every_line_of_a_broken_file_is_taken_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = pull(write_text(Path(folder, "t.csv"), "id,subject,status\nFIRST,a,open\n" + text), delimiter=",")
        assert found.items["FIRST"].title == "a"


# -- rows that cannot come in


def test_a_row_with_too_many_or_too_few_cells_is_refused_with_its_line(tmp_path: Path) -> None:
    text = "id,subject,status,owner\n1,a,open,x\n2,b, c,open,x\n3,d\n4,e,open,x\n"
    found = pull(write_text(tmp_path / "t.csv", text))
    assert set(found.items) == {"1", "4"}
    assert [refusal.where for refusal in found.refused] == ["t.csv:3", "t.csv:4"]
    assert "5 cells where the heading has 4" in found.refused[0].reason
    assert found.refused[1].sample == "3 | d"


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = 'id,subject\n1,"a\nb\nc"\n,nameless\n2,"d\ne"\n,again\n'
    assert [refusal.where for refusal in pull(write_text(tmp_path / "t.csv", text)).refused] == ["t.csv:5", "t.csv:8"]


def test_exporters_that_leave_out_empty_cells_at_the_end_are_understood(tmp_path: Path) -> None:
    text = "id,subject,status,owner\n1,a,open,x\n2,b,open\n3,c\n4,d,open\n5,e,open,y\n"
    found = pull(write_text(tmp_path / "t.csv", text))
    assert set(found.items) == set("12345")
    assert "filled up" in found.notes[0]


def test_empty_cells_after_the_last_column_do_no_harm(tmp_path: Path) -> None:
    assert set(pull(write_text(tmp_path / "t.csv", "id,subject,\n1,a,\n2,b,,\n")).items) == {"1", "2"}


def test_a_half_written_last_line_is_refused_and_comes_in_when_it_is_whole(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "id,subject,status\n1,a,open\n2,b,op")
    assert set(pull(path).items) == {"1", "2"}  # whole as far as anybody can tell
    write_text(path, "id,subject,status\n1,a,open\n2,b")
    first = pull(path)
    assert set(first.items) == {"1"}
    assert "half-written" in first.refused[0].reason
    write_text(path, "id,subject,status\n1,a,open\n2,b,open\n")
    assert set(pull(path, cursor=first.cursor, known=first.known()).items) == {"2"}


@pytest.mark.parametrize("cut", range(20, 62))
def test_a_file_cut_anywhere_never_gives_a_wrong_key(tmp_path: Path, cut: int) -> None:
    whole = 'id,subject,status\nAB-1,"x, y",open\nAB-2,"z\nz",open\nAB-3,w,open\n'
    found = pull(write_text(tmp_path / "t.csv", whole[:cut]))
    assert set(found.items) <= {"AB-1", "AB-2", "AB-3"}


def test_a_quote_that_is_never_closed_costs_its_row_only(tmp_path: Path) -> None:
    rows = "".join(f"{n},a{n},open\n" for n in range(2, 200))
    found = pull(write_text(tmp_path / "t.csv", f'id,subject,status\n1,"broken,open\n{rows}'))
    assert len(found.items) == 198
    assert [(refusal.where, refusal.reason) for refusal in found.refused] == [("t.csv:2", "a quote in this row is not closed")]


def test_a_stray_quote_does_not_swallow_the_rows_up_to_the_next_one(tmp_path: Path) -> None:
    text = 'id,subject,status\n1,"broken,open\n2,b,open\n3,"fine, really",open\n4,d,open\n'
    found = pull(write_text(tmp_path / "t.csv", text))
    assert set(found.items) == {"2", "3", "4"}
    assert found.items["3"].title == "fine, really"


def test_stray_quotes_never_make_one_row_of_two(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", "id,subject,status\n" + "".join(f'{n},"a{n},open\n' for n in range(9))))
    assert not found.items
    assert [refusal.where for refusal in found.refused] == [f"t.csv:{line}" for line in range(2, 11)]
    assert "never closed" in found.refused[-1].reason


def test_quotes_escaped_with_a_backslash_are_understood_and_paths_are_no_escapes(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", 'id,subject\n1,"say \\"hi\\", ok"\n'))
    assert found.items["1"].title == 'say "hi", ok'
    found = pull(write_text(tmp_path / "t.csv", 'id,subject\n1,"C:\\new\\"\n2,b\n'))
    assert found.items["1"].title == "C:\\new\\"


def test_a_row_full_of_known_words_is_no_heading_line(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", "id,subject,a,b,c\n1,x,closed,resolved,updated\n2,y,closed,opened,title\n"))
    assert set(found.items) == {"1", "2"}


def test_nul_bytes_are_left_out_and_told(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", "id,subject\n1,a\0b\n"))
    assert found.items["1"].title == "ab"
    assert "1 NUL" in found.notes[0]


def test_a_cell_of_a_megabyte_is_cut_and_told(tmp_path: Path) -> None:
    found = pull(write_csv(tmp_path / "t.csv", [["id", "subject", "description"], ["1", "a", "x" * 1_000_000], ["2", "b", ""]]))
    assert len(found.items["1"].body) == 65_536
    assert found.items["1"].body.endswith("…")
    assert "1 too long cells of 'description' were cut" in found.notes[0]
    assert set(found.items) == {"1", "2"}


def test_two_hundred_columns_come_in(tmp_path: Path) -> None:
    names = ["id", "subject", *[f"field {n}" for n in range(198)]]
    found = pull(write_csv(tmp_path / "t.csv", [names, ["1", "a", *map(str, range(198))]]))
    assert found.items["1"].fields["field 197"] == "197"
    assert len(found.items["1"].fields) == 198


def test_a_few_broken_bytes_do_not_turn_the_whole_file_into_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"id,subject\n" + "\n".join(f"{n},Käse é ü ñ" for n in range(9)).encode() + b"\n9,\xff\n")
    found = pull(tmp_path / "t.csv")
    assert found.items["3"].title == "Käse é ü ñ"
    assert "1 broken" in found.notes[0]


def test_a_last_character_cut_in_half_is_no_reason_to_change_the_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,subject\n1,é\n2,ü".encode()[:-1])
    assert pull(tmp_path / "t.csv").items["1"].title == "é"


# -- files that cannot be read


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"PK\x03\x04rest", 'connector = "excel"'),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", 'connector = "excel"'),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "sign-in page"),
        (bytes(range(256)) * 20, "binary"),
        (b"just a word\nand another\n", "one column only"),
        (b"a,b,c\n1,2,3\n", "no heading is known"),
        (b"id,subject\n,a\n,b\n", "empty in all 2 rows"),
    ],
)
def test_a_file_that_is_no_export_says_what_it_is(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(SourceRefused) as caught:
        pull(tmp_path / "t.csv")
    assert words in str(caught.value)
    assert caught.value.next_step


def test_a_header_alone_is_no_error(tmp_path: Path) -> None:
    found = pull(write_text(tmp_path / "t.csv", "id,subject,status\n"))
    assert not found.items
    assert "no rows" in found.notes[0]


def test_a_wrong_delimiter_in_the_options_is_named(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "id;subject;status\n1;a;open\n")
    with pytest.raises(SourceRefused, match="with 'semicolon' it has 3"):
        pull(path, delimiter=",")
    assert pull(path, delimiter="semicolon").items["1"].title == "a"


def test_a_wrong_encoding_in_the_options_is_named_with_the_line(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "id,subject\n1,a\n2,é\n", "cp1252")
    with pytest.raises(SourceRefused, match="line 3"):
        pull(path, encoding="utf-8")
    assert pull(path, encoding="cp1252").items["2"].title == "é"


def test_a_missing_file_and_a_folder_without_rights_are_different_things(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="not there"):
        pull(tmp_path / "t.csv")
    with pytest.raises(SourceRefused, match=r"holds no \.csv"):
        pull(tmp_path)
    with pytest.raises(SourceRefused, match="nothing matches"):
        pull(tmp_path / "*.csv")


@needs_rights
@pytest.mark.parametrize("shut", ["file", "folder"])
def test_a_file_and_a_folder_without_rights_are_refused(tmp_path: Path, shut: str) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    path = write_text(folder / "t.csv", "id,subject\n1,a\n")
    code = (
        "import sys; from pathlib import Path; from opstui.errors import SourceRefused; from tests.support.tables import pull\n"
        "try:\n    pull(Path(sys.argv[1]))\n"
        "except SourceRefused as error:\n    print(error)\n"
    )
    (path if shut == "file" else folder).chmod(0)
    argv = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'plugins'); {code}", str(path if shut == "file" else folder)]
    try:
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, **stopped_by_rights())
    finally:
        folder.chmod(0o700)
    assert "no right" in done.stdout, done.stderr


def test_rights_are_told_in_plain_words(tmp_path: Path) -> None:
    assert "no right" in str(reading.unreadable(tmp_path, PermissionError(13, "denied")))
    assert isinstance(reading.unreadable(tmp_path, OSError(5, "I/O error")), SourceUnavailable)


def test_an_unknown_encoding_is_a_mistake_in_the_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown"):
        make(tmp_path / "t.csv", encoding="utf-9")


def test_a_file_that_is_replaced_while_it_is_read_is_one_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    versions = ["id,subject\n" + "".join(f"{n},{mark * 50}\n" for n in range(4000)) for mark in "ab"]
    write_text(path, versions[0])
    stop = threading.Event()

    def replace() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            write_text(tmp_path / "new", versions[turn % 2])
            (tmp_path / "new").replace(path)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(10):
            try:
                titles = {item.title for item in pull(path).items.values()}
            except SourceUnavailable as error:
                assert "written" in error.what
            else:
                assert len(titles) == 1
    finally:
        stop.set()
        writer.join()


def test_a_file_that_grows_while_it_is_read_is_tried_again_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_text(tmp_path / "t.csv", "id,subject\n1,a\n")

    def write_more(_: float) -> None:
        pass

    original = os.fstat

    def moving(descriptor: int) -> os.stat_result:
        found = original(descriptor)
        with path.open("a") as stream:
            stream.write("2,b\n")
        return found

    monkeypatch.setattr("opstui_csv.reading.time.sleep", write_more)
    monkeypatch.setattr("opstui_csv.reading.os.fstat", moving)
    with pytest.raises(SourceUnavailable, match="being written"):
        pull(path)
