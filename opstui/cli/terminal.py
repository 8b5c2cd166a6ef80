"""What ``opstui doctor`` says about the terminal it runs in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from opstui.services.checkup import Check

COLUMNS, LINES = 80, 24
"""The smallest terminal that the app is made for."""

COPIERS = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe")


def of_terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """Whether the app can be shown here, and how well."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check("terminal", "terminal", "ok", "none here: commands print plain text, `opstui` prints the brief")
        return
    yield _colour(environ)
    yield _unicode(environ)
    yield _size()
    if "TMUX" in environ:
        yield from _tmux(environ)
    yield _clipboard(environ)


def _colour(environ: Mapping[str, str]) -> Check:
    term = environ.get("TERM", "")
    if "NO_COLOR" in environ:
        return Check("terminal", "colour", "ok", "switched off (NO_COLOR)")
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return Check("terminal", "colour", "ok", f"16 million ({term})")
    if "256" in term or "direct" in term:
        return Check("terminal", "colour", "ok", f"256 ({term})")
    if term in ("", "dumb"):
        return Check(
            "terminal", "colour", "fail", f"TERM is {term or 'not set'}, so the app is not opened", "Set TERM to what it is"
        )
    step = "Set COLORTERM=truecolor if it can do more"
    return Check("terminal", "colour", "warn", f"few ({term}): themes will look coarse", step)


def _unicode(environ: Mapping[str, str]) -> Check:
    encoding = sys.stdout.encoding or "none"
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "none")
    if encoding.lower().replace("-", "") != "utf8":
        step = "Use a UTF-8 locale, as in LANG=C.UTF-8"
        return Check("terminal", "unicode", "warn", f"text goes out as {encoding}; other letters are spelled out", step)
    if environ.get("TERM") == "linux":
        return Check("terminal", "unicode", "ok", "the console's font has few signs, so plain letters are used (ui.ascii)")
    return Check("terminal", "unicode", "ok", f"UTF-8 (locale {locale})")


def _size() -> Check:
    columns, lines = shutil.get_terminal_size((COLUMNS, LINES))
    if columns < COLUMNS or lines < LINES:
        step = "Make the window larger, or its letters smaller"
        return Check("terminal", "size", "warn", f"{columns}x{lines}; the app is made for {COLUMNS}x{LINES} and more", step)
    return Check("terminal", "size", "ok", f"{columns}x{lines}")


def _tmux(environ: Mapping[str, str]) -> Iterator[Check]:
    """tmux stands between the app and the terminal: what it delays, keeps and passes on."""
    delay = _tmux_option("escape-time", environ)
    if delay.isdecimal() and int(delay) > 50:
        step = "tmux set -s escape-time 10, and in ~/.tmux.conf"
        yield Check("terminal", "tmux", "warn", f"Escape comes {delay} ms late", step)
    elif _tmux_option("set-clipboard", environ) == "off":
        yield Check("terminal", "tmux", "warn", "it keeps what y copies from the clipboard", "tmux set -s set-clipboard on")
    else:
        yield Check("terminal", "tmux", "ok", f"Escape comes {delay or '?'} ms late")


def _tmux_option(name: str, environ: Mapping[str, str]) -> str:
    try:
        asked = ["tmux", "show-options", "-sv", name]
        done = subprocess.run(asked, env=dict(environ), capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _clipboard(environ: Mapping[str, str]) -> Check:
    tool = next((name for name in COPIERS if shutil.which(name, path=environ.get("PATH", os.defpath))), "")
    where = "over ssh " if "SSH_TTY" in environ else ""
    more = f"; {tool} is here too" if tool else ""
    text = f"{where}the terminal is asked (OSC 52); not every one obeys{more}"
    return Check("terminal", "clipboard", "ok", text)
