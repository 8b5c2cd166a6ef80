"""Themes, palette and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style
from textual.binding import Binding
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from opstui.domain.actions import ACTIONS
from opstui.ui.app import OpstuiApp
from opstui.ui.keys import key_hint, shown
from opstui.ui.panes.triage import TriagePane
from opstui.ui.theme import DARK, LIGHT, TONES, palette
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull
from tests.support.journal import a_workspace

READ = ("text", "muted", "strong", "accent", "error", "warning", "success", "key")


def variables_of(theme: Theme) -> dict[str, str]:
    """The CSS variables of a theme, as an app has them."""
    return theme.to_color_system().generate() | theme.variables


def contrast(style: Style) -> float:
    """How well the text of a style can be read."""
    assert style.color is not None
    assert style.bgcolor is not None
    one, other = (Color.from_rich_color(colour) for colour in (style.color, style.bgcolor))
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: Color) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("tone", READ)
def test_every_tone_can_be_read_on_page_and_cursor(theme: Theme, tone: str) -> None:
    styles = palette(theme.name, variables_of(theme))
    assert contrast(styles.plain[tone]) >= 4.5
    assert contrast(styles.cursor[tone]) >= 4.5


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_of_textual_gives_a_palette(name: str) -> None:
    styles = palette(name, variables_of(BUILTIN_THEMES[name]))
    assert set(styles.plain) == set(styles.cursor) == set(TONES)


def test_without_colour_the_cursor_is_reversed_and_trouble_bold() -> None:
    styles = palette("x", {}, colour=False)
    assert all(style.color is None and style.bgcolor is None for style in styles.plain.values())
    assert styles.cursor["text"].reverse
    assert styles.plain["error"].bold


@pytest.mark.parametrize("cls", [OpstuiApp, TriagePane], ids=lambda cls: cls.__name__)
def test_every_binding_has_an_id_and_says_what_it_does(cls: type[OpstuiApp | TriagePane]) -> None:
    assert cls.BINDINGS
    for binding in cls.BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id
        assert binding.tooltip
        assert binding.description


def test_no_key_has_two_meanings_in_one_place() -> None:
    for place in ("triage", "log", "sources"):
        seen: dict[str, str] = {}
        for action in ACTIONS:
            if {place, "list", "*"} & set(action.where):
                for key in action.keys:
                    assert key not in seen, f"{key}: {seen[key]} and {action.id} in {place}"
                    seen[key] = action.id


def test_keys_are_shown_as_people_read_them() -> None:
    assert [shown(key) for key in ("question_mark", "ctrl+p", "shift+tab", "E", "f2", "space")] == [
        "?",
        "^p",
        "S-Tab",
        "E",
        "F2",
        "Space",
    ]
    assert key_hint("item.snooze", {"item.snooze": "ctrl+t,s"}) == "^t"
    assert key_hint("app.theme", {}) == ""


async def test_a_keymap_moves_a_verb_to_another_key(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock, ui={"keys": {"item.accept": "f6"}})
    pull(desk, an_item("A"))
    app = OpstuiApp(a_workspace(tmp_path, desk, clock), environ={})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert isinstance(app.pane, TriagePane)
        await pilot.press("a")
        assert app.pane.rows.count == 1
        await pilot.press("f6")
        await pilot.pause()
        assert app.pane.rows.count == 0
        assert any(hint[1] == "F6" for hint in app.pane.hints())
    desk.close()


@pytest.mark.parametrize(
    ("environ", "ascii"),
    [
        ({}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"TERM": "linux"}, True),
    ],
)
def test_glyphs_follow_the_terminal(tmp_path: Path, environ: dict[str, str], ascii: bool) -> None:
    desk = a_desk(tmp_path)
    assert OpstuiApp(a_workspace(tmp_path, desk, FakeClock()), environ=environ).look.ascii is ascii
    desk.close()
