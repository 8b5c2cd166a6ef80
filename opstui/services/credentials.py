"""A source's credential: which option it is, where it is kept, whether the source takes it, and how it is put there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.config import secrets
from opstui.config.secrets import Secret
from opstui.errors import ConfigError, UsageError
from opstui.services.plugins import Checked, check_plugin, check_source, keep_usage
from opstui.services.station import seconds

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.services.station import Station

OURS = frozenset({"keyring", "file"})
"""Kinds of references behind which opstui can put a secret."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One secret of a source. ``reference`` is None while the config has none; ``written`` is what is to be written there."""

    source: Source
    option: str
    reference: Secret | None
    written: Mapping[str, Any] | None = None

    @property
    def where(self) -> str:
        """Where it is kept, for a person."""
        if self.reference is None:
            return "nowhere yet"
        name = self.reference.name
        return {
            "env": f"the variable {name}",
            "keyring": f"the keyring, as {secrets.SERVICE} {name}",
            "file": f"the private file {name}",
            "command": f"what the command {name} prints",
        }[self.reference.kind]


def credential(source: Source, environ: Mapping[str, str], option: str = "") -> Credential:
    """The secret that a source takes; ``option`` says which where there are several.

    Raises:
        UsageError: it takes none, or several and none is named.
        ConfigError: the reference to it cannot be read.
    """
    info = check_plugin(source.connector, environ)
    if not info.ok:
        raise ConfigError(f"connector {source.connector!r} cannot be used", info.reason, info.next_step)
    found = [one for one in info.options if one.type == "secret"]
    if option:
        found = [one for one in found if one.name == option]
    names = [one.name for one in info.options if one.type == "secret"]
    if not names:
        raise UsageError(f"{source.name} takes no secret", f"the connector {source.connector} has no option for one")
    if not found:
        raise UsageError(f"{source.connector} has no secret {option!r}", f"it has {', '.join(names)}", "Name one with --option")
    if len(found) > 1:
        needed = [one for one in found if one.required or one.name in source.options]
        if len(needed) != 1:
            raise UsageError(f"{source.name} takes several secrets", ", ".join(names), "Say which: --option NAME")
        found = needed
    name = found[0].name
    given = source.options.get(name)
    if given is None:
        return Credential(source, name, None)
    return Credential(source, name, secrets.secret(given, source.folders.get(name, source.folder), name))


def placed(found: Credential, to: str, config: Path) -> Credential:
    """The same with where it will be kept: where it is, or at ``to``, or where this machine keeps secrets best.

    Raises:
        UsageError: it comes from somewhere that opstui does not write to.
        ConfigError: there is no keyring, or a file in the way.
    """
    kind = found.reference.kind if found.reference else ""
    if not to and kind in OURS:
        return found
    if not to and kind:
        step = "Change it there; opstui auth without --stdin tries it. Or keep it elsewhere: --to keyring or --to file"
        raise UsageError(f"the secret of {found.source.name} is {found.where}", "opstui does not write there", step)
    if kind and to == kind:
        return found
    ring = secrets.keyring_name() if to != "file" else ""
    if to == "keyring" and not ring:
        raise ConfigError("there is no keyring to keep it in", "this machine offers none that can be used", "Use --to file")
    name = f"{found.source.name}.{found.option}"
    if ring:
        return replace(found, reference=Secret("keyring", name), written={"keyring": name})
    path = config.absolute().parent / name
    if path.exists() and (not path.is_file() or path.stat().st_mode & 0o077):
        raise ConfigError(str(path), "something else is there already", "Move it out of the way, or write a reference yourself")
    return replace(found, reference=Secret("file", str(path)), written={"file": name})


def tried(station: Station, found: Credential, value: str | None) -> Checked:
    """Whether the source takes it: ``value``, which is kept nowhere yet, or without one what the reference gives."""
    return check_source(station, found.source, None if value is None else {found.option: value})


def keep(station: Station, found: Credential, value: str, config: Path) -> None:
    """Put it where it belongs, and say so in the user's own config file where that does not say it yet.

    Raises:
        ConfigError: it cannot be kept there, or the config cannot be changed.
    """
    from opstui.config import write

    assert found.reference is not None
    secrets.keep(found.reference, value)
    if found.written is not None:
        write.put_option(config, found.source.name, found.option, dict(found.written))


def renewed(station: Station, found: Credential, answer: Checked | None, expires: datetime | None) -> None:
    """A new credential is in place: forget the old one's end and what it led to, and go on with the source."""
    from opstui.services import troubles
    from opstui.store import sources

    name = found.source.name
    with station.store.writing() as conn:
        sources.renewed(conn, name, expires)
    go_on(station, name)
    if answer is not None:
        keep_usage(station.store, answer)
    ends = sources.health(station.store.read)[name].expires
    with station.store.writing() as conn:
        troubles.credential(conn, station, name, ends)


def go_on(station: Station, name: str) -> None:
    """A source may take its credential now: have it pulled, and what it refused sent, what is held not before its time."""
    from opstui.store import asks, sending

    now = station.now()
    with station.store.writing() as conn:
        asks.ask(conn, [name], now)
        held = now + timedelta(seconds=seconds(station.settings.outbox.hold))
        sending.hasten(conn, held, [name], settled=now + timedelta(seconds=station.limits.settle))
