"""Keys by action id: a preset, the user's own, and what is wrong with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from opstui.config.findings import did_you_mean
from opstui.domain.actions import ACTIONS, Action

PRESETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "vim": {},
    "arrows": {
        "list.down": ("down",),
        "list.up": ("up",),
        "list.page_down": ("pagedown",),
        "list.page_up": ("pageup",),
        "list.last": ("end",),
    },
    "ide": {
        "list.down": ("down",),
        "list.up": ("up",),
        "list.page_down": ("pagedown",),
        "list.page_up": ("pageup",),
        "list.last": ("end",),
        "app.filter": ("slash", "ctrl+f"),
        "app.palette": ("ctrl+p", "colon"),
        "app.refresh": ("f5", "r"),
        "app.undo": ("ctrl+z", "z"),
        "app.redo": ("ctrl+y", "Z"),
        "app.undo_list": ("f8",),
    },
    # In Colemak n and e lie where j and k are in QWERTY, and k where n is.
    "colemak": {
        "list.down": ("n", "down"),
        "list.up": ("e", "up"),
        "item.note": ("k",),
        "outbox.edit": ("f2",),
        "standup.edit": ("f2",),
        "routines.note": ("f2",),
    },
}

EATEN = frozenset({"ctrl+enter", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+s", "ctrl+q"})
"""Keys that tmux, flow control or the terminal itself often keep or send as another key."""

_WORDS = "enter escape tab space backspace delete insert home end pageup pagedown up down left right"
NAMED = frozenset((*_WORDS.split(), *(f"f{number}" for number in range(1, 25))))
MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
SHORT = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup", "pgdn": "pagedown"}
UNICODE_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Where Textual's name of a character is not the one of Unicode."""


@dataclass(frozen=True, slots=True)
class KeyTrouble:
    """One thing wrong with the keys of an action."""

    action: str
    severity: Literal["error", "warning"]
    why: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of every action, by id, and what was found on the way."""

    keys: Mapping[str, tuple[str, ...]]
    troubles: tuple[KeyTrouble, ...] = ()


def keymap(preset: str, own: Mapping[str, str], actions: Iterable[Action] = ACTIONS) -> Keymap:
    """The keys in force. A key that the user gives to an action is taken from another that had it by default."""
    table = {action.id: action for action in actions}
    troubles: list[KeyTrouble] = []
    keys = {id: action.keys for id, action in table.items()}
    keys.update({id: chosen for id, chosen in PRESETS.get(preset, {}).items() if id in keys})
    mine: dict[str, tuple[str, ...]] = {}
    for id, text in own.items():
        if id in table:
            mine[id] = _parse(id, text, troubles)
        else:
            troubles.append(
                KeyTrouble(id, "error", "there is no such action", did_you_mean(id, table) or "See opstui config schema")
            )
    keys.update(mine)
    _clashes(keys, mine, table, troubles)
    for id in mine:
        if keys[id] and EATEN.issuperset(keys[id]):
            why = f"{' and '.join(keys[id])} may never arrive: tmux and terminals keep it"
            troubles.append(KeyTrouble(id, "warning", why, "Add another key beside it"))
    return Keymap(keys, tuple(troubles))


def _parse(id: str, text: str, troubles: list[KeyTrouble]) -> tuple[str, ...]:
    """``a, f2, ?`` as Textual names them; an empty text means no key."""
    found: list[str] = []
    for part in (text,) if text == "," else text.split(","):
        key = key_name(part.strip() or part)
        if key is None and part.strip():
            step = did_you_mean(part.strip().rpartition("+")[2], NAMED) if len(part.strip()) > 2 else ""
            troubles.append(KeyTrouble(id, "error", f"{part.strip()!r} is no key", step or "Write keys as in: a, f2, ctrl+p"))
        elif key and key not in found:
            found.append(key)
    return tuple(found)


def key_name(text: str) -> str | None:
    """Textual's name of a key, or None: ``?`` is ``question_mark``, ``Ctrl+P`` is ``ctrl+p``."""
    if len(text) == 1:
        return _character(text)
    *modifiers, last = text.split("+")
    if not last or any(modifier.lower() not in MODIFIERS for modifier in modifiers):
        return None
    if len(last) == 1:
        name = _character(last.lower() if modifiers else last)
    else:
        name = SHORT.get(last.lower(), last.lower())
        if name not in NAMED and name not in _symbols():
            return None
    ordered = [modifier for modifier in MODIFIERS if modifier in {one.lower() for one in modifiers}]
    if ordered == ["shift"] and len(last) == 1 and last.isalpha():
        return last.upper()  # a terminal sends the letter, never the modifier
    return "+".join([*ordered, name]) if name else None


def _character(text: str) -> str | None:
    if text == " ":
        return "space"
    if text.isalnum():
        return text
    try:
        name = unicodedata.name(text).lower().replace("-", "_").replace(" ", "_")
    except ValueError:
        return None  # a control character
    return UNICODE_NAMES.get(name, name)


def _symbols() -> frozenset[str]:
    """Names of the characters on a keyboard: ``slash``, ``question_mark``, …"""
    return frozenset(name for code in range(33, 127) if not chr(code).isalnum() and (name := _character(chr(code))))


def _clashes(
    keys: dict[str, tuple[str, ...]],
    mine: Mapping[str, tuple[str, ...]],
    table: Mapping[str, Action],
    troubles: list[KeyTrouble],
) -> None:
    """The user's word beats a default; two words of the user on one key in one place cannot both stand."""
    ids = list(mine)
    for position, id in enumerate(ids):
        for key in mine[id]:
            for other in ids[:position]:
                if key in mine[other] and _meet(table[id], table[other]):
                    troubles.append(
                        KeyTrouble(id, "error", f"{key} is also the key of {other}", "Give one of them another key")
                    )
            for other in table:
                if other not in mine and key in keys[other] and _meet(table[id], table[other]):
                    keys[other] = tuple(one for one in keys[other] if one != key)
                    if not keys[other]:
                        why = f"{key} was the only key of {other}"
                        troubles.append(KeyTrouble(id, "warning", why, f'Give {other} another: "{other}" = "…"'))


def _meet(one: Action, other: Action) -> bool:
    """Whether both can be meant by one press: they share a place, or one works everywhere; every pane holds a list."""
    places, others = set(one.where), set(other.where)
    return bool(places & others) or bool({"*", "list"} & (places | others))
