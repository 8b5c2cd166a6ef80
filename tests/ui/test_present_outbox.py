"""What is said of changes on their way: pure tables of cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from opstui.domain.views import Outgoing
from opstui.ui.present import ASCII, OUTBOX, Look, columns, line_width, queue_line
from opstui.ui.present_outbox import (
    conflict_lines,
    counts_down,
    differing,
    flow,
    outbox_line,
    outbox_page,
    outgoing_lines,
    when_words,
)
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LOOK

VALUES: dict[str, tuple[Any, Any, Any]] = {
    "assign": ({"name": f"Bo {HOSTILE}", "aliases": [], "email": None}, "Ana Ruiz", "Cy Moss"),
    "transition": ({"status": f"Done {HOSTILE}", "id": "5", "fields": {"why": HOSTILE}}, "Open", "Blocked"),
    "priority": ({"priority": 2, "label": ""}, 3, 1),
    "due": ("2026-12-04", None, "2026-12-01"),
    "labels": ({"add": ["vip", HOSTILE], "remove": ["later"]}, ["later", "audit"], ["audit", "badge"]),
    "comment": ({"text": f"Signed.\n{HOSTILE}"}, None, None),
    "create": ({"title": f"New {HOSTILE}", "body": HOSTILE}, None, None),
}


def a_change(verb: str = "priority", state: str = "pending", **more: Any) -> Outgoing:
    value, base, theirs = VALUES[verb]
    given: dict[str, Any] = {
        "id": 1, "uid": "u", "group": 7, "source": "jira", "ref": "" if verb == "create" else "jira:OPS-88", "verb": verb,
        "value": value, "base": base, "who": "Ana Ruiz", "at": MORNING - timedelta(minutes=3), "state": state,
        "due": MORNING + timedelta(seconds=6), "theirs": theirs,
    }  # fmt: skip
    return Outgoing(**(given | more))


def text(lines: Any) -> str:
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


@pytest.mark.parametrize("cells", [30, 38, 58, 78, 118, 198])
@pytest.mark.parametrize("state", [state for state in OUTBOX if state not in ("sent", "cancelled")])
@pytest.mark.parametrize("verb", VALUES)
def test_every_change_in_every_state_fits_its_line_and_its_page(verb: str, state: str, cells: int) -> None:
    change = a_change(verb, state, what=HOSTILE, why=HOSTILE, next_step=HOSTILE, attempts=3, doubt=True)
    line = outbox_line(change, cells, MORNING, LOOK)
    assert line_width(line) == cells
    for lines in (
        outbox_page(change, cells, MORNING, LOOK, title=HOSTILE, undo="z"),
        outgoing_lines([change], cells, MORNING, LOOK, undo="z", group=7),
    ):
        assert all(line_width(row) <= cells for row in lines), text(lines)
        assert "\x1b" not in text(lines) and "\u202e" not in text(lines)
    assert OUTBOX[state][1] in text([line])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_change(), "sent in 6s, z cancels"),
        (a_change(due=MORNING), "next in line"),
        (a_change(due=MORNING + timedelta(minutes=3), attempts=2), "again in 3m"),
        (a_change(due=MORNING, attempts=1), "again now"),
        (a_change(state="parked"), "held until released"),
        (a_change(state="sending"), "on its way now"),
        (a_change(state="failed"), ""),
        (a_change(state="conflict"), ""),
    ],
)
def test_when_a_change_is_sent(change: Outgoing, said: str) -> None:
    assert when_words(change, MORNING, "z") == said


def test_the_key_that_cancels_stands_only_at_the_action_that_it_takes_back() -> None:
    lines = text(outgoing_lines([a_change(), a_change("due", group=8)], 60, MORNING, LOOK, undo="z", group=8))
    assert lines.count("z cancels") == 1 and "sent in 6s\n" in lines


def test_while_read_only_nothing_is_promised() -> None:
    assert when_words(a_change(), MORNING, "z", readonly=True) == "waits: read-only"


def test_while_its_source_is_paused_nothing_is_promised() -> None:
    change = a_change(due=MORNING)
    assert when_words(change, MORNING, "z", paused=True) == "waits: jira is paused"
    assert text([outbox_line(change, 80, MORNING, LOOK, paused=True)]).rstrip().endswith("paused")


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        (a_change(), "in force here already", "old one"),
        (a_change("due"), "Until it is sent the old one shows.", "in force"),
        (a_change("comment"), "It waits for its turn.", "in force"),
        (a_change("due", "failed"), "what the source says is in force", "turn"),
        (a_change("create", "failed"), "The source did not take it.", "in force"),
    ],
)
def test_of_a_change_only_what_counts_already_is_said_to_count(change: Outgoing, said: str, unsaid: str) -> None:
    page = " ".join(text(outbox_page(change, 120, MORNING, LOOK)).split())
    assert said in page and unsaid not in page


def test_only_what_is_held_counts_down() -> None:
    assert counts_down([a_change()], MORNING)
    assert not counts_down([a_change(state="parked"), a_change(state="failed"), a_change(due=MORNING - timedelta(1))], MORNING)
    assert not counts_down([], MORNING)


def test_a_conflict_shows_the_three_values_aligned_and_marks_what_differs() -> None:
    lines = conflict_lines(a_change("labels", "conflict"), 160, LOOK)
    rows = text(lines).splitlines()
    assert [row[2:8].strip() for row in rows[1:4]] == ["was", "yours", "theirs"]
    assert rows[0] == "LABELS" and rows[1][10:] == "later, audit"
    keys = ("m sends it anyway", "t lets it stand", "e sends something else")
    assert len({cell_len(row[: row.index(key)]) for row, key in zip(rows[2:], keys, strict=False)}) == 1
    strong = [piece.strip() for line in lines for piece, tone in line if tone == "strong"]
    assert "badge" in strong


def test_differing_words_stand_out() -> None:
    assert differing("Waiting for parts", "Waiting for Bo") == [("Waiting for", "muted"), ("Bo", "strong")]
    assert differing("none", "none") == [("none", "muted")]
    assert text(flow([("one two", "muted"), ("three", "strong")], 8)) == "one two\nthree"


def test_in_a_list_without_unicode_each_state_has_a_letter_of_its_own() -> None:
    plain = Look(LOOK.zone, ASCII)
    signs = {
        text([outbox_line(a_change(state=state), 78, MORNING, plain)])[1]
        for state in ("parked", "pending", "failed", "conflict")
    }
    assert len(signs) == 4 and all(sign.isascii() for sign in signs)


@pytest.mark.parametrize("cells", [38, 60, 78, 110, 150])
def test_a_row_keeps_its_width_with_a_state_in_it(cells: int) -> None:
    from tests.ui.test_present import a_row

    for state in ("", "pending", "failed", "conflict", "parked", "sending"):
        row = a_row(title=f"Payroll {HOSTILE}")._replace(outbox=state)
        line = queue_line(row, columns(cells), MORNING, LOOK)
        assert line_width(line) == cells
