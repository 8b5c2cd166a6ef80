"""``opstui standup``: the stand-up held with commands alone, and its report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import plural
from opstui.domain.minutes import FORMATS, clock, document, write
from opstui.domain.parking import OUTCOME_WORDS, OUTCOMES, Outcome, Topic
from opstui.domain.standup import PARTS, spoken_words
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk.standup import StandupDesk
    from opstui.store.records import Kept

_limit = click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True)
UID = 8
"""Characters of a stand-up's uid that the list shows."""
LONE = 3
"""A topic's number has at most so many digits; what is longer begins a uid."""


@click.group("standup", cls=Group, invoke_without_command=True)
@click.option("--date", "day", default="", metavar="DAY", help="The stand-up of another day, YYYY-MM-DD.")
@click.option(
    "--id", "number", default="", metavar="ID", help="One of several on a day, by the beginning of its id in the list."
)
@click.option("--slack", "form", flag_value="slack", help="As text for Slack.")
@click.option("--plain", "form", flag_value="plain", help="As plain text.")
@json_option
@click.pass_context
def standup(ctx: click.Context, day: str, number: str, form: str | None, as_json: bool) -> None:
    """The stand-up's report as Markdown; before it is held, what is known of everybody."""
    if ctx.invoked_subcommand is not None:
        for param in ctx.command.params:
            if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"{param.opts[-1]} does not go with {ctx.invoked_subcommand}", ctx)
        return
    desk = ctx.obj.desk
    if day and number:
        raise click.UsageError("--date and --id both name a stand-up: say one of them", ctx)
    uid = desk.standup.beginning(number).uid if number else ""
    if day:
        found = desk.standup.of(_day(day))
        if found is None:
            raise UsageError(f"There was no stand-up on {day}", "", "See them all: opstui standup list")
        uid = found.uid
    minutes = desk.standup.report(uid)
    if as_json:
        emit_json(document(minutes), desk.zone())
    else:
        out(write(minutes, FORMATS[form or "markdown"]).rstrip("\n"))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is no date", "", "Write it as 2026-11-20.") from None


def _now(desk: StandupDesk) -> None:
    """Who speaks now, and how far the round is: to stderr."""
    kept = desk.current()
    if kept is not None:
        who = f"{kept.what.current} speaks" if kept.what.current else "nobody speaks"
        say(f"opstui: {who}; {spoken_words(kept.what)}, {clock(kept.what.seconds)} of {clock(kept.what.length_s)}")


@standup.command("start")
@click.option("--seed", type=int, help="Shuffle the order, the same for the same number.")
@json_option
@click.pass_context
def start(ctx: click.Context, seed: int | None, as_json: bool) -> None:
    """Begin today's stand-up; one that was left open is over as of its last entry."""
    desk = ctx.obj.desk.standup
    receipt = desk.start(seed)
    _now(desk)
    report(ctx, receipt, as_json)


@standup.command("next")
@click.option("--go-on", is_flag=True, help="Go on with one of another day that was left open.")
@json_option
@click.pass_context
def next_(ctx: click.Context, go_on: bool, as_json: bool) -> None:
    """Whoever speaks has spoken, and the next is asked; begins today's stand-up when there is none yet."""
    desk = ctx.obj.desk.standup
    receipt = desk.next(go_on=go_on)
    _now(desk)
    report(ctx, receipt, as_json)


@standup.command("back")
@json_option
@click.pass_context
def back(ctx: click.Context, as_json: bool) -> None:
    """Whoever spoke before speaks again."""
    report(ctx, ctx.obj.desk.standup.back(), as_json)


@standup.command("later")
@json_option
@click.pass_context
def later(ctx: click.Context, as_json: bool) -> None:
    """Whoever speaks is asked at the end instead."""
    report(ctx, ctx.obj.desk.standup.later(), as_json)


@standup.command("shuffle")
@click.option("--seed", type=int, help="The same order for the same number.")
@json_option
@click.pass_context
def shuffle(ctx: click.Context, seed: int | None, as_json: bool) -> None:
    """Another order for those who have not spoken."""
    report(ctx, ctx.obj.desk.standup.shuffle(seed), as_json)


@standup.command("absent")
@click.argument("name", shell_complete=complete.people)
@json_option
@click.pass_context
def absent(ctx: click.Context, name: str, as_json: bool) -> None:
    """NAME is not there today; again: is there after all."""
    report(ctx, ctx.obj.desk.standup.absent(name), as_json)


@standup.command("say")
@click.argument("name", shell_complete=complete.people)
@click.option("--yesterday", help="What was done; an empty text says that it was nothing.")
@click.option("--today", help="What is being done.")
@click.option("--blockers", help="What is in the way.")
@click.option("--draft", is_flag=True, help="Take everything typed back: the draft stands again.")
@json_option
@click.pass_context
def say_(
    ctx: click.Context,
    name: str,
    yesterday: str | None,
    today: str | None,
    blockers: str | None,
    draft: bool,
    as_json: bool,
) -> None:
    """What NAME says, in place of the draft; a line for each thing. NAME may be somebody who is not on the roster."""
    given = {"yesterday": yesterday, "today": today, "blockers": blockers}
    texts = {part: text for part, text in given.items() if text is not None}
    if draft and texts:
        raise click.UsageError("--draft takes everything back: say nothing with it", ctx)
    if not draft and not texts:
        raise click.UsageError("Say something: --yesterday, --today, --blockers, or --draft", ctx)
    report(ctx, ctx.obj.desk.standup.say(name, dict.fromkeys(PARTS) if draft else texts), as_json)


