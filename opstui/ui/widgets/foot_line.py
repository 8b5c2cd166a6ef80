"""The foot of every pane: the session at the left, six hints at most, undo at the right; or the answer to a key."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from opstui.ui.cells import width, wrap
from opstui.ui.present import Line, Look, line_width
from opstui.ui.widgets.painted import Painted
from opstui.ui.widgets.splits_bar import rule

Hint = tuple[str, str, str]
"""An action's id, its key as a person reads it, and its word."""
Span = tuple[int, int, str]
"""First and last cell of a hint, and the action it runs."""

HINTS = 6
HEIGHT = 2
MOST_LINES = 6
"""Lines of an answer, which is what an error with its remedy takes on the smallest screen."""


def foot_line(cells: int, look: Look, left: Line, hints: Sequence[Hint], end: Line) -> tuple[Line, list[Span]]:
    """The line in ``cells``: hints as many as fit between the two ends, centred; help is the last to go."""
    head: Line = [(" ", "text"), *left]
    room = cells - line_width(head) - line_width(end) - 4
    kept = list(hints) if len(hints) <= HINTS else [*hints[: HINTS - 1], hints[-1]]
    while kept and _hints_width(kept) > room:
        del kept[-2 if len(kept) > 1 else -1]
    if not kept and hints and cells < 60:
        end = []
    line: Line = []
    spans: list[Span] = []
    used = line_width(head)
    gap = max((room - _hints_width(kept)) // 2, 0) + 2
    line.append((" " * gap, "text"))
    used += gap
    for at, (action, key, word) in enumerate(kept):
        if at:
            line.append(("   ", "text"))
            used += 3
        line += [(key, "key"), (" " + word, "muted")]
        size = width(key) + 1 + width(word)
        spans.append((used, used + size, action))
        used += size
    gap = max(cells - used - line_width(end) - 1, 0)
    return [*head, *line, (" " * gap, "text"), *end], spans


def message_lines(message: Line, cells: int, end: Line) -> list[Line]:
    """The answer to a key, whole: beside ``end`` where it fits, else over the whole width, in as many lines as it takes."""
    text, tone = "".join(text for text, _ in message), message[0][1]
    if width(text) <= cells - line_width(end) - 4:
        gap = cells - width(text) - line_width(end) - 2
        return [[(" ", "text"), (text, tone), (" " * gap, "text"), *end]]
    return [[(" " + part, tone)] for part in wrap(text, cells - 2, MOST_LINES)]


def _hints_width(hints: Sequence[Hint]) -> int:
    return sum(width(key) + 1 + width(word) for _, key, word in hints) + 3 * max(len(hints) - 1, 0)


class FootLine(Painted):
    """A rule and one line."""

    DEFAULT_CSS = "FootLine { height: 2; dock: bottom; }"

    class Pressed(Message):
        """A hint was clicked."""

        def __init__(self, action_id: str) -> None:
            self.action_id = action_id
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.left: Line = []
        self.hints: Sequence[Hint] = ()
        self.end: Line = []
        self.message: Line | None = None
        """The answer to a key: it stands here until the next one."""
        self.joints: Sequence[int] = ()
        self._spans: list[Span] = []

    def line(self, y: int) -> Line:
        """The rule, then the line."""
        answer = message_lines(self.message, self.size.width, self.end) if self.message is not None else []
        if y < HEIGHT - len(answer) and y == 0:
            return rule(self.size.width, self.look, [(at, "┴") for at in self.joints])
        if answer:
            self._spans = []
            return answer[y - max(HEIGHT - len(answer), 0)]
        line, self._spans = foot_line(self.size.width, self.look, self.left, self.hints, self.end)
        return line

    def repaint(self) -> None:
        """As high as the answer is: two lines of it stand where rule and hints were, and move nothing."""
        lines = len(message_lines(self.message, self.size.width, self.end)) if self.message and self.size else HEIGHT
        height = max(lines, HEIGHT)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        super().repaint()

    def on_click(self, event: events.Click) -> None:
        """Run the hint under the pointer."""
        for first, last, action in self._spans:
            if event.y == 1 and first <= event.x < last:
                self.post_message(self.Pressed(action))
