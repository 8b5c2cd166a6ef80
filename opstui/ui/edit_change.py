"""Another value for a change that came back or is still held: the same question that its verb asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opstui.domain import outbox
from opstui.domain.kinds import PRIORITY_WORDS

if TYPE_CHECKING:
    from opstui.domain.views import Outgoing
    from opstui.ui.verbs import VerbPane

NOTHING = object()
"""The question was closed."""


async def other_value(pane: VerbPane, change: Outgoing) -> Any:
    """What is to be sent in a change's place, as ``desk.edit`` takes it; ``NOTHING`` when that was not said."""
    what = change.ref or change.source
    match change.verb:
        case "assign":
            who = await pane.ask_person(f"Who owns {what}?")
            return NOTHING if who is None else who
        case "priority":
            return await _priority(pane, change, what)
        case "transition":
            return await _status(pane, change, what)
        case "due":
            return await pane.ask_due(f"{what} is due")
        case "labels":
            stands = change.theirs if change.state == "conflict" else change.base
            wanted = outbox.wanted("labels", change.value, stands)
            return await _line(pane, f"All labels of {what}", ", ".join(wanted), "audit, badge", split=True)
        case "create":
            title = await _line(pane, f"New at {change.source}", change.value["title"], "what, in one line")
            return title if title is NOTHING else {"title": title}
        case "comment":
            return await _text(pane, f"Comment on {what}", change.value["text"])
    return NOTHING


async def _priority(pane: VerbPane, change: Outgoing, what: str) -> Any:
    from opstui.ui.dialogs.pick_reason import ChoicePicker

    options = [(str(number), word.capitalize()) for number, word in PRIORITY_WORDS.items()]
    mine, theirs = str(change.value["priority"]), str(change.theirs or "")
    notes = {mine: "yours", **({theirs: "theirs"} if theirs else {})}
    value = await pane.answer(ChoicePicker(f"Priority of {what}", options, current=mine, notes=notes))
    return int(value) if value else NOTHING


async def _status(pane: VerbPane, change: Outgoing, what: str) -> Any:
    found = await pane.ask_move(what, change.source, f"{what} goes to", here=False)
    if found is None:
        return NOTHING
    step, fields = found
    move = step.move
    return {"status": step.status, "id": move.id if move else "", "fields": fields, "stage": step.stage}


async def _line(pane: VerbPane, heading: str, value: str, placeholder: str, *, split: bool = False) -> Any:
    from opstui.ui.dialogs.ask_line import LineDialog

    text = await pane.answer(LineDialog(heading, value, placeholder=placeholder, empty=split))
    if text is None:
        return NOTHING
    return [one.strip() for one in text.split(",") if one.strip()] if split else text


async def _text(pane: VerbPane, heading: str, text: str) -> Any:
    from opstui.ui.dialogs.edit_note import NoteEditor

    found = await pane.answer(NoteEditor(heading, "", pane.desk, text))
    return NOTHING if found is None else found
