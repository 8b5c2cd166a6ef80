"""Striking secrets out of whatever a person or a file may see."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "•••"

SHORTEST = 3
"""A secret of fewer characters would make words unreadable and protects nothing."""


class Mask:
    """Knows secrets in the forms they travel in. Call it with a text."""

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= SHORTEST:
                forms |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
                forms |= {json.dumps(secret)[1:-1], repr(secret)[1:-1], b64encode(secret.encode()).decode()}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Mask({len(self._forms)} forms)"


def basic(auth: tuple[str, str]) -> str:
    """The value of an Authorization header."""
    return b64encode(":".join(auth).encode()).decode()
