"""Pickers: keyboard first, Escape closes, the mouse works, foreign text is only ever text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.screen import ModalScreen

from opstui.domain.model import Person
from opstui.domain.views import Hit, Load, Preview, Term
from opstui.ui.dialogs.bulk import BulkPreview, headline
from opstui.ui.dialogs.lines import age, bar, moment, moment_in_full, one_line
from opstui.ui.dialogs.pick_person import PersonPicker, load_lines
from opstui.ui.dialogs.pick_reason import ChoicePicker, ReasonPicker
from opstui.ui.dialogs.pick_ref import RefPicker
from opstui.ui.dialogs.pick_theme import ThemePicker
from opstui.ui.dialogs.pick_when import WhenPicker
from opstui.ui.dialogs.undo import UndoList
from opstui.ui.dialogs.why import points, term_lines
from opstui.ui.present import ASCII, Look
from opstui.ui.theme import DARK
from opstui.ui.widgets.choices import Choices
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LOOK, DraftDesk, Host, screen_text, when

PRESETS = (("In two hours", "2h"), ("End of day", "eod"), ("Monday morning", "mon 9"), ("Broken", "flurb"))
REASONS = ("Not ours", "Duplicate", "Works as intended", HOSTILE)
PEOPLE = (Person("Ana Ruiz", team="Ops"), Person("Bo Lind", ("blind",)), Person("Dee Okafor"), Person(HOSTILE))
LOADS = (
    Load("Bo Lind", 12, MORNING - timedelta(days=19)),
    Load("Ana Ruiz", 4, MORNING - timedelta(hours=5)),
    Load("Vendor", 1, None),
)


def a_when() -> WhenPicker:
    return WhenPicker(MORNING, PRESETS, when, "Snooze until")


def a_reason(**more: Any) -> ReasonPicker:
    return ReasonPicker("Decline: why?", REASONS, **more)


def a_person() -> PersonPicker:
    return PersonPicker("Who owns it?", LOADS, PEOPLE, now=MORNING, me="Ana Ruiz")


async def answered(dialog: ModalScreen[Any], *keys: str, size: tuple[int, int] = (80, 24)) -> Host:
    """The host after these keys; ``text:words`` are typed."""
    app = Host(dialog)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(*(key[5:] if key.startswith("text:") else (key,)))
        await pilot.pause(0.15)
        await pilot.pause()
    return app


async def shows(dialog: ModalScreen[Any], *keys: str, size: tuple[int, int] = (80, 24)) -> str:
    """The screen after these keys."""
    app = Host(dialog)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(*(key[5:] if key.startswith("text:") else (key,)))
        await pilot.pause(0.15)
        await pilot.pause()
        return screen_text(app)


# Moments


def test_a_moment_says_today_and_the_year_only_where_they_help() -> None:
    assert moment(MORNING + timedelta(hours=2), MORNING, LOOK) == "today 10:05"
    assert moment_in_full(when("mon 9"), MORNING, LOOK) == "Mon 23 Nov 09:00, in 3d"
    assert moment(datetime(2027, 1, 4, 9, tzinfo=UTC), MORNING, LOOK) == "Mon 4 Jan 2027 09:00"


@pytest.mark.parametrize(
    ("typed", "echo"),
    [
        ("2h", "today 10:05, in 2h"),
        ("mon 9", "Mon 23 Nov 09:00"),
        ("+3d", "Mon 23 Nov"),
        ("flurb", "is not a time"),
        ("monday morn", "Mon 23 Nov 09:00"),
    ],
)
async def test_typing_a_time_echoes_the_moment_or_the_mistake(typed: str, echo: str) -> None:
    text = await shows(a_when(), f"text:{typed}".replace(" ", " "))
    head = "\n".join(text.splitlines()[:12])
    assert echo in head or (echo == "is not a time" and "no such day or form" in head)


async def test_enter_takes_the_first_preset_and_the_arrows_another() -> None:
    assert (await answered(a_when(), "enter")).answer == when("2h")
    assert (await answered(a_when(), "down", "down", "enter")).answer == when("mon 9")


async def test_a_number_and_enter_takes_that_preset_while_a_number_with_a_unit_is_a_time() -> None:
    assert (await answered(a_when(), "2", "enter")).answer == when("eod")
    assert (await answered(a_when(), "2", "d", "enter")).answer == when("2d")


async def test_a_mistake_is_not_taken() -> None:
    app = await answered(a_when(), "text:flurb7", "enter")
    assert not app.answered


async def test_a_preset_with_a_mistake_says_so_and_cannot_be_taken() -> None:
    assert "not a time" in await shows(a_when())
    assert not (await answered(a_when(), "4", "enter")).answered


@pytest.mark.parametrize("make", [a_when, a_reason, a_person])
async def test_escape_and_a_click_outside_close_without_an_answer(make: Any) -> None:
    assert ((app := await answered(make(), "escape")).answered, app.answer) == (True, None)
    app = Host(make())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(offset=(1, 0))
        await pilot.pause()
    assert (app.answered, app.answer) == (True, None)


# Reasons and choices


async def test_a_digit_takes_a_reason_at_once() -> None:
    assert (await answered(a_reason(), "2")).answer == "Duplicate"


async def test_a_digit_within_words_is_only_a_digit() -> None:
    assert (await answered(a_reason(), "text:see INC2", "enter")).answer == "see INC2"
    app = await answered(a_reason(), "x", "1", "backspace", "backspace", "1")
    assert app.answer == "Not ours"


async def test_words_narrow_the_reasons_or_are_a_reason_of_their_own() -> None:
    assert (await answered(a_reason(), "text:dup", "enter")).answer == "Duplicate"
    assert (await answered(a_reason(), "text:dup", "down", "enter")).answer == "dup"
    assert (await answered(a_reason(), "text:[b]x[/nope]", "down", "enter")).answer == "[b]x[/nope]"


async def test_no_reason_is_offered_only_where_none_is_needed() -> None:
    assert (await answered(a_reason(optional=True), "0")).answer == ""
    assert not (await answered(a_reason(), "0")).answered


async def test_enter_alone_gives_no_reason_where_none_is_needed() -> None:
    assert (await answered(a_reason(optional=True), "enter")).answer == ""
    assert (await answered(a_reason(optional=True), "text:no", "enter")).answer != ""


async def test_reasons_keep_their_order_while_they_are_narrowed() -> None:
    picker = ReasonPicker("Why?", ("Waiting for parts", "Parts are in"))
    assert (await answered(picker, "text:parts", "enter")).answer == "Waiting for parts"


async def test_a_choice_starts_where_things_are_now() -> None:
    options = [("1", "critical"), ("2", "high"), ("", "as its source says")]
    assert (await answered(ChoicePicker("Priority", options, current="2"), "enter")).answer == "2"
    assert (await answered(ChoicePicker("Priority", options, current="2"), "3")).answer == ""


# People


def test_people_are_offered_with_the_least_loaded_first_and_strangers_last() -> None:
    lines = load_lines(LOADS, PEOPLE, MORNING, LOOK, me="Ana Ruiz")
    assert [line.value for line in lines][-1] == "Vendor"
    assert lines[-2].value == "Bo Lind"
    bo = lines[-2].right.plain
    assert "12 open" in bo and bo.endswith("oldest     19d")
    young = load_lines([*LOADS, Load("Temp", 1, MORNING - timedelta(hours=23, minutes=59))], PEOPLE, MORNING, LOOK)
    assert len({line.right.cell_length for line in young}) == 1
    assert "(me)" in next(line for line in lines if line.value == "Ana Ruiz").left.plain


async def test_an_alias_finds_a_person_and_an_unknown_name_is_taken_as_written() -> None:
    assert (await answered(a_person(), "text:blind", "enter")).answer == "Bo Lind"
    assert (await answered(a_person(), "text:Zed Q", "enter")).answer == "Zed Q"


# Items


def found(text: str) -> list[Hit]:
    hits = [Hit("item", f"jira:OPS-{n}", n, f"Label printer {n} {HOSTILE}", "", MORNING) for n in range(3)]
    return [*hits, Hit("note", "jira:OPS-9", 9, "a note", "", MORNING)] if "label" in text else []


async def test_items_are_searched_as_typed_without_those_being_merged() -> None:
    picker = RefPicker("Merge into", found, {"jira:OPS-0"}, now=MORNING)
    app = await answered(picker, "text:label", "enter")
    assert app.answer == "jira:OPS-1"
    assert "OPS-9" not in await shows(RefPicker("Merge into", found, now=MORNING), "text:label")


async def test_alike_items_stand_there_before_anything_is_typed() -> None:
    near = found("label")
    assert (await answered(RefPicker("Merge into", found, near=near, now=MORNING), "enter")).answer == "jira:OPS-0"


# Bulk, undo, why, theme


PREVIEW = Preview("decline", ("mail:1", "mail:2"), (("jira:OPS-88", f"already done {HOSTILE}"),))


async def test_a_bulk_verdict_says_how_many_and_why_some_are_refused() -> None:
    assert headline(PREVIEW) == "2 items, 1 refused"
    text = await shows(BulkPreview(PREVIEW, {"mail:1": HOSTILE}))
    assert "2 items, 1 refused" in text and "already done" in text
    assert (await answered(BulkPreview(PREVIEW), "enter")).answer is True
    assert (await answered(BulkPreview(PREVIEW), "escape")).answer is False
    assert (await answered(BulkPreview(Preview("decline", (), PREVIEW.refused)), "enter")).answer is False


class UndoDesk(DraftDesk):
    def undo_list(self, limit: int = 20) -> tuple[Preview, ...]:
        first = Preview("snooze", ("a:1",), (), f"a:1 comes back {HOSTILE}", 41, MORNING)
        return (first, Preview("decline", ("m:1", "m:2"), (), "2 items come back", 40, MORNING))


async def test_the_undo_list_shows_what_each_step_does_and_answers_its_group() -> None:
    text = await shows(UndoList(UndoDesk()), "down")
    assert "2 items come back" in text and "2 items: m:1, m:2" in text
    assert (await answered(UndoList(UndoDesk()), "enter")).answer == 41
    assert (await answered(UndoList(UndoDesk()), "2")).answer == 40
    assert "Nothing to take back" in await shows(UndoList(DraftDesk()))


def test_a_score_is_told_term_by_term_with_its_points() -> None:
    lines = term_lines((Term("sla", 40, "breached"), Term("age", 2.5, "old"), Term("reply", -4, "waits")), LOOK)
    assert [line.right.plain.split()[-1] for line in lines] == ["+40", "+2.5", "-4"]
    assert points(0) == "+0"
    assert lines[0].right.plain.count("▮") == 20 > lines[1].right.plain.count("▮") > 0


async def test_a_theme_is_tried_on_and_escape_brings_the_old_one_back() -> None:
    app = Host(ThemePicker())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()
        assert app.theme != DARK.name
        await pilot.press("escape")
        await pilot.pause()
    assert app.theme == DARK.name


async def test_a_line_can_be_chosen_with_the_mouse() -> None:
    app = Host(a_reason())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(Choices, offset=(6, 2))
        await pilot.pause()
    assert app.answer == "Works as intended"


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
@pytest.mark.parametrize("make", [a_when, a_reason, a_person])
async def test_a_picker_fits_the_terminal(make: Any, size: tuple[int, int]) -> None:
    app = Host(make())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        frame = app.screen.query_one("#frame").region
        assert frame.x >= 0 and frame.right <= size[0] and frame.y >= 0 and frame.bottom <= size[1]


@pytest.mark.parametrize(
    "make", [a_when, lambda: ReasonPicker("Why?", REASONS[:3]), lambda: PersonPicker("Who?", LOADS, (), now=MORNING)]
)
async def test_an_ascii_terminal_gets_nothing_but_ascii(make: Any) -> None:
    app = Host(make(), Look(zone=LOOK.zone, glyphs=ASCII))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert screen_text(app).isascii()


def test_bars_and_ages_and_first_lines() -> None:
    assert bar(1, 100, 4, LOOK) == "▮▯▯▯" and bar(0, 5, 3, LOOK) == "▯▯▯" and bar(5, 5, 3, LOOK) == "▮▮▮"
    assert age(MORNING - timedelta(days=9, hours=3), MORNING, LOOK) == "9d"
    assert one_line("first\nsecond", LOOK) == "first …" and one_line("only", LOOK) == "only"


async def test_answers_that_come_before_a_picker_stands_and_after_it_has_gone_break_nothing() -> None:
    picker = PersonPicker("Who owns it?", None, PEOPLE, now=MORNING, work=lambda name, told: None)

    def tell() -> None:
        picker.tell(LOADS)
        picker.tell_over({"Bo Lind": "12 open"})
        picker._told("Bo Lind", ())

    tell()
    app = Host(picker)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        tell()
        await pilot.press("escape")
        await pilot.pause()
        tell()
