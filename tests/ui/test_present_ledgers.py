"""Lines and pages of the ledgers: pure tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from opstui.domain.blockers import Blocker, Carry, State, fingerprint
from opstui.domain.escalation import Escalation, Missed
from opstui.domain.waiting import Nudge
from opstui.services.desk.escalating import EscalationRow
from opstui.services.desk.stock import BlockerRow
from opstui.services.desk.waiting import WaitRow
from opstui.store.records import Kept
from opstui.store.stuck import Stuck
from opstui.ui.present import ASCII, Line, Look, line_width
from opstui.ui.present_ledgers import (
    blocker_line,
    blocker_page,
    escalation_line,
    escalation_page,
    ref_cells,
    unchanged_words,
    wait_line,
    wait_page,
)
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LOOK

KEYS = {"item.decision": "D", "item.escalate": "E", "item.assign": "o", "standup.edit": "e", "standup.answer": "Y"}
AGO = MORNING - timedelta(days=12)


def a_blocker(
    ref: str = "projects:OPS-61", *, repeats: int = 0, forced: bool = False, mended: str = "", **more: Any
) -> BlockerRow:
    given: dict[str, Any] = {
        "title": "Badge rollout",
        "first_seen": AGO,
        "last_changed": AGO,
        "state": State("On hold", "blocked"),
    }
    what = Blocker(**(given | more))
    item = Stuck(1, ref, what.title, "On hold", "blocked", "", "queue", False, 0, 3, (), AGO, AGO) if ref else None
    return BlockerRow(Kept("blocker", what, AGO, "Ana Ruiz", "u1", ref=ref), item, repeats, forced, mended)


def a_wait(**more: Any) -> WaitRow:
    given: dict[str, Any] = {
        "ref": "helpdesk:INC4655", "title": "Label printer", "person": "Bo Lind", "what_for": "For an answer", "since": AGO,
        "nudge": MORNING, "due": True, "days": 8, "nudges": (Nudge(AGO, "Bo?", True),),
    }  # fmt: skip
    return WaitRow(**(given | more))


def an_escalation(missed: bool = False, **more: Any) -> EscalationRow:
    given: dict[str, Any] = {
        "to": "Marta Voss", "question": "Who pays?", "step": 1, "steps": 2, "acknowledge_by": MORNING + timedelta(minutes=30),
        "text": "# Decision needed: Who pays?\n\n## Situation\n- Stops 2 others",
    }  # fmt: skip
    what = Escalation(**(given | more))
    return EscalationRow(Kept("escalation", what, AGO, "Ana Ruiz", "u1", ref="helpdesk:INC4711"), None, missed)


def text(lines: list[Line]) -> str:
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


def said(line: Line) -> str:
    return text([line])


ROWS: dict[str, Any] = {
    "blocker": a_blocker(owner="Cy Moss", next_step="quote from vendor", unchanged=2, repeats=3, forced=True),
    "by hand": a_blocker("", by_hand=True),
    "hostile blocker": a_blocker(
        HOSTILE, title=HOSTILE, owner=HOSTILE, next_step=HOSTILE, carried=(Carry("s", AGO, 0, HOSTILE),)
    ),
    "wait": a_wait(),
    "hostile wait": a_wait(ref=HOSTILE, title=HOSTILE, person=HOSTILE, what_for=HOSTILE, nudges=(Nudge(AGO, HOSTILE),)),
    "no date": a_wait(nudge=None, due=False, nudges=()),
    "escalation": an_escalation(),
    "missed": an_escalation(True, acknowledged=AGO, acknowledged_by="Marta", resolve_by=AGO, earlier=(Missed("Cy", AGO, AGO),)),
    "hostile escalation": an_escalation(
        to=HOSTILE, question=HOSTILE, text=HOSTILE, earlier=(Missed(HOSTILE, AGO, said=HOSTILE),)
    ),
}


def drawn(row: Any, cells: int, look: Look) -> tuple[Line, list[Line]]:
    refs = ref_cells([row.ref], cells)
    if isinstance(row, BlockerRow):
        return blocker_line(row, cells, MORNING, look, refs), blocker_page(row, None, 3, cells, MORNING, look, KEYS)
    if isinstance(row, WaitRow):
        return wait_line(row, cells, MORNING, look, refs), wait_page(row, HOSTILE, None, cells, MORNING, look)
    return escalation_line(row, cells, MORNING, look, refs), escalation_page(row, cells, MORNING, look, KEYS)


@pytest.mark.parametrize("cells", [46, 66, 78, 91, 118, 198])
@pytest.mark.parametrize("name", ROWS)
def test_every_line_has_its_width_and_every_page_fits(name: str, cells: int) -> None:
    for look in (LOOK, Look(LOOK.zone, ASCII)):
        line, page = drawn(ROWS[name], cells, look)
        assert line_width(line) == cells
        assert all(line_width(one) <= cells for one in page)
        for piece, _ in (*line, *(piece for one in page for piece in one)):
            assert cell_len(piece) >= 0 and not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in piece)


def test_a_blocker_says_what_who_next_since_and_how_often_it_was_heard() -> None:
    line = said(blocker_line(a_blocker(owner="Cy Moss", next_step="quote", unchanged=2, repeats=3), 120, MORNING, LOOK, 15))
    for part in ("■", "projects:OPS-61", "Badge rollout", "Cy Moss", "next: quote", "12d", "unchanged ×2"):
        assert part in line


def as_carried(row: BlockerRow) -> BlockerRow:
    """The same with nothing moved since it was carried."""
    return row._replace(kept=row.kept.now(replace(row.what, basis=fingerprint(row.what))))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_blocker(), ""),
        (a_blocker(carried=(Carry("s", AGO),), repeats=1), ""),
        (a_blocker(carried=(Carry("s", AGO),), unchanged=1, repeats=2), "unchanged ×1"),
        (a_blocker(carried=(Carry("s", AGO),), unchanged=2, repeats=3, forced=True), "unchanged ×3"),
        (a_blocker(carried=(Carry("s", AGO),), unchanged=2, repeats=0), "changed"),
        (as_carried(a_blocker(carried=(Carry("s", AGO),), unchanged=2, repeats=0)), "unchanged ×2"),  # later on that day
        (as_carried(a_blocker(carried=(Carry("s", AGO),), repeats=0)), ""),
        (a_blocker(carried=(Carry("s", AGO),), unchanged=2, repeats=0, mended="decided: x"), "seen to"),
    ],
)
def test_repeats_in_words(row: BlockerRow, words: str) -> None:
    assert unchanged_words(row, LOOK) == words


def test_two_repeats_are_amber_and_one_too_many_is_red_with_the_keys_that_mend_it() -> None:
    carried = (Carry("s", AGO),)
    amber = blocker_line(a_blocker(carried=carried, unchanged=2, repeats=3), 80, MORNING, LOOK)
    red = a_blocker(carried=carried, unchanged=2, repeats=3, forced=True)
    assert ("unchanged ×2 ", "warning") in amber
    assert ("unchanged ×3 ", "error") in blocker_line(red, 80, MORNING, LOOK)
    assert "D decide   E escalate   o give it to somebody else" in text(blocker_page(red, None, 0, 80, MORNING, LOOK, KEYS))


def test_a_blocker_without_an_item_cannot_be_decided_on_and_says_what_else_helps() -> None:
    row = a_blocker("", by_hand=True, forced=True, repeats=3)
    assert "e another owner or next step   Y clear it" in text(blocker_page(row, None, 0, 80, MORNING, LOOK, KEYS))


def test_a_page_tells_through_which_stand_ups_it_was_carried_and_why_a_count_began_anew() -> None:
    carried = (
        Carry("a", AGO, 0),
        Carry("b", AGO + timedelta(days=1), 1),
        Carry("c", AGO + timedelta(days=2), 0, "decided: rent"),
    )
    page = text(blocker_page(a_blocker(carried=carried), None, 3, 80, MORNING, LOOK, KEYS))
    assert page.index("decided: rent") < page.index("unchanged ×1") < page.index("heard")
    assert "3 others when it goes on" in page and "nobody said; e says it" in page


def test_what_is_to_be_nudged_says_so_and_how_often_it_was() -> None:
    line = said(wait_line(a_wait(), 120, MORNING, LOOK, 16))
    for part in ("◔", "Bo Lind", "helpdesk:INC4655", "Label printer", "For an answer", "8d", "nudge now", "×1"):
        assert part in line
    assert "nudge Mon 09:00" in said(
        wait_line(a_wait(due=False, nudge=MORNING + timedelta(days=3, minutes=55)), 80, MORNING, LOOK)
    )
    page = text(wait_page(a_wait(), "Hi Bo, …", None, 80, MORNING, LOOK))
    assert "NEXT NUDGE\n  Hi Bo, …" in page and "as a comment\n  Bo?" in page


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (an_escalation(), ("no answer", "in 30m")),
        (an_escalation(True, acknowledge_by=MORNING - timedelta(minutes=35)), ("! ", "no answer", "35m late")),
        (an_escalation(acknowledged=AGO, resolve_by=MORNING + timedelta(hours=3)), ("has it", "in 3h")),
        (an_escalation(True, acknowledged=AGO, resolve_by=MORNING - timedelta(hours=3)), ("undecided", "3h late")),
        (an_escalation(acknowledge_by=None), ("no answer",)),
    ],
)
def test_acknowledged_is_told_apart_from_decided(row: EscalationRow, words: tuple[str, ...]) -> None:
    line = said(escalation_line(row, 120, MORNING, LOOK, 16))
    assert all(word in line for word in words), line


def test_a_page_shows_the_text_as_it_was_written_and_its_course() -> None:
    before = (
        Missed("Cy Moss", AGO, AGO),
        Missed("Dee", AGO, refused=True, said="no budget"),
        Missed("Eli", AGO, acknowledged=AGO),
    )
    page = text(escalation_page(an_escalation(True, earlier=before), 80, MORNING, LOOK, KEYS))
    for part in ("step 1 of 2 of the ladder", "E asks the next step", "Cy Moss did not answer", "Dee said no: no budget"):
        assert part in page
    assert "Eli had it, and nothing was decided" in page
    assert "Decision needed: Who pays?\n\n  Situation\n  - Stops 2 others" in page


def test_a_ref_loses_its_source_where_there_is_little_room() -> None:
    assert ref_cells(["helpdesk:INC4711"], 120) == 16
    assert ref_cells(["helpdesk:INC4711"], 78) == 7
    assert "helpdesk:" not in said(wait_line(a_wait(), 78, MORNING, LOOK, 7))
