"""The two themes of opstui, and the palette of ready-made styles that lines are painted with under any theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="opstui-dark",
    dark=True,
    primary="#5db8f5",
    secondary="#8aa4be",
    accent="#5db8f5",
    foreground="#d5dbe3",
    background="#101419",
    surface="#161b22",
    panel="#1d242d",
    success="#6cc391",
    warning="#e8b34b",
    error="#ff7b72",
    variables={
        "text-muted": "#939eac",
        "text-disabled": "#75808d",
        "text-primary": "#5db8f5",
        "text-error": "#ff7b72",
        "text-warning": "#e8b34b",
        "text-success": "#6cc391",
        "border": "#5db8f5",
        "border-blurred": "#2b343f",
        "scrollbar": "#2b343f",
        "scrollbar-background": "#101419",
        "scrollbar-corner-color": "#101419",
        "block-cursor-background": "#1d3a52",
        "block-cursor-foreground": "#eef3f8",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#5db8f5",
        "input-selection-background": "#5db8f5 30%",
        "opstui-rule": "#2b343f",
        "opstui-cursor": "#1b3145",
    },
)

LIGHT = Theme(
    name="opstui-light",
    dark=False,
    primary="#0b63b5",
    secondary="#4a5b6c",
    accent="#0b63b5",
    foreground="#1c232b",
    background="#fbfbf9",
    surface="#f3f3f0",
    panel="#e9e9e5",
    success="#1d7441",
    warning="#8a5a00",
    error="#b3261e",
    variables={
        "text-muted": "#5d6773",
        "text-disabled": "#6a737e",
        "text-primary": "#0b63b5",
        "text-error": "#b3261e",
        "text-warning": "#865700",
        "text-success": "#1d7441",
        "border": "#0b63b5",
        "border-blurred": "#cfd2d6",
        "scrollbar": "#cfd2d6",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-corner-color": "#fbfbf9",
        "block-cursor-background": "#cfe3f6",
        "block-cursor-foreground": "#10161c",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#0b63b5",
        "input-selection-background": "#0b63b5 25%",
        "opstui-rule": "#cfd2d6",
        "opstui-cursor": "#dbeaf8",
    },
)

TONES = ("text", "muted", "faint", "strong", "accent", "error", "warning", "success", "rule", "key")
"""The tones that lines are written in. ``faint`` is for rules and fillers, never for words that must be read."""


class Palette(NamedTuple):
    """Ready-made styles for one theme: ``plain`` by tone, ``cursor`` the same tones on the cursor's background."""

    name: str
    plain: Mapping[str, Style]
    cursor: Mapping[str, Style]


def palette(name: str, variables: Mapping[str, str], *, colour: bool = True) -> Palette:
    """The palette of a theme from its CSS variables; without ``colour`` only bold, dim and reverse are used."""
    if not colour:
        return _colourless(name)
    background = _colour(variables.get("background", "ansi_default"), None)
    text = _colour(variables.get("foreground", "ansi_default"), background)
    muted = _colour(variables.get("text-muted", ""), background, text)
    rule = _colour(variables["opstui-rule"], background) if "opstui-rule" in variables else _between(background, text)
    accent = _colour(variables.get("text-primary", variables.get("primary", "")), background, text)
    under = variables.get("opstui-cursor")
    cursor = (
        _colour(under, background) if under else _under(background, _colour(variables.get("primary", ""), background, text))
    )
    tones = {
        "text": Style(color=text.rich_color),
        "muted": _muted(muted),
        "faint": Style(color=rule.rich_color),
        "strong": Style(color=text.rich_color, bold=True),
        "accent": Style(color=accent.rich_color),
        "rule": Style(color=rule.rich_color),
        "key": Style(color=text.rich_color, bold=True),
    }
    for tone in ("error", "warning", "success"):
        tones[tone] = Style(color=_colour(variables.get(f"text-{tone}", variables.get(tone, "")), background, text).rich_color)
    plain_under = Style(bgcolor=background.rich_color)
    cursor_under = Style(bgcolor=cursor.rich_color)
    return Palette(
        name,
        {tone: style + plain_under for tone, style in tones.items()},
        {tone: style + cursor_under for tone, style in tones.items()},
    )


def _colourless(name: str) -> Palette:
    tones = {tone: Style() for tone in TONES}
    tones |= {"muted": Style(dim=True), "faint": Style(dim=True), "rule": Style(dim=True)}
    tones |= {tone: Style(bold=True) for tone in ("strong", "error", "warning", "key")}
    return Palette(name, tones, {tone: Style(reverse=True, bold=style.bold) for tone, style in tones.items()})


def _muted(colour: Color) -> Style:
    return Style(dim=True) if colour.ansi is not None else Style(color=colour.rich_color)


def _colour(value: str, background: Color | None, default: Color | None = None) -> Color:
    """A theme variable as an opaque colour: ``auto 60%`` and alpha are resolved over ``background``."""
    fallback = default or Color.parse("ansi_default")
    words = value.split()
    if not words:
        return fallback
    if words[0] == "auto" and background is not None and background.ansi is None:
        colour = background.get_contrast_text(1.0)
    elif words[0] == "auto":
        return fallback
    else:
        colour = Color.parse(words[0])
    if colour.ansi is not None:
        return colour
    if len(words) > 1 and words[1].endswith("%"):
        colour = colour.multiply_alpha(float(words[1][:-1]) / 100)
    if colour.a < 1 and background is not None and background.ansi is None:
        colour = background + colour
    return colour


def _between(background: Color, text: Color) -> Color:
    if background.ansi is not None or text.ansi is not None:
        return Color.parse("ansi_bright_black")
    return background.blend(text, 0.2)


def _under(background: Color, primary: Color) -> Color:
    if background.ansi is not None or primary.ansi is not None:
        return Color.parse("ansi_bright_black")
    return background.blend(primary, 0.22)
