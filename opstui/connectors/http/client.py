"""The client that connectors talk to their source with."""

from __future__ import annotations

import json as jsonlib
import os
import sys
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

from opstui import __version__
from opstui.connectors.api import Context, Usage
from opstui.connectors.http import address, waits
from opstui.connectors.http.reply import Reply, http_date
from opstui.connectors.http.troubles import Troubles, Wording
from opstui.domain.masking import Mask
from opstui.errors import ConfigError, SourceError, SourceUnavailable

if TYPE_CHECKING:
    import httpx

    from opstui.connectors.recording import Recorder

T = TypeVar("T")

PATIENCE = "OPSTUI_HTTP_PATIENCE"
"""Scales every time-out and every wait, for tests: 0.01 makes 30 s of them 0.3 s."""

RECORD, REPLAY = "OPSTUI_RECORD", "OPSTUI_REPLAY"
"""A file to record every answer to, or to take every answer from."""

CLOSING_S = 2.0
"""How long closing waits for requests whose connections it has closed."""

REDIRECTS = 5
MOVED = frozenset((301, 302, 303, 307, 308))

Params = Mapping[str, str | int]


class Http:
    """Requests to one server. Reads are tried again, writes never; any number of threads may use it.

    Nothing is kept between requests but connections: no cookies, and no credentials but those given here. Those go to
    the origin of ``base`` alone.
    """

    def __init__(
        self,
        base: str,
        context: Context,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        secrets: Collection[str] = (),
        timeout: float = 30.0,
        limit: int = 64 << 20,
        wording: Wording | None = None,
        concurrency: int = 4,
        plain_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """``auth`` is user and password of basic authentication; ``secrets`` are struck out of every message, as are
        that password and the values of an ``Authorization`` or ``X-…-Key`` header. ``timeout`` is in seconds and counts
        between two pieces of an answer, ``limit`` in bytes, unpacked. ``wording(reply)`` finds the vendor's words in an
        answer that is an error. ``transport`` stands for the network in tests.

        Raises:
            ConfigError: the address cannot be used.
            SourceRefused: the CA file or the proxy cannot be used.
        """
        self.base = base.rstrip("/")
        self.context = context
        self._origin = _checked(self.base, context.source, plain_http)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": f"opstui/{__version__}",
            **(headers or {}),
        }
        if auth is not None:
            self._headers["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        self.mask = Mask((*secrets, *_secret_values(self._headers), *((auth[1],) if auth else ())))
        self._troubles = Troubles(context.source, self._origin, self.mask, wording)
        self._scale = _scale()
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._under_way = 0
        self._closed = threading.Event()
        self._concurrency = concurrency
        self._held_until = 0.0
        self._usage = Usage()
        self._told: tuple[str, datetime] | None = None
        self._recorder: Recorder | None = None
        if path := os.environ.get(RECORD):
            from opstui.connectors.recording import Recorder

            self._recorder = Recorder.to(path, self.base, mask=self.mask, people=context.people)
        if transport is None and (path := os.environ.get(REPLAY)):
            from opstui.connectors.recording import Replay

            transport = Replay.of(path, self.base)
        # Left to itself, httpx loads its command line (click, rich, pygments): twice as much as all the rest of it.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        from opstui.connectors.http.wire import Wire  # a plugin that needs no network does not pay for one

        self._wire = Wire(
            self.base,
            context.network,
            self._troubles,
            timeout=timeout * self._scale,
            limit=limit,
            concurrency=concurrency,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"Http({self.base})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; requests that wait to be tried again give up, and those under way fail."""
        self._closed.set()
        self._wire.close()
        with self._idle:
            self._idle.wait_for(lambda: not self._under_way, CLOSING_S)
        self._wire.close()  # what they opened meanwhile

    @property
    def calls(self) -> int:
        """Requests so far, tries included."""
        return self._usage.calls

    @property
    def clock_ahead(self) -> timedelta:
        """By how much the server's clock was before ours when it last answered; nothing as long as it tells no time."""
        date = http_date(self._told[0]) if self._told else None
        return date - self._told[1] if date and self._told else timedelta()

    def tell(self, **more: Any) -> None:
        """Say more of our use of the source, by the fields of ``Usage``: ``expires``, ``account``."""
        with self._lock:
            self._usage = replace(self._usage, **more)
            usage = self._usage
        self.context.usage(usage)

    # -- requests

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """Read something, trying again while that may help. ``accept`` names statuses that are an answer too, such as 404.

        Raises:
            SourceUnavailable: no answer, a busy or broken server, an answer that is no JSON though it says so.
            SourceRefused: every other status, a redirect elsewhere, no trust in the server, too large an answer.
        """
        return self._read("GET", path, params, None, headers, accept)

    def post_query(
        self,
        path: str,
        json: Any,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """As ``get``, for a POST that only reads, such as a search.

        Raises:
            As ``get``.
        """
        return self._read("POST", path, params, _body(json), headers, accept)

    def send(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        accept: Collection[int] = (),
        of_item: bool = False,
    ) -> Reply:
        """Change something, once. ``repeatable``: sending it twice does the same as once, so that it is tried again where
        nobody knows whether it arrived. ``of_item``: 403 speaks of this one item, not of the credentials.

        Raises:
            WriteRefused: a 4xx status that speaks of this change, with the vendor's own words.
            SourceRefused: 401 and 403, redirects, no trust in the server.
            SourceUnavailable: it was certainly not applied: no connection, 429, 503 with Retry-After.
            AnswerLost: it may have been applied: time-out, reset, 5xx, an answer that cannot be read.
        """
        body = _body(json) if json is not None else None
        tries = waits.TRIES if repeatable else 1
        for attempt in range(1, tries + 1):
            try:
                return self._write(method, path, params, body, headers, accept, of_item)
            except SourceUnavailable as error:
                if attempt == tries or not self._worth_waiting(error, attempt):
                    raise
                self._pause(self._next_wait(error, attempt), error.what)
        raise AssertionError("a loop over tries ends with an answer or an error")

    def ahead(self, requests: Iterable[Callable[[], T]], width: int | None = None) -> Iterator[T]:
        """Make requests in several threads and give their answers in order; never more than a few ahead of who takes them.

        Raises:
            What the first request that fails raises, in its place; none is begun after that.
        """
        from concurrent.futures import Future, ThreadPoolExecutor

        width = width or self._concurrency
        waiting: deque[Future[T]] = deque()
        pool = ThreadPoolExecutor(width, thread_name_prefix=f"http-{self.context.source}")
        try:
            for request in requests:
                waiting.append(pool.submit(request))
                if len(waiting) >= 2 * width:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    # -- one read

    def _read(
        self,
        method: str,
        path: str,
        params: Params | None,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        accept: Collection[int],
    ) -> Reply:
        url = self._url(path, params)
        for attempt in range(1, waits.TRIES + 1):
            try:
                return self._one_read(method, url, body, headers, accept, attempt)
            except SourceUnavailable as error:
                if attempt == waits.TRIES or not self._worth_waiting(error, attempt):
                    raise
                self._pause(self._next_wait(error, attempt), error.what)
        raise AssertionError("a loop over tries ends with an answer or an error")

    def _one_read(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        accept: Collection[int],
        attempt: int,
    ) -> Reply:
        """One try, redirects followed."""
        seen = {url}
        for _ in range(REDIRECTS + 1):
            reply = self._exchange(method, url, headers, body, write=False)
            if reply.status in accept:
                return reply
            if reply.status in MOVED:
                url = self._onward(url, reply, method)
                if url in seen:
                    raise self._troubles.loop()
                seen.add(url)
                continue
            if waits.is_busy(reply.status) or waits.is_limited(reply):
                raise self._troubles.busy(reply, waits.asked_wait(reply, self.context.now()), attempt)
            if not 200 <= reply.status < 300:
                raise self._troubles.refused_read(reply, method, urlsplit(url).path)
            if reply.says_json and reply.content:
                reply.skim()  # what is no JSON is found out here, where it can be asked for again
            return reply
        raise self._troubles.loop()

    def _onward(self, url: str, reply: Reply, method: str) -> str:
        """Where a redirect leads, if the credentials may go there."""
        target = None
        location = str(reply.headers.get("location", ""))
        try:
            onward = address.redirected(url, location)
            target = address.origin(onward)
        except ValueError:
            onward = ""
        if target is None or not location or not address.same_place(self._origin, target):
            raise self._troubles.elsewhere(target if location else None)
        if method != "GET" and reply.status not in (307, 308):
            raise self._troubles.redirected_write(302)
        return onward

    # -- one write

    def _write(
        self,
        method: str,
        path: str,
        params: Params | None,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        accept: Collection[int],
        of_item: bool,
    ) -> Reply:
        url = self._url(path, params)
        reply = self._exchange(method, url, headers, body, write=True)
        status = reply.status
        if 200 <= status < 300 or status in accept:
            return reply
        if status in MOVED:
            raise self._troubles.redirected_write(status)
        wait = waits.asked_wait(reply, self.context.now())
        if waits.is_limited(reply) or status in (423, 425) or (status == 503 and "retry-after" in reply.headers):
            raise self._troubles.busy(reply, wait, 1)
        if status >= 500 or status == 408 or status < 200:
            raise self._troubles.lost_status(reply, wait)
        raise self._troubles.refused_write(reply, method, urlsplit(url).path, of_item=of_item)

    # -- what both need

    def _exchange(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, *, write: bool) -> Reply:
        """One request, when all may go on that were asked to wait."""
        held = self._held_until - time.monotonic()
        if held > 0 and self._closed.wait(held):
            raise self._troubles.closed()
        merged = {**self._headers, **(headers or {})}
        if body is not None:
            merged.setdefault("Content-Type", "application/json")
        with self._lock:
            self._usage = replace(self._usage, calls=self._usage.calls + 1)
        with self._idle:
            if self._closed.is_set():
                raise self._troubles.closed()
            self._under_way += 1
        try:
            reply = self._wire.exchange(method, url, merged, body, write=write)
        except SourceError:
            self.context.usage(self._usage)
            raise
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()
        self._note_quota(reply)
        self._told = str(reply.headers.get("date", "")), self.context.now()
        if reply.status == 407:
            raise self._troubles.proxy_refused("407 Proxy Authentication Required", self._wire.proxy)
        if self._recorder is not None:
            self._recorder.keep(method, url, body, reply)
        return reply

    def _note_quota(self, reply: Reply) -> None:
        found = waits.quota(reply, self.context.now())
        with self._lock:
            if found.left is not None:
                self._usage = replace(self._usage, quota_left=found.left, quota_limit=found.limit, quota_reset=found.reset)
            usage = self._usage
        self.context.usage(usage)

    def _url(self, path: str, params: Params | None) -> str:
        url = address.whole(self.base, path)
        if address.origin(url) != self._origin:
            raise self._troubles.elsewhere(address.origin(url))
        if params:
            url += ("&" if "?" in url else "?") + urlencode(list(params.items()))
        return url

    def _worth_waiting(self, error: SourceUnavailable, attempt: int) -> bool:
        return not self._closed.is_set() and (error.retry_after is None or error.retry_after <= waits.LONGEST_S)

    def _next_wait(self, error: SourceUnavailable, attempt: int) -> float:
        """The pause that was asked for and a little more, so that not everybody comes back at once; else a random one."""
        wait = waits.backoff(attempt)
        return error.retry_after + min(wait, 1.0) if error.retry_after else wait

    def _pause(self, seconds: float, why: str) -> None:
        """Wait, with a sign of life each second; every other request of this client waits too."""
        self.context.log.warning("%s; waiting %.1f s", why, seconds)
        end = time.monotonic() + seconds * self._scale
        with self._lock:
            self._held_until = max(self._held_until, end)
        total = max(1, round(seconds))
        while (left := end - time.monotonic()) > 0:
            self.context.progress(max(0, total - round(left / self._scale)), total, "s waited")
            if self._closed.wait(min(left, 1.0)):
                raise self._troubles.closed()


def _checked(base: str, source: str, plain_http: bool) -> address.Origin:
    what = f"{source}: its address cannot be used"
    try:
        address.check_base(base)
    except ValueError as error:
        raise ConfigError(what, str(error), "Correct the address in its options") from None
    origin = address.origin(base)
    if origin.scheme == "http" and not plain_http and not address.is_loopback(origin.host):
        why = "over http:// anybody on the way reads the credentials"
        raise ConfigError(what, why, "Write https://, or set plain_http = true in its options if you accept that")
    return origin


def _secret_values(headers: Mapping[str, str]) -> Iterator[str]:
    """What headers hold that nobody should see."""
    for name, value in headers.items():
        lowered = name.lower()
        if "authorization" in lowered or "key" in lowered or "token" in lowered or "cookie" in lowered:
            yield value
            yield value.rpartition(" ")[2]


def _body(json: Any) -> bytes:
    return jsonlib.dumps(json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _scale() -> float:
    try:
        return max(0.0001, float(os.environ.get(PATIENCE) or 1.0))
    except ValueError:
        return 1.0
