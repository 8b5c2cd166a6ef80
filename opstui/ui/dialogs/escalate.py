"""Writing an escalation: the question, choices with what each brings, one recommended, and by when. Enter alone is enough."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from opstui.domain.escalation import NEVER, Asked, Choice, Fact, choices
from opstui.errors import OpstuiError, UsageError
from opstui.services.desk.asking import Suggested
from opstui.ui.cells import tame
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor
from opstui.ui.dialogs.lines import moment_in_full

FIELDS = (
    ("question", "Asked", "what is to be decided, in a sentence"),
    ("options", "Options", ""),
    ("recommended", "Best", "the number of the one you recommend"),
    ("why", "Because", "why that one"),
    ("until", "By", ""),
    ("facts", "Facts", ""),
)
LONG = {"options": "one a line: rent a scanner -> 200 a day", "facts": "one a line"}
SLOT = "escalate:"


class Letter(NamedTuple):
    """What was written: by when (None: as the ladder says), what for in a line, all of it, and whether its source is told."""

    until: datetime | str | None
    asked: Asked
    tell: bool


class EscalationDesk(DraftDesk, Protocol):
    """What the form asks of the desk."""

    def now(self) -> datetime: ...
    def when(self, text: str) -> datetime: ...
    @property
    def ledgers(self) -> Any: ...


class EscalationEditor(Editor[Letter]):
    """Asks what is asked of ``to``. Everything may stay empty: Enter in a line escalates, F3 shows the text as it will be."""

    DEFAULT_CSS = """
    EscalationEditor {
        & > #frame { width: 88; }
        & Horizontal { height: auto; }
        & Horizontal > .label { width: 9; color: $text-muted; }
        & Horizontal:focus-within > .label { color: $text-primary; text-style: bold; }
        & Horizontal > Input.-textual-compact { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & Horizontal > Input.-textual-compact:focus { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & Horizontal > TextArea {
            height: 3; width: 1fr; border: none; padding: 0 1; background: $foreground 5%; scrollbar-size-vertical: 1;
        }
        & Horizontal > TextArea:focus { border: none; background: $foreground 5%; background-tint: transparent; }
        & #said, & #told { height: auto; color: $text-muted; padding-left: 9; }
        & #said { margin-bottom: 1; }
        & #echo { width: auto; padding-left: 1; color: $text-muted; }
        & #echo.-wrong { color: $text-warning; }
        & #before { height: auto; color: $text-warning; margin-bottom: 1; }
        & #hints { margin-top: 0; }
        &.-low TextArea { height: 1; }
        &.-low #said { margin: 0; }
    }
    """
    BINDINGS = [
        Binding("f2,ctrl+o", "save", "Escalate", show=False, priority=True, id="escalation.save"),
        Binding("f3,ctrl+t", "text", "The text as it will be", show=False, priority=True, id="escalation.text"),
        Binding("f5,ctrl+r", "tell", "Write it at the source too", show=False, priority=True, id="escalation.tell"),
        Binding("down", "app.focus_next", "Next field", show=False, id="escalation.next"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="escalation.previous"),
    ]
    gives_way = "#nothing"
    hints = (("enter", "escalate"), ("tab", "next field"), ("F3 ^t", "the text"), KEEPS)

    def __init__(
        self,
        desk: EscalationDesk,
        to: str,
        refs: Sequence[str],
        suggested: Suggested | None,
        reasons: Sequence[str],
        sources: Sequence[str] = (),
    ) -> None:
        one = refs[0] if len(refs) == 1 else ""
        super().__init__(f"Ask {to} about {one or f'{len(refs)} items'}", f"{SLOT}{one or _many(refs)}", desk)
        self._desk, self._to, self._ref = desk, to, one
        self._suggested = suggested
        self._reasons = tuple(reasons)[:9]
        self._sources = tuple(sources)
        self._known = {fact.text: fact for fact in self._facts}
        """Facts by their text, those that a kept draft was made from among them: where each is known from."""
        self._tell = False

    def body(self) -> Iterable[Widget]:
        if self._suggested and self._suggested.earlier:
            yield Static(Content(tame(_before(self._suggested))), id="before")
        for name, label, placeholder in FIELDS:
            if name == "facts" and not self._ref:
                continue
            with Horizontal():
                yield Static(Content(label), classes="label")
                yield self._field(name, placeholder)
                if name == "until":
                    yield Static(id="echo")
            if name == "question":
                yield Static(Content(tame("   ".join(f"{n} {why}" for n, why in enumerate(self._reasons, 1)))), id="said")
        if self._sources:
            yield Static(self._told(), id="told")
        yield self.trouble()

    def _field(self, name: str, placeholder: str) -> Widget:
        if name in LONG:
            area = TextArea(id=name, soft_wrap=True, highlight_cursor_line=False, tab_behavior="focus", show_line_numbers=False)
            area.placeholder = LONG[name]
            area.cursor_blink = False
            return area
        field = Input(id=name, placeholder=placeholder or "2h, eod, fri 9; never", compact=True, select_on_focus=False)
        field.cursor_blink = False
        return field

    def on_mount(self) -> None:
        draft, known = _read(self.keeper.restore())
        self._known = {**known, **self._known}
        self._put({"facts": self._given, **draft})
        if draft:
            self.subtitle("draft restored")
        self.query_one("#question").focus()

    @property
    def _facts(self) -> Sequence[Fact]:
        return self._suggested.facts if self._suggested and self._ref else ()

    @property
    def _given(self) -> str:
        """The facts as they are gathered, one a line."""
        return "\n".join(fact.text for fact in self._facts)

    def _put(self, values: Mapping[str, str]) -> None:
        for field in self._fields():
            with field.prevent(Input.Changed, TextArea.Changed):
                if isinstance(field, TextArea):
                    field.load_text(values.get(field.id or "", ""))
                else:
                    field.value = values.get(field.id or "", "")
        self._echo()

    def _fields(self) -> list[Input | TextArea]:
        return [*self.query(Input), *self.query(TextArea)]

    def values(self) -> dict[str, str]:
        """What stands in the form."""
        return {field.id or "": field.text if isinstance(field, TextArea) else field.value for field in self._fields()}

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        values: dict[str, Any] = self.values()
        if values.get("facts", self._given) == self._given:
            values.pop("facts", None)  # no draft: they are gathered anew when it is opened again
        else:
            lines = [line.strip() for line in values["facts"].splitlines()]
            values["origins"] = {line: self._known[line].origin for line in lines if line in self._known}
        written = "facts" in values or any(text.strip() for text in values.values())
        self.typed(json.dumps(values, ensure_ascii=False) if written else "")
        self._echo()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_save()

    def _echo(self) -> None:
        """By when an answer is wanted, and what happens without one."""
        echo = self.query_one("#echo", Static)
        try:
            at = self._until(self.values().get("until", ""))
        except UsageError as error:
            echo.update(Content(tame(error.why or error.what)))
            echo.add_class("-wrong")
            return
        due = at if isinstance(at, datetime) else self._ladder_due() if at is None else None
        echo.set_class(due is None, "-wrong")
        words = moment_in_full(due, self._desk.now(), self.look) if due else "no time: it does not come back by itself"
        step = self._step()
        ladder = f", step {step} of {self._suggested.steps}" if step and self._suggested and at is None and due else ""
        echo.update(Content(tame(words + ladder)))

    def _step(self) -> int:
        return int(self._desk.ledgers.ladder().step_of(self._to))

    def _ladder_due(self) -> datetime | None:
        acknowledge, resolve = self._desk.ledgers.ladder().due(self._step(), self._desk.now())
        found: datetime | None = acknowledge or resolve
        return found

    def _until(self, text: str) -> datetime | str | None:
        text = text.strip()
        return None if not text else NEVER if text.casefold() == NEVER else self._desk.when(text)

    def letter(self) -> Letter:
        """What was written.

        Raises:
            UsageError: the time is none, or the option recommended.
        """
        values = self.values()
        question = values["question"].strip()
        if question.isdecimal() and 1 <= int(question) <= len(self._reasons):
            question = self._reasons[int(question) - 1]
        options: tuple[Choice, ...] = choices(values["options"].splitlines())
        number = values["recommended"].strip()
        if number and not (number.isdecimal() and 1 <= int(number) <= len(options)):
            raise UsageError(f"There is no option {number}", f"there are {len(options)}", "Number them from 1")
        told = [line.strip() for line in values.get("facts", "").splitlines() if line.strip()]
        facts = tuple(self._known.get(line, Fact(line, self._author())) for line in told) if self._ref else None
        asked = Asked(question, options, int(number or 0), values["why"].strip(), facts=facts)
        return Letter(self._until(values["until"]), asked, self._tell)

    def _author(self) -> str:
        who = getattr(self._desk, "who", None)
        return str(who()) if callable(who) else ""

    def action_save(self) -> None:
        """Take what was written, or say what is wrong and go there."""
        self.keeper.keep()
        try:
            letter = self.letter()
        except UsageError as error:
            self.complain(str(error))
            self.query_one("#recommended" if "option" in error.what else "#until").focus()
            return
        self.commit(letter)

    def action_text(self) -> None:
        """Show the text as it would be written."""
        from opstui.ui.dialogs.read_text import TextPage

        if not self._ref:
            self.complain("Each item gets a text of its own: of one item it can be looked at first.")
            return
        try:
            letter = self.letter()
            text = self._desk.ledgers.letter(self._ref, self._to, letter.until, letter.asked)
        except OpstuiError as error:
            self.complain(str(error))
            return
        self.complain("")
        self.app.push_screen(TextPage("As it will be written", text))

    def _told(self) -> Content:
        where = " and ".join(self._sources)
        if self._tell:
            return Content(f"{self.look['done']} " + tame(f"written as a comment at {where} too; F5 ^r keeps it here"))
        return Content(f"{self.look['minus']} " + tame(f"kept here; F5 ^r writes it as a comment at {where} too"))

    def action_tell(self) -> None:
        """Write the text at the source too, or not."""
        if self._sources:
            self._tell = not self._tell
            self.query_one("#told", Static).update(self._told())


def _many(refs: Sequence[str]) -> str:
    """One short name for these items, in whatever order: other items have a draft of their own."""
    from hashlib import sha256

    return f"{len(refs)}#{sha256(chr(10).join(sorted(refs)).encode()).hexdigest()[:16]}"


def _before(suggested: Suggested) -> str:
    last = suggested.earlier[-1]
    came = "said no" if last.refused else "had it and decided nothing" if last.acknowledged else "did not answer"
    return f"{last.to} {came}; the text says so."


def _read(text: str) -> tuple[dict[str, str], dict[str, Fact]]:
    """The fields of a kept draft, and its facts by their text; nothing when it cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = {}
    if not isinstance(found, dict):
        return {}, {}
    origins = found.pop("origins", None)
    known = {str(line): Fact(str(line), str(origin)) for line, origin in origins.items()} if isinstance(origins, dict) else {}
    return {str(name): str(value) for name, value in found.items()}, known
