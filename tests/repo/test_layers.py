"""The promises of the architecture that imports can show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def modules_after(code: str, **env: str) -> set[str]:
    """The top names and full names in ``sys.modules`` after running ``code`` in a fresh interpreter."""
    import os

    report = f"import sys, json\n{code}\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    done = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths} | env, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.rsplit("\n", 2)[-2]))


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], capture_output=True, text=True, cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, str]:
    """Where a prepared demo day stands, with its items in."""
    env = {"OPSTUI_DATA_DIR": str(tmp_path), "HOME": str(tmp_path), "OPSTUI_CONFIG": str(tmp_path / "none.toml")}
    import os

    done = subprocess.run(
        [sys.executable, "-m", "opstui", "demo"], capture_output=True, text=True, env=os.environ | env, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    there = tmp_path / "demo"
    return {"OPSTUI_DATA_DIR": str(there), "OPSTUI_CONFIG": str(there / "day" / "config.toml"), "HOME": str(tmp_path)}


def test_the_queue_on_the_command_line_loads_neither_the_screen_nor_the_network(demo: dict[str, str]) -> None:
    code = "from opstui.cli import main\nassert main(['queue', '--limit', '3']) == 0"
    loaded = modules_after(code, **demo)
    assert not loaded & {"textual", "httpx", "plotext", "keyring", "sqlite_utils", "rich", "opstui_csv", "opstui_demo"}


def test_the_app_loads_no_network_no_chart_and_no_connector_on_the_way_to_its_first_screen(demo: dict[str, str]) -> None:
    code = """
import asyncio, os
from opstui.services import workspace
from opstui.ui.app import OpstuiApp
async def run():
    app = OpstuiApp(workspace.open(None, None, os.environ), engine=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
asyncio.run(run())
"""
    loaded = modules_after(code, **demo)
    assert not loaded & {
        "httpx",
        "plotext",
        "keyring",
        "click",
        "sqlite_utils",
        "opstui_csv",
        "opstui_demo",
        "opstui.connectors.registry",
    }


def test_every_plugin_folder_is_in_the_wheel_and_registered() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists()}
    packages = {Path(p).name for p in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    registered = {target.split(":")[0] for target in project["project"]["entry-points"]["opstui.connectors"].values()}
    assert folders == packages - {"opstui"} == registered
