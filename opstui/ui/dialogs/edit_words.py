"""What one person says in a stand-up: three fields filled with the draft, edited in place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from opstui.domain.standup import PARTS
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor, Save

LABELS = {"yesterday": "Yesterday", "today": "Today", "blockers": "Blockers"}


def read_draft(text: str) -> dict[str, str]:
    """The fields that were typed in; nothing when they cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {part: str(found[part]) for part in PARTS if part in found} if isinstance(found, dict) else {}


class WordsEditor(Editor[Mapping[str, str]]):
    """Asks for the three answers; a line each. An empty field says that there is nothing."""

    DEFAULT_CSS = """
    WordsEditor {
        & > #frame { width: 96; }
        & Horizontal { height: auto; margin-bottom: 1; }
        & Horizontal > .label { width: 11; color: $text-muted; }
        & Horizontal:focus-within > .label { color: $text-primary; text-style: bold; }
        & Horizontal > TextArea {
            height: 5; width: 1fr; border: none; padding: 0 1; background: $foreground 5%; scrollbar-size-vertical: 1;
        }
        & Horizontal > TextArea:focus { border: none; background: $foreground 5%; background-tint: transparent; }
        & #hints { margin-top: 0; }
        &.-short TextArea { height: 3; }
        &.-low TextArea { height: 1; }
        &.-low Horizontal { margin-bottom: 0; }
    }
    """
    BINDINGS = [
        Binding("f2,ctrl+o", "save", "Save", show=False, priority=True, id="words.save"),
    ]
    AUTO_FOCUS = "#today"
    gives_way = "#nothing"
    hints = (("F2 ^o", "save"), ("tab", "next"), KEEPS)

    def __init__(
        self,
        person: str,
        slot: str,
        desk: DraftDesk,
        initial: Mapping[str, str],
        save: Save[Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(f"{person} says", slot, desk, save)
        self._initial = dict(initial)

    def body(self) -> Iterable[Widget]:
        for part in PARTS:
            with Horizontal():
                yield Static(Content(LABELS[part]), classes="label")
                area = TextArea(
                    id=part, soft_wrap=True, highlight_cursor_line=False, tab_behavior="focus", show_line_numbers=False
                )
                area.cursor_blink = False
                yield area
        yield self.trouble()

    def on_resize(self) -> None:
        """Twenty-four lines hold three short fields."""
        self.set_class(self.app.size.height < 30, "-short")
        super().on_resize()

    def on_mount(self) -> None:
        draft = read_draft(self.keeper.restore())
        for part, text in {**self._initial, **draft}.items():
            area = self.query_one(f"#{part}", TextArea)
            with area.prevent(TextArea.Changed):
                area.load_text(text)
        if draft:
            self.subtitle("draft restored")

    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {part: self.query_one(f"#{part}", TextArea).text for part in PARTS}

    @on(TextArea.Changed)
    def _changed(self) -> None:
        # What nobody typed in is no draft: when it is opened again it says what is so by then.
        typed = {part: text for part, text in self.values().items() if text != self._initial.get(part, "")}
        self.typed(json.dumps(typed, ensure_ascii=False) if typed else "")

    def action_save(self) -> None:
        """Keep it with the stand-up."""
        self.commit(self.values())
