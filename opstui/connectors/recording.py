"""Answers of a real source kept in a file and given back, for tests and for bug reports; no secret and no person in it.

``OPSTUI_RECORD=FILE opstui sync jira`` records, ``OPSTUI_REPLAY=FILE`` takes every answer from the file instead of the
network. The file holds a line of JSON per answer. Read it before you hand it on: what tickets say stays in it.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from opstui.connectors.http.reply import Reply
from opstui.connectors.scrubbing import Scrub
from opstui.domain.masking import Mask
from opstui.domain.model import Person
from opstui.errors import SourceUnavailable

KEPT = frozenset(("content-type", "date", "etag", "last-modified", "link", "location", "retry-after"))
"""Headers that a connector may look at; of others only those about quotas are kept."""

HOST = "source.example.com"
"""Stands for the server's name."""

MOST = 2000
"""Answers that a recording holds."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they stand in the file."""

    method: str
    path: str
    query: str
    sent: Any
    status: int
    headers: dict[str, str]
    json: Any = None
    text: str = ""
    base64: str = ""

    @property
    def content(self) -> bytes:
        """The answer's body."""
        if self.base64:
            return base64.b64decode(self.base64)
        return self.text.encode() if self.text else json.dumps(self.json).encode() if self.json is not None else b""


class Recorder:
    """Writes answers to a file. Whenever an answer names somebody new, what stands there already is scrubbed anew."""

    _open: dict[Path, Recorder] = {}
    _opening = threading.Lock()

    def __init__(self, path: Path, base: str, *, mask: Mask, people: Iterable[Person] = ()) -> None:
        self._path = path
        self._base = urlsplit(base)
        self._mask = mask
        self._scrub = Scrub(people)
        self._lock = threading.Lock()
        self._kept: list[Exchange] = []
        self._write("")

    @classmethod
    def to(cls, path: str, base: str, *, mask: Mask, people: Iterable[Person] = ()) -> Recorder:
        """The recorder to a file: one per process, however many clients there are."""
        whole = Path(path).absolute()
        with cls._opening:
            if whole not in cls._open:
                cls._open[whole] = cls(whole, base, mask=mask, people=people)
            return cls._open[whole]

    def keep(self, method: str, url: str, body: bytes | None, reply: Reply) -> None:
        """One more answer."""
        parts = urlsplit(url)
        found: dict[str, Any] = {}
        try:
            found["json"] = json.loads(reply.content)
        except (ValueError, RecursionError):
            try:
                found["text"] = reply.content.decode()
            except UnicodeDecodeError:
                found["base64"] = ""  # a picture or a file shows people, and no connector needs it again
        sent = _parsed(body)
        headers = {name: value for name, value in reply.headers.items() if name in KEPT or "limit" in name}
        exchange = Exchange(method, self._below(parts.path), parts.query, sent, reply.status, headers, **found)
        with self._lock:
            if len(self._kept) >= MOST:
                return
            self._kept.append(exchange)
            if self._scrub.learn(exchange.json) | self._scrub.learn(sent):
                self._write("".join(map(self._line, self._kept)))
            else:
                self._write(self._line(exchange), more=True)

    def _line(self, exchange: Exchange) -> str:
        values = {name: getattr(exchange, name) for name in Exchange.__slots__}
        values = {name: value for name, value in values.items() if value not in (None, "", {})}
        scrubbed = self._scrub(self._without_secrets(values))
        return json.dumps(scrubbed, ensure_ascii=False) + "\n"

    def _without_secrets(self, value: Any) -> Any:
        """Every text in it masked, and the server's name taken out."""
        if isinstance(value, str):
            host = self._base.netloc
            return self._mask.text(value.replace(host, HOST) if host else value)
        if isinstance(value, dict):
            return {self._mask.text(str(key)): self._without_secrets(one) for key, one in value.items()}
        return [self._without_secrets(one) for one in value] if isinstance(value, list) else value

    def _below(self, path: str) -> str:
        base = self._base.path.rstrip("/")
        return path.removeprefix(base) if base else path

    def _write(self, text: str, *, more: bool = False) -> None:
        mode = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if more else os.O_TRUNC)
        with open(os.open(self._path, mode, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  born private
            file.write(text)


class Replay(httpx.BaseTransport):
    """Stands for the network: gives back recorded answers.

    An answer belongs to a request of the same method, path, query and body; where there is none, to one of the same method
    and path. Several of them are given in the order of the recording, the last one again and again.
    """

    def __init__(self, exchanges: Iterable[Exchange], base: str) -> None:
        self._base = urlsplit(base)
        self._exact: dict[tuple[str, ...], list[Exchange]] = defaultdict(list)
        self._near: dict[tuple[str, ...], list[Exchange]] = defaultdict(list)
        self._lock = threading.Lock()
        for exchange in exchanges:
            near = (exchange.method, exchange.path)
            self._near[near].append(exchange)
            self._exact[*near, exchange.query, json.dumps(exchange.sent, sort_keys=True)].append(exchange)

    @classmethod
    def of(cls, path: str | Path, base: str) -> Replay:
        """The recording in a file.

        Raises:
            SourceUnavailable: it cannot be read.
        """
        try:
            lines = Path(path).read_text("utf-8").splitlines()
            known = set(Exchange.__slots__)
            rows = [{key: value for key, value in json.loads(line).items() if key in known} for line in lines if line.strip()]
            made = [Exchange(**{"query": "", "sent": None, "headers": {}, **row}) for row in rows]
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise SourceUnavailable(f"the recording {path} cannot be read", str(error), "Record it again") from None
        return cls(made, base)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer; 404 where there is none."""
        parts = urlsplit(str(request.url))
        near = (request.method, parts.path.removeprefix(self._base.path.rstrip("/")))
        exact = (*near, parts.query, json.dumps(_parsed(request.read() or None), sort_keys=True))
        with self._lock:
            rows = self._exact.get(exact) or self._near.get(near)
            if not rows:
                return httpx.Response(404, json={"message": f"nothing was recorded for {near[0]} {near[1]}"})
            found = rows.pop(0) if len(rows) > 1 else rows[0]
        here = f"{self._base.scheme}://{self._base.netloc}"
        headers = {name: value.replace(f"https://{HOST}", here) for name, value in found.headers.items()}
        return httpx.Response(found.status, headers=headers, content=found.content)


def _parsed(body: bytes | None) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
