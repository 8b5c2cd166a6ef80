"""A mistake of the app's own: it ends like any other command, with a sentence, an exit code, and everything written."""

from __future__ import annotations

import sys

import pytest

from tests.support.shell import Shell
from tests.support.terminal import Terminal

CRASHES = """\
import sys
from opstui.ui import app
from opstui.cli import main

def fails(self):
    text = "what an item says"
    raise LookupError("no such thing")

async def fails_aside(self):
    fails(self)

def do_refresh(self):
    {how}

app.OpstuiApp.do_refresh = do_refresh
sys.exit(main([]))
"""
IN_A_TIMER = "self.set_timer(0.01, lambda: fails(self))"
IN_A_WORKER = "self.run_worker(fails_aside(self))"
AFTER_A_VERDICT = "self.desk.submit(self.desk.note, 'kept'); fails(self)"


def crashed(office: Shell, how: str) -> tuple[int, str, str]:
    """Exit code, what stands on the screen afterwards, and all that was sent."""
    with Terminal([sys.executable, "-c", CRASHES.format(how=how)], office.environ, office.home) as terminal:
        terminal.expect("INC1")
        terminal.type("r")
        code = terminal.end()
        return code, terminal.seen.rpartition("INC")[2], terminal.sent


@pytest.mark.parametrize("how", [IN_A_TIMER, IN_A_WORKER, AFTER_A_VERDICT])
def test_a_crash_is_told_in_two_lines_and_fails(office: Shell, how: str) -> None:
    code, said, sent = crashed(office, how)
    assert code == 1
    assert "a mistake in opstui itself: LookupError: no such thing" in said and "OPSTUI_DEBUG=1" in said
    assert "Traceback" not in said and "what an item says" not in said
    assert sent.rfind("\x1b[?1049l") > sent.rfind("\x1b[?1049h"), "the terminal is given back"


def test_what_was_submitted_before_a_crash_is_written(office: Shell) -> None:
    crashed(office, AFTER_A_VERDICT)
    assert "kept" in office("log").out


def test_the_whole_story_is_there_for_who_asks(office: Shell) -> None:
    office.env["OPSTUI_DEBUG"] = "1"
    code, said, _ = crashed(office, IN_A_TIMER)
    assert code == 1
    assert "Traceback" in said and "in fails" in said and "LookupError: no such thing" in said
