"""The sources pane: one line a source, and its page: what went wrong, what helps, and what did not come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual import on
from textual.widget import Widget

from opstui.domain.text import clean
from opstui.domain.views import SourceState
from opstui.ui.keys import key_hint
from opstui.ui.pane import Pane
from opstui.ui.panes.beside import ListAndPage
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_sources import TROUBLE, Tested, backup_lines, log_lines, source_line, source_page
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.tabs_bar import TabsBar

REFUSED_SHOWN = 200
LOG_BYTES = 64 * 1024
"""Of a log the end is read."""


class SourcesPane(Pane, inherit_bindings=False):
    """Every configured source's health; ``r`` reads the one under the cursor now."""

    place = "sources"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar(["Sources"], id="heading")
        self.list: LineList[SourceState] = LineList(self._line, lambda source: source.name, id="sources")
        self.page = Page(id="source")
        self.columns = ListAndPage(self.list, self.page, self.tabs, self.foot)
        self._states: Sequence[SourceState] = ()
        self._log: tuple[str, str, str] | None = None
        """The source whose log is shown, its text, and where it lies."""
        self._backup = ""
        """Why the daily copy fails."""

    def body(self) -> Iterable[Widget]:
        """Heading, then lines and page."""
        self.fit()
        yield self.tabs
        yield self.columns

    def fit(self) -> None:
        """Place list and page for this width."""
        self.columns.fit(self.app.size, max(len(self._states), 3))

    def on_resize(self) -> None:
        """Another size, another place for the page."""
        self.fit()

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.list.focus(scroll_visible=False)

    def here(self) -> str:
        """``Sources``, and how many are in trouble."""
        bad = sum(state.state in TROUBLE for state in self._states)
        return f"Sources, {bad} in trouble" if bad else "Sources"

    def refresh_data(self) -> None:
        """Read the health again; the cursor stays on its source."""
        self.desktop.read_health()
        self._states = self.desktop.sources
        self.list.empty = nothing_lines("No source is set up yet.", "opstui init", "sets up the first one")
        self.fit()
        self.list.load(lambda offset, limit: self._states[offset : offset + limit], len(self._states))
        wanted, self.desktop.wanted_source = self.desktop.wanted_source, ""
        at = next((at for at, state in enumerate(self._states) if state.name == wanted), None)
        if at is not None:
            self.list.move_to(at)
        total = sum(state.items for state in self._states)
        self._backup = self.desk.backup_trouble()
        self.tabs.end = [(f"{total:,} items from {len(self._states)}", "muted")] if self._states else []
        if self._backup:
            self.tabs.end = [(f"{self.desktop.look['trouble']} the daily backup fails", "error")]
        self.tabs.repaint()
        self.refresh_head()
        self.foot.hints = self.hints()
        self.foot.repaint()
        self._show()

    def wanted(self) -> bool:
        """Whether a source is to be gone to."""
        return bool(self.desktop.wanted_source)

    def tick(self) -> None:
        """Ages move on."""
        self.refresh_data()

    def hints(self) -> list[Hint]:
        """What one does here."""
        source = self.list.row if self.is_attached else None
        wanted = (
            ("app.refresh", "read it now"),
            ("sources.pause", "resume" if source and source.paused else "pause"),
            ("sources.test", "test"),
            ("sources.log", "log"),
            ("app.outbox", "outbox"),
            ("app.help", "all keys"),
        )
        return [(id, key_hint(id, self.desktop.keymap), word) for id, word in wanted if key_hint(id, self.desktop.keymap)]

    def _line(self, source: SourceState, cells: int, here: bool) -> Line:
        now = self.desk.now()
        return source_line(source, cells, now, self.desktop.look, self.desktop.engine.far_of(source.name, now))

    def refresh_head(self) -> None:
        """The engine told something: how far each source is stands in its line too."""
        super().refresh_head()
        if self.is_attached:
            self.list.repaint()
            self.page.again()

    @on(LineList.Moved)
    def _moved(self) -> None:
        self._log = None
        self.foot.hints = self.hints()
        self.foot.repaint()
        self._show()

    def _show(self) -> None:
        """The page of the source under the cursor, or the log of its connector."""
        source = self.list.row
        if self._log:
            self.page.show(partial(self._log_page, *self._log), keep=True)
            return
        if source is None:
            self.page.show(self._backup_lines if self._backup else None)
            return
        refused = self.desk.refusals(source.name, REFUSED_SHOWN) if source.refused else ()
        self.page.show(partial(self._page, source, refused))

    def _page(self, source: SourceState, refused: Sequence[tuple[str, str, str]], cells: int) -> list[Line]:
        key = key_hint("app.outbox", self.desktop.keymap)
        now = self.desk.now()
        far = self.desktop.engine.far_of(source.name, now)
        tested = self._tested(source.name)
        page = source_page(source, refused, cells, now, self.desktop.look, far=far, tested=tested, outbox_key=key)
        return [*self._backup_lines(cells), *page]

    def _tested(self, name: str) -> Tested | None:
        """What came of the last test of its credentials."""
        if name not in self.desktop.engine.tested:
            return None
        event, at = self.desktop.engine.tested[name]
        ok = bool(event.get("ok"))
        said = str((event.get("text") or "it answered") if ok else (event.get("what") or "it failed"))
        return ok, said, str(event.get("why") or ""), str(event.get("next_step") or ""), at

    def _log_page(self, name: str, text: str, path: str, cells: int) -> list[Line]:
        return log_lines(name, text, path, cells, self.desktop.look, key_hint("sources.log", self.desktop.keymap))

    def _backup_lines(self, cells: int) -> list[Line]:
        return backup_lines(self._backup, cells) if self._backup else []

    def do_refresh(self) -> None:
        """Read the source under the cursor now."""
        source = self.list.row
        if source is None:
            self.say("There is no source to read yet: opstui init sets up the first one.", "warning")
            return
        if source.state == "gone":
            self.say(f"{source.name} cannot be read: {source.what}.", "warning")
            return
        self.desktop.pull(source.name)

    def why_not(self, action_id: str) -> str:
        """What is done to a source needs one, and one that the config has."""
        source = self.list.row
        if action_id not in ("sources.pause", "sources.test", "sources.log"):
            return super().why_not(action_id)
        if source is None:
            return "there is no source yet"
        if source.state == "gone" and action_id != "sources.log":
            return f"{source.name} is not in the config any more"
        if action_id == "sources.pause" and source.state == "paused" and source.paused is None:
            return "it is switched off in the config (enabled = false)"
        return ""

    def do_pause(self) -> None:
        """Leave it alone, or read it again."""
        source = self.list.row
        if source is not None:
            do = self.desk.resume if source.paused else self.desk.pause
            self.write(partial(do, source.name), told=lambda receipt: self.say(receipt.summary))

    def do_test(self) -> None:
        """Try its credentials; what comes of it stands on the page."""
        source = self.list.row
        if source is not None:
            why = self.desktop.engine.check(source.name)
            self.say(f"Cannot test now: {why}." if why else f"Testing {source.name} …", "warning" if why else "text")

    def do_log(self) -> None:
        """The last words of its connector, or back to the page."""
        source = self.list.row
        if source is None or self._log:
            self._log = None
            self._show()
            return
        path = self.desktop.workspace.data_dir / "logs" / f"{source.name}.log"
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - LOG_BYTES))
                text = clean(file.read().decode("utf-8", "replace"))
        except FileNotFoundError:
            text = ""
        except OSError as error:
            self.say(f"The log cannot be read: {error.strerror or error}. It is {path}.", "error")
            return
        self._log = (source.name, text, str(path))
        self.page.show(partial(self._log_page, *self._log))
        self.page.scroll_lines(len(text))  # the last words are at its end

    def do_readonly(self) -> None:
        """Send nothing to any source, or send again."""
        self.desktop.do_readonly()

    def do_detail_down(self) -> None:
        """Half a page down."""
        self.page.scroll_lines(max(self.page.size.height // 2, 1))

    def do_detail_up(self) -> None:
        """Half a page up."""
        self.page.scroll_lines(-max(self.page.size.height // 2, 1))

    def do_back(self) -> None:
        """Close the log, then back to the queue."""
        if self._log:
            self.do_log()
            return
        self.desktop.do("app.triage")
