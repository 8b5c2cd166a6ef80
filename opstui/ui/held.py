"""Keys that come faster than they are handled: each waits until the one before it has done all that it does.

Textual passes a key on and takes the next one at once, so that in a burst the keys behind one that opens a dialog are
acted on by the screen below it. Here a key is passed on only when the one before has been handled and the screen it led
to can take it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump
    from textual.screen import Screen

Typed = events.Key | events.Paste

ROUNDS = 2
"""The key goes up to the app and runs its action; what it made a widget say goes up after it."""
REST_S = 0.03
"""A key that no other one follows is looked after when it has been handled."""
POLL_S = 0.004
"""How often is looked whether a screen can take keys, while one waits."""
PATIENCE = 1500
"""Looks before a waiting key is passed on whatever is the matter: some six seconds, longer on a machine that is busy."""
LOST = 50
"""Looks before a key is taken for handled though nothing came back: its widget went away with it."""


class KeyHandled(Message, verbose=True):
    """Follows a key on its way up: where it arrives, the key has been."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class HeldKeys:
    """Keys and pastes on their way, one at a time."""

    def __init__(self, app: App[int], pass_on: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._pass_on = pass_on
        self._keys: deque[Typed] = deque()
        self._waits: list[Callable[[], bool]] = []
        self._under_way = False
        """Whether a key is being handled."""
        self._screen: Screen[object] | None = None
        """The screen that it went to."""
        self._target: MessagePump = app
        self._number = 0
        self._round = 0
        self._looks = 0
        self._timer: asyncio.TimerHandle | None = None

    def wait_while(self, busy: Callable[[], bool]) -> None:
        """Hold keys back for as long as this says so."""
        self._waits.append(busy)

    def take(self, event: Typed) -> bool:
        """Whether an event may be passed on now; one that may not is kept, in its turn."""
        if not self._keys and not self._under_way and not self._busy():
            self._passed_on()
            return True
        self._keys.append(event)
        if self._under_way:
            if not self._round:
                self._send()
        elif len(self._keys) == 1:
            self._looks = 0
            self._look_in(POLL_S)
        return False

    def handled(self, number: int) -> None:
        """A key, or what it made a widget say, has been all the way up."""
        if not self._under_way or number != self._number:
            return
        if self._round < ROUNDS:
            self._send()
            return
        self._under_way = False
        if self._keys:
            self._looks = 0
            self._look()

    def next(self) -> Typed | None:
        """The key whose turn it is, None while it has to wait."""
        if not self._keys or self._under_way:
            return None
        event = self._keys.popleft()
        self._passed_on()
        return event

    def _passed_on(self) -> None:
        self._under_way = True
        self._screen = self._app.screen
        self._target = self._app.focused or self._app.screen
        self._number += 1
        self._round = self._looks = 0
        self._look_in(REST_S)

    def _busy(self) -> bool:
        if not getattr(self._app.screen, "ready", True):
            return True
        self._waits = [busy for busy in self._waits if busy()]
        return bool(self._waits)

    def _send(self) -> None:
        """Let a mark follow what is on its way now."""
        if not self._app.screen_stack:
            return  # the app ends
        self._round += 1
        pump = self._target if self._round == 1 else self._app.focused or self._app.screen
        if not pump.post_message(KeyHandled(self._number)):
            self._app.post_message(KeyHandled(self._number))

    def _look(self) -> None:
        """See how far the key under way is, or whether the next one can go."""
        self._timer = None
        if not self._app.screen_stack:
            return  # the app ends
        self._looks += 1
        if self._under_way:
            if not self._round:
                self._send()
            elif self._looks > LOST or self._screen not in self._app.screen_stack:
                self._app.post_message(KeyHandled(self._number))
            self._look_in(POLL_S)
        elif self._keys:
            if self._busy() and self._looks < PATIENCE:
                self._look_in(POLL_S)
            else:
                self._waits.clear()
                self._app.call_next(self._pass_on)

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)
