"""Going to a pane that was there before: it is painted as it was left at once, and brought up to date after that.

Textual waits 50 ms when it changes screens, styles and lays out the whole one anew, and writes all of it. What is here
uses names of its own that are private (``_current_mode`` and so on). Where something is not as it should be, for a pane
of another size or theme, Textual's own way is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from opstui.ui.pane import Pane

if TYPE_CHECKING:
    from opstui.ui.app import OpstuiApp


def ready(app: OpstuiApp, mode: str) -> Pane | None:
    """The pane of a mode when it can be shown as it was left."""
    try:
        stack = app._screen_stacks.get(mode) or ()
        screen = stack[-1] if stack else None
        if isinstance(screen, Pane) and _as_left(app, screen):
            return screen
    except AttributeError:
        pass
    return None


def _as_left(app: OpstuiApp, screen: Pane) -> bool:
    """Whether nothing has to be laid out or styled anew."""
    return (
        not app._batch_count
        and screen.is_attached
        and screen.size == app.size
        and screen._css_update_count == app._css_update_count
        and not (screen._layout_required or screen._scroll_required or screen._recompose_required)
    )


def turn_to(app: OpstuiApp, mode: str, pane: Pane) -> None:
    """Show a pane that is ready."""
    app.screen.post_message(events.ScreenSuspend())
    app._current_mode = mode
    app.mode_change_signal.publish(mode)
    app.screen_change_signal.publish(pane)
    pane._compositor.update_widgets(pane._dirty_widgets)  # what changed meanwhile is in the frame that follows
    pane._dirty_widgets.clear()
    pane._repaint_required = False
    app.written.turning = True
    try:
        app._display(pane, pane._compositor.render_update(full=True, screen_stack=app._background_screens))
    finally:
        app.written.turning = False
    pane.call_next(pane.shown_again)
