"""What ``opstui init`` shows before it writes a source: which column was taken for what, with values from the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opstui.connectors.api import Context, Guess, Suggestion
from opstui.domain.text import clean_line
from opstui_csv.intake import Intake
from opstui_csv.settings import Settings
from opstui_csv.table import Table

_SAMPLES = 3


def suggestion(table: Table, settings: Settings, options: Mapping[str, Any], context: Context) -> Suggestion:
    """The options to write for a table, and why.

    Raises:
        SourceRefused: no column tells its records apart.
    """
    intake = Intake(table, settings, context)
    plan = intake.plan
    guesses = []
    for attribute, headings in plan.columns.items():
        told = attribute in settings.columns
        why = "as told" if told else f"{plan.vendor}'s heading" if plan.vendor else "by its heading"
        for heading in headings:
            guesses.append(Guess(attribute, heading.name, _samples(table, heading.places), why))
    columns: dict[str, Any] = {attribute: "" for attribute, names in settings.columns.items() if not names}
    for attribute, headings in plan.columns.items():
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
        title=f"{plan.vendor} export" if plan.vendor else "table",
        unused=tuple(heading.name for heading in plan.rest),
    )


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
