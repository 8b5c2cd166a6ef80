"""The demo connector: synthetic items that keep arriving, to try opstui or its limits without a system behind it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from opstui.connectors import Connector, Cursor, Known, Option, Page
from opstui.connectors.api import Context, Move, Pushed, Write
from opstui.domain.model import Item, Kind, Stage
from opstui.domain.text import fold
from opstui.errors import WriteRefused
from opstui_demo.tracker import MOVES, PRIORITIES, Tracker, change, comment, due_of, item_of

PAGE = 500
DAY = timedelta(days=1)

SUBJECTS = (
    "Scanner",
    "Label printer",
    "Conveyor",
    "Badge reader",
    "Forklift",
    "Cold store door",
    "Handheld",
    "Order feed",
    "Time clock",
)
TROUBLES = (
    "does not start",
    "stops every hour",
    "shows the wrong time",
    "is slower than yesterday",
    "waits for a part",
    "needs approval",
)
PLACES = ("dock 2", "dock 7", "hall B", "gate A", "aisle 11", "packing 3", "returns", "office 2")
PEOPLE = ("Ana Ruiz", "Bo Lind", "Cy Moss", "Dee Okafor", "Eli Novak", "Fay Tan", None)
KINDS = (Kind.TICKET, Kind.TICKET, Kind.TICKET, Kind.MESSAGE, Kind.ALERT)
STATES = (("New", Stage.TODO), ("In Progress", Stage.DOING), ("On Hold", Stage.BLOCKED))


def _positive(value: int) -> None:
    if value < 0:
        raise ValueError("it cannot be less than 0")


class DemoConnector(Connector):
    """Makes the same items from the same seed; after the first pull more arrive as time goes by.

    With ``file`` it is a small tracker instead: what that file says, and what is done to it.
    """

    name = "demo"
    title = "Demo (synthetic items)"
    api_version = 1
    options = (
        Option("items", "int", "How many items there are from the start.", default=150, example=150, check=_positive),
        Option("seed", "int", "Another number makes other items.", default=1, example=1),
        Option("per_hour", "int", "How many more arrive in an hour.", default=6, example=6, check=_positive),
        Option("file", "path", "A board in a JSON file, which changes are written to; the other options say nothing then."),
    )
    verbs: ClassVar[frozenset[str]] = frozenset({"comment", "assign", "transition", "priority", "due", "labels", "create"})
    takes_back: ClassVar[frozenset[str]] = frozenset({"comment", "create"})

    def __init__(self, options: Mapping[str, Any], context: Context) -> None:
        super().__init__(options, context)
        if not options.get("file"):
            self.verbs = frozenset()  # type: ignore[misc]  # only a board can be written to

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """Yield what is there from the start, then what has arrived since; an item never changes but on a board."""
        if self.config.get("file"):
            yield self._changed(cursor)
            return
        now = self.context.now().astimezone(UTC)
        began = datetime.fromisoformat(cursor["began"]) if cursor else now
        done = int(cursor["done"]) if cursor else 0
        first = int(self.config["items"])
        arrived = int((now - began) / timedelta(hours=1) * int(self.config["per_hour"]))
        total = first + max(arrived, 0)
        for start in range(done, total, PAGE):
            end = min(start + PAGE, total)
            items = tuple(self._item(number, began, first) for number in range(start, end))
            self.context.progress(end, total, "items")
            yield Page(items, cursor={"began": began.isoformat(), "done": end})

    def check(self) -> str:
        """It always works, unless its board is gone."""
        if self.config.get("file"):
            board = self._board()
            return f"{len(board.data['issues'])} issues as {board.data.get('account') or 'nobody'}"
        return f"{self.config['items']} synthetic items"

    # -- the board

    _calls = 0

    def _board(self) -> Tracker:
        if not self.config.get("file"):
            raise WriteRefused(
                f"{self.context.source}: synthetic items cannot be changed", "it has no file", "Name one: file = …"
            )
        board = Tracker(self.config["file"], self.context.source)
        board.read()
        self._calls += 1
        self.context.usage(board.usage(self._calls))
        return board

    def _changed(self, cursor: Cursor | None) -> Page:
        board = self._board()
        since = int(cursor["serial"]) if cursor else -1
        issues = [issue for issue in board.data["issues"] if int(issue.get("serial", 0)) > since]
        self.context.progress(len(issues), len(issues), "issues")
        unchanged = len(board.data["issues"]) - len(issues)
        items = tuple(item_of(issue, self.context.source) for issue in issues)
        return Page(items, cursor={"serial": int(board.data["serial"])}, unchanged=unchanged)

    def fetch(self, key: str) -> Item | None:
        """One issue as it stands."""
        issue = self._board().issue(key)
        return item_of(issue, self.context.source) if issue else None

    def moves(self, key: str) -> tuple[Move, ...]:
        """What the board's rules allow from where the issue stands."""
        issue = self._board().issue(key)
        return MOVES.get(issue["status"], ()) if issue else ()

    def push(self, write: Write) -> Pushed:
        """Make one change on the board."""
        board, at, who = self._board(), self.context.now(), self._me()
        if write.verb == "create":
            return Pushed(board.create(write.value["title"], write.value.get("body", ""), who, at, write.uid))
        with board.changing(write.key, who, at) as issue:
            match write.verb:
                case "comment":
                    return Pushed(comment(issue, write.value["text"], who, at, write.uid))
                case "assign":
                    name = write.value["name"] if write.value else ""
                    change(issue, "owner", name, who, at)
                    return Pushed(value=name)
                case "priority":
                    change(issue, "priority", PRIORITIES[write.value["priority"] - 1], who, at)
                case "due":
                    change(issue, "due", due_of(write.value, issue.get("due", "")), who, at)
                case "labels":
                    gone = {fold(one) for one in write.value.get("remove", ())}
                    kept = [one for one in issue.get("labels", ()) if one and fold(one) not in gone]
                    had = {fold(one) for one in kept}
                    change(issue, "labels", kept + [one for one in write.value.get("add", ()) if fold(one) not in had], who, at)
                case "transition":
                    return self._move(issue, write, who, at)
        return Pushed()

    def _move(self, issue: dict[str, Any], write: Write, who: str, at: datetime) -> Pushed:
        """Along one of the moves there are, with the fields it asks for."""
        wanted, given = write.value, write.value.get("fields") or {}
        known = MOVES.get(str(issue["status"]), ())
        move = next((one for one in known if one.id == wanted.get("id") or fold(one.status) == fold(wanted["status"])), None)
        if move is None:
            ways = ", ".join(one.status for one in known)
            why = f"from {issue['status']} it goes to {ways}"
            raise WriteRefused(f"{self.context.source}: {write.key} cannot go to {wanted['status']}", why)
        for one in move.fields:
            if one.required and not given.get(one.name):
                raise WriteRefused(f"{self.context.source}: {write.key} was not moved", f"“{one.title}” is required")
            if given.get(one.name):
                issue[one.name] = str(given[one.name])
        change(issue, "status", move.status, who, at)
        return Pushed(value=move.status)

    def look(self, write: Write) -> Pushed | None:
        """By the name that a change has from us, which the board keeps."""
        board = self._board()
        if write.verb == "create":
            return next((Pushed(issue["key"]) for issue in board.data["issues"] if issue.get("uid") == write.uid), None)
        said = (board.issue(write.key) or {}).get("comments", ())
        return next((Pushed(one["id"]) for one in said if one.get("id") == write.uid), None)

    def take_back(self, write: Write, id: str) -> None:
        """Delete what a change of ours made."""
        board = self._board()
        if write.verb == "create":
            board.data["issues"] = [issue for issue in board.data["issues"] if issue["key"] != id]
            board.write()
            return
        with board.changing(write.key, self._me(), self.context.now()) as issue:
            issue["comments"] = [one for one in issue.get("comments", ()) if one.get("id") != id]

    def _me(self) -> str:
        return str(self._board().data.get("account") or "opstui")

    def _item(self, number: int, began: datetime, first: int) -> Item:
        """Item ``number``: of the past for those there from the start, else as it arrived."""
        chance = random.Random(f"{self.config['seed']}/{number}")
        if number < first:
            created = began - chance.random() ** 2 * 30 * DAY
        else:
            created = began + timedelta(hours=(number - first + 1) / int(self.config["per_hour"]))
        status, stage = chance.choice(STATES)
        title = f"{chance.choice(SUBJECTS)} at {chance.choice(PLACES)} {chance.choice(TROUBLES)}"
        return Item(
            source=self.context.source,
            key=f"D{number + 1}",
            title=title,
            kind=chance.choice(KINDS),
            status=status,
            stage=stage,
            priority=chance.choice((1, 2, 2, 3, 3, 3, 4, 4, 5)),
            owner=chance.choice(PEOPLE),
            created=created,
            updated=created,
            due=created + chance.randrange(1, 20) * DAY if chance.random() < 0.3 else None,
            fingerprint=f"{self.config['seed']}-{number}",
        )
