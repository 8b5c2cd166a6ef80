"""Addresses: what a base may be, whether two are the same place, which proxy leads there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from opstui.connectors.api import Network

PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where credentials may go: a scheme, a host, a port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS.get(self.scheme) else f":{self.port}")


def origin(url: str) -> Origin:
    """The origin of an address.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    return Origin(parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme.lower(), 0))


def check_base(url: object) -> None:
    """For ``Option.check`` of a base address.

    Raises:
        ValueError: with words for the user.
    """
    text = str(url)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or any(char.isspace() or ord(char) < 32 for char in text):
        raise ValueError("this is no address; write it whole, as in https://tracker.example.com")
    if parts.username or parts.password:
        raise ValueError("an address holds no user and no password; they have options of their own")
    if parts.query or parts.fragment:
        raise ValueError("an address of a server has no ? and no #")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def segment(text: str) -> str:
    """A text as one segment of a path, whatever is in it."""
    return quote(text, safe="") if text not in (".", "..") else text.replace(".", "%2E")


def whole(base: str, path: str) -> str:
    """The address of ``path`` below ``base``; a whole address stays as it is."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{base.rstrip('/')}/{path.lstrip('/')}"


def redirected(url: str, location: str) -> str:
    """Where an answer's Location leads from ``url``."""
    return urljoin(url, location)


def same_place(base: Origin, target: Origin) -> bool:
    """Whether credentials for ``base`` may go to ``target``: the same origin, or the same host by https instead of http."""
    return target == base or (base.scheme == "http" and target.scheme == "https" and target.host == base.host)


def proxy_for(base: Origin, network: Network, environ: Mapping[str, str] = os.environ) -> str:
    """The proxy that leads to ``base``; empty: none. This machine is reached without one."""
    if network.proxy == "none" or is_loopback(base.host):
        return ""
    from urllib.request import getproxies  # asks macOS and Windows too, which name theirs elsewhere

    found = getproxies()
    spared = [*network.no_proxy, *found.get("no", "").split(",")]
    if _spared(base, spared):
        return ""
    proxy = network.proxy or found.get(base.scheme) or found.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _spared(base: Origin, entries: Iterable[str]) -> bool:
    """Whether one of these says that a host is reached directly: a name, a domain, an address, a network, ``*``."""
    for entry in (one.strip().lower() for one in entries):
        name, _, port = entry.rpartition(":")
        if port.isdigit() and name and ":" not in name:
            if int(port) != base.port:
                continue
            entry = name
        domain = entry.removeprefix("*").lstrip(".")
        if entry == "*" or (domain and (base.host == domain or base.host.endswith(f".{domain}"))):
            return True
        try:
            if entry and ip_address(base.host) in ip_network(entry, strict=False):
                return True
        except ValueError:
            pass  # one of them is a name
    return False
