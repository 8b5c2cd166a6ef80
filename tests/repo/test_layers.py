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


def _plugins(loaded: set[str]) -> set[str]:
    """The bundled connectors that were loaded."""
    return {name for name in loaded if name.startswith("opstui_")}


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
    assert not loaded & {"textual", "httpx", "plotext", "keyring", "sqlite_utils", "rich"} | _plugins(loaded)


def test_http_for_connectors_loads_its_library_with_the_first_client() -> None:
    loaded = modules_after("import opstui.connectors.http, opstui.connectors.shape, opstui_jira, opstui_redmine")
    assert not loaded & {"httpx", "httpcore", "ssl"}


FIRST_FRAME = """
import asyncio, os
from opstui.services import workspace
from opstui.ui.app import OpstuiApp
loaded = set()
class First(OpstuiApp):
    def on_ready(self):
        loaded.update(sys.modules)
async def run():
    with workspace.open(None, None, os.environ) as opened:
        async with First(opened, engine=False).run_test(size=(160, 45)) as pilot:
            await pilot.pause()
asyncio.run(run())
for name in set(sys.modules) - loaded:
    del sys.modules[name]
"""
"""Opens the app and keeps only the modules that were there when its first frame was out."""


def test_the_app_loads_no_network_no_chart_and_no_connector_on_the_way_to_its_first_screen(demo: dict[str, str]) -> None:
    loaded = modules_after(FIRST_FRAME, **demo)
    assert "textual" in loaded
    early = loaded & {
        "httpx",
        "plotext",
        "keyring",
        "click",
        "sqlite_utils",
        "opstui.connectors",
    }
    assert not early | _plugins(loaded)


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(demo: dict[str, str]) -> None:
    loaded = modules_after(FIRST_FRAME, **demo)
    assert "opstui.store.queue" in loaded
    early = loaded & {
        # what queries, ranks and promises are made of
        "opstui.domain.query",
        "opstui.domain.people",
        "opstui.domain.sla",
        "opstui.domain.urgency",
        "opstui.config.rules",
        "opstui.store.querysql",
        "opstui.store.ranks",
        # one item whole, and items coming in
        "opstui.domain.model",
        "opstui.store.detail",
        "opstui.store.items",
        "opstui.store.pages",
        # doing something, and taking it back
        "opstui.services.desk.verdicts",
        "opstui.services.desk.records",
        "opstui.services.desk.undo",
        "opstui.store.journal",
        # mistakes, questions and overrides of the config
        "opstui.config.explain",
        "opstui.config.overrides",
        "opstui.config.shape",
        # other panes, every dialog, and the engine beside the app
        "opstui.ui.panes.log",
        "opstui.ui.dialogs.frame",
        "opstui.services.engine_client",
    }
    assert not early


def test_every_plugin_folder_is_in_the_wheel_and_registered() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists()}
    packages = {Path(p).name for p in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    registered = {target.split(":")[0] for target in project["project"]["entry-points"]["opstui.connectors"].values()}
    assert folders == packages - {"opstui"} == registered
