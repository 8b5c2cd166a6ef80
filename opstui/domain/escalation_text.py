"""The page that an executive gets: what is asked, by when, three facts, the choices with their consequences, and one of them
recommended. Less than a page, always: at most 40 lines and 350 words.

It says nothing that is not in the escalation: every fact was read from the item or the journal, or was written by a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from opstui.domain.escalation import Choice, Escalation, Missed
from opstui.domain.format import on_paper

LINES, WORDS = 40, 350
FACTS, OPTIONS, STEPS = 3, 4, 2
"""So many are on the page."""
_TITLE, _QUESTION, _FACT, _OPTION, _CONSEQUENCE, _WHY, _NAME, _SAID = 12, 30, 20, 10, 11, 22, 5, 10
"""Words that each may take; a longer one ends in an ellipsis."""
_LONGEST = 400
"""Characters of any line: a text without spaces is one word however long."""

Part = tuple[str, str]
"""What a line is (``title``, ``head``, ``line``, ``item``, ``choice``, ``gap``), and its text."""


def escalation_text(one: Escalation, ref: str, title: str, by: str, zone: tzinfo, *, markdown: bool = True) -> str:
    """The page, as Markdown or as plain text."""
    return "\n".join(_written(_parts(one, ref, title, by, zone), markdown))


def _parts(one: Escalation, ref: str, title: str, by: str, zone: tzinfo) -> Iterator[Part]:
    title = _cut(title, _TITLE)
    needed = one.resolve_by or one.due  # that somebody has it by an earlier time is no decision
    until = f" by {_at(needed, zone)}" if needed else ""
    yield "title", f"Decision needed{until}: {_cut(one.question, _QUESTION) or title or ref}"
    yield "gap", ""
    yield "line", f"To {_cut(one.to, _NAME)}, from {_cut(by, _NAME)}. About {ref}" + (f", {title}." if title else ".")
    for step in one.earlier[-STEPS:]:
        yield "line", _missed(step, zone)
    if one.facts:
        yield "gap", ""
        yield "head", "Situation"
        for fact in one.facts[:FACTS]:
            yield "item", _cut(fact.text, _FACT)
    if one.options:
        yield "gap", ""
        yield "head", "Options"
        for number, option in enumerate(one.options[:OPTIONS], 1):
            yield "choice", _option(number, option, one.recommended)
        if len(one.options) > OPTIONS:
            yield "line", f"and {len(one.options) - OPTIONS} more, on request."
    recommended = one.options[one.recommended - 1] if 1 <= one.recommended <= len(one.options) else None
    if recommended or one.why:
        yield "gap", ""
        yield "head", "Recommended"
        named = f"Option {one.recommended}, {_cut(recommended.text, _OPTION)}" if recommended else ""
        yield "line", ": ".join(part for part in (named, _cut(one.why, _WHY)) if part)
    yield "gap", ""
    yield "head", "Meanwhile"
    yield "line", f"{_cut(one.owner, _NAME)} owns it." if one.owner else "Nobody owns it yet."
    yield "line", _answer(one, zone)


def _option(number: int, option: Choice, recommended: int) -> str:
    text = f"{number}. {_cut(option.text, _OPTION)}"
    text += f": {_cut(option.consequence, _CONSEQUENCE)}" if option.consequence else ""
    return text + (" (recommended)" if number == recommended else "")


def _missed(step: Missed, zone: tzinfo) -> str:
    who, asked = _cut(step.to, _NAME), _at(step.asked, zone)
    if step.refused:
        return f"{who} was asked {asked} and said no" + (f": {_cut(step.said, _SAID)}." if step.said else ".")
    if step.acknowledged:
        ended = f" nothing was decided by {_at(step.due, zone)}" if step.due else " nothing was decided"
        return f"{who} was asked {asked} and had it from {_at(step.acknowledged, zone)};{ended}."
    return f"{who} was asked {asked}" + (
        f" and did not answer by {_at(step.due, zone)}." if step.due else " and did not answer."
    )


def _answer(one: Escalation, zone: tzinfo) -> str:
    if one.acknowledge_by and one.resolve_by and one.acknowledge_by != one.resolve_by:
        return f"Please say that you have it by {_at(one.acknowledge_by, zone)}, and decide by {_at(one.resolve_by, zone)}."
    return f"Please decide by {_at(one.due, zone)}." if one.due else "Please answer when you can."


def _written(parts: Iterable[Part], markdown: bool) -> Iterator[str]:
    for kind, text in parts:
        if not markdown:
            yield f"- {text}" if kind == "item" else f"{text}:" if kind == "head" else text
        elif kind in ("title", "head"):
            yield f"{'#' if kind == 'title' else '##'} {text}"
        elif kind == "item":
            yield f"- {text}"
        else:
            yield text  # lines that follow each other are one paragraph, and read as one


def _cut(text: str, words: int) -> str:
    """At most so many words."""
    found = text.split()
    short = " ".join(found[:words])
    if len(short) > _LONGEST:
        return short[: _LONGEST - 1].rstrip() + "…"
    return short if len(found) <= words else short.rstrip(".,;:") + " …"


def _at(at: datetime | None, zone: tzinfo) -> str:
    return "no date" if at is None else on_paper(at, zone)
