from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Kind, Person, Stage
from opstui.domain.people import People
from opstui.domain.query import FIELDS, And, Compare, Facts, FieldType, Node, Not, Or, Word, bounds, matches, parse
from opstui.errors import QueryError
from tests.support.build import MORNING, an_item

ANA = Person("Ana Ruiz", ("aruiz",))
PEOPLE = People((ANA, Person("Bo Lind")), ANA)
CALENDAR = WorkCalendar(ZoneInfo("Europe/Berlin"))


def facts(owner: str | None = None, **more: Any) -> Facts:
    """Facts of a ticket; what is not a field of facts goes to the item."""
    own = {name: more.pop(name) for name in list(more) if name in Facts.__slots__ and name not in ("priority", "stage")}
    item = an_item(**more)
    found = Facts(item, owner, item.priority, item.stage)
    for name, value in own.items():
        setattr(found, name, value)
    return found


def fits(query: str, one: Facts) -> bool:
    return matches(parse(query), one, MORNING, PEOPLE, CALENDAR)


def test_or_binds_weaker_than_and_and_and_may_be_left_out() -> None:
    node = parse("a b or not c and (d or e)")
    assert node == Or(
        (
            And((Word("a", 1), Word("b", 3))),
            And((Not(Word("c", 12)), Or((Word("d", 19), Word("e", 24))))),
        )
    )


def test_an_empty_query_matches_everything() -> None:
    assert parse("  ") == And()
    assert fits("", facts())


def test_not_twice_is_nothing_and_names_of_operators_can_be_quoted() -> None:
    assert parse("not not a") == Word("a", 9)
    assert parse('"and" ")"') == And((Word("and", 1), Word(")", 7)))


def test_other_names_of_a_field_mean_the_field() -> None:
    node = parse("assignee = me")
    assert isinstance(node, Compare)
    assert (node.field, node.op, node.column) == ("owner", "=", 1)


