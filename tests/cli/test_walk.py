"""From an export on disk to a decided queue, in an empty home, as somebody on the first day does it."""

from __future__ import annotations

from tests.support.shell import Shell

MESSY = (
    "Ticket-ID;Subject;Description;Status;Priority;Assignee;Created;Due;Tags;Tags\r\n"
    '4711;"Scanner at dock 7 – rejects; labels";"Since 02:00\r\nTwo trailers wait";Open;Urgent;;'
    "19.11.2026 21:10;?;dock;night\r\n"
    "4712;Kälteraum 2 schließt nicht;N/A;Pending;High;Müller, Jörg;18.11.2026 09:00;20.11.2026 12:00;;\r\n"
    ";no number;;Open;Low;;18.11.2026 09:00;;;\r\n"
    "4713;Label roll €12 over budget;-;Solved;Normal;Ana Ruiz;13.11.2026 08:00;NULL;;\r\n"
).encode("cp1252")


def test_a_messy_export_becomes_a_decided_queue(shell: Shell) -> None:
    shell.write("Downloads/Tickets export (3).csv", MESSY)
    path = "path=Downloads/Tickets export (3).csv"
    done = shell.real("init", "--connector", "csv", "--option", path, "--name", "desk", "--me", "Ana Ruiz")
    assert done.code == 0, done.err
    assert "4711" in done.err and "Scanner at dock 7" in done.err

    done = shell.real("sync", "--json")
    assert done.code == 0, done.err
    (result,) = done.json
    assert (result["seen"], result["added"], result["refused"]) == (4, 3, 1)

    rows = shell.real("queue", "--json").json
    assert {row["ref"] for row in rows} == {"desk:4711", "desk:4712"}, "what is solved needs no verdict"
    by_ref = {row["ref"]: row for row in rows}
    assert by_ref["desk:4711"]["title"] == "Scanner at dock 7 – rejects; labels"
    assert by_ref["desk:4711"]["owner"] is None and by_ref["desk:4711"]["due"] is None
    assert by_ref["desk:4712"]["title"] == "Kälteraum 2 schließt nicht"
    assert by_ref["desk:4712"]["due"].startswith("2026-11-20T12:00")
    item = shell.real("show", "desk:4711", "--json").json["item"]
    assert item["labels"] == ["dock", "night"] and item["body"] == "Since 02:00\nTwo trailers wait"

    assert "Tickets export (3).csv:5" in shell.real("doctor").out, "the refused row is told"
    refs = shell.real("queue", "--refs").out
    assert shell.real("accept", "-", stdin=refs).code == 0
    done = shell.real("queue")
    assert done.out == "" and "queue clear" in done.err
    assert shell.real("undo").code == 0
    assert len(shell.real("queue", "--json").json) == 2


def test_a_header_without_rows_is_an_empty_source_and_no_error(shell: Shell) -> None:
    shell.office("number,short_description,state\n")
    assert shell("sync", "--json").json[0]["seen"] == 0
    done = shell("queue")
    assert done.code == 0 and "queue clear" in done.err


def test_a_missing_file_is_a_failed_source_with_its_path(shell: Shell) -> None:
    shell.office()
    (shell.config.parent / "tickets.csv").unlink()
    done = shell("sync")
    assert done.code == 1 and str(shell.config.parent / "tickets.csv") in done.err
    assert "desk refuses to be read" in shell("queue").out


def test_an_export_that_changes_shows_what_changed(office: Shell) -> None:
    path = office.config.parent / "tickets.csv"
    path.write_text(
        path.read_text().replace(
            "INC2,Badge reader at gate B is dead,In Progress", "INC2,Badge reader at gate B is dead,On Hold"
        )
    )
    (result,) = office("sync", "--json").json
    assert (result["added"], result["changed"], result["unchanged"]) == (0, 1, 2)
