"""What ``opstui doctor`` finds on the way out: secrets, the network, credentials that end, and changes on their way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opstui.config import secrets
from opstui.config.merge import is_secret
from opstui.config.settings import Settings
from opstui.domain.format import plural, span
from opstui.errors import OpstuiError
from opstui.services.checkup import Check
from opstui.services.troubles import WARNINGS
from opstui.store import outbox, sources
from opstui.store.db import STORE, Store

if TYPE_CHECKING:
    from opstui.store.db import Connection

PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
SCHEMES = ("http", "https", "socks5", "socks5h")
LATE_S = 900
"""A change that waits longer than this is worth a word."""


def of_secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """Whether each reference leads to a secret, which is never shown; and what there is to keep secrets in."""
    kinds = set()
    for source in settings.sources:
        for option, value in source.options.items():
            if source.enabled and is_secret(value):
                kinds.update(value)
                yield _secret(f"{source.name}.{option}", value, source.folders.get(option, source.folder), environ)
    ring = secrets.keyring_name()
    if ring:
        yield Check("secrets", "keyring", "ok", ring)
    elif "keyring" in kinds:
        step = "Install one that keyring knows, or keep them in private files: opstui auth SOURCE --to file"
        yield Check("secrets", "keyring", "fail", "secrets are said to be in it, and this machine has none", step)
    else:
        yield Check("secrets", "keyring", "ok", "none on this machine; opstui auth keeps secrets in private files")


def of_network(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    """Whether the proxy and the certificates that the config names can be used; nobody is called."""
    said = settings.network
    where, proxy = "[network] proxy", said.proxy
    if not proxy:
        where = next((name for name in PROXIES if environ.get(name)), "")
        proxy = environ.get(where, "")
    if not proxy or proxy == "none":
        yield Check("network", "proxy", "ok", "none")
    else:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        shown = f"{parts.scheme}://{parts.hostname or ''}" + (f":{_port(parts)}" if _port(parts) else "")
        if parts.scheme in SCHEMES and parts.hostname and _port(parts) is not None:
            yield Check("network", "proxy", "ok", f"{shown} ({where})")
        else:
            yield Check("network", "proxy", "fail", f"{where} is no address", "Write it as http://proxy.example.com:3128")
    if said.ca:
        yield _certificates(Path(said.ca))


def of_outbox(settings: Settings, data_dir: Path, now: Callable[[], datetime]) -> Iterator[Check]:
    """Credentials that end, and changes that wait or came back; nothing when there is no store."""
    path = data_dir / STORE
    try:
        if not Store.is_at(path):
            return
        with Store.open(path, now=now, create=False) as store:
            found = [*_credentials(settings, store.read, now()), *_changes(store.read, now())]
    except OpstuiError:
        return  # the store's own check says why
    yield from found


def _secret(name: str, value: Mapping[str, object], folder: Path, environ: Mapping[str, str]) -> Check:
    try:
        reference = secrets.secret(dict(value), folder, name)
        if reference.kind == "command":
            return Check("secrets", name, "ok", f"from the command {reference.name}, which ran as the source was tried")
        secrets.reveal(reference, environ)
    except OpstuiError as error:
        return Check("secrets", name, "fail", f"{error.what}: {error.why}", error.next_step)
    where = {"env": f"the variable {reference.name}", "keyring": f"the keyring, as {secrets.SERVICE} {reference.name}"}
    return Check("secrets", name, "ok", f"is in {where.get(reference.kind, f'the private file {reference.name}')}")


def _port(parts: object) -> int | str | None:
    """The port of an address, empty without one, None when it is none."""
    try:
        return getattr(parts, "port") or ""  # noqa: B009  a property that raises
    except ValueError:
        return None


def _certificates(path: Path) -> Check:
    import ssl  # only who names a file of certificates pays for it

    try:
        ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        why = "it holds no certificate that can be read" if isinstance(error, ssl.SSLError) else error.strerror or str(error)
        return Check("network", "certificates", "fail", f"{path}: {why}", "Name a PEM file that you can read: [network] ca")
    if not os.access(path, os.R_OK):
        return Check("network", "certificates", "fail", f"{path} cannot be read", f"chmod u+r {path}")
    return Check("network", "certificates", "ok", str(path))


def _credentials(settings: Settings, conn: Connection, now: datetime) -> Iterator[Check]:
    known = sources.health(conn)
    for source in settings.sources:
        row = known.get(source.name)
        if not source.enabled or row is None or row.expires is None:
            continue
        left = (row.expires - now).total_seconds()
        day = f"{row.expires.astimezone(UTC):%d %b %Y}"
        whose = f"of {row.account} " if row.account else ""
        step = f"Make a new one at the source, then: opstui auth {source.name}"
        if left <= 0:
            yield Check("credentials", source.name, "fail", f"the one {whose}ended on {day}", step)
        elif left <= WARNINGS[-1][0].total_seconds():
            yield Check("credentials", source.name, "warn", f"the one {whose}ends in {span(left)}, on {day}", step)
        else:
            yield Check("credentials", source.name, "ok", f"the one {whose}ends on {day}")


def _changes(conn: Connection, now: datetime) -> Iterator[Check]:
    found = outbox.counts(conn)
    if not found:
        yield Check("outbox", "changes", "ok", "none is on its way")
    oldest = dict(conn.execute("SELECT source, min(at) FROM outbox WHERE state IN ('pending', 'sending') GROUP BY source"))
    for source, states in found.items():
        stuck = states.get("failed", 0) + states.get("conflict", 0)
        waiting = states.get("pending", 0) + states.get("sending", 0)
        if stuck:
            text = f"{plural(stuck, 'change')} came back and {'waits' if stuck == 1 else 'wait'} for a decision"
            yield Check("outbox", source, "warn", text, "opstui outbox shows them")
        if parked := states.get("parked", 0):
            text = f"{plural(parked, 'change')} made read-only {'is' if parked == 1 else 'are'} kept here"
            yield Check("outbox", f"{source} parked", "warn", text, "opstui outbox release sends them, drop forgets them")
        if waiting:
            age = now.timestamp() - oldest[source]
            text = f"{plural(waiting, 'change')} on {'its' if waiting == 1 else 'their'} way, the oldest for {span(age)}"
            late = age > LATE_S
            yield Check("outbox", f"{source} waiting", "warn" if late else "ok", text, f"opstui sync {source}" if late else "")
