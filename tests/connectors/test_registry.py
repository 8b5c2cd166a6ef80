"""Connectors come in through entry points, and a broken one stays outside with its reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from opstui import connectors
from opstui.connectors import registry
from opstui.errors import PluginError
from tests.support.plugin import install

GOOD = "def pull(self, cursor, known):\n    yield Page((self.item(1),))"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def _fresh(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.delitem(sys.modules, f"faulty_{name}", raising=False)


def test_all_names_of_the_public_api_exist_and_are_sorted() -> None:
    constants_first = sorted(connectors.__all__, key=lambda name: (not name.isupper(), name))
    assert connectors.__all__ == constants_first
    assert all(hasattr(connectors, name) for name in connectors.__all__)


def test_a_name_is_known_without_running_its_code(plugins: Path) -> None:
    install(plugins, "bomb", "", api="raise SystemExit(9)")
    assert "bomb" in registry.names()
    assert "faulty_bomb" not in sys.modules


def test_a_good_one_loads_by_its_name(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fresh(monkeypatch, "fine")
    install(plugins, "fine", GOOD)
    assert registry.load("fine").title == "Faulty"


@pytest.mark.parametrize(
    ("name", "body", "module", "why"),
    [
        ("raises", "", "raise ValueError('no licence')", "ValueError: no licence"),
        ("exits", "", "import sys; sys.exit(3)", "SystemExit: 3"),
        ("syntax", "", "def (", "SyntaxError"),
        ("function", "", "def Plugin(): ...", "not a subclass"),
        ("absent", "", "x = 1", "has no attribute 'Plugin'"),
        ("newer", "api_version = 7\n" + GOOD, "", "API version 7, this opstui has 1"),
        ("half", "x = 1", "", "does not implement pull"),
        ("typed", "options = (Option('a', 'float', 'x'),)\n" + GOOD, "", "there are bool, int, list, path, secret, str, table"),
        ("twice", "options = (Option('a', 'str', 'x'), Option('a', 'str', 'x'))\n" + GOOD, "", "declared twice"),
        ("listed", "options = [1]\n" + GOOD, "", "not a tuple of Option"),
    ],
)
def test_a_broken_one_is_refused_with_its_reason_and_its_package(
    plugins: Path, monkeypatch: pytest.MonkeyPatch, name: str, body: str, module: str, why: str
) -> None:
    _fresh(monkeypatch, name)
    install(plugins, name, body, api=module)
    with pytest.raises(PluginError) as caught:
        registry.load(name)
    assert why in caught.value.why
    assert caught.value.plugin == name
    assert caught.value.distribution == f"opstui-{name} 1.2"


def test_one_under_another_name_is_refused(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fresh(monkeypatch, "alias")
    install(plugins, "alias", "name = 'other'\n" + GOOD)
    with pytest.raises(PluginError, match="its entry point says 'alias'"):
        registry.load("alias")


def test_a_broken_one_does_not_keep_the_others_out(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fresh(monkeypatch, "fine", "raises")
    install(plugins, "fine", GOOD)
    install(plugins, "raises", "", api="raise ValueError('no')")
    loaded = registry.load_all()
    assert "fine" in loaded.connectors
    assert [error.plugin for error in loaded.quarantined if error.plugin.startswith("rai")] == ["raises"]


def test_an_unknown_name_lists_the_known_and_guesses(plugins: Path) -> None:
    install(plugins, "zendesk", GOOD)
    with pytest.raises(PluginError) as caught:
        registry.load("zendesc")
    assert "did you mean 'zendesk'?" in caught.value.why


def test_two_strangers_with_one_name_are_both_refused(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fresh(monkeypatch, "shared")
    install(plugins, "shared", GOOD, dist="first")
    install(plugins, "shared", GOOD, dist="second")
    with pytest.raises(PluginError, match=r"first 1\.2 and second 1\.2; none is used"):
        registry.load("shared")
    assert "shared" not in registry.load_all().connectors


def test_the_plugin_api_imports_without_reading_what_is_installed() -> None:
    code = "import sys, opstui.connectors; print([m for m in ('importlib.metadata', 'httpx', 'sqlite3') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert run.stdout.strip() == "[]"
