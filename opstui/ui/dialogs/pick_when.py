"""Choosing a moment: a preset by its number, or words such as ``2h``, ``eod``, ``mon 9``, echoed as the moment they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.errors import UsageError
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import day, day_in_full, moment, moment_in_full
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice

Parse = Callable[[str], datetime]
Say = Callable[[datetime, datetime, Look], str]

DAYS = (("today", "today"), ("tomorrow", "tomorrow"), ("Friday", "fri"), ("in a week", "+1w"))
"""What is offered where only a day counts."""
NEVER = datetime.max.replace(tzinfo=UTC)
"""The answer of a picker that may go without a time, when it does."""


def read(text: str, parse: Parse) -> tuple[datetime | None, str]:
    """The moment that ``text`` means, or None and what is wrong with it."""
    try:
        return parse(text), ""
    except UsageError as error:
        return None, " ".join(part for part in (error.why or error.what, error.next_step) if part)


def preset_lines(
    presets: Sequence[tuple[str, str]], parse: Parse, now: datetime, look: Look, say: Say = moment
) -> list[Choice]:
    """One line a preset: its number, name, words, and the moment they mean now; one with a mistake says so."""
    lines = []
    wide = max((len(name) for name, _ in presets), default=0)
    for number, (name, words) in enumerate(presets, 1):
        at, wrong = read(words, parse)
        left = Content.assemble(f"{name:<{min(wide, 28)}}  ", (words if words != name else "", "$text-muted"))
        right = Content.styled(say(at, now, look) if at else "not a time", "$text-muted" if at else "$text-warning")
        lines.append(Choice(words, left, right, key=str(number) if number < 10 else "", search=words, off=wrong))
    return lines


class WhenPicker(Picker[datetime]):
    """Asks for a moment; ``presets`` are (name, words).

    With ``without`` the first line, in these words, is to go without one: the answer is then ``NEVER``. With ``why``
    Tab answers too, and ``asks_why`` tells that a reason is to be given.
    """

    DEFAULT_CSS = """
    WhenPicker {
        & PromptLine { margin-bottom: 0; }
        & #echo { height: auto; margin-bottom: 1; padding: 0 0 0 2; color: $text-muted; }
        & #echo.-good { color: $foreground; text-style: bold; }
        & #echo.-wrong { color: $text-warning; }
    }
    """
    BINDINGS = [Binding("tab", "because", "Say why", show=False, priority=True, id="when.because")]
    placeholder = "2h   eod   mon 9   +3d   2026-11-30 14:00"
    ask = "Type a time, or take a preset."
    digits = False
    say: Say = staticmethod(moment)
    say_in_full: Say = staticmethod(moment_in_full)
    hints = (("enter", "take it"), ("1 enter", "a preset by number"), ("esc", "close"))

    def __init__(
        self,
        now: datetime,
        presets: Sequence[tuple[str, str]],
        parse: Parse,
        heading: str = "Until when?",
        *,
        without: str = "",
        why: bool = False,
    ) -> None:
        super().__init__(heading)
        self._without = without
        self._why = why
        self.asks_why = False
        if why:
            self.hints = (("enter", "take it"), ("tab", "take it, and say why"), ("esc", "close"))
        self._now = now
        self._parse = parse
        self._moment: datetime | None = None
        self._given = tuple(presets)
        self._presets: list[Choice] = []

    def on_mount(self) -> None:
        self._presets = preset_lines(self._given, self._parse, self._now, self.look, self.say)
        if self._without:
            self._presets.insert(0, Choice("", Content.styled(self._without, "$text-muted"), key="0"))
        super().on_mount()

    def between(self) -> Iterable[Widget]:
        yield Static(id="echo")

    def lines(self) -> Sequence[Choice]:
        return self._presets

    def answer(self, choice: Choice) -> datetime | None:
        return read(choice.value, self._parse)[0] if choice.value else NEVER

    def refill(self, *, keep: str | None = None) -> None:
        """The presets stay in sight; the cursor is on one only while the words typed are not a moment themselves."""
        text = self.typed.strip()
        self._moment, wrong = read(text, self._parse) if text else (None, "")
        preset = self._preset(text) if self._moment is None else None
        self.list.show(self._presets, keep=preset.value if preset else None, rest=not text)
        if self._moment is not None:
            self._echo(self.say_in_full(self._moment, self._now, self.look), "-good")
        elif text and preset is None:
            self._echo(wrong, "-wrong")
        else:
            self._echo_preset()

    def _preset(self, text: str) -> Choice | None:
        """The preset with this number, or whose name begins so."""
        for choice in self._presets:
            if choice.open and text and (choice.key == text or choice.left.plain.casefold().startswith(text.casefold())):
                return choice
        return None

    def _echo(self, text: str, kind: str = "") -> None:
        echo = self.query_one("#echo", Static)
        echo.set_classes(kind)
        echo.update(Content(text))

    def _echo_preset(self) -> None:
        current = self.list.current
        at = self.answer(current) if current else None
        if at is NEVER:
            self._echo(self._without)
        elif at is not None:
            self._echo(self.say_in_full(at, self._now, self.look), "-good")
        else:
            self._echo(self.ask)

    def action_move(self, step: int) -> None:
        super().action_move(step)
        self._echo_preset()

    def action_because(self) -> None:
        """The same as Enter, and a reason is given next."""
        if not self._why:
            self.action_move(1)
            return
        self.asks_why = True
        self.enter()
        self.asks_why = not self.is_current

    def enter(self) -> None:
        """The preset under the cursor, else the moment typed."""
        if self.list.current is not None:
            self.choose(self.list.current)
        elif self._moment is not None:
            self.dismiss(self._moment)


class DayPicker(WhenPicker):
    """Asks for a day: the time of what is answered means nothing."""

    placeholder = "fri   mon   +3d   20 dec   2026-11-30"
    ask = "Type a day, or take one of these."
    say = staticmethod(day)
    say_in_full = staticmethod(day_in_full)

    def __init__(self, now: datetime, parse: Parse, heading: str, *, without: str = "") -> None:
        def parse_day(text: str) -> datetime:
            # Of today some hours are over, and its beginning may have passed: it is a day to be due on all the same.
            return now if text.strip().casefold() == "today" else parse(text)

        super().__init__(now, DAYS, parse_day, heading, without=without)
