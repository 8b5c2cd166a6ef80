"""The desk's side of a stand-up: what is captured is on disk, what is drafted stands in journal or items."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.minutes import FORMATS, Line, Minutes, document, write
from opstui.domain.model import Change, Stage
from opstui.domain.parking import Outcome, Topic
from opstui.domain.standup import PARTS, Draft, State
from opstui.domain.text import clean_line
from opstui.errors import Refused, UsageError
from opstui.services.desk import Desk, drafts
from opstui.store import journal, records
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of
from tests.support.host import HOSTILE
from tests.support.shell import ROOT
from tests.support.triage import a_morning, hours


def at_ten(folder: Path, **config: object) -> tuple[Desk, FakeClock]:
    """A desk on the small bad night, at ten."""
    clock = FakeClock()
    desk = a_desk(folder, clock, **config)
    pull(desk, *a_morning())
    clock.time = MORNING.replace(hour=10, minute=0)
    return desk, clock


def known(desk: Desk, *people: str) -> Mapping[str, Draft]:
    return drafts.drafts(desk._at, people, desk.standup.since())


def told(desk: Desk, person: str, part: str) -> list[str]:
    return [said.text for said in known(desk, person)[person].part(part)]


# The walk


def test_every_step_is_one_action_that_undo_takes_back(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    stand = desk.standup
    states = [None]
    for step in (
        stand.start,
        stand.next,
        lambda: stand.absent("cy"),
        lambda: stand.say("bo", {"today": "Payroll"}),
        stand.back,
        stand.later,
        lambda: stand.shuffle(3),
        stand.finish,
    ):
        clock.forward(seconds=20)
        assert step().group
        states.append(stand.last())  # type: ignore[arg-type]
    for before in reversed(states[:-1]):
        desk.undo()
        assert stand.last() == before


def test_a_step_that_changes_nothing_but_time_is_still_kept(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    clock.forward(seconds=30)
    desk.standup.say("Ana Ruiz", {"today": "Audit"})
    found = desk.standup.current()
    assert found is not None and found.what.seconds == 30


def test_a_second_start_on_one_day_is_refused_while_the_first_is_under_way(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    desk.standup.start()
    with pytest.raises(Refused, match="under way"):
        desk.standup.start()
    desk.standup.finish()
    assert desk.standup.start().group


def test_the_roster_is_me_and_everybody_or_as_the_config_says_with_aliases_resolved(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path / "a")
    assert desk.standup.roster() == ("Bo Lind", "Cy Moss", "Ana Ruiz") or desk.standup.roster()[0] == "Ana Ruiz"
    desk, _ = at_ten(tmp_path / "b", standup={"roster": ["blind", "Bo Lind", "Zed"]})
    assert desk.standup.roster() == ("Bo Lind", "Zed")


def test_a_shuffled_order_is_the_same_all_day_and_another_one_tomorrow(tmp_path: Path) -> None:
    people = [{"name": f"P{n} X"} for n in range(8)]
    clock = FakeClock(MORNING.replace(hour=10))
    desk = a_desk(tmp_path, clock, people=people, standup={"order": "shuffle"})
    orders = []
    for _ in range(2):
        desk.standup.start()
        desk.standup.finish()
        found = desk.standup.last()
        orders.append([turn.person for turn in found.what.turns])  # type: ignore[union-attr]
        assert desk.standup.start().group and desk.standup.finish().group
        found = desk.standup.last()
        assert orders[-1] == [turn.person for turn in found.what.turns]  # type: ignore[union-attr]
        clock.forward(days=3)
    assert orders[0] != orders[1]


def test_nobody_in_the_config_leaves_a_stand_up_that_can_be_walked_and_joined(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path, me={}, people=[])
    assert desk.standup.tiles() == ()
    desk.standup.start()
    clock.forward(seconds=60)
    assert desk.standup.say("Guest", {"today": "Only looking"}).group
    assert "nobody spoke" in desk.standup.finish().summary
    assert desk.standup.report().people[0].person == "Guest"


def test_a_name_may_be_short_but_must_mean_one(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path, people=[{"name": "Bo Lind"}, {"name": "Bo Berg"}])
    desk.standup.start()
    with pytest.raises(UsageError, match="several people"):
        desk.standup.absent("bo")
    assert desk.standup.absent("berg").summary == "Bo Berg is absent"


def test_one_left_open_can_be_finished_or_gone_on_with_and_loses_nothing(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    clock.forward(minutes=4)
    desk.standup.say("bo", {"blockers": "The key to gate B"})
    desk.standup.park("Lease @bo")
    clock.forward(days=3)
    old = desk.standup.current()
    assert old is not None
    desk.standup.finish()
    kept = desk.standup.by_uid(old.uid)
    assert kept is not None and kept.what.ended == old.what.since and kept.what.seconds == 240
    assert kept.what.turn("Bo Lind").blockers == "The key to gate B"  # type: ignore[union-attr]
    assert [one.what.text for one in desk.standup.topics()] == ["Lease"]


def test_next_does_not_walk_the_round_of_another_day_unless_it_is_said_so(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    clock.forward(days=3)
    before = desk.standup.current()
    with pytest.raises(Refused, match=r"left open.*start.*--go-on"):
        desk.standup.next()
    assert desk.standup.current() == before
    assert desk.standup.next(go_on=True).group
    desk.standup.start()
    assert desk.standup.next().group


def test_one_next_too_many_begins_no_second_stand_up(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    desk.standup.next()
    desk.standup.finish()
    with pytest.raises(Refused, match="is over"):
        desk.standup.next()
    assert len(desk.standup.history()) == 1


def test_the_report_of_a_day_is_of_the_one_in_which_most_was_said(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    clock.forward(minutes=1)
    desk.standup.say("bo", {"today": "Payroll"})
    desk.standup.next()
    held = desk.standup.finish() and desk.standup.last()
    assert held is not None
    clock.forward(minutes=30)
    desk.standup.start()
    empty = desk.standup.current()
    assert empty is not None and desk.standup.report().uid == empty.uid
    desk.standup.finish()
    assert desk.standup.report().uid == held.uid
    assert desk.standup.say("bo", {"today": "Payroll, done"}).group
    assert desk.standup.of(desk.standup.today()).what.turn("Bo Lind").today == "Payroll, done"  # type: ignore[union-attr]
    assert desk.standup.beginning(empty.uid[:8]).uid == empty.uid
    with pytest.raises(UsageError):
        desk.standup.beginning("zz")


def test_a_finish_is_not_taken_back_while_another_is_under_way(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    desk.standup.start()
    group = desk.standup.finish().group
    begun = desk.standup.start().group
    with pytest.raises(Refused, match="another stand-up is under way"):
        desk.undo(group)
    assert len([one for one in desk.standup.history() if one.open]) == 1
    desk.undo(begun)
    assert desk.undo(group).group and desk.standup.current() is not None


# The drafts


def test_what_the_manager_did_here_is_told_in_the_journals_own_words(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.accept(["helpdesk:INC4711"])
    desk.comment("helpdesk:INC4711", "Label roll swapped")
    desk.snooze(["helpdesk:INC91"], "eod")
    desk.done(["helpdesk:d1"], reason="Cleared")
    desk.undo()
    clock.forward(minutes=1)
    lines = told(desk, "Ana Ruiz", "yesterday")
    assert "Dock 7 scanner rejects every label: accepted" in lines
    assert any("Label roll swapped" in line for line in lines)
    assert not any("d1" in line or "nooze" in line for line in lines)


def test_what_moved_at_its_source_is_told_of_who_did_it_and_of_whose_it_is(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    history = (Change("status", "Open", "Review", hours(3), "cmoss"), Change("status", "Review", "Done", hours(1), "Cy Moss"))
    moved = an_item("OPS-9", "Rack audit", source="jira", status="Done", stage=Stage.DONE, owner="Bo Lind", history=history)
    old = an_item(
        "OPS-8", "Old thing", source="jira", owner="Bo Lind", history=(Change("status", "A", "B", hours(90), "Bo Lind"),)
    )
    pull(desk, moved, old)
    assert told(desk, "Bo Lind", "yesterday") == [
        "Rack audit: moved to Done",
        "Dock 7 scanner rejects every label: priority changed",
    ]
    assert told(desk, "Cy Moss", "yesterday") == ["Rack audit: moved to Done"]


def test_in_work_due_and_blocked_are_told_with_whom_it_waits_for(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    pull(
        desk,
        an_item("A-1", "Move racks", owner="Bo Lind", stage=Stage.DOING, status="In Progress"),
        an_item("A-2", "Count stock", owner="Bo Lind", due=MORNING.replace(hour=15)),
        an_item("A-3", "Late one", owner="Bo Lind", due=hours(60)),
        an_item("A-4", "Wire the gate", owner="Bo Lind", stage=Stage.BLOCKED, blocked_by=("A-5", "A-6", "A-7")),
        an_item("A-5", "Order cable", owner="Cy Moss"),
        an_item("A-6", "Ordered already", owner="Cy Moss", stage=Stage.DONE),
    )
    today = told(desk, "Bo Lind", "today")
    assert {"Move racks: In Progress", "Count stock: Open, due today", "Late one: Open, overdue"} <= set(today)
    assert told(desk, "Bo Lind", "blockers") == ["Wire the gate: waits for Order cable (Cy Moss), helpdesk:A-7"]


def test_who_has_nothing_in_work_is_told_what_comes_first(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    assert told(desk, "Bo Lind", "today")[0].endswith("Open, not begun")


def test_a_draft_is_bounded_whatever_somebody_holds(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    pull(desk, *(an_item(f"B-{n}", f"Job {n}", owner="Bo Lind", stage=Stage.DOING) for n in range(120)))
    pull(desk, *(an_item(f"C-{n}", f"Stuck {n}", owner="Bo Lind", stage=Stage.BLOCKED) for n in range(120)))
    for n in range(90):
        desk.note(f"Seal {n}")
    found = known(desk, "Bo Lind", "Ana Ruiz")
    for draft in found.values():
        assert sum(len(draft.part(part)) for part in PARTS) <= 50
        assert all(len(said.refs) <= 60 for part in PARTS for said in draft.part(part))
    assert any("86 more noted on" in said.text for said in found["Ana Ruiz"].yesterday)


def test_drafts_begin_where_the_last_stand_up_ended_or_the_working_day_before(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    assert desk.standup.since() == MORNING.replace(day=19, hour=8, minute=0)
    desk.standup.start()
    clock.forward(minutes=10)
    desk.standup.finish()
    clock.forward(days=3)
    assert desk.standup.since() == MORNING.replace(hour=10, minute=10)
    clock.forward(days=14)
    assert desk.standup.since() == MORNING.replace(day=20, hour=8, minute=0) + timedelta(days=14)


# The report


def full(folder: Path) -> tuple[Desk, FakeClock]:
    """A stand-up with all sorts of things in it, over."""
    desk, clock = at_ten(folder)
    pull(
        desk,
        an_item("H-1", HOSTILE, owner="Bo Lind", stage=Stage.DOING),
        an_item("H-2", HOSTILE, owner="Bo Lind", stage=Stage.BLOCKED),
    )
    desk.accept(["helpdesk:INC4711"])
    clock.forward(minutes=1)
    desk.standup.start()
    clock.forward(minutes=1)
    desk.standup.say("bo", {"today": f"{told(desk, 'Bo Lind', 'today')[0]}\n- Fix <!channel> *now* | `x` _y_ # {HOSTILE}"})
    desk.standup.park(f"Lease {HOSTILE} @bo", ref="helpdesk:INC4711")
    desk.standup.next()
    clock.forward(minutes=16)
    desk.standup.absent("cy")
    desk.standup.finish()
    return desk, clock


def lines_of(minutes: Minutes) -> list[Line]:
    return [line for one in minutes.people for _, part in one.parts() for line in part]


def test_every_line_of_a_report_stands_in_the_journal_or_on_an_item(tmp_path: Path) -> None:
    desk, _ = full(tmp_path)
    minutes = desk.standup.report()
    read = store_of(desk).read
    assert len(lines_of(minutes)) > 5
    for line in lines_of(minutes):
        if line.typed:
            uid = line.source.removeprefix("standup:")
            kept = records.load(read, uid)
            assert kept is not None and any(line.text in (turn.typed(part) or "") for turn in kept.what.turns for part in PARTS)
        elif line.source == "item":
            assert line.refs and all(desk.row(ref) for ref in line.refs)
            assert line.text.startswith(clean_line(desk.row(line.refs[0]).title)[:40])  # type: ignore[union-attr]
        else:
            assert journal.by_uid(read, line.source) is not None
    for parked in minutes.parked:
        assert records.load(read, parked.uid) is not None


def test_a_drafted_line_left_as_it_was_keeps_its_source_and_a_typed_one_says_so(tmp_path: Path) -> None:
    desk, _ = full(tmp_path)
    bo = next(one for one in desk.standup.report().people if one.person == "Bo Lind")
    first, second = bo.doing
    assert not first.typed and first.refs and second.typed and second.text.startswith("Fix <!channel>")


def test_a_step_writes_no_draft_but_that_of_whoever_has_spoken_once(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    pull(desk, *(an_item(f"B-{n}", f"Job {n}", owner="Bo Lind", stage=Stage.DOING) for n in range(40)))
    desk.standup.start()
    for _ in range(3):
        clock.forward(seconds=30)
        desk.standup.next()
    kept = records.find(store_of(desk).read, "said")
    assert {one.what.person for one in kept} == set(desk.standup.roster()) and not any(one.open for one in kept)
    said = desk.standup.report()
    assert len(next(one for one in said.people if one.person == "Bo Lind").doing) > 5
    read = store_of(desk).read
    steps = read.execute("SELECT after FROM journal WHERE json_extract(after, '$.kind') = 'standup'").fetchall()
    assert len(steps) == 4 and not any("Job 1" in after for (after,) in steps)
    desk.undo()
    assert len(records.find(read, "said")) == 2
    desk.redo()
    desk.standup.back()
    desk.standup.next()
    desk.standup.finish()
    assert len(records.find(read, "said")) == 3


def test_a_report_is_what_was_known_then_whatever_happens_after(tmp_path: Path) -> None:
    desk, clock = full(tmp_path)
    uid = desk.standup.last().uid  # type: ignore[union-attr]
    before = desk.standup.report(uid)
    desk.done(["helpdesk:INC4711", "helpdesk:INC4712"])
    clock.forward(days=1)
    after = desk.standup.report(uid)
    assert after.people == before.people and (after.seconds, after.ended) == (before.seconds, before.ended)


def test_times_are_told_with_what_they_are_over_by(tmp_path: Path) -> None:
    desk, _ = full(tmp_path)
    assert "10:01 to 10:18, 17 min of 15, over by 2" in write(desk.standup.report(), FORMATS["plain"])


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    clock.forward(minutes=41)
    desk.standup.finish()
    assert "0 min of 15; 41:00 without a key left out" in write(desk.standup.report(), FORMATS["plain"])


def test_hostile_text_breaks_no_form(tmp_path: Path) -> None:
    desk, _ = full(tmp_path)
    minutes = desk.standup.report()
    for name, form in FORMATS.items():
        text = write(minutes, form)
        assert "\x1b" not in text and "\u202e" not in text, name
    slack = write(minutes, FORMATS["slack"])
    assert "<" not in slack.replace("&lt;", "") and "`" not in slack
    markdown = write(minutes, FORMATS["markdown"])
    assert "Fix \\<!channel\\> \\*now\\* \\| \\`x\\` \\_y\\_ \\#" in markdown
    heads = [line for line in markdown.splitlines() if line.startswith("#")]
    assert heads[0].startswith("# Stand-up") and all(line.startswith("## ") for line in heads[1:])
    assert document(minutes)["people"][0]["done"] is not None


def test_a_report_of_nobody_is_still_a_report(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path, me={}, people=[])
    assert "Not held yet" in write(desk.standup.report(), FORMATS["markdown"])


def test_the_end_carries_the_blockers_and_the_report_keeps_how_they_stood(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    for day, unchanged in enumerate((0, 1, 2)):
        clock.time = MORNING.replace(hour=10) + timedelta(days=3 * day)
        desk.standup.start()
        desk.standup.finish()
        badge = next(one for one in desk.standup.report().blockers if one.ref == "jira:OPS-61")
        assert (badge.owner, badge.unchanged) == ("Cy Moss", unchanged)
    clock.forward(days=1)
    desk.standup.start()
    with pytest.raises(Refused, match="heard unchanged for the third time"):
        desk.standup.finish()
    assert desk.standup.current() is not None
    desk.decide("Borrow badges from gate B", ref="jira:OPS-61")
    desk.ledgers.set_owner("helpdesk:INC4712", "Cy Moss")
    assert desk.standup.finish().group
    desk.undo()
    assert desk.standup.current() is not None
    first = desk.standup.report(desk.standup.of("2026-11-20").uid)  # type: ignore[union-attr]
    assert [one.unchanged for one in first.blockers] == [0, 0]


def test_who_has_no_capacity_is_not_asked_unless_the_roster_says_so(tmp_path: Path) -> None:
    people = [{"name": "Bo Lind", "capacity": 0}, {"name": "Cy Moss"}]
    desk, _ = at_ten(tmp_path / "a", people=people)
    assert set(desk.standup.roster()) == {"Ana Ruiz", "Cy Moss"}
    desk, _ = at_ten(tmp_path / "b", people=people, standup={"roster": ["bo lind"]})
    assert desk.standup.tiles()[0].load.away


# The parking lot


def test_a_topic_is_parked_changed_ended_and_opened_again(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    desk.standup.start()
    desk.standup.park("forklift rental @bo 10m", ["cy"], ref="helpdesk:INC4711")
    kept = desk.standup.topics()[0]
    assert (kept.what.people, kept.ref, kept.what.standup) == (
        ("Bo Lind", "Cy Moss"),
        "helpdesk:INC4711",
        desk.standup.current().uid,
    )  # type: ignore[union-attr]
    desk.standup.change_topic(kept.uid, "forklift lease @bo 20m")
    assert desk.standup.topics()[0].what.minutes == 20
    desk.standup.answer(kept.uid, "talked", "Rent two for December")
    assert desk.standup.topics() == []
    desk.undo()
    assert desk.standup.topics()[0].what.outcome is Outcome.OPEN
    with pytest.raises(Refused, match="parking lot"):
        desk.standup.answer("nothing", "talked")


def test_time_for_a_topic_puts_its_item_on_the_list_for_a_block_in_one_action(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    desk.standup.park("label roll @bo", ref="helpdesk:INC4711")
    uid = desk.standup.topics()[0].uid
    said = desk.standup.answer(uid, "block").summary
    assert said == "label roll: time set aside, helpdesk:INC4711 on the list for a block"
    assert desk.detail("helpdesk:INC4711").mark.for_block and desk.standup.topics() == []  # type: ignore[union-attr]
    desk.undo()
    assert not desk.detail("helpdesk:INC4711").mark.for_block and len(desk.standup.topics()) == 1  # type: ignore[union-attr]
    desk.for_block(["helpdesk:INC4711"])
    assert desk.standup.answer(uid, "block").summary == "label roll: time set aside"


def test_an_old_report_keeps_its_parking_lot_however_much_was_parked_since(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    desk.standup.start()
    desk.standup.park("Lease")
    desk.standup.finish()
    old = desk.standup.last()
    assert old is not None
    clock.forward(days=1)
    with store_of(desk).writing() as conn:
        for n in range(250):
            records.save(conn, records.new("topic", Topic(f"t{n}"), clock(), "A"))
    assert [one.topic.text for one in desk.standup.report(old.uid).parked] == ["Lease"]
    assert [one.what.text for one in desk.standup.topics(standup=old.uid)] == ["Lease"]


# Crashes


CHILD = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.support.build import FakeClock, MORNING
from tests.support.desk import a_desk
clock = FakeClock(MORNING.replace(hour=10))
desk = a_desk(Path(sys.argv[1]), clock)
stand = desk.standup
stand.start()
for n in range(100000):
    clock.forward(seconds=7)
    stand.say("bo", {"today": f"line {n}"})
    stand.park(f"topic {n}")
    if n == 3:
        stand.next()
    print(n, flush=True)
"""


