"""Going to a pane that was there before: it is painted as it was left at once, and brought up to date after that.

Textual waits 50 ms when it changes screens, styles and lays out the whole one anew, and writes all of it. What is here
uses names of its own that are private (``_current_mode`` and so on). Where something is not as it should be, for a pane
of another size or theme, Textual's own way is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import events

from opstui.ui.pane import Pane

if TYPE_CHECKING:
    from opstui.ui.app import OpstuiApp


class Turn(NamedTuple):
    """A pane that can be shown as it was left, and all of Textual's own that showing it takes: nothing is done yet."""

    pane: Pane
    update: Callable[[Any], None]
    dirty: set[Any]
    render: Callable[..., Any]
    display: Callable[[Any, Any], None]


def ready(app: OpstuiApp, mode: str) -> Turn | None:
    """The pane of a mode when it can be shown as it was left."""
    try:
        stack = app._screen_stacks.get(mode) or ()
        screen = stack[0] if len(stack) == 1 else None
        if isinstance(screen, Pane) and _as_left(app, screen):
            compositor = screen._compositor
            return Turn(screen, compositor.update_widgets, screen._dirty_widgets, compositor.render_update, app._display)
    except AttributeError:
        pass
    return None


def _as_left(app: OpstuiApp, screen: Pane) -> bool:
    """Whether nothing has to be laid out or styled anew."""
    return (
        not app._batch_count
        and screen.is_attached
        and screen._compositor.size == app.size  # its own size is always the app's; this is what it is laid out for
        and screen._css_update_count == app._css_update_count
        and not (screen._layout_required or screen._scroll_required or screen._recompose_required)
        and isinstance(screen._repaint_required, bool)
        and app._current_mode in app._screen_stacks
    )


def turn_to(app: OpstuiApp, mode: str, turn: Turn) -> None:
    """Show a pane that is ready."""
    pane = turn.pane
    app.screen.post_message(events.ScreenSuspend())
    app._current_mode = mode
    app.mode_change_signal.publish(mode)
    app.screen_change_signal.publish(pane)
    turn.update(turn.dirty)  # what changed meanwhile is in the frame that follows
    turn.dirty.clear()
    pane._repaint_required = False
    app.written.turning = True
    try:
        turn.display(pane, turn.render(full=True))
    finally:
        app.written.turning = False
    pane.call_next(pane.shown_again)
