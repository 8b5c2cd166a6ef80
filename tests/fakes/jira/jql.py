"""As much JQL as a connector sends. What it does not know is refused as Jira refuses it, so that a test hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tests.fakes.jira.core import World
    from tests.fakes.jira.state import Issue

Test = Callable[["Issue"], bool]
Key = Callable[["Issue"], Any]


class BadJql(Exception):
    """Its text is what Jira would say."""


@dataclass
class Query:
    """A query understood: ``where`` is None when it restricts nothing."""

    where: Test | None
    order: list[tuple[Key, bool]]

    def run(self, issues: list[Issue]) -> list[Issue]:
        """What it finds, in its order; ties by id, newest first, as Jira's own default order."""
        found = [issue for issue in issues if self.where is None or self.where(issue)]
        found.sort(key=lambda issue: -int(issue.id))
        for key, down in reversed(self.order):
            found.sort(key=key, reverse=down)
        return found


TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<op>!=|>=|<=|!~|=|>|<|~|\(|\)|,)|(?P<word>[^\s"'=!<>~(),]+))"""
)
RELATIVE = re.compile(r"(?P<sign>[+-]?)(?P<count>\d+)(?P<unit>[mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
MOST_ORDERS = 7
ALIASES = {"issuekey": "key", "id": "key", "issue": "key", "type": "issuetype", "due": "duedate", "resolved": "resolutiondate"}
DATES = frozenset({"created", "updated", "duedate", "resolutiondate"})
PEOPLE = frozenset({"assignee", "reporter", "creator"})
NAMED = frozenset({"status", "statuscategory", "priority", "issuetype", "resolution", "project"})
FIELDS = DATES | PEOPLE | NAMED | {"key", "summary", "text", "labels"}


def parse(jql: str, world: World, me: str, *, strict: bool = True) -> Query:
    """Understand ``jql`` for the person ``me``, whose time zone its dates are in.

    ``strict``: a key that there is not is a mistake.

    Raises:
        BadJql: it is wrong, or it is right and beyond this fake.
    """
    return _Parser(jql, world, me, strict).query()


class _Parser:
    def __init__(self, jql: str, world: World, me: str, strict: bool) -> None:
        self.strict = strict
        self.world = world
        self.me = me
        self.zone = ZoneInfo(world.users[me].zone) if me in world.users else ZoneInfo("UTC")
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while jql[at:].strip():
            match = TOKEN.match(jql, at)
            if match is None:
                raise BadJql(f"Error in the JQL Query: unexpected character at {at}.")
            kind = match.lastgroup or ""
            self.tokens.append((kind, match[kind]))
            at = match.end()
        self.at = 0

    # -- the grammar

    def query(self) -> Query:
        where = None if self._word() in ("order", "") else self._either()
        order: list[tuple[Key, bool]] = []
        if self._take("order"):
            self._expect("by")
            while True:
                order.append((self._key(self._next()), self._direction()))
                if not self._take(","):
                    break
            if len(order) > MOST_ORDERS:
                raise BadJql(f"The maximum number of fields in an ORDER BY is {MOST_ORDERS}.")
        if self.at < len(self.tokens):
            raise BadJql(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self.tokens[self.at][1]}'.")
        return Query(where, order)

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda issue: any(test(issue) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            inner = self._one()
            return lambda issue: not inner(issue)
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Test:
        name = self._field(self._next())
        operator = self._next().lower()
        if operator == "not":
            self._expect("in")
            operator = "not in"
        elif operator == "is" and self._take("not"):
            operator = "is not"
        if operator in ("in", "not in"):
            self._expect("(")
            values = [self._value(name)]
            while self._take(","):
                values.append(self._value(name))
            self._expect(")")
            return self._among(name, values, operator == "in")
        if operator in ("is", "is not"):
            if self._next().lower() not in ("empty", "null"):
                raise BadJql("Error in the JQL Query: IS takes EMPTY or NULL.")
            return self._among(name, [None], operator == "is")
        value = self._value(name)
        if operator in ("=", "!="):
            return self._among(name, [value], operator == "=")
        if operator in ("~", "!~"):
            return self._contains(name, str(value), operator == "~")
        if operator in (">", ">=", "<", "<="):
            return self._compare(name, operator, value)
        raise BadJql(f"Error in the JQL Query: '{operator}' is not an operator.")

    # -- what a clause means

    def _among(self, name: str, values: list[Any], wanted: bool) -> Test:
        if name in ("summary", "text"):
            raise BadJql(f"The operator '=' is not supported by the '{name}' field.")
        allowed = {value if value is None else str(value).lower() for value in values}

        def test(issue: Issue) -> bool:
            here = self._names(name, issue)
            if not here:
                # As in Jira: an empty field is not "different from" anything.
                return (None in allowed) == wanted if None in allowed else False
            return any(one in allowed for one in here) == wanted

        return test

    def _contains(self, name: str, value: str, wanted: bool) -> Test:
        if name not in ("summary", "text"):
            raise BadJql(f"The operator '~' is not supported by the '{name}' field.")
        exact = len(value) > 1 and value[0] == value[-1] == '"'
        words = [value[1:-1].lower()] if exact else [word.strip('"*?\\').lower() for word in value.split()]

        def test(issue: Issue) -> bool:
            text = str(issue.values["summary"]).lower()
            return all(word in text for word in words) == wanted

        return test

    def _compare(self, name: str, operator: str, value: Any) -> Test:
        if name == "key":
            own, number = str(value).rpartition("-")[::2]
            limit: Any = int(number)
        elif name in DATES:
            own, limit = "", value
        else:
            raise BadJql(f"The operator '{operator}' is not supported by the '{name}' field.")
        compare: dict[str, Callable[[Any], bool]] = {
            ">": lambda here: here > limit, ">=": lambda here: here >= limit,
            "<": lambda here: here < limit, "<=": lambda here: here <= limit,
        }  # fmt: skip

        def test(issue: Issue) -> bool:
            if name == "key":
                return issue.project == own and compare[operator](issue.number)
            here = self._moment(name, issue)
            return here is not None and compare[operator](here)

        return test

    # -- values

    def _names(self, name: str, issue: Issue) -> list[str]:
        """What a value may be called to be found by it, lower case."""
        world = self.world
        if name == "key":
            return [issue.key.lower(), issue.id]
        if name == "project":
            project = world.projects[issue.project]
            return [project.key.lower(), project.name.lower(), project.id]
        if name == "labels":
            return [label.lower() for label in issue.values["labels"]]
        if name in PEOPLE:
            value = issue.creator if name == "creator" else issue.values[name]
            return [value.lower()] if value else []
        if name == "statuscategory":
            status = world.statuses[issue.values["status"]]
            return [status.category, world.categories[status.category][1].lower(), str(world.categories[status.category][0])]
        if name in DATES:
            moment = self._moment(name, issue)
            return [str(moment)] if moment else []
        value = issue.values.get(name)
        return [value.lower(), world.named(name, value).lower()] if value else []

    def _moment(self, name: str, issue: Issue) -> datetime | None:
        if name == "created":
            return issue.created
        if name == "updated":
            return issue.updated
        value = issue.values.get(name)
        if value is None or isinstance(value, datetime):
            return value
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=self.zone)

    def _value(self, name: str) -> Any:
        kind, text = self._token()
        if kind == "text":
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        elif self._take("("):
            self._expect(")")
            return self._function(text.lower())
        elif text.lower() in ("empty", "null"):
            return None
        if name in DATES:
            return self._date(text)
        if kind == "word" and name in ("summary", "text"):
            return text
        self._exists(name, text)
        if name in PEOPLE:
            return next(
                (u.id for u in self.world.users.values() if text.lower() in (u.id, u.email.lower(), u.name.lower())), text
            )
        return text

    def _function(self, name: str) -> Any:
        if name == "currentuser":
            return self.me or "-anonymous-"
        if name == "now":
            return self.world.clock()
        if name == "startofday":
            return self.world.clock().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        raise BadJql(f"Unable to find JQL function '{name}()'.")

    def _date(self, text: str) -> datetime:
        if match := RELATIVE.fullmatch(text):
            span = timedelta(**{UNITS[match["unit"]]: int(match["count"])})
            return self.world.clock() + (span if match["sign"] == "+" else -span)
        for form in FORMATS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.zone)
            except ValueError:
                pass
        raise BadJql(
            f"Date value '{text}' for field is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', "
            "'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    def _exists(self, name: str, text: str) -> None:
        if name == "key" and self.strict and not any(text.upper() in (i.key, i.id) for i in self.world.issues.values()):
            raise BadJql(f"An issue with key '{text}' does not exist for field 'key'.")
        if name in NAMED and not self.world.knows(name, text):
            raise BadJql(f"The value '{text}' does not exist for the field '{name}'.")

    # -- order

    def _key(self, text: str) -> Key:
        name = self._field(text)
        if name in DATES:
            end = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
            return lambda issue: self._moment(name, issue) or end
        if name == "key":
            return lambda issue: (issue.project, issue.number) if text.lower() != "id" else ("", int(issue.id))
        if name == "priority":
            # Descending means the most important first, which has the lowest id.
            return lambda issue: -int(issue.values["priority"] or 99)
        return lambda issue: (self._names(name, issue) or [""])[-1] if name != "summary" else issue.values["summary"]

    def _direction(self) -> bool:
        if self._take("desc"):
            return True
        self._take("asc")
        return False

    # -- tokens

    def _field(self, text: str) -> str:
        name = ALIASES.get(text.strip("\"'").lower(), text.strip("\"'").lower())
        if name not in FIELDS:
            raise BadJql(f"Field '{text}' does not exist or you do not have permission to view it.")
        return name

    def _word(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def _token(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise BadJql("Error in the JQL Query: the query ends where a value was expected.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _next(self) -> str:
        return self._token()[1]

    def _take(self, word: str) -> bool:
        if self._word() != word:
            return False
        self.at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise BadJql(f"Error in the JQL Query: Expecting '{word}' but got '{self._word()}'.")
