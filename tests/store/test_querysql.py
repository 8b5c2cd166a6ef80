"""SQL and the domain mean the same by every query."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.model import Item, Kind, Mark, Person, Stage
from opstui.domain.people import People
from opstui.domain.query import Facts, matches, parse
from opstui.domain.sla import SlaRule
from opstui.domain.urgency import Rules
from opstui.domain.views import View
from opstui.errors import QueryError
from opstui.store import items, marks, notes, order, ranks
from opstui.store.db import Store
from tests.store.helpers import bring
from tests.support.build import MORNING, FakeClock, an_item

PEOPLE = People(
    (Person("Ana Ruiz", ("aruiz", "ana.ruiz"), team="Dock", vip=True), Person("Zoë Ünal", ("zoe",))),
    Person("Ana Ruiz", ("aruiz",)),
)
RULES = Rules(people=PEOPLE, slas=(SlaRule("All", parse("priority <= 2"), 4 * 3600, pause=frozenset(("on hold",))),))

NAMES = st.sampled_from(
    [None, "", "Ana Ruiz", "aruiz", "ANA.RUIZ", "Zoe Unal", "Zoë Ünal", "Bob", "Bob; Eve", "Service Desk", "none"]
)
WORDS = [
    "dock",
    "Dock",
    "7",
    "scanner",
    "café",
    "cafe",
    "Straße",
    "ünder",
    "a_b",
    "x-ray",
    "don't",
    "№9",
    "rejects",
    "ЖУК",
    "東京",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
TIMES = st.one_of(st.none(), st.integers(-90 * 24 * 60, 30 * 24 * 60).map(lambda m: MORNING + timedelta(minutes=m)))
PRIORITIES = st.one_of(st.none(), st.integers(1, 5))

ITEMS = st.builds(
    lambda key, **more: an_item(key, **more),
    key=st.sampled_from(["INC1", "inc12", "AB-7", "x%y", "q_1"]),
    title=TEXTS,
    body=TEXTS,
    kind=st.sampled_from(Kind),
    status=st.sampled_from(["Open", "open", "On hold", "Öpen", "", "Awaiting approval"]),
    stage=st.sampled_from([Stage.TODO, Stage.DOING, Stage.BLOCKED]),
    priority=PRIORITIES,
    owner=NAMES,
    reporter=NAMES,
    team=st.sampled_from([None, "", "Dock", "dôck"]),
    labels=st.lists(st.sampled_from(["vip", "VIP ", "cold chain", "Ünder"]), max_size=2).map(tuple),
    created=TIMES,
    updated=TIMES,
    due=TIMES,
    sla_due=TIMES,
)
MARKS = st.builds(Mark, owner=st.one_of(st.none(), st.sampled_from(["Zoe", "Bob"])), priority=PRIORITIES)

OPS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
TEXT_OPS = st.sampled_from(["=", "!=", "~"])
DURATIONS = st.sampled_from(["2h", "30m", "3d", "1w", "0h"])
DATES = st.sampled_from(["today", "yesterday", "tomorrow", "mon", "fri", "2026-11-20", "2026-10-01"])


def compare(fields: list[str], ops: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda f, o, v: f"{f} {o} {v}", st.sampled_from(fields), ops, values)


COMPARES = st.one_of(
    compare(
        ["owner", "reporter"], TEXT_OPS, st.sampled_from(["me", "none", "ana", '"Ana Ruiz"', "zoe", "bob", '"Service Desk"'])
    ),
    compare(
        ["status", "team", "source"],
        TEXT_OPS,
        st.sampled_from(["open", "öpen", '"on hold"', "none", "dock", "helpdesk", "desk"]),
    ),
    compare(["label"], TEXT_OPS, st.sampled_from(["vip", '"cold chain"', "under", "none", "cold"])),
    compare(["kind"], st.sampled_from(["=", "!="]), st.sampled_from(["alert", "ticket", "none"])),
    compare(["stage"], st.sampled_from(["=", "!="]), st.sampled_from(["todo", "doing", "blocked", "done"])),
    compare(["priority"], OPS, st.sampled_from(["1", "3", "high", "low", "none"])),
    compare(["created", "updated", "due", "changed"], OPS, st.one_of(DURATIONS, DATES, st.just("none"))),
    compare(["age", "sla"], OPS, st.one_of(DURATIONS, st.just("none"))),
    compare(["blocks", "rank"], OPS, st.sampled_from(["0", "1", "20.5", "none"])),
    st.sampled_from(["urgent = yes", "important = no", "urgent = 1"]),
)
PLAIN = st.one_of(
    st.sampled_from(
        ["dock", "DOC", "cafe", "café", "strasse", "inc", "INC1", "helpdesk:in", "help", "x%", "q_", "9", "東", "sca", "жу"]
    ),
    st.sampled_from(['"dock 7"', '"7 sca"', '"a b"', '"x ray"', '"don t"', '"called ba"', '"%"', '"_"']),
)
QUERIES = st.recursive(
    st.one_of(COMPARES, PLAIN),
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a} and {b})", inner, inner),
        st.builds(lambda a, b: f"({a} or {b})", inner, inner),
        st.builds(lambda a: f"not ({a})", inner),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "opstui.db", now=FakeClock()) as store:
        yield store


@settings(max_examples=250)
@given(
    every=st.lists(ITEMS, min_size=1, max_size=4, unique_by=lambda item: item.key),
    mark=MARKS,
    query=QUERIES,
    noted=st.booleans(),
)
def test_sql_finds_what_the_domain_matches(shared: Store, every: list[Item], mark: Mark, query: str, noted: bool) -> None:
    try:
        node = parse(query)
    except QueryError:
        return
    _clear(shared)
    bring(shared, *every, rules=RULES)
    ids = {item.ref: items.id_of(shared.read, item.ref) or 0 for item in every}
    first = ids[every[0].ref]
    with shared.writing() as conn:
        marks.save(conn, {first: mark})
        ranks.rescore(conn, [first], RULES, MORNING)
        if noted:
            notes.add(conn, kind="note", at=MORNING, who="Ana", ref=every[0].ref, text="Called back about dock 7")
    expected = {
        item.ref
        for item in every
        if matches(node, _facts(shared, ids[item.ref], item, noted and item is every[0]), MORNING, PEOPLE, RULES.calendar)
    }
    places = {place for (place,) in shared.read.execute("SELECT DISTINCT place FROM ranks")}
    view = View(query=query, grouped=False)
    found = order.every(shared.read, view, MORNING, MORNING, RULES) if places == {"queue"} else ()
    refs = {ref for ref, id in ids.items() if id in set(found)}
    assert refs == expected


def _facts(store: Store, id: int, item: Item, noted: bool) -> Facts:
    names = "owner, priority, stage, sla_due, sla_left, blocks, changed, rank, urgent, important"
    owner, priority, stage, sla_due, sla_left, blocks, changed, rank, urgent, important = store.read.execute(
        f"SELECT {names} FROM ranks WHERE item = ?", (id,)
    ).fetchone()
    moment = marks.moment
    due: datetime | None = moment(sla_due)
    note = "Called back about dock 7" if noted else ""
    return Facts(
        item, owner, priority, Stage(stage), due, sla_left, blocks, moment(changed), rank, bool(urgent), bool(important), note
    )


def _clear(store: Store) -> None:
    with store.writing() as conn:
        for table in ("changes", "comments", "links", "marks", "ranks", "notes", "items", "sources"):
            conn.execute(f"DELETE FROM {table}")
        conn.execute("INSERT INTO items_fts (items_fts) VALUES ('delete-all')")
        conn.execute("UPDATE split_counts SET n = 0 WHERE name = ''")


@pytest.mark.parametrize("text", ["dock", "INC1", "%", "_", '"dock 7"'])
def test_a_word_is_found_in_title_body_notes_or_at_the_start_of_a_key(store: Store, text: str) -> None:
    bring(store, an_item("INC1", "Dock 7"), an_item("INC2", "Other", body="Dock 70"), an_item("X", "None"), an_item("%", "_"))
    with store.writing() as conn:
        notes.add(conn, kind="note", at=MORNING, who="Ana", ref="helpdesk:X", text="like dock 7")
        notes.add(conn, kind="note", at=MORNING, who="Ana", ref="unknown:X", text="like dock 7")
    expected = {"dock": {"INC1", "INC2", "X"}, "INC1": {"INC1"}, "%": {"%"}, "_": set(), '"dock 7"': {"INC1", "INC2", "X"}}
    found = set(order.every(store.read, View(query=text), MORNING, MORNING, RULES))
    refs = items.refs_to_ids(store.read, [f"helpdesk:{key}" for key in ("INC1", "INC2", "X", "%")])
    assert {ref.partition(":")[2] for ref, id in refs.items() if id in found} == expected[text]
