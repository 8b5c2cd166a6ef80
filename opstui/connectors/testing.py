"""Contract tests for a connector: subclass ``ConnectorContract`` in your own tests and pytest does the rest.

class TestMine(ConnectorContract):
    connector = MyConnector

    def options(self, folder):
        (folder / "in.json").write_text(SAMPLE)
        return {"path": "in.json"}
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, ClassVar

from opstui.connectors.api import API_VERSION, OPTION_TYPES, Connector, Context, Cursor, Page, Refusal
from opstui.connectors.options import resolve
from opstui.domain.model import Item
from opstui.domain.text import clean

HOSTILE = (
    "[/nope] \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eevil\u202c zero\u200bwidth \ud83d nul\x00 "
    "[@click=app.quit]x[/] é 🧑‍🔧 שלום"
)
"""Text as an attacker or a broken exporter writes it: markup, escapes, bidi overrides, half a surrogate pair."""

PAGE_LIMIT = 1000
_FORBIDDEN = ("opstui.store", "opstui.services", "opstui.ui", "opstui.cli", "opstui.config", "textual", "sqlite_utils")


@dataclass(frozen=True, slots=True)
class KnownItems:
    """A ``Known`` of given fingerprints, for tests."""

    prints: Mapping[str, str] = field(default_factory=dict)
    open: Set[str] = frozenset()

    def fingerprints(self) -> Mapping[str, str]:
        """Key -> fingerprint."""
        return self.prints

    def open_keys(self) -> Set[str]:
        """Keys of the items that are neither done nor gone."""
        return self.open


class ConnectorContract:
    """What every connector must keep. Set ``connector``, write a sample in ``options``; override what differs."""

    connector: ClassVar[type[Connector]]
    timezone: ClassVar[tzinfo] = UTC
    moment: ClassVar[datetime] = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)

    def options(self, folder: Path) -> Mapping[str, Any]:
        """Make a sample source of at least two items under ``folder``; return options as a config file gives them."""
        raise NotImplementedError

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any] | None:
        """Like ``options``, with ``text`` in every field it can stand in; None if you cannot make such a source."""
        return None

    def secret(self, reference: Any, folder: Path) -> str:
        """The value a secret reference stands for in these tests."""
        return "not-a-real-secret"

    # -- how it declares itself

    def test_it_names_itself(self) -> None:
        """A name that fits in a config, a title for people, and the API version as a number."""
        assert self.connector.name == self.connector.name.strip().lower()
        assert self.connector.name
        assert self.connector.title.strip()
        assert self.connector.api_version == API_VERSION

    def test_options_are_declared_and_documented(self) -> None:
        """Each option has a known type and a sentence of help; no name twice."""
        options = self.connector.options
        assert isinstance(options, tuple)
        assert len({option.name for option in options}) == len(options)
        for option in options:
            assert option.type in OPTION_TYPES, option.name
            assert option.help.strip(), f"option {option.name} has no help"
            assert not (option.required and option.default is not None), f"{option.name} is required and has a default"

    def test_importing_it_pulls_in_neither_store_nor_screen(self) -> None:
        """A connector sees the plugin API, the domain and its own library."""
        code = f"import sys; import {self.connector.__module__}; print([m for m in {_FORBIDDEN!r} if m in sys.modules])"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=_env())
        assert run.stdout.strip() == "[]"

    # -- what it yields

    def test_it_yields_pages_of_its_own_items(self, tmp_path: Path) -> None:
        """Pages of bounded size, items of this source, each key once."""
        pages = list(self.pull(tmp_path))
        assert all(isinstance(page, Page) for page in pages)
        assert all(len(page.items) <= PAGE_LIMIT for page in pages)
        items = [item for page in pages for item in page.items]
        assert len(items) >= 2, "the sample should have at least two items"
        assert {item.source for item in items} == {"sample"}
        assert len({item.key for item in items}) == len(items), "a key came twice in one pull"
        assert all(item.key and item.title and item.fingerprint for item in items)

    def test_refusals_say_where_and_why(self, tmp_path: Path) -> None:
        """A record that does not come in names its place and the reason."""
        for page in self.pull(tmp_path):
            for refusal in page.refused:
                assert isinstance(refusal, Refusal)
                assert refusal.where
                assert refusal.reason

    def test_dates_are_aware(self, tmp_path: Path) -> None:
        """A naive datetime has no meaning two time zones away."""
        for item in self.items(tmp_path):
            for value in _leaves(item):
                if isinstance(value, datetime):
                    assert value.tzinfo is not None, f"{item.key} has a naive datetime"

    def test_all_text_is_clean(self, tmp_path: Path) -> None:
        """No control, escape or bidi-override character gets past the connector."""
        for item in self.items(tmp_path):
            _assert_clean(item)

    def test_hostile_text_comes_in_clean(self, tmp_path: Path) -> None:
        """Markup stays text; escapes and overrides are gone; nothing crashes."""
        given = self.hostile_options(tmp_path, HOSTILE)
        if given is None:
            import pytest

            pytest.skip("this connector's tests make no hostile source: override hostile_options")
        items = [item for page in self.start(tmp_path, given).pull(None, KnownItems()) for item in page.items]
        assert items
        for item in items:
            _assert_clean(item)

    # -- how it goes on

    def test_fingerprints_are_stable(self, tmp_path: Path) -> None:
        """Two pulls of the same source give the same fingerprints."""
        first = {item.key: item.fingerprint for item in self.items(tmp_path)}
        again = {item.key: item.fingerprint for item in self.items(tmp_path)}
        assert first == again

    def test_cursors_are_json(self, tmp_path: Path) -> None:
        """A cursor survives the store: it comes back from JSON as it went in."""
        for page in self.pull(tmp_path):
            if page.cursor is not None:
                assert json.loads(json.dumps(dict(page.cursor))) == dict(page.cursor)

    def test_it_goes_on_from_every_cursor(self, tmp_path: Path) -> None:
        """Interrupted after any page, the next pull brings all that was missing."""
        pages = list(self.pull(tmp_path))
        everything = {item.key for page in pages for item in page.items}
        had: dict[str, str] = {}
        for page in pages:
            had.update((item.key, item.fingerprint) for item in page.items)
            cursor = None if page.cursor is None else json.loads(json.dumps(dict(page.cursor)))
            known = KnownItems(dict(had), frozenset(had))
            rest = {item.key for later in self.pull(tmp_path, cursor, known) for item in later.items}
            assert everything <= set(had) | rest, "items were lost after an interruption"

    # -- tools

    def start(self, folder: Path, given: Mapping[str, Any]) -> Connector:
        """A connector over ``given``, as the engine would make it."""
        values = resolve(self.connector.options, given, folder=folder, source="sample", secret=self.secret)
        return self.connector(values, Context("sample", self.timezone, lambda: self.moment, folder))

    def pull(self, folder: Path, cursor: Cursor | None = None, known: KnownItems | None = None) -> Iterator[Page]:
        """One pull of the sample."""
        return iter(self.start(folder, self.options(folder)).pull(cursor, known or KnownItems()))

    def items(self, folder: Path) -> list[Item]:
        """Every item of one whole pull."""
        return [item for page in self.pull(folder) for item in page.items]


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}


def _leaves(value: object) -> Iterator[object]:
    """Every plain value inside a dataclass, tuple or mapping."""
    if is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _leaves(getattr(value, part.name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _assert_clean(item: Item) -> None:
    for value in _leaves(item):
        if isinstance(value, str):
            assert clean(value) == value, f"{item.key} holds unclean text: {ascii(value)[:80]}"