def test_everything_captured_survives_kill_9_in_the_middle_and_the_round_goes_on(tmp_path: Path) -> None:
    shut(at_ten(tmp_path)[0])
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, env=env, text=True)
    assert child.stdout is not None
    last = -1
    deadline = time.monotonic() + 60
    while last < 12 and time.monotonic() < deadline:
        last = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    rest = child.stdout.read().split()
    child.stdout.close()
    child.wait()
    last = int(rest[-1]) if rest and rest[-1].isdecimal() else last
    desk = a_desk(tmp_path, FakeClock(MORNING.replace(hour=10, minute=5)))
    found = desk.standup.current()
    assert found is not None
    bo = found.what.turn("Bo Lind")
    assert bo is not None and bo.today is not None and int(bo.today.split()[1]) >= last
    assert len(desk.standup.topics()) >= min(last + 1, 200)
    assert found.what.seconds >= 7 * last
    assert desk.standup.next().group
    assert desk.standup.finish().group
    assert any(turn.state is State.SPOKEN for turn in desk.standup.last().what.turns)  # type: ignore[union-attr]
    shut(desk)


def test_the_log_finds_a_stand_up_behind_all_the_blockers_that_it_carried(tmp_path: Path) -> None:
    desk, _ = at_ten(tmp_path)
    pull(desk, *(an_item(f"B{n}", f"Stuck {n}", stage=Stage.BLOCKED, owner="Bo Lind", created=hours(50)) for n in range(15)))
    desk.standup.start()
    finished = desk.standup.finish()
    found = desk.standup.of_action(finished.group)
    assert found is not None and found.what.ended is not None
    assert len(desk.standup.report(found.uid).blockers) > 10


def test_the_report_says_what_was_done_about_a_blocker(tmp_path: Path) -> None:
    desk, clock = at_ten(tmp_path)
    for day in range(2):
        desk.standup.start()
        if day:
            desk.decide("Badges by hand until Monday", ref="jira:OPS-61")
        desk.standup.finish()
        clock.forward(hours=24)
    (badges,) = [one for one in desk.standup.report(desk.standup.history(1)[0].uid).blockers if one.ref == "jira:OPS-61"]
    assert "Badges by hand until Monday" in badges.done
    assert "Badges by hand until Monday" in write(desk.standup.report(desk.standup.history(1)[0].uid), FORMATS["plain"])
