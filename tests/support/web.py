"""Clients for tests of HTTP: a context that remembers what it was told, and little patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opstui.connectors.api import Context, Network, Usage
from opstui.connectors.http import Http
from opstui.domain.model import Person
from tests.support.faults import Request, Response

PATIENCE = "0.01"
"""What ``OPSTUI_HTTP_PATIENCE`` should be: 30 s are 0.3 s."""

LONG = 3000.0
"""A time-out that is never reached; ``SHORT`` is for those that shall be."""

SHORT = 20.0


@dataclass
class Told:
    """What a connector said besides its pages."""

    progress: list[tuple[int, int | None, str]] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)

    def context(self, network: Network | None = None, people: tuple[Person, ...] = ()) -> Context:
        """A context that tells this."""
        return Context(
            "desk",
            UTC,
            lambda: datetime.now(UTC),
            Path(),
            progress=lambda done, total, unit: self.progress.append((done, total, unit)),
            usage=self.usage.append,
            network=network or Network(),
            people=people,
        )


def client(url: str, told: Told | None = None, network: Network | None = None, **more: Any) -> Http:
    """A client of a server, with long time-outs unless ``more`` says otherwise."""
    values: dict[str, Any] = {"timeout": LONG, "auth": ("ana@example.com", "s3cr3t-t0ken"), **more}
    return Http(url, (told or Told()).context(network), **values)


class Counter:
    """A fake that counts what was applied and answers with what it was sent."""

    def __init__(self) -> None:
        self.applied: list[str] = []

    def handle(self, request: Request) -> Response:
        """The request as JSON."""
        self.applied.append(f"{request.method} {request.path}")
        said = {"n": len(self.applied), "method": request.method, "path": request.path, "query": request.query}
        return Response.json(200, said | {"body": request.json})
