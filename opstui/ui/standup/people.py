"""The stand-up by person: who speaks, who has spoken, and what each one did, does and waits for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from opstui.domain.standup import PARTS
from opstui.ui.present import Line
from opstui.ui.present_standup import tile_line, tile_page
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from opstui.domain.views import Receipt
    from opstui.services.desk import Desk
    from opstui.services.desk.standup import Tile


class PeopleView(View["Tile"]):
    """A line a person, in speaking order; the cursor goes to whoever is asked next."""

    name: ClassVar[str] = "People"
    turns: ClassVar[bool] = True
    since: datetime | None = None
    asked = ""
    """Who was asked when it was read last."""

    def read(self, desk: Desk) -> Any:
        """Everybody with what is known of them."""
        return desk.standup.tiles(), desk.standup.since()

    def show(self, found: Any) -> None:
        """Take it."""
        self.rows, self.since = found

    def took(self) -> None:
        """The stand-up was read: the cursor follows it to the next who is asked."""
        standup = self.pane.meeting.standup
        asked = standup.current if standup is not None else ""
        if asked and asked != self.asked:
            self.wanted = asked
        self.asked = asked

    def tab(self) -> str:
        """How many there are is said by the head."""
        return self.name

    def identity(self, row: Tile) -> object:
        """By name."""
        return row.turn.person

    def line(self, row: Tile, cells: int, here: bool) -> Line:
        """One person."""
        return tile_line(row, cells, self.pane.desk.now(), self.pane.look, self.pane.meeting.shown)

    def page(self, row: Tile, cells: int) -> list[Line]:
        """All of one person."""
        return tile_page(row, cells, self.pane.desk.now(), self.pane.look, self.pane.meeting.shown, self.since)

    def empty(self) -> Sequence[Line]:
        """Nobody is known."""
        return [
            [("Nobody is asked: the config names no people.", "text")],
            [],
            [("[[people]]", "key"), (" in the config names them, ", "muted"), ("[me]", "key"), (" names you", "muted")],
            [("The board can be walked without.", "muted")],
        ]

    def hints(self, row: Tile | None) -> Sequence[tuple[str, str]]:
        """What the round needs next."""
        return self.pane.meeting.hints(edit=True)

    def why_not(self, action_id: str, row: Tile | None) -> str:
        """Words and absence are somebody's."""
        if action_id == "standup.edit":
            return self.pane.meeting.why_no_words() or ("" if row else "there is nobody here")
        if action_id == "standup.absent" and row is None:
            return "there is nobody here"
        return ""

    def do(self, verb: str, row: Tile | None) -> bool:
        """Of the person under the cursor: absent, and the words."""
        if row is None or verb not in ("absent", "edit"):
            return False
        if verb == "absent":
            self.pane.meeting.absent(row.turn.person)
        else:
            self.pane.ask(partial(self._edit, row))
        return True

    async def _edit(self, row: Tile) -> None:
        await edit_words(self, row)

    @property
    def counts(self) -> bool:
        """The speaker's time."""
        return True


async def edit_words(view: PeopleView, row: Tile) -> None:
    """Have a person's three answers edited in place; what is left as drafted stays drafted."""
    from opstui.ui.dialogs.edit_words import WordsEditor
    from opstui.ui.present_standup import words_of

    pane, person = view.pane, row.turn.person
    drafted = {part: "\n".join(said.text for said in row.draft.part(part)) for part in PARTS}
    initial = {part: "\n".join(words_of(row, part)) for part in PARTS}
    kept = pane.meeting.kept
    slot = f"standup:{kept.uid if kept else ''}:{person}"

    def say(texts: Mapping[str, str]) -> Receipt:
        told = {part: None if text.strip() == drafted[part].strip() else text for part, text in texts.items()}
        return pane.desk.standup.say(person, told)

    save = pane.saver(slot, say)
    await pane.answer(WordsEditor(person, slot, pane.desk, initial, save=save))
