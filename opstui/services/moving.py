"""The transitions that a connector gives, looked over before they are kept."""

from __future__ import annotations

from typing import Any

from opstui.connectors.api import Move, MoveField
from opstui.domain.text import clean_line
from opstui.errors import PluginError

MOST = 200
"""Of transitions, fields and choices: more than that nobody chooses from."""


def told(moves: object, source: str) -> list[dict[str, Any]]:
    """Transitions as they are kept: id, title, status, stage, and fields with their name, title, choices.

    Raises:
        PluginError: they are not what the connector promised.
    """
    if not isinstance(moves, (tuple, list)) or not all(isinstance(one, Move) for one in moves):
        why = "moves() gave something else than a tuple of Move"
        raise PluginError(f"the connector of {source!r} broke its contract", why, "Tell its author.", plugin=source)
    return [
        {
            "id": clean_line(str(one.id)),
            "title": clean_line(str(one.title)),
            "status": clean_line(str(one.status)),
            "stage": clean_line(str(one.stage)),
            "fields": [_field(field) for field in one.fields[:MOST]],
        }
        for one in moves[:MOST]
    ]


def _field(field: MoveField) -> dict[str, Any]:
    return {
        "name": clean_line(str(field.name)),
        "title": clean_line(str(field.title)),
        "required": bool(field.required),
        "choices": [clean_line(str(one)) for one in field.choices[:MOST]],
    }
