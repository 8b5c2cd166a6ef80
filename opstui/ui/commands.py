"""How an action of the table is found by name, and which ones can be run where the cursor is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.fuzzy import Matcher
from textual.screen import Screen

from opstui.domain.actions import ACTIONS, Action

NOT_BY_NAME = frozenset({"app.palette", "app.back", "app.goto", "sources.readonly"})
"""Actions that say nothing in a list of names."""
BY_TITLE, BY_WORDS = 1.0, 0.4
"""What a match in the title counts, and one in help, command or id."""


def runnable(screen: Screen[object]) -> list[Action]:
    """The actions that what is focused on this screen can run now, in the order of the table."""
    here = {active.binding.id for active in screen.active_bindings.values()}
    return [action for action in ACTIONS if action.id in here and action.id not in NOT_BY_NAME and action.group != "Moving"]


def find(actions: Iterable[Action], query: str) -> list[Action]:
    """The actions like what is typed, the likest first: letters of the title in order, or words of help and command."""
    matcher = Matcher(query)
    words = query.casefold().split()
    scored: list[tuple[float, int, Action]] = []
    for at, action in enumerate(actions):
        score = BY_TITLE * matcher.match(action.title)
        text = f"{action.title} {action.help} {action.command} {action.id}".casefold()
        if all(word in text for word in words):
            score += BY_WORDS
        if action.title.casefold().startswith(query.casefold()):
            score += BY_TITLE
        if score:
            scored.append((-score, at, action))
    return [action for _, _, action in sorted(scored, key=lambda found: found[:2])]


def keymap_of(app: object) -> Mapping[str, str]:
    """The user's keymap as the app holds it."""
    keymap = getattr(app, "keymap", None)
    return keymap if isinstance(keymap, Mapping) else {}
