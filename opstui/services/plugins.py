"""What ``opstui plugin list`` and ``plugin check`` tell: each connector is looked at in a process of its own."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from opstui.connectors import registry
from opstui.connectors.registry import Offer
from opstui.domain.text import clean_line
from opstui.errors import PluginError, UsageError
from opstui.services.child import Child
from opstui.services.job import GIVEN, Event, Job, Task
from opstui.services.station import Station, seconds
from opstui.services.usage import usage_of

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.store.db import Store
    from opstui.store.sources import Usage

TIMEOUT_S = 20.0
CHECK_S = 60.0
"""How long a source may take to be tried."""


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option as ``plugin check`` shows it."""

    name: str
    type: str
    help: str
    required: bool
    example: Any = None


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One line of ``plugin list``. ``reason`` is empty when ``ok``."""

    name: str
    version: str
    ok: bool
    reason: str = ""
    distribution: str = ""
    title: str = ""
    next_step: str = ""
    verbs: tuple[str, ...] = ()
    options: tuple[OptionInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """One source tried without pulling it."""

    source: str
    ok: bool
    text: str
    next_step: str = ""
    state: str = "ok"
    """``ok``, or the state a source would be in: failed, refused or broken."""
    what: str = ""
    why: str = ""
    usage: Usage | None = None
    """What the source said of our use of it: whose credential it is, and when it ends."""


def list_plugins(environ: Mapping[str, str] = os.environ, *, timeout: float = TIMEOUT_S) -> list[PluginInfo]:
    """Every installed connector, loaded one by one where it can do no harm; a broken one with its reason."""
    return [inspect(offer, environ, timeout=timeout) for offer in registry.offers()]


def check_plugin(name: str, environ: Mapping[str, str] = os.environ, *, timeout: float = TIMEOUT_S) -> PluginInfo:
    """One connector by its name.

    Raises:
        UsageError: nobody offers it.
    """
    try:
        return inspect(registry.find(name), environ, timeout=timeout)
    except PluginError as error:
        raise UsageError(error.what, error.why, error.next_step) from error


def inspect(offer: Offer, environ: Mapping[str, str], *, timeout: float = TIMEOUT_S) -> PluginInfo:
    """Load what an offer points at, in a worker, and tell what it declares."""
    info = PluginInfo(offer.name, offer.version, False, distribution=offer.distribution)
    found: list[OptionInfo] = []
    for event in run(Job(Task.DESCRIBE, "", offer.name, os.getpid(), offer=offer), environ, timeout):
        match event["event"]:
            case "described":
                info = replace(info, title=str(event.get("title", "")), verbs=tuple(event.get("verbs", ())))
            case "option":
                required = bool(event["required"])
                found.append(OptionInfo(event["name"], event["type"], event["help"], required, event.get("example")))
            case "finished":
                info = replace(info, ok=True, options=tuple(found))
            case "failed":
                info = replace(info, reason=str(event.get("why") or event.get("what")), next_step=str(event.get("next_step")))
    return info


def check_sources(station: Station, names: Sequence[str] = ()) -> list[Checked]:
    """Try sources, all enabled ones without a name, without pulling them."""
    from opstui.services.once import chosen

    return [check_source(station, source) for source in chosen(station, names)]


def check_source(station: Station, source: Source, given: Mapping[str, str] | None = None) -> Checked:
    """Try one source in a worker. ``given`` holds secrets to try it with, by option, instead of those it refers to."""
    given = given or {}
    options = {**source.options, **{name: {GIVEN: name} for name in given}}
    job = replace(station.job(source, Task.CHECK), options=options, given=given)
    found = Checked(source.name, False, "it ended without a word", state="broken")
    usage = None
    for event in run(job, station.worker_environ(source), min(seconds(source.timeout), CHECK_S)):
        if event["event"] == "usage":
            usage = usage_of(event)
        elif event["event"] == "checked":
            found = Checked(source.name, True, clean_line(str(event.get("text", ""))))
        elif event["event"] == "failed":
            what, why, step = (clean_line(str(event.get(key) or "")) for key in ("what", "why", "next_step"))
            words = ": ".join(filter(None, (what.removeprefix(f"{source.name}: "), why)))  # whoever tells it names the source
            found = Checked(source.name, False, words, step, str(event.get("state") or "failed"), what, why)
    return replace(found, usage=usage)


def keep_usage(store: Store, checked: Checked) -> None:
    """Keep whose credential it is and when it ends, if the source said so."""
    from opstui.store import sources

    if checked.usage is not None:
        with store.writing() as conn:
            sources.used(conn, checked.source, checked.usage)


def run(job: Job, environ: Mapping[str, str], timeout: float) -> list[Event]:
    """A worker's events from start to end; one that dies or hangs ends with a ``failed`` that says so."""
    child = Child(environ)
    child.give(job)
    events: list[Event] = []
    deadline = time.monotonic() + timeout
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child.out, selectors.EVENT_READ, child.events)
            selector.register(child.err, selectors.EVENT_READ, child.keep_log)
            while time.monotonic() < deadline and not child.out_ended:
                for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                    events.extend(key.data() or ())
                    if child.err_ended and child.err.fileno() in selector.get_map():
                        selector.unregister(child.err)
    finally:
        hung = not child.out_ended
        if not hung:
            child.settle(1.0)
        code = child.ended()
        child.close()
    if not any(event["event"] in ("finished", "failed") for event in events):
        why = f"no sign of life for {timeout:.0f} s" if hung else f"its process ended with exit code {code}"
        origin = next((f" of {event.get('origin')}" for event in events if event["event"] == "offer"), "")
        what, step = f"connector {job.connector!r}{origin} broke", "Tell its author."
        events.append({"event": "failed", "state": "failed", "what": what, "why": why, "next_step": step})
    return events
