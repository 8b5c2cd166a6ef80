"""Lists that are read page by page while others change them: nothing is left out, and a page that repeats ends the pull."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from opstui.errors import SourceUnavailable
from opstui_redmine.client import PAGE, Api, Filter, Json, Listing
from opstui_redmine.journals import moment

_STEP = PAGE - 1
"""Each page begins with the last issue of the one before. Does it not, then something has moved between the two."""


def by_number(api: Api, filters: Sequence[Filter], after: int) -> Iterator[tuple[list[Json], int]]:
    """Issues in the order of their numbers, each once, several pages asked for at a time; with how many there are in all.

    An issue's number never changes. So as long as the issue that ended one page begins the next, as many issues stand
    before it as when it was read, and none that stayed in the list was passed over. Where another begins the page,
    what lies between the two is asked for by number.
    """
    first = _after(api, filters, after)
    yield list(first.issues), first.total
    last = _number(first.issues[-1]) if first.issues else after
    if len(first.issues) < PAGE:
        return
    offsets = range(_STEP, first.total, _STEP)
    for listing in api.http.ahead(_ask(api, filters, after, offset) for offset in offsets):
        if not listing.issues:
            break
        head = _number(listing.issues[0])
        while head > last:
            between = _after(api, filters, last)
            part = [one for one in between.issues if _number(one) < head]
            if part:
                yield part, listing.total
                last = _number(part[-1])
            if len(part) < len(between.issues) or len(between.issues) < PAGE:
                break
        fresh = [one for one in listing.issues if _number(one) > last]
        if fresh:
            yield fresh, listing.total
            last = _number(fresh[-1])
    while True:
        rest = _after(api, filters, last)
        if not rest.issues:
            return
        if _number(rest.issues[-1]) <= last:
            raise _turning(api, "the list by number")
        yield list(rest.issues), rest.total
        last = _number(rest.issues[-1])
        if len(rest.issues) < PAGE:
            return


def by_time(api: Api, filters: Sequence[Filter], start: datetime) -> Iterator[tuple[list[Json], datetime | None]]:
    """Issues changed at ``start`` or later, oldest first, and until when all is told; one that changes meanwhile comes again.

    Where one second has more changes than a page holds, they and all later ones come by number: an issue that changes
    meanwhile stays among them. Then nothing is told for certain before the last of them.
    """
    while True:
        listing = _since(api, filters, start)
        if len(listing.issues) < PAGE:
            yield list(listing.issues), _latest(listing.issues)
            return
        last = _time(api, listing.issues[-1])
        if last <= start:
            break
        yield list(listing.issues), last
        start = last
    latest: datetime | None = None
    for issues, _ in by_number(api, [*filters, _changed_since(start)], 0):
        latest = max(filter(None, (latest, _latest(issues))), default=None)
        yield issues, None
    yield [], latest


def _ask(api: Api, filters: Sequence[Filter], after: int, offset: int) -> Callable[[], Listing]:
    return partial(_after, api, filters, after, offset)


def _after(api: Api, filters: Sequence[Filter], number: int, offset: int = 0) -> Listing:
    """A page of the issues above a number."""
    wanted: Filter = ("issue_id", ">=", [str(number + 1)])
    return api.issues([*filters, wanted], "id:asc", offset=offset)


def _since(api: Api, filters: Sequence[Filter], start: datetime) -> Listing:
    return api.issues([*filters, _changed_since(start)], "updated_on:asc,id:asc")


def _changed_since(start: datetime) -> Filter:
    return ("updated_on", ">=", [start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")])


def _latest(issues: Sequence[Json]) -> datetime | None:
    return max(filter(None, (moment(one["updated_on"]) for one in issues)), default=None)


def _number(issue: Json) -> int:
    return int(issue["id"])


def _time(api: Api, issue: Json) -> datetime:
    at = moment(issue["updated_on"])
    if at is None:
        raise api.strange(f"issue {issue['id']} was changed at {str(issue['updated_on'])[:40]!r}, which is no time")
    return at


def _turning(api: Api, what: str) -> SourceUnavailable:
    why = f"{what} did not come to an end: pages repeat or move faster than they are read"
    return SourceUnavailable(f"{api.source}: the pull was given up", why, "It is tried again.")
