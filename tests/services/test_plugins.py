"""``opstui plugin list`` and ``plugin check``: a broken plugin is a line, never a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opstui.errors import UsageError
from opstui.services.plugins import check_plugin, check_sources, list_plugins
from tests.support.engine import a_source, a_station, python_path
from tests.support.plugin import install

GOOD = "def pull(self, cursor, known):\n    yield Page()\ndef check(self):\n    return 'found 3 rows'"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plugins"
    install(folder, "fine", GOOD)
    install(folder, "dies", "", api="import os; os._exit(5)")
    install(folder, "raises", "", api="raise ValueError('no licence')")
    install(folder, "hangs", "", api="import time; time.sleep(60)")
    install(folder, "mute", "def pull(self, cursor, known):\n    yield Page()")
    install(folder, "sick", GOOD.replace("return 'found 3 rows'", "raise SourceRefused('sick: 401', 'expired', 'Renew it.')"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", python_path(folder))
    return folder


def test_each_plugin_is_a_line_with_its_reason(plugins: Path) -> None:
    found = {info.name: info for info in list_plugins(os.environ, timeout=2.0)}
    assert found["fine"].ok
    assert (found["fine"].version, found["fine"].distribution, found["fine"].title) == ("1.2", "opstui-fine", "Faulty")
    assert [option.name for option in found["fine"].options] == ["path", "n", "token"]
    assert "exit code 5" in found["dies"].reason
    assert "ValueError: no licence" in found["raises"].reason
    assert "no sign of life for 2 s" in found["hangs"].reason
    assert not any(found[name].ok for name in ("dies", "raises", "hangs"))


def test_one_by_name_and_a_wrong_name(plugins: Path) -> None:
    assert check_plugin("fine").ok
    with pytest.raises(UsageError, match="did you mean 'fine'"):
        check_plugin("fin")


def test_sources_are_tried_without_pulling_them(tmp_path: Path, plugins: Path) -> None:
    station = a_station(
        tmp_path, plugins, a_source("a", "fine"), a_source("b", "mute"), a_source("c", "sick"), a_source("d", "x")
    )
    with station.store:
        found = {checked.source: checked for checked in check_sources(station)}
    assert (found["a"].ok, found["a"].text) == (True, "found 3 rows")
    assert "has no check" in found["b"].text
    assert (found["c"].ok, found["c"].text, found["c"].next_step) == (False, "sick: 401: expired", "Renew it.")
    assert "there is no connector 'x'" in found["d"].text
