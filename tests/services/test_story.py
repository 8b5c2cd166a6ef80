"""A morning at the desk: twenty items come in, each gets its verdict, and all of it can be taken back after a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.domain.model import Place
from opstui.domain.views import View
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, queue_refs, shut


def test_a_morning_is_decided_item_by_item_and_survives_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, *(an_item(f"INC{n}", f"Something {chr(64 + n)} happened", priority=1 + n % 5) for n in range(1, 21)))
    refs = queue_refs(desk)
    assert len(refs) == 20 == desk.count(View())
    before = everything(desk)
    assert desk.session().left == 20 and desk.session().seconds_each is None

    # Eight verdicts in turn, twenty seconds apart.
    steps = [
        lambda ref: desk.accept([ref]),
        lambda ref: desk.done([ref]),
        lambda ref: desk.decline([ref], "Not ours"),
        lambda ref: desk.snooze([ref], "eod", "waiting for parts"),
        lambda ref: desk.assign([ref], "blind"),
        lambda ref: desk.escalate([ref], "Cy Moss", "needs budget"),
        lambda ref: desk.wait([ref], "Bo Lind", "+1d", "any news?"),
        lambda ref: desk.merge([ref], refs[0]),
    ]
    for n, ref in enumerate(refs):
        clock.forward(seconds=20)
        receipt = steps[n % 8](ref)
        assert receipt.refs == (ref,), receipt.refused
        assert ref not in queue_refs(desk)
    line = desk.session()
    assert (line.left, line.decided, line.minutes, line.seconds_each) == (0, 20, 6, 20)
    assert desk.clear()[0]
    places = {place: desk.count(View(place=place, grouped=False)) for place in Place}
    assert (places[Place.ACCEPTED], places[Place.MERGED], places[Place.SNOOZED]) == (3, 2, 3)
    assigned = desk.window(View(place=Place.ASSIGNED))[0]
    assert (assigned.owner, assigned.target) == ("Bo Lind", "Bo Lind")
    decided = everything(desk)

    # Undo everything over a restart in the middle, then redo everything.
    for _ in range(10):
        assert desk.undo().group
    shut(desk)
    desk = a_desk(tmp_path, clock)
    while desk.undo().group:
        pass
    assert everything(desk) == before
    assert queue_refs(desk) == refs
    while desk.redo().group:
        pass
    assert everything(desk) == decided
    assert len(desk.undo_list(100)) == 20

    # In the afternoon the snoozed ones come back by themselves.
    clock.time = MORNING + timedelta(hours=9)
    assert desk.catch_up() > 0
    assert desk.count(View()) == 3
    shut(desk)
