"""What every dialog is made of: one border, its question in it, hints at the foot, Escape and a click outside close it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.ui.cells import tame
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice, Choices, narrow
from opstui.ui.widgets.too_small import LEAST

Answer = TypeVar("Answer")

LOW = 14
"""Below this height nothing stands apart."""
Hint = tuple[str, str]
"""A key as it is written, and what it does in a word or two."""


def hint_line(hints: Iterable[Hint], look: Look) -> Content:
    """The quiet line at a dialog's foot: keys in bold, words in grey."""
    parts: list[Content] = []
    for key, words in hints:
        key = key.replace("↑↓", "up down") if look.ascii else key
        parts.append(Content.assemble((key, "bold $foreground"), (f" {words}", "$text-muted")))
    return Content("   ").join(parts)


class Dialog(ModalScreen[Answer]):
    """A question over the screen. Subclasses yield their widgets from ``body``."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 55%;
        & > #frame {
            width: 64;
            max-width: 96%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $foreground 30%;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $text-muted;
        }
        &.-ascii > #frame { border: ascii $foreground 30%; }
        &.-ascii Choices, &.-ascii TextArea { scrollbar-size-vertical: 0; }
        & #hints { height: auto; margin-top: 1; color: $text-muted; }
        &.-low #frame > * { margin: 0; }
        &.-tiny > #frame { display: none; }
        & Input, & Input:focus { background: transparent; background-tint: transparent; padding: 0; border: none; height: 1; }
        & Input:nocolor > .input--cursor, & TextArea:nocolor .text-area--cursor { text-style: reverse; }
    }
    """
    BINDINGS = [Binding("escape", "close", "Close", show=False, id="dialog.close")]
    hints: Sequence[Hint] = (("enter", "choose"), ("esc", "close"))
    gives_way = "#choices"
    """What is lower where there is little room …"""
    highest = 14
    """… and how high it is at most."""
    ready = False
    """Whether keys can be given to it; until then the app holds them."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def on_mount(self) -> None:
        """What a subclass focused when it was mounted is focused in the app's turn; ready after that."""
        self.app.call_later(setattr, self, "ready", True)

    def on_resize(self) -> None:
        """Another height: the line of keys must stay in sight."""
        size = self.app.size
        self.set_class(size.height < LOW, "-low")
        self.set_class(size.width < LEAST[0] or size.height < LEAST[1], "-tiny")
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Let the list, or the text, be as high as what stands around it leaves."""
        for part in self.query(self.gives_way):
            around = [child for child in self.query_one("#frame").children if child is not part and child.display]
            taken = sum(child.outer_size.height + child.styles.margin.height for child in around)
            room = self.app.size.height - 2 - taken - part.styles.margin.height
            part.styles.max_height = max(1, min(room, self.highest))

    def compose(self) -> ComposeResult:
        self.set_class(self.look.ascii, "-ascii")
        with Vertical(id="frame") as frame:
            frame.border_title = Content(tame(self.heading) or " ")
            yield from self.body()
            yield Static(hint_line(self.hints, self.look), id="hints")

    def body(self) -> Iterable[Widget]:
        """The widgets between the title and the hints."""
        return ()

    @property
    def look(self) -> Look:
        """How this terminal is written to, as the app says."""
        look = getattr(self.app, "look", None)
        return look if isinstance(look, Look) else Look()

    def subtitle(self, text: str) -> None:
        """A quiet word at the bottom right of the border, such as a count."""
        self.query_one("#frame").border_subtitle = Content(tame(text)) if text else None

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Other hints at the foot."""
        self.query_one("#hints", Static).update(hint_line(hints, self.look))

    def action_close(self) -> None:
        self.dismiss(None)

    @on(events.Click)
    def _click_outside(self, event: events.Click) -> None:
        if event.widget is self:
            self.action_close()


class PromptLine(Horizontal):
    """The line that is typed in, behind a prompt."""

    DEFAULT_CSS = """
    PromptLine {
        height: 1;
        & > Static { width: 2; color: $text-muted; }
        & > Input { width: 1fr; }
    }
    """

    def __init__(self, placeholder: str = "", value: str = "", prompt: str = "/") -> None:
        super().__init__()
        self._prompt = prompt
        self.input = Input(value, placeholder=placeholder, compact=True, select_on_focus=False)
        self.input.cursor_blink = False

    def compose(self) -> ComposeResult:
        yield Static(Content(self._prompt))
        yield self.input


class Picker(Dialog[Answer]):
    """A dialog that filters as you type and answers with the line under the cursor."""

    DEFAULT_CSS = """
    Picker {
        & PromptLine { margin-bottom: 1; }
        & #nothing { display: none; color: $text-muted; padding: 0 2; height: auto; }
        &.-nothing #nothing { display: block; }
        &.-nothing Choices { display: none; }
    }
    """
    BINDINGS = [
        Binding("down,tab", "move(1)", "Down", show=False, priority=True, id="picker.down"),
        Binding("up,shift+tab", "move(-1)", "Up", show=False, priority=True, id="picker.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True, id="picker.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True, id="picker.page_up"),
    ]
    placeholder = "type to narrow"
    digits = True
    """Whether a digit chooses at once while nothing is typed."""
    nothing = "Nothing like that."
    initial = ""
    """What stands in the line at first."""

    def __init__(self, heading: str) -> None:
        super().__init__(heading)
        self._before = ""

    def body(self) -> Iterable[Widget]:
        self._before = self.initial
        yield PromptLine(self.placeholder, self.initial)
        yield from self.between()
        yield Choices(id="choices", look=self.look)
        yield Static(Content(self.nothing), id="nothing")

    def between(self) -> Iterable[Widget]:
        """Widgets between the typed line and the list."""
        return ()

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.refill()

    @property
    def typed(self) -> str:
        """What stands in the line."""
        return self.query_one(Input).value

    @property
    def list(self) -> Choices:
        """The list below the line."""
        return self.query_one("#choices", Choices)

    def lines(self) -> Sequence[Choice]:
        """Every line there is to choose from."""
        raise NotImplementedError

    def shown(self, query: str) -> Sequence[Choice]:
        """The lines for what is typed."""
        return narrow(self.lines(), query)

    def answer(self, choice: Choice) -> Answer | None:
        """What choosing a line answers."""
        raise NotImplementedError

    def refill(self, *, keep: str | None = None) -> None:
        """Show the lines for what is typed now."""
        shown = self.shown(self.typed.strip())
        self.set_class(not shown, "-nothing")
        self.list.show(shown, keep=keep)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        before, text = self._before, event.value
        self._before = text
        if self.digits and not before and len(text) == 1 and text.isdigit():
            chosen = next((choice for choice in self.list.choices if choice.key == text and choice.open), None)
            if chosen is not None:
                self.choose(chosen)
                return
        self.refill()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.enter()

    @on(Choices.Chosen)
    def _clicked(self, event: Choices.Chosen) -> None:
        event.stop()
        self.choose(event.choice)

    def enter(self) -> None:
        """Take the line under the cursor."""
        current = self.list.current
        if current is not None:
            self.choose(current)

    def choose(self, choice: Choice) -> None:
        """Answer with a line."""
        self.dismiss(self.answer(choice))

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_page(self, step: int) -> None:
        self.list.move(step * self.list.page())
