"""The minutes of a stand-up: one object, written as Markdown, for Slack, plain and as JSON. Every line has a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from opstui.domain.format import plural
from opstui.domain.parking import OUTCOME_WORDS, Topic
from opstui.domain.standup import PARTS, Draft, Heard, Said, Turn

HEADS = {"yesterday": "Done", "today": "Doing", "blockers": "Blocked"}
"""What the three questions are called in a report, as in the JSON: done, doing, blocked."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report, and where it comes from: refs of items, and ``source`` a journal group, ``item`` or a record."""

    text: str
    refs: tuple[str, ...] = ()
    source: str = "item"
    typed: bool = False
    """Whether somebody typed it in the stand-up."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One person's part of it."""

    person: str
    state: str
    """``spoken``, ``absent``, ``waiting``; ``speaking`` while it is under way."""
    seconds: int
    done: tuple[Line, ...] = ()
    doing: tuple[Line, ...] = ()
    blocked: tuple[Line, ...] = ()

    def parts(self) -> Sequence[tuple[str, tuple[Line, ...]]]:
        """The three parts under their heads."""
        return list(zip(HEADS.values(), (self.done, self.doing, self.blocked), strict=True))


class Parked(NamedTuple):
    """One topic of the parking lot, by the record it is."""

    uid: str
    topic: Topic
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a report holds. Without ``uid`` it is what is known before the stand-up is held."""

    day: str
    at: datetime
    zone: tzinfo
    uid: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    seconds: int = 0
    length_s: int = 0
    left_out: int = 0
    people: tuple[Spoken, ...] = ()
    blockers: tuple[Heard, ...] = ()
    parked: tuple[Parked, ...] = ()
    unseen: tuple[tuple[str, int], ...] = ()

    @property
    def state(self) -> str:
        """``draft``, ``under way`` or ``over``."""
        return "draft" if self.started is None else "under way" if self.ended is None else "over"


def spoken(turn: Turn, draft: Draft | None, uid: str, *, speaking: bool = False) -> Spoken:
    """A person's part: what was typed in place of what was drafted; a drafted line that was left as it was keeps its source."""
    parts: list[tuple[Line, ...]] = []
    for part in PARTS:
        drafted = draft.part(part) if draft else ()
        text = turn.typed(part)
        parts.append(tuple(map(_drafted, drafted)) if text is None else _typed(text, drafted, uid))
    return Spoken(turn.person, "speaking" if speaking else turn.state.value, turn.seconds, *parts)


def _drafted(said: Said) -> Line:
    return Line(said.text, said.refs, said.source)


def _typed(text: str, drafted: Sequence[Said], uid: str) -> tuple[Line, ...]:
    known = {said.text: said for said in drafted}
    lines = [" ".join(line.split()).removeprefix("- ") for line in text.splitlines()]
    return tuple(
        _drafted(known[line]) if line in known else Line(line, (), f"standup:{uid}", typed=True) for line in lines if line
    )


def head(minutes: Minutes) -> str:
    """``Stand-up, Friday 20 November 2026``."""
    day = date.fromisoformat(minutes.day)
    return f"Stand-up, {day:%A} {day.day} {day:%B %Y}" + (" (draft)" if minutes.state == "draft" else "")


def round_words(minutes: Minutes) -> list[str]:
    """Who was there, and how long it took: what stands below the head."""
    names = {
        state: ", ".join(one.person for one in minutes.people if one.state in of)
        for state, of in {
            "there": ("spoken", "speaking"),
            "absent": ("absent",),
            "waiting": ("waiting",),
        }.items()
    }
    words = []
    if minutes.started is not None:
        words.append(time_words(minutes))
        words.append(f"Spoke: {names['there']}" if names["there"] else "Nobody spoke")
        words += [f"Absent: {names['absent']}"] if names["absent"] else []
        words += [f"Did not speak: {names['waiting']}"] if names["waiting"] else []
    else:
        words.append("Not held yet: this is what journal and items know")
    return words


