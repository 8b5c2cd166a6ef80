"""A source that is renamed or taken out of the config: what it gave is seen, is not called clear, and can be let go."""

from __future__ import annotations

import pytest

from tests.support.shell import CONFIG, Shell

RENAMED = CONFIG.replace('name = "desk"', 'name = "helpdesk"')


@pytest.fixture
def renamed(office: Shell) -> Shell:
    """The office after its source got another name, read under both."""
    assert office("done", "desk:INC1").code == 0
    office.write("config:config.toml", RENAMED)
    assert office("sync").code == 0
    return office


def test_what_a_renamed_source_gave_stays_and_doctor_says_so(renamed: Shell) -> None:
    refs = [row["ref"] for row in renamed("queue", "--json").json]
    assert "desk:INC2" in refs and "helpdesk:INC2" in refs
    found = renamed("doctor")
    assert "it is not in the config; 3 items of it stay" in found.out and "opstui source forget desk" in found.out


def test_a_queue_is_not_called_clear_while_a_source_is_missing(renamed: Shell) -> None:
    refs = [row["ref"] for row in renamed("queue", "--json").json]
    assert renamed("done", *refs).code == 0
    assert "not known to be clear: desk (gone)" in renamed("queue").err
    assert renamed("source", "forget", "desk").code == 0
    assert "queue clear" in renamed("queue").err


def test_forgetting_closes_its_items_and_keeps_what_was_decided(renamed: Shell) -> None:
    done = renamed("source", "forget", "desk")
    assert (done.code, done.out) == (0, "Forgot desk: 3 items closed\n")
    assert {row["ref"].partition(":")[0] for row in renamed("queue", "--json").json} == {"helpdesk"}
    assert "done" in renamed("show", "desk:INC1").out
    assert "Forgot desk" in renamed("log").out
    assert "not in the config" not in renamed("doctor").out
    again = renamed("source", "forget", "desk")
    assert again.code != 0 and "no item of such a source" in again.err


def test_a_source_that_is_put_back_brings_its_items_back_with_their_marks(renamed: Shell) -> None:
    renamed("source", "forget", "desk")
    renamed.write("config:config.toml", CONFIG)
    assert renamed("sync").code == 0
    refs = [row["ref"] for row in renamed("queue", "--json").json]
    assert "desk:INC2" in refs and "desk:INC1" not in refs


def test_a_source_of_the_config_is_not_forgotten(office: Shell) -> None:
    done = office("source", "forget", "desk")
    assert done.code != 0 and "it is in the config" in done.err and "enabled = false" in done.err


def test_the_list_tells_how_each_source_is(office: Shell) -> None:
    assert office("sync").code == 0
    (found,) = office("source", "list", "--json").json
    assert (found["name"], found["connector"], found["state"], found["items"], found["age_s"]) == ("desk", "csv", "ok", 3, 0)
    assert found["expires"] is None and found["quota"] is None and found["verbs"] == [] and found["paused"] is None
    (office.config.parent / "tickets.csv").unlink()
    office("sync")
    done = office("source", "list")
    assert done.out.splitlines()[1].split()[:2] == ["desk", "refused"] and "tickets.csv" in done.err


def test_a_source_is_tried_in_one_line_and_the_exit_code_says_how_it_went(office: Shell) -> None:
    done = office("source", "test", "desk")
    assert done.code == 0 and done.out.startswith("desk: ok: ") and "3 records" in done.out
    gone = CONFIG + '[[sources]]\nname = "gone"\nconnector = "csv"\n[sources.options]\npath = "none.csv"\n'
    office.write("config:config.toml", gone)
    done = office("source", "test", "--json")
    assert done.code == 3 and [(one["source"], one["state"]) for one in done.json] == [("desk", "ok"), ("gone", "refused")]
    assert office("source", "test", "gone").code == 1
    unknown = office("source", "test", "nowhere")
    assert unknown.code == 2 and "the config has desk, gone" in unknown.err


def test_a_paused_source_is_left_alone_until_it_is_resumed(office: Shell) -> None:
    done = office("source", "pause", "desk")
    assert (done.code, done.out) == (0, "Paused desk: it is neither pulled nor written to\n")
    assert office("source", "list", "--json").json[0]["state"] == "paused"
    assert "Paused desk" in office("log").out
    assert office("sync", "desk").code == 2
    office("done", "desk:INC1", "desk:INC2", "desk:INC3")
    assert "desk (paused). Next: opstui source resume desk" in office("queue").err
    again = office("source", "pause", "desk", "nowhere", "--json")
    assert again.code == 1 and [one["source"] for one in again.json["refused"]] == ["desk", "nowhere"]
    assert office("source", "resume", "desk", "nowhere").code == 3
    assert office("sync", "desk").code == 0
    assert office("source", "list", "--json").json[0]["state"] == "ok"


def test_the_log_shows_what_a_connector_printed_fit_for_a_terminal(office: Shell) -> None:
    assert "printed nothing" in office("source", "log", "desk").err
    folder = office.data / "logs"
    folder.mkdir()
    (folder / "desk.log").write_bytes(b"one \x1b[31mred\n" + b"line\n" * 300)
    done = office("source", "log", "desk")
    assert done.code == 0 and done.out == "line\n" * 200 and "the last 200 lines" in done.err
    (folder / "desk.log").write_bytes(b"one \x1b[31mred\xff\n")
    assert office("source", "log", "desk").out == "one red\ufffd\n"
    assert office("source", "log", "nowhere").code == 2
