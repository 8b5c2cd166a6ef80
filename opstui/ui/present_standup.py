"""The stand-up as plain data: who speaks and for how long, what each one says, the parking lot, the minutes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain import standup as walk
from opstui.domain.format import plural
from opstui.domain.kinds import Place, Stage
from opstui.domain.minutes import Minutes, clock, head, round_words, unchanged_words
from opstui.domain.parking import OUTCOME_WORDS, Outcome, Topic
from opstui.domain.standup import PARTS, Said, Standup, State, Turn
from opstui.domain.when import ago
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, Piece, spread

if TYPE_CHECKING:
    from opstui.domain.boardviews import PersonLoad
    from opstui.domain.drafting import Hand
    from opstui.services.desk.standup import Tile
    from opstui.store.records import Kept

NAME, TIME, LOAD, BAR = 16, 5, 13, 4
HEADS = {"yesterday": "SINCE", "today": "TODAY", "blockers": "BLOCKERS"}


def round_head(standup: Standup | None, now: datetime, look: Look) -> str:
    """``Stand-up 2 of 6 · 4:12 of 15:00``; what was left out is said, not counted."""
    if standup is None or standup.ended is not None:
        return "Stand-up"
    there = [turn for turn in standup.turns if turn.state is not State.ABSENT]
    spoken = sum(turn.state is State.SPOKEN for turn in there)
    timed = walk.counted(standup, now)
    left = f", {clock(timed.left_out)} left out" if timed.left_out else ""
    return f"Stand-up {spoken} of {len(there)} {look['dot']} {clock(timed.seconds)} of {clock(timed.length_s)}{left}"


def sign_of(turn: Turn, standup: Standup | None, look: Look) -> Piece:
    """How somebody stands to the round, in one sign."""
    if standup is not None and standup.ended is None and standup.current == turn.person:
        return look["now"], "accent"
    if turn.state is State.SPOKEN:
        return look["done"], "success"
    return (look["dash"], "muted") if turn.state is State.ABSENT else (" ", "text")


def state_words(turn: Turn, standup: Standup | None) -> str:
    """The same in words."""
    if standup is not None and standup.ended is None and standup.current == turn.person:
        return "speaks now"
    if standup is None:
        return "has not been asked"
    return {State.SPOKEN: "has spoken", State.ABSENT: "absent", State.WAITING: "has not spoken"}[turn.state]


def time_piece(turn: Turn, standup: Standup | None, now: datetime) -> Piece:
    """``1:20``, amber from the moment it is longer than one should speak."""
    if standup is None:
        return "", "muted"
    seconds = walk.taken(standup, turn.person, now)
    if not seconds and standup.current != turn.person:
        return "", "muted"
    return clock(seconds), "warning" if seconds > standup.each_s else "text" if standup.current == turn.person else "muted"


def tile_line(tile: Tile, cells: int, now: datetime, look: Look, standup: Standup | None) -> Line:
    """A person in one line: sign, name, time, open work, and the first words of what is in work and what is in the way."""
    turn, load = tile.turn, tile.load
    gone = turn.state is State.ABSENT
    sign, tone = sign_of(turn, standup, look)
    name = min(max(NAME, cells // 6), 24)
    said, said_tone = time_piece(turn, standup, now)
    line: Line = [(sign + " ", tone), (fit(tame(turn.person), name, look["ellipsis"]), "muted" if gone else "strong")]
    line.append((right(said, TIME + 1) + "  ", said_tone))
    line += load_pieces(load, look)
    room = cells - 2 - name - TIME - 3 - LOAD - 2
    if gone:
        return [*line, (fit("absent", room), "muted")]
    today, stuck = words_of(tile, "today"), words_of(tile, "blockers")
    if stuck:
        more = f" +{len(stuck) - 1}" if len(stuck) > 1 else ""
        half = max(room // 2 - 1, 8) if today else room
        piece = f"{look['blocked']} {cut(tame(stuck[0]), half - 2 - width(more), look['ellipsis'])}{more}"
        line += (
            [(fit(piece, min(half, room), look["ellipsis"]), "text"), ("  ", "text")] if today else [(fit(piece, room), "text")]
        )
        room -= half + 2
    if today and room > 4:
        more = f" +{len(today) - 1}" if len(today) > 1 else ""
        line.append((fit(cut(tame(today[0]), room - width(more), look["ellipsis"]) + more, room), "muted"))
    return line


def load_pieces(load: PersonLoad, look: Look) -> Line:
    """``▮▮▮▯ 3/4``, and ``over`` where it is more than one can do; in ``LOAD`` cells and two."""
    if load.away:
        return [
            (
                fit("away" if not load.in_work else f"away, {load.in_work} left", LOAD + 2),
                "warning" if load.in_work else "muted",
            )
        ]
    full = min(BAR, -(-BAR * load.in_work // load.capacity)) if load.in_work else 0
    words = f" {load.in_work}/{load.capacity}" + (" over" if load.over else "")
    tone = "warning" if load.over else "muted"
    return [(look["full"] * full, tone), (look["part"] * (BAR - full), "rule"), (fit(words, LOAD + 2 - BAR), tone)]


def words_of(tile: Tile, part: str) -> list[str]:
    """What stands for one of the three questions, a text a line: typed, else drafted."""
    typed = tile.turn.typed(part)
    if typed is not None:
        return [" ".join(line.split()) for line in typed.splitlines() if line.strip()]
    return [said.text for said in tile.draft.part(part)]


def tile_page(tile: Tile, cells: int, now: datetime, look: Look, standup: Standup | None, since: datetime | None) -> list[Line]:
    """All of a person: how they stand, the three answers with what they stand on, and what they have in hand."""
    turn = tile.turn
    said, tone = time_piece(turn, standup, now)
    each = f" of {clock(standup.each_s)}" if said and standup is not None else ""
    lines: list[Line] = [spread([(tame(turn.person), "strong")], [(said, tone), (each, "muted")], cells, look)]
    oldest = f", the oldest {ago(tile.load.oldest, now).removesuffix(' ago')}" if tile.load.oldest else ""
    load = tile.load
    work = f"{plural(load.open, 'open item')}{oldest}" if load.open else "no open item"
    work += "" if load.away else f", {load.in_work} of {load.capacity} in work" + (": over" if load.over else "")
    lines.append([(cut(f"{state_words(turn, standup)} {look['dot']} {work}", cells, look["ellipsis"]), "muted")])
    for part in reversed(PARTS):  # what is in the way must be in sight on the smallest screen
        head = HEADS[part] + (f" {look.at(since, now)}".upper() if part == "yesterday" and since else "")
        edited = turn.typed(part) is not None
        lines += [[], spread([(head, "muted")], [("as typed", "muted")] if edited else [], cells, look)]
        lines += _typed(turn.typed(part) or "", cells) if edited else _drafted(tile.draft.part(part), cells, look)
    if tile.hands:
        more = tile.load.open - len(tile.hands)
        lines += [[], [(f"IN HAND {tile.load.open}", "muted")]]
        ref = min(max(width(tame(hand.ref)) for hand in tile.hands), 22, cells // 3)
        lines += [_hand(hand, ref, cells, look) for hand in tile.hands]
        lines += [[(f"  and {more} more", "muted")]] if more > 0 else []
    return lines


def _typed(text: str, cells: int) -> list[Line]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return [[("  nothing", "muted")]]
    return [[("  " + part, "text")] for line in lines for part in wrap(line, cells - 2)]


def _drafted(part: Sequence[Said], cells: int, look: Look) -> list[Line]:
    if not part:
        return [[("  nothing known", "muted")]]
    lines: list[Line] = []
    for said in part:
        parts = wrap(said.text, cells - 2)
        ref = tame(said.refs[0]) + (f" +{len(said.refs) - 1}" if len(said.refs) > 1 else "") if said.refs else ""
        lines += [[("  " + one, "text")] for one in parts]
        if ref and width(parts[-1]) + width(ref) + 6 <= cells:
            lines[-1] = [*lines[-1], ("  " + ref, "muted")]
        elif ref:
            lines.append([(cut("    " + ref, cells, look["ellipsis"]), "muted")])
    return lines


def _hand(hand: Hand, ref: int, cells: int, look: Look) -> Line:
    """An item in hand: what is in its way, ref in ``ref`` cells, title, status."""
    sign = look["blocked"] if hand.stage is Stage.BLOCKED else look["waiting"] if hand.place is Place.WAITING else " "
    status = cut(tame(hand.status) or hand.stage.value, min(14, cells // 4), look["ellipsis"])
    return [
        (f"{sign} ", "warning"),
        (fit(tame(hand.ref), ref, look["ellipsis"]) + "  ", "muted"),
        (fit(tame(hand.title), max(cells - ref - 4 - width(status) - 1, 4), look["ellipsis"]), "text"),
        (" " + status, "muted"),
    ]


# The parking lot


def topic_line(kept: Kept[Topic], cells: int, now: datetime, look: Look) -> Line:
    """A topic in one line: what, who is wanted, how long, and what became of it."""
    topic = kept.what
    over = topic.outcome is not Outcome.OPEN
    sign = look["done"] if over else look["parked"]
    end = OUTCOME_WORDS[topic.outcome] if over else f"{topic.minutes} min"
    who = ", ".join(map(tame, topic.people))
    room = max(cells - 2 - 16, 8)
    names = min(width(who), room // 3)
    text = fit(tame(topic.text), room - (names + 2 if names else 0), look["ellipsis"])
    line: Line = [(sign + " ", "success" if over else "muted"), (text, "muted" if over else "text")]
    if names:
        line.append(("  " + fit(who, names, look["ellipsis"]), "muted"))
    return [*line, (right(end, 16, look["ellipsis"]), "muted")]


def topic_page(kept: Kept[Topic], cells: int, now: datetime, look: Look, title: str = "") -> list[Line]:
    """All of a topic."""
    topic = kept.what
    lines: list[Line] = [[(part, "strong")] for part in wrap(topic.text, cells)]
    lines.append([(cut(f"parked {look.at(kept.at, now)} by {tame(kept.who)}", cells, look["ellipsis"]), "muted")])
    lines.append([])
    for label, text in (
        ("with", ", ".join(topic.people) or "nobody in particular"),
        ("for", plural(topic.minutes, "minute")),
        ("about", f"{kept.ref}  {title}".strip() if kept.ref else ""),
        ("became", "" if topic.outcome is Outcome.OPEN else OUTCOME_WORDS[topic.outcome]),
        ("said", topic.said),
    ):
        for at, part in enumerate(wrap(text, max(cells - 9, 8)) if text else []):
            lines.append([(fit(label if not at else "", 9), "muted"), (part, "text")])
    return lines


# The minutes


def minutes_page(minutes: Minutes, cells: int, look: Look) -> list[Line]:
    """The report as a page to read."""
    lines: list[Line] = [[(part, "strong")] for part in wrap(head(minutes), cells)]
    lines += [[(part, "muted")] for words in round_words(minutes) for part in wrap(words, cells)]
    for one in minutes.people:
        told = [part for part in one.parts() if part[1]]
        if one.state == "absent" and not told:
            continue
        state = {"absent": "absent", "waiting": "did not speak"}.get(one.state, "") if minutes.started else ""
        lines += [
            [],
            spread([(tame(one.person), "strong"), (f"  {state}" if state else "", "muted")], _time(one.seconds), cells, look),
        ]
        lines += [[("  nothing is known", "muted")]] if not told else []
        for name, part in told:
            for at, line in enumerate(part):
                label = fit(name if not at else "", 9)
                refs = ", ".join(line.refs[:2]) + (f" +{len(line.refs) - 2}" if len(line.refs) > 2 else "")
                lines += _hung(label, line.text, refs, cells, look)
    if minutes.blockers:
        lines += [[], [("BLOCKERS", "muted")]]
        for blocker in minutes.blockers:
            facts = [f"owner {blocker.owner}" if blocker.owner else "no owner"]
            facts += [f"next: {blocker.next_step}"] if blocker.next_step else []
            facts += [unchanged_words(blocker)] if blocker.unchanged else []
            lines += _hung(look["blocked"] + "        ", f"{blocker.text}: {', '.join(facts)}", blocker.ref, cells, look)
    if minutes.parked:
        lines += [[], [("PARKING LOT", "muted")]]
        for parked in minutes.parked:
            topic = parked.topic
            said = f": {topic.said}" if topic.said else ""
            wanted = ", ".join([*topic.people, plural(topic.minutes, "minute")])
            lines += _hung(
                look["parked"] + "        ", f"{topic.text} ({wanted}): {OUTCOME_WORDS[topic.outcome]}{said}", "", cells, look
            )
    if minutes.unseen:
        lines += [
            [],
            [("NOBODY SEES", "muted")],
            *([[(f"{count:>7}  ", "text"), (tame(why), "text")] for why, count in minutes.unseen]),
        ]
    return lines


def _time(seconds: int) -> Line:
    return [(clock(seconds), "muted")] if seconds else []


def _hung(label: str, text: str, ref: str, cells: int, look: Look) -> list[Line]:
    """A text that hangs beside its label, the ref behind it or below."""
    room = max(cells - width(label), 8)
    parts = wrap(text, room)
    lines: list[Line] = [[(label if not at else " " * width(label), "muted"), (part, "text")] for at, part in enumerate(parts)]
    if ref and width(parts[-1]) + width(ref) + 2 <= room:
        lines[-1].append(("  " + tame(ref), "muted"))
    elif ref:
        lines.append([(" " * width(label), "muted"), (cut(tame(ref), room, look["ellipsis"]), "muted")])
    return lines
