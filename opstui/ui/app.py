"""The app: it wires the desk to the panes and does nothing else itself."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widget import AwaitMount

from opstui.domain.actions import ACTIONS, BY_ID
from opstui.domain.rail import leads_to
from opstui.errors import OpstuiError
from opstui.ui.engine import Engine
from opstui.ui.held import HeldKeys, KeyHandled
from opstui.ui.keys import bindings_for
from opstui.ui.pane import Pane
from opstui.ui.panes.triage import TriagePane
from opstui.ui.present import ASCII, UNICODE, Look
from opstui.ui.theme import DARK, LIGHT, Palette, palette
from opstui.ui.turning import ready, turn_to
from opstui.ui.wire import Written, lean_driver

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver

    from opstui.domain.views import SourceState
    from opstui.services.desk import Desk
    from opstui.services.workspace import Workspace

VERSION_CHECK_S = 1.0
"""How often the store is asked whether anybody wrote to it."""


def _standup() -> Screen[None]:
    from opstui.ui.panes.standup import StandupPane

    return StandupPane()


def _log() -> Screen[None]:
    from opstui.ui.panes.log import LogPane

    return LogPane()


def _sources() -> Screen[None]:
    from opstui.ui.panes.sources import SourcesPane

    return SourcesPane()


def _outbox() -> Screen[None]:
    from opstui.ui.panes.outbox import OutboxPane

    return OutboxPane()


def _routines() -> Screen[None]:
    from opstui.ui.panes.routines import RoutinesPane

    return RoutinesPane()


class OpstuiApp(App[int], inherit_bindings=False):
    """Panes as modes, each made when it is first gone to."""

    TITLE = "opstui"
    CSS_PATH = Path(__file__).with_name("panes") / "triage.tcss"
    """The first pane's styles, read with the app's own: those that a screen brings are parsed in a second pass."""
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        "triage": TriagePane,
        "standup": _standup,
        "log": _log,
        "sources": _sources,
        "outbox": _outbox,
        "routines": _routines,
    }
    DEFAULT_MODE = "triage"
    BINDINGS = [*bindings_for("*")]
    COMMANDS = set()
    ENABLE_COMMAND_PALETTE = False
    ANIMATION_LEVEL = "none"

    def __init__(
        self,
        workspace: Workspace,
        *,
        environ: Mapping[str, str] = os.environ,
        engine: bool | None = None,
        mode: str = "",
    ) -> None:
        """Open on a workspace; ``engine`` says whether to run one beside it, None: on a real terminal only.

        ``mode`` is the pane to open on; one that there is not is the first one.
        """
        if mode in self.MODES:
            self.DEFAULT_MODE = mode  # type: ignore[misc]  # Textual reads it of the instance, when it starts
        self.colour = "NO_COLOR" not in environ
        super().__init__(ansi_color=None if self.colour else True)
        self.animation_level = "none"
        self.workspace = workspace
        self.desk: Desk = workspace.desk
        settings = workspace.settings
        self.keymap = _keys(settings.ui.keymap, settings.ui.keys)
        self.look = Look(self.desk.zone(), ASCII if _ascii(settings.ui.ascii, environ) else UNICODE)
        self.sources: tuple[SourceState, ...] = ()
        self.readonly = False
        """Whether nothing is sent to any source, as far as was read last."""
        self.wanted_change: int | None = None
        """The change that the outbox is to open on."""
        self.wanted_source = ""
        """The source that the sources' pane is to open on."""
        self.wanted_round = ""
        """The round that the pane of routines is to open on."""
        self.engine = Engine(workspace, self._engine_told, self._read_ended)
        self.crash: Exception | None = None
        """The first exception that nobody caught."""
        self.written = Written()
        self._with_engine = engine
        self.held = HeldKeys(self, self.pass_on_key)
        self._has_sources = any(source.enabled for source in settings.sources)
        self._palette: Palette | None = None
        self._version = -1
        self._minute = ""
        self._css_state: tuple[int, dict[str, str]] = (0, {})
        """The count of Textual's that tells when styles must be made anew, and the theme's variables they were made with."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        wanted = (workspace.set_by("ui", "theme") and settings.ui.theme) or self.desk.theme() or settings.ui.theme
        self._begin_with(wanted if wanted in self.available_themes else DARK.name)
        if self.keymap:
            self.set_keymap(self.keymap)

    def _begin_with(self, theme: str) -> None:
        """Set the first theme before any style is parsed, so that none is parsed twice."""
        self.set_reactive(OpstuiApp.theme, theme)
        self._css_state = self._css_update_count, self.get_css_variables()
        self.stylesheet.set_variables(self._css_state[1])

    def refresh_css(self, animate: bool = True) -> None:
        """Only for another theme: what is new was styled with the one in force when it was made."""
        state = self._css_update_count, self.get_css_variables()
        new = self.screen._css_update_count in (-1, self._css_update_count)
        if (state == self._css_state and new) or (not self.started and state[1] == self._css_state[1]):
            self.screen._css_update_count = self._css_update_count
            return
        self._css_state = state
        super().refresh_css(animate)

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver, writing fewer bytes."""
        return lean_driver(super().get_driver_class())

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Remember what stands on the screen, so that another pane costs what differs."""
        super()._display(screen, self.written.noted(renderable))

    # The end by a mistake: who called run() says what it was, Textual would print items' texts with its traceback.

    def _handle_exception(self, error: Exception) -> None:
        """Remember what ends the app; a worker's failure is the exception in it."""
        inner = getattr(error, "error", None)
        self.crash = self.crash or (inner if isinstance(inner, Exception) else error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave the terminal as it was found; no traceback."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Nor one of a worker's."""
        self._exit_renderables.clear()

    @property
    def palette(self) -> Palette:
        """Ready-made styles of the theme in force."""
        if self._palette is None or self._palette.name != self.theme:
            self._palette = palette(self.theme, self.theme_variables, colour=self.colour)
        return self._palette

    def now(self) -> datetime:
        """The desk's clock."""
        return self.desk.now()

    @property
    def pane(self) -> Pane | None:
        """The pane under whatever dialog is open."""
        return next((screen for screen in self.screen_stack if isinstance(screen, Pane)), None)

    async def on_event(self, event: events.Event) -> None:
        """Keys go on one at a time: none overtakes what the one before it does."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded and not self.held.take(event):
            return
        await super().on_event(event)

    def on_key_handled(self, message: KeyHandled) -> None:
        """A key has been all the way up."""
        self.held.handled(message.number)

    async def pass_on_key(self) -> None:
        """The next of the keys that were held back, when it can go."""
        if (event := self.held.next()) is not None:
            await super().on_event(event)

    def on_ready(self) -> None:
        """The first frame is out: start what was not needed for it."""
        if not gc.isenabled():
            gc.freeze()  # what the start made stays until the end: a collection need not look at it
            gc.enable()
        self._version = self.desk.version()
        self.read_health()
        self._minute = f"{self.now():%H%M}"
        if self.pane:
            self.pane.settled()
        self.set_interval(VERSION_CHECK_S, self._check)
        wanted = not self.is_headless if self._with_engine is None else self._with_engine
        if wanted and self._has_sources:
            self.run_worker(self.engine.run(), group="engine")

    async def on_unmount(self) -> None:
        """The engine ends with the app."""
        await self.engine.stop()

    @property
    def started(self) -> bool:
        """Whether the first frame is out."""
        return self._version >= 0

    @property
    def reading(self) -> Mapping[str, str]:
        """The sources that are being read now, and how far each one is."""
        return self.engine.reading

    def is_paused(self, source: str) -> bool:
        """Whether nothing is read from a source and sent to it now."""
        return any(one.name == source and one.state == "paused" for one in self.sources)

    def _engine_told(self) -> None:
        if self.pane:
            self.pane.refresh_head()

    def _read_ended(self, text: str, tone: str) -> None:
        if self.pane:
            self.pane.say(text, tone)

    def _check(self) -> None:
        """Read again when somebody wrote to the store, or the minute is over; otherwise do nothing."""
        version, minute = self.state()
        if version != self._version:
            self._version = version
            self.refresh_data()
        elif minute != self._minute and self.pane:
            self.pane.tick()
        elif self.pane and self.pane.counts:
            self.pane.count_down()
        self._minute = minute

    def refresh_data(self) -> None:
        """Read again what the pane shows."""
        if self.pane:
            self.pane.read_again()

    def state(self) -> tuple[int, str]:
        """What is shown depends on this: the state of the store, and the minute."""
        return self.desk.version(), f"{self.now():%H%M}"

    def read_health(self) -> None:
        """Read again how the sources are, and whether anything is sent to them."""
        self.sources = self.desk.sources()
        if self.started:  # the first frame does without what the outbox is read with
            self.readonly = self.desk.readonly()

    # Actions

    def do(self, action_id: str) -> None:
        """Run any action by its id: what palette, help, and hints do."""
        where = BY_ID[action_id].where
        if "*" in where:
            self.action_run(action_id)
        elif self.pane:
            run = getattr(self.focused, "action_run", None) if "list" in where else None
            (run or self.pane.action_run)(action_id)

    def action_run(self, action_id: str) -> None:
        """Run an action that works everywhere; the pane comes first when it has its own way, unless another is gone to."""
        verb = action_id.partition(".")[2]
        if self.pane and verb not in self.MODES and hasattr(self.pane, "do_" + verb):
            self.pane.action_run(action_id)
        elif handler := getattr(self, "do_" + verb, None):
            handler()
        elif self.pane:
            self.pane.say(f"{BY_ID[action_id].title} does nothing here.", "warning")

    def do_triage(self) -> None:
        """Go to the queue."""
        self.switch_mode("triage")

    def do_standup(self) -> None:
        """Go to the board of the stand-up."""
        self.switch_mode("standup")

    def do_log(self) -> None:
        """Go to notes, decisions and the journal."""
        self.switch_mode("log")

    def do_sources(self) -> None:
        """Go to the sources' health."""
        self.switch_mode("sources")

    def do_outbox(self) -> None:
        """Go to what is on its way to the sources, and what came back."""
        self.switch_mode("outbox")

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a pane: as it was left when it was there before, by Textual's own way when it is new or must be laid out."""
        turn = ready(self, mode) if mode != self.current_mode else None
        if turn is None:
            return super().switch_mode(mode)
        turn_to(self, mode, turn)
        return AwaitMount(turn.pane, [])

    def do_now(self) -> None:
        """Go to the pane that fits the hour, or say that this is it."""
        action = leads_to(self.desk.rail().stops)
        if self.pane and action == f"app.{self.pane.place}":
            self.pane.say("This is where the day is.")
        else:
            self.do(action)

    def do_routines(self) -> None:
        """Go to the checklists of the day."""
        self.switch_mode("routines")

    def open_own(self, fields: Mapping[str, str]) -> bool:
        """Go to what an item of opstui's own is about: a change that came back, a routine, a source; False for none."""
        if str(fields.get("outbox", "")).isdecimal():
            self.wanted_change = int(fields["outbox"])
            self.do_outbox()
        elif fields.get("routine"):
            self.wanted_round = f"{fields['routine']}@{fields.get('day', '')}"
            self.do_routines()
        elif fields.get("source"):
            self.wanted_source = fields["source"]
            self.do_sources()
        else:
            return False
        return True

    def do_readonly(self) -> None:
        """Send nothing to any source from now on, or send again."""
        from opstui.ui.readonly import switch

        if self.pane:
            self.pane.run_worker(switch(self.pane), exclusive=True, group="ask")

    def do_goto(self) -> None:
        """Wait for the letter that says where to."""
        from opstui.ui.dialogs.goto import GotoScreen

        self.push_screen(GotoScreen(), self._chosen)

    def _chosen(self, action_id: str | None) -> None:
        if action_id:
            self.do(action_id)

    def do_palette(self) -> None:
        """Every action by name."""
        from opstui.ui.dialogs.palette import PaletteScreen

        self.push_screen(PaletteScreen(), self._chosen)

    def do_help(self) -> None:
        """Every key; what is chosen there is run."""
        from opstui.ui.dialogs.help import HelpScreen

        self.push_screen(HelpScreen(), self._chosen)

    def do_theme(self) -> None:
        """Choose a theme; it is kept, unless the config names one."""
        from opstui.ui.dialogs.pick_theme import ThemePicker

        fixed = self.workspace.set_by("ui", "theme")
        if fixed:
            self.push_screen(ThemePicker(note=f"Until you leave: ui.theme is set by {fixed}, and that one wins."))
        else:
            self.push_screen(ThemePicker(), self._theme_chosen)

    def _theme_chosen(self, name: str | None) -> None:
        if name:
            self.run_worker(self._keep_theme(name), group="theme")

    async def _keep_theme(self, name: str) -> None:
        try:
            await asyncio.wrap_future(self.desk.submit(self.desk.keep_theme, name))
        except OpstuiError as error:
            if self.pane:
                self.pane.say(f"The theme is not kept: {error}", "warning")

    def do_refresh(self) -> None:
        """Pull every source now."""
        self.pull()

    def pull(self, name: str = "") -> None:
        """Have a source, or all of them, read now."""
        why = self.engine.pull(name)
        if self.pane:
            self.pane.say(
                f"Cannot read now: {why}." if why else f"Reading {name or 'every source'}.", "warning" if why else "text"
            )

    def do_quit(self) -> None:
        """Leave; what was submitted is written before the workspace closes, what waits is sent if that takes no time."""
        from opstui.ui.dialogs.farewell import Farewell, waiting

        number = waiting(self)
        if number:
            self.push_screen(Farewell(number), lambda _: self.exit(0))
        else:
            self.exit(0)


def _keys(preset: str, own: Mapping[str, str]) -> dict[str, str]:
    """What differs from the table's keys; empty for most people, and then a key press costs no look-up."""
    if preset == "vim" and not own:
        return {}
    from opstui.config.keymap import keymap

    keys = keymap(preset, own).keys
    return {action.id: ",".join(keys[action.id]) for action in ACTIONS if keys.get(action.id, action.keys) != action.keys}


def _ascii(wanted: str, environ: Mapping[str, str]) -> bool:
    """Whether glyphs must be ASCII: as asked, or because the terminal's locale is not UTF-8."""
    if wanted != "auto":
        return wanted == "on"
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "UTF-8"
    return environ.get("TERM") in ("linux", "dumb", "vt100") or not locale.upper().replace("-", "").endswith("UTF8")


def run(workspace: Workspace, mode: str = "") -> int:
    """Open the app over a workspace, on a pane; gives the exit code.

    Raises:
        Exception: whatever ended the app that nobody caught, once the terminal is given back.
    """
    gc.disable()  # nothing is freed before the first frame, and looking for it costs a tenth of the start
    app = OpstuiApp(workspace, mode=mode)
    app.run()
    if app.crash is not None:
        raise app.crash
    return app.return_code or 0
