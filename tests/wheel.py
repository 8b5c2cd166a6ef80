"""Build the wheel and try it in an empty environment: what a stranger installs must work without this checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command and stop with its output when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} -> {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done  # type: ignore[no-any-return]


def main() -> None:
    """Exit non-zero, saying why, unless the installed wheel shows the demo's ranked morning."""
    with tempfile.TemporaryDirectory(prefix="opstui-wheel-") as folder:
        there = Path(folder)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", there, ROOT)
        wheel = next(there.glob("*.whl"))
        names = zipfile.ZipFile(wheel).namelist()
        tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
        plugins = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists()}
        if tops != {"opstui"} | plugins:
            sys.exit(f"the wheel holds {sorted(tops)}, not opstui and {sorted(plugins)}")
        if missing := [p for p in (ROOT / "opstui").rglob("*.tcss") if str(p.relative_to(ROOT)) not in names]:
            sys.exit(f"not in the wheel: {missing}")
        run(sys.executable, "-m", "venv", there / "env")
        python = there / "env" / "bin" / "python"
        quiet = ("--quiet", "--disable-pip-version-check")
        run(python, "-m", "pip", "install", *quiet, "--constraint", ROOT / "constraints.txt", wheel)
        env = {"PATH": os.defpath, "HOME": str(there / "home"), "LANG": "C.UTF-8"}
        (there / "home").mkdir()
        opstui = there / "env" / "bin" / "opstui"
        found = json.loads(run(opstui, "plugin", "list", "--json", cwd=there, env=env).stdout)
        broken = [row for row in found if not row["ok"]]
        if broken or {"csv", "excel", "demo"} - {row["name"] for row in found}:
            sys.exit(f"plugins of the installed wheel: {found}")
        brief = run(opstui, "demo", cwd=there, env=env).stdout
        if "helpdesk:" not in brief or "\x1b" in brief:
            sys.exit(f"the demo's brief from the wheel is not right:\n{brief[:2000]}")
        print(f"wheel ok: {wheel.name}, {len(names)} files, the demo's brief has {len(brief.splitlines())} lines")


if __name__ == "__main__":
    main()
