"""The options of a Jira source, declared once, with the check of each, and put in order for use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from opstui.connectors.api import Context, Option
from opstui.connectors.http import COMMON, check_base
from opstui.connectors.options import check_priorities, check_stages
from opstui.domain.model import Stage
from opstui.domain.text import fold
from opstui.errors import ConfigError
from opstui_jira.jql import bare, bounded

DEFAULT_JQL = "statusCategory != Done OR updated >= -14d"
GATEWAY = "api.atlassian.com"
"""The host that scoped tokens work through; pages for people are not there."""


def check_url(value: str) -> None:
    """The address of a site, and of nothing within it."""
    check_base(value.strip())
    parts = urlsplit(value.strip())
    if parts.hostname == GATEWAY and not re.fullmatch(r"/ex/jira/[\w-]+/?", parts.path):
        raise ValueError(f'a scoped token works at "https://{GATEWAY}/ex/jira/" followed by the site\'s cloud id')
    if re.search(r"/(?:rest|browse|projects|issues|secure|jira/(?:software|servicedesk|your-work))(?:/|$)", parts.path):
        raise ValueError(f"{value!r} goes too deep; use the address of the site, up to the host or its context path")


def check_jql(value: str) -> None:
    """A query that restricts something."""
    bounded(value)


def check_date(value: str) -> None:
    """A day."""
    date.fromisoformat(value)


def check_words(value: list[Any]) -> None:
    """A list of texts."""
    if not all(isinstance(word, str) and word.strip() for word in value):
        raise ValueError("it should be a list of texts")


def check_comments(value: int) -> None:
    """How many comments are kept."""
    if not 0 <= value <= 500:
        raise ValueError(f"{value} is not from 0 to 500")


def check_create(value: Mapping[str, Any]) -> None:
    """A project and a type."""
    for name in ("project", "type"):
        if not isinstance(value.get(name), str) or not value[name].strip():
            raise ValueError(f'{name} is missing, such as {{ project = "OPS", type = "Task" }}')
    if "fields" in value and not isinstance(value["fields"], Mapping):
        raise ValueError("fields should be a table of what Jira's API takes")
    unknown = sorted(set(value) - {"project", "type", "fields"})
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is unknown; known are project, type and fields")


OPTIONS: tuple[Option, ...] = (
    Option(
        "url",
        "str",
        "The address of the site, with its context path if it has one.",
        required=True,
        example="https://example.atlassian.net",
        check=check_url,
    ),
    Option(
        "email", "str", "Cloud: the e-mail address of the account whose API token it is.", example="ana.ruiz@example.com"
    ),
    Option(
        "user",
        "str",
        "Data Center: the user's name, when token is that user's password; leave it out with a personal access token.",
        example="aruiz",
    ),
    Option(
        "token",
        "secret",
        "Cloud: an API token. Data Center: a personal access token, or the password of user.",
        required=True,
        example={"env": "JIRA_TOKEN"},
    ),
    Option(
        "jql",
        "str",
        "Which issues come in. It has to restrict something; an ORDER BY in it is left out.",
        default=DEFAULT_JQL,
        example="project = OPS AND (statusCategory != Done OR updated >= -14d)",
        check=check_jql,
    ),
    Option(
        "deployment",
        "str",
        "Which Jira it is; found out when it is not said.",
        choices=("cloud", "datacenter"),
        example="cloud",
    ),
    Option(
        "token_expires",
        "str",
        "The day on which the token ends, so that you are warned ahead.",
        example="2027-01-10",
        check=check_date,
    ),
    Option(
        "stages",
        "table",
        "Status = todo, doing, blocked or done, for statuses that opstui takes wrongly.",
        example={"Awaiting parts": "blocked"},
        check=check_stages,
    ),
    Option(
        "priorities",
        "table",
        "Priority = 1 (critical) to 5 (lowest), for priorities that opstui takes wrongly.",
        example={"Gold": 1, "Silver": 2},
        check=check_priorities,
    ),
    Option(
        "blocking_links",
        "list",
        "Types of issue links whose outward side blocks the other issue.",
        default=["Blocks"],
        example=["Blocks", "Gates"],
        check=check_words,
    ),
    Option("team_field", "str", "The field that names the team, by its name or id.", example="Support team"),
    Option(
        "fields", "list", "More fields to keep on each item, by name or id.", example=["Customer", "customfield_10060"],
        check=check_words,
    ),
    Option(
        "sla",
        "list",
        "Which agreements of service projects count for the due time, by name; all of them when it is not said.",
        example=["Time to resolution"],
        check=check_words,
    ),
    Option(
        "comments", "int", "How many of an issue's newest comments are kept.", default=30, example=30, check=check_comments
    ),
    Option("history", "bool", "Bring the changes before the first pull too; it takes longer.", default=False, example=True),
    Option(
        "create",
        "table",
        "Where new issues go: project (key), type, and fields as Jira's API takes them.",
        example={"project": "OPS", "type": "Task"},
        check=check_create,
    ),
    *COMMON,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one source, ready to use. ``jql`` has no ORDER BY."""

    url: str
    email: str
    user: str
    token: str
    jql: str
    deployment: str
    expires: datetime | None
    stages: Mapping[str, Stage]
    priorities: Mapping[str, int]
    blocking: frozenset[str]
    team_field: str
    fields: tuple[str, ...]
    sla: tuple[str, ...]
    comments: int
    history: bool
    create: Mapping[str, Any]
    reader: str
    """The zone and the people of the config, by which items come out otherwise too."""

    def __repr__(self) -> str:
        return f"Settings(url={self.url!r}, jql={self.jql!r})"

    @property
    def recipe(self) -> str:
        """A hash of what decides which issues come in and how one becomes an item: when it changes, all are read anew."""
        parts = (self.url, self.jql, sorted(self.stages.items()), sorted(self.priorities.items()), sorted(self.blocking))
        more = (self.team_field, self.fields, self.sla, self.comments, self.history, self.reader)
        return hashlib.blake2b(repr((parts, more)).encode(), digest_size=8).hexdigest()

    @property
    def looks_like_cloud(self) -> bool:
        """Whether it is worth asking as Cloud first."""
        host = urlsplit(self.url).hostname or ""
        return bool(self.email) or host == GATEWAY or host.endswith((".atlassian.net", ".jira.com"))


