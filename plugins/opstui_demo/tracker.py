"""A small tracker in one JSON file: what the demo's board says, and what is done to it. Every change is kept at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

from opstui.connectors.api import Move, MoveField, Usage
from opstui.domain.model import Change, Comment, Item, Stage
from opstui.errors import SourceRefused, SourceUnavailable, WriteRefused

STAGES: Mapping[str, Stage] = {
    "To Do": Stage.TODO,
    "In Progress": Stage.DOING,
    "In Review": Stage.DOING,
    "Blocked": Stage.BLOCKED,
    "Done": Stage.DONE,
}
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
_WAITS = MoveField("waits_for", "Waits for", required=True)
_OUTCOME = MoveField("outcome", "Outcome", required=True, choices=("Fixed", "Not needed any more", "Duplicate"))
MOVES: Mapping[str, tuple[Move, ...]] = {
    "To Do": (Move("11", "Start", "In Progress", "doing"), Move("51", "Finish", "Done", "done", (_OUTCOME,))),
    "In Progress": (
        Move("21", "Ask for review", "In Review", "doing"),
        Move("31", "Block", "Blocked", "blocked", (_WAITS,)),
        Move("41", "Put back", "To Do", "todo"),
        Move("51", "Finish", "Done", "done", (_OUTCOME,)),
    ),
    "In Review": (Move("22", "Ask for changes", "In Progress", "doing"), Move("51", "Finish", "Done", "done", (_OUTCOME,))),
    "Blocked": (Move("32", "Go on", "In Progress", "doing"), Move("41", "Put back", "To Do", "todo")),
    "Done": (Move("61", "Open again", "To Do", "todo"),),
}
"""What can be done from each status, as the board's own rules have it."""


@dataclass(slots=True)
class Tracker:
    """The board in ``path``: ``{"serial": n, "account": …, "expires": …, "quota": …, "issues": [{…}]}``."""

    path: Path
    source: str
    data: dict[str, Any] = field(default_factory=dict)

    def read(self) -> None:
        """Read the file again.

        Raises:
            SourceRefused: it is not there, or is no board.
        """
        try:
            self.data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            step = "opstui demo --fresh writes it anew"
            raise SourceRefused(f"{self.source}: there is no board", f"{self.path} does not exist", step) from error
        except (OSError, ValueError) as error:
            raise SourceUnavailable(f"{self.source}: the board cannot be read", str(error)) from error

    @contextmanager
    def changing(self, key: str, who: str, at: datetime) -> Iterator[dict[str, Any]]:
        """One issue to change; the file is replaced whole when that is done."""
        self.read()
        issue = self.issue(key)
        if issue is None:
            raise WriteRefused(f"{self.source}: there is no issue {key}", "it was deleted at the board")
        before = json.dumps(issue, sort_keys=True)
        yield issue
        if json.dumps(issue, sort_keys=True) != before:
            self.data["serial"] = issue["serial"] = int(self.data["serial"]) + 1
            issue["updated"], issue["by"] = at.isoformat(), who
        self.write()

    def write(self) -> None:
        """Keep what was done: who reads meanwhile sees the old file or the new one."""
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.data, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(self.path)

    def issue(self, key: str) -> dict[str, Any] | None:
        """An issue by its key."""
        return next((issue for issue in self.data["issues"] if issue["key"] == key), None)

    def create(self, title: str, body: str, who: str, at: datetime, uid: str) -> str:
        """A new issue: its key."""
        self.read()
        prefix = str(self.data.get("prefix", "OPS"))
        number = max((int(issue["key"].rpartition("-")[2]) for issue in self.data["issues"]), default=0) + 1
        self.data["serial"] = int(self.data["serial"]) + 1
        issue = {
            "key": f"{prefix}-{number}",
            "title": title,
            "body": body,
            "type": "Task",
            "status": "To Do",
            "priority": "Medium",
        }
        issue |= {"owner": "", "reporter": who, "created": at.isoformat(), "updated": at.isoformat(), "uid": uid}
        self.data["issues"].append(issue | {"serial": self.data["serial"]})
        self.write()
        return f"{prefix}-{number}"

    def usage(self, calls: int) -> Usage:
        """What the board says of our use of it: so many calls an hour, and a token that ends."""
        limit = int(self.data.get("quota", 500))
        expires, reset = (
            datetime.fromisoformat(self.data[name]) if name in self.data else None for name in ("expires", "reset")
        )
        return Usage(calls, limit - calls, limit, reset, expires, str(self.data.get("account", "")))


def change(issue: dict[str, Any], name: str, value: Any, who: str, at: datetime) -> None:
    """Set a field, and keep in the issue's history what it was."""
    old = issue.get(name, "")
    if old != value:
        shown = [", ".join(one) if isinstance(one, list) else one for one in (old, value)]
        issue.setdefault("history", []).append([name, *shown, at.isoformat(), who])
        issue[name] = value


def comment(issue: dict[str, Any], text: str, who: str, at: datetime, uid: str = "") -> str:
    """Add a comment: its id."""
    id = uid or uuid4().hex
    issue.setdefault("comments", []).append({"id": id, "who": who, "at": at.isoformat(), "text": text})
    return id


def item_of(issue: Mapping[str, Any], source: str) -> Item:
    """An issue as an item."""
    label = issue.get("priority") or ""
    fields = {"Issue Type": issue.get("type", "")}
    if issue.get("waits_for") and STAGES.get(issue["status"]) is Stage.BLOCKED:
        fields["Waits for"] = issue["waits_for"]
    return Item(
        source=source,
        key=issue["key"],
        title=issue["title"],
        body=issue.get("body", ""),
        status=issue["status"],
        stage=STAGES.get(issue["status"], Stage.TODO),
        priority=PRIORITIES.index(label) + 1 if label in PRIORITIES else None,
        priority_label=label,
        owner=issue.get("owner") or None,
        reporter=issue.get("reporter") or None,
        labels=tuple(issue.get("labels", ())),
        created=_moment(issue.get("created")),
        updated=_moment(issue.get("updated")),
        due=_moment(issue.get("due")),
        blocks=tuple(issue.get("blocks", ())),
        blocked_by=tuple(issue.get("blocked_by", ())),
        history=tuple(Change(name, old, new, _moment(at), who) for name, old, new, at, who in issue.get("history", ())),
        comments=tuple(Comment(one["text"], _moment(one.get("at")), one.get("who")) for one in issue.get("comments", ())),
        fields=fields,
        fingerprint=blake2b(json.dumps(issue, sort_keys=True).encode(), digest_size=8).hexdigest(),
        changed_by=issue.get("by") or None,
    )


def due_of(day: str | None, old: str) -> str:
    """A due date as the board keeps it: at the hour it had, else at five."""
    if not day:
        return ""
    before, on = _moment(old), date.fromisoformat(day)
    at = before.timetz() if before else time(17, tzinfo=UTC)
    return datetime.combine(on, at).isoformat()


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.astimezone()
