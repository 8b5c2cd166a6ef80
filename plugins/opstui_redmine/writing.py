"""Changes made in Redmine, and how one is found again whose answer was lost.

Redmine answers 204 to more than it does: an unknown status, or a field that the account may not set, changes nothing.
So what can be known beforehand is looked at first, and the rest is seen when the issue is read afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from opstui.connectors.api import Move, MoveField, Pushed, Write
from opstui.connectors.http import segment
from opstui.domain.model import PRIORITY_WORDS
from opstui.domain.text import clean, fold
from opstui.errors import AnswerLost, SourceError, SourceUnavailable, WriteRefused
from opstui_redmine.client import Api, Json
from opstui_redmine.directory import Lookup, number_of
from opstui_redmine.journals import entries, moment
from opstui_redmine.mapping import named

SKEW = timedelta(minutes=5)
"""How far the server's clock may be behind ours where it does not tell its time."""

_TITLE = 255
"""The longest subject that Redmine takes."""
_NAMED = 12
"""How many choices a refusal names."""


class Writer:
    """Carries out one change at a time."""

    def __init__(self, api: Api, look: Lookup) -> None:
        self.api, self.look, self.settings = api, look, look.settings
        self.source = look.context.source

    def push(self, write: Write) -> Pushed:
        """Make one change, once."""
        match write.verb:
            case "comment":
                return self._comment(write)
            case "assign":
                return self._assign(write)
            case "transition":
                return self._transition(write)
            case "priority":
                return self._priority(write)
            case "due":
                return self._due(write)
            case "create":
                return self._create(write)
        raise self._refusal(write, f"Redmine has no {write.verb}", "Keep it here instead.")

    # -- the verbs

    def _comment(self, write: Write) -> Pushed:
        """A note. Redmine does not say its number: it is the newest of ours with that text."""
        text = write.value["text"]
        if not text.strip():
            raise self._refusal(write, "the comment is empty", "Write something.")
        self._put(write, {"notes": text})
        try:
            return Pushed(id=self._note(write, since=None) or "")
        except SourceError:
            return Pushed()  # it is there; only its number is not known

    def _assign(self, write: Write) -> Pushed:
        if write.value is None:
            self._put(write, {"assigned_to_id": ""})
            return Pushed()
        issue = self._issue(write)
        number, name = self._person(write, issue)
        self._put(write, {"assigned_to_id": number})
        return Pushed(value=self.look.person({"id": number, "name": name}) or name)

    def _transition(self, write: Write) -> Pushed:
        issue = self._issue(write)
        allowed = self._allowed(issue)
        told, word = str(write.value.get("id") or ""), fold(str(write.value.get("status") or ""))
        chosen = next((one for one in allowed if told and str(number_of(one)) == told), None)
        chosen = chosen or next((one for one in allowed if fold(named(one)) == word), None)
        if chosen is None:
            names = ", ".join(named(one) for one in allowed) or "none"
            wanted = write.value.get("status") or f"status {told}"
            raise self._refusal(
                write, f"{wanted} is not open to this account from here; these are: {names}", "Choose one of them."
            )
        self._put(write, {"status_id": number_of(chosen), **_extras(write.value.get("fields"))})
        return Pushed(value=named(chosen))

    def _priority(self, write: Write) -> Pushed:
        directory, levels = self.look.ready(), self.look.levels()
        label, wanted = fold(str(write.value.get("label") or "")), write.value["priority"]
        fitting = [number for number, name in directory.priorities if label and fold(name) == label]
        fitting = fitting or [number for number, level in levels.items() if level == wanted]
        if not fitting:
            there = ", ".join(f"{name} ({PRIORITY_WORDS[levels[number]]})" for number, name in directory.priorities)
            raise self._refusal(
                write, f"no priority stands for {PRIORITY_WORDS.get(wanted, wanted)}; there are: {there}", _PRIORITIES
            )
        self._put(write, {"priority_id": fitting[0]})
        return Pushed(value=self.look.priority_name(fitting[0]))

    def _due(self, write: Write) -> Pushed:
        try:
            day = date.fromisoformat(write.value).isoformat() if write.value else ""
        except ValueError:
            raise self._refusal(write, f"{write.value!r} is no date", "Give a day such as 2026-11-20") from None
        self._put(write, {"due_date": day})
        return Pushed()

    def _create(self, write: Write) -> Pushed:
        fields = dict(write.value.get("fields") or {})
        project = str(fields.pop("project", "") or self.settings.project)
        if not project:
            raise self._refusal(
                write, "no project to create it in is named", 'Set create = { project = "…" } in the source\'s options.'
            )
        title = write.value["title"].strip()
        if len(title) > _TITLE:
            raise self._refusal(write, f"the title has {len(title)} characters, Redmine takes {_TITLE}", "Shorten it.")
        body: dict[str, Any] = {"project_id": project, "subject": title, "description": write.value.get("body") or ""}
        tracker = str(fields.pop("tracker", "") or self.settings.tracker)
        if tracker:
            body["tracker_id"] = self._tracker(write, tracker)
        reply = self.api.http.send("POST", "/issues.json", {"issue": {**body, **_extras(fields)}}, of_item=True)
        try:
            return Pushed(id=str(number_of(self.api.member(reply, "issue")) or ""))
        except SourceUnavailable as error:
            raise AnswerLost(error.what, error.why, error.next_step) from error

    # -- a lost answer

    def look_for(self, write: Write) -> Pushed | None:
        """The comment or issue that a write made, when it is there."""
        start = self._by_its_clock(write.tried or write.made)
        found = self._note(write, since=start) if write.verb == "comment" else self._made(write, start)
        return Pushed(id=found) if found else None

    def take_back(self, write: Write, id: str) -> None:
        """Empty a note of ours: Redmine 5 and later then drop it."""
        if write.verb != "comment":
            raise self._refusal(write, "Redmine keeps what was created", "Close it there instead.")
        id = id or self._note(write, since=self._by_its_clock(write.made)) or ""
        if not id.isdecimal() or id not in {str(number_of(one)) for one in self._notes(write)}:
            return
        empty = {"journal": {"notes": ""}}
        reply = self.api.http.send("PUT", f"/journals/{id}.json", empty, accept={403, 404}, repeatable=True)
        if reply.status == 403:
            raise self._refusal(write, "this account may not edit its own notes", _THERE)
        if reply.status == 404 and id in {str(number_of(one)) for one in self._notes(write)}:
            raise self._refusal(write, "this Redmine lets no note be taken back; 5.0 and later do", _THERE)

    def moves(self, key: str) -> tuple[Move, ...]:
        """The statuses that an issue can go to now. What else they ask for, Redmine says only when it refuses."""
        issue = self.api.issue(key)
        if issue is None:
            return ()
        now = number_of(issue["status"])
        found = (one for one in self._allowed(issue) if number_of(one) != now)
        return tuple(_move(one, self.look.stage(one)) for one in found)

    # -- help

    def _by_its_clock(self, moment: datetime) -> datetime:
        """What the server's clock said a little before then."""
        self.look.ready()  # it has to have answered once
        return moment + self.api.http.clock_ahead - SKEW

    def _put(self, write: Write, change: Mapping[str, Any]) -> None:
        self.api.http.send("PUT", f"/issues/{segment(write.key)}.json", {"issue": dict(change)}, of_item=True)

    def _issue(self, write: Write) -> Json:
        issue = self.api.issue(write.key)
        if issue is None:
            raise self._refusal(write, "it is not there any more", "It may have been deleted: pull the source.")
        return issue

    def _allowed(self, issue: Json) -> list[Json]:
        """The statuses open to this account; all of them where the server is too old to say."""
        allowed = issue.get("allowed_statuses")
        if isinstance(allowed, list):
            return [one for one in allowed if isinstance(one, dict)]
        statuses = self.look.ready().statuses
        return [{"id": number, "name": name, "is_closed": closed} for number, (name, closed) in statuses.items()]

    def _notes(self, write: Write) -> list[Json]:
        """The notes of this account on an issue, oldest first."""
        me = self.look.ready().account[0]
        issue = self.api.issue(write.key)
        return [one for one in entries(issue or {}) if number_of(one.get("user") or {}) == me and one.get("notes")]

    def _note(self, write: Write, *, since: datetime | None) -> str | None:
        """The newest note of ours with this text that no other write made."""
        text = _same(write.value["text"])
        for one in reversed(self._notes(write)):
            at, id = moment(one.get("created_on")), str(number_of(one))
            late = since is None or (at is not None and at >= since)
            if late and id not in write.taken and _same(str(one["notes"])) == text:
                return id
        return None

    def _made(self, write: Write, start: datetime) -> str | None:
        """An issue of ours with this subject, made since."""
        title, stamp = _same(write.value["title"]), start.strftime("%Y-%m-%dT%H:%M:%SZ")
        filters = [("status_id", "*", []), ("author_id", "=", ["me"]), ("created_on", ">=", [stamp])]
        for issue in self.api.issues(filters, "id:desc").issues:
            if _same(str(issue.get("subject") or "")) == title and str(issue["id"]) not in write.taken:
                return str(issue["id"])
        return None

    def _tracker(self, write: Write, name: str) -> int:
        trackers = self.api.entries(self.api.http.get("/trackers.json"), "trackers")
        for one in trackers:
            if fold(named(one)) == fold(name) or str(one.get("id")) == name:
                return number_of(one)
        there = ", ".join(named(one) for one in trackers[:_NAMED])
        raise self._refusal(write, f"there is no tracker {name!r}; there are: {there}", "Name one of them in create.tracker.")

    def _person(self, write: Write, issue: Json) -> tuple[int, str]:
        """Number and name of the member who is meant; the key's own account too, and whoever reported the issue."""
        directory = self.look.ready()
        project = issue.get("project")
        members = dict(self.look.members(number_of(project))) if isinstance(project, dict) else {}
        for reference in (issue.get("author"), issue.get("assigned_to")):
            if isinstance(reference, dict):
                members.setdefault(number_of(reference), named(reference))
        spellings = {
            fold(one) for one in (write.value["name"], *write.value.get("aliases", ()), write.value.get("email")) if one
        }
        found = {number: name for number, name in members.items() if fold(name) in spellings}
        if not found and directory.admin:
            for one in self.look.accounts():
                words = {fold(str(one.get(name) or "")) for name in ("login", "mail")}
                if words & spellings and number_of(one) in members:
                    found[number_of(one)] = members[number_of(one)]
        if not found:
            found = {number: name for number, name in members.items() if directory.people.get(number) == write.value["name"]}
        if len(found) == 1:
            return next(iter(found.items()))
        there = ", ".join(sorted(members.values())[:_NAMED])
        if found:
            raise self._refusal(write, f"{len(found)} members are called {write.value['name']}", "Assign it in Redmine.")
        next_step = "Choose one of them, or give the person Redmine's spelling as an alias."
        raise self._refusal(write, f"{write.value['name']} is no member of its project; these are: {there}", next_step)

    def _refusal(self, write: Write, why: str, next_step: str) -> WriteRefused:
        what = f"{self.source}: {write.verb} of {write.key}" if write.key else f"{self.source}: {write.verb}"
        return WriteRefused(f"{what} was refused", why, next_step)


_THERE = "Take it back in Redmine."
_PRIORITIES = "Choose one of those, or map them with `priorities`."
_EXTRAS = frozenset({"assigned_to_id", "priority_id", "category_id", "due_date", "start_date", "done_ratio", "estimated_hours"})
_EXTRAS |= {"notes", "fixed_version_id", "parent_issue_id"}


def _extras(fields: Any) -> dict[str, Any]:
    """Further attributes by Redmine's own names; ``cf_3`` is the custom field with that number."""
    given = fields if isinstance(fields, Mapping) else {}
    found: dict[str, Any] = {name: value for name, value in given.items() if name in _EXTRAS}
    if given.get("due"):
        found["due_date"] = given["due"]
    customs = [
        {"id": int(name[3:]), "value": value}
        for name, value in given.items()
        if name.startswith("cf_") and name[3:].isdecimal()
    ]
    return {**found, "custom_fields": customs} if customs else found


def _move(status: Json, stage: str, fields: Iterable[MoveField] = ()) -> Move:
    name = named(status)
    return Move(str(number_of(status)), name, name, str(stage), tuple(fields))


def _same(text: str) -> str:
    """A text as it is compared: line ends and outer white space are not Redmine's to keep."""
    return clean(text.replace("\r\n", "\n"))