@pytest.mark.parametrize(
    ("query", "column", "said"),
    [
        ("ownr = none", 1, "Did you mean owner?"),
        ("a and colour = red", 7, "there is no field 'colour'"),
        ("age > 3x", 7, "a length of time"),
        ("age > 99999999999999w", 7, "a length of time"),
        ("age = 3d", 5, "Use < or >"),
        ("sla < soon", 7, "a length of time"),
        ("due = 2026-02-30", 7, "no day '2026-02-30'"),
        ("due < 3", 7, "a date"),
        ("created >= someday", 12, "a date"),
        ("stage = doin", 9, "Did you mean doing?"),
        ("kind = bug", 8, "ticket, message, alert"),
        ("priority > hi", 12, "critical, high"),
        ("priority = 6", 12, "1 to 5"),
        ("blocks > many", 10, "a number"),
        ("rank ~ 3", 6, "~ does not fit rank"),
        ("status < open", 8, "Use = or !="),
        ("due < none", 5, "Use = or !="),
        ("urgent = maybe", 10, "yes or no"),
        ("owner =", 8, "a name, me, or none"),
        ("owner = )", 9, "a name, me, or none"),
        ("owner = = x", 9, "a name, me, or none"),
        ('foo "bar', 5, "quotation mark"),
        ("(a or b", 8, "opened at column 1"),
        ("a)", 2, "closes nothing"),
        ("a or", 5, "ends too early"),
        ("or a", 1, "cannot stand here"),
        ("not", 4, "ends too early"),
        ("()", 2, "cannot stand here"),
        ('""', 1, "cannot stand here"),
        ("= a", 1, "cannot stand here"),
        ("(" * 99 + "a", 7, "too many parentheses"),
        ("a " * 200 + "b = c", 401, "more than 200 words and comparisons"),
    ],
)
def test_a_mistake_names_its_column_and_what_was_expected(query: str, column: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.column == column
    assert f"column {column}" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("scanner", {}),
        ("scan", {}),
        ("dock-7", {}),
        ('"dock 7 scan"', {}),
        ("INC", {"key": "INC4711"}),
        ("helpdesk:INC47", {"key": "INC4711"}),
        ("label", {}),
        ("printer", {"body": "The printer is on fire"}),
        ("GROßE", {"title": "Größe fehlt"}),
        ("carrier", {"notes": "asked the carrier"}),
        ("source = HELPDESK", {}),
        ("kind = alert", {"kind": Kind.ALERT}),
        ('status = "in progress"', {"status": "In Progress"}),
        ("status ~ prog", {"status": "In Progress"}),
        ("status != done", {}),
        ("stage = blocked", {"stage": Stage.BLOCKED}),
        ("priority = high", {"priority": 2}),
        ("priority >= high", {"priority": 1}),
        ("priority > medium", {"priority": 2}),
        ("priority <= 2", {"priority": 2}),
        ("priority = none", {}),
        ("priority != 1", {}),
        ("owner = none", {}),
        ("owner = none", {"owner": "Unassigned"}),
        ("owner = me", {"owner": "aruiz"}),
        ('owner = "bo lind"', {"owner": "Lind, Bo"}),
        ("owner ~ lind", {"owner": "Bo Lind"}),
        ("owner != me", {"owner": "Bo Lind"}),
        ("reporter = me", {"reporter": "Ana Ruiz"}),
        ("team = none", {}),
        ("label = network", {"labels": ("Network", "x")}),
        ("label != network", {"labels": ("x",)}),
        ("label ~ net", {"labels": ("Network",)}),
        ("label = none", {}),
        ("age > 30m", {}),
        ("age < 2h", {}),
        ("created >= today", {}),
        ("created = today", {}),
        ("created > mon", {}),
        ("created >= fri", {}),
        ("updated < 2h", {}),
        ("updated > 2h", {"updated": MORNING - timedelta(hours=3)}),
        ("updated = none", {"updated": None}),
        ("due < 2h", {"due": MORNING - timedelta(days=9)}),
        ("due > 2h", {"due": MORNING + timedelta(hours=3)}),
        ("due = tomorrow", {"due": MORNING + timedelta(days=1)}),
        ("due <= mon", {"due": MORNING + timedelta(days=3)}),
        ("due < 2026-11-21", {"due": MORNING}),
        ('due = "2026-11-20 09:05"', {"due": MORNING}),
        ("due >= 2026-11-20T08:05:00Z", {"due": MORNING}),
        ("sla < 2h", {"sla_due": MORNING + timedelta(hours=1)}),
        ("sla < 0m", {"sla_due": MORNING - timedelta(seconds=1)}),
        ("sla < -1h", {"sla_due": MORNING - timedelta(hours=2)}),
        ("sla < 2h", {"sla_left": 3600}),
        ("sla = none", {}),
        ("blocks >= 2", {"blocks": 2}),
        ("changed = none", {}),
        ("changed > yesterday", {"changed": MORNING}),
        ("rank > 50.5", {"rank": 50.6}),
        ("urgent = no important = yes", {"important": True}),
    ],
)
def test_a_query_that_fits(query: str, given: dict[str, Any]) -> None:
    assert fits(query, facts(**given))
    assert not fits(f"not ({query})", facts(**given))


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("canner", {}),
        ('"7 dock"', {}),
        ("!!!", {"title": "!!!"}),
        ("priority <= 2", {}),
        ("priority > high", {"priority": 2}),
        ("owner = none", {"owner": "Service Desk"}),
        ("owner = me", {}),
        ("due < 2h", {}),
        ("due != none", {}),
        ("label != network", {"labels": ("network", "x")}),
        ("updated > 2h", {}),
        ("sla < 2h", {"sla_due": MORNING + timedelta(hours=3)}),
        ("sla < 2h", {"sla_left": 7200}),
        ("rank >= 50.5", {"rank": 50.4}),
        ("created = yesterday", {}),
        ("age > 1h", {}),
        ("age < 1h", {}),
    ],
)
def test_a_query_that_does_not_fit(query: str, given: dict[str, Any]) -> None:
    assert not fits(query, facts(**given))


def test_nobody_is_me_where_the_config_names_nobody() -> None:
    assert not matches(parse("owner = me"), facts(owner="Ana Ruiz"), MORNING)


