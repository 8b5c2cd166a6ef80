"""Standard work at the desk: which standards an item is under, what was followed of them there, and where they were left."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.config.standards import standards
from opstui.domain import standards as rules
from opstui.domain.improvements import Improvement
from opstui.domain.query import parse
from opstui.domain.rounds import found
from opstui.domain.standards import Document, Followed, Matched, Standard
from opstui.domain.text import fold
from opstui.errors import Refused
from opstui.services.desk import keeping
from opstui.services.desk.context import Context
from opstui.services.desk.keeping import Step
from opstui.services.desk.lines import note_state
from opstui.services.sops import Files
from opstui.store import items, notes, records
from opstui.store.fitting import fits
from opstui.store.journal import NOTE, Line

if TYPE_CHECKING:
    from opstui.domain.query import Node
    from opstui.domain.views import Receipt
    from opstui.store.db import Connection
    from opstui.store.records import Kept

KIND, IMPROVEMENT = "standard", "improvement"


class StandardDesk:
    """What the item page and the command line use. Reads wait for files: not on the key path."""

    def __init__(self, at: Context) -> None:
        self._at = at
        self._files = Files()

    @cached_property
    def all(self) -> tuple[Standard, ...]:
        """Every standard of the config, in its order."""
        return standards(self._at.settings)

    @cached_property
    def _queries(self) -> tuple[Node, ...]:
        return tuple(parse(standard.when) for standard in self.all)

    # reads

    def read(self, standard: Standard) -> tuple[Document, str]:
        """What a standard says, and what is wrong with its file."""
        if standard.path is None:
            return Document(standard.name, standard.steps, ""), ""
        read = self._files.read(Path(standard.path))
        return read.document, read.trouble

    def of(self, ref: str) -> tuple[Matched, ...]:
        """The standards an item is under, in the config's order, as far as they were followed on it."""
        if not self.all:
            return ()
        with self._at.store.reading() as conn:
            id = items.id_of(conn, ref)
            if id is None:
                return ()
            fit = fits(conn, id, self._queries, self._at.rules, self._at.now())
            kept = {one.name: one.what for one in records.find(conn, KIND, ref=ref)}
        # One that was begun stays with its item, whatever has become of either since.
        meant = [standard for standard, fitting in zip(self.all, fit, strict=True) if fitting or standard.name in kept]
        return tuple(self._matched(standard, kept.get(standard.name)) for standard in meant)

    def show(self, name: str) -> Matched:
        """One standard by its name, followed nowhere.

        Raises:
            Refused: there is none of that name.
        """
        return self._matched(self._named(name), None)

    def improvements(self, limit: int = 200) -> tuple[Kept[Improvement], ...]:
        """What should be done otherwise, youngest first."""
        return tuple(records.find(self._at.store.read, IMPROVEMENT, limit=limit))

    # actions

    def tick(self, ref: str, name: str, step: int | str, note: str = "") -> Receipt:
        """A step done on an item, perhaps with a remark."""
        at = self._at
        return self._turn(ref, name, step, "tick", "Ticked", lambda one, n: rules.ticked(one, n, at.instant(), at.who, note))

    def untick(self, ref: str, name: str, step: int | str) -> Receipt:
        """A step that is to be done after all."""
        return self._turn(ref, name, step, "untick", "Took back the tick of", rules.unticked)

    def deviate(self, ref: str, name: str, step: int | str, why: str) -> Receipt:
        """A step that was not done as it stands: the reason is noted on the item, and kept as an idea for an improvement."""
        at = self._at

        def also(conn: Connection, done: Followed, index: int) -> tuple[list[Step], list[Line]]:
            tick = done.steps[index]
            idea = Improvement(tick.skipped, done.standard, tick.text, ref, at.who, at.instant())
            kept = records.new(IMPROVEMENT, idea, at.instant(), at.who, name=done.standard, ref=ref)
            text = f"Not as in {done.standard}, {tick.text}: {tick.skipped}"
            _, uid = notes.add(conn, kind=notes.NOTE, at=at.instant(), who=at.who, ref=ref, text=text)
            return [(None, kept)], [Line(ref, items.id_of(conn, ref), NOTE, None, note_state(uid))]

        return self._turn(
            ref, name, step, "deviate", "Left", lambda one, n: rules.deviated(one, n, at.instant(), at.who, why), why, also
        )

    def _turn(
        self,
        ref: str,
        name: str,
        step: int | str,
        verb: str,
        did: str,
        change: Callable[[Followed, int], Followed],
        why: str = "",
        also: Callable[[Connection, Followed, int], tuple[list[Step], list[Line]]] | None = None,
    ) -> Receipt:
        at, standard = self._at, self._named(name)
        document, trouble = self.read(standard)  # before anything is locked: a disk may be slow
        with at.store.writing() as conn:
            if items.id_of(conn, ref) is None:
                raise Refused(f"no item {ref!r}", "", "opstui queue lists them.", ref=ref)
            kept = next(iter(records.find(conn, KIND, name=standard.name, ref=ref, limit=1)), None)
            before = rules.followed(standard.name, document.steps, kept.what if kept else None)
            if not before.steps:
                raise Refused(f"{standard.name} has no steps", trouble or "it is a link")
            index = found(before.steps, step, standard.name)
            after = change(before, index)
            over = after.done == len(after.steps)
            if kept is None:
                now = records.new(KIND, after, at.instant(), at.who, name=standard.name, ref=ref, open=not over)
            else:
                now = kept.now(after, open=not over)
            more, lines = also(conn, after, index) if also else ([], [])
            words = before.steps[index].text
            said = f"{did} {words}, {after.done} of {len(after.steps)} of {standard.name}"
            return keeping.write(at, conn, [(kept, now), *more], verb=verb, said=said, why=why, lines=lines)

    # what is meant

    def _named(self, name: str) -> Standard:
        wanted = fold(name)
        exact = [one for one in self.all if fold(one.name) == wanted]
        near = exact or [one for one in self.all if wanted and fold(one.name).startswith(wanted)]
        if len(near) == 1:
            return near[0]
        known = ", ".join(one.name for one in near or self.all)
        why = "it means more than one" if near else "the config has"
        raise Refused(f"no standard {name!r}", f"{why}: {known or 'none'}", "See them: opstui standard list")

    def _matched(self, standard: Standard, kept: Followed | None) -> Matched:
        document, trouble = self.read(standard)
        steps = rules.followed(standard.name, document.steps, kept)
        return Matched(standard, document.title or standard.name, steps, document.text, trouble)
