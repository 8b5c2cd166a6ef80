"""Lines and pages of routines and standard work: they fit, and say what counts in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePath

import pytest

from opstui.domain import rounds
from opstui.domain.roundhistory import History, Outcome
from opstui.domain.rounds import Round, Standing, State
from opstui.domain.routines import Needs, Routine, Step
from opstui.domain.standards import Matched, Standard, followed
from opstui.domain.standards import ticked as followed_to
from opstui.ui.present import ASCII, Line, Look, line_width
from opstui.ui.present_routines import round_page, routine_line, state_piece, sum_line
from opstui.ui.present_standards import standard_lines, standard_page
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LOOK

DAY = date(2026, 11, 20)


def standing(
    minutes: float = 25, *, done: int = 0, sign: bool = False, name: str = "Opening checks", **more: object
) -> Standing:
    """A round due in so many minutes, with a grace of ten."""
    steps = (Step(f"Lights {HOSTILE}"), Step("Doors " * 30), Step("Cold", Needs.NUMBER))
    routine = Routine(name, steps, owner=f"Bo {HOSTILE}", sign=sign)
    round = rounds.planned(routine, DAY)
    for n in range(done):
        round = rounds.ticked(round, n, MORNING, "Ana Ruiz", "-18 C")
    round = replace(round, **more)  # type: ignore[arg-type]
    due = MORNING + timedelta(minutes=minutes)
    end = due + timedelta(minutes=10)
    return Standing(routine, round, rounds.state(round, due, end, MORNING), due, end)


def text(lines: list[Line]) -> str:
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


@pytest.mark.parametrize("cells", [24, 38, 60, 78, 118, 198])
@pytest.mark.parametrize("days", [False, True])
@pytest.mark.parametrize("one", [standing(), standing(-5, done=2), standing(-60, name=HOSTILE), standing(done=3, sign=True)])
def test_a_line_is_as_wide_as_the_list(one: Standing, days: bool, cells: int) -> None:
    for today in (DAY, DAY + timedelta(days=3)):
        assert line_width(routine_line(one, cells, today, MORNING, LOOK, days=days)) == cells


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (standing(), "in 25m"),
        (standing(-5), "late 5m"),
        (standing(-60), "missed"),
        (standing(done=3), "done 08:05"),
        (standing(done=3, sign=True), "to sign"),
        (standing(-60, done=3, sign=True), "missed, to sign"),
        (standing(done=3, sign=True, signed_at=MORNING, signed_by="Bo"), "signed 08:05"),
        (standing(waived="stocktaking", waived_at=MORNING), "waived 08:05"),
    ],
)
def test_how_a_round_stands_is_said_in_a_word_or_two(one: Standing, words: str) -> None:
    assert state_piece(one, MORNING, LOOK)[0] == words
    assert text([routine_line(one, 78, DAY, MORNING, LOOK)]).endswith(words)


@pytest.mark.parametrize("cells", [24, 38, 78, 118])
@pytest.mark.parametrize("look", [LOOK, Look(LOOK.zone, ASCII)])
def test_no_line_of_a_page_is_wider_than_the_page(cells: int, look: Look) -> None:
    told = tuple((DAY - timedelta(days=n), outcome, None) for n, outcome in enumerate(list(Outcome) * 6))
    one = standing(-5, done=2, sign=True)
    page = round_page(one, cells, MORNING, look, at=1, history=History("Opening checks", told), sign_key="S")
    assert max(map(line_width, page.lines)) <= cells
    assert len(page.places) == 3 and [f"{n + 1} " in text([page.lines[at]]) for n, at in enumerate(page.places)] == [True] * 3
    if look.ascii:
        assert text([page.lines[0], *page.lines[-3:]]).isascii()


def test_the_page_says_who_ticked_what_was_read_and_what_was_skipped() -> None:
    one = standing(done=3)
    round = rounds.skipped(rounds.unticked(one.round, 0), 0, MORNING, "Bo Lind", "locked")
    said = text(round_page(one._replace(round=round), 78, MORNING, LOOK).lines)
    assert "skipped: locked" in said and "-18 C" in said and "08:05 Ana Ruiz" in said and "08:05 Bo Lind" in said


def test_a_step_that_wants_a_number_says_so_until_it_is_there() -> None:
    assert "a number" in text(round_page(standing(), 78, MORNING, LOOK).lines)
    assert "a number" not in text(round_page(standing(done=3), 78, MORNING, LOOK).lines)


def test_the_history_counts_in_words_what_its_signs_show() -> None:
    told = tuple((DAY, one, None) for one in (Outcome.KEPT, Outcome.KEPT, Outcome.MISSED, Outcome.WAIVED, Outcome.OPEN))
    said = text(round_page(standing(), 78, MORNING, LOOK, history=History("x", told)).lines)
    assert "67 % kept in time" in said and "2 kept" in said and "1 missed" in said and "1 waived" in said and "open" not in said
    fresh = History("x", ((DAY, Outcome.OPEN, None),))
    assert "LAST" not in text(round_page(standing(), 78, MORNING, LOOK, history=fresh).lines)


def test_the_sum_names_what_is_late_and_missed() -> None:
    assert text([sum_line([standing(), standing(done=3), standing(-5)], [standing(-60)], LOOK)]) == (
        "1 of 3 over · 1 late · 1 missed"
    )
    assert sum_line([], [], LOOK) == []


# Standard work

STANDARD = Standard("Label jams", "printer", PurePath("/team/sop/jam.md"))


def matched(*, done: int = 0, steps: int = 3, trouble: str = "", url: str = "", words: str = "") -> Matched:
    kept = followed("Label jams", [f"Step {n} {HOSTILE}" for n in range(steps)])
    for n in range(done):
        kept = followed_to(kept, n, MORNING, "Ana Ruiz")
    return Matched(replace(STANDARD, url=url), f"Label jams {HOSTILE}", kept, words, trouble)


def test_an_items_page_names_its_standards_and_how_far_each_is() -> None:
    found = [
        matched(done=1),
        matched(steps=0, url="https://x.example"),
        matched(steps=0, trouble="jam.md: there is no such file"),
    ]
    said = text(standard_lines(found, 60, LOOK, "H"))
    assert "STANDARD WORK  H to open" in said and "Label jams · 1 of 3" in said and "a link" in said
    assert "jam.md: there is no such file" in said
    assert standard_lines([], 60, LOOK, "H") == []


@pytest.mark.parametrize("cells", [20, 38, 94])
def test_no_line_of_a_standard_is_too_wide(cells: int) -> None:
    one = matched(done=2, trouble=f"no file {HOSTILE}", words=f"# Head {HOSTILE}\n" + "word " * 80)
    assert max(map(line_width, standard_lines([one], cells, LOOK, "H"))) <= cells
    page = standard_page(one, cells, MORNING, LOOK, at=1, trouble="not saved")
    assert max(map(line_width, page.lines)) <= cells and len(page.places) == 3
    assert "#" not in text(page.lines[-8:])


def test_states_and_signs_are_all_known() -> None:
    assert isinstance(standing().round, Round)
    for state in State:
        assert state_piece(standing()._replace(state=state), MORNING, LOOK)[0]
