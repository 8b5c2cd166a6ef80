"""A real HTTP server on this machine in front of a vendor's fake, with everything that goes wrong on a network.

    class Fake:
        def handle(self, request: Request) -> Response: ...

    with serve(Fake()) as server:
        server.arm(apply_then_reset(), when=lambda request: request.method == "POST")
        ... server.url ...
        assert server.count("POST") == 1

A fault is armed for the next requests that ``when`` says yes to, ``times`` of them (None: all) after ``skip`` others.
What the fake does is done under one lock, what the network does beside it.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import socket
import socketserver
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit


class Headers(dict[str, str]):
    """A request's headers; names are asked for in any case."""

    def __init__(self, pairs: Mapping[str, str] | list[tuple[str, str]] = ()) -> None:  # type: ignore[assignment]
        super().__init__({name.lower(): value for name, value in dict(pairs).items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True)
class Request:
    """What came in. ``path`` has no query and is not decoded."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON, None when there is none."""
        return json.loads(self.body) if self.body else None

    def param(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return dict(self.query).get(name, default)


@dataclass(frozen=True)
class Response:
    """What goes out."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """A value as JSON."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


class Fake(Protocol):
    """Anything that answers."""

    def handle(self, request: Request) -> Response:
        """The answer to one request."""


class Silent:
    """A fake that answers nothing but 200 and an empty object, for looking at what it was sent."""

    def handle(self, request: Request) -> Response:
        """An empty object."""
        return Response.json(200, {})


When = Callable[[Request], bool]


class Wire:
    """One request on its way through a fault: apply it or not, answer it or not."""

    def __init__(self, server: Server, request: Request, handler: _Handler) -> None:
        self.server = server
        self.request = request
        self.done = False
        self._handler = handler

    def apply(self) -> Response:
        """Let the fake do it; its answer is not sent."""
        return self.server.applied(self.request)

    def answer(self, response: Response, *, length: int | None = None) -> None:
        """Send an answer; ``length`` is what Content-Length claims."""
        self.start(response, len(response.body) if length is None else length, response.body)

    def start(self, response: Response, length: int, body: bytes = b"") -> None:
        """Send the head of an answer and what of its body is given."""
        self.server.answering(self)
        status = response.status
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
        stamp = datetime.now(UTC) + timedelta(seconds=self.server.skew)
        headers = {"Date": format_datetime(stamp, usegmt=True), "Content-Length": str(length), **response.headers}
        if status in (204, 304):
            headers.pop("Content-Length")
        head = f"HTTP/1.1 {status} {phrase}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._handler.wfile.write(data)

    def hang_up(self) -> None:
        """End the connection in the ordinary way, after what was sent."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """End the connection as a crash does (RST)."""
        sock = self._handler.connection
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.close_connection = True

    def wait(self, seconds: float) -> bool:
        """Let time pass; False when the server ends before it has."""
        return not self.server.closing.wait(seconds)


Fault = Callable[[Wire], None]


@dataclass
class _Armed:
    fault: Fault
    when: When
    times: int | None
    skip: int


class Server:
    """A running server. ``url`` is where it is; ``requests`` is all that it was sent, in order."""

    def __init__(self, fake: Fake, *, latency: float = 0.0, skew: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        self.fake = fake
        self.latency = latency
        self.skew = skew
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.ca: Path | None = None
        self.closing = threading.Event()
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()
        self._fake_lock = threading.Lock()
        self._at_once = 0
        self._tls = tls
        self._port = 0
        self._listener: _Listener | None = None
        self._listening: threading.Thread | None = None
        self._connections: set[socket.socket] = set()
        self._broken: list[Exception] = []
        self.up()

    @property
    def url(self) -> str:
        """Its base, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    # -- faults

    def arm(self, fault: Fault, *, when: When = lambda request: True, times: int | None = 1, skip: int = 0) -> None:
        """Let ``fault`` happen to the next ``times`` requests that ``when`` says yes to, after ``skip`` of them."""
        with self._lock:
            self._armed.append(_Armed(fault, when, times, skip))

    def disarm(self) -> None:
        """Let everything go well from now on."""
        with self._lock:
            self._armed.clear()

    def count(self, method: str = "", path: str = "") -> int:
        """How many requests came of a method (empty: any) whose path holds ``path``."""
        with self._lock:
            return sum(1 for one in self.requests if method in ("", one.method) and path in one.path)

    def forget(self) -> None:
        """Count from nothing again."""
        with self._lock:
            self.requests.clear()
            self.most_at_once = 0

    @property
    def busy(self) -> bool:
        """Whether it works on a request that it has not begun to answer."""
        with self._lock:
            return self._at_once > 0

    # -- being there and not

    def up(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is None:
            self._listener = _Listener(("127.0.0.1", self._port), self)
            self._port = self._listener.server_address[1]
            self._listening = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
            self._listening.start()

    def down(self) -> None:
        """Refuse connections, and end those that there are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown()
            listener.server_close()
            assert self._listening is not None
            self._listening.join()
        with self._lock:
            ended = list(self._connections)
        for sock in ended:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything and wait for it."""
        self.closing.set()
        self.down()
        deadline = time.monotonic() + 5
        while self._connections and time.monotonic() < deadline:
            time.sleep(0.001)
        if self._broken:
            raise self._broken[0]

    # -- the handlers' side

    def applied(self, request: Request) -> Response:
        """The fake's answer; where the fake breaks, 500, and ``close`` raises what it raised."""
        with self._fake_lock:
            try:
                return self.fake.handle(request)
            except Exception as error:  # noqa: BLE001  the test shall see it, not the handler's thread
                self._broken.append(error)
                return Response.json(500, {"broken": repr(error)})

    def answer(self, wire: Wire) -> None:
        """Do with one request what is to be done."""
        fault = self._fault_for(wire.request)
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.latency:
                wire.wait(self.latency)
            if fault is None:
                wire.answer(wire.apply())
            else:
                fault(wire)
        finally:
            self.answering(wire)

    def answering(self, wire: Wire) -> None:
        """A request is being worked on no longer."""
        with self._lock:
            if not wire.done:
                wire.done = True
                self._at_once -= 1

    def opened(self, sock: socket.socket) -> None:
        """A connection began."""
        with self._lock:
            self._connections.add(sock)

    def ended(self, sock: socket.socket) -> None:
        """A connection is over."""
        with self._lock:
            self._connections.discard(sock)

    def _fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            for armed in self._armed:
                if not armed.when(request):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                if armed.times is not None:
                    armed.times -= 1
                    if armed.times <= 0:
                        self._armed.remove(armed)
                return armed.fault
        return None


class _Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], server: Server) -> None:
        self.owner = server
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is what this server is for."""

    def shutdown_request(self, request: Any) -> None:
        """Close it, but leave a reset that was asked for its way: a shutdown before it would be a farewell."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) if request.fileno() >= 0 else b""
        if linger and struct.unpack("ii", linger)[0]:
            request.close()
        else:
            super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._plain = self.request
        self.server.owner.opened(self._plain)
        context = self.server.owner._tls
        try:
            if context is not None:
                self.request = context.wrap_socket(self.request, server_side=True)
        except BaseException:
            self.server.owner.ended(self._plain)
            self._plain.close()
            raise
        super().setup()

    def finish(self) -> None:
        try:
            super().finish()
            if self.request is not self._plain:
                self.request.close()
        except OSError:
            pass  # the other side has gone
        finally:
            self.server.owner.ended(self._plain)

    def _any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        parts = urlsplit(self.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        request = Request(self.command, parts.path, query, Headers(list(self.headers.items())), body)
        self.server.owner.answer(Wire(self.server.owner, request, self))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _any

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve(fake: Fake, *, latency: float = 0.0, skew: float = 0.0, tls: str = "", host: str = "127.0.0.1") -> Iterator[Server]:
    """A server in front of ``fake``. ``latency`` is in seconds per answer, ``skew`` how far its clock is ahead.

    ``tls``: ``good`` (``server.ca`` is the file to trust), ``untrusted``, ``expired`` or ``wrong name``, whose CA would
    be in ``server.ca`` too, but for ``untrusted``. ``host`` is whom the certificate names.
    """
    folder = Path(tempfile.mkdtemp(prefix="opstui-tls-")) if tls else None
    server = Server(fake, latency=latency, skew=skew, tls=_tls(tls, folder, host) if folder else None)
    server.ca = folder / "ca.pem" if folder and tls != "untrusted" else None
    try:
        yield server
    finally:
        server.close()
        if folder:
            shutil.rmtree(folder)


def _tls(kind: str, folder: Path, host: str) -> ssl.SSLContext:
    import trustme

    authority = trustme.CA()
    past = datetime.now(UTC) - timedelta(days=2)
    if kind == "expired":
        cert = authority.issue_cert(host, not_before=past - timedelta(days=2), not_after=past)
    else:
        cert = authority.issue_cert("other.example.com" if kind == "wrong name" else host)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def nobody() -> str:
    """The address of a port that nobody listens on: connections are refused."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


# -- the faults


def reset() -> Fault:
    """The connection breaks before anything is applied."""
    return lambda wire: wire.reset()


def hang_up() -> Fault:
    """The connection is closed before anything is applied, without an answer."""
    return lambda wire: wire.hang_up()


def apply_then_reset() -> Fault:
    """It is applied, and the connection breaks before the answer."""

    def fault(wire: Wire) -> None:
        wire.apply()
        wire.reset()

    return fault


def late(seconds: float) -> Fault:
    """Nothing is applied and no answer comes for so long; then the connection ends."""

    def fault(wire: Wire) -> None:
        wire.wait(seconds)
        wire.hang_up()

    return fault


def apply_then_late(seconds: float) -> Fault:
    """It is applied at once, and answered so late."""

    def fault(wire: Wire) -> None:
        response = wire.apply()
        if wire.wait(seconds):
            wire.answer(response)
        wire.hang_up()

    return fault


def late_then_apply(seconds: float) -> Fault:
    """It is applied only after so long, when whoever asked may have given up."""

    def fault(wire: Wire) -> None:
        if wire.wait(seconds):
            wire.answer(wire.apply())
        wire.hang_up()

    return fault


def slow(seconds: float, pieces: int = 20) -> Fault:
    """The body comes in small pieces, over so many seconds in all."""

    def fault(wire: Wire) -> None:
        response = wire.apply()
        body = response.body or b" "
        wire.start(replace(response, body=body), len(body))
        step = max(1, len(body) // pieces)
        for at in range(0, len(body), step):
            wire.send(body[at : at + step])
            if not wire.wait(seconds / pieces):
                break

    return fault


def truncated(keep: float = 0.5) -> Fault:
    """Content-Length promises the whole body; part of it comes before the connection ends."""

    def fault(wire: Wire) -> None:
        response = wire.apply()
        body = response.body or b"{}"
        wire.start(response, len(body), body[: max(1, int(len(body) * keep))])
        wire.hang_up()

    return fault


def oversized(size: int) -> Fault:
    """A body of so many bytes."""

    def fault(wire: Wire) -> None:
        wire.apply()
        wire.start(Response(200, headers={"Content-Type": "application/json"}), size, b'["')
        block = b"x" * 65536
        sent = 2
        while sent < size:
            piece = block[: min(len(block), size - sent)]
            wire.send(piece)
            sent += len(piece)

    return fault


def gzip_bomb(size: int) -> Fault:
    """A small body that unpacks to so many bytes."""
    packed = gzip.compress(b'"' + b"0" * (size - 2) + b'"')
    return _instead(Response(200, packed, {"Content-Type": "application/json", "Content-Encoding": "gzip"}))


def garbage(body: bytes = b'<html><p>It works!</p></html>{"') -> Fault:
    """It is applied, and the answer claims to be JSON and is not."""
    return _instead(Response(200, body, {"Content-Type": "application/json"}))


def wrong_shape(value: Any = ("not", "what", 1, None, "expected")) -> Fault:
    """It is applied, and the answer is JSON that means nothing here."""
    return _instead(Response.json(200, value))


def status(code: int, body: Any = None, headers: Mapping[str, str] | None = None, *, apply: bool = False) -> Fault:
    """A status instead of an answer; with ``apply`` it is done all the same."""
    response = Response.json(code, body, headers) if body is not None else Response(code, b"", headers or {})
    return _instead(response, apply=apply)


def redirect_loop(code: int = 302) -> Fault:
    """A redirect to the very same address. Arm it with ``times=None``."""

    def fault(wire: Wire) -> None:
        query = "&".join(f"{name}={value}" for name, value in wire.request.query)
        wire.answer(Response(code, b"", {"Location": wire.request.path + (f"?{query}" if query else "")}))

    return fault


def redirect_to(url: str, code: int = 302) -> Fault:
    """A redirect to another place, such as another server's ``url``."""
    return _instead(Response(code, b"", {"Location": url}), apply=False)


def _instead(response: Response, *, apply: bool = True) -> Fault:
    def fault(wire: Wire) -> None:
        if apply:
            wire.apply()
        wire.answer(response)

    return fault
