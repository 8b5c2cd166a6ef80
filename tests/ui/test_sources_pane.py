"""The sources pane: health at a glance, trouble with its remedy, what did not come in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.views import SourceState
from opstui.store import kept
from opstui.ui.app import OpstuiApp
from opstui.ui.panes.sources import SourcesPane
from opstui.ui.present import line_width
from opstui.ui.present_sources import STATES, expiry_words, found_words, next_words, out_piece, source_line, source_page
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk
from tests.support.host import HOSTILE, LOOK, screen_text
from tests.support.journal import a_troubled_morning, a_workspace
from tests.support.triage import a_triage


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


def test_what_is_parked_is_not_said_to_be_sent() -> None:
    assert out_piece(a_source(waiting=3, parked=1), LOOK)[0] == "↑ 2 to send"
    assert out_piece(a_source(waiting=1, parked=1), LOOK)[0] == "□ 1 parked"
    said = ["".join(text for text, _ in line) for line in source_page(a_source(waiting=3, parked=1), (), 60, MORNING, LOOK)]
    assert "outbox    2 not sent yet, 1 parked: O shows them" in said


def test_a_change_that_was_refused_is_not_said_to_be_a_pull_that_was() -> None:
    good = MORNING - timedelta(seconds=40)
    source = a_source("refused", last_ok=good, last_try=good, what="log: the password was refused")
    said = ["".join(text for text, _ in line) for line in source_page(source, (), 60, MORNING, LOOK)]
    assert "last pull 08:04:20, just now" in said
    assert not [line for line in said if line.startswith(("last try", "last ok"))]


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


# What is written to it, what it costs, and what is done to it here


def said(source: SourceState, cells: int = 78, **more: Any) -> str:
    return "\n".join("".join(text for text, _ in line) for line in source_page(source, (), cells, MORNING, LOOK, **more))


def test_no_two_states_look_alike() -> None:
    lines = {state: "".join(text for text, _ in source_line(a_source(state), 118, MORNING, LOOK)) for state in STATES}
    assert len(set(lines.values())) == len(STATES)
    reading = "".join(text for text, _ in source_line(a_source(), 118, MORNING, LOOK, (420, 1000, "issues")))
    assert "syncing" in reading and "42 %" in reading and "▮▮▮▮▯" in reading


@pytest.mark.parametrize("cells", [38, 60, 78, 118, 198])
def test_a_busy_line_keeps_its_width(cells: int) -> None:
    source = a_source(name=HOSTILE, refused=12345, waiting=12, stuck=3, expires=MORNING + timedelta(days=9), last_try=MORNING)
    for far in (None, (0, None, ""), (12000, None, HOSTILE), (5, 7, "rows")):
        assert line_width(source_line(source, cells, MORNING, LOOK, far)) == cells
    for line in source_page(
        source, (), cells, MORNING, LOOK, far=(5, 7, HOSTILE), tested=(False, HOSTILE, HOSTILE, "x", MORNING)
    ):
        assert line_width(line) <= cells


def test_what_came_back_is_red_and_what_waits_is_not() -> None:
    assert out_piece(a_source(waiting=2, stuck=1), LOOK) == ("✗ 1 back", "error")
    assert out_piece(a_source(waiting=2), LOOK) == ("↑ 2 to send", "muted")
    assert out_piece(a_source(), LOOK) == ("", "muted")
    assert "outbox    2 not sent yet, 1 came back: O shows them" in said(a_source(waiting=2, stuck=1))


def test_the_page_says_what_can_be_written_and_as_whom_and_what_is_left() -> None:
    tracker = a_source(
        last_try=MORNING,
        verbs=("comment", "assign"),
        account="Ana Ruiz",
        calls=14,
        quota_left=480,
        quota_limit=500,
        quota_reset=MORNING + timedelta(minutes=55),
    )
    text = said(tracker)
    assert "can       assign, comment" in text and "account   Ana Ruiz" in text
    assert "calls     14 in the last run · 480 of 500 left, full again at 09:00" in text
    assert "can       only be read" in said(a_source())
    assert "can " not in said(a_source("refused", last_ok=None, last_try=MORNING))


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, ""), (14, "token ends in 14d"), (9, "token ends in 9d"), (0.1, "token ends in 2h"), (-1, "token ended")],
)
def test_a_credential_is_warned_of_in_its_last_two_weeks(days: float, words: str) -> None:
    source = a_source(expires=MORNING + timedelta(days=days), account="Ana Ruiz")
    assert expiry_words(source, MORNING) == words
    assert ("opstui auth helpdesk" in said(source)) is bool(words)


def test_failures_in_a_row_and_what_a_test_answered_are_on_the_page() -> None:
    assert "3 times in a row" in said(a_source("failed", failures=3, last_try=MORNING, what="x"))
    tested = (False, "helpdesk: 401, the token was refused", "it expired", "opstui auth helpdesk", MORNING)
    assert "tested    08:05:00, just now: helpdesk: 401, the token was refused" in said(a_source(), tested=tested)
    assert "next      opstui auth helpdesk" in said(a_source(), tested=tested)


def test_paused_by_hand_and_switched_off_are_told_apart() -> None:
    assert "You have paused it" in said(a_source("paused", paused=MORNING))
    assert "switched off in the config" in said(a_source("paused"))


async def test_a_source_is_paused_and_resumed_by_one_key(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7")
        await desk.expect("P pause")
        await desk.press("P")
        await desk.expect("· paused", "You have paused it", "Paused helpdesk: it is neither pulled nor written to")
        await desk.press("K")
        await desk.expect("P resume")
        await desk.press("P")
        await desk.expect("Resumed helpdesk")
        await desk.until(lambda: "paused" not in desk.text)


async def test_what_cannot_be_done_to_a_source_says_why(tmp_path: Path) -> None:
    workspace = a_troubled_morning(tmp_path)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("7", "end", "P")
        await pilot.pause(0.1)
        assert "it is switched off in the config" in screen_text(app)
        await pilot.press("home", "t")
        await pilot.pause(0.1)
        assert "Cannot test now: the engine is not running yet." in screen_text(app)
    workspace.close()


async def test_the_log_of_a_connector_is_shown_in_the_pages_place(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7", "L")
        await desk.expect("LOG OF HELPDESK", "Its connector said nothing during the last run.")
        await desk.press("L")
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "helpdesk.log").write_text("".join(f"line {n} {HOSTILE}\n" for n in range(1000)))
        await desk.press("L")
        await desk.expect("line 999")
        await desk.press(*["K"] * 60)
        await desk.expect("what was said before is in the file", "line 600")
        await desk.press("escape")
        await desk.expect("last ok")
        assert isinstance(desk.app.pane, SourcesPane)
        assert "\x1b" not in desk.text


async def test_how_far_a_source_is_moves_with_the_engines_events(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7")
        hear = desk.app.engine.hear
        hear({"event": "started", "source": "helpdesk"})
        desk.app._engine_told()
        await desk.expect("↻ syncing")
        hear({"event": "progress", "source": "helpdesk", "done": 420, "total": 1000, "unit": "rows"})
        desk.app._engine_told()
        await desk.expect("42 %", "420 of 1,000 rows")
        hear({"event": "progress", "source": "helpdesk", "done": 1, "total": 3, "unit": "s waited"})
        desk.app._engine_told()
        await desk.expect("asks again in 2s", "helpdesk waits")
        assert "%" not in desk.text
        hear({"event": "finished", "source": "helpdesk"})
        desk.app._engine_told()
        await desk.until(lambda: "syncing" not in desk.text)


async def test_a_test_of_the_credentials_is_answered_on_the_page(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7")
        answer = {
            "event": "checked",
            "source": "helpdesk",
            "ok": False,
            "what": f"401 {HOSTILE}",
            "next_step": "Ask for another.",
        }
        desk.app.engine.hear(answer)
        desk.app._engine_told()
        await desk.expect("tested", "401 [b]bold", "Ask for another.", "helpdesk was tested: 401")
        desk.app.engine.hear({"event": "checked", "source": "helpdesk", "ok": True, "text": "74 records"})
        desk.app._engine_told()
        await desk.expect("just now: 74 records", "helpdesk was tested: it answered.")
