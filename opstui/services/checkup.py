"""What ``opstui doctor`` finds: store, config, plugins and sources, each check with a remedy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from opstui.config.rules import rules
from opstui.config.settings import Settings
from opstui.domain.format import plural, span
from opstui.domain.views import SourceState
from opstui.errors import OpstuiError
from opstui.services.station import Limits, Station
from opstui.store import backup, faults, kept, soundness
from opstui.store.db import STORE, Store

if TYPE_CHECKING:
    from opstui.config.load import Loaded
    from opstui.domain.urgency import Rules
    from opstui.services.plugins import Checked, PluginInfo

Condition = Literal["ok", "warn", "fail"]

LITTLE_ROOM = 200 << 20
"""Free bytes below which a disk is nearly full for a store that grows and is copied daily."""

OLD_BACKUP_S = 3 * 24 * 3600
REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it is, and what to do when it is not well."""

    area: str
    name: str
    state: Condition
    text: str
    next_step: str = ""
    details: tuple[str, ...] = ()


def of_store(data_dir: Path, now: Callable[[], datetime]) -> Iterator[Check]:
    """The file, its rights, its room and its copies. An absent one is not made."""
    path = data_dir / STORE
    try:
        if not Store.is_at(path):
            yield _no_store(path)
            return
        with Store.open(path, now=now, create=False) as store:
            found = soundness.look(store.read, path)
            trouble = "" if found.damage else kept.kept(store.read, kept.BACKUP_TROUBLE)
    except OpstuiError as error:
        yield Check("store", "file", "fail", _words(error), error.next_step)
        return
    size = f"{plural(found.items, 'item')}, {found.size / 1e6:.1f} MB, {path}"
    if found.damage:
        yield Check("store", "integrity", "fail", "the file is damaged", faults.way_back(path), found.damage)
    else:
        yield Check("store", "integrity", "ok", f"no damage found; {size}")
    yield _rights(path, found)
    yield _room(data_dir)
    yield _copies(data_dir / backup.FOLDER, now(), needed=found.owned)
    if trouble:
        step = f"Make {data_dir / backup.FOLDER} writable, with room; then opstui backup"
        yield Check("store", "daily backup", "fail", f"the last one failed: {trouble}", step)


def of_config(loaded: Loaded, path: Path) -> Iterator[Check]:
    """Every finding; without one, the files that were read."""
    for finding in loaded.findings:
        state: Condition = "fail" if finding.severity == "error" else "warn"
        where = ": ".join(part for part in (finding.where, finding.key) if part)
        yield Check("config", where, state, finding.why, finding.next_step)
    if not loaded.files:
        yield Check("config", "file", "warn", f"there is none at {path}", "opstui init writes one")
    elif not loaded.findings:
        yield Check("config", "file", "ok", ", ".join(map(str, loaded.files)))


def of_plugins(found: list[PluginInfo], settings: Settings) -> Iterator[Check]:
    """Every connector; a broken one fails the check-up when a source needs it."""
    used = {source.connector for source in settings.sources if source.enabled}
    for one in found:
        if one.ok:
            yield Check("plugins", one.name, "ok", f"{one.title}, {one.distribution} {one.version}")
        else:
            yield Check("plugins", one.name, "fail" if one.name in used else "warn", one.reason, one.next_step)


def of_sources(loaded: Loaded, data_dir: Path, now: Callable[[], datetime], environ: Mapping[str, str]) -> Iterator[Check]:
    """Each source tried without pulling it, with its health and what it refused."""
    from opstui.services.plugins import check_sources

    settings = loaded.settings
    store = Store(data_dir / STORE, now)
    station = Station(settings, _rules(settings), store, now, environ, Limits())
    known, refused = _health(settings, store.path, now)
    for source in settings.sources:
        if not source.enabled:
            yield Check("sources", source.name, "ok", "switched off (enabled = false)")
            continue
        (tried,) = check_sources(station, [source.name])
        yield _source(tried, known.get(source.name), source.required, now())
        if lines := refused.get(source.name):
            count = known[source.name].refused
            text = f"{plural(count, 'record')} of {source.name} did not come in"
            step = "Mend them where they come from, or the source's options; the next pull reads them again"
            yield Check("sources", f"{source.name} refused", "warn", text, step, lines)
    yield from (_missing(one) for one in known.values() if one.state == "gone")


