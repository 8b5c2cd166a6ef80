"""What a worker finds out about a source's options: whether its connector takes them, and what it would suggest.

Runs in the worker only. Answers of any size go out in pieces, since an event is one short line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.connectors import options
from opstui.connectors.api import Connector, Context, Guess, Suggestion
from opstui.domain.text import clean_line
from opstui.errors import ConfigError
from opstui.services.clock import real_clock

if TYPE_CHECKING:
    from opstui.services.job import Event, Job
    from opstui.services.worker import Teller

PIECE = 1500
"""Characters of an answer that fit an event, escapes included."""

ENOUGH = 200
"""Guesses, notes and names of columns that anybody reads."""


def look_over(cls: type[Connector], job: Job, teller: Teller) -> None:
    """Tell everything that is wrong with a source's options as far as their shape goes; no secret is looked up."""
    try:
        values = options.resolve(cls.options, job.options, folder=job.folder, folders=job.folders, source=job.source)
        if not any(option.type == "secret" for option in cls.options):
            cls(values, Context(job.source, UTC, real_clock, job.folder))  # does no I/O; some find more to say than each check
    except ConfigError as error:
        prefix = f"sources.{job.source}."
        for finding in error.findings or (": ".join(part for part in (error.what, error.why) if part),):
            key, colon, why = finding.removeprefix(prefix).partition(": ")
            known = bool(colon) and finding.startswith(prefix)
            teller.tell("wrong", key=key if known else "options", why=why if known else finding, next_step=error.next_step)


def suggest(cls: type[Connector], values: Mapping[str, Any], context: Context, job: Job, teller: Teller) -> None:
    """Tell what the connector makes of a source. Options go back as they were given: a secret stays a reference."""
    given = {name: value for name, value in values.items() if name in job.options}
    if cls.suggest.__func__ is Connector.suggest.__func__:  # type: ignore[attr-defined]
        found = Suggestion(given, notes=(f"{cls.title} takes the options as they are",))
    else:
        found = cls.suggest(given, context)
    kept = {name: value for name, value in found.options.items() if name not in given or value != given[name]}
    answer = {
        "options": {**job.options, **{name: plain(value) for name, value in kept.items()}},
        "guesses": [_guess(guess) for guess in found.guesses[:ENOUGH]],
        "notes": [clean_line(note) for note in found.notes[:ENOUGH]],
        "rows": found.rows,
        "title": clean_line(found.title or cls.title),
        "missing": {str(name): str(value) for name, value in found.missing.items()},
        "unused": [clean_line(name) for name in found.unused[:ENOUGH]],
    }
    text = json.dumps(answer)
    for at in range(0, len(text), PIECE):
        teller.tell("piece", text=text[at : at + PIECE])


def answer_of(events: list[Event]) -> Suggestion | None:
    """The parent's side: the suggestion that the pieces make; None when they make none."""
    try:
        found = json.loads("".join(str(event["text"]) for event in events if event["event"] == "piece"))
        guesses = tuple(Guess(one["attribute"], one["column"], tuple(one["samples"]), one["why"]) for one in found["guesses"])
        notes, unused = tuple(found["notes"]), tuple(found["unused"])
        return Suggestion(found["options"], guesses, notes, found["rows"], found["title"], unused, dict(found["missing"]))
    except (ValueError, KeyError, TypeError):
        return None


def _guess(guess: Guess) -> dict[str, Any]:
    samples = [clean_line(sample, limit=80) for sample in guess.samples[:3]]
    return {"attribute": guess.attribute, "column": guess.column, "samples": samples, "why": clean_line(guess.why)}


def plain(value: Any) -> Any:
    """A value as a config file can hold it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else value
