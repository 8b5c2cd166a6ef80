"""The palette, and how an action of the table is run by name: from the palette, from help, from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from opstui.domain.actions import ACTIONS, Action
from opstui.ui.keys import key_hint


def reachable(screen: Screen[object]) -> dict[str, ActiveBinding]:
    """The actions that what is focused on this screen can run now, by id."""
    found: dict[str, ActiveBinding] = {}
    for active in screen.active_bindings.values():
        if active.binding.id and active.binding.id not in found:
            found[active.binding.id] = active
    return found


async def run_by_id(screen: Screen[object], action_id: str) -> bool:
    """Run an action as if its key had been pressed on ``screen``; False when nothing there can."""
    active = reachable(screen).get(action_id)
    if active is None:
        return False
    return await screen.app.run_action(active.binding.action, active.node)


class ActionProvider(Provider):
    """The palette's lines: every action that can be run where the cursor is, with the user's own key."""

    def _actions(self) -> list[tuple[Action, ActiveBinding]]:
        here = reachable(self.screen)
        return [(action, here[action.id]) for action in ACTIONS if action.id in here and action.id != "app.palette"]

    def _line(self, action: Action, title: Content) -> Content:
        hint = key_hint(action.id, keymap_of(self.app))
        return Content.assemble(title, (f"   {hint}", "$text-muted")) if hint else title

    async def discover(self) -> Hits:
        """Every action, in the order of the table."""
        for action, _ in self._actions():
            run = partial(run_by_id, self.screen, action.id)
            line = self._line(action, Content(action.title))
            yield DiscoveryHit(line, run, text=action.title, help=plain_markup(action.help))

    async def search(self, query: str) -> Hits:
        """The actions whose title, help or command is like what is typed; the title counts most."""
        matcher = self.matcher(query)
        for action, _ in self._actions():
            by_title = matcher.match(action.title)
            score = max(by_title, 0.6 * matcher.match(action.help), 0.8 * matcher.match(action.command))
            if score > 0:
                title = matcher.highlight(action.title) if by_title else Content(action.title)
                run = partial(run_by_id, self.screen, action.id)
                yield Hit(score, self._line(action, title), run, text=action.title, help=plain_markup(action.help))


def plain_markup(text: str) -> str:
    """Our own help words for a place that reads markup: a bracket would start a tag there."""
    return text.replace("[", "(").replace("]", ")")


def keymap_of(app: object) -> Mapping[str, str]:
    """The user's keymap as the app holds it."""
    keymap = getattr(app, "keymap", None)
    return keymap if isinstance(keymap, Mapping) else {}
