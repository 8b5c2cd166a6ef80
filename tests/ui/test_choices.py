"""The list that every picker has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content

from opstui.ui.widgets.choices import Choice, Choices, layout, narrow
from tests.support.host import HOSTILE, LOOK

LINES = (
    Choice("", Content("PEOPLE"), heading=True),
    Choice("ana", Content("Ana Ruiz"), search="aruiz"),
    Choice("bo", Content("Bo Lind"), off="away"),
    Choice("cy", Content("Cy Moss")),
)


@pytest.mark.parametrize(
    ("query", "values"),
    [("", ["", "ana", "bo", "cy"]), ("ru an", ["ana"]), ("ARUIZ", ["ana"]), ("s", ["cy"]), ("zz", []), ("i", ["ana", "bo"])],
)
def test_typing_keeps_the_lines_that_hold_every_word(query: str, values: list[str]) -> None:
    assert [choice.value for choice in narrow(LINES, query)] == values


def test_what_begins_with_the_words_comes_first() -> None:
    lines = [Choice("1", Content("label printer")), Choice("2", Content("printer jam"))]
    assert [choice.value for choice in narrow(lines, "printer")] == ["2", "1"]


@given(text=st.text(max_size=60), right=st.text(alphabet=st.characters(codec="ascii"), max_size=20), width=st.integers(1, 90))
def test_a_line_is_exactly_as_wide_as_it_is_told(text: str, right: str, width: int) -> None:
    assert layout(Choice("x", Content(text), Content(right), key="1"), width, keyed=True).cell_length == width


class ListApp(App[None]):
    def __init__(self, lines: tuple[Choice, ...]) -> None:
        super().__init__()
        self.lines = lines
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield Choices(id="choices", look=LOOK)

    def on_mount(self) -> None:
        self.query_one(Choices).show(self.lines)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        self.chosen.append(event.choice.value)


async def test_the_cursor_skips_headings_and_what_is_off_and_stops_at_the_ends() -> None:
    async with ListApp(LINES).run_test(size=(40, 10)) as pilot:
        choices = pilot.app.query_one(Choices)
        assert choices.current is not None and choices.current.value == "ana"
        choices.move(1)
        assert choices.current.value == "cy"
        choices.move(5)
        assert choices.current.value == "cy"
        choices.move(-9)
        assert choices.current.value == "ana"


async def test_a_click_chooses_a_line_but_never_a_heading() -> None:
    app = ListApp((*LINES, Choice("evil", Content(HOSTILE))))
    async with app.run_test(size=(40, 10)) as pilot:
        for y in (0, 2, 3, 4):
            await pilot.click(Choices, offset=(5, y))
        await pilot.pause()
    assert app.chosen == ["cy", "evil"]
