"""A source's options seen by its connector, in a process of its own: what is wrong with them, and what it suggests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.config.findings import Finding, dotted
from opstui.connectors import registry
from opstui.errors import ConfigError, PluginError, SourceRefused, SourceUnavailable
from opstui.services.job import Event, Job, Task
from opstui.services.plugins import TIMEOUT_S, run
from opstui.services.probe import answer_of

if TYPE_CHECKING:
    from opstui.config.load import Loaded
    from opstui.config.settings import Source
    from opstui.connectors.api import Network, Suggestion

READING_S = 120.0
"""How long a connector may look at a source before it suggests something."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A source that is not in a config yet. Relative paths count from ``folder``."""

    name: str
    connector: str
    options: Mapping[str, Any]
    folder: Path
    timezone: str = "UTC"
    network: Network | None = None
    """How to reach it; None: as the environment says."""


def look_over(loaded: Loaded, environ: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """What the connectors of a configuration say about the options of their sources; a broken one is a finding too."""
    found: list[Finding] = []
    for source in loaded.settings.sources:
        if source.enabled:
            found += _of_source(loaded, source, environ)
    return tuple(found)


def suggest(draft: Draft, environ: Mapping[str, str] = os.environ, *, timeout: float = READING_S) -> Suggestion:
    """Let a connector look at a source and say how it should be configured.

    Raises:
        ConfigError: the options are wrong; it carries every finding.
        PluginError: the connector is not known, cannot be used, or broke.
        SourceRefused, SourceUnavailable: the source cannot be read.
    """
    check(draft, environ)
    events = _ask(Task.SUGGEST, draft, environ, timeout)
    _raise_failure(draft, events)
    found = answer_of(events)
    if found is None:
        raise PluginError(f"connector {draft.connector!r} suggested nothing that can be read", "", "Tell its author.")
    return found


def check(draft: Draft, environ: Mapping[str, str] = os.environ) -> None:
    """Let a connector look at options, and at nothing else.

    Raises:
        ConfigError: they are wrong; it carries every finding.
        PluginError: the connector is not known, cannot be used, or broke.
    """
    events = _ask(Task.LOOK_OVER, draft, environ, TIMEOUT_S)
    if wrong := [event for event in events if event["event"] == "wrong"]:
        lines = tuple(f"{event['key']}: {event['why']}" for event in wrong)
        step = f"Its options: opstui plugin check {draft.connector}"
        raise ConfigError(f"{draft.connector} does not take these options", "; ".join(lines), step, findings=lines)
    _raise_failure(draft, events)


def _of_source(loaded: Loaded, source: Source, environ: Mapping[str, str]) -> list[Finding]:
    path = ("sources", source.name)
    draft = Draft(source.name, source.connector, source.options, source.folder)
    found: list[Finding] = []
    for event in _ask(Task.LOOK_OVER, draft, environ, TIMEOUT_S, source.folders):
        if event["event"] == "wrong":
            key = (*path, *str(event["key"]).split(".", 1))
            found.append(Finding("error", loaded.provenance.where(key), dotted(key), str(event["why"])))
        elif event["event"] == "failed":
            key, step = (*path, "connector"), str(event.get("next_step") or "")
            why = ": ".join(str(event[part]) for part in ("what", "why") if event.get(part))
            found.append(Finding("error", loaded.provenance.where(key), dotted(key), why, step))
    return found


def _ask(
    task: Task, draft: Draft, environ: Mapping[str, str], timeout: float, folders: Mapping[str, Path] | None = None
) -> list[Event]:
    """The events of one worker; a connector that nobody offers is a ``failed`` one."""
    try:
        offer = registry.find(draft.connector)
    except PluginError as error:
        return [{"event": "failed", "state": "broken", "what": error.what, "why": error.why, "next_step": error.next_step}]
    job = Job(
        task,
        draft.name,
        draft.connector,
        os.getpid(),
        draft.options,
        draft.folder,
        folders or {},
        draft.timezone,
        offer=offer,
        network=draft.network,
    )
    return run(job, environ, timeout)


def _raise_failure(draft: Draft, events: list[Event]) -> None:
    for event in events:
        if event["event"] == "failed":
            what, why, step = (str(event.get(part) or "") for part in ("what", "why", "next_step"))
            if event.get("state") == "refused":
                raise SourceRefused(what, why, step)
            if event.get("state") == "failed" and event.get("retry_after") is not None:
                raise SourceUnavailable(what, why, step)
            raise PluginError(what, why, step, plugin=draft.connector)
