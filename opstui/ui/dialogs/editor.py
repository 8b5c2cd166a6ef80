"""What every dialog that is written in is made of: it closes only when what was typed is safe, as itself or as a draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from textual.content import Content
from textual.widgets import Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.drafts import DraftDesk, DraftKeeper
from opstui.ui.dialogs.frame import Dialog, Hint

Answer = TypeVar("Answer")

Told = Callable[[str], None]
"""Is told why something failed, or an empty text when it is done."""
Save = Callable[[Answer, Told], None]
"""Begins to write an answer, and tells later how it went."""

KEEPS: Hint = ("esc", "keeps a draft")
TRIES: Hint = ("esc", "close, if a draft can be kept")
LOSES: Hint = ("esc", "throw it away")


class Editor(Dialog[Answer]):
    """A dialog for a text, whose draft in ``slot`` stays until ``save`` has written it.

    Without ``save`` it only answers, and the caller writes.
    """

    DEFAULT_CSS = """
    Editor {
        & #trouble { display: none; height: auto; color: $text-error; }
        & #trouble.-shown { display: block; }
    }
    """

    def __init__(self, heading: str, slot: str, desk: DraftDesk, save: Save[Answer] | None = None) -> None:
        super().__init__(heading)
        self.slot = slot
        self.keeper = DraftKeeper(desk, slot, self, self._draft_told)
        self._save = save
        self._lost = False
        """Whether it was said that the text is in no draft: the next Escape throws it away."""

    def trouble(self) -> Static:
        """The line that says what is wrong."""
        return Static(id="trouble")

    def complain(self, text: str) -> None:
        """Say what is wrong, below the text; nothing takes it away."""
        line = self.query_one("#trouble", Static)
        line.update(Content(tame(text)))
        line.set_class(bool(text), "-shown")
        self.call_after_refresh(self.fit)

    def typed(self, text: str) -> None:
        """Something was typed: it is kept as a draft soon."""
        if self._lost:
            self._lost = False
            self._last_hint(TRIES)
        self.keeper.typed(text)

    def commit(self, answer: Answer) -> None:
        """Write, and close when it is written; keys wait until then."""
        self.keeper.keep()
        if self._save is None:
            self.dismiss(answer)
            return
        self.complain("")
        self.ready = False
        self._save(answer, partial(self._saved, answer))

    def _saved(self, answer: Answer, why: str) -> None:
        if not self.is_attached:
            return
        self.ready = True
        if why:
            self.complain(f"Not saved. {why}")
        else:
            self.dismiss(answer)

    def action_close(self) -> None:
        """Close when the draft is kept; where it cannot be, say so first."""
        if self._lost:
            self.dismiss(None)
        else:
            self.ready = False
            self.keeper.keep(self._draft_kept)

    def _draft_kept(self, why: str) -> None:
        if not self.is_attached:
            return
        self.ready = True
        if why:
            self._lost = True
            self.complain(f"Not kept as a draft. {why}")
            self._last_hint(LOSES)
        else:
            self.dismiss(None)

    def _draft_told(self, why: str) -> None:
        self.subtitle(f"draft not kept: {why}" if why else "draft kept")
        if not self._lost:
            self._last_hint(TRIES if why else KEEPS)

    def _last_hint(self, hint: Hint) -> None:
        hints: Sequence[Hint] = self.hints
        self.show_hints([*hints[:-1], hint])
