"""What the config says of the network and the people reaches a connector, and what a connector says of its usage the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.config.load import check, load
from opstui.config.rules import rules
from opstui.services import plugins
from opstui.services.clock import real_clock
from opstui.services.station import Station
from opstui.store.db import Store
from tests.support.engine import FAST, a_source, a_station, pull, python_path
from tests.support.plugin import install

PEOPLE = '[[people]]\nname = "Bo Lind"\naliases = ["blind"]\n'


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("version = 1\n" + text)
    return path


def test_a_connector_gets_the_network_and_the_people_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
    def pull(self, cursor, known): yield Page()
    def check(self): return f"{self.context.network} {self.context.people[0].aliases}"
    """
    plugin = install(tmp_path / "plugins", "asks", body)
    monkeypatch.syspath_prepend(str(plugin))
    _write(tmp_path / "team" / "team.toml", '[network]\nca = "certs/corp.pem"\nno_proxy = ["jira.example.com"]\n')
    source = '[[sources]]\nname = "asks"\nconnector = "asks"\n'
    path = _write(tmp_path / "config.toml", f'extends = ["team/team.toml"]\n{PEOPLE}{source}[network]\nproxy = "none"\n')
    settings = load(path, environ={}).settings
    environ = {"PYTHONPATH": python_path(plugin)}
    with Store.open(tmp_path / "opstui.db", now=real_clock) as store:
        station = Station(settings, rules(settings), store, real_clock, environ, FAST)
        [checked] = plugins.check_sources(station)
    assert checked.ok, checked
    assert "proxy='none'" in checked.text
    assert f"{tmp_path}/team/certs/corp.pem" in checked.text
    assert "('jira.example.com',)" in checked.text
    assert "('blind',)" in checked.text


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("proxy.example.com:3128", "no address of a proxy"),
        ("socks5://proxy.example.com", "no address of a proxy"),
        ("http://proxy.example.com:port", "no address of a proxy"),
        ("http://ana:hunter2@proxy.example.com", "a password stands in no file"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_found_and_its_password_not_shown(tmp_path: Path, proxy: str, why: str) -> None:
    findings = check(_write(tmp_path / "config.toml", f'[network]\nproxy = "{proxy}"\n'), environ={})
    assert [finding.key for finding in findings if why in finding.why] == ["network.proxy"]
    assert "hunter2" not in str(findings)


def test_a_proxy_and_a_ca_that_can_be_used_are_not_complained_about(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    text = '[network]\nproxy = "http://proxy.example.com:3128"\nca = "ca.pem"\n'
    assert [one for one in check(_write(tmp_path / "config.toml", text), environ={}) if one.key.startswith("network")] == []


def test_a_missing_ca_file_is_found(tmp_path: Path) -> None:
    [finding] = [one for one in check(_write(tmp_path / "c.toml", '[network]\nca = "no.pem"\n'), environ={}) if "ca" in one.key]
    assert finding.severity == "warning"
    assert f"{tmp_path}/no.pem" in finding.why


def test_the_last_word_on_usage_arrives_however_fast_it_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
    def pull(self, cursor, known):
        from datetime import UTC, datetime
        from opstui.connectors.api import Usage
        for n in range(1, 101):
            self.context.usage(Usage(n, 900 - n, 1000, expires=datetime(2027, 1, 2, tzinfo=UTC), account="Ana Ruiz"))
        yield Page((self.item(1),))
    """
    plugin = install(tmp_path / "plugins", "counts", body)
    monkeypatch.syspath_prepend(str(plugin))
    station = a_station(tmp_path, plugin, a_source("counts"))
    try:
        job_events = plugins.run(station.job(station.sources()[0], plugins.Task.PULL), station.worker_environ(), 20.0)
        pull(station)
    finally:
        station.store.close()
    told = [event for event in job_events if event["event"] == "usage"]
    assert 1 <= len(told) < 50
    assert told[-1] == {
        "event": "usage",
        "calls": 100,
        "quota_left": 800,
        "quota_limit": 1000,
        "quota_reset": None,
        "expires": "2027-01-02T00:00:00+00:00",
        "account": "Ana Ruiz",
    }
    assert [event["event"] for event in job_events].index("finished") > job_events.index(told[-1])
