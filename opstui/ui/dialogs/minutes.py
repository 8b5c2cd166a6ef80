"""The minutes of a stand-up on a page: read, copied for where they go, or saved to a file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from textual.binding import Binding
from textual.widget import Widget

from opstui.domain.minutes import FORMATS, MARKDOWN, Minutes, write
from opstui.ui.dialogs.frame import Dialog
from opstui.ui.present_standup import minutes_page
from opstui.ui.widgets.page import Page

FOLDER = "reports"
COPIED = {"markdown": "as Markdown", "slack": "for Slack", "plain": "as plain text"}


class MinutesScreen(Dialog[str]):
    """Answers what was done with the report, in a sentence."""

    DEFAULT_CSS = """
    MinutesScreen {
        & > #frame { width: 100; height: 96%; background: $background; }
        & Page { height: 1fr; }
    }
    """
    BINDINGS = [
        *(
            Binding(key, f"move('list.{verb}')", verb, show=False, id=f"minutes.{verb}")
            for key, verb in (
                ("j,down", "down"),
                ("k,up", "up"),
                ("pagedown,ctrl+d,J,space", "page_down"),
                ("pageup,ctrl+u,K", "page_up"),
                ("home", "first"),
                ("end,G", "last"),
            )
        ),
        Binding("m,y", "copy('markdown')", "Copy as Markdown", show=False, id="minutes.markdown"),
        Binding("s", "copy('slack')", "Copy for Slack", show=False, id="minutes.slack"),
        Binding("p", "copy('plain')", "Copy as plain text", show=False, id="minutes.plain"),
        Binding("w", "save", "Save as a file", show=False, id="minutes.save"),
        Binding("q,M,enter", "close", "Close", show=False, id="minutes.close"),
    ]
    gives_way = "#nothing"
    hints = (("m", "Markdown"), ("s", "Slack"), ("p", "plain"), ("w", "file"), ("j k", "scroll"), ("esc", "close"))

    def __init__(self, minutes: Minutes, data_dir: Path) -> None:
        super().__init__("Minutes")
        self._minutes, self._folder = minutes, data_dir / FOLDER
        self._page = Page(id="minutes")

    def body(self) -> Iterable[Widget]:
        yield self._page

    def on_mount(self) -> None:
        self._page.can_focus = True
        self._page.focus()
        self._page.show(partial(self._lines))

    def _lines(self, cells: int) -> list[list[tuple[str, str]]]:
        return minutes_page(self._minutes, cells, self.look)

    def action_move(self, verb: str) -> None:
        """Scroll."""
        self._page.action_run(verb)

    def action_copy(self, form: str) -> None:
        """To the clipboard of the terminal; the page stays."""
        self.app.copy_to_clipboard(write(self._minutes, FORMATS[form]))
        self.subtitle(f"copied {COPIED[form]}")

    def action_save(self) -> None:
        """As Markdown, into the folder of reports beside the store; only its owner reads it."""
        begun = self._minutes.started
        hour = f"-{begun.astimezone(self._minutes.zone):%H%M}" if begun else ""  # a day can have two
        path = self._folder / f"standup-{self._minutes.day}{hour}.md"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._folder, prefix=f".{path.name}.", encoding="utf-8", delete=False) as out:
                try:
                    out.write(write(self._minutes, MARKDOWN))
                    out.close()
                    Path(out.name).replace(path)  # what was there stays until all of this is
                except OSError:
                    Path(out.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            self.subtitle(f"not saved: {error.strerror or error}")
        else:
            self.dismiss(f"Saved as {path}")
