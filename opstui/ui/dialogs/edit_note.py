"""Writing a note or comment: the draft is kept as it is typed, and ``$EDITOR`` can be used instead."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from textual import on
from textual.app import SuspendNotSupported
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import TextArea

from opstui.errors import OpstuiError
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor, Save
from opstui.ui.external import Run, edit, run_command

PLAIN = """
    & TextArea {
        height: 12;
        border: none;
        padding: 0;
        background: transparent;
        background-tint: transparent;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
    }
"""


class NoteEditor(Editor[str]):
    """Asks for a text; with ``save`` it stays open until that has written it."""

    DEFAULT_CSS = f"""
    NoteEditor {{
        & > #frame {{ width: 90; }}
        {PLAIN}
    }}
    """
    BINDINGS = [
        Binding("f2,ctrl+o", "save", "Save", show=False, priority=True, id="editor.save"),
        Binding("f4,ctrl+e", "external", "Open in $EDITOR", show=False, priority=True, id="editor.external"),
    ]
    gives_way = "#text"
    highest = 12
    hints = (("F2 ^o", "save"), ("F4 ^e", "your $EDITOR"), KEEPS)

    def __init__(
        self,
        heading: str,
        slot: str,
        desk: DraftDesk,
        initial: str = "",
        *,
        folder: Path | None = None,
        run: Run = run_command,
        save: Save[str] | None = None,
    ) -> None:
        super().__init__(heading, slot, desk, save)
        self._initial = initial
        self._given_folder = folder
        self._run = run

    def body(self) -> Iterable[Widget]:
        yield TextArea(id="text", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, tab_behavior="focus")
        yield self.trouble()

    def on_mount(self) -> None:
        draft = self.keeper.restore()
        area = self.area
        area.cursor_blink = False
        area.load_text(draft or self._initial)
        area.move_cursor(area.document.end)
        area.focus()
        if draft:
            self.subtitle("draft restored")

    @property
    def area(self) -> TextArea:
        """The text being written."""
        return self.query_one("#text", TextArea)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.typed(self.area.text)

    def action_save(self) -> None:
        text = self.area.text.strip()
        if text:
            self.commit(text)
        else:
            self.keeper.keep()
            self.complain("Nothing is written yet.")

    def action_external(self) -> None:
        """Hand the text to the user's editor and take back what it leaves; the draft is kept first."""
        self.keeper.keep()
        back = in_editor(self, self.area.text, self._given_folder or drafts_folder(self), self._run, self.complain)
        if back is not None:
            self.area.load_text(back)
            self.area.move_cursor(self.area.document.end)
            self.typed(back)
            self.keeper.keep()


def drafts_folder(screen: Widget) -> Path:
    """Where a text lies while the user's editor has it: beside the store."""
    data = getattr(getattr(screen.app, "workspace", None), "data_dir", None)
    return Path(data) / "drafts" if data else Path(tempfile.gettempdir())


def in_editor(screen: Widget, text: str, folder: Path, run: Run, complain: Callable[[str], None]) -> str | None:
    """``text`` from the user's editor with the app out of the way, or None after complaining."""
    complain("")
    wrong = ""
    back: str | None = None
    try:
        with screen.app.suspend():
            try:
                back = edit(text, folder, os.environ, run=run)
            except OpstuiError as error:
                wrong = str(error)  # said once the app has its terminal back: suspend() does not resume past an error
    except SuspendNotSupported:
        wrong = "This terminal cannot be lent to an editor. Write here instead."
    screen.app.refresh(layout=True)
    if wrong:
        complain(wrong)
    return back