def test_an_sla_counts_the_time_in_which_somebody_is_at_work() -> None:
    friday_close = datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    monday = facts(sla_due=datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    assert matches(parse("sla < 2h"), monday, friday_close, PEOPLE, CALENDAR)
    assert not matches(parse("sla < 1h"), monday, friday_close, PEOPLE, CALENDAR)


def test_a_day_of_an_sla_is_a_working_day() -> None:
    friday_nine = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    monday = facts(sla_due=datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    assert matches(parse("sla <= 1d"), monday, friday_nine, PEOPLE, CALENDAR)
    assert not matches(parse("sla < 1d"), monday, friday_nine, PEOPLE, CALENDAR)


def test_a_weekday_looks_back_for_the_past_and_ahead_for_due() -> None:
    for query, first in (("created = mon", "2026-11-16"), ("due = mon", "2026-11-23"), ("due = fri", "2026-11-20")):
        node = parse(query)
        assert isinstance(node, Compare)
        [(_, low, high)] = bounds(node, MORNING, CALENDAR)
        start = datetime.fromisoformat(first).replace(tzinfo=CALENDAR.zone).timestamp()
        assert (low, high) == (start, start + 86400)


@given(text=st.text(st.sampled_from('ab ()"=<>~!\\ notrd123hd-'), max_size=24))
def test_whatever_is_typed_parses_or_names_a_column_inside_the_query(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 1 <= error.column <= len(text) + 1


WORDS = st.sampled_from(["scanner", '"dock 7"', "zzz"])
VALUES: dict[FieldType, list[str]] = {
    FieldType.TEXT: ["open", "none"],
    FieldType.LIST: ["x", "none"],
    FieldType.PERSON: ["me", "none", '"Bo Lind"'],
    FieldType.PRIORITY: ["1", "high", "none"],
    FieldType.NUMBER: ["0", "2", "1.5"],
    FieldType.TIME: ["today", "mon", "2026-11-20", "none"],
    FieldType.FLAG: ["yes", "no"],
    FieldType.SPAN: ["none"],
    FieldType.CHOICE: ["none"],
}
COMPARES = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(["=", "!="]), st.sampled_from(VALUES[FIELDS[name].type])).map(
        " ".join
    )
)
QUERIES = st.recursive(
    WORDS | COMPARES,
    lambda inner: st.one_of(
        inner.map(lambda q: f"not ({q})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
    ),
    max_leaves=6,
)
SOME = st.sampled_from(
    [
        facts(),
        facts(owner="Bo Lind", priority=1, labels=("x",), team="Nord"),
        facts(owner="aruiz", due=MORNING, sla_due=MORNING, blocks=2, rank=1.5, urgent=True, changed=MORNING),
        facts(status="", created=None, updated=None, sla_left=60, important=True, stage=Stage.DOING),
    ]
)


def evaluated(node: Node, one: Facts) -> bool:
    """The tree by hand: what and, or and not mean, with leaves from the code under test."""
    match node:
        case And(children):
            return all(evaluated(child, one) for child in children)
        case Or(children):
            return any(evaluated(child, one) for child in children)
        case Not(child):
            return not evaluated(child, one)
    return matches(node, one, MORNING, PEOPLE, CALENDAR)


@given(query=QUERIES, one=SOME)
def test_logic_has_two_values(query: str, one: Facts) -> None:
    node = parse(query)
    assert matches(node, one, MORNING, PEOPLE, CALENDAR) is evaluated(node, one)
    assert fits(f"not ({query})", one) is not fits(query, one)


@given(name=st.sampled_from(["created", "due", "blocks", "rank", "priority"]), data=st.data(), one=SOME)
def test_the_six_comparisons_agree_with_each_other(name: str, data: st.DataObject, one: Facts) -> None:
    value = data.draw(st.sampled_from([v for v in VALUES[FIELDS[name].type] if v != "none"]))
    less, equal, greater = (fits(f"{name} {op} {value}", one) for op in ("<", "=", ">"))
    assert fits(f"{name} <= {value}", one) is (less or equal)
    assert fits(f"{name} >= {value}", one) is (greater or equal)
    assert less + equal + greater == (not fits(f"{name} = none", one))
    assert fits(f"{name} != {value}", one) is not equal


def test_every_field_is_told_about() -> None:
    assert all(field.help and field.name == name for name, field in FIELDS.items())
