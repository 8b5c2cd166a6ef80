"""What every widget that paints its own lines shares: the palette, the look, and repainting only what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from textual.containers import Container
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from opstui.ui.cells import width
from opstui.ui.present import Line, Look, line_width, strip

if TYPE_CHECKING:
    from opstui.ui.theme import Palette


class Surface(Protocol):
    """What a painted widget needs of the app it lives in."""

    @property
    def palette(self) -> Palette:
        """Ready-made styles of the theme in force."""

    @property
    def look(self) -> Look:
        """Zone and glyphs."""

    def now(self) -> datetime:
        """The desk's clock."""


class Painted(Widget):
    """A widget made of lines of pieces. ``line(y)`` gives one; ``repaint`` redraws only the lines that differ."""

    DEFAULT_CSS = "Painted { height: 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: dict[int, Line] = {}
        self._cells = 0

    @property
    def surface(self) -> Surface:
        """The app, as far as painting goes."""
        return cast("Surface", self.app)

    @property
    def look(self) -> Look:
        """Zone and glyphs of this person."""
        return self.surface.look

    def line(self, y: int) -> Line:
        """Line ``y`` of the widget, at most as wide as it is."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        line = self._shown.get(y)
        if line is None:
            line = self._shown[y] = self.line(y)
            self._cells = self.size.width
        return self.paint(line)

    def paint(self, line: Iterable[tuple[str, str]], *, cursor: bool = False) -> Strip:
        """A line in the theme's styles, exactly as wide as the widget."""
        palette = self.surface.palette
        styles = palette.cursor if cursor else palette.plain
        return strip(line, styles, self.size.width).crop(0, self.size.width)

    def repaint(self) -> None:
        """Ask every shown line again and redraw what differs, to the piece."""
        shown, self._shown = self._shown, {}
        if self.is_attached and self.size:
            self._redraw(range(self.size.height), shown)

    def repaint_lines(self, lines: Iterable[int]) -> None:
        """The same for lines of which it is known that no other can differ."""
        if self.is_attached and self.size:
            self._redraw([y for y in lines if 0 <= y < self.size.height], self._shown)
        else:
            self._shown.clear()

    def _redraw(self, lines: Iterable[int], shown: dict[int, Line]) -> None:
        regions = []
        for y in lines:
            old = shown.get(y)
            line = self._shown[y] = self.line(y)
            if old is None:
                regions.append(Region(0, y, self.size.width, 1))
            elif old != line:
                first, last = _differ(old, line)
                regions.append(Region(first, y, min(last, self.size.width) - first, 1))
        self._cells = self.size.width
        if regions:
            self.refresh(*regions)

    def on_resize(self) -> None:
        """A new width means new lines; the first frame was made for its own width already."""
        if self._cells != self.size.width:
            self._shown.clear()
            self.refresh()

    def notify_style_update(self) -> None:
        """A new theme means a new palette."""
        self._shown.clear()
        super().notify_style_update()


def blank_lines(widget: Widget, crop: Region) -> list[Strip]:
    """The lines of a widget that only holds others: one, made once, for all of them; Textual would style each anew."""
    strip = Strip.blank(crop.width, widget.visual_style.rich_style)
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, widget.background_colors[1])
    return [strip] * crop.height


class Columns(Container):
    """Holds what stands side by side and fills it."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing of its own is seen."""
        return blank_lines(self, crop)


def _differ(old: Line, new: Line) -> tuple[int, int]:
    """The first and last cell in which two lines can differ."""
    first = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        first += width(after[0])
    return first, max(line_width(old), line_width(new), first + 1)
