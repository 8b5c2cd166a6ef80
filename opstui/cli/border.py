"""The command line's border: every ending becomes a sentence, if one is needed, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from opstui.cli.streams import abandon, any_text, say, unwritable
from opstui.errors import ConfigError, OpstuiError

INTERRUPTED = 130


def guarded(run: Callable[[], int]) -> int:
    """Run something whose errors end here; the exit code."""
    any_text()
    try:
        return run()
    except OpstuiError as error:
        return fail(error)
    except KeyboardInterrupt:
        say("opstui: stopped; what was acknowledged is kept")
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except OSError as error:
        return _system(error)
    except Exception as error:  # noqa: BLE001 - the border: nothing above catches what is left
        return unexpected(error)


def fail(error: OpstuiError) -> int:
    """Tell what failed, why and what to do next."""
    findings = error.findings if isinstance(error, ConfigError) and len(error.findings) > 1 else ()
    listed = bool(findings) and error.why == "; ".join(findings)
    why = f": {error.why}" if error.why and error.why not in error.what and not listed else ""
    say(f"opstui: {error.what}{why}")
    if findings:
        for finding in findings:
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


def _reader_gone() -> int:
    """Whoever read our stdout has enough (``opstui queue | head``): not a failure, and nothing to say."""
    abandon(sys.stdout)
    return 0


def _system(error: OSError) -> int:
    """Something of the system's: an output that takes nothing more, or what nobody foresaw."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()  # what click could not write is still in there
    except OSError as again:
        abandon(sys.stdout)
        return fail(unwritable(again))
    return unexpected(error)
