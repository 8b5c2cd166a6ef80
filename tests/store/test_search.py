"""Search as typed over items, notes and decisions."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opstui.domain.model import Mark, Verdict
from opstui.store import decisions, items, marks, notes, ranks, search
from opstui.store.db import Store
from tests.store.helpers import RULES, bring
from tests.support.build import MORNING, an_item


def write(store: Store, text: str, ref: str = "", kind: str = "note") -> None:
    with store.writing() as conn:
        notes.add(conn, kind=kind, at=MORNING, who="Ana", ref=ref, text=text)


def found(store: Store, text: str, limit: int = 50) -> list[tuple[str, str]]:
    return [(hit.kind, hit.ref) for hit in search.search(store.read, text, limit)]


def test_every_kind_is_found_by_the_beginning_of_its_words(store: Store) -> None:
    bring(store, an_item("A", "Freezer door stuck"), an_item("B", "Other"))
    write(store, "Freezer man comes at nine", "helpdesk:B")
    write(store, "Freezer is fixed", "helpdesk:A", "comment")
    with store.writing() as conn:
        decisions.add(
            conn,
            at=MORNING,
            who="Ana",
            ref="",
            what="Buy a freezer",
            why="old",
            options=(),
            owner="",
            review_on="",
            effect="",
            supersedes=None,
        )
    assert sorted(found(store, "freez")) == [
        ("comment", "helpdesk:A"),
        ("decision", ""),
        ("item", "helpdesk:A"),
        ("note", "helpdesk:B"),
    ]
    assert found(store, "door freez") == [("item", "helpdesk:A")]
    assert found(store, "reezer") == []


def test_what_is_open_and_ranks_first_comes_first(store: Store) -> None:
    bring(store, an_item("low", "Dock", priority=5), an_item("high", "Dock", priority=1), an_item("over", "Dock", priority=1))
    id = items.id_of(store.read, "helpdesk:over")
    assert id is not None
    with store.writing() as conn:
        marks.save(conn, {id: Mark(Verdict.DONE, MORNING, "Ana")})
        ranks.rescore(conn, [id], RULES, MORNING)
    assert [ref for _, ref in found(store, "dock")] == ["helpdesk:high", "helpdesk:low", "helpdesk:over"]


@pytest.mark.parametrize("typed", ["INC12", "inc12", "helpdesk:INC12", "HelpDesk:inc12"])
def test_a_key_or_ref_is_found_as_it_is_typed(store: Store, typed: str) -> None:
    bring(store, an_item("INC123", "Something"), an_item("INC9", "Something"))
    assert found(store, typed) == [("item", "helpdesk:INC123")]


def test_a_withdrawn_note_is_not_found(store: Store) -> None:
    with store.writing() as conn:
        _, uid = notes.add(conn, kind="note", at=MORNING, who="Ana", ref="", text="secret plan")
        notes.set_withdrawn(conn, uid, MORNING)
    assert found(store, "secret") == []


def test_no_kind_drowns_the_others(store: Store) -> None:
    bring(store, *(an_item(f"K{n}", "Dock") for n in range(80)))
    for n in range(40):
        write(store, f"dock {n}")
    kinds = [kind for kind, _ in found(store, "dock", 30)]
    assert len(kinds) == 30
    assert kinds.count("note") == 10


def test_a_snippet_shows_where_the_word_stands() -> None:
    text = "x" * 300 + " the Freezer door " + "y" * 300
    shown = search.snippet(text, ["freez"])
    assert "Freezer door" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert search.snippet("short", ["nothing"]) == "short"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    typed=st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(['"', "*", "^", "(", ")", "NEAR", "AND", "OR", "NOT", "+", "-", ":", "title:", "dock", "_"]),
            max_size=8,
        ).map(" ".join),
    )
)
def test_whatever_is_typed_never_raises(store: Store, typed: str) -> None:
    if not items.id_of(store.read, "helpdesk:A"):
        bring(store, an_item("A", "dock AND NEAR title"))
        write(store, "dock OR not")
    search.search(store.read, typed, 5)


def test_a_very_long_text_is_searched_too(store: Store) -> None:
    bring(store, an_item("A", "dock"))
    search.search(store.read, " ".join(f"w{n}" for n in range(3000)), 5)
    search.search(store.read, "w" * 1_000_000, 5)


def test_a_word_that_stands_in_every_item_is_answered_without_a_step_for_each(store: Store) -> None:
    chance = random.Random(1)
    for start in range(0, 6000, 500):
        bring(store, *(an_item(f"K{n}", f"Dock {chance.random()}", body="scanner " * 20) for n in range(start, start + 500)))
    raw = "SELECT rowid FROM items_fts WHERE items_fts MATCH ? ORDER BY rank LIMIT 50"
    ours = _steps(store, lambda: search.search(store.read, "sca", 50))
    theirs = _steps(store, lambda: store.read.execute(raw, ('"sca"*',)).fetchall())
    assert theirs > 6000 and ours < theirs / 4


def _steps(store: Store, ask: Callable[[], object]) -> int:
    """How many steps of its machine SQLite takes for an answer."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 10
        return 0

    store.read.set_progress_handler(count, 10)
    try:
        ask()
    finally:
        store.read.set_progress_handler(None, 0)
    return taken
