"""The lists that issues refer to by number: statuses, priorities, people. Kept in the cursor, so that a pull asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opstui.connectors.api import Context
from opstui.domain.model import Stage
from opstui.domain.people import People
from opstui.domain.text import clean_line, fold
from opstui.errors import SourceRefused
from opstui_redmine.client import Api, Json
from opstui_redmine.options import Settings

NAME = 200
"""How many characters are kept of a name."""

_PEOPLE = 500
"""How many names the cursor keeps; others are looked up again when a history names them."""

_BLOCKED = frozenset({"feedback", "blocked", "on hold", "hold", "waiting", "pending", "needs info", "paused", "stalled"})
_TODO = frozenset(
    {"new", "open", "to do", "todo", "backlog", "ready", "planned", "reopened", "draft", "submitted", "unconfirmed"}
)


@dataclass(slots=True)
class Directory:
    """What is known of a server. ``people`` holds, by number, the name that an item shows."""

    statuses: dict[int, tuple[str, bool]] = field(default_factory=dict)
    priorities: list[tuple[int, str]] = field(default_factory=list)
    """From the lowest to the highest, as Redmine lists them."""
    people: dict[int, str] = field(default_factory=dict)
    scope: list[int] = field(default_factory=list)
    """Numbers of the projects that the source takes; empty: all."""
    account: tuple[int, str] = (0, "")
    admin: bool = False
    asked: set[int] = field(default_factory=set)
    """Projects whose members were looked up in this run."""

    def state(self) -> dict[str, Any]:
        """What the cursor keeps."""
        return {
            "statuses": [[number, name, closed] for number, (name, closed) in self.statuses.items()],
            "priorities": [list(one) for one in self.priorities],
            "people": [list(one) for one in list(self.people.items())[:_PEOPLE]],
            "scope": self.scope,
            "account": list(self.account),
            "admin": self.admin,
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Directory:
        """What ``state`` gave."""
        return cls(
            statuses={number: (name, closed) for number, name, closed in state["statuses"]},
            priorities=[(number, name) for number, name in state["priorities"]],
            people=dict(state["people"]),
            scope=list(state["scope"]),
            account=(state["account"][0], state["account"][1]),
            admin=state["admin"],
        )


class Lookup:
    """Answers what a number stands for, with the config's words for people, stages and priorities."""

    def __init__(self, api: Api, settings: Settings, context: Context, directory: Directory | None = None) -> None:
        self.api = api
        self.settings = settings
        self.context = context
        self.people = People(context.people)
        self._known = {person.name for person in context.people}
        self.directory = directory or Directory()
        self.read = directory is not None

    def ready(self) -> Directory:
        """The lists, asked for once."""
        if not self.read:
            self.refresh()
        return self.directory

    def refresh(self) -> None:
        """Ask for all lists again: three or four requests, and one per 100 accounts where the key is an administrator's."""
        api = self.api
        user = api.account()
        fresh = Directory(account=(number_of(user), _name(user)), admin=bool(user.get("admin")))
        for one in api.entries(api.http.get("/issue_statuses.json"), "issue_statuses"):
            fresh.statuses[number_of(one)] = (_line(one.get("name")), bool(one.get("is_closed")))
        for one in api.entries(api.http.get("/enumerations/issue_priorities.json"), "issue_priorities"):
            fresh.priorities.append((number_of(one), _line(one.get("name"))))
        if self.settings.projects:
            fresh.scope = self._scope()
        fresh.people = self.directory.people
        fresh.people[fresh.account[0]] = self._person(_name(user), user)
        self.directory, self.read = fresh, True
        if fresh.admin:
            for one in self.accounts():
                fresh.people[number_of(one)] = self._person(_name(one), one)
        self.context.log.debug("lists read: %d statuses, %d priorities", len(fresh.statuses), len(fresh.priorities))

    def accounts(self) -> Iterator[Json]:
        """Every account, for a key that may see them; none for another."""
        return self.api.all("/users.json", "users")

    def members(self, project: int) -> list[tuple[int, str]]:
        """Who belongs to a project, groups among them: number and name."""
        found = []
        for one in self.api.all(f"/projects/{project}/memberships.json", "memberships"):
            who = one.get("user") or one.get("group")
            if isinstance(who, dict):
                found.append((number_of(who), _line(who.get("name"))))
        return found

    def _scope(self) -> list[int]:
        """The numbers of the wanted projects and of all below them."""
        projects = list(self.api.all("/projects.json", "projects", most=10_000))
        wanted = {fold(one) for one in self.settings.projects}
        chosen: dict[int, None] = {}
        missing = set(wanted)
        for one in projects:
            words = {fold(str(one.get(name, ""))) for name in ("identifier", "id", "name")} & wanted
            if words:
                chosen[number_of(one)] = None
                missing -= words
        if missing:
            there = ", ".join(_line(one.get("identifier")) for one in projects[:12]) or "none"
            named = ", ".join(repr(one) for one in self.settings.projects if fold(one) in missing)
            raise SourceRefused(
                f"{self.context.source}: there is no project {named}",
                f"this account sees: {there}",
                "Name a project's identifier in `projects`, or ask for access to it.",
            )
        for _ in range(20):  # as deep as projects are nested at the very most
            below = [number_of(one) for one in projects if _parent(one) in chosen and number_of(one) not in chosen]
            chosen.update(dict.fromkeys(below))
            if not below:
                break
        return list(chosen)

    # -- people

    def person(self, reference: Any) -> str | None:
        """The name for ``{"id": 5, "name": "Ana Ruiz"}``, as the config spells it where it knows that person."""
        if not isinstance(reference, dict):
            return None
        number = number_of(reference)
        name = _line(reference.get("name"))
        seen = self.directory.people.get(number)
        if seen is None or (name and seen != name and seen not in self._known):
            seen = self._person(name, reference)
            if seen:
                self.directory.people[number] = seen
        return seen or None

    def person_number(self, number: int, project: int) -> str:
        """The name for a bare number out of a history; members of the project are looked up once for all of them."""
        found = self.directory.people.get(number)
        if found is None and project not in self.directory.asked:
            self.directory.asked.add(project)
            for member, name in self.members(project):
                self.directory.people.setdefault(member, self._person(name, {}))
            found = self.directory.people.get(number)
        return found or f"user {number}"

    def _person(self, name: str, account: Json) -> str:
        """The config's name for an account, by its name, login or mail; the account's own where nobody fits."""
        for spelling in (name, _line(account.get("login")), _line(account.get("mail"))):
            owner = self.people.owner(spelling) if spelling else None
            if owner and owner.state == "ok" and owner.name in self._known:
                return owner.name
        return name

    # -- statuses and priorities

    def status(self, number: Any) -> str:
        """A status's name."""
        found = self.directory.statuses.get(number)
        return found[0] if found else f"status {number}"

    def stage(self, status: Json) -> Stage:
        """The stage of an issue's status: what the config says, else done when it is closed, else by its name."""
        word = fold(_line(status.get("name")))
        told = self.settings.stages.get(word)
        if told is not None:
            return told
        closed = status.get("is_closed")
        if closed is None:
            closed = self.directory.statuses.get(number_of(status), ("", False))[1]
        if closed:
            return Stage.DONE
        if word in _BLOCKED:
            return Stage.BLOCKED
        return Stage.TODO if word in _TODO else Stage.DOING

    def priority(self, reference: Any) -> int | None:
        """1 to 5: what the config says of the name, else by the place in Redmine's list."""
        if not isinstance(reference, dict):
            return None
        told = self.settings.priorities.get(fold(_line(reference.get("name"))))
        return told if told is not None else self.levels().get(number_of(reference))

    def levels(self) -> dict[int, int]:
        """1 to 5 for every priority, as the config and Redmine's order say."""
        return levels(self.directory.priorities, self.settings.priorities)

    def priority_name(self, number: int) -> str:
        """A priority's name."""
        return dict(self.directory.priorities).get(number, f"priority {number}")


def levels(priorities: Sequence[tuple[int, str]], told: Mapping[str, int]) -> dict[int, int]:
    """Redmine's priorities, lowest first, spread over 5 (lowest) to 1 (critical); five of them take a number each."""
    last = len(priorities) - 1
    found = {}
    for place, (number, name) in enumerate(priorities):
        spread = 3 if last <= 0 else 5 - (8 * place + last) // (2 * last)
        found[number] = told.get(fold(name), spread)
    return found


def number_of(value: Json) -> int:
    """The number of what an answer refers to, 0 without one."""
    number = value.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _parent(project: Json) -> int:
    parent = project.get("parent")
    return number_of(parent) if isinstance(parent, dict) else 0


def _line(value: Any) -> str:
    return clean_line(value, limit=NAME) if isinstance(value, str) else ""


def _name(user: Json) -> str:
    """An account's name as issues show it; the login where it has none."""
    return _line(f"{user.get('firstname') or ''} {user.get('lastname') or ''}") or _line(user.get("login"))
