"""One pull: the first, or what changed since the last; now and then the open issues that no query names any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Context, Known, Page
from opstui_jira import batches, jql, progress, rereading, site, threads
from opstui_jira.batches import STALE, Batch, Query
from opstui_jira.mapping import Mapper
from opstui_jira.people import Directory
from opstui_jira.values import Unreadable, key_of

if TYPE_CHECKING:
    from opstui.connectors.api import Cursor
    from opstui.connectors.http import Http
    from opstui_jira.options import Settings

OVERLAP = timedelta(minutes=5)
"""Read again at each pull: Jira's search learns of a change a little later, and counts in whole minutes."""

LEARN_EVERY = timedelta(days=1)
"""The site's fields and who asks are looked at again this often: three requests."""

LOOK_EVERY = timedelta(minutes=15)
"""Open issues that no answer named are read again this often: they may have left the query."""


class Pull:
    """The state of one pull."""

    def __init__(self, http: Http, settings: Settings, context: Context, cursor: Cursor | None, known: Known) -> None:
        self.http = http
        self.settings = settings
        self.context = context
        self.known = known
        self.progress = progress.read(cursor, settings.recipe)
        self.seen: set[str] = set()
        self.done = 0

    def pages(self) -> Iterator[Page]:
        """The pages. The cursor moves with the last one; a first pull can also go on from where it stopped."""
        mapper = self._mapper()
        if self.progress.since is None:
            yield from self._first(mapper)
            return
        yield from self._changes(mapper, self.progress.since)
        if self._is_due(self.progress.looked, LOOK_EVERY):
            yield from self._look_again(mapper)
        yield Page(cursor=self.progress.cursor())

    def _mapper(self) -> Mapper:
        found = self.progress.site
        if found is None or self._is_due(self.progress.learned, LEARN_EVERY):
            found = site.learn(self.http, self.settings)
            if lost := site.missing(found, self.settings):
                self.context.note(f"Jira has no field {', '.join(lost)}, or does not show it to {found.account}")
            self._confirmed(found)
        self.http.tell(account=found.account, expires=self.settings.expires)
        return Mapper(self.context.source, self.context.timezone, self.settings, found, Directory(self.context.people))

    def _confirmed(self, found: site.Site) -> None:
        """We are signed in. Since this was last seen we may not have been: then searches found nothing, and did not say so."""
        before, now = self.progress.learned, self.context.now()
        if before is not None and self.progress.since is not None:
            self.progress.since = min(self.progress.since, before + timedelta(seconds=self.progress.ahead))
        self.progress.site, self.progress.learned = found, now

    # -- the first pull

    def _first(self, mapper: Mapper) -> Iterator[Page]:
        begun, at = self.progress.begun, self.progress.at
        query = Query(jql.everything(self.settings.jql), mapper.fields, self.settings.history)
        stale = 0
        for batch in batches.resumed(lambda place: self._from(mapper, query, place), at if begun else None):
            if begun is None:
                begun = self._clock(batch)
            page = self._page(mapper, batch, None)
            stale = 0 if page.items or page.refused else stale + 1
            self.progress.begun, self.progress.at = begun, batch.at
            if stale >= STALE:
                self.progress.begun = self.progress.at = None
                yield replace(page, cursor=self.progress.cursor())
                raise batches.circles(self.http, f"{STALE} pages in a row held nothing new")
            yield replace(page, cursor=self.progress.cursor())
        self.progress.since = begun or self.context.now()
        self.progress.begun = self.progress.at = None
        self.progress.looked = self.context.now()
        yield Page(cursor=self.progress.cursor())

    def _from(self, mapper: Mapper, query: Query, place: Mapping[str, Any] | None) -> Iterator[Batch]:
        if mapper.site.is_cloud:
            return batches.cloud(self.http, query, place, self.known.fingerprints() if place else ())
        return batches.server(self.http, query, place)

    # -- later ones

    def _changes(self, mapper: Mapper, since: datetime) -> Iterator[Page]:
        """What changed since; costs one request when nothing did."""
        elapsed = self.context.now() + timedelta(seconds=self.progress.ahead) - since
        answers = self._since(mapper, elapsed + OVERLAP)
        first = next(answers, None)
        clock = self._clock(first) if first else self.context.now()
        if first and first.date and clock - since > elapsed + timedelta(minutes=1):
            # Our clock went back, or wrong: by the server's the window is too short.
            answers = self._since(mapper, clock - since + OVERLAP)
            first = next(answers, None)
        stale, batch = 0, first
        while batch is not None:
            page = self._page(mapper, batch, since - OVERLAP)
            stale = 0 if page.items or page.refused else stale + 1
            if stale >= STALE:
                raise batches.circles(self.http, f"{STALE} pages in a row held nothing new")
            if page.items or page.refused:
                yield page
            batch = next(answers, None)
        self.progress.since = clock
        self.progress.ahead = round((clock - self.context.now()).total_seconds())

    def _since(self, mapper: Mapper, window: timedelta) -> Iterator[Batch]:
        minutes = ceil(window / timedelta(minutes=1))
        query = Query(jql.since(self.settings.jql, minutes), mapper.fields, True)
        return (batches.cloud if mapper.site.is_cloud else batches.server)(self.http, query, None)

    def _look_again(self, mapper: Mapper) -> Iterator[Page]:
        """Open issues that no answer named, a bounded number of them, after those of the last time."""
        keys = sorted(key for key in self.known.open_keys() if jql.is_key(key) and key not in self.seen)
        after = [key for key in keys if key > self.progress.after]
        wanted = (after or keys)[: rereading.MOST]
        if wanted:
            since = (self.progress.looked or self.context.now()) - OVERLAP
            yield rereading.page(self.http, mapper, wanted, since)
        self.progress.looked = self.context.now()
        self.progress.after = wanted[-1] if len(wanted) < len(after or keys) else ""

    # -- what both need

    def _page(self, mapper: Mapper, batch: Batch, since: datetime | None) -> Page:
        """The issues of a batch that this pull has not had yet."""
        fresh: list[Any] = []
        for issue in batch.issues:
            try:
                key = key_of(issue)
            except Unreadable:
                fresh.append(issue)
                continue
            if key not in self.seen:
                self.seen.add(key)
                fresh.append(issue)
        self.done += len(fresh)
        self.context.progress(self.done, max(batch.total, self.done) if batch.total is not None else None, "issues")
        if since is not None:
            threads.fill(self.http, mapper, fresh)
        return mapper.page(fresh, since)

    def _clock(self, batch: Batch) -> datetime:
        """The server's time, ours when it does not say."""
        if batch.date is None:
            return self.context.now() + timedelta(seconds=self.progress.ahead)
        self.progress.ahead = round((batch.date - self.context.now()).total_seconds())
        return batch.date

    def _is_due(self, last: datetime | None, every: timedelta) -> bool:
        """Whether that long has passed; a time to come is one of a clock that was wrong."""
        return last is None or not timedelta(0) <= self.context.now() - last < every
