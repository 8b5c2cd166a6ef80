"""The contract tests pass for a connector that keeps it, and fail for each way not to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Connector, Cursor, Known, Option, Page, Refusal
from opstui.connectors.testing import ConnectorContract
from opstui.domain.model import Item
from opstui.domain.text import clean_line

_NUMBERS = count()


class Lines(Connector):
    """One item per line of a text file; a line that starts with ``#`` is refused."""

    name = "lines"
    title = "Lines"
    api_version = 1
    options = (Option("path", "path", "The file.", required=True, example="in.txt"),)

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        lines = self.config["path"].read_text("utf-8", "surrogatepass").split("\n")
        for at, line in enumerate(lines):
            if at < (cursor or {}).get("at", 0):
                continue
            if line.startswith("#"):
                yield Page(refused=(Refusal(f"line {at + 1}", "a comment"),), cursor={"at": at + 1})
            else:
                yield Page((self.item(at, line),), cursor={"at": at + 1})

    def item(self, at: int, line: str) -> Item:
        return Item(
            self.context.source, f"L{at}", clean_line(line), created=datetime(2026, 1, 1, tzinfo=UTC), fingerprint=ascii(line)
        )


class TestLines(ConnectorContract):
    """The contract over a connector that keeps it."""

    connector = Lines

    def options(self, folder: Path) -> Mapping[str, Any]:
        (folder / "in.txt").write_text("one\ntwo\n# no\nthree")
        return {"path": "in.txt"}

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any]:
        (folder / "bad.txt").write_text(text + "\n" + text, "utf-8", "surrogatepass")
        return {"path": "bad.txt"}


class _Naive(Lines):
    def item(self, at: int, line: str) -> Item:
        return Item("sample", f"L{at}", line, created=datetime(2026, 1, 1), fingerprint=line)  # noqa: DTZ001  that is the fault


class _Unclean(Lines):
    def item(self, at: int, line: str) -> Item:
        return Item("sample", f"L{at}", f"{line}\x1b[0m", fingerprint=line)


class _Unstable(Lines):
    def item(self, at: int, line: str) -> Item:
        return Item("sample", f"L{at}", line, fingerprint=str(next(_NUMBERS)))


class _Same(Lines):
    def item(self, at: int, line: str) -> Item:
        return Item("sample", "L", line, fingerprint=line)


class _Foreign(Lines):
    def item(self, at: int, line: str) -> Item:
        return Item("elsewhere", f"L{at}", line, fingerprint=line)


class _Skips(Lines):
    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        return iter(()) if cursor else super().pull(cursor, known)


class _Cursed(Lines):
    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        yield Page((self.item(0, "a"), self.item(1, "b")), cursor={"at": (1, 2)})


class _Curt(Lines):
    options = (Option("path", "path", " ", required=True),)


@pytest.mark.parametrize(
    ("connector", "test"),
    [
        (_Naive, "test_dates_are_aware"),
        (_Unclean, "test_all_text_is_clean"),
        (_Unclean, "test_hostile_text_comes_in_clean"),
        (_Unstable, "test_fingerprints_are_stable"),
        (_Same, "test_it_yields_pages_of_its_own_items"),
        (_Foreign, "test_it_yields_pages_of_its_own_items"),
        (_Skips, "test_it_goes_on_from_every_cursor"),
        (_Cursed, "test_cursors_are_json"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, connector: type[Connector], test: str) -> None:
    contract = TestLines()
    contract.connector = connector  # type: ignore[misc]
    with pytest.raises(AssertionError):
        getattr(contract, test)(tmp_path)


def test_an_option_without_help_is_found() -> None:
    contract = TestLines()
    contract.connector = _Curt  # type: ignore[misc]
    with pytest.raises(AssertionError, match="has no help"):
        contract.test_options_are_declared_and_documented()
