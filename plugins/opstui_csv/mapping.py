"""From rows to items: a table's plan compiled into one pass per column, because a hundred thousand rows pay for each look."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import TypeVar

from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.domain.text import clean_line, fold
from opstui_csv import values
from opstui_csv.building import build
from opstui_csv.cells import Cells, Columns, Tidy, first, pick
from opstui_csv.datecolumn import DateColumn
from opstui_csv.dates import Order
from opstui_csv.headings import FALLBACK_TITLE
from opstui_csv.memo import Memo
from opstui_csv.plan import Plan
from opstui_csv.settings import Settings

Value = TypeVar("Value")
Extra = dict[int, dict[str, str]]
"""Row of the page -> fields to add: cells that should be dates and are none, as they were written."""

_NEVER = ("0001", "0000", "1900", "1753", "9999")
"""Years that databases write for 'no date'."""
_SECTIONS = frozenset({"section column", "section", "column"})
"""Headings of a board's columns, where a record can be over without having been moved."""


class Mapper:
    """Makes items of rows, and counts what it had to assume, for the notes."""

    def __init__(self, plan: Plan, settings: Settings, source: str) -> None:
        self.plan = plan
        self.settings = settings
        self.source = source
        self.tidy = Tidy(settings.missing)
        self.titles: dict[str, str] = {}
        """Title -> key, for exports whose links name titles."""
        self.bad_dates: dict[str, list[tuple[int, str]]] = {}
        """Heading -> row and text of every cell that should be a date and is none."""
        self.unknown_status: Counter[str] = Counter()
        self.unknown_priority: Counter[str] = Counter()
        self._line: Memo[str] = Memo(self.tidy.one)
        self._stage: Memo[Stage] = Memo(self._stage_of)
        self._category: Memo[Stage] = Memo(lambda text: values.stage_of(self.tidy.one(text), settings.stages)[0])
        self._priority: Memo[int | None] = Memo(self._priority_of)
        self._person: Memo[str | None] = Memo(lambda text: values.people((self.tidy.one(text),)))
        self._label: Memo[tuple[str, ...]] = Memo(lambda text: self._labels_of((text,)))
        self._kind: Memo[Kind] = Memo(self._kind_of)
        self._fallback = [heading for name in FALLBACK_TITLE for heading in plan.rest if heading.plain == name][:3]
        like = plan.dates.get("created") or plan.dates.get("updated")
        thread_dates = DateColumn(settings.zone, like.order if like else settings.order or Order.DAY)
        self._when: Memo[datetime | None] = Memo(lambda text: thread_dates.read((text,))[0])

    def keys(self, rows: Sequence[Cells]) -> list[str]:
        """The key of each row, empty where there is none."""
        plan = self.plan
        if plan.key_from == "column":
            return self.tidy.line(pick(rows, plan.places("key")), plan.columns["key"][0].name, values.KEY_LIMIT * 4)
        if plan.key_from == "url":
            return [values.key_from_url(url) for url in self.tidy.line(pick(rows, plan.places("url")), "url")]
        titles = self.tidy.line(pick(rows, plan.places("title")), "title")
        return [f"row-{hashlib.blake2b(title.encode(), digest_size=6).hexdigest()}" if title else "" for title in titles]

    def learn_titles(self, rows: Sequence[Cells], keys: Sequence[str]) -> None:
        """Remember which title is whose, when a column links records and titles tell them apart."""
        columns = self.plan.columns
        if "title" in columns and ("blocks" in columns or "blocked_by" in columns):
            titles = self.tidy.line(pick(rows, self.plan.places("title")), "title")
            times = Counter(titles)
            self.titles = {title: key for title, key in zip(titles, keys, strict=True) if key and times[title] == 1}

    def times(self, rows: Sequence[Cells], attribute: str) -> list[datetime | None]:
        """The moments of a date attribute, row by row."""
        return self.plan.dates[attribute].read(self.tidy.raw(pick(rows, self.plan.places(attribute))))

    def lines(self, rows: Sequence[Cells], attribute: str) -> list[str]:
        """The words of an attribute, row by row, as an item's history shows them."""
        if attribute in ("owner", "team", "changed_by"):
            places = self.plan.places(attribute)
            return [values.people([self.tidy.one(row[place]) for place in places]) or "" for row in rows]
        return list(map(self._line.__getitem__, pick(rows, self.plan.places(attribute))))

    def items(
        self,
        rows: Sequence[Cells],
        keys: Sequence[str],
        prints: Sequence[str],
        indices: Sequence[int],
        *,
        histories: Iterable[tuple[Change, ...]] | None = None,
        openings: Sequence[datetime | None] | None = None,
        threads: Iterable[tuple[Comment, ...]] | None = None,
    ) -> list[Item]:
        """One item per row. ``indices`` are the rows' places in the table; the rest comes from the other rows of a log."""
        if not rows:
            return []
        columns: Columns = list(zip(*rows, strict=True))
        extra: Extra = {}
        bodies = self._texts(columns, "body")
        statuses = self._each(columns, "status", self._line) or [""] * len(rows)
        priorities = self._each(columns, "priority", self._line)
        created = self._dates(columns, "created", indices, extra)
        if openings is not None:
            created = [at or opening for at, opening in zip(created or [None] * len(rows), openings, strict=True)]
        updated, due, sla_due = (self._dates(columns, name, indices, extra) for name in ("updated", "due", "sla_due"))
        blocks, blocked_by = self._links(columns, len(rows))
        return build(
            len(rows),
            source=repeat(self.source),
            key=keys,
            title=self._titles(columns, keys, bodies),
            kind=self._each(columns, "kind", self._kind) or repeat(self.settings.kind),
            body=bodies,
            status=statuses,
            stage=self._stages(columns, statuses),
            priority=map(self._priority.__getitem__, priorities) if priorities else None,
            priority_label=priorities,
            owner=self._people(columns, "owner"),
            reporter=self._people(columns, "reporter"),
            team=self._people(columns, "team"),
            labels=self._labels(columns),
            url=self._urls(columns),
            created=created,
            updated=updated,
            due=due,
            sla_due=sla_due,
            blocks=blocks,
            blocked_by=blocked_by,
            history=histories,
            comments=threads or self.threads(columns),
            fields=self._fields(columns, extra, len(rows)),
            fingerprint=prints,
            changed_by=self._people(columns, "changed_by"),
        )

    def threads(self, columns: Columns) -> list[tuple[Comment, ...]] | None:
        """The comments of each row."""
        places = self.plan.places("comments")
        if not places:
            return None
        when = self._when.__getitem__
        cells = [self.tidy.raw(columns[place]) for place in places]
        return [values.comments([cell for cell in row if cell], when) if any(row) else () for row in zip(*cells, strict=True)]

    # -- one attribute of all rows

    def _each(self, columns: Columns, attribute: str, memo: Memo[Value]) -> list[Value] | None:
        places = self.plan.places(attribute)
        return list(map(memo.__getitem__, first(columns, places))) if places else None

    def _texts(self, columns: Columns, attribute: str) -> list[str] | None:
        places = self.plan.places(attribute)
        return self.tidy.text(first(columns, places), self.plan.columns[attribute][0].name) if places else None

    def _titles(self, columns: Columns, keys: Sequence[str], bodies: list[str] | None) -> list[str]:
        """The titles; where one is missing its categories, the body's first line or the key stand in."""
        places = self.plan.places("title")
        if places:
            titles = self.tidy.line(first(columns, places), self.plan.columns["title"][0].name)
            if "" not in titles:
                return titles
        else:
            titles = [""] * len(keys)
        kinds = [self.tidy.line(first(columns, heading.places), heading.name) for heading in self._fallback]
        stand_in = [" / ".join(filter(None, row)) for row in zip(*kinds, strict=True)] if kinds else titles
        found = []
        for place, title in enumerate(titles):
            if not title and bodies and bodies[place]:
                title = clean_line(bodies[place].partition("\n")[0], limit=120)
            found.append(title or stand_in[place] or keys[place])
        return found

    def _people(self, columns: Columns, attribute: str) -> Iterable[str | None] | None:
        places = self.plan.places(attribute)
        if len(places) > 1:
            cells = [list(map(self._line.__getitem__, columns[place])) for place in places]
            return map(values.people, zip(*cells, strict=True))
        return map(self._person.__getitem__, columns[places[0]]) if places else None

    def _labels(self, columns: Columns) -> Iterable[tuple[str, ...]] | None:
        places = self.plan.places("labels")
        if len(places) > 1:
            return [self._labels_of(row) if any(row) else () for row in zip(*[columns[place] for place in places], strict=True)]
        return map(self._label.__getitem__, columns[places[0]]) if places else None

    def _urls(self, columns: Columns) -> list[str] | None:
        places = self.plan.places("url")
        return self.tidy.line(first(columns, places), "url", 2000) if places else None

    def _stages(self, columns: Columns, statuses: list[str]) -> list[Stage]:
        """From the status word; a coarser category beside it decides, unless the word says that the work is held up."""
        stages = list(map(self._stage.__getitem__, statuses))
        categories = self._each(columns, "stage", self._category)
        if categories:
            held = Stage.BLOCKED
            stages = [
                held if stage is held and by is not Stage.DONE else by for stage, by in zip(stages, categories, strict=True)
            ]
        status = self.plan.columns.get("status")
        if self.plan.columns.get("closed") and not categories and (not status or status[0].plain in _SECTIONS):
            closed = self.tidy.raw(first(columns, self.plan.places("closed")))
            stages = [Stage.DONE if end else stage for stage, end in zip(stages, closed, strict=True)]
        return stages

    def _dates(self, columns: Columns, attribute: str, indices: Sequence[int], extra: Extra) -> list[datetime | None] | None:
        places = self.plan.places(attribute)
        if not places:
            return None
        cells = self.tidy.raw(first(columns, places))
        found = self.plan.dates[attribute].read(cells)
        if found.count(None) != cells.count(""):
            name = self.plan.columns[attribute][0].name
            for row, (at, cell) in enumerate(zip(found, cells, strict=True)):
                if at is None and cell and not any(year in cell for year in _NEVER):
                    self.bad_dates.setdefault(name, []).append((indices[row], clean_line(cell, limit=40)))
                    extra.setdefault(row, {})[name] = clean_line(cell, limit=200)
        return found

    def _links(self, columns: Columns, count: int) -> tuple[list[tuple[str, ...]] | None, list[tuple[str, ...]] | None]:
        """What each row blocks and what blocks it, from columns of keys and from relations in words."""
        blocks, blocked_by = (self._key_tuples(columns, name) for name in ("blocks", "blocked_by"))
        places = self.plan.places("links")
        if not places:
            return blocks, blocked_by
        cells = [self.tidy.raw(columns[place]) for place in places]
        pairs = [values.relations(row) for row in zip(*cells, strict=True)]
        return (
            [old + new for old, (new, _) in zip(blocks or [()] * count, pairs, strict=True)],
            [old + new for old, (_, new) in zip(blocked_by or [()] * count, pairs, strict=True)],
        )

    def _key_tuples(self, columns: Columns, attribute: str) -> list[tuple[str, ...]] | None:
        places = self.plan.places(attribute)
        if not places:
            return None
        cells = [self.tidy.raw(columns[place]) for place in places]
        return [values.keys(row, self.titles) if any(row) else () for row in zip(*cells, strict=True)]

    def _fields(self, columns: Columns, extra: Extra, count: int) -> list[dict[str, str]]:
        """The columns without an attribute of their own, by their own names; a repeated one as one text."""
        names = [heading.name for heading in self.plan.rest]
        cells: list[Cells] = []
        for heading in self.plan.rest:
            places = [self.tidy.text(columns[place], heading.name, values.FIELD_LIMIT) for place in heading.places]
            cells.append(places[0] if len(places) == 1 else [", ".join(filter(None, row)) for row in zip(*places, strict=True)])
        if not names:
            found: list[dict[str, str]] = [{} for _ in range(count)]
        elif any("" in column for column in cells):
            found = [{name: cell for name, cell in zip(names, row, strict=True) if cell} for row in zip(*cells, strict=True)]
        else:
            found = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
        for row, more in extra.items():
            found[row].update(more)
        return found

    # -- one cell

    def _stage_of(self, status: str) -> Stage:
        if self.plan.vendor == "ServiceNow" and fold(status) not in self.settings.stages:
            numbered = values.servicenow_stage(status)
            if numbered is not None:
                return numbered
        stage, known = values.stage_of(status, self.settings.stages)
        if not known and "stage" not in self.plan.columns:
            self.unknown_status[status] += 1
        return stage

    def _priority_of(self, label: str) -> int | None:
        number, known = values.priority_of(label, self.settings.priorities)
        if not known:
            self.unknown_priority[label] += 1
        return number

    def _labels_of(self, cells: Sequence[str]) -> tuple[str, ...]:
        kept = [cell for cell in cells if cell.strip() not in self.tidy.marks]
        return values.labels(kept, spaced=self.plan.vendor == "Zendesk")

    def _kind_of(self, text: str) -> Kind:
        try:
            return Kind(fold(text))
        except ValueError:
            return self.settings.kind


def fingerprints(rows: Sequence[Cells], salt: bytes, ignored: Sequence[int]) -> list[str]:
    """A short hash of each row; ``salt`` (at most 16 bytes) stands for everything that decides how a row is read."""
    if ignored:
        left_out = frozenset(ignored)
        kept = [place for place in range(len(rows[0]) if rows else 0) if place not in left_out]
        rows = [[row[place] for place in kept] for row in rows]
    blake = hashlib.blake2b
    return [blake("\x1f".join(row).encode("utf-8", "replace"), digest_size=8, salt=salt).hexdigest() for row in rows]
