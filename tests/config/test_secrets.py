"""Secrets are fetched from where a reference says, and shown nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest

from opstui.config.secrets import Secret, reveal, secret
from opstui.errors import ConfigError


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("hunter2")
        return {("opstui", "jira"): "from the ring"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    found = Ring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", found)
    return found


def test_a_variable_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    assert reveal(secret({"env": "JIRA"}, tmp_path), {"JIRA": "s3cret"}) == "s3cret"


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the variable JIRA: the variable is not set"):
        reveal(secret({"env": "JIRA"}, tmp_path), {})


def test_a_private_file_is_read_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "jira.token").write_text("s3cret\n")
    (tmp_path / "jira.token").chmod(0o600)
    assert reveal(secret({"file": "jira.token"}, tmp_path), {}) == "s3cret"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "jira.token").write_text("s3cret\n")
    (tmp_path / "jira.token").chmod(mode)
    with pytest.raises(ConfigError, match="others may read it") as caught:
        reveal(secret({"file": "jira.token"}, tmp_path), {})
    assert "chmod 600" in caught.value.next_step
    assert "s3cret" not in str(caught.value)


def test_a_missing_or_empty_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        reveal(secret({"file": "none"}, tmp_path), {})
    (tmp_path / "empty").touch(0o600)
    with pytest.raises(ConfigError, match="the file is empty"):
        reveal(secret({"file": "empty"}, tmp_path), {})


def test_the_keyring_is_asked_under_our_name(tmp_path: Path, ring: Ring) -> None:
    assert reveal(secret({"keyring": "jira"}, tmp_path), {}) == "from the ring"
    with pytest.raises(ConfigError, match="no such entry") as caught:
        reveal(secret({"keyring": "other"}, tmp_path), {})
    assert "keyring set opstui other" in caught.value.next_step


def test_a_locked_keyring_says_so_and_nothing_else(tmp_path: Path, ring: Ring) -> None:
    ring.locked = True
    with pytest.raises(ConfigError, match=r"KeyringLocked") as caught:
        reveal(secret({"keyring": "jira"}, tmp_path), {})
    assert "hunter2" not in str(caught.value)


def test_a_command_is_run_without_a_shell_and_its_first_line_counts(tmp_path: Path) -> None:
    script = "import sys; print(sys.argv[1]); print('more')"
    command = secret({"command": [sys.executable, "-c", script, "$HOME; x"]}, tmp_path)
    assert reveal(command, {}) == "$HOME; x"


def test_a_command_that_fails_never_shows_what_it_printed(tmp_path: Path) -> None:
    script = "import sys; print('s3cret'); print('s3cret', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ConfigError, match="exit code 3") as caught:
        reveal(secret({"command": [sys.executable, "-c", script]}, tmp_path), {})
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigError, match="No such file"):
        reveal(secret({"command": ["/no/such/program"]}, tmp_path), {})


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        5,
        {},
        {"env": ""},
        {"env": 5},
        {"evn": "hunter2"},
        {"env": "A", "file": "b"},
        {"command": "x"},
        {"command": []},
    ],
)
def test_what_is_no_reference_is_refused_without_being_repeated(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        secret(value, tmp_path, "token")
    assert "hunter2" not in str(caught.value)
    assert "{ " in caught.value.next_step


def test_a_reference_shows_where_and_never_what(tmp_path: Path) -> None:
    shown = repr([secret({"command": ["pass", "show", "jira"]}, tmp_path), Secret("env", "JIRA")])
    assert shown == "[Secret(command: pass), Secret(env: JIRA)]"


def test_loading_imports_neither_keyring_nor_the_like() -> None:
    code = (
        "import sys, pathlib; from opstui.config.load import load; load(pathlib.Path('config.example.toml'), environ={});"
        "print([m for m in ('keyring', 'tomli_w', 'subprocess', 'platformdirs', 'textual', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
