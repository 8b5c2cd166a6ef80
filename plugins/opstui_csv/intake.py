"""One table on its way in: which rows have a key, which rows belong together, which ones the store already knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from opstui.connectors.api import Context, Refusal
from opstui.domain.model import Comment, Item
from opstui.errors import SourceRefused
from opstui_csv import events
from opstui_csv.mapping import Mapper, fingerprints
from opstui_csv.plan import compile_plan
from opstui_csv.settings import Settings
from opstui_csv.table import Table
from opstui_csv.values import KEY_LIMIT

PAGE = 1000
_SLICE = 2000
"""Rows whose fingerprints are compared at a time."""

_VERSION = 1
"""Counts up when the same row becomes another item than before, so that every row is read anew."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to a page of items, and how many rows before them were known already."""

    items: list[Item]
    unchanged: int
    done: int


class Intake:
    """The rows of a table, ready to become items."""

    def __init__(self, table: Table, settings: Settings, context: Context) -> None:
        self.table = table
        self.plan = compile_plan(table, settings)
        self.mapper = Mapper(self.plan, settings, context.source)
        self.refused: list[Refusal] = list(table.refused)
        self.notes: list[str] = [*table.notes, *self.plan.notes]
        self.log = ""
        """In an event log the attribute that holds the rows' time."""
        salted = repr((_VERSION, settings.recipe, table.names, self.plan.decisions)).encode("utf-8", "replace")
        self.salt = hashlib.blake2b(salted, digest_size=16).digest()
        self.keys = self.mapper.keys(table.rows)
        self.groups: dict[str, list[int]] | None = None
        self.singles: Sequence[int] = range(len(self.keys))
        if not table.rows and not table.refused:
            self.notes.append(f"{table.name}: has a heading line and no rows")
        distinct = set(self.keys)
        if len(distinct) < len(self.keys) or "" in distinct or (distinct and max(map(len, distinct)) > KEY_LIMIT):
            self._sort_out()
        self.mapper.learn_titles(table.rows, self.keys)

    @property
    def present(self) -> Set[str]:
        """Every key in the table."""
        return set(self.groups) if self.groups is not None else {self.keys[index] for index in self.singles}

    @property
    def count(self) -> int:
        """How many records it holds."""
        return len(self.singles) if self.groups is None else len(self.groups)

    def batches(self, known: Mapping[str, str], claimed: Set[str]) -> Iterator[Batch]:
        """The items the store does not know as they are; those with a claimed key came from a newer file."""
        return self._logged(known, claimed) if self.groups is not None else self._plain(known, claimed)

    def report(self) -> list[str]:
        """What was assumed, after the batches were made."""
        found = list(self.notes)
        name = self.table.name
        for heading, number in self.mapper.tidy.cut.items():
            found.append(f"{name}: {number} too long cells of {heading!r} were cut")
        for heading, bad in self.mapper.bad_dates.items():
            row, text = bad[0]
            found.append(f"{name}: {len(bad)} cells of {heading!r} are no date, such as {text!r} in {self.table.where(row)}")
        if self.mapper.unknown_status:
            listed = ", ".join(list(self.mapper.unknown_status)[:8])
            found.append(f"{name}: unknown status words are taken as to do: {listed}; set stages if that is wrong")
        if self.mapper.unknown_priority:
            listed = ", ".join(list(self.mapper.unknown_priority)[:8])
            found.append(f"{name}: unknown priorities: {listed}; set priorities to give them a number")
        return found

    # -- rows and keys

    def _sort_out(self) -> None:
        """Refuse rows without a usable key; find out what it means that a key comes twice."""
        groups: dict[str, list[int]] = {}
        nameless: list[int] = []
        for index, key in enumerate(self.keys):
            if not key:
                if any(map(str.strip, self.table.rows[index])):
                    nameless.append(index)
            elif len(key) > KEY_LIMIT:
                self.refused.append(self.table.refusal(index, f"has a key of {len(key)} characters: is it the right column?"))
            else:
                groups.setdefault(key, []).append(index)
        column = self.plan.columns[{"column": "key"}.get(self.plan.key_from, self.plan.key_from)][0].name
        if nameless and not groups:
            why = f"column {column!r} is empty in all {len(nameless)} rows"
            raise SourceRefused(f"no row of {self.table.name} has a key", why, "Set columns.key in the source's options.")
        self.refused.extend(self.table.refusal(index, f"has no key: {column!r} is empty") for index in nameless)
        if len(groups) == sum(map(len, groups.values())):
            self.singles = [group[0] for group in groups.values()]
            return
        self.log = events.time_attribute(self.mapper, self.table.rows, groups) or ""
        repeated = {key: group for key, group in groups.items() if len(group) > 1}
        if self.log:
            heading = self.plan.columns[self.log][0].name
            events.call_updated(self.mapper, self.log)
            self.groups = groups
            rows = sum(map(len, groups.values()))
            self.notes.append(
                f"{self.table.name}: an event log: {rows} rows of {len(groups)} records, in the order of {heading!r}"
            )
            return
        self.singles = sorted(group[-1] for group in groups.values())
        example, group = next(iter(repeated.items()))
        lines = " and ".join(self.table.where(index) for index in group[-2:])
        note = f"{len(repeated)} keys come more than once; the last row counts, as for {example} ({lines})"
        self.notes.append(f"{self.table.name}: {note}")

    # -- batches

    def _plain(self, known: Mapping[str, str], claimed: Set[str]) -> Iterator[Batch]:
        rows, keys = self.table.rows, self.keys
        waiting: list[tuple[int, str]] = []
        unchanged = done = 0
        for start in range(0, len(self.singles), _SLICE):
            indices = self.singles[start : start + _SLICE]
            prints = fingerprints([rows[index] for index in indices], self.salt, self.plan.ignored)
            if known:
                fresh = [(i, p) for i, p in zip(indices, prints, strict=True) if known.get(keys[i]) != p]
            else:
                fresh = list(zip(indices, prints, strict=True))
            unchanged += len(indices) - len(fresh)
            if claimed:
                fresh = [(index, print_) for index, print_ in fresh if keys[index] not in claimed]
            waiting.extend(fresh)
            done += len(indices)
            while len(waiting) >= PAGE:
                yield Batch(self._make(waiting[:PAGE]), unchanged, done)
                waiting, unchanged = waiting[PAGE:], 0
        yield Batch(self._make(waiting), unchanged, done)

    def _make(self, chosen: Sequence[tuple[int, str]]) -> list[Item]:
        indices = [index for index, _ in chosen]
        rows = [self.table.rows[index] for index in indices]
        return self.mapper.items(rows, [self.keys[index] for index in indices], [print_ for _, print_ in chosen], indices)

    def _logged(self, known: Mapping[str, str], claimed: Set[str]) -> Iterator[Batch]:
        assert self.groups is not None
        times = self.mapper.times(self.table.rows, "updated")
        names = list(self.groups)
        waiting: list[tuple[str, list[int], str]] = []
        unchanged = done = 0
        for start in range(0, len(names), PAGE):
            chunk = names[start : start + PAGE]
            ordered = events.in_time([self.groups[key] for key in chunk], times)
            for key, group in zip(chunk, ordered, strict=True):
                if key in claimed:
                    continue
                print_ = self._group_print(group)
                if known.get(key) == print_:
                    unchanged += 1
                else:
                    waiting.append((key, group, print_))
            done += len(chunk)
            while len(waiting) >= PAGE:
                yield Batch(self._make_logged(waiting[:PAGE], times), unchanged, done)
                waiting, unchanged = waiting[PAGE:], 0
        yield Batch(self._make_logged(waiting, times), unchanged, done)

    def _group_print(self, group: Sequence[int]) -> str:
        rows = [self.table.rows[index] for index in group]
        prints = fingerprints(rows, self.salt, self.plan.ignored)
        return prints[0] if len(prints) == 1 else hashlib.blake2b("".join(prints).encode(), digest_size=8).hexdigest()

    def _make_logged(self, chosen: Sequence[tuple[str, list[int], str]], times: Sequence[datetime | None]) -> list[Item]:
        groups = [group for _, group, _ in chosen]
        last = [group[-1] for group in groups]
        return self.mapper.items(
            [self.table.rows[index] for index in last],
            [key for key, _, _ in chosen],
            [print_ for _, _, print_ in chosen],
            last,
            histories=events.histories(self.mapper, self.table.rows, groups, times),
            openings=[times[group[0]] for group in groups],
            threads=self._threads(groups),
        )

    def _threads(self, groups: Sequence[Sequence[int]]) -> list[tuple[Comment, ...]] | None:
        """The comments of all rows of each group, each once."""
        if not self.plan.columns.get("comments"):
            return None
        found = []
        for group in groups:
            columns = list(zip(*[self.table.rows[index] for index in group], strict=True))
            threads = self.mapper.threads(columns) or ()
            found.append(tuple(dict.fromkeys(comment for thread in threads for comment in thread)))
        return found
