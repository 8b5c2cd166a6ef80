"""Modules that are loaded when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from opstui.late import late

NAME = "opstui_test_of_late"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that can be imported by NAME and says what it did."""
    path = tmp_path / f"{NAME}.py"
    path.write_text("import time\nLOADED = []\ntime.sleep(0.02)\nLOADED.append(1)\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop(NAME, None)


def test_a_late_module_is_loaded_when_something_of_it_is_asked_for(module: Path) -> None:
    stand_in = late(NAME)
    assert NAME in repr(stand_in)
    assert NAME not in sys.modules
    assert stand_in.LOADED == [1]
    assert stand_in.LOADED is sys.modules[NAME].LOADED


def test_threads_that_come_first_together_all_find_it_whole(module: Path) -> None:
    stand_in, together, found = late(NAME), Barrier(4), []

    def ask() -> None:
        together.wait()
        found.append(list(stand_in.LOADED))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[1]] * 4


def test_what_it_does_not_have_is_an_error_of_the_module(module: Path) -> None:
    with pytest.raises(AttributeError, match=NAME):
        late(NAME).nothing  # noqa: B018 - asking is what is tested
