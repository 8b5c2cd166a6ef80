"""The longest query that is allowed is one that the store can answer."""

from __future__ import annotations

import pytest

from opstui.domain.query import parse
from opstui.domain.views import View
from opstui.errors import QueryError
from opstui.store import order
from opstui.store.db import Store
from tests.store.helpers import bring
from tests.store.test_querysql import RULES
from tests.support.build import MORNING, an_item


@pytest.mark.parametrize("term", ["dock", "not dock", "label != b", "age > 1d", "owner = me", "reporter ~ bo", "sla < 2h"])
@pytest.mark.parametrize("joined", [" ", " or "])
def test_two_hundred_terms_are_answered_and_one_more_is_a_mistake(store: Store, term: str, joined: str) -> None:
    bring(store, an_item("INC1"))
    most = joined.join([f"({term})"] * 200)
    order.every(store.read, View(query=most), MORNING, MORNING, RULES)
    with pytest.raises(QueryError):
        parse(f"{most}{joined}{term}")


@pytest.mark.parametrize("group", ["(", "(a or ", "not (a or b ", "not (not a b or ", "a not (a b or b or c age > 1d "])
def test_the_deepest_is_answered_too(store: Store, group: str) -> None:
    bring(store, an_item("INC1"))
    order.every(store.read, View(query=group * 6 + "d" + ")" * 6), MORNING, MORNING, RULES)
    with pytest.raises(QueryError):
        parse(group * 7 + "d" + ")" * 7)
