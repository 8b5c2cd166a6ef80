"""The verdicts as commands: any number of refs, one journal group, one undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.given import refs_of
from opstui.cli.output import json_option
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.domain.model import PRIORITY_WORDS, Stage
from opstui.domain.views import Receipt
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk import Desk

_refs = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=complete.refs)


def _verdict(name: str, help: str, *options: Callable[[Any], Any], do: Callable[..., Receipt]) -> click.Command:
    """One verdict command; ``do(desk, refs, **options)``."""

    def command(state: State, refs: tuple[str, ...], as_json: bool, **more: Any) -> None:
        report(click.get_current_context(), do(state.desk, refs_of(refs), **more), as_json)

    body: Any = click.pass_obj(command)
    for option in (json_option, *reversed(options), _refs):
        body = option(body)
    return click.command(name, help=help)(body)


_into = click.option(
    "--into", "--to", "into", required=True, metavar="REF", help="The item that stays.", shell_complete=complete.refs
)
_reason = click.option("--reason", default="", help="Why; kept in the journal.")


def _priority(text: str) -> int | None:
    """1 to 5, its word, or ``none`` for the source's own."""
    words = {word: number for number, word in PRIORITY_WORDS.items()} | {str(n): n for n in PRIORITY_WORDS}
    if text.casefold() == "none":
        return None
    if text.casefold() not in words:
        raise UsageError(f"no priority {text!r}", f"there are {', '.join(PRIORITY_WORDS.values())}, 1 to 5, and none")
    return words[text.casefold()]


def _escalate(
    desk: Desk,
    refs: list[str],
    to: str,
    until: str | None,
    reason: str,
    question: str,
    options: tuple[str, ...],
    recommend: int | None,
    because: str,
    tell: bool,
) -> Receipt:
    """With what was written for it."""
    from opstui.domain.escalation import Asked, choices

    return desk.escalate(refs, to, reason, until, Asked(question, choices(options), recommend or 0, because), tell)


COMMANDS: dict[str, click.Command] = {
    command.name or "": command
    for command in (
        _verdict("accept", "Take items into today's work.", do=lambda desk, refs: desk.accept(refs)),
        _verdict("done", "Items that need nothing more.", _reason, do=lambda desk, refs, reason: desk.done(refs, reason)),
        _verdict(
            "decline",
            "Say no to items; their tracker is told by a comment.",
            _reason,
            click.option("--tell/--no-tell", default=None, help="Whether it is told; without either the config says."),
            do=lambda desk, refs, reason, tell: desk.decline(refs, reason, tell),
        ),
        _verdict(
            "merge",
            "Fold items into another one that is about the same thing.",
            _into,
            _reason,
            do=lambda desk, refs, into, reason: desk.merge(refs, into, reason),
        ),
        _verdict(
            "snooze",
            "Out of sight until a time.",
            click.option("--until", required=True, metavar="WHEN", help="2h, eod, tomorrow, mon 9, +3d, 2026-11-20 09:00."),
            _reason,
            do=lambda desk, refs, until, reason: desk.snooze(refs, until, reason),
        ),
        _verdict(
            "assign",
            "Give items to somebody, at their tracker where it takes an owner.",
            click.option("--to", required=True, metavar="WHO"),
            _reason,
            do=lambda desk, refs, to, reason: desk.assign(refs, to, reason),
        ),
        _verdict(
            "escalate",
            "Raise items to somebody who can decide.",
            click.option("--to", required=True, metavar="WHO"),
            click.option(
                "--until",
                metavar="WHEN",
                help="Back in the queue then, when there is no answer: eod, mon 9, 2d; never. Without it the ladder says when.",
            ),
            _reason,
            click.option("--question", default="", metavar="TEXT", help="What is asked."),
            click.option(
                "--option", "options", multiple=True, metavar="'X -> Y'", help="A choice and what it brings; repeatable."
            ),
            click.option(
                "--recommend", type=click.IntRange(min=1), metavar="N", help="The number of the choice you recommend."
            ),
            click.option("--because", default="", metavar="TEXT", help="Why that one."),
            click.option("--tell", is_flag=True, help="Write the text as a comment at their source too."),
            do=_escalate,
        ),
        _verdict(
            "wait",
            "Park items on a person, with a date to nudge them.",
            click.option("--on", "--to", "on", required=True, metavar="WHO"),
            click.option("--until", metavar="WHEN", help="When to nudge: 2d, mon 9, …"),
            click.option("--text", "--reason", "text", default="", help="What to say then."),
            do=lambda desk, refs, on, until, text: desk.wait(refs, on, until, text),
        ),
        _verdict(
            "priority",
            "Set the priority of items, at their tracker where it takes one.",
            click.option("--to", required=True, metavar="LEVEL", help="critical, high, medium, low, lowest, 1 to 5, or none."),
            do=lambda desk, refs, to: desk.priority(refs, _priority(to)),
        ),
        _verdict(
            "stage",
            "Move items to a stage, here; opstui transition moves them at their tracker.",
            click.option("--to", required=True, type=click.Choice([*(stage.value for stage in Stage), "none"])),
            do=lambda desk, refs, to: desk.stage(refs, None if to == "none" else to),
        ),
        _verdict(
            "for-block", "Put important, not urgent work on the list for a block.", do=lambda desk, refs: desk.for_block(refs)
        ),
        _verdict("release", "Back to the queue.", do=lambda desk, refs: desk.release(refs)),
    )
}
