"""The command line: stdout is data, stderr is narration."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    from opstui.cli.main import run

    return run(argv)
