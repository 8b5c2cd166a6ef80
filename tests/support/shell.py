"""A shell for tests of the command line: a home of its own, commands in this process or as real ones."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from opstui.cli import main

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-20T08:05:00+00:00"
"""A Friday morning."""

EXPORT = """\
number,short_description,state,priority,assigned_to,opened_at
INC1,Dock 7 scanner rejects every label,New,1 - Critical,,2026-11-20 02:10:00
INC2,Badge reader at gate B is dead,In Progress,3 - Moderate,Bo Lind,2026-11-18 09:00:00
INC3,Printer in aisle 4 prints blank pages,New,4 - Low,Ana Ruiz,2026-11-19 16:00:00
"""

CONFIG = """\
version = 1
[day]
timezone = "Europe/London"
[me]
name = "Ana Ruiz"
[[people]]
name = "Bo Lind"
[[sources]]
name = "desk"
connector = "csv"
[sources.options]
path = "tickets.csv"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass(slots=True)
class Shell:
    """Runs ``opstui`` with a home in ``home``; ``env`` is added to a bare environment."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """What a command sees of the environment: none of ours but what Python needs."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
        home = str(self.home)
        places = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_DATA_HOME": f"{home}/.local/share"}
        paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
        return {**kept, **places, **paths, "LANG": "C.UTF-8", "TZ": "Europe/London", "OPSTUI_NOW": NOW, **self.env}

    @property
    def config(self) -> Path:
        """Where the config is, or would be."""
        return self.home / ".config/opstui/config.toml"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / ".local/share/opstui"

    def __call__(self, *args: str, stdin: str = "") -> Done:
        """A command in this process, without a terminal."""
        out, err = _stream(), _stream()
        with self._surroundings(), patch.multiple(sys, stdin=_stream(stdin), stdout=out, stderr=err):
            code = main(args)
        return Done(code, _text(out), _text(err))

    def real(self, *args: str, stdin: str = "", **more: Any) -> Done:
        """A command as a process of its own."""
        argv = [sys.executable, "-m", "opstui", *args]
        where = {"env": self.environ, "cwd": self.home} | more
        done = subprocess.run(argv, input=stdin.encode(), capture_output=True, timeout=60, check=False, **where)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def write(self, name: str, text: str | bytes) -> Path:
        """A file in the home, or beside the config for ``config:NAME``."""
        folder = self.config.parent if name.startswith("config:") else self.home
        path = folder / name.removeprefix("config:")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def office(self, export: str | bytes = EXPORT, config: str = CONFIG) -> None:
        """A config with one source and its export, not pulled yet."""
        self.write("config:tickets.csv", export)
        self.write("config:config.toml", config)

    @contextmanager
    def _surroundings(self) -> Iterator[None]:
        before = Path.cwd()
        os.chdir(self.home)
        try:
            with patch.dict(os.environ, self.environ, clear=True):
                yield
        finally:
            os.chdir(before)


def _stream(text: str = "") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
