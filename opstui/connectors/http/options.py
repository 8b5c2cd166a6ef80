"""The options that every source reached over HTTP takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opstui.connectors.api import Option


def _between(low: int, high: int, unit: str) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if not low <= value <= high:
            raise ValueError(f"{value} is not between {low} and {high} {unit}")

    return check


COMMON: tuple[Option, ...] = (
    Option(
        "timeout_s",
        "int",
        "Seconds to wait for a part of an answer.",
        default=30,
        example=30,
        check=_between(1, 600, "seconds"),
    ),
    Option("at_once", "int", "Requests at a time.", default=4, example=4, check=_between(1, 32, "requests")),
    Option("answer_mb", "int", "The largest answer taken, in MB.", default=64, example=64, check=_between(1, 1024, "MB")),
    Option(
        "plain_http",
        "bool",
        "Allow http:// to another machine: whoever listens on the way reads the credentials.",
        default=False,
        example=False,
    ),
)
"""To be appended to a connector's own options; ``common`` hands them to ``Http``."""


def common(options: Mapping[str, Any]) -> dict[str, Any]:
    """What ``COMMON`` says, as arguments of ``Http``."""
    return {
        "timeout": float(options.get("timeout_s") or 30),
        "concurrency": int(options.get("at_once") or 4),
        "limit": int(options.get("answer_mb") or 64) << 20,
        "plain_http": bool(options.get("plain_http")),
    }
