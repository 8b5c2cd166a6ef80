"""Why an item stands where it does: its score term by term, as bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.domain.views import Detail, Term
from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Dialog
from opstui.ui.dialogs.lines import bar, counted
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice, Choices

BAR_CELLS = 20


def points(number: float) -> str:
    """``+40``, ``-3``, ``+2.5``: a share of a rank."""
    rounded = round(number, 1)
    return f"{rounded:+.0f}" if rounded == int(rounded) else f"{rounded:+.1f}"


def term_lines(terms: Sequence[Term], look: Look) -> list[Choice]:
    """One line a term: its words, its bar and its points; the heaviest bar is full."""
    most = max((abs(term.points) for term in terms), default=0)
    lines = []
    for term in terms:
        drawn = bar(abs(term.points), most, BAR_CELLS, look).replace(look["part"], " ")
        right = Content.assemble((drawn, "$text-muted"), f" {points(term.points):>6}")
        lines.append(Choice(term.code, Content(tame(term.text) or term.code), right))
    return lines


class WhyScreen(Dialog[None]):
    """Shows the score of one item. ``weights`` in the config say how much each term may count."""

    DEFAULT_CSS = """
    WhyScreen {
        & > #frame { width: 76; }
        & #title { height: auto; margin-bottom: 1; }
        & #sum { height: 1; margin-top: 1; text-align: right; }
    }
    """
    BINDINGS = [
        Binding("enter,W,q", "close", "Close", show=False, id="why.close"),
        Binding("down,j", "move(1)", "Down", show=False, id="why.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="why.up"),
    ]
    hints = (("esc", "close"),)

    def __init__(self, detail: Detail, now: datetime | None = None) -> None:
        super().__init__(f"Why here: {detail.row.ref}")
        self._detail = detail

    def body(self) -> Iterable[Widget]:
        detail = self._detail
        yield Static(Content(tame(detail.row.title)), id="title")
        yield Choices(id="choices", look=self.look)
        kinds = [word for word, on in (("urgent", detail.row.urgent), ("important", detail.row.important)) if on]
        said = " and ".join(kinds) if kinds else "neither urgent nor important"
        grey = f"{said}   {counted(len(detail.terms), 'term')}   rank "
        yield Static(Content.assemble((grey, "$text-muted"), (f"{detail.row.rank:.0f}", "bold")), id="sum")

    def on_mount(self) -> None:
        self.query_one(Choices).show(term_lines(self._detail.terms, self.look))

    @on(Choices.Moved)
    def _name_the_weight(self, event: Choices.Moved) -> None:
        if event.choice is not None:
            self.subtitle(f"yours to set: [triage] weights.{event.choice.value}")

    def action_move(self, step: int) -> None:
        self.query_one(Choices).move(step)
