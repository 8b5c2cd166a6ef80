"""The app's end of the engine: it keeps one alive, hears it, and lets go of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from opstui.services.engine_client import EngineClient, client_for, engine_command
from opstui.services.job import Event
from tests.support.engine import PACE, gone, python_path
from tests.support.plugin import install

QUICK = (0.05, 0.05)


def _client(code: str) -> EngineClient:
    return EngineClient([sys.executable, "-c", code], os.environ, pauses=QUICK)


async def _until(client: EngineClient, event: str, **fields: Any) -> Event:
    async def look() -> Event:
        async for one in client.events():
            if one["event"] == event and all(one.get(name) == value for name, value in fields.items()):
                return one
        raise AssertionError(f"no {event}")

    return await asyncio.wait_for(look(), 10)


async def test_a_real_engine_is_started_spoken_to_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = install(tmp_path / "plugins", "good", "def pull(self, cursor, known):\n    yield Page((self.item(1),))")
    (tmp_path / "config.toml").write_text('[[sources]]\nname = "a"\nconnector = "good"\n')
    monkeypatch.setenv("PYTHONPATH", python_path(plugins))
    monkeypatch.setenv("OPSTUI_ENGINE_LIMITS", PACE)
    client = client_for(tmp_path / "config.toml", tmp_path)
    await client.start()
    await _until(client, "engine", running=True)
    assert (await _until(client, "finished"))["added"] == 1
    client.send("pull a")
    assert (await _until(client, "finished"))["unchanged"] == 1
    pid = client.pid
    assert pid is not None
    await client.stop()
    assert gone(pid)
    assert client.pid is None


async def test_one_that_dies_is_started_again_and_the_reason_kept() -> None:
    client = _client("import sys; print('no such store', file=sys.stderr); sys.exit(1)")
    await client.start()
    died = await _until(client, "engine", running=False)
    assert died["why"] == "the engine ended with exit code 1: no such store"
    assert client.trouble == died["why"]
    await _until(client, "engine", running=True)
    assert (await _until(client, "engine", running=False))["why"] == died["why"]
    await client.stop()


async def test_a_kill_is_told_and_another_one_comes() -> None:
    client = _client("import sys; sys.stdin.read()")
    await client.start()
    await _until(client, "engine", running=True)
    first = client.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert "signal 9" in (await _until(client, "engine", running=False))["why"]
    await _until(client, "engine", running=True)
    assert client.pid not in (None, first)
    await client.stop()


async def test_what_is_no_event_is_passed_over_however_long() -> None:
    client = _client(
        "import sys; print('x' * 300000); print('[]'); print('{\"event\": \"idle\"}', flush=True); sys.stdin.read()"
    )
    await client.start()
    await _until(client, "idle")
    await client.stop()


async def test_a_program_that_is_not_there_is_a_reason_too() -> None:
    client = EngineClient(["/nowhere/python"], os.environ, pauses=QUICK)
    await client.start()
    assert "cannot be started" in (await _until(client, "engine", running=False))["why"]
    client.send("pull")
    await client.stop()


async def test_one_that_does_not_listen_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opstui.services.engine_client.STOP_S", 0.2)
    client = _client("import time; time.sleep(600)")
    await client.start()
    await _until(client, "engine", running=True)
    pid = client.pid
    assert pid is not None
    await client.stop()
    assert gone(pid)


async def test_events_that_nobody_takes_do_not_pile_up() -> None:
    code = """
import json, sys
for i in range(3000):
    print(json.dumps({"event": "progress"}))
print(json.dumps({"event": "idle"}), flush=True)
sys.stdin.read()
"""
    client = _client(code)
    await client.start()
    async with asyncio.timeout(20):
        # What it has put away it tells nobody, so it is looked at.
        while not (waiting := list(client._events._queue)) or waiting[-1]["event"] != "idle":  # type: ignore[attr-defined] # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(waiting) < 3000
    await _until(client, "idle")
    await client.stop()


LONG = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print('{"event":"idle"}', flush=True)
sys.stdin.read()
signal.pause()
"""
"""An engine with a long farewell: it ends when it is told that nobody waits."""


async def test_it_is_waited_for_as_long_as_was_asked_and_ends_sooner_when_nobody_waits() -> None:
    client = _client(LONG)
    await client.start()
    await _until(client, "idle")
    pid = client.pid
    assert pid is not None
    ending = asyncio.create_task(client.stop(60))
    await asyncio.sleep(0)  # it waits now
    os.kill(pid, 0)
    client.hurry()
    await asyncio.wait_for(ending, 10)
    assert gone(pid)


async def test_one_that_does_not_end_by_then_is_ended() -> None:
    client = _client(LONG.replace("lambda *_: sys.exit(3)", "signal.SIG_IGN"))
    await client.start()
    await _until(client, "idle")
    pid = client.pid
    assert pid is not None
    await asyncio.wait_for(client.stop(0.05), 10)
    assert gone(pid)


def test_an_engine_of_a_readonly_app_is_readonly() -> None:
    assert "--readonly" in engine_command(readonly=True) and "--readonly" not in engine_command()
