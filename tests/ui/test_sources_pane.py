"""The sources pane: health at a glance, trouble with its remedy, what did not come in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.views import SourceState
from opstui.store import kept
from opstui.ui.app import OpstuiApp
from opstui.ui.panes.sources import SourcesPane
from opstui.ui.present import line_width
from opstui.ui.present_sources import STATES, found_words, next_words, source_line, source_page
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk
from tests.support.host import HOSTILE, LOOK, screen_text
from tests.support.journal import a_troubled_morning, a_workspace


def a_source(state: str = "ok", **more: object) -> SourceState:
    values: dict[str, object] = {
        "name": "helpdesk",
        "connector": "csv",
        "required": True,
        "state": state,
        "last_ok": MORNING - timedelta(minutes=4),
        "last_try": None,
        "next_due": None,
        "items": 12,
        "refused": 0,
    }
    return SourceState(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", [38, 60, 78, 118, 198])
@pytest.mark.parametrize("state", STATES)
def test_a_line_is_as_wide_as_the_list_and_says_the_state_in_a_word(state: str, cells: int) -> None:
    line = source_line(a_source(state, name=HOSTILE, refused=1234567), cells, MORNING, LOOK)
    assert line_width(line) == cells
    assert state in "".join(text for text, _ in line)


def test_the_next_run_and_what_was_found_are_told_in_words() -> None:
    assert next_words(a_source(next_due=MORNING + timedelta(minutes=4)), MORNING) == "next in 4m"
    assert next_words(a_source(next_due=MORNING - timedelta(minutes=4)), MORNING) == "next: due now"
    assert next_words(a_source("paused", next_due=MORNING), MORNING) == ""
    found = a_source(seen=122, added=3, changed=5, unchanged=112, refused=2, seconds=0.41)
    assert found_words(found) == "122 read: 3 added, 5 changed, 112 same, 2 refused, in 0.4 s"


def test_the_page_says_what_why_and_what_helps_before_all_else() -> None:
    source = a_source(
        "refused", what="mail: the password was refused", why="AUTHENTICATIONFAILED", next_step="Check MAIL_PASSWORD."
    )
    said = ["".join(text for text, _ in line) for line in source_page(source, (), 60, MORNING, LOOK)]
    assert [line.split()[0] for line in said[3:6]] == ["what", "why", "next"]


def test_after_a_failed_read_nothing_looks_as_if_it_had_succeeded() -> None:
    good, tried = MORNING - timedelta(seconds=40), MORNING - timedelta(seconds=5)
    source = a_source("failed", last_ok=good, last_try=tried, what="log: it cannot be read")
    row = "".join(text for text, _ in source_line(source, 118, MORNING, LOOK))
    assert "last ok 08:04" in row and "read just now" not in row
    said = ["".join(text for text, _ in line) for line in source_page(source, (), 60, MORNING, LOOK)]
    assert "last try  failed at 08:04:55, just now" in said
    assert "last ok   08:04:20, just now" in said
    assert "found     nothing this time; 12 kept from before" in said


async def opened(folder: Path, *keys: str, size: tuple[int, int] = (120, 36)) -> str:
    workspace = a_troubled_morning(folder)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=size) as pilot:
        await pilot.press("7", *keys)
        await pilot.pause(0.1)
        await pilot.pause()
        assert isinstance(app.pane, SourcesPane)
        text = screen_text(app)
    workspace.close()
    return text


async def test_each_source_has_a_line_and_the_refused_rows_say_where_and_why(tmp_path: Path) -> None:
    text = await opened(tmp_path)
    for said in (
        "✓ ok",
        "helpdesk",
        "! refused",
        "mail",
        "paused",
        "next in 1m",
        "tickets.csv:92",
        "dates are day first",
        "INC4799",
    ):
        assert said in text, said
    assert "\x1b" not in text and "[b]bold[/nope]" in text


async def test_trouble_stands_under_its_source_with_the_remedy(tmp_path: Path) -> None:
    text = await opened(tmp_path, "j", "j")
    assert "the password was refused" in text and "Check MAIL_PASSWORD, then press r." in text


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50)])
async def test_it_fits_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    assert "helpdesk" in await opened(tmp_path, "J", "K", "end", size=size)


async def test_escape_goes_back_to_the_queue(tmp_path: Path) -> None:
    workspace = a_troubled_morning(tmp_path)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.current_mode == "triage"
    workspace.close()


async def test_no_source_at_all_says_how_to_set_one_up(tmp_path: Path) -> None:
    clock = FakeClock()
    workspace = a_workspace(tmp_path, a_desk(tmp_path, clock, sources=[]), clock)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7")
        await pilot.pause(0.1)
        assert "opstui init" in screen_text(app)
        await pilot.press("r")
        await pilot.pause()
        assert "no source to read yet" in screen_text(app)
    workspace.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
async def test_a_failing_daily_backup_is_told_above_every_source(size: tuple[int, int], tmp_path: Path) -> None:
    workspace = a_troubled_morning(tmp_path)
    with workspace.store.writing() as conn:
        kept.keep(conn, kept.BACKUP_TROUBLE, "No space left on the disk")
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=size) as pilot:
        await pilot.press("7")
        await pilot.pause(0.1)
        assert "! the daily backup fails" in screen_text(app)
        for _ in range(2):
            assert "No space left on the disk" in screen_text(app)
            await pilot.press("j")
            await pilot.pause(0.1)
    workspace.close()
