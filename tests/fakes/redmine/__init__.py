"""A Redmine that remembers what is done to it, as far as the connector asks: no HTML, no plugins, one administrator.

It answers as Redmine 5.0 does where that matters; ``tests/support/redmine.py`` holds it and a real server to the same facts.
"""

from __future__ import annotations

from tests.fakes.redmine.server import Redmine
from tests.fakes.redmine.site import CAP, TOKEN, Issue, Journal

__all__ = ["CAP", "TOKEN", "Issue", "Journal", "Redmine"]
