"""What went wrong stands in the queue as an item of opstui's own, and leaves it when it is over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.domain.views import Outgoing
from opstui.errors import Refused
from opstui.services import own
from opstui.store.db import Store
from tests.config.support import found, the_one
from tests.store.helpers import RULES, keys, line, one
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of

AT = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)


def _write(**more: object) -> Outgoing:
    values: dict[str, object] = {
        "id": 7,
        "uid": "u7",
        "group": 1,
        "source": "jira",
        "ref": "jira:OPS-1",
        "verb": "assign",
        "value": {"name": "Bo Lind", "aliases": [], "email": None},
        "base": "Ana Ruiz",
        "who": "Ana Ruiz",
        "at": AT,
        "state": "failed",
        "due": AT,
        "what": "jira did not take it",
        "why": "Bo Lind may not be assigned",
        "next_step": "Choose somebody else.",
    }
    return Outgoing(**(values | more))  # type: ignore[arg-type]


def _raise(store: Store, write: Outgoing) -> None:
    with store.writing() as conn:
        own.raise_write(conn, write, rules=RULES, now=store.now())


def _close(store: Store, id: int = 7) -> None:
    with store.writing() as conn:
        own.close_write(conn, id, rules=RULES, now=store.now())


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Store:
    return Store.open(tmp_path / "opstui.db", now=clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_failed_change_is_an_item_with_what_why_and_next(store: Store) -> None:
    with store:
        _raise(store, _write())
        row = line(store, "opstui:outbox-7")
        assert (row.title, row.place) == ("Not sent: owner Bo Lind on jira:OPS-1", "queue")
        body = one(store, "SELECT body FROM items")
        assert body == "jira did not take it\nBo Lind may not be assigned\nChoose somebody else."


def test_a_conflict_says_what_was_there_and_what_is(store: Store) -> None:
    with store:
        _raise(store, _write(state="conflict", theirs="Cy Moss", what="", why="", next_step=""))
        assert one(store, "SELECT title FROM items").startswith("In conflict: ")
        assert one(store, "SELECT body FROM items") == (
            "It was Ana Ruiz when you changed it; meanwhile it is Cy Moss.\n"
            "In the outbox you decide: yours all the same, theirs, or another value."
        )


def test_it_leaves_the_queue_when_it_is_over_and_comes_back_when_it_happens_again(store: Store, clock: FakeClock) -> None:
    with store:
        _raise(store, _write())
        _raise(store, _write())
        assert keys(store) == ["outbox-7"]
        _close(store)
        _close(store)
        _close(store, 8)
        assert keys(store) == []
        clock.forward(minutes=5)
        _raise(store, _write())
        assert keys(store) == ["outbox-7"]
        assert one(store, "SELECT count(*) FROM items") == 1


def test_hostile_words_of_a_source_are_cleaned(store: Store) -> None:
    with store:
        _raise(store, _write(why="no\x1b[31m way\u202e"))
        assert "\x1b" not in one(store, "SELECT body FROM items") and "\u202e" not in one(store, "SELECT body FROM items")


def test_changes_that_do_not_get_through_are_one_item_a_source(store: Store) -> None:
    with store:
        for count in (1, 3):
            with store.writing() as conn:
                own.raise_waiting(conn, "jira", count, "jira: 503", rules=RULES, now=store.now())
        assert keys(store) == ["waiting-jira"]
        assert line(store, "opstui:waiting-jira").title == "3 changes cannot be sent to jira"
        with store.writing() as conn:
            own.close_waiting(conn, "jira", rules=RULES, now=store.now())
        assert keys(store) == []


def test_opstui_itself_is_no_source_that_is_gone_or_stale_or_can_be_forgotten(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, sources=[{"name": "helpdesk", "connector": "csv"}])
    pull(desk, an_item())
    _raise(store_of(desk), _write())
    assert [state.name for state in desk.sources()] == ["helpdesk"]
    desk.done(["helpdesk:INC1", "opstui:outbox-7"])
    assert desk.clear() == (True, ())
    with pytest.raises(Refused):
        desk.forget_source("opstui")
    shut(desk)


@pytest.mark.parametrize("name", ["opstui", "OpsTUI"])
def test_no_source_of_a_config_may_have_its_name(tmp_path: Path, name: str) -> None:
    finding = the_one(found(tmp_path, f"[[sources]]\nname = '{name}'\nconnector = 'csv'\n"))
    assert "items that opstui raises itself" in finding.why and finding.severity == "error"
