"""The app's engine: started after the first frame, asked to pull, listened to for what it is busy with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opstui.services.engine_client import EngineClient
    from opstui.services.workspace import Workspace

Told = Callable[[], None]
NOTHING = "nothing new"
Ended = Callable[[str, str], None]
"""Told what came of a read that was asked for, and in which tone."""
Event = Mapping[str, Any]
Heard = Callable[[Event], None]
Far = tuple[int, int | None, str]
"""How far a pull is: done, of how many as far as that is known, of what."""
WAITED = "s waited"
"""What is counted while a worker only waits to ask again."""


class Engine:
    """What the screen knows of the engine: which sources are being read, and why it is not running when it is not."""

    def __init__(self, workspace: Workspace, told: Told, ended: Ended = lambda text, tone: None) -> None:
        self.reading: dict[str, str] = {}
        """Sources that are being pulled now, and how far each one is as far as it says."""
        self.trouble = ""
        """Why there is no engine now, empty while there is one."""
        self.far: dict[str, Far] = {}
        """How far each source is that is being read."""
        self.asks: dict[str, datetime] = {}
        """When a source is asked again that lets what is sent to it wait."""
        self.tested: dict[str, tuple[Event, datetime]] = {}
        """What came of the last test of each source's credentials, and when."""
        self.testing: set[str] = set()
        """Sources whose credentials are being tried."""
        self.elsewhere = False
        """Whether another engine does the work, on this store too."""
        self._waiting: dict[str, Heard] = {}
        """Who waits for the transitions of an item, by its ref."""
        self._workspace = workspace
        self._told = told
        self._ended = ended
        self._asked: set[str] = set()
        self._came: list[tuple[str, str, bool]] = []
        """What was asked for and is over: its name, what came of it, and whether it failed."""
        self._client: EngineClient | None = None

    async def run(self) -> None:
        """Start it and listen until it is stopped."""
        from opstui.services.engine_client import client_for

        at = self._workspace
        self._client = client_for(at.config, at.data_dir, at.now, at.flags, readonly=at.readonly)
        await self._client.start()
        async for event in self._client.events():
            if self.hear(event):
                self._told()

    def hear(self, event: Event) -> bool:
        """Keep what an event says; gives whether the screen now says something else."""
        source = str(event.get("source") or "")
        match event["event"]:
            case "started" if source:
                self.reading[source] = ""
                self.far[source] = (0, None, "")
            case "progress" if source in self.reading:
                far = how_far(event)
                self.far[source] = progress_of(event)
                if self.reading[source] == far != "waits":
                    return False
                self.reading[source] = far
            case "progress" if source and event.get("unit") == WAITED:  # what is sent to it waits, as when it says 429
                done, total, _ = progress_of(event)
                self.asks[source] = self._workspace.now() + timedelta(seconds=(total or 0) - done)
            case "pushed" if source in self.asks:
                del self.asks[source]
            case "finished" | "failed" if source:
                self.reading.pop(source, None)
                self.far.pop(source, None)
                self._over(source, event)
            case "moves":
                if waits := self._waiting.pop(str(event.get("ref") or ""), None):
                    waits(event)
                return False
            case "checked" if source:
                self.testing.discard(source)
                self.tested[source] = (event, self._workspace.now())
                said = "it answered" if event.get("ok") else str(event.get("what") or "the test failed")
                self._ended(f"{source} was tested: {said}.", "text" if event.get("ok") else "error")
            case "lease":
                self.elsewhere = not event.get("held")
                return False
            case "engine":
                for gone in (self.reading, self.far, self.asks, self._asked, self.testing):
                    gone.clear()
                self._give_up()
                self.trouble = "" if event.get("running") else str(event.get("why") or "it ended")
            case "applied":
                pass
            case _:
                return False
        return True

    def far_of(self, source: str, now: datetime) -> Far | None:
        """How far the reading of a source is, or when it is asked again where what is sent to it waits; None at rest."""
        if source in self.far or source not in self.asks:
            return self.far.get(source)
        left = round((self.asks[source] - now).total_seconds())
        return (0, left, WAITED) if left > 0 else None

    def _over(self, source: str, event: Event) -> None:
        """Tell what came of it when the last one that was asked for is over."""
        if source not in self._asked:
            return
        self._asked.discard(source)
        self._came.append((source, outcome(event), event["event"] == "failed"))
        if not self._asked:
            came, self._came = self._came, []
            self._ended(together(came), "error" if any(failed for _, _, failed in came) else "text")

    def _give_up(self) -> None:
        """Nobody answers what was asked of an engine that ended."""
        waiting, self._waiting = self._waiting, {}
        for ref, waits in waiting.items():
            waits({"event": "moves", "ref": ref, "what": "the engine ended before it could ask"})

    @property
    def why_not(self) -> str:
        """Why nothing can be asked of it now, empty when it can."""
        if self._client is None or self._client.pid is None:
            return self.trouble or "the engine is not running yet"
        return ""

    def ask_moves(self, ref: str, told: Heard) -> str:
        """Ask a source for the transitions of an item: ``told`` gets the answer; gives the reason when it cannot be asked."""
        if why := self.why_not:
            return why
        self._waiting[ref] = told
        self._send(f"moves {ref}")
        return ""

    def forget_moves(self, ref: str) -> None:
        """Who asked for them waits no more."""
        self._waiting.pop(ref, None)

    def check(self, name: str) -> str:
        """Have a source's credentials tried; gives the reason when that cannot be asked."""
        if not (why := self.why_not):
            self.testing.add(name)
            self._send(f"check {name}")
        return why

    def push(self) -> str:
        """Have everything that waits sent now, held or not."""
        if not (why := self.why_not):
            self._send("push")
        return why

    def _send(self, word: str) -> None:
        if self._client is not None:
            self._client.send(word)

    def pull(self, name: str = "") -> str:
        """Ask for a source, or all of them, to be read now; gives the reason when that cannot be asked."""
        if why := self.why_not:
            return why
        self._send(f"pull {name}".strip())
        enabled = {source.name for source in self._workspace.settings.sources if source.enabled}
        self._asked |= {name} if name else enabled
        return ""

    async def stop(self, patience: float | None = None) -> None:
        """End it with the app; with ``patience`` it has so many seconds to send what waits."""
        if self._client is not None:
            await self._client.stop(patience)

    def hurry(self) -> None:
        """Whoever waits for its end does not want to any more: it leaves what it has not sent."""
        if self._client is not None:
            self._client.hurry()


