"""A look, once an hour, at open issues that nobody changed: are they still there, and do their relations stand?

Redmine says nothing of an issue that was deleted or moved out of sight, and moves no time for a relation. Some hundred
issues cost a request or two, so that a source of thousands is gone through in a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opstui.connectors.api import Page
from opstui_redmine.client import PAGE, Hidden, Json
from opstui_redmine.journals import moment
from opstui_redmine.mapping import key_of

if TYPE_CHECKING:
    from opstui_redmine.pulling import Pull

EVERY = timedelta(hours=1)
_REQUESTS = 5
"""Lists of a hundred that one look asks for."""
_DOUBTED = 50
"""Issues missing from a list that one look asks for by themselves."""


def sweep(pull: Pull, now: datetime) -> Iterator[Page]:
    """Pages of what was found, when it is time; nothing else."""
    swept = moment(pull.state.get("swept"))
    if swept is not None and abs(now - swept) < EVERY:
        return
    keys = sorted(int(key) for key in pull.known.open_keys() if key.isdecimal())
    position = int(pull.state.get("position", 0))
    ahead = [key for key in keys if key > position] or keys
    # A key that lost its rights would make everything look gone: ask who we are before anything is said to be.
    pull.api.account()
    for start in range(0, min(len(ahead), _REQUESTS * PAGE), PAGE):
        part = ahead[start : start + PAGE]
        yield _look(pull, part)
        position = part[-1]
    pull.state["swept"] = now.isoformat()
    pull.state["position"] = 0 if not ahead or position >= keys[-1] else position
    yield Page(cursor=pull.cursor())


def _look(pull: Pull, numbers: list[int]) -> Page:
    """One list of a hundred: what differs is read whole, what is missing is asked for by itself."""
    wanted = ",".join(map(str, numbers))
    listing = pull.api.issues([("status_id", "*", []), ("issue_id", "=", [wanted])], "id:asc")
    found = {int(one["id"]): one for one in listing.issues}
    fingerprints = pull.known.fingerprints()
    scope = set(pull.look.directory.scope)
    gone = [str(number) for number, one in found.items() if scope and _project(one) not in scope]
    news = [one for one in found.values() if key_of(one) not in gone and not pull.told(one, fingerprints)]
    items, deleted = pull.read(news, {one["id"] for one in news}, fingerprints)
    missing = [number for number in numbers if number not in found][:_DOUBTED]
    gone += [str(number) for number in missing if _is_gone(pull, number)]
    return Page(items, (*gone, *deleted), unchanged=len(found) - len(news))


def _is_gone(pull: Pull, number: int) -> bool:
    """Only a plain "not found" counts: what may not be seen any more is left as it is."""
    try:
        return pull.api.issue(str(number)) is None
    except Hidden:
        return False


def _project(issue: Json) -> int:
    project = issue.get("project")
    return int(project.get("id") or 0) if isinstance(project, dict) else 0
