"""Questions to a person at a terminal; every one of them has an answer as a flag too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from opstui.cli.streams import fitted, harmless, say
from opstui.errors import OpstuiError

T = TypeVar("T")


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask(question: str, default: str = "") -> str:
    """One line from the terminal; Enter takes the default.

    Raises:
        click.Abort: the terminal was closed, or Ctrl+C came.
    """
    *above, last = fitted(harmless(f"{question}{f' [{default}]' if default else ''}:"), sys.stderr).split("\n")
    for line in above:
        say(line)
    prompt = f"{last} "
    try:
        if sys.stdout.isatty():
            _edit()
            answer = input(prompt)
        else:  # input() would write the question among the data
            sys.stderr.write(prompt)
            sys.stderr.flush()
            answer = sys.stdin.readline()
            if not answer:
                raise EOFError
    except (EOFError, KeyboardInterrupt):
        say("")  # what is said next stands on a line of its own
        raise click.Abort from None
    return answer.strip() or default


def ask_until(question: str, default: str, take: Callable[[str], T]) -> T:
    """Ask until an answer is one that ``take`` can use; what it raises is told."""
    while True:
        try:
            return take(ask(question, default))
        except OpstuiError as error:
            say(f"  {error}")


def agree(question: str) -> bool:
    """Yes or no; Enter means no."""
    return ask(f"{question} (y/N)").casefold() in ("y", "yes")


def _edit() -> None:
    """Arrow keys, and Tab for the names of files, where this Python has them."""
    try:
        import readline
    except ImportError:
        return
    readline.set_completer_delims("= ")
    readline.parse_and_bind("tab: complete")
