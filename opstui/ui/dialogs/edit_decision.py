"""Recording a decision: what, why, what was dropped, who owns it, when it is looked at again, what it should move."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from opstui.domain.model import Person
from opstui.errors import UsageError
from opstui.ui.cells import tame
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.edit_note import drafts_folder, in_editor
from opstui.ui.dialogs.editor import KEEPS, Editor, Save
from opstui.ui.external import Run, run_command

FIELDS = (
    ("what", "What", "the decision, in a sentence"),
    ("why", "Why", ""),
    ("options", "Dropped", ""),
    ("owner", "Owner", "who sees it through"),
    ("review_on", "Review", "2 weeks, mon, 2027-01-15: when it is looked at again"),
    ("effect", "Effect", "what it should move: reopen rate down 10 %"),
)
LONG = ("why", "options")
SLOT = "decision:"


class DecisionDesk(DraftDesk, Protocol):
    """What the form asks of the desk."""

    def now(self) -> datetime: ...
    def when(self, text: str) -> datetime: ...
    def people(self) -> tuple[Person, ...]: ...


def slot_of(ref: str, initial: Mapping[str, Any] | None) -> str:
    """Where its draft is kept."""
    supersedes = (initial or {}).get("supersedes")
    return f"{SLOT}{ref}" + (f"#{supersedes}" if supersedes else "")


def as_text(values: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a decision as they stand in the form: one dropped option a line."""
    text = {}
    for name, _, _ in FIELDS:
        value = values.get(name) or ""
        text[name] = value if isinstance(value, str) else "\n".join(str(line) for line in value)
    return text


