"""Keys that arrive at once: each does what it would have done alone, in a dialog as in the list."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual import events

from tests.support.shell import Shell
from tests.support.terminal import Terminal
from tests.support.triage import Story, a_triage


async def burst(desk: Story, *keys: str) -> None:
    """All keys are there before the first is handled; ``text:words`` are typed."""
    for key in keys:
        for letter in key[5:] if key.startswith("text:") else [key]:
            named = {" ": "space", ":": "colon", "+": "plus", "/": "slash"}.get(letter, letter)
            desk.app.post_message(events.Key(named, letter if len(letter) == 1 else None))
    await desk.pilot.pause(0.1)


async def test_a_note_is_written_with_all_that_was_typed(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await burst(desk, "text:nhello old dog", "f2")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        found = desk.desk.detail("helpdesk:INC4711")
        assert found is not None
        assert [note.text for note in found.notes] == ["hello old dog"]
        assert desk.queue.cursor == "INC4711"


async def test_the_palette_opens_the_action_that_was_typed(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await burst(desk, "text::theme", "enter")
        await desk.expect("Theme", "opstui-light")
        assert not desk.desk.undo_list(1)


async def test_one_question_after_the_other_takes_what_is_its_own(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await burst(desk, "text:wbo lind", "enter", "text:2h", "enter", "text:parts", "enter", "j", "j", "a")
        await desk.until(lambda: len(desk.desk.undo_list()) == 2)
        found = desk.desk.detail("helpdesk:INC4711")
        assert found is not None
        assert (found.mark.target, found.mark.reason) == ("Bo Lind", "parts")


async def test_a_number_in_a_dialog_answers_it_and_the_next_key_is_the_lists(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await burst(desk, "x", "1", "x", "2", "j", "d")
        await desk.until(lambda: len(desk.desk.undo_list()) == 3)
        assert [action.verb for action in desk.desk.undo_list()] == ["done", "decline", "decline"]


async def test_words_after_the_filter_key_are_the_filters(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await burst(desk, "text:/payroll", "enter")
        await desk.until(lambda: desk.queue.refs == ["OPS-88"])
        assert not desk.desk.undo_list()


# A real terminal, every byte in one write

F2 = "\x1bOQ"
TIMES = 20


@contextmanager
def opened(shell: Shell) -> Iterator[Terminal]:
    """The app over a queue of sixty."""
    rows = "".join(f"INC{n},Door {n} does not close,New,3 - Moderate,,2026-11-20 02:10:00\n" for n in range(101, 161))
    shell.office("number,short_description,state,priority,assigned_to,opened_at\n" + rows)
    assert shell("sync").code == 0
    with Terminal([sys.executable, "-m", "opstui"], shell.environ, shell.home) as terminal:
        terminal.expect("60 left")
        terminal.expect("all keys")
        yield terminal


def test_notes_typed_at_once_are_all_written(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    with opened(shell) as terminal:
        terminal.type("".join(f"nhello door {n}{F2}j" for n in range(TIMES)) + "q")
        assert terminal.end(60) == 0
    found = shell("log", "search", "hello", "--limit", "100", "--json").json
    notes = [entry for entry in found if entry["kind"] == "note"]
    assert sorted(entry["text"] for entry in notes) == sorted(f"hello door {n}" for n in range(TIMES))
    assert len({entry["ref"] for entry in notes}) == TIMES


def test_snoozes_typed_at_once_are_all_until_what_was_typed(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    with opened(shell) as terminal:
        terminal.type("s2h\r" * TIMES + "q")
        assert terminal.end(60) == 0
    assert len(shell("queue", "--place", "snoozed", "--limit", "100", "--json").json) == TIMES


def test_owners_typed_at_once_are_who_was_typed(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    with opened(shell) as terminal:
        terminal.type("obo lind\r" * TIMES + "q")
        assert terminal.end(60) == 0
    owners = [row["owner"] for row in shell("queue", "--place", "assigned", "--limit", "100", "--json").json]
    assert owners == ["Bo Lind"] * TIMES


def test_an_action_typed_by_name_at_once_is_the_one_that_runs(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    with opened(shell) as terminal:
        for _ in range(TIMES):
            terminal.type(":theme\r")
            terminal.expect("keep this theme")
            terminal.type("\x1b")
            time.sleep(0.2)  # an Escape is one only when nothing follows it
        terminal.type("q")
        assert terminal.end() == 0
    assert len(shell("queue", "--limit", "100", "--json").json) == 60
