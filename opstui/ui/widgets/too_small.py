"""What stands in a terminal that is too small for anything else."""

from __future__ import annotations

from opstui.ui.present import Line
from opstui.ui.widgets.painted import Painted

LEAST = (40, 8)
"""Columns and lines below which nothing useful can be shown."""


class TooSmall(Painted):
    """One sentence."""

    DEFAULT_CSS = "TooSmall { display: none; height: 1; }"

    def line(self, y: int) -> Line:
        """What is needed, whatever part of it there is room for."""
        return [(f"too small: needs {LEAST[0]}x{LEAST[1]}", "strong")]
