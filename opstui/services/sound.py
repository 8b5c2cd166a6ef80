"""Items as a connector yields them, looked over before they are kept: its promises are checked, not believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from opstui.connectors.api import Refusal
from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.domain.text import clean, clean_line

if TYPE_CHECKING:
    from opstui.domain.masking import Mask

Part = TypeVar("Part", Change, Comment)

LONGEST_WORDS = 500
"""Of each part of a refusal."""


def sound(items: tuple[Item, ...], source: str, mask: Mask | None = None) -> tuple[tuple[Item, ...], list[Refusal]]:
    """The items that can be kept, mended where a connector forgot to clean, and refusals for the others.

    ``mask`` strikes the source's secrets out of their texts, should a connector put one there.
    """
    good, refused = _cleaned(items, source)
    if mask is not None and any(mask.stands_in(_told(item)) for item in good):
        good = tuple(_rewritten(item, mask.text, mask.text) if mask.stands_in(_told(item)) else item for item in good)
    return good, refused


def _cleaned(items: tuple[Item, ...], source: str) -> tuple[tuple[Item, ...], list[Refusal]]:
    if all(map(_is_sound, items)):
        return items, []
    good: list[Item] = []
    refused: list[Refusal] = []
    for item in items:
        if _is_sound(item):
            good.append(item)
            continue
        wrong = _wrong(item)
        if wrong:
            refused.append(Refusal(clean_line(str(item.key), limit=80) or source, wrong, clean_line(str(item.title), limit=80)))
        else:
            good.append(_mended(item))
    return tuple(good), refused


def tidy(refusal: Refusal) -> Refusal:
    """A connector's refusal as lines that a terminal can show; half a character would not even be stored."""
    parts = refusal.where, refusal.reason, refusal.sample
    return Refusal(*(clean_line(str(part), limit=LONGEST_WORDS) for part in parts))


def _is_sound(item: Item) -> bool:
    """The cheap look that nearly every item passes: the types are right and no text holds what a terminal obeys."""
    try:
        # Put together by adding, which takes nothing but text.
        line = item.key + item.title + item.status + item.priority_label + item.url + (item.owner or "") + (item.reporter or "")
        text = item.body + (item.team or "") + (item.changed_by or "")
        if item.fields:
            text += "".join(item.fields.values()) + "".join(item.fields)
        if item.labels:
            text += "".join(item.labels)
        if item.history or item.comments or item.blocks or item.blocked_by:
            text += _gathered(item)
        return (
            bool(item.key)
            and item.fingerprint.isascii()
            and line.isprintable()
            and (text.isprintable() or not _UNCLEAN.search(text))
            and item.kind.__class__ is Kind
            and item.stage.__class__ is Stage
            and (item.priority is None or (item.priority.__class__ is int and 1 <= item.priority <= 5))
            and (item.owner is None or item.owner.__class__ is str)
            and (item.created is None or item.created.tzinfo is not None)
            and (item.updated is None or item.updated.tzinfo is not None)
            and (item.due is None or item.due.tzinfo is not None)
            and (item.sla_due is None or item.sla_due.tzinfo is not None)
        )
    except (AttributeError, TypeError):
        return False


def _gathered(item: Item) -> str:
    """Every text of an item's history, comments and links; TypeError or AttributeError when one is none."""
    texts = [*item.blocks, *item.blocked_by]
    for change in item.history:
        texts += (change.field, change.old or "", change.new or "", change.who or "")
    for comment in item.comments:
        texts += (comment.text, comment.who or "")
    return "".join(texts)


_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_TEXTS = ("key", "title", "body", "status", "priority_label", "url", "fingerprint")
_NAMES = ("owner", "reporter", "team", "changed_by")
_LINES = ("title", "status", "priority_label", "url", *_NAMES)
"""Texts of one line that an item tells; ``key`` and ``fingerprint`` are what it is known by."""
_TIMES = ("created", "updated", "due", "sla_due")


def _wrong(item: Any) -> str:
    """Why an item cannot be kept, or nothing."""
    for name in (*_TEXTS, *_NAMES):
        value = getattr(item, name)
        if not isinstance(value, str) and not (value is None and name in _NAMES):
            return f"{name} is {type(value).__name__} instead of text"
    if not clean_line(item.key):
        return "it has no key"
    for name in _TIMES:
        value = getattr(item, name)
        if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
            return f"{name} is no time with a zone"
    if item.priority is not None and not (isinstance(item.priority, int) and 1 <= item.priority <= 5):
        return "priority is not a number from 1 to 5"
    if not isinstance(item.labels, (tuple, list)) or not all(isinstance(label, str) for label in item.labels):
        return "labels is not a tuple of texts"
    if not isinstance(item.fields, Mapping) or not all(isinstance(text, str) for pair in item.fields.items() for text in pair):
        return "fields is not a table of texts"
    try:
        _gathered(item)
    except (AttributeError, TypeError):
        return "its history, comments or links are of a wrong type"
    if not isinstance(item.kind, Kind) or not isinstance(item.stage, Stage):
        return "kind or stage is none of ours"
    return ""


def _mended(item: Item) -> Item:
    """An item whose connector did not clean its text."""
    named = replace(item, key=clean_line(item.key), fingerprint=clean_line(item.fingerprint))
    return _rewritten(named, clean_line, clean)


def _told(item: Item) -> str:
    """Every text that an item tells, in one."""
    parts = [getattr(item, name) or "" for name in _LINES]
    parts += (item.body, *item.labels, *item.fields, *item.fields.values())
    if item.history or item.comments:
        parts.append(_gathered(item))
    return "\n".join(parts)


def _rewritten(item: Item, line: Callable[[str], str], text: Callable[[str], str]) -> Item:
    """An item with each of its texts written anew, but what it is known by."""
    short: dict[str, Any] = {name: line(value) for name in _LINES if (value := getattr(item, name))}
    return replace(
        item,
        **short,
        body=text(item.body),
        labels=tuple(map(line, item.labels)),
        history=tuple(_rewritten_part(change, text) for change in item.history),
        comments=tuple(_rewritten_part(comment, text) for comment in item.comments),
        fields={line(name): text(value) for name, value in item.fields.items()},
    )


def _rewritten_part(part: Part, text: Callable[[str], str]) -> Part:
    texts: dict[str, Any] = {f.name: text(value) for f in fields(part) if isinstance(value := getattr(part, f.name), str)}
    return replace(part, **texts)
