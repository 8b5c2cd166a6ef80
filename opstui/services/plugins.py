"""What ``opstui plugin list`` and ``plugin check`` tell: each connector is looked at in a process of its own."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from opstui.connectors import registry
from opstui.connectors.registry import Offer
from opstui.errors import PluginError, UsageError
from opstui.services.child import Child
from opstui.services.job import Event, Job, Task
from opstui.services.station import Station, seconds

TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option as ``plugin check`` shows it."""

    name: str
    type: str
    help: str
    required: bool


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
                found.append(OptionInfo(event["name"], event["type"], event["help"], bool(event["required"])))
            case "finished":
                info = replace(info, ok=True, options=tuple(found))
            case "failed":
                info = replace(info, reason=str(event.get("why") or event.get("what")), next_step=str(event.get("next_step")))
    return info


def check_sources(station: Station, names: Sequence[str] = ()) -> list[Checked]:
    """Try sources, all enabled ones without a name, without pulling them."""
    from opstui.services.once import chosen

    results = []
    for source in chosen(station, names):
        job = station.job(source, Task.CHECK)
        checked = Checked(source.name, False, "it ended without a word")
        for event in run(job, station.worker_environ(source), min(seconds(source.timeout), 60.0)):
            if event["event"] == "checked":
                checked = Checked(source.name, True, str(event.get("text", "")))
            elif event["event"] == "failed":
                words = ": ".join(str(event[key]) for key in ("what", "why") if event.get(key))
                checked = Checked(source.name, False, words, str(event.get("next_step") or ""))
        results.append(checked)
    return results


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
        events.append(
            {"event": "failed", "what": f"connector {job.connector!r} broke", "why": why, "next_step": "Tell its author."}
        )
    return events
