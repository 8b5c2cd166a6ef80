"""One pull: the open issues and the lately closed ones at first, then what changed, and now and then a look at the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from opstui.connectors.api import Cursor, Known, Page
from opstui.domain.model import Item
from opstui_redmine.client import Api, Filter, Hidden, Json
from opstui_redmine.directory import Directory, Lookup
from opstui_redmine.journals import moment
from opstui_redmine.mapping import has_history, item, key_of, printed, time_printed
from opstui_redmine.paging import by_number, by_time
from opstui_redmine.sweeping import sweep

OVERLAP = timedelta(minutes=2)
"""How far an incremental pull looks behind the last change it saw: a long transaction may end after a short one."""

SETTLED = timedelta(minutes=10)
"""How long after the last change nothing older can appear any more, so that the overlap may go."""

LISTS = timedelta(days=1)
"""How often statuses, priorities and people are asked for again."""

_BATCH = 25
"""Issues that are read whole for one page, so that rows appear while the rest is on its way."""

_RECENT = 300
"""Changes within the overlap that the cursor remembers, so that seeing them again asks nothing of the store."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Pull:
    """The state of one pull; see ``cursor`` for what outlives it."""

    def __init__(self, api: Api, look: Lookup, cursor: Cursor | None, known: Known) -> None:
        self.api, self.look, self.known = api, look, known
        self.settings, self.context = look.settings, look.context
        same = cursor is not None and cursor.get("recipe") == self.settings.recipe
        self.state: dict[str, Any] = dict(cursor or {}) if same else {"recipe": self.settings.recipe}
        self.fresh = not same
        self.given: dict[str, str] = {}
        """What this pull has handed over already: key -> what was printed of it."""
        self.missed: set[int] = set()
        """Numbers of statuses and priorities that no list has."""

    def pages(self) -> Iterator[Page]:
        """The pages."""
        now = self.context.now()
        self._lists(now)
        self.api.http.tell(account=self.look.directory.account[1])
        if self.state.get("first", True):
            yield from self._first(now)
        yield from self._changed(now)
        yield from sweep(self, now)

    def cursor(self, **more: Any) -> dict[str, Any]:
        """Where the pull stands, for a page."""
        self.state.update(more, lists=self.look.directory.state())
        return dict(self.state)

    def _lists(self, now: datetime) -> None:
        kept, read = self.state.get("lists"), moment(self.state.get("lists_read"))
        if kept is not None and read is not None:
            self.look.directory, self.look.read = Directory.of(kept), True
            if abs(now - read) < LISTS:
                return
        self.look.refresh()
        self.state["lists_read"] = now.isoformat()

    # -- the first time

    def _first(self, now: datetime) -> Iterator[Page]:
        """Open issues by number, then those closed lately. What moves meanwhile is in the changes that are asked for next."""
        if "since" not in self.state:
            newest = self.api.issues(self.filters("*"), "updated_on:desc,id:desc", limit=1).issues
            since = moment(newest[0]["updated_on"]) if newest else None
            self.state["since"] = _stamp(self._past(since or _NEVER))
            self.state["moved"] = now.isoformat()
            self.state["swept"] = now.isoformat()
            self.state["horizon"] = self._horizon()
            self.state["first"] = "open"
        if self.state["first"] == "open":
            yield from self._numbered(self.filters("o"), self.state["horizon"])
            self.state.update(first="closed", after=0)
        if self.settings.closed_days:
            back = now - timedelta(days=self.settings.closed_days)
            yield from self._numbered([*self.filters("c"), ("updated_on", ">=", [_stamp(back)])], "")
        self.state.pop("after", None)
        yield Page(cursor=self.cursor(first=False))

    def _horizon(self) -> str:
        """The time of change from which on an open issue is read whole: the last ``history`` of them, empty for all."""
        listing = self.api.issues(self.filters("o"), "updated_on:desc,id:desc", offset=self.settings.history, limit=1)
        if not listing.issues:
            return ""
        note = f"{listing.total} open issues: history and comments are read of the {self.settings.history} that changed last"
        self.context.note(f"{note} (option history); the others have them as soon as they change")
        return str(listing.issues[0]["updated_on"]) if self.settings.history else "9999"

    def _numbered(self, filters: Sequence[Filter], horizon: str) -> Iterator[Page]:
        """Issues in the order of their numbers, from where the last pull was interrupted."""
        whole = self.state["first"] == "open"
        fingerprints = {} if self.fresh else self.known.fingerprints()
        done = 0
        for issues, total in by_number(self.api, filters, int(self.state.get("after", 0))):
            news = [one for one in issues if not self.told(one, fingerprints)]
            old = len(issues) - len(news)
            for start in range(0, len(news), _BATCH):
                part = news[start : start + _BATCH]
                wanted = {one["id"] for one in part if whole and one["updated_on"] >= horizon}
                read, gone = self.read(part, wanted, fingerprints)
                done += len(part)
                self.context.progress(done, max(total, done), "issues")
                last = start + _BATCH >= len(news)
                yield Page(read, gone, self.cursor(after=part[-1]["id"]), unchanged=old if last else 0)
            if issues:
                self.state["after"] = issues[-1]["id"]

    # -- every other time

    def _changed(self, now: datetime) -> Iterator[Page]:
        """What changed since the last change that was seen; a page of nothing when that is nothing."""
        since = moment(self.state["since"]) or _NEVER
        calm = abs(now - (moment(self.state.get("moved")) or now)) >= SETTLED
        start = since + timedelta(seconds=1) if calm else since - OVERLAP
        recent: dict[str, str] = dict(self.state.get("recent", {}))
        unchanged = 0
        for issues, told in by_time(self.api, self.filters("*"), max(start, _NEVER)):
            news = [one for one in issues if recent.get(key_of(one)) != printed(one, self.settings.recipe)]
            unchanged += len(issues) - len(news)
            fingerprints = self.known.fingerprints() if news else {}
            fresh = [one for one in news if not self.told(one, fingerprints)]
            unchanged += len(news) - len(fresh)
            for at in range(0, len(fresh), _BATCH):
                part = fresh[at : at + _BATCH]
                # An issue that was closed before it was ever seen is told of from the list alone.
                wanted = {one["id"] for one in part if key_of(one) in fingerprints or not self._closed(one)}
                read, gone = self.read(part, wanted, fingerprints)
                yield Page(read, gone)
            if told is not None and (told := self._past(told)) > since:
                since = told
                self.state.update(since=_stamp(told), moved=now.isoformat())
            recent.update((key_of(one), printed(one, self.settings.recipe)) for one in issues)
            recent = {key: mark for key, mark in recent.items() if (time_printed(mark) or _NEVER) >= since - OVERLAP}
            self.state["recent"] = dict(list(recent.items())[-_RECENT:])
            if fresh:
                yield Page(cursor=self.cursor())
        yield Page(cursor=self.cursor(), unchanged=unchanged)

    # -- for both

    def filters(self, status: str) -> list[Filter]:
        """The filter of this source: ``o`` open, ``c`` closed, ``*`` any status."""
        chosen: list[Filter] = [("status_id", status, [])]
        scope = self.look.directory.scope
        if scope:
            chosen.append(("project_id", "=", [str(number) for number in scope]))
        return chosen

    def read(
        self, issues: Sequence[Json], wanted: set[int], fingerprints: Mapping[str, str]
    ) -> tuple[tuple[Item, ...], tuple[str, ...]]:
        """The items of issues out of a list, those in ``wanted`` read whole, and the keys of those that are gone meanwhile."""
        whole = self._whole([key_of(one) for one in issues if one["id"] in wanted])
        items, gone = [], []
        for one in issues:
            key = key_of(one)
            found = whole.get(key, one)
            if found is None:
                gone.append(key)
                continue
            self._known_lists(found)
            mark = fingerprints.get(key, "")
            before = time_printed(mark) if mark and not has_history(mark) else None
            items.append(item(found, self.look, since=before))
            self.given[key] = printed(found, self.settings.recipe)
        return tuple(items), tuple(gone)

    def _whole(self, keys: Sequence[str]) -> dict[str, Json | None]:
        """Issues with their journals, several at a time. One that may be listed but not opened is left to the list."""

        def ask(key: str) -> Json | Hidden | None:
            try:
                return self.api.issue(key)
            except Hidden as error:
                return error

        pairs = zip(keys, self.api.http.ahead([partial(ask, key) for key in keys]), strict=True)
        return {key: answer for key, answer in pairs if not isinstance(answer, Hidden)}

    def told(self, issue: Json, fingerprints: Mapping[str, str]) -> bool:
        """Whether the store has an issue as the list tells it."""
        key, now = key_of(issue), printed(issue, self.settings.recipe)
        mark = self.given.get(key) or fingerprints.get(key, "")
        return mark == now or mark.startswith(f"{now}/")

    def _known_lists(self, issue: Json) -> None:
        """Ask for the lists again when an issue has a status or a priority that none of them has; once for each."""
        directory = self.look.directory
        levels = {number for number, _ in directory.priorities}
        status, priority = issue["status"].get("id"), issue.get("priority")
        unknown = {status} - set(directory.statuses)
        if isinstance(priority, dict):
            unknown |= {priority.get("id")} - levels
        if unknown - self.missed:
            self.missed |= unknown
            self.look.refresh()
            self.state["lists_read"] = self.context.now().isoformat()

    def _past(self, at: datetime) -> datetime:
        """A time of change, by the server's clock not one to come: a clock that was wrong for a while leaves such, and what
        changes until then would be passed over."""
        return min(at, self.context.now() + self.api.http.clock_ahead)

    def _closed(self, issue: Json) -> bool:
        return bool(issue["status"].get("is_closed")) or bool(issue.get("closed_on"))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
