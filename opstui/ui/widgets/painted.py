"""What every widget that paints its own lines shares: the palette, the look, and repainting only what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from opstui.ui.present import Line, Look, strip

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
        return self.paint(line)

    def paint(self, line: Iterable[tuple[str, str]], *, cursor: bool = False) -> Strip:
        """A line in the theme's styles, exactly as wide as the widget."""
        palette = self.surface.palette
        styles = palette.cursor if cursor else palette.plain
        return strip(line, styles, self.size.width).adjust_cell_length(self.size.width, styles["text"])

    def repaint(self) -> None:
        """Ask every shown line again and redraw those that differ."""
        shown, self._shown = self._shown, {}
        if not self.is_attached or not self.size:
            return
        regions = []
        for y in range(self.size.height):
            line = self._shown[y] = self.line(y)
            if shown.get(y) != line:
                regions.append(Region(0, y, self.size.width, 1))
        if regions:
            self.refresh(*regions)

    def on_resize(self) -> None:
        """A new width means new lines."""
        self._shown.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """A new theme means a new palette."""
        self._shown.clear()
        super().notify_style_update()
