"""Modules that are loaded when something of them is first used: the first frame waits for nothing that it does not show.

Write it beside the import that type checkers and the layer contracts read::

    if TYPE_CHECKING:
        from opstui.services.desk import verdicts
    else:
        verdicts = late("opstui.services.desk.verdicts")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Late:
    """Stands for a module until it is needed. Importing is what Python locks, so any thread may come first."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)

    def __repr__(self) -> str:
        return f"<late {self._name}>"


def late(name: str) -> Any:
    """The module of that name, imported at the first look at what is in it."""
    return _Late(name)
