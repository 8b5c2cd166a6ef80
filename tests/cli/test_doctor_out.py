"""``opstui doctor`` on what goes out: secrets, the network, credentials that end, and changes on their way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import keyring.backends.fail
import keyring.core
import pytest

from opstui.store import sources
from opstui.store.db import STORE, Store
from tests.support.plugin import install
from tests.support.shell import CONFIG, NOW, ROOT, Shell

AT = datetime.fromisoformat(NOW)
TRACKER = CONFIG + '[[sources]]\nname = "tracker"\nconnector = "tracker"\n[sources.options]\ntoken = {token}\n'
READS = "def check(self):\n    return 'fine'\n\ndef pull(self, cursor, known):\n    yield Page()"


@pytest.fixture
def tracker(office: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    folder = install(office.home / "plugins", "tracker", READS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    office.env |= {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}:{folder}",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    return office


def looked(shell: Shell, area: str) -> dict[str, dict[str, Any]]:
    done = shell("doctor", "--json")
    assert "hunter2" not in done.out + done.err
    return {one["name"]: one for one in done.json if one["area"] == area}


def with_token(shell: Shell, token: str, more: str = "") -> None:
    shell.write("config:config.toml", TRACKER.replace("{token}", token) + more)


def test_each_reference_to_a_secret_is_followed_and_never_shown(tracker: Shell) -> None:
    with_token(tracker, '{ env = "TRACKER_TOKEN" }')
    found = looked(tracker, "secrets")["tracker.token"]
    assert found["state"] == "fail" and "export TRACKER_TOKEN" in found["next_step"]
    tracker.env["TRACKER_TOKEN"] = "hunter2"
    found = looked(tracker, "secrets")
    assert found["tracker.token"]["state"] == "ok" and found["keyring"]["state"] == "ok"
    path = tracker.write("config:token", "hunter2")
    path.chmod(0o644)
    with_token(tracker, '{ file = "token" }')
    found = looked(tracker, "secrets")["tracker.token"]
    assert found["state"] == "fail" and "chmod 600" in found["next_step"]
    with_token(tracker, '{ keyring = "tracker" }')
    found = looked(tracker, "secrets")
    assert found["keyring"]["state"] == "fail" and "--to file" in found["keyring"]["next_step"]


@pytest.mark.parametrize(
    ("proxy", "state", "text"),
    [
        ("", "ok", "none"),
        ("http://ana:hunter2@proxy.example.com:3128", "ok", "http://proxy.example.com:3128 (HTTPS_PROXY)"),
        ("ftp://ana:hunter2@proxy.example.com", "fail", "HTTPS_PROXY is no address"),
        ("http://ana:hunter2@proxy.example.com:port", "fail", "HTTPS_PROXY is no address"),
    ],
)
def test_the_proxy_is_named_without_its_password(tracker: Shell, proxy: str, state: str, text: str) -> None:
    tracker.env["HTTPS_PROXY"] = proxy
    found = looked(tracker, "network")["proxy"]
    assert (found["state"], found["text"]) == (state, text)


def test_certificates_that_cannot_be_read_fail(tracker: Shell) -> None:
    tracker.write("config:config.toml", CONFIG + '[network]\nca = "ca.pem"\n')
    assert looked(tracker, "network")["certificates"]["state"] == "fail"
    tracker.write("config:ca.pem", "no certificate")
    found = looked(tracker, "network")["certificates"]
    assert "no certificate that can be read" in found["text"] and "PEM" in found["next_step"]


def test_a_credential_that_ends_soon_is_a_warning_and_one_that_has_ended_a_failure(tracker: Shell) -> None:
    for days, state in ((30, "ok"), (9, "warn"), (-1, "fail")):
        with Store.open(tracker.data / STORE, now=lambda: AT) as store, store.writing() as conn:
            sources.used(conn, "desk", sources.Usage(expires=AT + timedelta(days=days), account="ana.ruiz"))
        found = looked(tracker, "credentials")["desk"]
        assert found["state"] == state and "ana.ruiz" in found["text"]
    assert "opstui auth desk" in found["next_step"]


def test_changes_that_came_back_are_parked_or_wait_for_long_are_told(tracker: Shell) -> None:
    assert looked(tracker, "outbox")["changes"]["text"] == "none is on its way"
    tracker("note", "x")
    old = int((AT - timedelta(hours=2)).timestamp())
    with Store.open(tracker.data / STORE, now=lambda: datetime.now(UTC)) as store, store.writing() as conn:
        for n, state in enumerate(("pending", "pending", "parked", "failed", "conflict")):
            conn.execute(
                "INSERT INTO outbox (uid, grp, source, ref, verb, value, who, at, state, due) "
                "VALUES (?, 1, 'desk', 'desk:INC1', 'comment', '{}', 'me', ?, ?, 0)",
                (str(n), old, state),
            )
    found = {name: (one["state"], one["text"]) for name, one in looked(tracker, "outbox").items()}
    assert found == {
        "desk": ("warn", "2 changes came back and wait for a decision"),
        "desk parked": ("warn", "1 change made read-only is kept here"),
        "desk waiting": ("warn", "2 changes on their way, the oldest for 2h"),
    }


def test_a_paused_source_is_said_to_be(tracker: Shell) -> None:
    tracker("source", "pause", "desk")
    found = looked(tracker, "sources")["desk"]
    assert found["state"] == "warn" and "paused for" in found["text"] and found["next_step"] == "opstui source resume desk"
