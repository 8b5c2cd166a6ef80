"""What every part of the desk needs: the store, the settings, the clock, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from opstui.config.settings import Settings
    from opstui.domain.calendar import WorkCalendar
    from opstui.domain.people import People
    from opstui.domain.routines import Routine
    from opstui.domain.urgency import Rules
    from opstui.domain.views import View
    from opstui.store.db import Store

NOBODY = "me"
"""Who signs when the config names nobody."""


class Context:
    """One desk's surroundings; what costs something to make is made when first asked for."""

    def __init__(
        self, store: Store, settings: Settings, now: Callable[[], datetime], who: str = "", readonly: bool = False
    ) -> None:
        self.store = store
        self.readonly = readonly
        """Whether this program was started with ``--readonly``."""
        self.settings = settings
        self.now = now
        self.who = who or settings.me.name or NOBODY
        self.began: datetime | None = None

    @cached_property
    def rules(self) -> Rules:
        """Everything a rank is made from."""
        from opstui.config.rules import rules

        return rules(self.settings)

    @property
    def people(self) -> People:
        """Everybody the config names."""
        return self.rules.people

    def rules_for(self, view: View) -> Rules | None:
        """The rules that a view's query is read by; None, and nothing made, for a view without one."""
        return self.rules if view.query.strip() else None

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working day."""
        from opstui.config.day import calendar

        return calendar(self.settings.day)

    @cached_property
    def routines(self) -> tuple[Routine, ...]:
        """The checklists that come again."""
        from opstui.config.routines import routines

        return routines(self.settings)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the working day."""
        return self.calendar.zone

    def zone_of(self, source: str) -> ZoneInfo:
        """The time zone of a source, in which its days begin: its own, or that of the working day."""
        name = next((one.timezone for one in self.settings.sources if one.name == source), None)
        return ZoneInfo(name) if name else self.zone

    def instant(self) -> datetime:
        """Now in whole seconds, as the store keeps times, so that what is read back equals what was written."""
        return self.now().replace(microsecond=0)

    def midnight(self) -> datetime:
        """When today began, where the working day is."""
        return self.now().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def when(self, text: str) -> datetime:
        """The time that words mean now."""
        from opstui.domain.when import parse_when

        return parse_when(text, self.now(), self.calendar)
