"""What ``opstui init`` shows before it writes a source: which column was taken for what, with values from the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opstui.connectors.api import Context, Guess, Suggestion
from opstui.domain.text import clean_line
from opstui_csv import headings as known
from opstui_csv.headings import Heading
from opstui_csv.intake import Intake
from opstui_csv.plan import NoKey, told
from opstui_csv.settings import Settings
from opstui_csv.table import Table
from opstui_csv.values import KEY_LIMIT

_SAMPLES = 3


def suggestion(table: Table, settings: Settings, options: Mapping[str, Any], context: Context) -> Suggestion:
    """The options to write for a table, and why.

    Raises:
        SourceRefused: it is no table that can be read.
    """
    try:
        intake = Intake(table, settings, context)
    except NoKey as error:
        return _without_key(table, settings, options, error)
    plan = intake.plan
    guesses = _guesses(table, settings, plan.found, plan.vendor)
    columns: dict[str, Any] = {attribute: "" for attribute, names in settings.columns.items() if not names}
    for attribute, headings in plan.found.items():
        names = [heading.name for heading in headings]
        columns[attribute] = names[0] if len(names) == 1 else names
    kept = {name: value for name, value in options.items() if value is not None and name != "columns"}
    for _ in intake.batches({}, frozenset()):
        pass  # only what a whole reading finds out is worth telling
    written = kept | {"columns": columns}
    if any("nothing shows which it is" in note for note in plan.notes):
        written["dates"] = "day-first"
    notes = intake.report()
    for refusal in intake.refused[:1]:
        notes.append(f"{len(intake.refused)} rows cannot come in, the first: {refusal.where} {refusal.reason}")
    return Suggestion(
        options=written,
        guesses=tuple(guesses),
        notes=tuple(notes),
        rows=intake.count,
        title=f"{plan.vendor} export" if plan.vendor else "table of events" if intake.log else "table",
        unused=tuple(heading.name for heading in plan.rest),
    )


def _guesses(table: Table, settings: Settings, columns: Mapping[str, tuple[Heading, ...]], vendor: str) -> list[Guess]:
    """Every column that stands for something, with values and the reason."""
    found = []
    for attribute, headings in columns.items():
        why = "as told" if attribute in settings.columns else f"{vendor}'s heading" if vendor else "by its heading"
        found += [Guess(attribute, heading.name, _samples(table, heading.places), why) for heading in headings]
    return found


def _without_key(table: Table, settings: Settings, options: Mapping[str, Any], error: NoKey) -> Suggestion:
    """Every column with values from it, so that somebody can say which one is the key; first the one that could be."""
    headings = known.gather(table.names)
    columns = known.guess(headings, told(table.name, headings, settings))
    guesses = _guesses(table, settings, columns, known.vendor(headings))
    taken = {guess.column for guess in guesses}
    rest = [heading for heading in headings if heading.name not in taken]
    guesses += [Guess("?", heading.name, _samples(table, heading.places), "not known") for heading in rest]
    free = [heading for heading in rest or headings if _tells_apart(table, heading)] or rest or list(headings)
    return Suggestion(
        options=dict(options),
        guesses=tuple(guesses),
        notes=(f"{error.what}: {error.why}",),
        rows=len(table.rows),
        title="table",
        missing={"columns.key": free[0].name},
    )


def _tells_apart(table: Table, heading: Heading) -> bool:
    """Whether every row has a value of its own there, and a short one."""
    values = [row[heading.places[0]].strip() for row in table.rows]
    return len(set(values)) == len(values) and all(values) and max(map(len, values), default=0) <= KEY_LIMIT


def _samples(table: Table, places: tuple[int, ...]) -> tuple[str, ...]:
    """The first different values of a column."""
    found: dict[str, None] = {}
    for row in table.rows[:500]:
        for place in places:
            text = clean_line(row[place], limit=60)
            if text:
                found[text] = None
        if len(found) >= _SAMPLES:
            break
    return tuple(found)[:_SAMPLES]
