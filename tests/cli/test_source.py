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
