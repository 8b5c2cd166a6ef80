"""Installs throw-away connectors as real packages: a module and a dist-info with an entry point, in a folder for PYTHONPATH."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

HEAD = """
import os, sys, time
from opstui.connectors import Connector, Option, Page, Refusal, SourceRefused, SourceUnavailable
from opstui.domain.model import Item, Kind

class Base(Connector):
    title = "Faulty"
    api_version = 1
    options = (Option("path", "path", "Where."), Option("n", "int", "How many.", default=3), Option("token", "secret", "Key."))

    def item(self, n, **more):
        return Item(self.context.source, f"T-{n}", f"Ticket {n}", fingerprint=f"f{n}", **more)
"""


def install(folder: Path, name: str, body: str, *, attribute: str = "Plugin", dist: str = "", api: str = "") -> Path:
    """Write ``body``, the inside of a class ``Plugin(Base)``, as connector ``name``; returns the folder for PYTHONPATH.

    ``api`` replaces the whole module text when a test wants something that is no class at all.
    """
    module = f"faulty_{name.replace('-', '_')}"
    dist = dist or f"opstui-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    inner = "\n".join("    " + line for line in dedent(body).strip().splitlines())
    text = api or f"{HEAD}\nclass Plugin(Base):\n    name = {name!r}\n{inner}\n"
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{dist.replace('-', '_')}-1.2.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[opstui.connectors]\n{name} = {module}:{attribute}\n")
    return folder
