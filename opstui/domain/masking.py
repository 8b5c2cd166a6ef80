"""Secrets struck out of what is told and logged: as they are, as programs print texts, and as they travel in requests."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
"""What stands where a secret stood."""

SHORTEST_FOUND = 8
"""Characters of a secret that is no word of an item's text by chance, as a weak password may be."""

SHORTEST_CORE = 6
"""Characters of a secret in base64 that cannot stand in another text by chance."""

_IN_BASE64 = re.compile(r"[A-Za-z0-9+/_=-]")


class Mask:
    """Strikes some secrets out of texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        forms = {form for secret in known for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)
        self._cores = sorted({core for secret in known for core in _cores(secret)}, key=len, reverse=True)
        # A log is bytes of any kind: it is looked through as letters of a byte each.
        self._byte_forms = [_as_bytes(form) for form in self._forms]

    def __repr__(self) -> str:
        return f"Mask({len(self._forms)} forms)"

    def stands_in(self, text: str) -> bool:
        """Whether one of them stands in a text that people wrote, as it is or quoted; a short one may by chance."""
        return any(form in text for form in self._forms if len(form) >= SHORTEST_FOUND)

    def text(self, text: str) -> str:
        """The text without them."""
        return _struck(text, self._forms, self._cores, MASK)

    def data(self, data: bytes) -> bytes:
        """The bytes without them."""
        return _struck(data.decode("latin-1"), self._byte_forms, self._cores, _as_bytes(MASK)).encode("latin-1")

    def value(self, value: Any) -> Any:
        """Plain data without them, however deep they stand."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(key): self.value(one) for key, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list | tuple) else value


def _as_bytes(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")


def _forms(secret: str) -> Iterable[str]:
    """A secret as it is, as Python and JSON write it, and as addresses and forms do."""
    data = secret.encode("utf-8", "replace")
    quoted = (quote(data), quote(data, safe=""), quote_plus(data))
    small = (re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), one) for one in quoted)
    return (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], *quoted, *small)


def _cores(secret: str) -> Iterable[str]:
    """What is the same in base64 wherever a secret stands in what is encoded, as in ``user:secret``."""
    data = secret.encode("utf-8", "replace")
    for ahead in range(3):
        # The first letters depend on what stands before, the last on what follows.
        whole = base64.b64encode(b"\0" * ahead + data).decode().rstrip("=")
        core = whole[(0, 2, 3)[ahead] : len(whole) - (1 if (ahead + len(data)) % 3 else 0)]
        if len(core) >= SHORTEST_CORE:
            yield core
            yield core.translate(str.maketrans("+/", "-_"))


def _struck(text: str, forms: Iterable[str], cores: Iterable[str], mask: str) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, mask)
    for core in cores:
        at = text.find(core)
        while at >= 0:
            start, end = at, at + len(core)
            while start and _IN_BASE64.match(text[start - 1]):  # the whole word goes: its edges hold pieces of the secret
                start -= 1
            while end < len(text) and _IN_BASE64.match(text[end]):
                end += 1
            text = text[:start] + mask + text[end:]
            at = text.find(core, start + len(mask))
    return text
