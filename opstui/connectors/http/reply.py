"""An answer, read whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import Raw
from msgspec.json import Decoder, decode

from opstui.errors import SourceError

Broken = Callable[[str], SourceError]
"""Makes the error for an answer that is not what it should be; what it says depends on whether it answers a write."""

_UNREAD = object()
_SKIMMER = Decoder(Raw)


class Headers(dict[str, str]):
    """An answer's headers, asked for in any case."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in pairs.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header."""
        return super().get(name.lower(), default)


class Reply:
    """An answer: ``status``, ``headers`` in any case, ``content`` unpacked."""

    __slots__ = ("_broken", "_json", "content", "headers", "status", "url")

    def __init__(self, status: int, headers: Headers, content: bytes, url: str, broken: Broken) -> None:
        self.status = status
        self.headers = headers
        self.content = content
        self.url = url
        self._broken = broken
        self._json: Any = _UNREAD

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.content)} bytes)"

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceUnavailable: it is no JSON (AnswerLost where it answers a write: that may have been applied).
        """
        if self._json is _UNREAD:
            try:
                self._json = _loaded(self.content)
            except (ValueError, RecursionError):
                raise self._broken(self._not_json()) from None
        return self._json

    def skim(self) -> None:
        """Find out whether the body is JSON, in a tenth of the time that reading it takes.

        Raises:
            As ``json``.
        """
        if self._json is _UNREAD:
            try:
                _SKIMMER.decode(self.content)  # looks at everything but what texts are made of
                if not self.content.isascii():
                    self.content.decode()
            except (ValueError, RecursionError):
                _ = self.json

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def date(self) -> datetime | None:
        """The server's own clock as it answered, None when it does not say."""
        return http_date(self.headers.get("date", ""))

    @property
    def says_json(self) -> bool:
        """Whether it claims to be JSON."""
        return "json" in self.headers.get("content-type", "").lower()

    def _not_json(self) -> str:
        if not self.content:
            return "it answered nothing where there should be JSON"
        if self.content.lstrip()[:1] == b"<":
            return "it answered with a web page instead of JSON, perhaps of a sign-in or a proxy"
        return "it answered something that is no JSON"


def _loaded(content: bytes) -> Any:
    """JSON, read twice as quickly as by the standard library, which is asked for what is odd: half a character, UTF-16, NaN."""
    try:
        return decode(content)
    except ValueError:
        return json.loads(content)


def http_date(text: str) -> datetime | None:
    """A date as HTTP writes it, None for any other text."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
