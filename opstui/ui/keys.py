"""Bindings and key names, made from the one table of actions and the keymap of the config."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding

from opstui.domain.actions import ACTIONS, BY_ID, Action

_NAMES: Mapping[str, str] = {
    "asterisk": "*",
    "full_stop": ".",
    "equals_sign": "=",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "semicolon": ";",
    "number_sign": "#",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "S-Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def bind(action: Action) -> Binding:
    """The binding of one action: its id is what a keymap names, its tooltip what help shows."""
    return Binding(
        ",".join(action.keys) or f"f24+{action.id}",
        f"run('{action.id}')",
        action.title,
        show=False,
        tooltip=action.help,
        id=action.id,
    )


def bindings_for(where: str) -> list[Binding]:
    """The bindings of every action that works in ``where`` (a pane, ``list``, or ``*`` for the app)."""
    return [bind(action) for action in ACTIONS if where in action.where]


def actions_for(*where: str) -> list[Action]:
    """The actions that can be run in these places, in the order of the table."""
    return [action for action in ACTIONS if any(place in action.where for place in where)]


def shown(key: str) -> str:
    """A key as a person reads it: ``^p`` for ``ctrl+p``, ``?`` for ``question_mark``."""
    if name := _NAMES.get(key):
        return name
    if key.startswith("ctrl+"):
        return "^" + shown(key.removeprefix("ctrl+"))
    if key.startswith("shift+"):
        return "S-" + shown(key.removeprefix("shift+"))
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key


def keys_of(action_id: str, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that run an action for this user."""
    if action_id in keymap:
        return tuple(key.strip() for key in keymap[action_id].split(",") if key.strip())
    return BY_ID[action_id].keys


def key_hint(action_id: str, keymap: Mapping[str, str]) -> str:
    """The first key of an action as a person reads it, or an empty string when it has none."""
    keys = keys_of(action_id, keymap)
    return shown(keys[0]) if keys else ""
