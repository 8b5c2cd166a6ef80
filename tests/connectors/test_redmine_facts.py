"""The fake Redmine does what the real one was seen to do; ``tests/real`` runs the same over a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import serve
from tests.support.redmine import Facts, Raw


class TestFake(Facts):
    """The facts over the fake."""

    @pytest.fixture
    def raw(self) -> Iterator[Raw]:
        with serve(Redmine()) as server:
            raw = Raw(server.url, TOKEN)
            yield raw
            raw.close()