def settle(options: Mapping[str, Any], context: Context) -> Settings:
    """Check the options once more and put them in order.

    Raises:
        ConfigError: an option has a value that can never work.
    """
    try:
        for option in OPTIONS:
            if option.check is not None and option.type != "secret" and options.get(option.name) is not None:
                option.check(options[option.name])
        if options.get("email") and options.get("user"):
            raise ValueError("email is for Cloud and user for Data Center; use one of the two")
        return _settings(options, context)
    except ValueError as error:
        raise ConfigError(
            f"source {context.source!r} has an option that cannot be used", str(error), "Run: opstui config check"
        ) from error


def _settings(options: Mapping[str, Any], context: Context) -> Settings:
    def words(name: str) -> tuple[str, ...]:
        return tuple(str(word).strip() for word in options.get(name) or ())

    def text(name: str) -> str:
        return str(options.get(name) or "").strip()

    expires = text("token_expires")
    blocking = options.get("blocking_links")
    comments = options.get("comments")
    return Settings(
        url=text("url").rstrip("/"),
        email=text("email"),
        user=text("user"),
        token=text("token"),
        jql=bare(text("jql") or DEFAULT_JQL),
        deployment=text("deployment"),
        expires=datetime.combine(date.fromisoformat(expires), time(), context.timezone).astimezone(UTC) if expires else None,
        stages={fold(word): Stage(stage) for word, stage in (options.get("stages") or {}).items()},
        priorities={fold(word): number for word, number in (options.get("priorities") or {}).items()},
        blocking=frozenset(map(fold, ["Blocks"] if blocking is None else blocking)),
        team_field=text("team_field"),
        fields=words("fields"),
        sla=words("sla"),
        comments=30 if comments is None else comments,
        history=bool(options.get("history")),
        create=dict(options.get("create") or {}),
        reader=repr((str(context.timezone), [(one.name, one.aliases, one.email) for one in context.people])),
    )
