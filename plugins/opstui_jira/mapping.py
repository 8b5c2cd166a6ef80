"""An issue as Jira's API gives it becomes an item. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from opstui.connectors.api import Page, Refusal
from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.domain.text import clean_line, fold
from opstui_jira import adf, sla, wiki
from opstui_jira.options import Settings
from opstui_jira.people import Directory
from opstui_jira.site import Site
from opstui_jira.values import (
    KEY_LIMIT,
    Unreadable,
    as_list,
    as_number,
    as_text,
    called,
    end_of_day,
    in_a_line,
    is_document,
    key_of,
    moment,
    where_of,
)

LINE_LIMIT, FIELD_LIMIT, LABEL_LIMIT = 500, 4_000, 100

FIELDS = (
    *("summary", "description", "status", "priority", "assignee", "reporter", "labels", "created", "updated", "duedate"),
    *("issuetype", "project", "issuelinks", "comment", "parent", "components", "resolution"),
)
"""What is asked for of every issue, besides the site's own fields."""

_STAGES = {"new": Stage.TODO, "undefined": Stage.TODO, "indeterminate": Stage.DOING, "done": Stage.DONE}
_BLOCKED = re.compile(r"\b(?:blocked|on[ -]hold|waiting|awaiting|pending|paused|suspended|stalled|impeded)\b")
"""A status that is not done and says this waits for something."""

_PRIORITIES: Mapping[str, int] = {
    word: number
    for number, words in {
        1: ("highest", "blocker", "critical", "urgent", "immediate", "showstopper", "emergency", "very high"),
        2: ("high", "major", "important"),
        3: ("medium", "normal", "moderate", "standard", "average"),
        4: ("low", "minor"),
        5: ("lowest", "trivial", "very low", "cosmetic"),
    }.items()
    for word in words
}
_NUMBERED = re.compile(r"(?:p|prio|priority|s|sev|severity)?\s*[-:#]?\s*([0-5])(?:\s*[-:.)(/].*)?")

