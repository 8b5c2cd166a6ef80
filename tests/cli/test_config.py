"""``opstui config``: every mistake with its place, and who said what."""

from __future__ import annotations

import json

import pytest

from tests.support.plugin import install
from tests.support.shell import CONFIG, ROOT, Shell


def test_a_config_without_mistakes_has_no_findings(office: Shell) -> None:
    done = office("config", "check")
    assert done.code == 0 and "no findings" in done.out
    assert office("config", "check", "--json").json == []


@pytest.mark.parametrize(
    ("was", "now", "key", "says"),
    [
        ('path = "tickets.csv"', 'pth = "tickets.csv"', "sources.desk.options.pth", "did you mean path"),
        ('path = "tickets.csv"', "", "sources.desk.options.path", "is required"),
        ('path = "tickets.csv"', 'path = "tickets.csv"\nkind = "tiket"', "sources.desk.options.kind", "did you mean ticket"),
        ('connector = "csv"', 'connector = "cvs"', "sources.desk.connector", "installed are csv, demo, excel"),
        ('timezone = "Europe/London"', 'timezon = "x"', "day.timezon", ""),
        ("version = 1", 'version = 1\n[ui.keys]\n"item.acept" = "a"', "ui.keys.item.acept", "item.accept"),
        ("version = 1", 'version = 1\n[ui.keys]\n"item.accept" = "f2"\n"item.done" = "f2"', "ui.keys", "f2"),
    ],
)
def test_a_mistake_is_found_with_its_file_line_and_key(shell: Shell, was: str, now: str, key: str, says: str) -> None:
    shell.office(config=CONFIG.replace(was, now))
    done = shell("config", "check", "--json")
    assert done.code == 2
    finding = next(one for one in done.json if key in one["key"].replace('"', ""))
    assert finding["severity"] == "error" and f"{shell.config}:" in finding["where"]
    assert says in finding["why"] + finding["next_step"]


def test_every_mistake_is_listed_at_once(shell: Shell) -> None:
    shell.office(config=CONFIG.replace("path =", "pth =").replace("[day]", "[dya]"))
    assert len(shell("config", "check").out.splitlines()) == 3


def test_a_broken_connector_is_a_finding(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = install(shell.home / "plugins", "torn", "raise RuntimeError('torn in two')")
    monkeypatch.syspath_prepend(plugins)
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    shell.office(config=CONFIG.replace('"csv"', '"torn"'))
    (finding,) = shell("config", "check", "--json").json
    assert finding["key"] == "sources.desk.connector" and "torn in two" in finding["why"]


def test_a_source_that_is_switched_off_is_not_held_against_its_connector(shell: Shell) -> None:
    shell.office(config=CONFIG.replace('connector = "csv"', 'connector = "jira"\nenabled = false'))
    assert shell("config", "check").code == 0


def test_no_secret_is_looked_up_for_a_check(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = install(shell.home / "plugins", "plain", "def pull(self, cursor, known):\n    yield Page()")
    monkeypatch.syspath_prepend(plugins)
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    source = '[[sources]]\nname = "p"\nconnector = "plain"\n[sources.options]\ntoken = { command = ["touch", "ran"] }\n'
    shell.office(config=source)
    assert shell("config", "check").code == 0
    assert not (shell.home / "ran").exists()


def test_a_mistake_anywhere_keeps_the_queue_from_opening_and_says_where(shell: Shell) -> None:
    shell.office(config=CONFIG.replace("[day]", "[dya]"))
    done = shell("queue")
    assert done.code == 2 and f"{shell.config}:2" in done.err and "day" in done.err


def test_show_tells_who_said_what(office: Shell) -> None:
    found = {one["key"]: one for one in office("config", "show", "--json").json}
    assert found["day.timezone"]["value"] == "Europe/London" and str(office.config) in found["day.timezone"]["where"]
    assert "day.start" not in found
    everything = {one["key"]: one["where"] for one in office("config", "show", "--all", "--json").json}
    assert everything["day.start"] == "default"


def test_explain_tells_what_a_flag_overrode(office: Shell) -> None:
    done = office("--set", "day.timezone=Asia/Tokyo", "config", "explain", "day.timezone")
    assert done.out.splitlines()[0].endswith('"Asia/Tokyo"')
    assert "flag" in done.out and "Europe/London" in done.out


def test_the_schema_is_one_json_document(shell: Shell) -> None:
    assert "sources" in json.dumps(shell("config", "schema").json)


def test_a_flag_with_a_mistake_is_named_once(office: Shell) -> None:
    for done in (office("--set", "day.strat=07:00", "queue"), office("--set", "day.strat=07:00", "config", "check")):
        assert done.code == 2
        assert "flag: day.strat: there is no such key" in done.out + done.err
        assert "Did you mean day.start?" in done.out + done.err
