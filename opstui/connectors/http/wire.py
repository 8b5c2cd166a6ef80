"""One exchange: a request out, an answer in, read up to a limit. Knows httpx; loaded when the first client is made."""

from __future__ import annotations

import logging
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

import httpx

from opstui.connectors.api import Network
from opstui.connectors.http.address import origin, proxy_for
from opstui.connectors.http.reply import Headers, Reply
from opstui.connectors.http.troubles import Troubles
from opstui.errors import SourceError

_VERIFY = {9: "time", 10: "time", 62: "name", 64: "name"}
"""OpenSSL's X509_V_ERR codes: not yet valid, expired, another host, another address."""

SLOWEST = 3.0
"""An answer may come in pieces for so many time-outs in all."""

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below that they print headers, credentials among them


class Wire:
    """The connections to one server, used by several threads."""

    def __init__(
        self,
        base: str,
        network: Network,
        troubles: Troubles,
        *,
        timeout: float,
        limit: int,
        concurrency: int,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """
        Raises:
            SourceRefused: the CA file or the proxy cannot be used.
        """
        self._troubles = troubles
        self._timeout = timeout
        self._limit = limit
        self.proxy = ""
        """The origin of the proxy in use; empty: none."""
        if transport is None:
            proxy = proxy_for(origin(base), network)
            self.proxy = str(origin(proxy)) if proxy else ""
            transport = _transport(base, proxy, network.ca, troubles, concurrency)
        self._transport = transport
        times = {"connect": timeout, "read": timeout, "write": timeout, "pool": None}
        self._extensions = {"timeout": times}

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, write: bool) -> Reply:
        """Send a request, once, and read its answer, whatever its status.

        Raises:
            SourceError: as the network has it; AnswerLost for a write that may have arrived.
        """
        started = time.monotonic()
        try:
            request = httpx.Request(method, url, headers=dict(headers), content=body, extensions=self._extensions)
            response = self._transport.handle_request(request)
            try:
                content = self._read(response, started + SLOWEST * self._timeout, write)
            finally:
                response.close()
        except (UnicodeError, httpx.LocalProtocolError):  # their words would repeat the header
            raise self._troubles.unsendable() from None
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            raise self._trouble(error, write) from None
        return Reply(response.status_code, Headers(response.headers), content, url, self._troubles.odd(write))

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def _read(self, response: httpx.Response, deadline: float, write: bool) -> bytes:
        """The body, unpacked; a few kilobytes may unpack to gigabytes, so what is unpacked is limited piece by piece."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        unpack = None
        if encoding in ("gzip", "x-gzip", "deflate"):
            unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        elif encoding not in ("", "identity"):
            raise self._troubles.odd(write)(f"it is packed as {encoding}, which was not asked for")
        found: list[bytes] = []
        size = 0
        for piece in response.stream:  # type: ignore[union-attr]  # a transport gives the sync kind
            if unpack is not None:
                try:
                    piece = unpack.decompress(piece, self._limit + 1 - size)
                except zlib.error:
                    raise self._troubles.odd(write)("its body cannot be unpacked") from None
            size += len(piece)
            if size > self._limit:
                raise self._troubles.too_large(self._limit, write)
            found.append(piece)
            if time.monotonic() > deadline:
                raise self._troubles.broken_off("the answer came too slowly to wait for its end", write)
        if unpack is not None and size and not unpack.eof:
            raise self._troubles.odd(write)("its body ended too early")
        return b"".join(found)

    def _trouble(self, error: Exception, write: bool) -> SourceError:
        """An exception of httpx in words."""
        troubles = self._troubles
        if isinstance(error, httpx.ProxyError):
            return troubles.proxy_refused(str(error), self.proxy)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return self._no_connection(error)
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return troubles.no_connection("the address cannot be used", "Check the address in its options")
        if isinstance(error, httpx.TimeoutException):
            return troubles.broken_off(f"nothing came for {self._timeout:g} s", write)
        if isinstance(error, httpx.RemoteProtocolError):
            cut = "incomplete" in str(error) or "complete message" in str(error)
            why = "the answer broke off before its end" if cut else "the connection was closed, or what came is no HTTP"
            return troubles.broken_off(why, write)
        return troubles.broken_off("the connection broke", write)

    def _no_connection(self, error: Exception) -> SourceError:
        troubles, cause = self._troubles, _cause(error)
        through = f"the proxy {self.proxy}" if self.proxy else troubles.base.host
        if isinstance(cause, ssl.SSLCertVerificationError):
            return troubles.not_trusted(cause.verify_message or str(cause), _VERIFY.get(cause.verify_code, ""))
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return troubles.no_tls((cause.reason or "the handshake failed").replace("_", " ").lower())
        if isinstance(error, httpx.ConnectTimeout):
            return troubles.no_connection(f"{through} did not answer for {self._timeout:g} s")
        if isinstance(cause, socket.gaierror):
            return troubles.no_connection(f"the name of {through} cannot be looked up")
        if isinstance(cause, ConnectionRefusedError):
            return troubles.no_connection(f"{through} refused the connection: nothing listens there")
        if isinstance(cause, OSError) and cause.strerror:
            return troubles.no_connection(cause.strerror.lower())
        return troubles.no_connection(str(error) or "the connection failed")


def _cause(error: BaseException) -> BaseException:
    """What the system said, below httpx and httpcore."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
        if isinstance(error, OSError):
            return error
    return error


def _transport(base: str, proxy: str, ca: Path | None, troubles: Troubles, concurrency: int) -> httpx.BaseTransport:
    secure = base.startswith("https:") or proxy.startswith("https:")
    verify: ssl.SSLContext | bool = _trust(ca, troubles) if secure else False
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency, keepalive_expiry=20.0)
    try:
        to_proxy = verify if isinstance(verify, ssl.SSLContext) and proxy.startswith("https:") else None
        through = httpx.Proxy(proxy, ssl_context=to_proxy) if proxy else None
        return httpx.HTTPTransport(verify=verify, trust_env=False, limits=limits, proxy=through)
    except (ValueError, ImportError, httpx.InvalidURL):
        why = "it is no address of an HTTP proxy"
        raise troubles.proxy_refused(f"403 {why}", str(origin(proxy))) from None


def _trust(ca: Path | None, troubles: Troubles) -> ssl.SSLContext:
    """What the system trusts (certifi where it trusts nothing of its own), and the CA file of the config."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    system = paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())) or context.cert_store_stats()["x509_ca"]
    if not system:
        import certifi

        context.load_verify_locations(certifi.where())
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except FileNotFoundError:
            raise troubles.ca_unusable(ca, "there is no such file") from None
        except ssl.SSLError:
            raise troubles.ca_unusable(ca, "it holds no certificate in PEM") from None
        except OSError as error:
            raise troubles.ca_unusable(ca, error.strerror or "it cannot be read") from None
    return context