_HISTORY = {
    "summary": "title", "description": "body", "assignee": "owner", "duedate": "due", "status": "status",
    "priority": "priority", "labels": "labels", "reporter": "reporter",
}  # fmt: skip
"""Jira's fields whose changes go by our name for them."""
_NOISE = frozenset({"rank", "worklogid", "timespent", "timeestimate", "remoteissuelink", "remoteworkitemlink"})
"""Changes that nobody decides by."""
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Mapper:
    """Turns issues of one site into items of one source."""

    source: str
    zone: tzinfo
    settings: Settings
    site: Site
    people: Directory
    recipe: str = field(init=False)
    _stages: dict[tuple[str, str], Stage] = field(init=False, default_factory=dict, repr=False, compare=False)
    _priorities: dict[str, int | None] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipe", self.settings.recipe)

    @property
    def fields(self) -> list[str]:
        """What has to be asked for."""
        return list(dict.fromkeys((*FIELDS, *self.site.agreements, *self.site.teams, *self.site.kept)))

    def page(self, issues: Sequence[Any], since: datetime | None) -> Page:
        """The items of some issues; what is no issue is refused by its key. ``since``: see ``item``."""
        items: list[Item] = []
        refused: list[Refusal] = []
        for issue in issues:
            try:
                items.append(self.item(issue, since))
            except Unreadable as error:
                refused.append(Refusal(where_of(issue), str(error), clean_line(repr(issue)[:400], limit=80)))
        return Page(tuple(items), refused=tuple(refused))

    def item(self, issue: Any, since: datetime | None) -> Item:
        """One item. Of its changes those at or after ``since`` come along, all of them with None.

        Raises:
            Unreadable: it is no issue.
        """
        key = key_of(issue)
        values = issue.get("fields")
        if not isinstance(values, dict):
            raise Unreadable("it has no fields")
        status, stage = self._status(values.get("status"))
        label = clean_line(called(values.get("priority")), limit=LINE_LIMIT)
        if label not in self._priorities:
            self._priorities[label] = self.priority(label)
        clocks = self._clocks(values)
        due, updated = end_of_day(values.get("duedate"), self.zone), moment(values.get("updated"))
        blocks, blocked_by = self._links(values.get("issuelinks"))
        history, last = self._history(issue.get("changelog"), since)
        sla_due = sla.soonest(clocks)
        owner = self.people.name(values.get("assignee"))
        return Item(
            source=self.source,
            key=key,
            title=clean_line(as_text(values.get("summary")), limit=LINE_LIMIT) or key,
            kind=Kind.TICKET,
            body=self.text(values.get("description")),
            status=status,
            stage=stage,
            priority=self._priorities[label],
            priority_label=label,
            owner=owner,
            reporter=self.people.name(values.get("reporter")),
            team=self._team(values),
            labels=_labels(values.get("labels")),
            url=f"{self.site.address}/browse/{key}" if self.site.address else "",
            created=moment(values.get("created")),
            updated=updated,
            due=due,
            sla_due=sla_due,
            blocks=blocks,
            blocked_by=blocked_by,
            history=history,
            comments=self.comments(values.get("comment")),
            fields=self._fields(values, clocks),
            fingerprint=self._print(issue.get("id"), values.get("updated"), status, owner, sla_due),
            changed_by=last,
        )

    def text(self, value: Any) -> str:
        """A text of the site, readable: a document, or wiki markup where the site has that."""
        return adf.read(value) if self.site.is_cloud or not isinstance(value, str) else wiki.read(value)

    def priority(self, label: str) -> int | None:
        """1 to 5 for the name of a priority."""
        word = fold(label)
        found = self.settings.priorities.get(word) or _PRIORITIES.get(word)
        if found:
            return found
        if match := _NUMBERED.fullmatch(word):
            return max(1, int(match[1]))
        return next((_PRIORITIES[part] for part in re.findall(r"[a-z]+", word) if part in _PRIORITIES), None)

    def stage(self, status: str, category: str) -> Stage:
        """The stage of a status by its name and its category's key."""
        told = self.settings.stages.get(fold(status))
        if told is not None:
            return told
        stage = _STAGES.get(category, Stage.TODO)
        return Stage.BLOCKED if stage is not Stage.DONE and _BLOCKED.search(fold(status)) else stage

    def comments(self, value: Any) -> tuple[Comment, ...]:
        """The newest comments of a ``comment`` field, or of an answer about comments, oldest first."""
        found = value.get("comments") if isinstance(value, dict) else None
        told = []
        for one in as_list(found):
            if isinstance(one, dict):
                text = self.text(one.get("body"))
                told.append(Comment(text, moment(one.get("created")), self.people.name(one.get("author"))))
        told.sort(key=lambda comment: comment.at or _NEVER)
        return tuple(told[len(told) - self.settings.comments :]) if len(told) > self.settings.comments else tuple(told)

    # -- parts of an issue

    def _status(self, value: Any) -> tuple[str, Stage]:
        status = clean_line(called(value), limit=LINE_LIMIT)
        category = value.get("statusCategory") if isinstance(value, dict) else None
        both = status, as_text(category.get("key")) if isinstance(category, dict) else ""
        if both not in self._stages:
            self._stages[both] = self.stage(*both)
        return status, self._stages[both]

    def _clocks(self, values: Mapping[str, Any]) -> list[sla.Clock]:
        wanted = set(map(fold, self.settings.sla))
        return [
            clock
            for id, name in self.site.agreements.items()
            if (not wanted or fold(name) in wanted) and (clock := sla.read(values.get(id), name)) is not None
        ]

    def _team(self, values: Mapping[str, Any]) -> str | None:
        return next((text for id in self.site.teams if (text := in_a_line(values.get(id), LINE_LIMIT))), None)

    def _links(self, value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        blocks: dict[str, None] = {}
        blocked_by: dict[str, None] = {}
        for link in as_list(value):
            kind = link.get("type") if isinstance(link, dict) else None
            if not isinstance(kind, dict) or not self._is_blocking(kind):
                continue
            for side, found in (("outwardIssue", blocks), ("inwardIssue", blocked_by)):
                other = link.get(side)
                key = clean_line(as_text(other.get("key")), limit=KEY_LIMIT) if isinstance(other, dict) else ""
                if key:
                    found[key] = None
        return tuple(blocks), tuple(blocked_by)

    def _is_blocking(self, kind: Mapping[str, Any]) -> bool:
        return fold(as_text(kind.get("name"))) in self.settings.blocking or (
            fold(as_text(kind.get("outward"))) == "blocks" and fold(as_text(kind.get("inward"))) == "is blocked by"
        )

    def _history(self, value: Any, since: datetime | None) -> tuple[tuple[Change, ...], str | None]:
        """The changes at or after ``since``, oldest first, and who made the last of all."""
        told = []
        for entry in as_list(value.get("histories") if isinstance(value, dict) else None):
            at = moment(entry.get("created")) if isinstance(entry, dict) else None
            if at is not None:
                told.append((at, as_number(entry.get("id")), entry))
        told.sort(key=lambda one: one[:2])  # Cloud tells the newest first
        changes: list[Change] = []
        who = None
        for at, _, entry in told:
            who = self.people.name(entry.get("author"))
            if since is None or at >= since:
                changes += [found for one in as_list(entry.get("items")) if (found := self._change(one, at, who)) is not None]
        return tuple(changes), who

    def _change(self, value: Any, at: datetime, who: str | None) -> Change | None:
        if not isinstance(value, dict):
            return None
        id = fold(as_text(value.get("fieldId")) or as_text(value.get("field")))
        name = _HISTORY.get(id) or clean_line(as_text(value.get("field")), limit=_SHORT).lower()
        if not name or id in _NOISE:
            return None
        old, new = (self._side(name, value.get(one), value.get(words)) for one, words in _SIDES)
        return None if old == new else Change(name, old, new, at, who)

    def _side(self, name: str, id: Any, words: Any) -> str | None:
        if name in {"owner", "reporter"}:
            return self.people.named(words, id) if words or id else None
        if name == "due":
            return clean_line(as_text(id) or as_text(words), limit=_SHORT) or None
        if name == "labels":
            return ", ".join(as_text(words).split()) or None
        return clean_line(as_text(words), limit=_SHORT) or None

    def _fields(self, values: Mapping[str, Any], clocks: Sequence[sla.Clock]) -> dict[str, str]:
        told = {
            "Project": in_a_line(values.get("project"), LINE_LIMIT),
            "Type": in_a_line(values.get("issuetype"), LINE_LIMIT),
            "Parent": in_a_line(values.get("parent"), LINE_LIMIT),
            "Components": in_a_line(values.get("components"), LINE_LIMIT),
            "Resolution": in_a_line(values.get("resolution"), LINE_LIMIT),
        }
        for clock in clocks:
            told[clean_line(clock.name, limit=100)] = clock.words
        for id, name in self.site.kept.items():
            value = values.get(id)
            told[clean_line(name, limit=100)] = (
                self.text(value)[:FIELD_LIMIT] if is_document(value) else in_a_line(value, FIELD_LIMIT)
            )
        return {name: text for name, text in told.items() if name and text}

    def _print(self, id: Any, updated: Any, *more: object) -> str:
        """Jira moves ``updated`` with every change but the clocks of service projects, which are therefore in it."""
        told = (self.recipe, as_text(id), as_text(updated), *map(str, more))
        return hashlib.blake2b("\x1f".join(told).encode("utf-8", "replace"), digest_size=8).hexdigest()


_SIDES = (("from", "fromString"), ("to", "toString"))
_NEVER = datetime.min.replace(tzinfo=UTC)


def _labels(value: Any) -> tuple[str, ...]:
    told = (clean_line(as_text(one), limit=LABEL_LIMIT) for one in as_list(value))
    return tuple(dict.fromkeys(filter(None, told)))
