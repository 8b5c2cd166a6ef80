"""What a query finds, batch by batch: Cloud pages by tokens, Data Center by offsets. No issue is lost while they move."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from threading import Semaphore
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.json import Decoder

from opstui.connectors.shape import each, may, need
from opstui.errors import SourceRefused, SourceUnavailable

if TYPE_CHECKING:
    from opstui.connectors.http import Http, Reply

Params = Mapping[str, str | int]

SIZE = 100
"""Issues asked for at a time; Cloud gives no more of them with their fields."""

IDS = 5000
"""Ids asked for at a time."""

AHEAD = 3
"""Pages of Cloud that may wait to be worked on."""

BUDGET = 20_000
"""Answers of one query."""

STALE = 20
"""So many answers in a row that bring nothing new, and the site is going round in circles."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some issues as they came. ``at`` is where to go on after them, None after the last; ``date`` is the server's clock."""

    issues: Sequence[Any]
    at: Mapping[str, Any] | None
    date: datetime | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for. ``history``: with the changelog."""

    jql: str
    fields: Sequence[str]
    history: bool

    def params(self, more: Mapping[str, str | int]) -> dict[str, str | int]:
        """As parameters of an address."""
        params: dict[str, str | int] = {"jql": self.jql, "maxResults": SIZE, "fields": ",".join(self.fields)}
        if self.history:
            params["expand"] = "changelog"
        return {**params, **more}


def cloud(http: Http, query: Query, at: Mapping[str, Any] | None, here: Collection[str] = ()) -> Iterator[Batch]:
    """The pages of Cloud. The next one is fetched while one is worked on.

    Nobody says whether a token stands for a place in the list or for an issue. After several pages the ids of all issues
    are therefore compared, which costs one request for 5000 of them, and what slipped through is read by its id. ``here``
    holds the keys of what came in before ``at``.

    Raises:
        SourceUnavailable, SourceRefused: as ``Http.get``; a token that comes again.
    """
    first, token, ids, date = at is None, _token(at), set[str](), None
    for reply, following in _pages(http, query.params({}), token):
        issues = issues_of(reply.json, f"{http.context.source}: search")
        ids.update(map(_id, issues))
        date = reply.date
        if following is None and first:
            yield Batch(issues, None, date)
            return
        first = False
        yield Batch(issues, {"token": following or token}, date)
        token = following or token
    lost = [id for id, key in _roll_call(http, query) if id not in ids and (at is None or key not in here)]
    for start in range(0, len(lost), SIZE):
        yield Batch(by_key(http, query, lost[start : start + SIZE]), None, date)


def by_key(http: Http, query: Query, keys: Sequence[str]) -> list[Any]:
    """Issues of Cloud by their keys or ids; those that are not there are left out."""
    body: dict[str, Any] = {"issueIdsOrKeys": list(keys), "fields": list(query.fields)}
    if query.history:
        body["expand"] = ["changelog"]
    reply = http.post_query("/rest/api/3/issue/bulkfetch", body)
    return issues_of(reply.json, f"{http.context.source}: issues by key")


def _roll_call(http: Http, query: Query) -> Iterator[tuple[str, str]]:
    """The id and the key of all that a query finds."""
    for reply, _ in _pages(http, {"jql": query.jql, "maxResults": IDS, "fields": "key"}, None):
        yield from ((id, _key(one)) for one in issues_of(reply.json, f"{http.context.source}: search") if (id := _id(one)))


def _pages(http: Http, params: Params, token: str | None) -> Iterator[tuple[Reply, str | None]]:
    """Answers with the token of the next. A short page is not the last: the one without a token is.

    The thread that has an answer asks for the next at once, a few ahead of who takes them: the chain of tokens is what
    a pull's time goes into, and nothing else may hold it up, not even reading the issues.
    """
    where = f"{http.context.source}: search"
    seen = {token} if token else set()
    coming: SimpleQueue[Future[tuple[Reply, str | None]]] = SimpleQueue()
    room = Semaphore(AHEAD)
    pool = ThreadPoolExecutor(1, thread_name_prefix="jira-ahead")

    def ask(token: str | None) -> tuple[Reply, str | None]:
        room.acquire()
        reply = http.get("/rest/api/3/search/jql", {**params, "nextPageToken": token} if token else params)
        head = _head(reply, where)
        following = head.nextPageToken
        if not following or head.isLast:
            return reply, None
        if following in seen:
            raise circles(http, "a page leads back to one before it")
        seen.add(following)
        try:
            coming.put(pool.submit(ask, following))
        except RuntimeError:
            pass  # nobody takes any more
        return reply, following

    try:
        coming.put(pool.submit(ask, token))
        for _ in range(BUDGET):
            reply, following = coming.get().result()
            room.release()
            yield reply, following
            if following is None:
                return
        raise circles(http, f"there is no end after {BUDGET} pages")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        room.release(AHEAD + 1)


class _Head(Struct):
    """What an answer says besides its issues."""

    nextPageToken: str | None = None
    isLast: bool | None = None


_HEADS = Decoder(_Head)


def _head(reply: Reply, where: str) -> _Head:
    try:
        return _HEADS.decode(reply.content)
    except (ValueError, RecursionError):  # of another shape, or odd: read whole, which says what is wrong
        return _Head(may(reply.json, "nextPageToken", str, where), may(reply.json, "isLast", bool, where))


def server(http: Http, query: Query, at: Mapping[str, Any] | None) -> Iterator[Batch]:
    """The pages of Data Center, several at a time.

    Each begins with an issue of the page before it. Where that is not so, the issues have moved up meanwhile, and the
    page is read again from further ahead: so there is never a gap, whatever enters or leaves while it is read.

    Raises:
        SourceUnavailable, SourceRefused: as ``Http.get``.
    """
    return _Offsets(http, query).batches(at)


class _Offsets:
    def __init__(self, http: Http, query: Query) -> None:
        self.http = http
        self.query = query
        self.where = f"{http.context.source}: search"
        self.size = SIZE
        self.total = 0
        self.seen: set[str] = set()

    def batches(self, at: Mapping[str, Any] | None) -> Iterator[Batch]:
        start = _offset(at)
        first = self._ask(start)
        issues = issues_of(first.json, self.where)
        last = at.get("last") if at else None
        if start and (not issues or _key(issues[0]) != last):
            start, first = 0, self._ask(0)
            issues = issues_of(first.json, self.where)
        given = may(first.json, "maxResults", int, self.where) or SIZE
        self.size = max(2, min(SIZE, given))
        yield self._batch(start, first, issues)
        start += self.size - 1
        while start + 1 < self.total:
            offsets = range(start, min(self.total - 1, start + BUDGET * self.size), self.size - 1)
            for offset, reply in zip(offsets, self.http.ahead(self._asking(offsets)), strict=False):
                issues = issues_of(reply.json, self.where)
                if issues and _key(issues[0]) not in self.seen:
                    yield from self._back(offset)
                if issues:
                    yield self._batch(offset, reply, issues)
            start = offsets[-1] + self.size - 1
            if start >= BUDGET * self.size:
                raise circles(self.http, f"there is no end after {BUDGET} pages")

    def _back(self, offset: int) -> Iterator[Batch]:
        """What slipped in front of ``offset``: read backwards until an issue is known, then handed over forwards."""
        held: list[Batch] = []
        while offset > 0:
            offset = max(0, offset - self.size // 2)
            reply = self._ask(offset)
            issues = issues_of(reply.json, self.where)
            held.append(Batch(issues, {}, reply.date, self.total))
            if issues and _key(issues[0]) in self.seen:
                break
        for batch in reversed(held):
            self.seen.update(map(_key, batch.issues))
            yield batch

    def _batch(self, offset: int, reply: Reply, issues: Sequence[Any]) -> Batch:
        self.total = need(reply.json, "total", int, self.where)
        self.seen.update(map(_key, issues))
        following = offset + self.size - 1
        at = {"offset": following, "last": _key(issues[-1])} if issues and following + 1 < self.total else None
        return Batch(issues, at, reply.date, self.total)

    def _asking(self, offsets: Sequence[int]) -> Iterator[Callable[[], Reply]]:
        return (partial(self._ask, offset) for offset in offsets)

    def _ask(self, offset: int) -> Reply:
        reply = self.http.get("/rest/api/2/search", self.query.params({"startAt": offset, "maxResults": self.size}))
        _ = reply.json
        return reply


def issues_of(answer: Any, where: str) -> list[dict[str, Any]]:
    """The issues of an answer. Where one of them is no object, nothing of it is believed, so that no issue is passed over.

    Raises:
        SourceUnavailable: it is of another shape.
    """
    return each(need(answer, "issues", list, where), dict, f"{where}, issues")


def resumed(run: Callable[[Mapping[str, Any] | None], Iterator[Batch]], at: Mapping[str, Any] | None) -> Iterator[Batch]:
    """A query from where it stopped; from its beginning when the site no longer knows that place."""
    if at:
        begun = False
        try:
            for batch in run(at):
                begun = True
                yield batch
            return
        except SourceRefused:
            if begun:
                raise
    yield from run(None)


def _token(at: Mapping[str, Any] | None) -> str | None:
    token = at.get("token") if at else None
    return token if isinstance(token, str) else None


def _offset(at: Mapping[str, Any] | None) -> int:
    offset = at.get("offset") if at else None
    return offset if isinstance(offset, int) and offset > 0 else 0


def _id(issue: Any) -> str:
    id = issue.get("id") if isinstance(issue, dict) else None
    return id if isinstance(id, str) else ""


def _key(issue: Any) -> str:
    key = issue.get("key") if isinstance(issue, dict) else None
    return key if isinstance(key, str) else ""


def circles(http: Http, why: str) -> SourceUnavailable:
    """The error for a search without an end."""
    return SourceUnavailable(
        f"{http.context.source}: the search goes round in circles",
        why,
        "What came in is kept, and it is tried again by itself; if it stays so, narrow the option jql",
    )