def time_words(minutes: Minutes) -> str:
    """``10:02 to 10:16, 14 min, over by 2; 12:40 left out``."""
    assert minutes.started is not None
    begun = f"{minutes.started.astimezone(minutes.zone):%H:%M}"
    ended = f" to {minutes.ended.astimezone(minutes.zone):%H:%M}" if minutes.ended else ""
    took = round(minutes.seconds / 60)
    words = f"{begun}{ended}, {took} min of {minutes.length_s // 60}"
    if minutes.seconds > minutes.length_s > 0:
        words += f", over by {max(1, round((minutes.seconds - minutes.length_s) / 60))}"
    if minutes.left_out:
        words += f"; {clock(minutes.left_out)} without a key left out"
    return words


def clock(seconds: int) -> str:
    """``1:20``; ``1:02:40`` from an hour on."""
    minutes, second = divmod(max(seconds, 0), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


# Formats: the same walk, with each format's way to write a head, a text and a ref


class Format(NamedTuple):
    """How a report is written: heads, points, escaped text, refs, and what is strong."""

    title: Callable[[str], str]
    section: Callable[[str], str]
    point: str
    text: Callable[[str], str]
    ref: Callable[[str], str]
    strong: Callable[[str], str]


def _markdown(text: str) -> str:
    """On one line, with nothing left that Markdown takes as its own."""
    text = "".join("\\" + char if char in "\\`*_[]<>#|~&" else char for char in " ".join(text.split()))
    return re.sub(r"^([-+=])|^(\d+)([.)])", lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)


def _code(text: str) -> str:
    return _markdown(text) if "`" in text else f"`{' '.join(text.split())}`"


_SLACK_MARKS = {"*": "∗", "~": "∼", "`": "ˋ"}
"""Slack has no way to escape these: look-alikes that it leaves alone."""


def _slack(text: str) -> str:
    """As Slack's mrkdwn wants it: three characters escaped, no mark, no mention and no quote made by accident."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = "".join(_SLACK_MARKS.get(char, char) for char in text)
    text = re.sub(r"(?<!\w)_|_(?!\w)", "＿", text)
    return re.sub(r"@(?=(?:here|channel|everyone|group)\b)", "＠", text, flags=re.I)


def _plain(text: str) -> str:
    return " ".join(text.split())


MARKDOWN = Format("# {}".format, "## {}".format, "- ", _markdown, _code, "**{}**".format)
SLACK = Format("*{}*".format, "*{}*".format, "• ", _slack, _slack, "*{}*".format)
PLAIN = Format(str.upper, str, "- ", _plain, _plain, str)
FORMATS = {"markdown": MARKDOWN, "slack": SLACK, "plain": PLAIN}


def write(minutes: Minutes, form: Format) -> str:
    """The report in one of ``FORMATS``."""
    lines = [form.title(form.text(head(minutes))), ""]
    lines += [("- " if form is MARKDOWN else "") + form.text(words) for words in round_words(minutes)]
    for one in minutes.people:
        if one.state != "absent" or any(lines for _, lines in one.parts()):
            lines += ["", *_person(one, form)]
    if minutes.blockers:
        lines += ["", form.section("Blockers"), *([""] if form is MARKDOWN else [])]
        lines += [form.point + _blocker(one, form) for one in minutes.blockers]
    if minutes.parked:
        lines += ["", form.section("Parking lot"), *([""] if form is MARKDOWN else [])]
        lines += [form.point + _parked(one, form) for one in minutes.parked]
    if minutes.unseen:
        lines += ["", form.section("Nobody sees"), *([""] if form is MARKDOWN else [])]
        lines += [f"{form.point}{form.text(why)}: {count}" for why, count in minutes.unseen]
    return "\n".join(lines).rstrip() + "\n"


def _person(one: Spoken, form: Format) -> list[str]:
    told = clock(one.seconds) if one.seconds else ""
    state = {"absent": "absent", "waiting": "did not speak" if told else ""}.get(one.state, "")
    after = ", ".join(word for word in (state, told) if word)
    lines = [form.section(form.text(one.person + (f" ({after})" if after else "")))]
    for name, part in one.parts():
        if part:
            lines += [*([""] if form is MARKDOWN else []), form.strong(name) if form is not PLAIN else f"  {name}"]
            lines += [*([""] if form is MARKDOWN else [])]
            indent = "  " if form is PLAIN else ""
            lines += [f"{indent}{form.point}{_line(line, form)}" for line in part]
    if len(lines) == 1:
        lines += [*([""] if form is MARKDOWN else []), form.text("Nothing is known.")]
    return lines


def _line(line: Line, form: Format) -> str:
    refs = [ref for ref in line.refs[:REFS] if ref not in line.text]
    more = f" +{len(line.refs) - REFS}" if len(line.refs) > REFS else ""
    return form.text(line.text) + (f" ({', '.join(map(form.ref, refs))}{more})" if refs else "")


REFS = 3
"""So many refs stand behind a line."""


def _blocker(one: Heard, form: Format) -> str:
    facts = [f"owner {form.strong(form.text(one.owner))}" if one.owner else form.strong("no owner")]
    facts += [f"next: {form.text(one.next_step)}"] if one.next_step else []
    facts += [unchanged_words(one)] if one.unchanged else []
    facts += [form.text(one.done)] if one.done else []
    ref = f"{form.ref(one.ref)} " if one.ref else ""
    return f"{ref}{form.text(one.text)}: {', '.join(facts)}"


def unchanged_words(one: Heard) -> str:
    """``unchanged``, or ``unchanged 2 times``."""
    return "unchanged" if one.unchanged == 1 else f"unchanged {one.unchanged} times"


def _parked(one: Parked, form: Format) -> str:
    topic = one.topic
    facts = [*topic.people, plural(topic.minutes, "minute")]
    said = f": {OUTCOME_WORDS[topic.outcome]}" + (f", {form.text(topic.said)}" if topic.said else "")
    ref = f"{form.ref(one.ref)} " if one.ref else ""
    return f"{ref}{form.text(topic.text)} ({form.text(', '.join(facts))}){said}"


def document(minutes: Minutes) -> dict[str, Any]:
    """The report as the contract has it: by person what is done, doing and blocked."""

    def of(lines: Sequence[Line]) -> list[dict[str, Any]]:
        return [{"text": one.text, "refs": list(one.refs), "source": one.source, "typed": one.typed} for one in lines]

    return {
        "day": minutes.day,
        "state": minutes.state,
        "standup": minutes.uid or None,
        "started": minutes.started,
        "ended": minutes.ended,
        "seconds": minutes.seconds,
        "length_s": minutes.length_s,
        "left_out_s": minutes.left_out,
        "people": [
            {
                "person": one.person,
                "state": one.state,
                "seconds": one.seconds,
                "done": of(one.done),
                "doing": of(one.doing),
                "blocked": of(one.blocked),
            }
            for one in minutes.people
        ],
        "blockers": [
            {
                "id": one.uid,
                "text": one.text,
                "ref": one.ref or None,
                "owner": one.owner or None,
                "next_step": one.next_step,
                "unchanged": one.unchanged,
                "done": one.done,
            }
            for one in minutes.blockers
        ],
        "topics": [
            {
                "id": one.uid,
                "text": one.topic.text,
                "people": list(one.topic.people),
                "minutes": one.topic.minutes,
                "outcome": one.topic.outcome.value,
                "said": one.topic.said,
                "ref": one.ref or None,
            }
            for one in minutes.parked
        ],
        "unseen": [{"why": why, "count": count} for why, count in minutes.unseen],
    }