def _missing(source: SourceState) -> Check:
    return Check("sources", source.name, "warn", f"{source.what}; {source.why}", source.next_step)


def _no_store(path: Path) -> Check:
    there = next((one for one in path.parents if one.exists()), path.parent)
    if not os.access(there, os.W_OK):
        return Check("store", "file", "fail", f"{there} cannot be written", "Name another folder with --data-dir")
    return Check("store", "file", "ok", f"not there yet; the first sync makes {path}")


def _rights(path: Path, found: soundness.Look) -> Check:
    wrong = []
    if found.file_mode & 0o077:
        wrong.append(f"chmod 600 {path}")
    if found.folder_mode & 0o077:
        wrong.append(f"chmod 700 {path.parent}")
    modes = f"file {found.file_mode:04o}, folder {found.folder_mode:04o}"
    if wrong:
        return Check("store", "mode", "warn", f"{modes}: others on this machine can look into it", " && ".join(wrong))
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return Check("store", "mode", "fail", f"{modes}, and you may not write it", "Make both writable for you")
    return Check("store", "mode", "ok", modes)


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        return Check("store", "room", "warn", f"only {free / 1e6:.0f} MB are free on its disk", "Make some room")
    return Check("store", "room", "ok", f"{free / 1e9:.1f} GB free")


def _copies(folder: Path, now: datetime, *, needed: bool) -> Check:
    found = backup.backups(folder)
    if not found and not needed:
        return Check("store", "backups", "ok", "none; nothing was decided yet that the sources could not give back")
    if not found:
        return Check("store", "backups", "warn", f"none in {folder}", "opstui backup makes one; the engine makes one a day")
    age = now.timestamp() - found[0].stat().st_mtime
    made = datetime.fromtimestamp(found[0].stat().st_mtime, UTC)
    text = f"{len(found)}, the newest {found[0].name}"
    if age > OLD_BACKUP_S:
        return Check("store", "backups", "warn", f"{text} is {span(age)} old ({made:%d %b %Y})", "opstui backup makes one")
    return Check("store", "backups", "ok", text)


def _source(tried: Checked, known: SourceState | None, required: bool, now: datetime) -> Check:
    """One source's line: whether it answers now, and how its last pull went."""
    age = f"pulled {span((now - known.last_ok).total_seconds())} ago" if known and known.last_ok else "never pulled"
    held = f", {plural(known.items, 'item')} here" if known else ""
    if not tried.ok:
        return Check("sources", tried.source, "fail" if required else "warn", f"{tried.text} ({age}{held})", tried.next_step)
    if known is not None and known.paused:
        since = span((now - known.paused).total_seconds())
        text = f"{tried.text}; paused for {since} ({age}{held})"
        return Check("sources", tried.source, "warn", text, f"opstui source resume {tried.source}")
    step = f"opstui sync {tried.source}"
    text = f"{tried.text}; {age}{held}"
    if known is None or known.state in ("ok", "syncing"):
        return Check("sources", tried.source, "ok" if known else "warn", text, "" if known else step)
    why = ": ".join(part for part in (known.what, known.why) if part)
    said = f"{text}; {known.state}" + (f": {why}" if why else "")
    return Check("sources", tried.source, "warn", said, step)


def _health(
    settings: Settings, path: Path, now: Callable[[], datetime]
) -> tuple[dict[str, SourceState], dict[str, tuple[str, ...]]]:
    """How each source's last pull went and the first of what it refused; nothing when the store cannot tell."""
    from opstui.services.desk import Desk

    try:
        if not Store.is_at(path):
            return {}, {}
        with Store.open(path, now=now, create=False) as store:
            desk = Desk(store, settings, now=now)
            known = {one.name: one for one in desk.sources()}
            refused = {
                name: tuple(f"{where}: {reason}" for where, reason, _ in desk.refusals(name, REASONS_SHOWN))
                for name, one in known.items()
                if one.refused
            }
    except OpstuiError:
        return {}, {}  # the store's own check says why
    return known, refused


def _rules(settings: Settings) -> Rules:
    """Rules for a station that pulls nothing: where the config has mistakes, the usual ones do."""
    try:
        return rules(settings)
    except OpstuiError:
        return rules(Settings())


def _words(error: OpstuiError) -> str:
    return ": ".join(part for part in (error.what, error.why) if part)