@standup.command("park")
@click.argument("text", nargs=-1, required=True)
@click.option("--with", "people", multiple=True, metavar="NAME", help="Who is wanted for it; may be given often.")
@click.option("--minutes", type=click.IntRange(1, 480), help="How long it should take at most.")
@click.option("--on", "ref", default="", metavar="REF", help="The item it is about.", shell_complete=complete.refs)
@json_option
@click.pass_context
def park(
    ctx: click.Context, text: tuple[str, ...], people: tuple[str, ...], minutes: int | None, ref: str, as_json: bool
) -> None:
    """Keep TEXT for the parking lot; people and minutes may stand in it: forklift rental @bo 10m."""
    desk = ctx.obj.desk
    if ref and desk.row(ref) is None:
        raise UsageError(f"There is no item {ref}")
    report(ctx, desk.standup.park(" ".join(text), people, minutes, ref), as_json)


@standup.command("topics")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@json_option
@click.pass_obj
def topics(state: State, everything: bool, as_json: bool) -> None:
    """The parking lot; the numbers are what ``topic`` takes."""
    desk = state.desk
    found = desk.standup.topics(open=None if everything else True)
    if as_json:
        emit_json([_topic_json(one) for one in found], desk.zone())
        return
    if not found:
        say("nothing is parked")
    numbers = {one.uid: str(at) for at, one in enumerate((one for one in found if one.open), 1)}
    table(
        [
            (
                numbers.get(one.uid, ""),
                one.what.text,
                ", ".join(one.what.people),
                f"{one.what.minutes} min",
                one.ref,
                OUTCOME_WORDS[one.what.outcome] if not one.open else "",
                one.what.said,
            )
            for one in found
        ],
        right=(0,),
        grow=1,
    )


def _topic_json(kept: Kept[Topic]) -> dict[str, object]:
    topic = kept.what
    return {
        "id": kept.uid,
        "at": kept.at,
        "text": topic.text,
        "people": topic.people,
        "minutes": topic.minutes,
        "ref": kept.ref or None,
        "outcome": topic.outcome,
        "said": topic.said,
        "standup": topic.standup or None,
    }


@standup.command("topic")
@click.argument("number")
@click.argument("outcome", type=click.Choice([*OUTCOMES, "open"]))
@click.option("--said", default="", help="What came of it: who does what by when.")
@json_option
@click.pass_context
def topic(ctx: click.Context, number: str, outcome: str, said: str, as_json: bool) -> None:
    """What became of a topic: NUMBER as ``topics`` shows it, or the beginning of its id."""
    desk = ctx.obj.desk.standup
    kept = _topic(desk, number)
    report(ctx, desk.answer(kept.uid, OUTCOMES.get(outcome, Outcome.OPEN), said), as_json, id=kept.uid)


def _topic(desk: StandupDesk, number: str) -> Kept[Topic]:
    if number.isdecimal() and len(number) <= LONE:
        found = desk.topics()
        if 0 < int(number) <= len(found):
            return found[int(number) - 1]
        raise UsageError(f"There is no topic {number}", f"{plural(len(found), 'topic')} is open", "See: opstui standup topics")
    near = [one for one in desk.topics(open=None) if one.uid.startswith(number)]
    if len(near) != 1:
        raise UsageError(
            f"{number!r} is no topic" if not near else f"{number!r} is several topics", "", "See: opstui standup topics"
        )
    return near[0]


@standup.command("finish")
@json_option
@click.pass_context
def finish(ctx: click.Context, as_json: bool) -> None:
    """It is over; ``opstui standup`` prints its report."""
    report(ctx, ctx.obj.desk.standup.finish(), as_json)


@standup.command("list")
@_limit
@json_option
@click.pass_obj
def listed(state: State, limit: int, as_json: bool) -> None:
    """Stand-ups that were held, youngest first."""
    desk = state.desk
    found, zone = desk.standup.history(limit), desk.zone()
    if as_json:
        emit_json(
            [
                {
                    "id": one.uid,
                    "day": one.name,
                    "open": one.open,
                    "started": one.what.started,
                    "ended": one.what.ended,
                    "seconds": one.what.seconds,
                    "people": [
                        {"person": turn.person, "state": turn.state, "seconds": turn.seconds} for turn in one.what.turns
                    ],
                }
                for one in found
            ],
            zone,
        )
        return
    if not found:
        say("no stand-up yet")
    table(
        [
            (
                one.name,
                f"{one.what.started.astimezone(zone):%H:%M}",
                clock(one.what.seconds),
                spoken_words(one.what),
                "under way" if one.open and one.name == desk.standup.today() else "left open" if one.open else "",
                one.uid[:UID],
            )
            for one in found
        ],
        right=(2,),
    )


COMMANDS = {"standup": standup}
