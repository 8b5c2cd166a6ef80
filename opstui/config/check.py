"""Whether values that have the right type also mean something: times, zones, queries, names, keys."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from opstui.config.day import hour
from opstui.config.findings import Finding, Path, did_you_mean, dotted
from opstui.config.merge import Merged, is_secret
from opstui.config.settings import Day, Settings, Source, StandupTable
from opstui.config.shared import SECRET_KEY
from opstui.config.zone import zone
from opstui.domain.kinds import OWN, Verdict
from opstui.domain.text import fold
from opstui.domain.when import parse_duration
from opstui.errors import OpstuiError

# Imported where it is used: what most configs say nothing about. What nobody said is a default and needs no check.

CONNECTOR = re.compile(r"[A-Za-z0-9_.-]+")
ALL = "All"
"""The split that is always there; its name is taken."""

SOME_MOMENT = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
"""A preset must mean something at any time, so it is tried at one."""

SHORTEST_EVERY = 5


class Meaning:
    """Collects what is wrong with the meaning of settings whose shape is right."""

    def __init__(self, settings: Settings, merged: Merged) -> None:
        self.settings = settings
        self.merged = merged
        self.findings: list[Finding] = []

    def check(self) -> None:
        """Look at everything that somebody set; never stop at the first mistake."""
        self._day(self.settings.day)
        self._people()
        for source in self.settings.sources:
            self._source(source)
        for key, look in (
            ("splits", self._splits),
            ("weights", self._weights),
            ("reasons", self._reasons),
            ("snooze", self._snoozes),
            ("sla", self._slas),
        ):
            if not self.merged.is_default(("triage", key)):
                look()
        for key in ("stalled_after", "fresh_for"):
            if not self.merged.is_default(("triage", key)):
                self._duration(("triage", key), getattr(self.settings.triage, key))
        if self.settings.ui.keys:
            self._keys()
        self._meetings()
        if self.settings.network.proxy or self.settings.network.ca:
            self._network()
        if self.settings.routines or self.settings.standards:
            from opstui.config import duties

            duties.check_routines(self.settings, self._error, self._warn, self._duration)
            duties.check_standards(self.settings, self._error, self._query)

    def _error(self, path: Path, why: str, next_step: str = "") -> None:
        self.findings.append(Finding("error", self.merged.where(path), dotted(path), why, next_step))

    def _warn(self, path: Path, why: str, next_step: str = "") -> None:
        self.findings.append(Finding("warning", self.merged.where(path), dotted(path), why, next_step))

    def _try(self, path: Path, what: Callable[[], object]) -> bool:
        """Whether it works; the error's own words become the finding."""
        try:
            what()
        except OpstuiError as error:
            why = ": ".join(part for part in (error.what, error.why) if part)
            self._error(path, why, error.next_step.rstrip("."))
            return False
        return True

    def _is_shared(self, path: Path) -> bool:
        """Whether a shared file says it, where worse was said of it already."""
        origin = self.merged.origin(path)
        return origin is not None and origin.layer.kind == "shared"

    def _duration(self, path: Path, text: str) -> int | None:
        if not self._try(path, lambda: parse_duration(text)):
            return None
        seconds = parse_duration(text)
        if seconds <= 0:
            self._error(path, f"{text!r} is no time at all", "Write 30m, 2h, 3d or 1w")
            return None
        return seconds

    def _day(self, day: Day) -> None:
        self._try(("day", "timezone"), lambda: zone(day.timezone))
        for key in ("start", "standup", "handoff", "end"):
            text = getattr(day, key)
            if hour(text) is None and (text or key not in ("standup", "end")):
                self._error(("day", key), f"{text!r} is no time of day", "Write hours and minutes, as in 08:30")
        for text in day.holidays:
            try:
                date.fromisoformat(text)
            except ValueError:
                self._error(("day", "holidays"), f"{text!r} is no date", "Write it as 2026-12-25")

    def _network(self) -> None:
        import pathlib
        from urllib.parse import urlsplit

        network = self.settings.network
        path = ("network", "proxy")
        if network.proxy and network.proxy != "none":
            try:
                proxy = urlsplit(network.proxy)
                known = proxy.scheme in ("http", "https") and bool(proxy.hostname) and (proxy.port or 1) > 0
            except ValueError:
                known = False
            if not known:
                self._error(path, "this is no address of a proxy", "Write it as http://proxy.example.com:3128")
            elif proxy.password:
                self._error(path, "a password stands in no file", "Leave it empty and set HTTPS_PROXY in your environment")
        if network.ca and not pathlib.Path(network.ca).is_file():
            self._warn(
                ("network", "ca"), f"there is no file {network.ca}", "Sources that are reached by https will refuse to work"
            )

    def _people(self) -> None:
        owner: dict[str, str] = {}
        for person in self.settings.people:
            path = ("people", person.name)
            for spelling in (person.name, *person.aliases, *((person.email,) if person.email else ())):
                other = owner.setdefault(fold(spelling), person.name)
                if other != person.name:
                    why = f"{spelling!r} also means {other}, so it names nobody for sure"
                    self._warn(path, why, "Leave it with one of them")

    def _source(self, source: Source) -> None:
        path = ("sources", source.name)
        if fold(source.name) == OWN:
            self._error(path, "items that opstui raises itself have this name", "Choose another name")
        if not CONNECTOR.fullmatch(source.connector):
            self._error((*path, "connector"), f"{source.connector!r} is no connector's name", "See them: opstui plugin list")
        every = self._duration((*path, "every"), source.every)
        if every is not None and every < SHORTEST_EVERY:
            self._error((*path, "every"), f"{source.every} is too often", f"{SHORTEST_EVERY}s is the least")
        self._duration((*path, "timeout"), source.timeout)
        if source.timezone is not None:
            name = source.timezone
            self._try((*path, "timezone"), lambda: zone(name))
        for option, value in source.options.items():
            here = (*path, "options", option)
            if is_secret(value):
                from opstui.config.secrets import secret

                self._try(here, lambda value=value, option=option: secret(value, source.folder, option))  # type: ignore[misc]
            elif isinstance(value, str) and value and re.search(SECRET_KEY, option) and not self._is_shared(here):
                self._warn(here, "a secret stands in the file itself", 'Refer to it, for example { env = "NAME" }')

    def _splits(self) -> None:
        for split in self.settings.triage.splits:
            path = ("triage", "splits", split.name)
            if fold(split.name) == fold(ALL):
                self._error(path, f"the split {ALL} is always there", "Choose another name")
            self._query((*path, "query"), split.query)

    def _query(self, path: Path, text: str) -> bool:
        from opstui.domain.queryparse import parse

        return self._try(path, lambda: parse(text))

    def _promise(self, path: Path, text: str) -> None:
        from opstui.domain.query import parse
        from opstui.domain.sla import unsuited

        wrong = unsuited(parse(text))
        if wrong is not None:
            why = f"a promise cannot hang on {wrong.field} {wrong.op} {wrong.value.text}: its answer changes as time passes"
            self._error(path, why, "Use what the item is: kind, priority, team, label, owner, status")

    def _known(self, path: Path, names: Iterable[str], known: Iterable[str], what: str) -> None:
        words = tuple(known)
        for name in names:
            if name not in words:
                self._error((*path, name), f"there is no such {what}", did_you_mean(name, words))

    def _weights(self) -> None:
        from opstui.domain.urgency import WEIGHTS

        path = ("triage", "weights")
        self._known(path, self.settings.triage.weights, WEIGHTS, "weight")
        for name, points in self.settings.triage.weights.items():
            if not math.isfinite(points):
                self._error((*path, name), f"{points} is no number of points", "Write a number from 0 to 1000")

    def _reasons(self) -> None:
        self._known(("triage", "reasons"), self.settings.triage.reasons, [verdict.value for verdict in Verdict], "verdict")

    def _snoozes(self) -> None:
        from opstui.domain.calendar import WorkCalendar
        from opstui.domain.when import parse_when

        calendar = WorkCalendar()
        for preset in self.settings.triage.snooze:
            when = preset.when
            self._try(("triage", "snooze", preset.name, "when"), lambda when=when: parse_when(when, SOME_MOMENT, calendar))  # type: ignore[misc]

    def _slas(self) -> None:
        for rule in self.settings.triage.sla:
            path = ("triage", "sla", rule.name)
            if self._query((*path, "when"), rule.when):
                self._promise((*path, "when"), rule.when)
            self._duration((*path, "within"), rule.within)

    def _meetings(self) -> None:
        settings, stages_said = self.settings, not self.merged.is_default(("board", "stages"))
        if not stages_said and settings.standup == StandupTable() and not settings.escalation.ladder:
            return
        from opstui.config import meetings

        if stages_said:
            meetings.check_board(settings.board, self._error, self._warn)
        meetings.check_standup(settings, settings.standup, self._warn, self._duration)
        meetings.check_ladder(settings, settings.escalation, self._error, self._warn, self._duration)

    def _keys(self) -> None:
        from opstui.config.keymap import keymap

        for trouble in keymap(self.settings.ui.keymap, self.settings.ui.keys).troubles:
            report = self._error if trouble.severity == "error" else self._warn
            report(("ui", "keys", trouble.action), trouble.why, trouble.next_step)
