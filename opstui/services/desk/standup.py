"""The desk's side of a stand-up: every step and every word is on disk before the next key, each an action of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain import standup as walk
from opstui.domain.boardviews import PersonLoad
from opstui.domain.drafting import Hand
from opstui.domain.format import plural
from opstui.domain.parking import OUTCOME_WORDS, Asked, Outcome, Topic, parse_topic
from opstui.domain.standup import PARTS, Draft, Standup, State, Turn, spoken_words
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Receipt
from opstui.domain.when import parse_duration
from opstui.errors import Refused, UsageError
from opstui.services.desk import drafts, keeping, minutes, stock
from opstui.services.desk.acting import Change, act
from opstui.services.desk.board import BoardDesk
from opstui.services.desk.context import Context
from opstui.services.desk.verdicts import block_intent
from opstui.store import journal, records
from opstui.store.records import Kept

if TYPE_CHECKING:
    import sqlite3

    from opstui.domain.minutes import Minutes
    from opstui.store.db import Connection

LONGEST = 4_000
"""Characters of one part of what one person says."""
TOPICS = 200
PAST = 1000
"""So many stand-ups are looked through for a uid."""
Rule = Callable[[Standup, datetime], Standup]


class Tile(NamedTuple):
    """One person of the round: turn, draft, open work, and what of it comes first."""

    turn: Turn
    draft: Draft
    load: PersonLoad
    hands: tuple[Hand, ...] = ()


class StandupDesk:
    """Reads and actions of the stand-up. A read may be slow with many items: ask beside the keys."""

    def __init__(self, at: Context) -> None:
        self._at = at

    # reads ---------------------------------------------------------------------------------------------------------

    def today(self) -> str:
        """The local date, as stand-ups are called by."""
        return self._at.calendar.local(self._at.now()).date().isoformat()

    def roster(self) -> tuple[str, ...]:
        """Who is asked, in the order of the config."""
        return drafts.roster(self._at)

    def current(self) -> Kept[Standup] | None:
        """The stand-up under way; one that was left open on another day, too."""
        return next(iter(records.find(self._at.store.read, "standup", open=True, limit=1)), None)

    def last(self) -> Kept[Standup] | None:
        """The stand-up that began last, under way or over."""
        return next(iter(records.find(self._at.store.read, "standup", limit=1)), None)

    def history(self, limit: int = 50) -> list[Kept[Standup]]:
        """Stand-ups, youngest first."""
        return records.find(self._at.store.read, "standup", limit=limit)

    def of(self, day: str) -> Kept[Standup] | None:
        """The stand-up of a day, by its ISO date; where there were several, the one in which most was said, else the last."""
        return _of(self._at.store.read, day)

    def by_uid(self, uid: str) -> Kept[Standup] | None:
        """One stand-up."""
        found = records.load(self._at.store.read, uid)
        return found if found is not None and found.kind == "standup" else None

    def beginning(self, uid: str) -> Kept[Standup]:
        """The stand-up whose uid begins so. UsageError when none does, or several."""
        near = [one for one in self.history(PAST) if uid and one.uid.startswith(uid)]
        if len(near) != 1:
            raise UsageError(
                f"{uid!r} is {'several' if near else 'no'} stand-up{'s' * bool(near)}", "", "See: opstui standup list"
            )
        return near[0]

    def of_action(self, group: int) -> Kept[Standup] | None:
        """The stand-up that an action of the journal was about, as it stands now."""
        from opstui.services.desk.lines import uid_of

        for line in journal.lines(self._at.store.read, group):  # the blockers it carried may stand before it
            if line.target == journal.RECORD and (found := self.by_uid(uid_of(line))):
                return found
        return None

    def tiles(self) -> tuple[Tile, ...]:
        """Everybody of the round under way, or of today's, else of the roster: how they stand, and what is known of them."""
        kept = self.current() or self.of(self.today())
        turns = kept.what.turns if kept else tuple(Turn(name) for name in self.roster())
        noted = drafts.kept(self._at.store.read, kept.uid) if kept else {}
        names = [turn.person for turn in turns]
        known = drafts.known(self._at, names, drafts.since(self._at))
        loads = {load.name: load for load in BoardDesk(self._at).people().loads}
        usual = self._at.settings.board.capacity
        empty = Draft()
        return tuple(
            Tile(
                turn,
                noted[turn.person].what.draft if turn.person in noted else known.drafts.get(turn.person, empty),
                loads.get(turn.person, PersonLoad(turn.person, 0, 0, usual, None)),
                known.hands.get(turn.person, ()),
            )
            for turn in turns
        )

    def since(self) -> datetime:
        """From when on drafts tell."""
        return drafts.since(self._at)

    def topics(self, *, open: bool | None = True, standup: str = "") -> list[Kept[Topic]]:
        """The parking lot, the oldest first: what is open, or what came up in one stand-up."""
        found = records.find(self._at.store.read, "topic", open=open, name=standup or None, limit=TOPICS)
        return found[::-1]

    def asked(self, text: str) -> Asked:
        """A topic as it would be parked. UsageError when there is nothing to talk about."""
        return parse_topic(text, self._known)

    def report(self, uid: str = "") -> Minutes:
        """The minutes of a stand-up; without one, of today's, or what is known before it is held."""
        today = self.today()
        found = (
            self.by_uid(uid) if uid else next((one for one in [self.current()] if one and one.name == today), self.of(today))
        )
        if uid and found is None:
            raise Refused("The report", "there is no such stand-up")
        return minutes.collect(self._at, found)

    # the walk ------------------------------------------------------------------------------------------------------

    def start(self, seed: int | None = None) -> Receipt:
        """Begin today's. One that was left open is over as of its last entry; with ``seed`` the order is shuffled.

        Refused: one of today is under way.
        """
        at, now = self._at, self._at.instant()
        table = at.settings.standup
        if seed is None and table.order == "shuffle":
            seed = date.fromisoformat(self.today()).toordinal()
        begun = walk.start(
            self.today(),
            self.roster(),
            now,
            length_s=parse_duration(table.length),
            each_s=parse_duration(table.each),
            seed=seed,
        )
        ids = stock.blocked(at)
        with at.store.writing() as conn:
            steps: list[keeping.Step] = []
            for kept in records.find(conn, "standup", open=True):
                if kept.name == begun.day:
                    raise Refused("Start the stand-up", "today's is under way", "opstui standup next goes on with it")
                over = walk.left_open(kept.what)
                steps.append((kept, kept.now(over, open=False)))
            keeping.write(
                at, conn, stock.look(at, conn, ids).steps, verb="take_stock", said="Took stock of blockers", undoable=False
            )
            new = records.new("standup", begun, now, at.who, name=begun.day)
            said = f"Began the stand-up: {plural(len(begun.turns), 'person', 'people')}"
            if steps:
                said += f"; that of {steps[0][0].name if steps[0][0] else ''} is over as of its last entry"
            return keeping.write(at, conn, [*steps, (None, new)], verb="begin", said=said)

    def next(self, *, go_on: bool = False) -> Receipt:
        """Begin today's, when there is none yet; else whoever speaks has spoken, and the next is asked.

        Refused: one of another day was left open and ``go_on`` does not say that it is meant, or today's is over.
        """
        found, today = self.current(), self.today()
        if found is None:
            if self.of(today) is not None:
                raise Refused("Go on with the stand-up", "today's is over", "Another one begins with: opstui standup start")
            return self.start()
        if found.name != today and not go_on:
            ways = "Today's begins with: opstui standup start; that one goes on with: opstui standup next --go-on"
            raise Refused("Go on with the stand-up", f"the one of {found.name} was left open", ways)
        speaker = found.what.current
        known = self._drafts([speaker]) if speaker else {}

        def noted(conn: Connection, kept: Kept[Standup]) -> Iterator[keeping.Step]:
            if kept.what.current == speaker and speaker:
                yield drafts.step(self._at, kept.uid, drafts.kept(conn, kept.uid).get(speaker), speaker, known[speaker])

        said = "Everybody has spoken"
        return self._step(walk.onward, "turn", lambda new: f"{new.current} speaks" if new.current else said, more=noted)

    def back(self) -> Receipt:
        """Whoever spoke before speaks again."""
        return self._step(walk.back, "turn", lambda new: f"{new.current} speaks again")

    def later(self) -> Receipt:
        """Whoever speaks is asked at the end."""
        return self._step(walk.later, "turn", lambda new: f"Asked later; {new.current} speaks")

    def absent(self, person: str) -> Receipt:
        """Somebody is not there, or is there after all."""
        person = self._named(person)

        def said(new: Standup) -> str:
            turn = new.turn(person)
            return f"{person} is absent" if turn and turn.state is State.ABSENT else f"{person} is there"

        return self._step(lambda standup, now: walk.absent(standup, person, now), "turn", said)

    def shuffle(self, seed: int | None = None) -> Receipt:
        """Another order for those who have not spoken."""
        if seed is None:
            import secrets

            seed = secrets.randbelow(1 << 31)
        return self._step(partial(_shuffled, seed), "turn", lambda new: "Shuffled those who have not spoken")

    def say(self, person: str, texts: Mapping[str, str | None]) -> Receipt:
        """What somebody says, by ``PARTS``: a text takes the draft's place, None gives the draft back.

        Whoever is not in the round joins it. It works in today's stand-up when that is over, too.
        """
        person = self._named(person, join=True)
        for part in texts:
            if part not in PARTS:
                raise UsageError(f"There is no part {part!r}", "", f"There are {', '.join(PARTS)}.")
        clear = {part: clean(text, limit=LONGEST) if text is not None else None for part, text in texts.items()}

        def say(standup: Standup, now: datetime) -> Standup:
            if standup.ended is None:
                standup = walk.join(standup, person, now)
            return walk.edit(standup, person, now, **clear)

        return self._step(say, "said", lambda new: f"Kept what {person} says", over=True)

    def finish(self) -> Receipt:
        """It is over: what is known of everybody is kept with it, and open blockers are carried through it, all in one.

        One that was left open on another day ends as of its last entry, and carries nothing.

        Raises:
            Refused: none is under way; or a blocker was heard unchanged too often, and nothing was done about it.
        """
        at, found = self._at, self.current()
        if found is None:
            raise Refused("Finish the stand-up", "none is under way", "opstui standup start begins one")
        late = found.name != self.today()
        noted = drafts.kept(at.store.read, found.uid)
        missing = [turn.person for turn in found.what.turns if turn.person not in noted] if not late else []
        known = self._drafts(missing) if missing else {}
        unseen = () if late else minutes.unseen(at)
        ids = () if late else stock.blocked(at)
        with at.store.writing() as conn:
            kept = self._meant(conn, over=False)
            standup, told = kept.what, ""
            carried: list[keeping.Step] = []
            if late:
                new = walk.left_open(standup)
            else:
                carried, told = stock.carried(at, conn, kept.uid, ids)
                heard = tuple(minutes.carried(after) for _, after in carried if after is not None and after.open)
                new = replace(walk.finish(standup, at.instant()), heard=heard, unseen=unseen)
            spoken = spoken_words(new) if walk.with_state(new, State.SPOKEN) else "nobody spoke"
            said = f"Finished the stand-up of {new.day}: {spoken}, {plural(round(new.seconds / 60), 'minute')}"
            if told and new.heard:
                said += f"; {told[:1].lower()}{told[1:]}"
            noted = drafts.kept(conn, kept.uid)
            steps = [*carried, (kept, kept.now(new, open=False))]
            steps += [drafts.step(at, kept.uid, None, name, draft) for name, draft in known.items() if name not in noted]
            return keeping.write(at, conn, steps, verb="standup_left" if late else "standup", said=said)

    # the parking lot -----------------------------------------------------------------------------------------------

    def park(self, text: str, people: Sequence[str] = (), minutes: int | None = None, ref: str = "") -> Receipt:
        """Keep a topic for afterwards, on an item if there is one; words as in ``parse_topic``."""
        at = self._at
        asked = self.asked(text)
        names = dict.fromkeys((*asked.people, *(at.people.canonical(name) for name in people)))
        found = self.current()
        topic = Topic(asked.text, tuple(names), minutes or asked.minutes, found.uid if found else "")
        with at.store.writing() as conn:
            new = records.new("topic", topic, at.now(), at.who, name=topic.standup, ref=ref)
            return keeping.write(at, conn, [(None, new)], verb="park", said=f"Parked: {topic.summary}")

    def change_topic(self, uid: str, text: str) -> Receipt:
        """Put other words in the place of a topic's, with people and minutes as in ``parse_topic``."""
        asked = self.asked(text)
        change = partial(replace, text=asked.text, people=asked.people, minutes=asked.minutes)
        return self._topic(uid, change, "park", lambda topic: f"Parked: {topic.summary}")

    def answer(self, uid: str, outcome: Outcome | str, said: str = "") -> Receipt:
        """What became of a topic; ``open`` takes that back. For a block, the item it is about goes on the list with it.

        A task is made where it belongs by whoever calls: ``said`` then names it.
        """
        outcome = Outcome(outcome)
        change = partial(replace, outcome=outcome, said=clean_line(said, limit=500))
        found = records.load(self._at.store.read, uid)
        if outcome is Outcome.BLOCK and found is not None and found.ref:
            receipt = self._time_for(found, change)
            if receipt.group:
                return receipt
        return self._topic(uid, change, "topic", _became)

    def _time_for(self, kept: Kept[Topic], change: Callable[[Topic], Topic]) -> Receipt:
        """The topic and its item on the list for a block, as one action; none where the item does not take that."""

        intent = block_intent(self._at)

        def more(conn: Connection, changes: Sequence[Change]) -> Iterator[journal.Line]:
            if intent.more is not None:
                yield from intent.more(conn, changes)
            if (now := records.load(conn, kept.uid)) is not None:
                yield from keeping.saved(conn, [(now, now.now(change(now.what), open=False))])

        said = _became(change(kept.what))
        both = replace(intent, more=more, said=lambda what: f"{said}, {what} on the list for a block")
        return act(self._at, both, [kept.ref])

    # helpers -------------------------------------------------------------------------------------------------------

    def _drafts(self, people: Sequence[str]) -> Mapping[str, Draft]:
        """What is known of their work since the last stand-up."""
        return drafts.drafts(self._at, people, drafts.since(self._at))

    def _topic(self, uid: str, change: Callable[[Topic], Topic], verb: str, said: Callable[[Topic], str]) -> Receipt:
        at = self._at
        with at.store.writing() as conn:
            kept = records.load(conn, uid)
            if kept is None or kept.kind != "topic":
                raise Refused("Change the topic", "it is not in the parking lot any more")
            after = change(kept.what)
            new = kept.now(after, open=after.outcome is Outcome.OPEN)
            return keeping.write(at, conn, [(kept, new)], verb=verb, said=said(after))

    def _step(
        self,
        rule: Rule,
        verb: str,
        said: Callable[[Standup], str],
        *,
        over: bool = False,
        more: Callable[[Connection, Kept[Standup]], Iterator[keeping.Step]] | None = None,
    ) -> Receipt:
        """One rule carried out on the stand-up under way, read inside the transaction that writes it, with what goes along."""
        at = self._at
        with at.store.writing() as conn:
            kept = self._meant(conn, over=over)
            new = rule(kept.what, at.instant())
            after = kept.now(new, open=new.ended is None)
            steps = [(kept, after), *(more(conn, kept) if more else ())]
            return keeping.write(at, conn, steps, verb=verb, said=said(new))

    def _meant(self, conn: Connection, *, over: bool) -> Kept[Standup]:
        found = next(iter(records.find(conn, "standup", open=True, limit=1)), None)
        if found is None and over:
            found = _of(conn, self.today())
        if found is None:
            raise Refused("The stand-up", "none is under way", "opstui standup start begins one")
        return found

    def _known(self, name: str) -> str:
        """Somebody's one name; empty for a stranger."""
        owner = self._at.people.owner(name)
        names = {*self.roster(), *(person.name for person in self._at.people.persons)}
        return owner.name if owner.state == "ok" and owner.name in names else ""

    def _named(self, name: str, *, join: bool = False) -> str:
        """Who is meant in the round: by one name, or the only one whose name begins so.

        Raises:
            UsageError: nobody, or several.
        """
        name = clean_line(name)
        kept = self.current() or (self.of(self.today()) if join else None)
        there = [turn.person for turn in kept.what.turns] if kept else list(self.roster())
        one = self._known(name) or name
        if one in there:
            return one
        low = name.casefold()
        near = [
            person for person in there if low and any(part.casefold().startswith(low) for part in (person, *person.split()))
        ]
        if len(near) == 1:
            return near[0]
        if len(near) > 1:
            raise UsageError(f"{name!r} is several people", "it could be " + " or ".join(near), "Write more of the name.")
        if join and name:
            return one
        raise UsageError(f"{name!r} is not in this stand-up", "", f"There are {', '.join(there)}." if there else "")


def _of(conn: sqlite3.Connection, day: str) -> Kept[Standup] | None:
    """The stand-up of a day in which most was said; of several the youngest."""
    return max(records.find(conn, "standup", name=day, limit=TOPICS), key=lambda one: walk.weight(one.what), default=None)


def _became(topic: Topic) -> str:
    """What became of a topic, in a line."""
    return f"{topic.text}: {OUTCOME_WORDS[topic.outcome]}" + (f", {topic.said}" if topic.said else "")


def _shuffled(seed: int, standup: Standup, now: datetime) -> Standup:
    return walk.shuffle(standup, seed, now)