def progress_of(event: Event) -> Far:
    """How far a pull is, as far as what it says are numbers."""
    done, total = event.get("done"), event.get("total")
    number = done if isinstance(done, int) and done > 0 else 0
    return number, total if isinstance(total, int) and total > 0 else None, str(event.get("unit") or "")


def how_far(event: Event) -> str:
    """``42 %`` of what is known to come, else how many: ``12,000 rows``; ``waits`` while the source does not answer."""
    done, total = event.get("done"), event.get("total")
    if event.get("unit") == WAITED:  # no part of what there is to read
        return "waits"
    if not isinstance(done, int) or not done:
        return ""
    if isinstance(total, int) and total > 0:
        return f"{min(100 * done // total, 100)} %"
    return f"{done // 1000 * 1000 or done:,} {event.get('unit') or ''}".rstrip()


def together(came: Sequence[tuple[str, str, bool]]) -> str:
    """What came of several sources in a sentence: failures first, those without news only counted."""
    ordered = sorted(came, key=lambda one: not one[2])
    told = [f"{source}: {said}" for source, said, _ in ordered if said != NOTHING or len(came) == 1]
    if still := len(came) - len(told):
        told.append(f"{still} {'others' if told else 'sources'}: {NOTHING}")
    return f"{'; '.join(told)}."


def outcome(event: Event) -> str:
    """``2 added, 1 changed``, ``nothing new``, or why it failed and what helps."""
    if event["event"] == "failed":
        said = ". ".join(str(event[key]).rstrip(".") for key in ("what", "why", "next_step") if event.get(key)) or "it failed"
        return said.removeprefix(f"{event.get('source')}: ")  # its name stands before it already
    parts = [f"{event[key]:,} {key}" for key in ("added", "changed", "refused") if event.get(key)]
    return ", ".join(parts) or NOTHING
