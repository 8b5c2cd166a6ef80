"""Dates: every form people export, decided for the whole column and told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.errors import ConfigError
from opstui_csv.datecolumn import DateColumn
from opstui_csv.dates import Naive, Order, evidence, locale_order, moment
from tests.support.tables import Pulled, make, pull, write_csv

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29-02-2016 01:16", "2016-02-29 01:16"),
        ("22/Dec/25 2:38 PM", "2025-12-22 14:38"),
        ("22/Dec/25 12:05 AM", "2025-12-22 00:05"),
        ("03/04/2026", "2026-04-03 00:00"),
        ("3.4.2026 8:05", "2026-04-03 08:05"),
        ("2026-11-20", "2026-11-20 00:00"),
        ("20261120", "2026-11-20 00:00"),
        ("20261120081500", "2026-11-20 08:15"),
        ("2026/11/20 8:05:09", "2026-11-20 08:05:09"),
        ("2026-11-20T08:15:00", "2026-11-20 08:15"),
        ("Nov 20, 2026, 2:38 PM", "2026-11-20 14:38"),
        ("November 20, 2026", "2026-11-20 00:00"),
        ("20 Nov 2026 14:38", "2026-11-20 14:38"),
        ("20. März 2026", "2026-03-20 00:00"),
        ("Friday, November 20, 2026", "2026-11-20 00:00"),
        ("Fri Nov 20 08:00:00 2026", "2026-11-20 08:00"),
        ("45981.25", "2025-11-20 06:00"),
    ],
)
def test_a_wall_clock_is_read_from(text: str, expected: str) -> None:
    found = moment(text)
    assert isinstance(found, Naive)
    assert found.at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1732147200", "2024-11-21T00:00"),
        ("1732147200.0", "2024-11-21T00:00"),
        ("1732147200123", "2024-11-21T00:00:00.123"),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00"),
        ("2026-11-20T08:00:00.500+01:00", "2026-11-20T07:00:00.500"),
        ("2026-11-20 08:00:00 +0100", "2026-11-20T07:00"),
        ("2026-11-20 08:00:00 UTC", "2026-11-20T08:00"),
        ("Fri, 20 Nov 2026 08:00:00 +0000", "2026-11-20T08:00"),
        ("20/11/2026 08:00 CET", "2026-11-20T07:00"),
    ],
)
def test_a_date_with_a_zone_is_a_moment(text: str, expected: str) -> None:
    assert moment(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "TBD", "31/02/2026", "2026-13-01", "13/13/2026", "5 minutes ago", "2:38 PM", "2026", "1.2.3.4"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text) is None


@given(st.text(max_size=40))
def test_no_text_crashes_it(text: str) -> None:
    DateColumn(LONDON, values=[text]).read([text, "", text])


@given(
    st.lists(
        st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2198-12-30")).map(
            lambda at: at.replace(microsecond=0)
        ),
        max_size=12,
    ),
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d/%b/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
    ),
    st.sampled_from(["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_the_fast_way_and_the_careful_way_agree(moments: list[datetime], form: str, zone: str) -> None:
    order = Order.MONTH if form.startswith("%m") else Order.DAY
    texts = [at.strftime(form) for at in moments]
    column = DateColumn(ZoneInfo(zone), order, values=texts)
    expected = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in moments]
    assert column.read([*texts, ""]) == [*expected, None]
    assert [column.memo[text] for text in texts] == expected


def test_evidence_counts_what_can_only_be_one() -> None:
    assert evidence(["13/04/2026", "04/13/2026", "03/04/2026", "04/04/2026", "2026-01-02", ""]) == (1, 1, 1)


def test_the_locale_says_month_first_where_people_write_so() -> None:
    assert locale_order({"LC_TIME": "en_US.UTF-8"}) is Order.MONTH
    assert locale_order({"LANG": "en_GB.UTF-8"}) is Order.DAY
    assert locale_order({"LANG": "C.UTF-8"}) is None


# -- in a file


def tickets(folder: Path, opened: list[str], due: list[str] | None = None, **options: object) -> Pulled:
    """A pull of tickets with these dates."""
    rows = [[str(n), "a", at, (due or [""] * len(opened))[n]] for n, at in enumerate(opened)]
    return pull(write_csv(folder / "t.csv", [["id", "subject", "opened", "due date"], *rows]), **options)  # type: ignore[arg-type]


def opened(found: Pulled) -> list[str]:
    """The days on which they were opened."""
    return [str(item.created.date()) if item.created else "" for item in found.items.values()]


def test_one_value_decides_for_the_whole_column_and_is_named(tmp_path: Path) -> None:
    found = tickets(tmp_path, ["03/04/2026", "05/04/2026", "25/04/2026"])
    assert opened(found) == ["2026-04-03", "2026-04-05", "2026-04-25"]
    assert found.notes == ["t.csv: 'opened' is read day first: 25/04/2026 (t.csv:4) can be nothing else"]
    assert opened(tickets(tmp_path, ["03/04/2026", "04/25/2026"])) == ["2026-03-04", "2026-04-25"]


def test_the_values_stand_above_the_config(tmp_path: Path) -> None:
    assert opened(tickets(tmp_path, ["03/04/2026", "04/25/2026"], dates="day-first")) == ["2026-03-04", "2026-04-25"]
    assert opened(tickets(tmp_path, ["03/04/2026", "04/25/2026"], dates="%d/%m/%Y")) == ["2026-03-04", "2026-04-25"]


def test_a_column_that_does_not_say_follows_one_that_does(tmp_path: Path) -> None:
    found = tickets(tmp_path, ["03/04/2026"], ["04/25/2026"])
    assert opened(found) == ["2026-03-04"]
    assert any("as 'due date' is" in note for note in found.notes)


def test_what_nothing_in_the_file_says_is_taken_from_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tickets(tmp_path, ["03/04/2026"], dates="month-first")
    assert opened(found) == ["2026-03-04"]
    assert "as the option dates says" in found.notes[0]
    monkeypatch.setenv("LC_ALL", "C")
    found = tickets(tmp_path, ["03/04/2026"])
    assert opened(found) == ["2026-04-03"]
    assert 'set dates = "month-first"' in found.notes[0]
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    found = tickets(tmp_path, ["03/04/2026"])
    assert opened(found) == ["2026-03-04"]
    assert "as your locale says" in found.notes[0]


def test_a_changed_decision_changes_the_fingerprints(tmp_path: Path) -> None:
    day = tickets(tmp_path, ["03/04/2026"], dates="day-first")
    month = tickets(tmp_path, ["03/04/2026"], dates="month-first", cursor=day.cursor, known=day.known())
    assert opened(month) == ["2026-03-04"]


def test_in_a_mixed_column_what_does_not_fit_is_no_date_and_told(tmp_path: Path) -> None:
    found = tickets(tmp_path, ["25/04/2026", "26/04/2026", "04/27/2026"])
    assert opened(found) == ["2026-04-25", "2026-04-26", ""]
    assert "1 that can only be read the other way" in found.notes[0]
    assert found.items["2"].fields["opened"] == "04/27/2026"
    assert any("1 cells of 'opened' are no date, such as '04/27/2026' in t.csv:4" in note for note in found.notes)


def test_a_format_in_the_config_is_used(tmp_path: Path) -> None:
    assert opened(tickets(tmp_path, ["2026 day 324"], dates="%Y day %j")) == ["2026-11-20"]
    with pytest.raises(ConfigError, match="day-first"):
        make(tmp_path / "t.csv", dates="european")


def test_a_wall_clock_is_in_the_source_zone_summer_and_winter(tmp_path: Path) -> None:
    found = tickets(tmp_path, ["2026-01-20 09:00", "2026-07-20 09:00", "2026-07-20T09:00:00Z"], zone=LONDON)
    assert [item.created.hour for item in found.items.values() if item.created] == [9, 8, 9]
    assert all(item.created.tzinfo is UTC for item in found.items.values() if item.created)
    found = tickets(tmp_path, ["2026-07-20 09:00"], zone=LONDON, timezone="America/New_York")
    assert found.items["0"].created == datetime(2026, 7, 20, 13, tzinfo=UTC)


def test_a_heading_that_says_utc_is_believed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [["Issue ID", "Title", "Created At (UTC)"], ["1", "a", "2026-07-20 09:00:00"]])
    assert pull(path, zone=LONDON).items["1"].created == datetime(2026, 7, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-20", "20/Nov/26", "20/Nov/26 12:00 AM", "2026-11-20 00:00:00"])
def test_due_on_a_day_means_by_its_end(tmp_path: Path, text: str) -> None:
    found = tickets(tmp_path, [""], [text], zone=ZoneInfo("America/New_York"))
    due = found.items["0"].due
    assert due is not None
    assert due.astimezone(ZoneInfo("America/New_York")).date() == date(2026, 11, 20)
    assert due - datetime(2026, 11, 21, 5, tzinfo=UTC) == timedelta(seconds=-1)


def test_a_column_with_times_of_day_keeps_its_midnights(tmp_path: Path) -> None:
    found = tickets(tmp_path, ["", ""], ["2026-11-20 00:00", "2026-11-20 17:00"])
    assert [str(item.due) for item in found.items.values()] == ["2026-11-20 00:00:00+00:00", "2026-11-20 17:00:00+00:00"]


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "1900-01-01", "9999-12-31", "0000-00-00 00:00:00"])
def test_a_databases_date_for_never_is_no_date_and_no_trouble(tmp_path: Path, text: str) -> None:
    found = tickets(tmp_path, [text, "2026-11-20"])
    assert found.items["0"].created is None
    assert not found.notes
