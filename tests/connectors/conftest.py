"""What the tests of connectors share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.bench import Make, bench
from tests.support.trackers import TRACKERS


@pytest.fixture(params=TRACKERS, ids=[tracker.title for tracker in TRACKERS])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a bench of each connector that speaks HTTP; see ``bench`` for what it takes."""
    with ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(bench(request.param(), tmp_path, monkeypatch, *args, **more))
