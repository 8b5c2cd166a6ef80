"""A short list to choose from, drawn by the line: key, text, and a column at the right that never moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from opstui.ui.present import Look

EMPTY = Content("")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line. ``value`` is what choosing it answers; ``search`` is what typing looks at besides what is shown.

    A heading cannot be chosen; ``off`` says why a line cannot be, and then it cannot.
    """

    value: str
    left: Content
    right: Content = EMPTY
    key: str = ""
    search: str = ""
    heading: bool = False
    off: str = ""

    @property
    def open(self) -> bool:
        """Whether the cursor may rest here."""
        return not self.heading and not self.off


def narrow(choices: Sequence[Choice], query: str) -> tuple[Choice, ...]:
    """The choices that hold every word of ``query``, those that begin with it first; headings without lines go."""
    words = query.casefold().split()
    if not words:
        return tuple(choices)
    whole = " ".join(words)
    kept: list[tuple[int, Choice]] = []
    for choice in choices:
        if choice.heading:
            continue
        text = f"{choice.left.plain} {choice.right.plain} {choice.search}".casefold()
        if all(word in text for word in words):
            kept.append((0 if text.lstrip().startswith(whole) else 1, choice))
    return tuple(choice for _, choice in sorted(kept, key=lambda pair: pair[0]))


def layout(choice: Choice, width: int, *, keyed: bool, ellipsis: str = "…") -> Content:
    """The line as it is shown in ``width`` cells, without its cursor: the left part gives way to the right one."""
    if choice.heading:
        return _fit(choice.left.stylize("$text-muted"), width, ellipsis)
    key = Content.styled(f"{choice.key:>2}  ", "$text-muted") if keyed else EMPTY
    right = choice.right if choice.right.cell_length < width - key.cell_length - 8 else EMPTY
    room = max(0, width - key.cell_length - right.cell_length - (2 if right else 0))
    line = Content.assemble(key, _fit(choice.left.first_line, room, ellipsis), "  " if right else "", right)
    if choice.off:
        line = line.stylize("$text-muted")
    return line.truncate(width, pad=True)


def _fit(text: Content, width: int, ellipsis: str) -> Content:
    """Exactly ``width`` cells, ending in ``ellipsis`` when something was dropped."""
    if text.cell_length <= width or width <= len(ellipsis):
        return text.truncate(width, pad=True)
    return Content.assemble(text.truncate(width - len(ellipsis)), ellipsis)


def readable(line: Content) -> Content:
    """The line without its greys, which the cursor's background would make hard to read."""
    return Content(line.plain, [span for span in line.spans if span.style != "$text-muted"])


class Choices(ScrollView, can_focus=False):
    """The list. It never takes the focus: the line above it is typed in while this one is moved through."""

    COMPONENT_CLASSES = {"choices--cursor", "choices--hover"}
    DEFAULT_CSS = """
    Choices {
        height: auto;
        max-height: 14;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 20%;
        scrollbar-background: $surface;
        scrollbar-background-hover: $surface;
        scrollbar-background-active: $surface;
        & > .choices--cursor { background: $primary 25%; }
        & > .choices--hover { background: $foreground 6%; }
        &:nocolor > .choices--cursor { text-style: bold reverse; }
        &:ansi > .choices--cursor { text-style: bold; }
    }
    """

    highlighted: reactive[int | None] = reactive(None)
    """The index of the line under the cursor."""
    hovered: reactive[int | None] = reactive(None)

    class Moved(Message):
        """The cursor is on another line."""

        def __init__(self, choice: Choice | None) -> None:
            self.choice = choice
            super().__init__()

    class Chosen(Message):
        """A line was chosen with the mouse."""

        def __init__(self, choice: Choice) -> None:
            self.choice = choice
            super().__init__()

    def __init__(self, *, look: Look, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices: tuple[Choice, ...] = ()
        self._look = look
        self._keyed = False

    def show(self, choices: Sequence[Choice], *, keep: str | None = None, rest: bool = True) -> None:
        """Show other lines; the cursor stays on the value ``keep``, else goes to the first, or nowhere without ``rest``."""
        self.choices = tuple(choices)
        self._keyed = any(choice.key for choice in self.choices)
        self.virtual_size = Size(0, len(self.choices))
        first = next((i for i, choice in enumerate(self.choices) if choice.open), None)
        kept = next((i for i, choice in enumerate(self.choices) if choice.open and choice.value == keep), None)
        target = kept if kept is not None and keep is not None else (first if rest else None)
        before = self.highlighted
        self.highlighted = target
        if before == target:
            self.post_message(self.Moved(self.current))
        self.hovered = None
        self.refresh(layout=True)

    @property
    def current(self) -> Choice | None:
        """The line under the cursor."""
        index = self.highlighted
        return self.choices[index] if index is not None and index < len(self.choices) else None

    def move(self, step: int) -> None:
        """Move the cursor by ``step`` lines that can be chosen; it stops at the ends."""
        places = [i for i, choice in enumerate(self.choices) if choice.open]
        if not places:
            return
        if self.highlighted is None or self.highlighted not in places:
            self.highlighted = places[0] if step > 0 else places[-1]
            return
        at = places.index(self.highlighted)
        self.highlighted = places[max(0, min(len(places) - 1, at + step))]

    def page(self) -> int:
        """How many lines a page is."""
        return max(1, self.size.height - 1)

    def watch_highlighted(self, index: int | None) -> None:
        self.refresh()
        if index is not None and index < len(self.choices):
            top = index - 1 if index and self.choices[index - 1].heading else index
            self.scroll_to_region(Region(0, top, 1, index - top + 1), animate=False, force=True)
        self.post_message(self.Moved(self.current))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self.choices))

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if index >= len(self.choices):
            return Strip.blank(width, self.visual_style.rich_style)
        choice = self.choices[index]
        here = index == self.highlighted
        style = self.visual_style
        if here:
            style = self.get_visual_style("choices--cursor")
        elif index == self.hovered and choice.open:
            style = self.get_visual_style("choices--hover")
        gutter = Content.styled(self._look["cursor"] + " ", "$primary") if here else Content("  ")
        drawn = layout(choice, max(0, width - 2), keyed=self._keyed, ellipsis=self._look["ellipsis"])
        line = Content.assemble(gutter, readable(drawn) if here else drawn)
        strips = Visual.to_strips(self, line, width, 1, style)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        index = self.scroll_offset.y + event.y
        self.hovered = index if index < len(self.choices) else None

    def on_leave(self) -> None:
        self.hovered = None

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y
        if index < len(self.choices) and self.choices[index].open:
            event.stop()
            self.highlighted = index
            self.post_message(self.Chosen(self.choices[index]))
