"""What only a source can do: transitions, due dates, labels, new items; and the readers of what is given for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from opstui.domain import verdicts as rules_of
from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.model import Item, Mark, Stage
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Receipt
from opstui.errors import Refused, UsageError
from opstui.services.desk import outgoing
from opstui.services.desk.acting import Intent, act, fill
from opstui.services.desk.context import Context
from opstui.services.desk.outgoing import Wish
from opstui.store import journal, reach


def transition(
    at: Context, refs: Sequence[str], status: str, id: str, fields: Mapping[str, Any], stage: Stage | str
) -> Receipt:
    """Move items to a status at their source."""
    return act(at, moving(at, status, id, fields, stage), refs)


def due(at: Context, refs: Sequence[str], when: date | datetime | str | None) -> Receipt:
    """Set or clear the due date at the source."""
    return act(at, dating(at, when), refs)


def labels(at: Context, refs: Sequence[str], add: Iterable[str], remove: Iterable[str]) -> Receipt:
    """Add and remove labels at the source."""
    return act(at, labelling(add, remove), refs)


def moving(at: Context, status: str, id: str = "", fields: Mapping[str, Any] | None = None, stage: Stage | str = "") -> Intent:
    """A transition; where the source has none, the stage is set here when one is named."""
    status, now = line_of(status), at.instant()
    try:
        new = Stage(stage) if stage else None
    except ValueError as error:
        raise UsageError(f"No stage {stage!r}", "stages are " + ", ".join(Stage)) from error
    value = {
        "status": status,
        "id": clean_line(id).strip(),
        "fields": {clean_line(name).strip(): cleaned(one) for name, one in (fields or {}).items()},
        "stage": new.value if new else "",
    }

    def here(item: Item, mark: Mark) -> Mark:
        if new is None:
            raise Refused(item.ref, f"{item.source} has no transitions; its stage can be set here", ref=item.ref)
        return rules_of.set_stage(item, mark, new, now)

    def there(item: Item, mark: Mark) -> Mark:
        return replace(mark, stage=None, staged=None)

    return Intent("transition", here, fill(f"Moved {{0}} to {status}"), wish=Wish("transition", value), there=there)


def dating(at: Context, when: date | datetime | str | None) -> Intent:
    """A due date, which only a source keeps."""
    day = day_of(at, when)
    said = f"Due date of {{0}}: {day}" if day else "No due date for {0}"
    return Intent("due", _nowhere("due date"), fill(said), wish=Wish("due", day), there=_as_it_is)


def labelling(add: Iterable[str], remove: Iterable[str]) -> Intent:
    """Labels, which only a source keeps."""
    plus, minus = labels_of(add), labels_of(remove)
    if not plus and not minus:
        raise UsageError("No labels to add or to remove")
    signs = " ".join([*(f"+{one}" for one in plus), *(f"-{one}" for one in minus)])
    wish = Wish("labels", {"add": plus, "remove": minus})
    return Intent("labels", _nowhere("label"), fill(f"Labels of {{0}}: {signs}"), wish=wish, there=_as_it_is)


def by_name(at: Context, verb: str, args: Mapping[str, Any]) -> Intent:
    """One of these verbs with the arguments of its method."""
    match verb:
        case "transition":
            return moving(at, **args)
        case "due":
            return dating(at, args["when"])
    return labelling(args.get("add", ()), args.get("remove", ()))


def create(at: Context, source: str, title: str, body: str, fields: Mapping[str, Any]) -> Receipt:
    """Make a new item at a source.

    Raises:
        UsageError: it has no title, or there is no such source.
        Refused: the source takes no new items.
    """
    title, body = line_of(title), clean(body).strip()
    if not any(one.name == source for one in at.settings.sources):
        names = ", ".join(one.name for one in at.settings.sources)
        raise UsageError(f"No source {source!r}", f"there are {names}" if names else "the config names none")
    value = {"title": title, "body": body, "fields": {clean_line(name): cleaned(one) for name, one in fields.items()}}
    with at.store.writing() as conn:
        if why := outgoing.takes(at, reach.every(conn), source, "create"):
            step = "Read it first: opstui sync." if why.endswith("read yet") else ""
            raise Refused(f"Nothing can be made at {source}", why, step)
        step_ = outgoing.Step("", None, source, "create", value, None, journal.new_uid())
        said = f"New at {source}: {title}"
        group = journal.write(conn, step_.lines(), at=at.now(), who=at.who, verb="create", summary=said)
        numbers = outgoing.put(at, conn, group, [step_])
        where = outgoing.told(at, conn, [source], ())
    return Receipt(group, "create", (), (), said, numbers[0], outgoing=numbers, **where)


# what is given --------------------------------------------------------------------------------------------------------


def line_of(given: Any) -> str:
    """A line that is not empty."""
    text = clean_line(str(given or "")).strip()
    if not text:
        raise UsageError("An empty text says nothing")
    return text


def text_of(given: Any) -> str:
    """A text that is not empty."""
    text = clean(str(given or "")).strip()
    if not text:
        raise UsageError("An empty text says nothing")
    return text


def level(given: Any) -> int:
    """A priority by its number or its word."""
    by_word = {word: n for n, word in PRIORITY_WORDS.items()} | {str(n): n for n in PRIORITY_WORDS}
    found = by_word.get(str(given).strip().casefold())
    if found is None:
        raise UsageError(f"No priority {given!r}", "priorities are 1 (critical) to 5 (lowest)")
    return found


def day_of(at: Context, given: date | datetime | str | None) -> str | None:
    """A day as an ISO date: a date, a time, or words; None and ``none`` mean no day. A day that is over is a day too."""
    if given is None or (isinstance(given, str) and given.strip().casefold() in ("", "none")):
        return None
    if isinstance(given, datetime):
        return given.astimezone(at.zone).date().isoformat()
    if isinstance(given, date):
        return given.isoformat()
    try:
        return date.fromisoformat(given.strip()).isoformat()
    except ValueError:
        return at.when(given).astimezone(at.zone).date().isoformat()


def labels_of(given: str | Iterable[str]) -> list[str]:
    """Labels by themselves, or in one text with commas between them."""
    given = given.split(",") if isinstance(given, str) else given
    return list(dict.fromkeys(text for one in given if (text := clean_line(one).strip())))


def cleaned(value: Any) -> Any:
    """The value of a field that a transition or a new item asks for, its texts clean."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, Mapping):
        return {clean_line(str(name)): cleaned(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(one) for one in value]
    return value


def _nowhere(noun: str) -> Any:
    def here(item: Item, mark: Mark) -> Mark:
        raise Refused(item.ref, f"{item.source} takes no {noun}, and none is kept here", ref=item.ref)

    return here


def _as_it_is(item: Item, mark: Mark) -> Mark:
    return mark
