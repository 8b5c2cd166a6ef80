"""Standards on the items they are for, their files, and what becomes of a step that was left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from opstui.config.load import inspect
from opstui.errors import Refused
from opstui.services import sops
from opstui.services.desk import Desk
from tests.support.build import an_item
from tests.support.desk import a_desk, pull

REF = "helpdesk:INC1"
PAGE = "# Scanner rejects labels\n\n## Steps\n- [ ] Clean the head\n- [ ] Swap the roll\n"


def an_office(folder: Path, *more: dict[str, Any], text: str = PAGE) -> Desk:
    (folder / "jam.md").write_text(text, "utf-8")
    first = {"name": "Label jams", "when": 'scanner and kind = "ticket"', "path": str(folder / "jam.md")}
    desk = a_desk(folder, standards=[first, *more])
    pull(desk, an_item(), an_item("INC2", "Badge reader"))
    return desk


def test_an_item_is_under_the_standards_whose_rule_it_fits_in_the_configs_order(tmp_path: Path) -> None:
    every = {"name": "Any ticket", "when": "kind = ticket", "steps": ["Say who"]}
    desk = an_office(tmp_path, every)
    assert [one.standard.name for one in desk.standards.of(REF)] == ["Label jams", "Any ticket"]
    assert [one.standard.name for one in desk.standards.of("helpdesk:INC2")] == ["Any ticket"]
    assert desk.standards.of("helpdesk:NOPE") == ()
    assert a_desk(tmp_path / "none").standards.of(REF) == ()


def test_a_rule_may_hang_on_what_was_set_here_as_a_split_may(tmp_path: Path) -> None:
    desk = an_office(tmp_path, {"name": "Hot", "when": "priority = critical", "steps": ["Call"]})
    assert len(desk.standards.of(REF)) == 1
    desk.priority([REF], 1)
    assert [one.standard.name for one in desk.standards.of(REF)] == ["Label jams", "Hot"]


def test_steps_are_ticked_on_the_item_each_with_an_undo(tmp_path: Path) -> None:
    desk = an_office(tmp_path)
    desk.standards.tick(REF, "label", 2, "third roll this week")
    (found,) = desk.standards.of(REF)
    assert (found.title, found.done) == ("Scanner rejects labels", 1)
    assert found.followed.steps[1].note == "third roll this week"
    desk.standards.untick(REF, "label jams", "swap")
    assert desk.standards.of(REF)[0].done == 0
    desk.undo()
    desk.undo()
    assert desk.standards.of(REF)[0].done == 0 and desk.standards.of(REF)[0].followed.steps[1].note == ""


def test_a_step_that_was_left_becomes_a_note_and_an_idea_in_one_action(tmp_path: Path) -> None:
    desk = an_office(tmp_path)
    desk.standards.deviate(REF, "label", 1, "the head is sealed")
    (idea,) = desk.standards.improvements()
    assert (idea.what.problem, idea.what.standard, idea.what.step) == ("the head is sealed", "Label jams", "Clean the head")
    assert (idea.what.ref, idea.what.who, idea.what.state, idea.what.next_step) == (REF, "Ana Ruiz", "idea", "")
    detail = desk.detail(REF)
    assert detail is not None and detail.notes[0].text == "Not as in Label jams, Clean the head: the head is sealed"
    desk.undo()
    detail = desk.detail(REF)
    assert detail is not None and not detail.notes and not desk.standards.improvements()
    assert desk.standards.of(REF)[0].done == 0


def test_what_was_begun_stays_with_its_item_when_the_rule_no_longer_fits(tmp_path: Path) -> None:
    desk = an_office(tmp_path, {"name": "Hot", "when": "priority = critical", "steps": ["Call"]})
    desk.priority([REF], 1)
    desk.standards.tick(REF, "Hot", 1)
    desk.priority([REF], 4)
    assert [one.standard.name for one in desk.standards.of(REF)] == ["Label jams", "Hot"]


def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    desk = an_office(tmp_path)
    assert len(desk.standards.of(REF)[0].followed.steps) == 2
    (tmp_path / "jam.md").write_text(PAGE + "- [ ] Print a test\n", "utf-8")
    assert len(desk.standards.of(REF)[0].followed.steps) == 3


def test_a_file_that_did_not_change_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = an_office(tmp_path)
    desk.standards.of(REF)
    monkeypatch.setattr(sops, "_read", lambda *given: pytest.fail("read again"))
    assert desk.standards.of(REF)[0].title == "Scanner rejects labels"


@pytest.mark.parametrize("what", ["missing", "folder", "fifo", "huge", "no steps", "binary"])
def test_a_file_that_cannot_be_used_is_said_and_breaks_nothing(tmp_path: Path, what: str) -> None:
    desk = an_office(tmp_path)
    path = tmp_path / "jam.md"
    path.unlink()
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "huge":
        path.write_bytes(b"- step\n" * 200_000)
    elif what == "no steps":
        path.write_text("only words")
    elif what == "binary":
        path.write_bytes(bytes(range(256)) * 20)
    (found,) = desk.standards.of(REF)
    assert str(path) in found.trouble and found.followed.steps == ()
    with pytest.raises(Refused):
        desk.standards.tick(REF, "label", 1)


def test_config_check_names_the_file_that_is_missing_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('version = 1\n[[standards]]\nname = "Jam"\nwhen = "printer"\npath = "sop/jam.md"\n')
    (finding,) = sops.look_over(inspect(config, environ={"TZ": "UTC"}))
    assert finding.severity == "warning" and finding.where.endswith("config.toml:5") and finding.key == "standards.Jam.path"
    assert "there is no such file" in finding.why


def test_a_link_has_no_steps_to_tick(tmp_path: Path) -> None:
    desk = an_office(tmp_path, {"name": "Wiki", "when": "kind = ticket", "url": "https://wiki.example.com/x"})
    assert desk.standards.of(REF)[1].standard.url == "https://wiki.example.com/x"
    with pytest.raises(Refused, match="it is a link"):
        desk.standards.tick(REF, "wiki", 1)
    for ref, name in ((REF, "nope"), ("helpdesk:NOPE", "label")):
        with pytest.raises(Refused):
            desk.standards.tick(ref, name, 1)
