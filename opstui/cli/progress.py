"""What a sync tells a person while it works: one living line per pull on a terminal, plain sentences elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any

from opstui.cli.output import cut
from opstui.cli.streams import say as narrate
from opstui.domain.text import clean_line

BAR = 18
FRAME_S = 0.1


class Progress:
    """Hears the engine's events; ``close`` leaves the line empty."""

    def __init__(self) -> None:
        self.living = sys.stderr is not None and sys.stderr.isatty()
        self.running: dict[str, str] = {}
        self._drawn = 0.0
        self._shown = ""

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event of the engine."""
        name, kind = str(event.get("source", "")), event["event"]
        if kind == "started":
            self.running[name] = f"{name} …"
        elif kind == "progress":
            self.running[name] = f"{name} {_bar(event.get('done') or 0, event.get('total'), str(event.get('unit', '')))}"
        elif kind in ("finished", "failed"):
            self.running.pop(name, None)
            self.say(_ended(event))
        elif kind == "lease" and not event.get("held"):
            self.say(f"another opstui is pulling already ({event.get('holder')}); asked it to pull now and waiting for it")
        elif kind == "waiting":
            self.say(f"waiting for {name}: {event.get('why')}")
        elif kind == "config":
            self.say(
                "went by the config that has changed" if event.get("ok") else f"the old config counts on: {_trouble(event)}"
            )
        self._draw(force=kind != "progress")

    def say(self, text: str) -> None:
        """A sentence that stays."""
        self._clear()
        narrate(f"opstui: {text}")

    def close(self) -> None:
        """Nothing more comes."""
        self.running.clear()
        self._clear()

    def _clear(self) -> None:
        if self.living and self._shown:
            self._shown = ""
            _put("\r\x1b[K")

    def _draw(self, *, force: bool) -> None:
        now = time.monotonic()
        if not self.living or (not force and now - self._drawn < FRAME_S):
            return
        self._drawn = now
        line = cut(clean_line("   ".join(self.running.values())), shutil.get_terminal_size().columns - 1)
        if line != self._shown:
            self._shown = line
            _put(f"\r{line}\x1b[K")


def _put(text: str) -> None:
    """Our own control codes, to the terminal that stderr is."""
    sys.stderr.write(text)
    sys.stderr.flush()


def _bar(done: int, total: int | None, unit: str) -> str:
    """``████░░░░ 40,000 of 100,000 rows``, or how many so far."""
    if not total:
        return f"{done:,} {unit}"
    full = min(BAR, BAR * done // total)
    whole, empty = ("█", "░") if (sys.stderr.encoding or "").lower().startswith("utf") else ("#", ".")
    return f"{whole * full}{empty * (BAR - full)} {done:,} of {total:,} {unit}"


def _refused(standing: int, before: int) -> str:
    """What did not come in, now and at earlier pulls: it stays out until it is mended."""
    told = [f"{standing - before:,} refused"] if standing > before else []
    told += [f"{before:,} refused before"] if before else []
    return f", {', '.join(told)} (opstui doctor says why)" if told else ""


def _ended(event: Mapping[str, Any]) -> str:
    """How a pull ended, in a sentence."""
    name = event["source"]
    counts = f"{event.get('added', 0):,} added, {event.get('changed', 0):,} changed, {event.get('unchanged', 0):,} same"
    refused = _refused(event.get("refused", 0), event.get("refused_before", 0))
    if event["event"] == "finished":
        return f"{name}: {counts}{refused}, {event.get('seconds', 0):.1f} s"
    came = f" ({counts}{refused})" if event.get("added") or event.get("changed") or event.get("unchanged") else ""
    return f"{name}: failed: {_trouble(event)}{came}"


def _trouble(event: Mapping[str, Any]) -> str:
    """What went wrong and what to do, in sentences."""
    what = str(event.get("what") or "").removeprefix(f"{event.get('source')}: ")  # whoever tells it names the source
    why = ": ".join(filter(None, (what, str(event.get("why") or ""))))
    step = str(event.get("next_step") or "").rstrip(".")
    return f"{why}." + (f" {step}." if step else "")