def read_draft(text: str) -> dict[str, str]:
    """The fields of a kept draft; nothing when it cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict) or not any(found.values()):
        return {}
    return {name: str(found.get(name, "")) for name, _, _ in FIELDS}


def review_date(text: str, desk: DecisionDesk, zone: Any) -> str:
    """The ISO date that was meant; UsageError when it is none."""
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return desk.when(text).astimezone(zone).date().isoformat()


class DecisionEditor(Editor[dict[str, Any]]):
    """Asks for a decision, on ``ref`` if there is one; answers the arguments of ``desk.decide``.

    ``initial`` fills fields; its ``supersedes`` and ``replaces`` (the old text) say which decision this one replaces.
    With ``save`` it stays open until that has written it.
    """

    DEFAULT_CSS = """
    DecisionEditor {
        & > #frame { width: 84; }
        & Horizontal { height: auto; }
        & Horizontal > .label { width: 10; color: $text-muted; }
        & Horizontal:focus-within > .label { color: $text-primary; text-style: bold; }
        & Horizontal > Input.-textual-compact { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & Horizontal > Input.-textual-compact:focus { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & Horizontal > TextArea {
            height: 3; width: 1fr; border: none; padding: 0 1; background: $foreground 5%; scrollbar-size-vertical: 1;
        }
        & Horizontal > TextArea:focus { border: none; background: $foreground 5%; background-tint: transparent; }
        & .gap { height: auto; margin-bottom: 1; }
        & #replaces { height: auto; color: $text-muted; margin-bottom: 1; }
        & #echo { width: auto; padding-left: 1; color: $text-muted; }
        & #echo.-wrong { color: $text-warning; }
        & #hints { margin-top: 0; }
        &.-low TextArea { height: 1; }
        &.-low #replaces { display: none; }
    }
    """
    BINDINGS = [
        Binding("f2,ctrl+o", "save", "Save", show=False, priority=True, id="decision.save"),
        Binding("f4,ctrl+e", "external", "Open in $EDITOR", show=False, priority=True, id="decision.external"),
        Binding("down", "app.focus_next", "Next field", show=False, id="decision.next"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="decision.previous"),
    ]
    gives_way = "#nothing"
    hints = (("F2 ^o", "save"), ("F4 ^e", "$EDITOR"), ("tab", "next"), KEEPS)

    def __init__(
        self,
        desk: DecisionDesk,
        ref: str = "",
        initial: Mapping[str, Any] | None = None,
        *,
        folder: Path | None = None,
        run: Run = run_command,
        save: Save[dict[str, Any]] | None = None,
    ) -> None:
        initial = initial or {}
        super().__init__(f"Decision on {ref}" if ref else "Decision", slot_of(ref, initial), desk, save)
        self._desk = desk
        self._ref = ref
        self._given_folder = folder
        self._run = run
        self._supersedes: int | None = initial.get("supersedes")
        self._replaces = str(initial.get("replaces") or "")
        self._initial = as_text(initial)

    def body(self) -> Iterable[Widget]:
        if self._replaces:
            yield Static(Content(tame(f"takes the place of: {self._replaces}")), id="replaces")
        names = [person.name for person in self._desk.people()]
        for name, label, placeholder in FIELDS:
            with Horizontal(classes="gap" if name in ("what", "why", "options") else ""):
                yield Static(Content(label), classes="label")
                yield self._field(name, placeholder, names)
                if name == "review_on":
                    yield Static(id="echo")
        yield self.trouble()

    def _field(self, name: str, placeholder: str, names: Sequence[str]) -> Widget:
        if name in LONG:
            area = TextArea(id=name, soft_wrap=True, highlight_cursor_line=False, tab_behavior="focus", show_line_numbers=False)
            area.placeholder = "the reasons" if name == "why" else "the options that were not taken, one a line"
            area.cursor_blink = False
            return area
        suggester = SuggestFromList(names, case_sensitive=False) if name == "owner" and names else None
        field = Input(id=name, placeholder=placeholder, compact=True, suggester=suggester, select_on_focus=False)
        field.cursor_blink = False
        return field

    def on_mount(self) -> None:
        draft = read_draft(self.keeper.restore())
        self.put(draft or self._initial)
        if draft:
            self.subtitle("draft restored")
        self.query_one("#what").focus()

    def put(self, values: Mapping[str, str]) -> None:
        """Fill the form."""
        for name, _, _ in FIELDS:
            field = self.query_one(f"#{name}")
            with field.prevent(Input.Changed, TextArea.Changed):
                if isinstance(field, TextArea):
                    field.load_text(values.get(name, ""))
                elif isinstance(field, Input):
                    field.value = values.get(name, "")
        self._echo_review()

    def values(self) -> dict[str, str]:
        """What stands in the form."""
        found = {}
        for name, _, _ in FIELDS:
            field = self.query_one(f"#{name}")
            found[name] = field.text if isinstance(field, TextArea) else field.value if isinstance(field, Input) else ""
        return found

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        values = self.values()
        written = any(text.strip() for text in values.values())
        self.typed(json.dumps(values, ensure_ascii=False) if written else "")
        self._echo_review()

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    def _echo_review(self) -> None:
        text = self.query_one("#review_on", Input).value
        echo = self.query_one("#echo", Static)
        words, wrong = "", False
        if text.strip():
            try:
                on = date.fromisoformat(review_date(text, self._desk, self.look.zone))
                words = f"{on:%a} {on.day} {on:%b %Y}"
            except UsageError:
                words, wrong = "not a date", True
        echo.set_class(wrong, "-wrong")
        echo.update(Content(words))

    def action_save(self) -> None:
        """Write the decision, or say what is missing and go there."""
        self.keeper.keep()
        values = self.values()
        if not values["what"].strip():
            self._complain("what", "Say what was decided.")
            return
        try:
            review_on = review_date(values["review_on"], self._desk, self.look.zone)
        except UsageError as error:
            self._complain("review_on", str(error))
            return
        answer: dict[str, Any] = {name: text.strip() for name, text in values.items()}
        answer["options"] = tuple(line.strip() for line in values["options"].splitlines() if line.strip())
        answer |= {"review_on": review_on, "ref": self._ref, "supersedes": self._supersedes}
        self.commit(answer)

    def action_external(self) -> None:
        """Hand the long field being written, the reasons when it is another one, to the user's editor."""
        area = self.focused if isinstance(self.focused, TextArea) else self.query_one("#why", TextArea)
        self.keeper.keep()
        back = in_editor(self, area.text, self._given_folder or drafts_folder(self), self._run, self.complain)
        if back is not None:
            area.load_text(back)
            area.move_cursor(area.document.end)
            area.focus()
            self._changed()
            self.keeper.keep()

    def _complain(self, field: str, text: str) -> None:
        self.complain(text)
        self.query_one(f"#{field}").focus()
