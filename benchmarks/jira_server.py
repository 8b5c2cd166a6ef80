"""``python -m benchmarks.jira_server COUNT LATENCY [--datacenter]``: a Jira of many issues that answers from memory.

One issue comes from the fake of the tests, written once per list of fields; the others differ in a number. It runs in a
process of its own, prints its address, and ends with its stdin. ``/-/asked`` tells what it was asked for since then.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from benchmarks.data import NOW
from tests.fakes.jira import Jira
from tests.support.faults import Headers, Request

SIZE, MOST_IDS = 100, 5000
MARK = b"987654321"
"""Stands for the number of an issue in its key, its id and its texts."""

TEXT = "The door of dock 987654321 does not close. The motor runs, the belt does not.\n\nSeen twice this week. " * 3


class Pages:
    """Answers for searches, put together from one issue."""

    def __init__(self, count: int, server: bool) -> None:
        self.count = count
        self.jira = Jira(server=server)
        self.jira.clock = lambda: NOW
        self.jira.limits = False
        at = NOW - timedelta(days=3)
        issue = self.jira.add("OPS", "Dock door 987654321 sticks", at=at, assignee="cy", priority="High", description=TEXT)
        issue.values |= {"labels": ["dock", "door"], "duedate": "2026-12-01"}
        self.jira.add("OPS", "Spare part", at=at)
        self.jira.say("OPS-1", "The vendor was called about 987654321.", at=at)
        self.jira.link("OPS-1", "relates to", "OPS-2", at=at)
        del self.jira.issues[issue.id]
        issue.id, issue.key = MARK.decode(), f"OPS-{MARK.decode()}"
        self.jira.issues[issue.id] = issue
        self._templates: dict[tuple[str, ...], list[bytes]] = {}
        self._made: dict[tuple[tuple[str, ...], int, int], bytes] = {}

    def issues(self, fields: tuple[str, ...], start: int, size: int) -> bytes:
        """So many issues from ``start``, between the brackets of a list."""
        place = (fields, start, size)
        if place not in self._made:
            template = self._templates.get(fields)
            if template is None:
                issue = self.jira.issues[MARK.decode()]
                made = self.jira.api.render.issue(issue, list(fields) or None, (), (20, 40))
                template = self._templates[fields] = json.dumps(made).encode().split(MARK)
            last = min(start + size, self.count)
            self._made[place] = b",".join((b"%d" % (10_000 + number)).join(template) for number in range(start, last))
        return self._made[place]

    def search(self, query: dict[str, str]) -> bytes:
        """One page. What changed lately is nothing."""
        fields = tuple(query.get("fields", "").split(",")) if query.get("fields") else ()
        count = 0 if "updated >= -" in query["jql"].rpartition(" AND ")[2] else self.count
        size = min(int(query.get("maxResults", 50)), SIZE if set(fields) - {"id", "key"} else MOST_IDS)
        if self.jira.server:
            start = int(query.get("startAt", 0))
            listed = self.issues(fields, start, size) if count else b""
            return b'{"startAt":%d,"maxResults":%d,"total":%d,"issues":[%s]}' % (start, size, count, listed)
        start = int(query.get("nextPageToken", "at-0").partition("-")[2])
        listed = self.issues(fields, start, size) if count else b""
        after = b',"isLast":true}' if start + size >= count else b',"isLast":false,"nextPageToken":"at-%d"}' % (start + size)
        return b'{"issues":[' + listed + b"]" + after


class Connection(asyncio.Protocol):
    """One client; answers come after ``latency``, however many are waiting."""

    latency = 0.0
    pages: Pages
    asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.rest += data
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            head = self.rest[:end].decode("latin-1").split("\r\n")
            headers = Headers([(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])])
            size = int(headers.get("Content-Length", 0))
            if len(self.rest) < end + 4 + size:
                return
            body, self.rest = self.rest[end + 4 : end + 4 + size], self.rest[end + 4 + size :]
            method, target, _ = head[0].split(" ")
            self._answer(method, target, headers, body)

    def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> None:
        loop = asyncio.get_running_loop()
        if target == "/-/asked":
            listed, Connection.asked = json.dumps(self.asked).encode(), []
            self._send(200, listed)
            return
        due = loop.time() + self.latency
        self.asked.append(target)
        parts = urlsplit(target)
        query = parse_qsl(parts.query, keep_blank_values=True)
        if "/search" in parts.path and method == "GET":
            status, answer = 200, self.pages.search(dict(query))
        else:
            made = self.pages.jira.handle(Request(method, unquote(parts.path), query, headers, body))
            status, answer = made.status, made.body
        loop.call_at(due, self._send, status, answer)

    def _send(self, status: int, body: bytes) -> None:
        date = format_datetime(datetime.now(UTC), usegmt=True).encode()
        head = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nDate: %s\r\nContent-Length: %d\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head % (status, date, len(body)) + body)


async def main() -> None:
    """Serve until stdin ends."""
    Connection.pages = Pages(int(sys.argv[1]), "--datacenter" in sys.argv)
    Connection.latency = float(sys.argv[2])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
