"""Stopping a source for a while, without a change to the config: nobody pulls it, and nothing is sent to it."""

from __future__ import annotations

from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.desk.context import Context
from opstui.store import asks, journal, sources


def pause(at: Context, name: str) -> Receipt:
    """Leave a source alone from now on. It is written down who did so; the way back is ``resume``, not undo.

    Raises:
        Refused: there is no such source, it is switched off in the config, or it is paused already.
    """
    _known(at, name, "pause")
    if name in sources.paused(at.store.read):
        raise Refused(f"cannot pause {name}", "it is paused already", f"opstui source resume {name} ends that.")
    said = f"Paused {name}: it is neither pulled nor written to"
    with at.store.writing() as conn:
        sources.pause(conn, name, at.now())
        asks.take(conn, [name])
        group = journal.write(conn, (), at=at.now(), who=at.who, verb="pause", summary=said, undoable=False)
    return Receipt(group, "pause", (), (), said)


def resume(at: Context, name: str) -> Receipt:
    """Pull a source again: at once, if an engine runs, or as soon as one does.

    Raises:
        Refused: there is no such source, it is switched off in the config, or it is not paused.
    """
    _known(at, name, "resume")
    if name not in sources.paused(at.store.read):
        raise Refused(f"cannot resume {name}", "it is not paused", "opstui source list tells how it is.")
    said = f"Resumed {name}"
    with at.store.writing() as conn:
        sources.pause(conn, name, None)
        asks.ask(conn, [name], at.now())
        group = journal.write(conn, (), at=at.now(), who=at.who, verb="resume", summary=said, undoable=False)
    return Receipt(group, "resume", (), (), said)


def _known(at: Context, name: str, verb: str) -> None:
    source = next((one for one in at.settings.sources if one.name == name), None)
    if source is None:
        known = ", ".join(one.name for one in at.settings.sources) or "no source"
        raise Refused(f"cannot {verb} {name}", f"the config has {known}", "opstui source list names them.")
    if not source.enabled:
        step = f"Take enabled = false out of sources.{name} in the config."
        raise Refused(f"cannot {verb} {name}", "it is switched off in the config", step)
