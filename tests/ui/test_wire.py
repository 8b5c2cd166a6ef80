"""Fewer bytes, the same picture."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region

from opstui.ui.wire import Frame, Lean, Written, lean

COLOURS = st.sampled_from(["", "31", "91", "38;2;1;2;3", "38;2;200;100;0", "38;5;17"])
BACKS = st.sampled_from(["", "41", "100", "48;2;9;9;9", "48;5;200"])
FLAGS = st.sampled_from(["", "1", "2", "4", "7", "1;4"])
PIECE = st.tuples(FLAGS, COLOURS, BACKS, st.text("abc 今é", min_size=1, max_size=5))
MOVE = st.tuples(st.integers(1, 5), st.integers(1, 20)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")


def textual(piece: tuple[str, str, str, str]) -> str:
    """A piece as Textual writes it."""
    *look, text = piece
    parameters = ";".join(part for part in look if part)
    return f"\x1b[{parameters}m{text}\x1b[0m" if parameters else text


def picture(data: str) -> list[list[object]]:
    """Every cell with its attributes, after the data was written."""
    screen = pyte.Screen(30, 6)
    pyte.Stream(screen).feed(data)
    return [[screen.buffer[y][x] for x in range(30)] for y in range(6)]


@given(st.lists(st.one_of(PIECE.map(textual), MOVE), max_size=30))
def test_the_picture_is_the_same(pieces: list[str]) -> None:
    data = "".join(pieces)
    assert picture(lean(data)) == picture(data)
    assert lean(data).encode().__len__() <= len(data.encode()) + 4


def test_a_line_in_three_tones_costs_half() -> None:
    styles = [Style.parse("#8a95a3 on #101419"), Style.parse("bold #d5dbe3 on #101419"), Style.parse("#ff7b72 on #101419")]
    data = "".join(style.render("text ") for style in styles * 3)
    assert len(lean(data)) < 0.7 * len(data)


def test_what_it_does_not_know_is_left_alone() -> None:
    for data in ("\x1b]52;c;eA==\x07\x1b[0m", "\x1b[31ma\x1b[0m\x1b[2J", "plain", "\x1b[?2026h"):
        assert lean(data) == data


LINE = st.lists(PIECE, max_size=4).map(lambda pieces: [piece for piece in pieces if piece[3].isascii()])


class Part:
    """A piece of a line, rendered as Textual's strips are."""

    def __init__(self, pieces: list[tuple[str, str, str, str]]) -> None:
        self.text = "".join(textual(piece) for piece in pieces)
        self.text += " " * (30 - sum(len(piece[3]) for piece in pieces))

    def render(self, console: object) -> str:
        return self.text


@given(st.lists(st.tuples(st.booleans(), st.lists(LINE, min_size=6, max_size=6)), min_size=1, max_size=6))
def test_frames_that_write_only_what_differs_show_the_same_as_whole_ones(frames: list[tuple[bool, list[Any]]]) -> None:
    written, thin, data = Written(), "", ""
    for turning, lines in frames:
        written.turning = turning
        parts: list[Any] = [[Part(pieces)] for pieces in lines]
        update = LayoutUpdate(parts, Region(0, 0, 30, 6))
        frame = written.noted(update)
        assert isinstance(frame, Frame)
        sent = frame.render_segments(None)  # type: ignore[arg-type]
        assert isinstance(sent + "\x1b[1;1H", Lean)
        thin += sent
        data = update.render_segments(None)  # type: ignore[arg-type]
    assert picture(thin) == picture(data)


def test_a_line_that_was_written_over_is_written_again() -> None:
    written = Written()
    update = LayoutUpdate([[Part([("", "31", "", "abc")])]] * 2, Region(0, 0, 30, 2))  # type: ignore[list-item]
    for _ in range(2):
        frame = written.noted(update)
        assert isinstance(frame, Frame)
        written.turning = True
        sent = frame.render_segments(None)  # type: ignore[arg-type]
    assert sent == ""
    written.noted(ChopsUpdate([], [(1, 0, 3)], []))
    frame = written.noted(update)
    assert isinstance(frame, Frame)
    assert frame.render_segments(None).startswith("\x1b[2;1H")  # type: ignore[arg-type]


def test_without_textuals_private_name_frames_are_written_as_they_are() -> None:
    code = (
        "import sys, textual._compositor as private; del private.LayoutUpdate; "
        "from opstui.ui.wire import Written; update = object(); assert Written().noted(update) is update"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
