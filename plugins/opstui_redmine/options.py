"""What a Redmine source may be told in the config, and what is made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opstui.connectors.api import Context, Option
from opstui.connectors.http import COMMON, check_base
from opstui.connectors.options import check_priorities, check_stages
from opstui.domain.model import Stage
from opstui.domain.text import fold

MAPPED = 1
"""Counts up whenever an issue is made into an item in another way, so that all are read anew."""


def check_create(value: Mapping[str, Any]) -> None:
    """Only what is known, in words."""
    for name, text in value.items():
        if name not in ("project", "tracker"):
            raise ValueError(f"{name!r} is unknown here: there are project and tracker")
        if not isinstance(text, str) or not text:
            raise ValueError(f"{name} is {text!r}, but should be a name in quotes")


def check_count(value: int) -> None:
    """Not below nothing."""
    if value < 0:
        raise ValueError(f"{value} is below 0")


OPTIONS: tuple[Option, ...] = (
    Option("url", "str", "Where it is.", required=True, example="https://redmine.example.com", check=check_base),
    Option(
        "token",
        "secret",
        "Your API key: My account, API access key. The administrator switches the REST API on.",
        required=True,
        example={"env": "REDMINE_API_KEY"},
    ),
    Option(
        "projects", "list", "Identifiers of projects, with their subprojects; empty: all you can see.", example=["ops-desk"]
    ),
    Option("closed_days", "int", "How far back the first pull takes closed issues.", default=30, example=90, check=check_count),
    Option(
        "history",
        "int",
        "Of how many open issues the first pull reads history and comments, the last changed first; later pulls always do.",
        default=1000,
        example=200,
        check=check_count,
    ),
    Option(
        "stages",
        "table",
        "Status = todo, doing, blocked or done, for statuses that opstui takes wrongly.",
        example={"Feedback": "blocked", "Resolved": "done"},
        check=check_stages,
    ),
    Option(
        "priorities",
        "table",
        "Priority = 1 (critical) to 5 (lowest); by default they stand in the order of Redmine's own list.",
        example={"Immediate": 1, "Urgent": 2, "High": 2, "Normal": 3, "Low": 4},
        check=check_priorities,
    ),
    Option("team", "str", "What an item's team is.", default="project", choices=("project", "category"), example="category"),
    Option(
        "create",
        "table",
        "Where new issues go: project (identifier) and tracker (name).",
        example={"project": "ops-desk", "tracker": "Support"},
        check=check_create,
    ),
    *COMMON,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options in the form that the rest of the connector asks for. ``recipe`` changes when items come out otherwise."""

    url: str
    token: str
    projects: tuple[str, ...]
    closed_days: int
    history: int
    stages: Mapping[str, Stage]
    priorities: Mapping[str, int]
    team: str
    project: str
    tracker: str
    recipe: str


def settle(options: Mapping[str, Any], context: Context) -> Settings:
    """The settings that options stand for."""
    options = {**{option.name: option.default for option in OPTIONS}, **options}
    url = str(options["url"]).rstrip("/")
    projects = tuple(str(one) for one in options["projects"] or ())
    stages = {fold(word): Stage(stage) for word, stage in (options["stages"] or {}).items()}
    priorities = {fold(word): number for word, number in (options["priorities"] or {}).items()}
    create = options["create"] or {}
    people = [[one.name, *one.aliases, one.email] for one in context.people]
    recipe = json.dumps([MAPPED, url, projects, stages, priorities, options["team"], people, str(context.timezone)])
    return Settings(
        url=url,
        token=options["token"] or "",
        projects=projects,
        closed_days=options["closed_days"],
        history=options["history"],
        stages=stages,
        priorities=priorities,
        team=options["team"],
        project=create.get("project") or (projects[0] if len(projects) == 1 else ""),
        tracker=create.get("tracker", ""),
        recipe=hashlib.blake2b(recipe.encode(), digest_size=6).hexdigest(),
    )
