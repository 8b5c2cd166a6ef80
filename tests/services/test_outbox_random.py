"""Twelve hundred random lives of an outbox: a tracker that loses answers, applies late, refuses and is not there, other people
who change the same fields, and an engine that is killed anywhere. Nothing is lost, nothing is sent twice.

The first argument of a failing run is its seed: ``_Life(store, seed).live()`` is the same again.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Pushed, Write
from opstui.domain.outbox import SETS, field
from opstui.domain.text import fold
from opstui.domain.views import Outgoing
from opstui.errors import AnswerLost, SourceRefused, SourceUnavailable, WriteRefused
from opstui.services import own
from opstui.store import items, outbox, sending
from opstui.store.db import Connection, Store
from tests.support.build import FakeClock
from tests.support.pushing import RULES, person, pull, put, row, send
from tests.support.tracker import FIELDS, Tracker, TrackerConnector

BLOCKS, LIVES = 24, 50
SETTLE = 10.0
PEOPLE = (None, "Bo Lind", "Cy Moss", "Di Fox")
STATUSES = ("To Do", "Doing", "Done", "Nowhere")


class Killed(BaseException):
    """The engine and its worker end here, as ``kill -9`` ends them."""


class MortalStore(Store):
    """A store whose process may be killed before and after each of its transactions."""

    death: Any = staticmethod(lambda: None)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        self.death()
        with super().writing() as conn:
            yield conn
        self.death()


class Moody(TrackerConnector):
    """A tracker over a network that does to a request whatever chance says."""

    def __init__(self, tracker: Tracker, source: str, chance: random.Random) -> None:
        super().__init__(tracker, source, self._mood)
        self.chance = chance
        self.calm = False

    def _mood(self, request: str) -> None:
        if self.calm or request == "push":
            return
        match self.chance.randrange(24):
            case 0:
                raise SourceUnavailable("desk: 503", "busy", retry_after=self.chance.choice([None, 30.0]))
            case 1:
                raise Killed
            case 2:
                raise ValueError("a mistake of the connector's")
            case 3:
                raise SourceRefused("desk: 401", "the token was refused")
            case 4 | 5:
                self.somebody()

    def push(self, write: Write) -> Pushed:
        if self.calm:
            return super().push(write)
        change = (write.uid, write.verb, write.key, write.value)
        late = self.chance.uniform(0.0, SETTLE - 1)
        match self.chance.randrange(20):
            case 0:
                super().push(write)
                raise AnswerLost("desk: the connection was reset", "after it was sent")
            case 1:
                raise AnswerLost("desk: the connection was reset", "after it was sent")
            case 2:
                self._allowed(write)
                self.tracker.apply_later(late, *change)
                raise AnswerLost("desk: no answer", "time-out")
            case 3:
                raise SourceUnavailable("desk: 429", retry_after=self.chance.choice([None, 20.0]))
            case 4:
                raise WriteRefused("desk: 400", "a field is missing")
            case 5:
                raise SourceRefused("desk: 403", "the token may not write")
            case 6:
                raise Killed
            case 7:
                super().push(write)
                raise Killed
            case 8:
                self._allowed(write)
                self.tracker.apply_later(late, *change)
                raise Killed
            case 9:
                super().push(write)
                raise ValueError("a mistake of the connector's, after it was sent")
            case 10:
                return Pushed()  # accepted, and nothing done
            case 11:
                done = super().push(write)
                self.somebody()
                return done
            case 12:
                super().push(write)
                return Pushed()  # done, and no word of what it made
        return super().push(write)

    def _allowed(self, write: Write) -> None:
        if write.verb == "transition" and write.value["status"] == "Nowhere":
            raise WriteRefused("desk: 400", "there is no transition to Nowhere")

    def somebody(self) -> None:
        """Somebody else changes something; what they set is told apart from what we set, as a rule."""
        key, verb = self.chance.choice(list(self.tracker.issues)), self.chance.choice(["assign", "transition", "due"])
        theirs: Any = f"Somebody {self.chance.randrange(1000)}"
        if verb == "due":
            theirs = f"2027-01-{self.chance.randrange(1, 29):02}"
        elif self.chance.random() < 0.15:
            theirs = "Bo Lind" if verb == "assign" else "Doing"
        self.tracker.set(key, FIELDS[verb], theirs)


class _Life:
    """One outbox over one tracker, from its first change to the last."""

    def __init__(self, store: MortalStore, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store = store
        self.clock: FakeClock = store.now  # type: ignore[assignment]
        self.source = f"desk{seed}"
        self.tracker = Tracker(self.clock)
        for _ in range(self.chance.randrange(1, 4)):
            self.tracker.add()
        self.tracker_side = Moody(self.tracker, self.source, self.chance)
        self.writes: list[int] = []
        self.decided: Counter[str] = Counter()
        """How often a person has sent a change again that had come back, by uid."""

    def live(self) -> None:
        self.tracker_side.calm = True
        pull(self.store, self.tracker_side)
        self.tracker_side.calm = False
        steps = [self.decide] * 3 + [self.push] * 4 + [self.pull, self.person, self.pass_]
        for _ in range(self.chance.randrange(8, 32)):
            self.chance.choice(steps)()
        self.end()
        self.check()

    # -- what happens

    def decide(self) -> None:
        """A person changes something at the desk."""
        verb = self.chance.choice(["comment", "comment", "assign", "transition", "priority", "due", "labels", "create"])
        key = "" if verb == "create" else self.chance.choice(self.known())
        text = self.chance.choice(["on it", f"note {self.chance.randrange(1000)}"])
        value: Any = {
            "comment": {"text": text},
            "assign": person(self.chance.choice(PEOPLE)),
            "transition": {"status": self.chance.choice(STATUSES), "id": "", "fields": {}},
            "priority": {"priority": self.chance.randrange(1, 6), "label": ""},
            "due": self.chance.choice([None, "2026-12-01", "2026-12-02"]),
            "labels": {"add": [self.chance.choice("abc")], "remove": [self.chance.choice("def")]},
            "create": {"title": text, "body": "", "fields": {}},
        }[verb]
        if verb in SETS:
            self.replace(key, verb)
        self.writes.append(put(self.store, self.source, key, verb, value, hold=self.chance.choice([0, 8])))

    def replace(self, key: str, verb: str) -> None:
        """The desk takes back what it still holds of the same field."""
        with Store.writing(self.store) as conn:
            sql = "UPDATE outbox SET state = 'cancelled' WHERE ref = ? AND verb = ? AND state = 'pending' AND doubt = 0"
            conn.execute(sql, (f"{self.source}:{key}", verb))

    def push(self) -> None:
        self.clock.forward(seconds=self.chance.randrange(4))
        with contextlib.suppress(Killed):
            self.store.death = self.maybe_die
            send(self.store, self.tracker_side, chance=self.chance.random())
        self.store.death = lambda: None
        if sending.in_flight(self.store.read):  # the next engine finds it so
            with self.store.writing() as conn:
                sending.recover(conn, self.clock() + timedelta(seconds=SETTLE))

    def maybe_die(self) -> None:
        if self.chance.random() < 0.03:
            raise Killed

    def pull(self) -> None:
        with contextlib.suppress(Killed, SourceUnavailable, SourceRefused, ValueError):
            pull(self.store, self.tracker_side)

    def person(self) -> None:
        """Somebody decides on a change that came back."""
        stuck = [one for one in self.rows() if one.state in ("failed", "conflict")]
        if not stuck:
            return
        one = self.chance.choice(stuck)
        with self.store.writing() as conn:
            own.close_write(conn, one.id, RULES, self.clock())
            if self.chance.random() < 0.5:
                outbox.set_state(conn, one.id, "cancelled", settled=self.clock())
                return
            self.decided[one.uid] += 1
            more = {"base": one.theirs, "theirs": None} if one.state == "conflict" else {}
            outbox.set_state(conn, one.id, "pending", due=self.clock(), settled=None, attempts=0, **more)

    def pass_(self) -> None:
        """Time passes."""
        self.clock.forward(seconds=self.chance.choice([1, 5, 15, 60]))
        if self.chance.random() < 0.3:
            self.tracker_side.somebody()

    def end(self) -> None:
        """The weather clears; what can go through does."""
        self.tracker_side.calm = True
        for _ in range(60):
            self.clock.forward(minutes=20)
            send(self.store, self.tracker_side)
            if not sending.next_due(self.store.read).get(self.source):
                return
        raise AssertionError(f"there is always something due: {self.rows()}")

    # -- what must hold

    def check(self) -> None:
        rows = self.rows()
        for one in rows:
            self.is_settled(one, rows)
            self.is_once(one)
        self.is_counted(rows)
        self.is_in_order(rows)
        self.is_the_same()

    def is_settled(self, one: Outgoing, rows: list[Outgoing]) -> None:
        """Every change is over, or stands in the queue, or waits behind one that does."""
        shown = items.id_of(self.store.read, f"opstui:{own.write_key(one.id)}")
        stage = self.store.read.execute("SELECT stage FROM items WHERE id = ?", (shown or 0,)).fetchone()
        is_open = stage is not None and stage[0] != "done"
        assert is_open == (one.state in ("failed", "conflict")), one
        if one.state == "pending":
            before = [o for o in rows if o.id < one.id and o.ref == one.ref and o.verb == one.verb]
            assert one.verb in SETS and any(o.state in ("failed", "conflict") for o in before), one
        else:
            assert one.state in ("sent", "failed", "conflict", "cancelled"), one

    def is_once(self, one: Outgoing) -> None:
        """What was sent was done once; what was not, never, unless it was found to read otherwise afterwards."""
        done = sum(uid == one.uid for uid, _, _ in self.tracker.done)
        again = self.decided[one.uid]
        assert done <= 1 + again, (one, done)
        if one.state == "sent" and one.verb in SETS and not done:
            wanted = self.tracker.held[(one.ref.partition(":")[2], FIELDS[one.verb])]
            assert any(self.reads(one, held) for held in wanted), one
        elif one.state == "cancelled" and not one.attempts and one.tried is None:
            assert not done, one

    def reads(self, one: Outgoing, held: Any) -> bool:
        """Whether somebody else had set the same."""
        if one.verb == "labels":
            return set(one.value["add"]) <= set(held) and not set(one.value["remove"]) & set(held)
        value = one.value
        if isinstance(value, dict):
            value = value.get("name") or value.get("status") or value.get("priority")
        return fold(str(held or "")) == fold(str(value or ""))

    def is_counted(self, rows: list[Outgoing]) -> None:
        """Comments and new issues: as many as were sent, of each text, whichever change they were taken for."""
        for verb, count in (("comment", self.tracker.comments), ("create", self.tracker.titles)):
            key = "text" if verb == "comment" else "title"
            mine = [one for one in rows if one.verb == verb]
            for text in {one.value[key] for one in mine}:
                sent = sum(one.state == "sent" for one in mine if one.value[key] == text)
                unsure = sum(one.state != "sent" and one.tried is not None for one in mine if one.value[key] == text)
                assert sent <= count(text) <= sent + unsure, (text, sent, unsure, count(text))

    def is_in_order(self, rows: list[Outgoing]) -> None:
        """What was sent to one item came to it in the order in which it was decided."""
        number = {one.uid: one.id for one in rows if not self.decided[one.uid] and one.state == "sent"}
        first: dict[str, list[int]] = {}
        for uid, _, key in self.tracker.done:
            if uid in number and number[uid] not in first.setdefault(key, []):
                first[key].append(number[uid])
        assert all(numbers == sorted(numbers) for numbers in first.values()), first

    def is_the_same(self) -> None:
        """What stands here after one more pull is what stands there."""
        self.clock.forward(seconds=1)
        pull(self.store, self.tracker_side)
        for key in self.tracker.issues:
            here = items.load_item(self.store.read, items.id_of(self.store.read, f"{self.source}:{key}") or 0)
            there = self.tracker.item(self.source, key)
            assert here is not None
            assert [field(here, verb, UTC) for verb in FIELDS] == [field(there, verb, UTC) for verb in FIELDS], key
            assert [one.text for one in here.comments] == [one.text for one in there.comments], key

    # -- short ways

    def rows(self) -> list[Outgoing]:
        return [row(self.store, id) for id in self.writes]

    def known(self) -> list[str]:
        sql = "SELECT key FROM items WHERE source = ? ORDER BY id"
        return [key for (key,) in self.store.read.execute(sql, (self.source,)).fetchall()]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_nothing_is_lost_and_nothing_is_sent_twice(tmp_path: Path, block: int) -> None:
    with MortalStore.open(tmp_path / "opstui.db", now=FakeClock()) as store:
        for seed in range(block * LIVES, (block + 1) * LIVES):
            try:
                _Life(store, seed).live()  # type: ignore[arg-type]
            except BaseException as error:
                error.add_note(f"seed {seed}")
                raise
