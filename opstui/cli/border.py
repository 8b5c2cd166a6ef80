"""The command line's border: every error ends here as a sentence and an exit code."""

from __future__ import annotations

import os
import sys

from opstui.errors import ConfigError, OpstuiError


def say(text: str) -> None:
    """Narration: to stderr, so that stdout stays data."""
    print(text, file=sys.stderr)  # noqa: T201 - this is the one place that narrates


def fail(error: OpstuiError) -> int:
    """Tell what failed, why and what to do next."""
    why = f": {error.why}" if error.why and error.why not in error.what else ""
    say(f"opstui: {error.what}{why}")
    if isinstance(error, ConfigError) and len(error.findings) > 1:
        for finding in error.findings:
            say(f"  {finding}")
    if error.next_step:
        say(f"  {error.next_step}")
    return error.exit_code


def unexpected(error: Exception) -> int:
    """Something nobody foresaw: say what, and how to get the whole story."""
    if os.environ.get("OPSTUI_DEBUG"):
        raise error
    say(f"opstui: a mistake in opstui itself: {type(error).__name__}: {error}")
    say("  Nothing acknowledged is lost. Run it again with OPSTUI_DEBUG=1 and report what it prints.")
    return 1
