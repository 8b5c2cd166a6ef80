"""A home for each test, empty or with an office that was pulled once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty home."""
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose three tickets are in the store."""
    home = tmp_path_factory.mktemp("office")
    shell = Shell(home)
    shell.office()
    done = shell("sync")
    assert done.code == 0, done.err
    return home


@pytest.fixture
def office(pulled: Path, tmp_path: Path) -> Shell:
    """A home of its own with the three tickets."""
    home = tmp_path / "home"
    shutil.copytree(pulled, home)
    return Shell(home)
