"""What our fake Redmine and a real one must both do: the facts that the connector is built on.

A subclass gives ``raw``, a client of an empty enough server with the project ``ops-desk`` and the members ana to dee.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx

from opstui.connectors.api import Context, Page, Usage, Write
from opstui.connectors.options import resolve
from opstui.connectors.testing import KnownItems
from opstui.domain.model import Item, Person
from opstui_redmine import RedmineConnector

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Raw:
    """A Redmine's API as it is, with one key."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token, self.project = url, token, "ops-desk"
        self.members: dict[str, int] = {}
        self._client = httpx.Client(base_url=url, headers={"X-Redmine-API-Key": token}, timeout=120, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Status and body of an answer."""
        reply = self._client.request(method, path, json=body, params=query or None)
        text = reply.text.strip()
        return reply.status_code, reply.json() if text and "json" in reply.headers.get("content-type", "") else text

    def list(self, *filters: tuple[str, str, list[str]], **more: str) -> Any:
        """A list of issues by Redmine's filters."""
        query = [("set_filter", "1"), *more.items()]
        for name, operator, values in filters:
            query += [("f[]", name), (f"op[{name}]", operator), *((f"v[{name}][]", value) for value in values)]
        return self.ask("GET", f"/issues.json?{urlencode(query)}")

    def create(self, subject: str, **more: Any) -> int:
        """The number of a new issue."""
        status, body = self.ask("POST", "/issues.json", {"issue": {"project_id": self.project, "subject": subject, **more}})
        assert status == 201, (status, body)
        return int(body["issue"]["id"])

    def change(self, number: int, **change: Any) -> tuple[int, Any]:
        """Set attributes of an issue."""
        return self.ask("PUT", f"/issues/{number}.json", {"issue": change})

    def issue(self, number: int) -> Any:
        """An issue with everything."""
        status, body = self.ask("GET", f"/issues/{number}.json", include="journals,relations,allowed_statuses")
        assert status == 200
        return body["issue"]


class Connected:
    """Makes connectors to one server, and closes them."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        self.url, self.token, self.folder = url, token, folder
        self.moment: datetime | None = None
        self.notes: list[str] = []
        self.usage = Usage()
        self.people: tuple[Person, ...] = ()
        self.zone = ZoneInfo("Europe/London")
        self.made: list[RedmineConnector] = []

    def connector(self, *, token: str = "", **options: Any) -> RedmineConnector:
        given = {"url": self.url, "token": {"env": "NOT_USED"}, **options}
        secret = token or self.token
        values = resolve(
            RedmineConnector.options, given, folder=self.folder, source="redmine", secret=lambda reference, folder: secret
        )
        context = Context(
            "redmine",
            self.zone,
            lambda: self.moment or datetime.now(UTC),
            self.folder,
            note=self.notes.append,
            usage=self._use,
            people=self.people,
        )
        made = RedmineConnector(values, context)
        self.made.append(made)
        return made

    def pull(self, store: Store, **options: Any) -> list[Page]:
        """One pull into ``store``, from its cursor."""
        return list(self.pages(store, **options))

    def pages(self, store: Store, **options: Any) -> Iterator[Page]:
        """One pull, page by page."""
        for page in self.connector(**options).pull(store.cursor, store.known()):
            store.take(page)
            yield page

    def close(self) -> None:
        for one in self.made:
            one.close()

    def _use(self, usage: Usage) -> None:
        self.usage = usage


class Store:
    """What a store keeps of a source, and how it takes pages in."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.gone: set[str] = set()
        self.cursor: Mapping[str, Any] | None = None
        self.times: dict[str, int] = {}

    def known(self) -> KnownItems:
        there = {key: one for key, one in self.items.items() if key not in self.gone}
        prints = {key: one.fingerprint for key, one in there.items()}
        return KnownItems(prints, frozenset(key for key, one in there.items() if one.stage != "done"))

    def take(self, page: Page) -> None:
        for one in page.items:
            self.items[one.key] = one
            self.gone.discard(one.key)
            self.times[one.key] = self.times.get(one.key, 0) + 1
        self.gone |= set(page.deleted) & set(self.items)
        if page.cursor is not None:
            self.cursor = page.cursor

    def open(self) -> set[str]:
        return set(self.known().open)


def write(verb: str, value: Any, key: str | int = "", **more: Any) -> Write:
    """A write as the engine hands it over."""
    return Write("u-1", verb, str(key), value, more.pop("made", datetime.now(UTC)), **more)


def person(name: str, *aliases: str, email: str | None = None) -> dict[str, Any]:
    """The value of an ``assign``."""
    return {"name": name, "aliases": list(aliases), "email": email}


class Facts:
    """Run over the fake and over a real server: whoever runs them has a fixture ``raw``."""

    def test_an_unknown_status_is_answered_with_204_and_changes_nothing(self, raw: Raw) -> None:
        number = raw.create("status")
        before = raw.issue(number)
        assert raw.change(number, status_id=99) == (204, "")
        assert raw.issue(number)["status"]["name"] == "New"
        assert raw.issue(number)["journals"] == before["journals"] == []

    def test_other_unknown_values_are_refused_in_words(self, raw: Raw) -> None:
        number = raw.create("values", start_date="2026-01-05")
        assert raw.change(number, priority_id=99) == (422, {"errors": ["Priority cannot be blank"]})
        assert raw.change(number, assigned_to_id=99) == (422, {"errors": ["Assignee is invalid"]})
        assert raw.change(number, due_date="soon") == (422, {"errors": ["Due date is not a valid date"]})
        assert raw.change(number, due_date="2025-12-31") == (422, {"errors": ["Due date must be greater than start date"]})
        assert raw.change(number, subject="") == (422, {"errors": ["Subject cannot be blank"]})
        long = {"errors": ["Subject is too long (maximum is 255 characters)"]}
        assert raw.change(number, subject="x" * 256) == (422, long)
        words = ["Project cannot be blank", "Tracker cannot be blank", "Status cannot be blank"]
        assert raw.ask("POST", "/issues.json", {"issue": {"project_id": "none", "subject": "x"}}) == (422, {"errors": words})

    def test_what_is_not_there_is_404_without_words(self, raw: Raw) -> None:
        assert raw.ask("GET", "/issues/99999999.json") == (404, "")
        assert raw.change(99999999, notes="x") == (404, "")

    def test_a_wrong_key_is_401_without_words(self, raw: Raw) -> None:
        stranger = Raw(raw.url, "wrong")
        try:
            assert stranger.ask("GET", "/issues.json") == (401, "")
            assert stranger.ask("GET", "/users/current.json") == (401, "")
        finally:
            stranger.close()

    def test_changes_become_journals_with_numbers_and_notes_as_they_were_sent(self, raw: Raw) -> None:
        number = raw.create("journals")
        raw.change(number, status_id=2, notes="  first\r\nsecond ")
        raw.change(number, notes="")
        (entry,) = raw.issue(number)["journals"]
        assert entry["notes"] == "  first\r\nsecond "
        assert entry["private_notes"] is False
        assert entry["details"] == [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "2"}]

    def test_a_note_goes_when_it_is_emptied_and_the_time_does_not_move(self, raw: Raw) -> None:
        number = raw.create("emptied")
        raw.change(number, notes="oops")
        before = raw.issue(number)
        (entry,) = before["journals"]
        assert raw.ask("PUT", f"/journals/{entry['id']}.json", {"journal": {"notes": ""}}) == (204, "")
        assert raw.issue(number)["journals"] == []
        assert raw.issue(number)["updated_on"] == before["updated_on"]
        assert raw.ask("PUT", f"/journals/{entry['id']}.json", {"journal": {"notes": ""}}) == (404, "")

    def test_a_relation_moves_the_time_of_neither_issue(self, raw: Raw) -> None:
        one, other = raw.create("blocked"), raw.create("blocker")
        before = [raw.issue(number)["updated_on"] for number in (one, other)]
        body = {"relation": {"issue_to_id": other, "relation_type": "blocked"}}
        assert raw.ask("POST", f"/issues/{one}/relations.json", body)[0] == 201
        assert [raw.issue(number)["updated_on"] for number in (one, other)] == before
        for number in (one, other):
            (relation,) = raw.issue(number)["relations"]
            assert (relation["issue_id"], relation["issue_to_id"], relation["relation_type"]) == (other, one, "blocks")

    def test_a_list_never_gives_more_than_a_hundred(self, raw: Raw) -> None:
        status, body = raw.list(("status_id", "*", []), limit="1000")
        assert status == 200
        assert body["limit"] == 100
        assert len(body["issues"]) <= 100

    def test_lists_are_filtered_by_number_and_by_time(self, raw: Raw) -> None:
        first, second, third = (raw.create(f"filtered {n}") for n in range(3))
        raw.change(second, status_id=5)

        def numbers(*filters: tuple[str, str, list[str]]) -> list[int]:
            return [one["id"] for one in raw.list(*filters, sort="id:asc", limit="100", include="relations")[1]["issues"]]

        assert numbers(("status_id", "*", []), ("issue_id", ">=", [str(first)])) == [first, second, third]
        assert numbers(("status_id", "o", []), ("issue_id", ">=", [str(first)])) == [first, third]
        assert numbers(("status_id", "c", []), ("issue_id", ">=", [str(first)])) == [second]
        assert numbers(("status_id", "*", []), ("issue_id", "=", [f"{first},{third},99999999"])) == [first, third]
        assert third in numbers(
            ("status_id", "*", []), ("issue_id", ">=", [str(first)]), ("updated_on", ">=", [raw.issue(third)["updated_on"]])
        )
        mine = (("status_id", "*", []), ("issue_id", ">=", [str(first)]), ("author_id", "=", ["me"]))
        assert numbers(*mine) == [first, second, third]
        assert raw.list(("status_id", "*", []), ("updated_on", ">=", ["rubbish"])) == (422, {"errors": ["Updated is invalid"]})

    def test_a_list_tells_what_one_issue_tells(self, raw: Raw) -> None:
        """The fingerprint is made of either."""
        number = raw.create("the same", due_date="2099-01-01", category_id=1, assigned_to_id=_member(raw, "Bosse Lind"))
        (listed,) = raw.list(("status_id", "*", []), ("issue_id", "=", [str(number)]), include="relations")[1]["issues"]
        whole = raw.issue(number)
        assert listed.pop("relations") == []
        for issue in (listed, whole):
            for name in ("journals", "allowed_statuses", "spent_hours", "total_spent_hours", "total_estimated_hours"):
                issue.pop(name, None)
        assert listed == whole
        assert {"id", "project", "tracker", "status", "priority", "author", "assigned_to", "category"} <= set(whole)
        assert whole["status"] == {"id": 1, "name": "New", "is_closed": False}

    def test_the_lists_are_there(self, raw: Raw) -> None:
        statuses = raw.ask("GET", "/issue_statuses.json")[1]["issue_statuses"]
        assert {"id": 5, "name": "Closed", "is_closed": True}.items() <= statuses[4].items()
        priorities = raw.ask("GET", "/enumerations/issue_priorities.json")[1]["issue_priorities"]
        assert [one["name"] for one in priorities] == ["Low", "Normal", "High", "Urgent", "Immediate"]
        user = raw.ask("GET", "/users/current.json")[1]["user"]
        assert {"id", "login", "admin", "firstname", "lastname"} <= set(user)
        members = raw.ask("GET", "/projects/1/memberships.json", limit="100")[1]["memberships"]
        assert {one["user"]["name"] for one in members} == {"Ana Ruiz", "Bosse Lind", "Cy Moss", "Dee Park"}
        assert "Bug" in [one["name"] for one in raw.ask("GET", "/trackers.json")[1]["trackers"]]
        assert "ops-desk" in [one["identifier"] for one in raw.ask("GET", "/projects.json")[1]["projects"]]

    def test_an_issue_says_which_statuses_are_open_to_it(self, raw: Raw) -> None:
        allowed = raw.issue(raw.create("allowed"))["allowed_statuses"]
        assert [one["name"] for one in allowed] == ["New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected"]

    def test_what_is_deleted_is_gone(self, raw: Raw) -> None:
        number = raw.create("deleted")
        assert raw.ask("DELETE", f"/issues/{number}.json") == (204, "")
        assert raw.ask("GET", f"/issues/{number}.json") == (404, "")
        assert raw.list(("status_id", "*", []), ("issue_id", "=", [str(number)]))[1]["issues"] == []


def _member(raw: Raw, name: str) -> int:
    for one in raw.ask("GET", "/projects/1/memberships.json", limit="100")[1]["memberships"]:
        if one["user"]["name"] == name:
            return int(one["user"]["id"])
    raise AssertionError(name)
