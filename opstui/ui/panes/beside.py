"""A list with the page of its row: below it, or beside it where there is room."""

from __future__ import annotations

from textual.geometry import Size
from textual.widget import Widget

from opstui.ui.widgets.foot_line import FootLine
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.painted import Columns
from opstui.ui.widgets.tabs_bar import TabsBar

BESIDE = 160
"""Cells from which the page stands beside the list."""
SHARE = 42
"""Of a hundred cells, those of the page."""


class ListAndPage(Columns):
    """The two, placed for a width; without rows the list has it all."""

    DEFAULT_CSS = """
    ListAndPage { height: 1fr; layout: vertical; }
    ListAndPage.-beside { layout: horizontal; }
    ListAndPage > LineList { max-height: 60%; min-height: 3; }
    ListAndPage.-beside > LineList, ListAndPage.-empty > LineList { max-height: 100%; }
    ListAndPage.-empty > Page, ListAndPage.-whole > LineList { display: none; }
    """

    def __init__(self, rows: Widget, page: Page, tabs: TabsBar, foot: FootLine) -> None:
        super().__init__(rows, page, id="body")
        self._rows, self._page, self._tabs, self._foot = rows, page, tabs, foot

    def fit(self, size: Size, count: int, *, whole: bool = False, short: bool = False) -> None:
        """Place them for a screen of this ``size`` and a list of ``count`` lines, 0 for no page; ``whole``: the page alone.

        ``short``: under a list that would leave two thirds of its column empty the page has the whole width instead.
        """
        page, beside = self._page, size.width >= BESIDE and not (short and count * 3 < size.height)
        self.set_class(beside, "-beside")
        self.set_class(whole, "-whole")
        self.set_class(not count, "-empty")
        self._rows.styles.height = "1fr" if beside or not count else count
        parted = beside and not whole
        cells = size.width * SHARE // 100
        page.edge = "left" if parted else "top" if not whole else ""
        page.styles.width = cells if parted else "1fr"
        joint = size.width - cells if parted and count else None
        self._tabs.joint = joint
        self._foot.joints = () if joint is None else (joint,)
        self._tabs.repaint()
        self._foot.repaint()
        page.repaint()
