"""A real Redmine does what our fake one does."""

from __future__ import annotations

from tests.support.redmine import Facts


class TestReal(Facts):
    """The facts, over the server of ``conftest``."""
