"""A tracker that remembers what is done to it and by which change, and a connector to it, both in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from opstui.connectors.api import VERBS, Connector, Cursor, Known, Move, MoveField, Page, Pushed, Write
from opstui.domain.model import Comment, Item
from opstui.domain.text import fold
from opstui.errors import WriteRefused

FIELDS = {"assign": "owner", "transition": "status", "priority": "priority", "due": "due", "labels": "labels"}


class Tracker:
    """Issues by key. ``done`` tells which change did what, in order: (uid, verb, key)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.issues: dict[str, dict[str, Any]] = {}
        self.done: list[tuple[str, str, str]] = []
        self.held: dict[tuple[str, str], list[Any]] = {}
        """Every value that a field has held."""
        self._late: list[tuple[datetime, str, str, str, Any]] = []
        self._serial = 0

    def add(self, title: str = "An issue", **fields: Any) -> str:
        """A new issue: its key."""
        key = f"T-{len(self.issues) + 1}"
        blank = {"title": title, "status": "To Do", "owner": None, "priority": 3, "due": None, "labels": [], "comments": []}
        self.issues[key] = blank | fields
        self._touch(key)
        return key

    def set(self, key: str, field: str, value: Any) -> None:
        """Somebody changes a field."""
        self.issues[key][field] = value
        self._touch(key)

    def apply(self, uid: str, verb: str, key: str, value: Any) -> str:
        """Carry a change out: the id of what it made."""
        if verb == "create":
            key = made = self.add(value["title"])
        else:
            made = self._apply(verb, self.issues[key], value)
            self._touch(key)
        self.done.append((uid, verb, key))
        return made

    def apply_later(self, after: float, uid: str, verb: str, key: str, value: Any) -> None:
        """Carry a change out in so many seconds, whoever still waits for it."""
        self._late.append((self.now() + timedelta(seconds=after), uid, verb, key, value))

    def catch_up(self) -> None:
        """Carry out what is due by now."""
        due = [one for one in self._late if one[0] <= self.now()]
        self._late = [one for one in self._late if one[0] > self.now()]
        for _, *change in due:
            self.apply(*change)

    def comments(self, text: str) -> int:
        """How often a comment stands anywhere."""
        return sum(one["text"] == text for issue in self.issues.values() for one in issue["comments"])

    def titles(self, title: str) -> int:
        """How many issues are called so."""
        return sum(issue["title"] == title for issue in self.issues.values())

    def item(self, source: str, key: str) -> Item:
        """An issue as its connector tells it."""
        issue = self.issues[key]
        day = issue["due"]
        return Item(
            source=source,
            key=key,
            title=issue["title"],
            status=issue["status"],
            owner=issue["owner"],
            priority=issue["priority"],
            due=datetime.combine(date.fromisoformat(day), time(12), self.now().tzinfo) if day else None,
            labels=tuple(issue["labels"]),
            comments=tuple(Comment(one["text"], one["at"], "Ana Ruiz") for one in issue["comments"]),
            updated=issue["updated"],
            fingerprint=str(issue["serial"]),
        )

    def _apply(self, verb: str, issue: dict[str, Any], value: Any) -> str:
        match verb:
            case "comment":
                self._serial += 1
                issue["comments"].append({"id": f"c{self._serial}", "text": value["text"], "at": self.now()})
                return f"c{self._serial}"
            case "assign":
                issue["owner"] = value["name"] if value else None
            case "transition":
                issue["status"] = value["status"]
            case "priority":
                issue["priority"] = value["priority"]
            case "due":
                issue["due"] = value
            case "labels":
                gone = {fold(one) for one in value["remove"]}
                issue["labels"] = sorted({one for one in issue["labels"] if fold(one) not in gone} | set(value["add"]))
        return ""

    def _touch(self, key: str) -> None:
        self._serial += 1
        issue = self.issues[key]
        issue["updated"], issue["serial"] = self.now(), self._serial
        for field in FIELDS.values():
            self.held.setdefault((key, field), []).append(issue[field])


class TrackerConnector(Connector):
    """Reads and writes a ``Tracker``; ``before`` is called with the name of every request and may raise."""

    name = "tracker"
    title = "Tracker"
    api_version = 1
    verbs = VERBS
    takes_back = frozenset({"comment", "create"})

    def __init__(self, tracker: Tracker, source: str, before: Callable[[str], None] = lambda request: None) -> None:
        self.tracker = tracker
        self.source = source
        self.before = before

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        self.tracker.catch_up()
        items = [self.tracker.item(self.source, key) for key in self.tracker.issues]
        self.before("pull")
        yield Page(tuple(items))

    def fetch(self, key: str) -> Item | None:
        self.before("fetch")
        self.tracker.catch_up()
        return self.tracker.item(self.source, key) if key in self.tracker.issues else None

    def push(self, write: Write) -> Pushed:
        self.before("push")
        self.tracker.catch_up()
        if write.verb == "transition" and write.value["status"] == "Nowhere":
            raise WriteRefused(f"{write.key} cannot be moved", "there is no transition to Nowhere")
        return Pushed(self.tracker.apply(write.uid, write.verb, write.key, write.value))

    def look(self, write: Write) -> Pushed | None:
        self.before("look")
        self.tracker.catch_up()
        if write.verb == "create":
            made = [key for key, issue in self.tracker.issues.items() if issue["title"] == write.value["title"]]
        else:
            made = [one["id"] for one in self.tracker.issues[write.key]["comments"] if one["text"] == write.value["text"]]
        return next((Pushed(one) for one in made if one not in write.taken), None)

    def take_back(self, write: Write, id: str) -> None:
        self.before("take_back")
        self.tracker.catch_up()
        if write.verb == "create":
            self.tracker.issues.pop(id, None)
        else:
            comments = self.tracker.issues[write.key]["comments"]
            comments[:] = [one for one in comments if one["id"] != id]
            self.tracker._touch(write.key)

    def moves(self, key: str) -> tuple[Move, ...]:
        self.before("moves")
        return (Move("31", "Close", "Done", "done", (MoveField("resolution", "Resolution", True, ("Fixed",)),)),)
