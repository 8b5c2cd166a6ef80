"""Sends the changes of one source that are due: each once, in order per item, and looked at afterwards.

Before anything leaves, the row says ``sending`` in a transaction of its own; after it, the row's end and the item as it was
read back are one transaction. Whatever breaks off in between is found as ``sending``, and looked for before it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.connectors.api import Pushed, Write
from opstui.domain.model import Item
from opstui.domain.outbox import SETS, State, field, field_words
from opstui.errors import AnswerLost, PluginError, SourceRefused, SourceUnavailable, StoreError, WriteRefused
from opstui.services import readback
from opstui.services.ledger import Ledger, words
from opstui.services.schedule import asked
from opstui.store import outbox, sending

if TYPE_CHECKING:
    from opstui.connectors.api import Connector
    from opstui.domain.views import Outgoing

ENOUGH = 3
"""So many changes in a row that do not get through, and the others need not be tried now."""


@dataclass(slots=True)
class _Try:
    """One change being carried out: whether it may have left, and what the source said when it took it."""

    write: Outgoing
    left: bool = False
    pushed: Pushed | None = None

    @property
    def key(self) -> str:
        """Of the item at its source; empty for a new one."""
        return self.write.ref.partition(":")[2]


class _Stop(Exception):
    """Nothing more may be sent: another engine sends now, or a person has said so."""


class Push:
    """One run through the outbox of one source."""

    def __init__(self, ledger: Ledger, connector: Connector) -> None:
        self.ledger = ledger
        self.connector = connector
        self.source = ledger.source
        self._people = ledger.rules.people
        self._zone = ledger.zone
        self._in_vain = 0

    def run(self) -> None:
        """Carry out what is due until nothing is, or until it makes no sense to go on.

        Raises:
            StoreError: the store cannot be used; what is between two states then is recovered by the engine.
        """
        done: set[int] = set()
        while True:
            ready = sending.due(self.ledger.store.read, self.source, self.ledger.now())
            ready = [write for write in ready if write.id not in done]
            if not ready:
                return
            for write in ready:
                done.add(write.id)
                if not self._one(_Try(write)):
                    return

    def _one(self, one: _Try) -> bool:
        """One change; False when the others shall wait."""
        try:
            self._carry_out(one)
        except StoreError:
            raise
        except _Stop:
            return False
        except SourceRefused as error:
            self._put_off(one, error)
            self.ledger.refused(error)
            return False
        except SourceUnavailable as error:
            return self._unavailable(one, error)
        except NotImplementedError:
            self.ledger.end(one.write, State.FAILED, None, self._unable(one))
        except Exception as error:  # noqa: BLE001  a connector's own mistake costs the change it was made on
            if isinstance(error, WriteRefused) and one.pushed is None:
                self.ledger.end(one.write, State.FAILED, None, self.ledger.words_of(error))
            else:
                self._put_off(one, error)
        self._in_vain = 0
        return True

    def _unavailable(self, one: _Try, error: SourceUnavailable) -> bool:
        """Later; False when the source had better be left alone for now."""
        pause = asked(error.retry_after) or 0.0
        self._put_off(one, error, pause)
        self._in_vain += 1
        if pause:
            self.ledger.pause(pause)
        return not pause and self._in_vain < ENOUGH

    def _put_off(self, one: _Try, error: BaseException, pause: float = 0.0) -> None:
        """Again later. It is in doubt when it may have arrived, or was so before and nobody could look."""
        write, pushed = one.write, one.pushed
        certain = isinstance(error, SourceRefused | SourceUnavailable) and not isinstance(error, AnswerLost)
        doubt = pushed is not None or (not certain if one.left else write.doubt)
        made = write.made
        if pushed is not None and write.undoes is None:
            made = pushed.value if write.verb in SETS else pushed.id
        self.ledger.put_off(write, error, doubt=doubt, made=made, pause=pause)

    # -- carrying out

    def _carry_out(self, one: _Try) -> None:
        if one.write.verb not in self.connector.verbs:
            raise NotImplementedError(one.write.verb)
        if one.write.verb in SETS:
            self._set(one)
        elif one.write.undoes is not None:
            self._take_back(one)
        else:
            self._make(one)

    def _set(self, one: _Try) -> None:
        """A field: nothing is sent when it reads as wanted already, or when somebody else has set it meanwhile."""
        write, before = one.write, self._fetch(one.key)
        if before is None:
            why = f"{self.source} does not find it, or does not show it to you"
            self.ledger.end(
                write, State.FAILED, None, words(f"{write.ref} is not there", why, "Look for it there, or drop it.")
            )
        elif readback.came_out(before, write, self._people, self._zone, write.made):
            self.ledger.end(write, State.SENT, before, {"made": ""})
        elif readback.moved(before, write, self._people, self._zone):
            self.ledger.end(write, State.CONFLICT, before, {"theirs": field(before, write.verb, self._zone)})
        else:
            said = self._send(one)
            after = self._fetch(one.key)
            if after is None or readback.came_out(after, write, self._people, self._zone, said.value):
                self.ledger.end(write, State.SENT, after, {"made": said.id})
            else:
                self._nothing_came(write, after, f"it reads {field_words(write.verb, field(after, write.verb, self._zone))}")

    def _make(self, one: _Try) -> None:
        """A comment or an item, which must not be made twice."""
        write = one.write
        if write.made:
            one.pushed = Pushed(write.made)  # it was taken, and only reading it back failed
        elif write.doubt:
            one.pushed = self._looked(write, write.tried or write.at)
        made = one.pushed or self._send(one)
        if not made.id:
            found = self._looked(write, write.tried or self.ledger.now())
            if found is None:
                self._nothing_came(write, None, "it is not there")
                return
            made = one.pushed = found
        key = one.key or made.id
        self.ledger.end(write, State.SENT, self._fetch(key) if key else None, {"made": made.id})

    def _take_back(self, one: _Try) -> None:
        """What another change made is taken away again; done twice, nothing happens the second time."""
        write = one.write
        first = outbox.load(self.ledger.store.read, write.undoes or 0)
        if first is None or first.state != State.SENT:
            self.ledger.end(write, State.CANCELLED, None, {"why": "what it takes back was never sent"})
            return
        if not first.made:
            what, why = f"{self.source} has not said what it made", "so it cannot be found to be taken back"
            self.ledger.end(write, State.FAILED, None, words(what, why, "Take it back at the source."))
            return
        self._claim(one)
        one.left = True
        self.connector.take_back(_asked(first, first.tried), first.made)
        one.pushed = Pushed(first.made)
        key = one.key or first.made
        item = self._fetch(key)
        self.ledger.end(write, State.SENT, item, gone=(key,) if item is None and write.verb == "create" else ())

    def _send(self, one: _Try) -> Pushed:
        """The one place where a change leaves."""
        tried = self._claim(one)
        one.left = True
        pushed = self._as_pushed("push", self.connector.push(_asked(one.write, tried)))
        if pushed is None:
            raise self._broken("push() gave nothing instead of Pushed")
        one.pushed = pushed
        return pushed

    def _claim(self, one: _Try) -> datetime:
        """Say that it is being sent, if it still may be.

        Raises:
            _Stop: it may not.
        """
        now = self.ledger.now()
        if not self.ledger.claim(one.write, now):
            raise _Stop
        return now

    def _nothing_came(self, write: Outgoing, item: Item | None, why: str) -> None:
        what = f"{self.source} accepted the change and did not make it"
        step = "It may not be allowed to you there; try it at the source, then retry or drop it."
        self.ledger.end(write, State.FAILED, item, words(what, why, step))

    def _unable(self, one: _Try) -> dict[str, str]:
        write = one.write
        if write.doubt and not one.left:
            what, why = "nobody knows whether it arrived", f"the connector of {self.source} cannot look for it"
            return words(what, why, f"Look at {write.ref or self.source}, then retry or drop it.")
        what = f"the connector of {self.source} cannot carry out {write.verb}"
        return words(what, "", "Do it at the source, and drop the change here.")

    # -- asking the connector, whose answers are checked, not believed

    def _fetch(self, key: str) -> Item | None:
        item: object = self.connector.fetch(key)
        if item is None or (isinstance(item, Item) and item.source == self.source):
            return item
        raise self._broken(f"fetch() gave {item.source if isinstance(item, Item) else type(item).__name__} instead of its item")

    def _looked(self, write: Outgoing, tried: datetime) -> Pushed | None:
        taken = sending.taken(self.ledger.store.read, write)
        return self._as_pushed("look", self.connector.look(_asked(write, tried, taken)))

    def _as_pushed(self, method: str, given: object) -> Pushed | None:
        if given is None or isinstance(given, Pushed):
            return given
        raise self._broken(f"{method}() gave {type(given).__name__} instead of Pushed")

    def _broken(self, why: str) -> PluginError:
        return PluginError(f"the connector of {self.source!r} broke its contract", why, "Tell its author.", plugin=self.source)


def _asked(write: Outgoing, tried: datetime | None, taken: frozenset[str] = frozenset()) -> Write:
    """A change as its connector is asked for it."""
    return Write(write.uid, write.verb, write.ref.partition(":")[2], write.value, write.at, tried, taken)
