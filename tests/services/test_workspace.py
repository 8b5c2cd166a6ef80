"""Opening a workspace is cheap, private, and says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opstui.errors import ConfigError, UsageError
from opstui.services import workspace

ROOT = Path(__file__).parents[2]
HEAVY = (
    "textual",
    "httpx",
    "sqlite_utils",
    "click",
    "plotext",
    "keyring",
    "asyncio",
    "opstui_csv",
    "opstui_demo",
    "importlib.metadata",
)


def test_a_config_and_a_store_are_found_where_the_environment_says(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[me]\nname = "Ana Ruiz"\n')
    environ = {"OPSTUI_CONFIG": str(config), "OPSTUI_DATA_DIR": str(tmp_path / "data"), "OPSTUI_NOW": "2026-11-20T08:05:00Z"}
    with workspace.open(None, None, environ) as opened:
        me = opened.desk.me()
        assert me is not None and me.name == "Ana Ruiz"
        assert opened.now().date().isoformat() == "2026-11-20"
    assert (tmp_path / "data" / workspace.STORE).stat().st_mode & 0o777 == 0o600


def test_without_any_config_the_defaults_count(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    with workspace.open(None, None, environ) as opened:
        assert opened.settings.sources == () and opened.desk.me() is None


def test_what_was_written_in_one_workspace_is_brought_into_another(tmp_path: Path) -> None:
    with workspace.open(None, tmp_path / "one", {"XDG_CONFIG_HOME": str(tmp_path)}, flags={"me.name": "Ana Ruiz"}) as one:
        one.desk.note("keep this")
        assert one.export(tmp_path / "out")["notes"] == 1
    with workspace.open(None, tmp_path / "two", {"XDG_CONFIG_HOME": str(tmp_path)}) as two:
        assert two.bring_in(tmp_path / "out").added["notes"] == 1
        assert [(entry.text, entry.who) for entry in two.desk.log("", ["note"])] == [("keep this", "Ana Ruiz")]


def test_a_config_that_was_named_and_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml"):
        workspace.open(tmp_path / "nothing.toml", tmp_path, {})


def test_a_flag_counts_before_the_file(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[me]\nname = "Ana Ruiz"\n')
    with workspace.open(config, tmp_path, {}, flags={"me.name": "Bo Lind"}) as opened:
        assert opened.settings.me.name == "Bo Lind"


def test_a_clock_that_cannot_be_read_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="OPSTUI_NOW"):
        workspace.open(None, tmp_path / "data", {"OPSTUI_NOW": "soon"})
    assert not (tmp_path / "data").exists()


def test_reading_the_queue_of_a_store_that_is_there_loads_nothing_heavy(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[me]\nname = "Ana Ruiz"\n[day]\ntimezone = "Europe/London"\n')
    with workspace.open(config, tmp_path, {}):
        pass
    script = (
        "import sys\nfrom pathlib import Path\nfrom opstui.services import workspace\nfrom opstui.domain.views import View\n"
        "opened = workspace.open(Path(sys.argv[1]), Path(sys.argv[2]), {})\n"
        "opened.desk.window(View(), 0, 50); opened.desk.splits(); opened.desk.sources(); opened.desk.session()\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(config), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])},
    )
    assert done.stdout.strip() == ""
