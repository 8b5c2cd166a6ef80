from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.connectors.api import Page
from opstui.domain.model import Comment
from opstui.domain.urgency import Rules
from opstui.store.db import Store
from opstui.store.pages import apply_page
from opstui.store.ranks import rescore
from tests.support.build import MORNING, FakeClock, an_item


def test_a_rank_worked_out_anew_still_knows_whose_turn_it_is(tmp_path: Path) -> None:
    thread = tuple(Comment(who, MORNING - timedelta(minutes=n), who) for n, who in ((9, "Bo Lind"), (5, "Cy Moss")))
    items = (
        an_item("asked", owner="Bo Lind", reporter="Cy Moss", comments=thread),
        an_item("answered", owner="Bo Lind", reporter="Cy Moss", comments=thread[:1]),
    )
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as store:
        with store.writing() as conn:
            apply_page(conn, "helpdesk", Page(items), Rules(), MORNING)
        before = store.read.execute("SELECT item, rank, why FROM ranks ORDER BY item").fetchall()
        with store.writing() as conn:
            rescore(conn, [row[0] for row in before], Rules(), MORNING)
        assert store.read.execute("SELECT item, rank, why FROM ranks ORDER BY item").fetchall() == before
        assert ["reply" in why for _, _, why in before] == [True, False]
