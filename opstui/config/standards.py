"""Standards made from settings."""

from __future__ import annotations

from pathlib import Path

from opstui.config.settings import Settings
from opstui.domain.standards import Standard
from opstui.domain.text import clean_line


def standards(settings: Settings) -> tuple[Standard, ...]:
    """The standards, in the config's order."""
    return tuple(
        Standard(
            clean_line(table.name),
            table.when,
            Path(table.path) if table.path else None,
            clean_line(table.url),
            tuple(filter(None, map(clean_line, table.steps))),
        )
        for table in settings.standards
    )
