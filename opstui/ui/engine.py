"""The app's engine: started after the first frame, asked to pull, listened to for what it is busy with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opstui.services.engine_client import EngineClient
    from opstui.services.workspace import Workspace

Told = Callable[[], None]


class Engine:
    """What the screen knows of the engine: which sources are being read, and why it is not running when it is not."""

    def __init__(self, workspace: Workspace, told: Told) -> None:
        self.reading: set[str] = set()
        """Sources that are being pulled now."""
        self.trouble = ""
        """Why there is no engine now, empty while there is one."""
        self._workspace = workspace
        self._told = told
        self._client: EngineClient | None = None

    async def run(self) -> None:
        """Start it and listen until it is stopped."""
        from opstui.services.engine_client import client_for

        at = self._workspace
        self._client = client_for(at.config, at.data_dir, at.now, at.flags)
        await self._client.start()
        async for event in self._client.events():
            source = str(event.get("source") or "")
            match event["event"]:
                case "started" if source:
                    self.reading.add(source)
                case "finished" | "failed" if source:
                    self.reading.discard(source)
                case "engine":
                    self.reading.clear()
                    self.trouble = "" if event.get("running") else str(event.get("why") or "it ended")
                case "applied":
                    pass
                case _:
                    continue
            self._told()

    def pull(self, name: str = "") -> str:
        """Ask for a source, or all of them, to be read now; gives the reason when that cannot be asked."""
        if self._client is None or self._client.pid is None:
            return self.trouble or "the engine is not running yet"
        self._client.send(f"pull {name}".strip())
        return ""

    async def stop(self) -> None:
        """End it with the app."""
        if self._client is not None:
            await self._client.stop()
