"""``opstui auth``: a secret is asked for without an echo, tried before it is kept, and kept where the config says."""

from __future__ import annotations

import json
import sqlite3
import sys
import tomllib
from pathlib import Path
from typing import Any

import keyring.backends.fail
import keyring.core
import pytest

from tests.support.plugin import install
from tests.support.ring import FileRing
from tests.support.shell import ROOT, Shell
from tests.support.terminal import Terminal

TRACKER = """
def check(self):
    token = self.config["token"]
    if token == "later":
        raise SourceUnavailable("tracker: 503", "busy", "Try again later.")
    if not token or not token.startswith("good"):
        raise SourceRefused("tracker: 401", f"the token {token} was refused", "Run: opstui auth tracker")
    from opstui.connectors.api import Usage
    self.context.usage(Usage(1, account="ana.ruiz"))
    return "Ana Ruiz may read 3 projects"

def pull(self, cursor, known):
    self.check()
    yield Page((self.item(1),))
"""
CONFIG = """\
# hers
version = 1

[[sources]]
name = "tracker"  # the team's
connector = "tracker"
{options}
# looks
[ui]
theme = "nord"
"""


@pytest.fixture
def tracker(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A source that takes a token, on a machine without a keyring."""
    folder = install(shell.home / "plugins", "tracker", TRACKER)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    shell.env |= {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}:{folder}",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "RING_FILE": str(shell.home / "ring.json"),
    }
    configure(shell)
    return shell


def configure(shell: Shell, options: str = "") -> None:
    shell.write("config:config.toml", CONFIG.replace("{options}", f"[sources.options]\n{options}\n" if options else ""))


def ring(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", FileRing())  # type: ignore[no-untyped-call]
    shell.env["PYTHON_KEYRING_BACKEND"] = "tests.support.ring.FileRing"


def sql(shell: Shell, statement: str) -> list[Any]:
    with sqlite3.connect(shell.data / "opstui.db", isolation_level=None) as conn:
        found = conn.execute(statement).fetchall()
    conn.close()
    return found


def held(shell: Shell) -> Any:
    return json.loads((shell.home / "ring.json").read_text())


def options(shell: Shell) -> Any:
    return tomllib.loads(shell.config.read_text())["sources"][0].get("options")


def private(path: Path) -> bool:
    return path.stat().st_mode & 0o777 == 0o600


def test_without_a_keyring_it_is_kept_in_a_private_file_and_the_config_says_so(tracker: Shell) -> None:
    done = tracker("auth", "tracker", "--stdin", stdin="good-1\n")
    assert (done.code, done.out) == (0, "tracker: Ana Ruiz may read 3 projects\n")
    path = tracker.config.parent / "tracker.token"
    assert path.read_text() == "good-1\n" and private(path) and options(tracker) == {"token": {"file": "tracker.token"}}
    text = tracker.config.read_text()
    assert "# hers" in text and '"tracker"  # the team\'s' in text and "\n# looks\n[ui]" in text
    assert tracker("sync", "tracker").code == 0
    (row,) = tracker("source", "list", "--json").json
    assert row["account"] == "ana.ruiz"
    assert {one.name for one in path.parent.iterdir()} == {"config.toml", "tracker.token"}


def test_with_a_keyring_it_goes_there(tracker: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(tracker, monkeypatch)
    done = tracker("auth", "tracker", "--stdin", "--json", stdin="good-1")
    assert done.code == 0 and done.json["kept"] and done.json["where"] == "the keyring, as opstui tracker.token"
    assert held(tracker) == {"opstui tracker.token": "good-1"} and options(tracker) == {"token": {"keyring": "tracker.token"}}
    assert tracker("source", "test").code == 0
    before = tracker.config.read_text()
    assert tracker("auth", "tracker", "--stdin", stdin="good-2").code == 0
    assert held(tracker) == {"opstui tracker.token": "good-2"} and tracker.config.read_text() == before


def test_one_that_is_refused_is_not_kept_and_the_one_before_stays(tracker: Shell) -> None:
    tracker("auth", "tracker", "--stdin", stdin="good-1")
    before = tracker.config.read_text()
    done = tracker("auth", "tracker", "--stdin", stdin="wrong-hunter2")
    assert done.code == 1 and done.out.startswith("tracker: refused: 401: ") and "it was not kept" in done.err
    assert "hunter2" not in done.out + done.err
    assert (tracker.config.parent / "tracker.token").read_text() == "good-1\n" and tracker.config.read_text() == before
    assert tracker("auth", "tracker", "--stdin", "--unchecked", stdin="wrong-hunter2").code == 0
    assert (tracker.config.parent / "tracker.token").read_text() == "wrong-hunter2\n"


def test_one_that_cannot_be_tried_now_is_kept_and_the_exit_code_says_so(tracker: Shell) -> None:
    done = tracker("auth", "tracker", "--stdin", stdin="later")
    assert done.code == 3 and "503" in done.out and "is kept in" in done.err
    assert (tracker.config.parent / "tracker.token").read_text() == "later\n"


@pytest.mark.parametrize("reference", ['{ env = "TRACKER_TOKEN" }', '{ command = ["printenv", "TRACKER_TOKEN"] }'])
def test_one_that_comes_from_elsewhere_is_only_tried(tracker: Shell, reference: str) -> None:
    configure(tracker, f"token = {reference}")
    tracker.env["TRACKER_TOKEN"] = "good-1"
    done = tracker("auth", "tracker")
    assert done.code == 0 and "3 projects" in done.out and "it is changed there" in done.err
    assert ("export TRACKER_TOKEN" in done.err) == reference.startswith("{ env")
    tracker.env["TRACKER_TOKEN"] = "bad"
    assert tracker("auth", "tracker").code == 1
    done = tracker("auth", "tracker", "--stdin", stdin="good-2")
    assert done.code == 2 and "--to keyring or --to file" in done.err
    assert tracker("auth", "tracker", "--stdin", "--to", "file", stdin="good-2").code == 0
    assert options(tracker) == {"token": {"file": "tracker.token"}}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["given", "in the environment"])
def test_what_the_old_one_kept_from_being_sent_is_sent_soon_and_the_source_is_read(tracker: Shell, elsewhere: bool) -> None:
    configure(tracker, 'token = { env = "TRACKER_TOKEN" }' if elsewhere else "")
    tracker.env["TRACKER_TOKEN"] = "good-1"
    assert elsewhere or tracker("auth", "tracker", "--stdin", stdin="good-1").code == 0
    assert tracker("sync").code == 0
    sql(tracker, "UPDATE sources SET verbs = '[\"comment\"]'")
    (ref,) = (one["ref"] for one in tracker("queue", "--json").json)
    for text in ("refused", "held"):
        assert tracker("comment", ref, "--text", text).code == 0
    sql(tracker, "UPDATE outbox SET due = due + 900, attempts = 1 WHERE value LIKE '%refused%'")
    before = {one["id"]: one["due"] for one in tracker("outbox", "--json").json}
    assert tracker("auth", "tracker", *(() if elsewhere else ("--stdin",)), stdin="good-2").code == 0
    after = {one["id"]: one["due"] for one in tracker("outbox", "--json").json}
    assert after[2] == before[2] and after[1] < before[1], "what is held keeps its time to be taken back"
    assert sql(tracker, "SELECT name FROM meta WHERE name LIKE 'ask:%'") == [("ask:tracker",)]


def test_a_secret_that_moves_leaves_word_of_where_the_old_one_is(tracker: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tracker, 'token = { file = "mine.txt" }')
    assert tracker("auth", "tracker", "--stdin", stdin="good-1").code == 0
    assert private(tracker.config.parent / "mine.txt")
    done = tracker("auth", "tracker", "--stdin", "--to", "keyring", stdin="good-2")
    assert done.code == 2 and "no keyring" in done.err and options(tracker) == {"token": {"file": "mine.txt"}}
    ring(tracker, monkeypatch)
    done = tracker("auth", "tracker", "--stdin", "--to", "keyring", stdin="good-2")
    assert done.code == 0 and "mine.txt; remove that file" in done.err
    assert options(tracker) == {"token": {"keyring": "tracker.token"}}


def test_a_keyring_that_is_locked_says_so_and_changes_nothing(tracker: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(tracker, monkeypatch)
    (tracker.home / "ring.json").mkdir()
    before = tracker.config.read_text()
    done = tracker("auth", "tracker", "--stdin", stdin="good-hunter2")
    assert done.code == 2 and "KeyringLocked" in done.err and "--to file" in done.err and "hunter2" not in done.err
    assert tracker.config.read_text() == before


def test_a_file_of_somebody_elses_is_not_written_over(tracker: Shell) -> None:
    other = tracker.write("config:tracker.token", "a letter")
    other.chmod(0o644)
    done = tracker("auth", "tracker", "--stdin", stdin="good-1")
    assert done.code == 2 and "something else is there" in done.err and other.read_text() == "a letter"


def test_a_source_of_a_shared_file_gets_its_reference_in_the_users_own(tracker: Shell) -> None:
    tracker.write("config:team.toml", CONFIG.replace("{options}", "[sources.options]\nn = 5\n"))
    tracker.write("config:config.toml", 'extends = ["team.toml"]\n[me]\nname = "Ana Ruiz"\n')
    assert tracker("auth", "tracker", "--stdin", stdin="good-1").code == 0
    own = tomllib.loads(tracker.config.read_text())
    assert own["sources"] == [{"name": "tracker", "options": {"token": {"file": "tracker.token"}}}]
    assert "token" not in (tracker.config.parent / "team.toml").read_text()
    assert tracker("source", "test").code == 0


@pytest.mark.parametrize(
    ("stdin", "why"),
    [("", "it is empty"), ("a\nb\n", "more than one line"), ("\x1b[31m", "more than one line"), ("x" * 9000, "too long")],
)
def test_what_is_no_secret_is_refused_without_being_repeated(tracker: Shell, stdin: str, why: str) -> None:
    done = tracker("auth", "tracker", "--stdin", stdin=stdin)
    assert done.code == 2 and why in done.err and "xxx" not in done.err and "\x1b" not in done.err


def test_mistakes_of_the_call_say_what_to_do(tracker: Shell) -> None:
    assert "the config has tracker" in tracker("auth", "nowhere", "--stdin", stdin="x").err
    assert "--stdin" in tracker("auth", "tracker").err
    assert "2026-12-24" in tracker("auth", "tracker", "--stdin", "--expires", "soon", stdin="good").err
    assert "has no secret 'n'" in tracker("auth", "tracker", "--stdin", "--option", "n", stdin="good").err
    shell = tracker
    shell.office()
    assert "takes no secret" in shell("auth", "desk", "--stdin", stdin="good").err


def test_a_date_that_it_ends_on_is_warned_of_until_there_is_a_new_one(tracker: Shell) -> None:
    assert tracker("auth", "tracker", "--stdin", "--expires", "2026-11-25", stdin="good-1").code == 0
    (row,) = tracker("source", "list", "--json").json
    assert row["expires"] == "2026-11-25T23:59:59+00:00"
    (item,) = tracker("queue", "--json").json
    assert (item["ref"], item["title"]) == ("opstui:credential-tracker", "The credential of tracker ends on 25 Nov 2026")
    assert tracker("auth", "tracker", "--stdin", stdin="good-2").code == 0
    assert tracker("queue", "--json").json == []


def test_at_a_terminal_it_is_asked_for_and_not_shown(tracker: Shell) -> None:
    with Terminal([sys.executable, "-m", "opstui", "auth", "tracker"], tracker.environ, tracker.home) as terminal:
        terminal.expect("token of tracker (it is not shown): ")
        terminal.type("good-hunter2\r")
        terminal.expect("3 projects")
        terminal.expect("is kept in the private file")
        assert terminal.end() == 0
        assert "hunter2" not in terminal.sent
