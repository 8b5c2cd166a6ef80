"""Exports as their makers write them: the headings are recognised, the words understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.model import Item, Kind, Stage
from opstui.domain.text import clean, clean_line
from opstui.errors import ConfigError, SourceRefused
from opstui_csv import headings as known
from opstui_csv.building import build
from opstui_csv.cells import Tidy
from opstui_csv.options import CSV_OPTIONS, EXCEL_OPTIONS
from opstui_csv.values import comments, key_from_url, priority_of, relations, stage_of
from tests.support.tables import make, pull, write_csv


def one(path: Path, names: list[str], *rows: list[str], **options: object) -> Item:
    """The first item of an export."""
    return next(iter(pull(write_csv(path / "t.csv", [names, *rows]), **options).items.values()))  # type: ignore[arg-type]


def test_jira(tmp_path: Path) -> None:
    names = (
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Assignee,Assignee Id,Reporter,"
        "Created,Updated,Last Viewed,Due Date,Labels,Labels,Description,Watchers,Watchers,"
        "Inward issue link (Blocks),Outward issue link (Blocks),Comment,Comment,Custom field (Story Points),"
        "Status Category"
    )
    row = [
        *("Scanner down", "OPS-7", "10007", "Incident", "Waiting for vendor", "OPS", "Highest", "Ana Ruiz", "5b1", "Bob Li"),
        *("22/Dec/25 2:38 PM", "23/Dec/25 9:00 AM", "23/Dec/25 9:05 AM", "24/Dec/25 12:00 AM", "dock", "scanner", "One\ntwo"),
        *("ana", "bob", "OPS-3", "OPS-9", "22/Dec/25 3:00 PM;5f1;It broke; again", "", "3.0", "In Progress"),
    ]
    item = one(tmp_path, names.split(","), row)
    assert (item.key, item.title, item.body) == ("OPS-7", "Scanner down", "One\ntwo")
    assert (item.status, item.stage, item.priority) == ("Waiting for vendor", Stage.BLOCKED, 1)
    assert (item.owner, item.reporter, item.labels) == ("Ana Ruiz", "Bob Li", ("dock", "scanner"))
    assert (item.blocked_by, item.blocks) == (("OPS-3",), ("OPS-9",))
    assert [(c.text, c.who, str(c.at)) for c in item.comments] == [("It broke; again", "5f1", "2025-12-22 15:00:00+00:00")]
    assert item.fields["Watchers"] == "ana, bob"
    assert "Last Viewed" not in item.fields


def test_servicenow_by_its_field_names(tmp_path: Path) -> None:
    names = (
        "number,short_description,caller_id,priority,state,category,assignment_group,assigned_to,opened_at,"
        "sys_updated_on,sys_updated_by,due_date,sla_due,work_notes"
    )
    notes = "2026-11-20 08:00:00 - Ana Ruiz (Work notes)\nLater.\n\n2026-11-19 07:00:00 - Bob Li (Work notes)\nFirst.\n"
    item = one(
        tmp_path,
        names.split(","),
        [
            *("INC0010023", "Door stuck", "Cy", "2 - High", "3", "Site", "Facilities", "Ana Ruiz", "2026-11-19 06:00:00"),
            *("2026-11-20 08:00:00", "ana", "", "2026-11-20 12:00:00", notes),
        ],
    )
    assert (item.key, item.title, item.reporter, item.team, item.owner) == (
        "INC0010023",
        "Door stuck",
        "Cy",
        "Facilities",
        "Ana Ruiz",
    )
    assert (item.priority, item.stage) == (2, Stage.BLOCKED)
    assert str(item.sla_due) == "2026-11-20 12:00:00+00:00"
    assert [(comment.who, comment.text) for comment in item.comments] == [("Bob Li", "First."), ("Ana Ruiz", "Later.")]


def test_servicenow_by_its_labels(tmp_path: Path) -> None:
    names = "Number,Opened,Short description,Caller,Priority,State,Category,Assignment group,Assigned to,Updated,Updated by"
    item = one(
        tmp_path,
        names.split(","),
        ["INC1", "2026-11-19 06:00:00", "Door", "Cy", "4 - Low", "On Hold", "x", "F", "", "2026-11-19 07:00:00", "z"],
    )
    assert (item.key, item.title, item.priority, item.stage, item.owner) == ("INC1", "Door", 4, Stage.BLOCKED, None)


def test_zendesk(tmp_path: Path) -> None:
    names = "Id,Subject,Requester,Requested,Status,Priority,Assignee,Group,Updated,Tags,Next SLA breach,Ticket form,Via"
    row = "88,No label,Cy,2026-11-19 06:00,Pending,Urgent,Ana,Tier 2,2026-11-20 06:00,vip late_fee,2026-11-20 09:30,Default,Web"
    item = one(tmp_path, names.split(","), row.split(","))
    assert (item.key, item.title, item.reporter, item.team, item.priority) == ("88", "No label", "Cy", "Tier 2", 1)
    assert (item.stage, item.labels) == (Stage.BLOCKED, ("vip", "late_fee"))
    assert (str(item.created), str(item.sla_due)) == ("2026-11-19 06:00:00+00:00", "2026-11-20 09:30:00+00:00")


def test_zendesk_explore(tmp_path: Path) -> None:
    names = (
        "Ticket ID,Ticket subject,Ticket status,Ticket priority,Assignee name,Ticket group,Requester name,"
        "Ticket created - Timestamp"
    )
    item = one(tmp_path, names.split(","), ["88", "No label", "Open", "High", "Ana", "Tier 2", "Cy", "2026-11-19T06:00:00"])
    assert (item.key, item.title, item.status, item.owner, item.team, item.reporter) == (
        "88",
        "No label",
        "Open",
        "Ana",
        "Tier 2",
        "Cy",
    )
    assert item.created


def test_asana_with_links_that_name_titles(tmp_path: Path) -> None:
    names = (
        "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,"
        "Start Date,Due Date,Tags,Notes,Projects,Parent task,Blocked By (Dependencies),"
        "Blocking (Dependencies)"
    )
    rows = [
        [
            "12",
            "2026-11-01",
            "",
            "2026-11-19",
            "Order parts, then wait",
            "To do",
            "Ana",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "Fit parts",
        ],
        [
            "13",
            "2026-11-01",
            "2026-11-18",
            "2026-11-19",
            "Fit parts",
            "To do",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "Order parts, then wait",
            "",
        ],
    ]
    items = pull(write_csv(tmp_path / "t.csv", [names.split(","), *rows])).items
    assert items["12"].blocks == ("13",)
    assert items["13"].blocked_by == ("12",)
    assert (items["12"].stage, items["13"].stage) == (Stage.TODO, Stage.DONE)


def test_github_from_the_command_line(tmp_path: Path) -> None:
    names = "number,title,state,author,assignees,labels,createdAt,updatedAt,closedAt,url,body"
    row = [
        "12",
        "Crash",
        "OPEN",
        "cy",
        "ana, bob",
        "bug, help wanted",
        "2026-11-19T06:00:00Z",
        "2026-11-20T06:00:00Z",
        "",
        "https://x/12",
        "b",
    ]
    item = one(tmp_path, names.split(","), row)
    assert (item.key, item.title, item.stage, item.reporter, item.owner) == ("12", "Crash", Stage.TODO, "cy", "ana, bob")
    assert item.labels == ("bug", "help wanted")
    assert (item.url, str(item.created)) == ("https://x/12", "2026-11-19 06:00:00+00:00")


def test_a_github_project_is_known_by_its_addresses(tmp_path: Path) -> None:
    names = ["Title", "URL", "Assignees", "Status", "Linked pull requests", "Labels", "Milestone", "Repository"]
    item = one(
        tmp_path, names, ["Crash", "https://github.com/acme/shop/issues/12", "ana", "In Progress", "", "bug", "", "acme/shop"]
    )
    assert (item.key, item.url) == ("acme/shop#12", "https://github.com/acme/shop/issues/12")
    assert key_from_url("https://example.com/a") == "https://example.com/a"


def test_redmine(tmp_path: Path) -> None:
    names = (
        "#,Project,Tracker,Parent task,Status,Priority,Subject,Author,Assignee,Updated,Category,"
        "Target version,Start date,Due date,% Done,Created,Closed,Last updated by,Related issues,Description"
    )
    row = ["41", "Ops", "Bug", "", "Feedback", "Immediate", "Leak", "Cy", "Ana", "11/20/2026 08:00 AM", "", "", "", "", "0"]
    item = one(
        tmp_path, names.split(","), [*row, "11/19/2026 02:38 PM", "", "Cy", "Blocks #42, Blocked by #7, Related to #3", "d"]
    )
    assert (item.key, item.title, item.stage, item.priority) == ("41", "Leak", Stage.BLOCKED, 1)
    assert (item.blocks, item.blocked_by) == (("42",), ("7",))
    assert str(item.created) == "2026-11-19 14:38:00+00:00"


def test_gitlab_and_linear(tmp_path: Path) -> None:
    names = (
        "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Confidential,"
        "Due Date,Created At (UTC)"
    )
    item = one(
        tmp_path,
        names.split(","),
        ["Leak", "d", "9", "https://x/9", "Open", "Cy", "cy", "Ana", "ana", "No", "2026-11-21", "2026-11-19 06:00:00"],
    )
    assert (item.key, item.owner, item.reporter) == ("9", "Ana", "Cy")
    names = (
        "ID,Team,Title,Description,Status,Estimate,Priority,Creator,Assignee,Labels,Created,Updated,Completed,Canceled,Triaged"
    )
    item = one(
        tmp_path,
        names.split(","),
        ["OPS-1", "Ops", "Leak", "d", "In Review", "1", "Urgent", "Cy", "Ana", "x", "2026-11-19", "2026-11-20", "", "", ""],
    )
    assert (item.key, item.team, item.stage, item.priority) == ("OPS-1", "Ops", Stage.DOING, 1)


@pytest.mark.parametrize(
    "names",
    [
        ["ticket_number", "short_desc", "current_status", "assigned_to", "created_on"],
        ["TicketNumber", "ShortDesc", "CurrentStatus", "AssignedTo", "CreatedOn"],
        ["Ticket number", "Short desc", "Current Status:", "Assigned To", "CREATED ON"],
        ["ticket-number", "short-desc", "current-status", "assigned-to", "created-on"],
    ],
)
def test_generic_words_are_known_however_they_are_written(tmp_path: Path, names: list[str]) -> None:
    item = one(tmp_path, names, ["1", "a", "done", "Ana", "2026-11-20"])
    assert (item.key, item.title, item.stage, item.owner) == ("1", "a", Stage.DONE, "Ana")
    assert item.created


# -- what the config says


def test_columns_of_the_config_come_first_and_the_rest_is_recognised(tmp_path: Path) -> None:
    names = ["id", "ref_no", "what", "state", "who", "extra"]
    columns = {"key": "ref_no", "title": ["missing? no", "what"][1:], "assignee": "WHO", "labels": ["extra", "id"]}
    item = one(tmp_path, names, ["9", "R-1", "Leak", "closed", "Ana", "x"], columns=columns)
    assert (item.key, item.title, item.owner, item.stage) == ("R-1", "Leak", "Ana", Stage.DONE)
    assert item.labels == ("x", "9")


def test_an_attribute_can_be_switched_off(tmp_path: Path) -> None:
    item = one(tmp_path, ["id", "subject", "team"], ["1", "a", "x"], columns={"team": ""})
    assert item.team is None
    assert item.fields == {"team": "x"}


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [["number", "subject"], ["1", "a"]])
    with pytest.raises(SourceRefused, match="no column 'nunber': the nearest is 'number'"):
        pull(path, columns={"key": "nunber"})


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("columns", {"assignnee": "x"}, "did you mean assignee"),
        ("columns", {"owner": "x", "assignee": "y"}, "same attribute"),
        ("columns", {"owner": 3}, "heading in quotes"),
        ("stages", {"x": "finished"}, "todo, doing, blocked, done"),
        ("priorities", {"x": 9}, "from 1"),
        ("timezone", "Europe/Atlantis", "no time zone"),
        ("delimiter", "ab", "one character"),
        ("kind", "tickets", "did you mean ticket"),
    ],
)
def test_a_wrong_option_is_found_before_anything_is_read(tmp_path: Path, option: str, value: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make(tmp_path / "t.csv", **{option: value})


def test_words_can_be_given_another_meaning(tmp_path: Path) -> None:
    names, row = ["id", "subject", "status", "priority", "owner"], ["1", "a", "Accepted", "Gold", "n.v."]
    item = one(tmp_path, names, row, stages={"accepted": "todo"}, priorities={"gold": 2}, missing=["n.v."], kind="alert")
    assert (item.stage, item.priority, item.owner, item.kind) == (Stage.TODO, 2, None, Kind.ALERT)


def test_unknown_words_are_told_once(tmp_path: Path) -> None:
    rows = [["id", "subject", "status", "priority"], ["1", "a", "Zork", "Blue"], ["2", "b", "Zork", "Blue"]]
    found = pull(write_csv(tmp_path / "t.csv", rows))
    assert "unknown status words are taken as to do: Zork;" in found.notes[0]
    assert "unknown priorities: Blue;" in found.notes[1]
    assert found.items["1"].priority_label == "Blue"


# -- words


@pytest.mark.parametrize("mark", ["?", "-", "NULL", "null", "N/A", "n/a", "None", "NaN", "#N/A", "--", "—"])
def test_a_missing_mark_is_nothing_in_every_column(tmp_path: Path, mark: str) -> None:
    names = ["id", "subject", "description", "status", "priority", "owner", "group", "tags", "created", "due date", "site"]
    item = one(tmp_path, names, ["1", *[mark] * 10])
    assert item == Item("exports", "1", "1", fingerprint=item.fingerprint)


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        *[
            ("Open", Stage.TODO),
            ("New", Stage.TODO),
            ("Reopened", Stage.TODO),
            ("Not started", Stage.TODO),
            ("Unresolved", Stage.TODO),
        ],
        *[
            ("In Progress", Stage.DOING),
            ("WORKING ON IT", Stage.DOING),
            ("Code review", Stage.DOING),
            ("Assigned", Stage.DOING),
        ],
        *[("On Hold", Stage.BLOCKED), ("Awaiting User Info", Stage.BLOCKED), ("Pending - customer", Stage.BLOCKED)],
        *[("Waiting for approval to close", Stage.BLOCKED), ("Closed (duplicate)", Stage.DONE), ("Won't Do", Stage.DONE)],
        *[("Resolved", Stage.DONE), ("Closed - cancelled", Stage.DONE), ("Erledigt", Stage.DONE), ("", Stage.TODO)],
    ],
)
def test_a_status_word_has_a_stage(word: str, stage: Stage) -> None:
    assert stage_of(word, {}) == (stage, True)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        *[("Critical", 1), ("P1", 1), ("sev-2", 2), ("1 - Critical", 1), ("3 - Moderate", 3), ("Blocker", 1), ("Urgent", 1)],
        *[("HIGH", 2), ("Major", 2), ("Normal", 3), ("Medium", 3), ("Low", 4), ("Minor", 4), ("Trivial", 5), ("Lowest", 5)],
        *[("5", 5), ("P0", 1), ("", None), ("No priority", None), ("Critical ⚠️", 1), ("high priority", 2)],
    ],
)
def test_a_priority_word_has_a_number(word: str, number: int | None) -> None:
    assert priority_of(word, {}) == (number, True)


def test_several_owners_stay_visible_and_nobody_is_nobody(tmp_path: Path) -> None:
    assert one(tmp_path, ["id", "subject", "assignee", "assignee"], ["1", "a", "Ana", "Bob"]).owner == "Ana, Bob"
    assert one(tmp_path, ["id", "subject", "assignee"], ["1", "a", "Unassigned"]).owner is None


def test_relations_and_threads_in_words() -> None:
    assert relations(["Blocks #12, Blocked by #7"]) == (("12",), ("7",))
    assert [comment.text for comment in comments(["just text; no date"], lambda text: None)] == ["just text; no date"]


def test_a_heading_has_one_plain_form() -> None:
    forms = ["Issue key", "issue_key", "issueKey", "ISSUE KEY:", " Issue-Key "]
    assert {known.plain(form) for form in forms} == {"issue key"}
    assert (known.plain("#"), known.plain("Ticket #")) == ("#", "ticket")


# -- event logs


def test_an_event_log_becomes_history_and_state(tmp_path: Path) -> None:
    names = (
        "number,incident_state,caller_id,opened_at,sys_updated_by,sys_updated_at,category,priority,assignment_group,assigned_to"
    )
    rows = [
        "INC45,Closed,Cy,29-02-2016 01:16,Updated by 9,05-03-2016 12:00,Category 55,2 - High,Group 56,Resolver 5",
        "INC45,New,Cy,29-02-2016 01:16,Updated by 2,29-02-2016 01:23,Category 55,3 - Moderate,Group 56,?",
        "INC47,New,Cy,29-02-2016 04:40,Updated by 7,29-02-2016 04:57,Category 40,3 - Moderate,Group 70,Resolver 8",
        "INC45,Awaiting User Info,Cy,29-02-2016 01:16,Updated by 6,29-02-2016 08:53,Category 55,3 - Moderate,Group 56,?",
    ]
    found = pull(write_csv(tmp_path / "log.csv", [names.split(","), *[row.split(",") for row in rows]]))
    item = found.items["INC45"]
    assert (item.status, item.stage, item.owner, item.priority, item.title) == (
        "Closed",
        Stage.DONE,
        "Resolver 5",
        2,
        "Category 55",
    )
    assert [(change.field, change.old, change.new, change.who) for change in item.history] == [
        ("status", "New", "Awaiting User Info", "Updated by 6"),
        ("status", "Awaiting User Info", "Closed", "Updated by 9"),
        ("priority", "3 - Moderate", "2 - High", "Updated by 9"),
        ("owner", None, "Resolver 5", "Updated by 9"),
    ]
    assert str(item.history[0].at) == "2016-02-29 08:53:00+00:00"
    assert found.items["INC47"].history == ()
    assert any("an event log: 4 rows of 2 records" in note for note in found.notes)
    again = pull(tmp_path / "log.csv", known=found.known())
    assert (len(again.items), again.unchanged) == (0, 2)


def test_a_log_with_one_time_column_opens_with_its_first_row(tmp_path: Path) -> None:
    rows = [
        ["case id", "status", "timestamp"],
        ["1", "done", "2026-11-20 09:00"],
        ["1", "new", "2026-11-19 09:00"],
        ["2", "new", ""],
    ]
    item = pull(write_csv(tmp_path / "log.csv", rows)).items["1"]
    assert (str(item.created), str(item.updated)) == ("2026-11-19 09:00:00+00:00", "2026-11-20 09:00:00+00:00")
    assert item.status == "done"


def test_a_log_written_backwards_keeps_the_order_within_a_minute(tmp_path: Path) -> None:
    rows = [
        ["id", "status", "updated"],
        ["1", "closed", "2026-11-20"],
        ["1", "doing", "2026-11-19"],
        ["1", "new", "2026-11-19"],
    ]
    item = pull(write_csv(tmp_path / "log.csv", rows)).items["1"]
    assert [(change.old, change.new) for change in item.history] == [("new", "doing"), ("doing", "closed")]


def test_rows_of_one_key_and_one_time_are_no_log_the_last_counts(tmp_path: Path) -> None:
    rows = [["id", "subject", "updated"], ["1", "old", "2026-11-20"], ["1", "new", "2026-11-20"], ["2", "x", "2026-11-20"]]
    found = pull(write_csv(tmp_path / "t.csv", rows))
    assert found.items["1"].title == "new"
    assert any(
        "1 keys come more than once; the last row counts, as for 1 (t.csv:2 and t.csv:3)" in note for note in found.notes
    )


def test_the_last_of_equal_keys_counts_where_there_is_no_time_at_all(tmp_path: Path) -> None:
    found = pull(write_csv(tmp_path / "t.csv", [["id", "subject"], ["1", "old"], ["1", "new"]]))
    assert found.items["1"].title == "new"


# -- what init shows


def test_init_is_shown_the_columns_with_samples_and_what_is_unsure(tmp_path: Path) -> None:
    rows = [["number", "short_description", "opened_at", "site"], ["1", "Door", "03/04/2026", "Leeds"], ["", "x", "", ""]]
    path = write_csv(tmp_path / "t.csv", rows)
    connector = make(path, notes=[])
    found = type(connector).suggest({"path": str(path)}, connector.context)
    assert found.options["columns"] == {"key": "number", "title": "short_description", "created": "opened_at"}
    assert {(guess.attribute, guess.column, guess.samples) for guess in found.guesses} >= {
        ("title", "short_description", ("Door", "x"))
    }
    assert found.rows == 1
    assert found.unused == ("site",)
    assert any("1 rows cannot come in, the first: t.csv:3 has no key" in note for note in found.notes)
    made = pull(path, **{name: value for name, value in found.options.items() if name != "path"})
    assert set(made.items) == {"1"}


def test_items_built_by_the_column_are_the_items_that_the_class_makes() -> None:
    built = build(
        2, source=["s", "s"], key=["1", "2"], title=["a", "b"], stage=[Stage.DONE, Stage.TODO], fields=[{"x": "y"}, {}]
    )
    assert built == [Item("s", "1", "a", stage=Stage.DONE, fields={"x": "y"}), Item("s", "2", "b")]
    assert built[1].fields is not Item("s", "2", "b").fields
    with pytest.raises(TypeError, match="no colour"):
        build(1, colour=["red"])
    with pytest.raises(AttributeError):
        build(2, key=["1"])


def test_the_manual_names_every_option_and_attribute() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "connectors-csv.md").read_text()
    for option in (*CSV_OPTIONS, *EXCEL_OPTIONS):
        assert f"| `{option.name}` |" in manual
        assert option.example is not None, option.name
    for attribute in known.ATTRIBUTES:
        assert f"`{attribute}`" in manual


SNIPPETS = st.sampled_from(
    [
        "a",
        "b ",
        "  ",
        "\n",
        " \n",
        "é",
        "\u200b",
        "\u202e",
        "\x1b[31m",
        "\t",
        "\u0301",
        "🧑",
        "\u200d",
        "\ufe0f",
        "\xa0",
        "\x85",
    ]
)


@given(st.lists(st.lists(SNIPPETS, max_size=6).map("".join), min_size=1, max_size=4))
def test_a_column_is_cleaned_as_each_of_its_cells_would_be(cells: list[str]) -> None:
    tidy = Tidy(())
    assert tidy.line(cells, "x") == list(map(clean_line, cells))
    assert tidy.text(cells, "x") == list(map(clean, cells))
