"""Editors: nothing typed is lost, and ``$EDITOR`` can be used."""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.app import SuspendNotSupported

from opstui.errors import OpstuiError, StoreFull
from opstui.ui.dialogs import drafts
from opstui.ui.dialogs.capture import CaptureLine
from opstui.ui.dialogs.edit_decision import DecisionEditor, read_draft
from opstui.ui.dialogs.edit_note import NoteEditor
from opstui.ui.external import edit
from tests.support.host import HOSTILE, DraftDesk, Host, screen_text

ENVIRON = {"EDITOR": "true"}


async def typed(app: Host, *keys: str, pause: float = 0.0) -> None:
    """Press keys; ``text:words`` are typed."""
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(*(key[5:] if key.startswith("text:") else (key,)))
            await pilot.pause()
        await pilot.pause(pause)


@pytest.mark.parametrize("key", ["f2", "ctrl+o"])
async def test_a_note_is_saved_without_ctrl_enter(key: str) -> None:
    app = Host(NoteEditor("Note", "note:", DraftDesk()))
    await typed(app, "text:first", "enter", "text:second", key)
    assert app.answer == "first\nsecond"


async def test_the_draft_stays_until_the_note_is_written() -> None:
    desk = DraftDesk()
    await typed(app := Host(NoteEditor("Note", "note:", desk)), "text:hello", "f2")
    assert app.answer == "hello" and desk.drafts == {"note:": "hello"}


async def test_escape_keeps_the_draft_and_the_next_editor_restores_it() -> None:
    desk = DraftDesk()
    await typed(app := Host(NoteEditor("Note", "note:x", desk)), "text:half a thought", "escape")
    assert (app.answered, app.answer, desk.drafts) == (True, None, {"note:x": "half a thought"})
    await typed(again := Host(NoteEditor("Note", "note:x", desk, "not this")), "f2")
    assert again.answer == "half a thought"


async def test_a_pause_keeps_what_is_typed_without_any_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "PAUSE_S", 0.05)
    desk = DraftDesk()
    app = Host(NoteEditor("Note", "note:", desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"typed")
        await pilot.pause(0.3)
        assert desk.drafts == {"note:": "typed"}
        assert "draft kept" in screen_text(app)


async def test_typing_that_never_rests_is_kept_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "AT_LEAST_S", 0.1)
    desk = DraftDesk()
    app = Host(NoteEditor("Note", "note:", desk))
    async with app.run_test(size=(80, 24)) as pilot:
        for letter in "abcdefghij":
            await pilot.press(letter)
            await pilot.pause(0.03)
        assert desk.drafts.get("note:", "").startswith("abc")


async def test_a_draft_that_cannot_be_kept_says_so_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "PAUSE_S", 0.05)
    desk = DraftDesk()
    desk.fails = StoreFull("Nothing was written", "the disk is full")
    app = Host(NoteEditor("Note", "note:", desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"words")
        await pilot.pause(0.3)
        assert "the disk is full" in screen_text(app)
        desk.fails = None
        await pilot.press("escape")
        await pilot.pause()
    assert desk.drafts == {"note:": "words"}


async def test_an_emptied_draft_is_dropped_and_an_empty_note_is_not_saved() -> None:
    desk = DraftDesk(**{"note:": "x"})
    await typed(app := Host(NoteEditor("Note", "note:", desk)), "backspace", "f2")
    assert not app.answered and desk.drafts["note:"] == ""


class Saver:
    """What writes an editor's text: ``why`` is what it says in answer."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.given: list[Any] = []

    def __call__(self, answer: Any, told: Callable[[str], None]) -> None:
        self.given.append(answer)
        told(self.why)


@pytest.mark.parametrize("editor", [NoteEditor, CaptureLine, DecisionEditor])
async def test_what_cannot_be_saved_stays_in_the_editor_which_says_why(editor: Any) -> None:
    desk, save = DraftDesk(), Saver("Nothing was written: the disk is full")
    dialog = {
        NoteEditor: lambda: NoteEditor("Note", "note:", desk, save=save),
        CaptureLine: lambda: CaptureLine(desk, save=save),
        DecisionEditor: lambda: DecisionEditor(desk, save=save),
    }[editor]()
    app = Host(dialog)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"hours", "enter" if editor is CaptureLine else "f2")
        await pilot.pause()
        assert not app.answered
        assert "the disk is full" in screen_text(app) and "hours" in screen_text(app)
        save.why = ""
        await pilot.press("enter" if editor is CaptureLine else "f2")
        await pilot.pause()
        assert app.answered and len(save.given) == 2


@pytest.mark.parametrize("editor", [NoteEditor, CaptureLine, DecisionEditor])
async def test_escape_throws_nothing_away_before_it_said_so(editor: Any) -> None:
    desk = DraftDesk()
    desk.fails = StoreFull("Nothing was written", "the disk is full")
    app = Host({NoteEditor: lambda: NoteEditor("Note", "note:", desk)}.get(editor, lambda: editor(desk))())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "keeps a draft" in screen_text(app)
        await pilot.press(*"hours", "escape")
        await pilot.pause()
        assert not app.answered
        assert "the disk is full" in screen_text(app) and "hours" in screen_text(app)
        assert "keeps a draft" not in screen_text(app) and "throw it away" in screen_text(app)
        await pilot.press("!", "escape")  # something more was written: it is asked once more
        await pilot.pause()
        assert not app.answered
        await pilot.press("escape")
        await pilot.pause()
        assert (app.answered, app.answer) == (True, None)


async def test_hostile_text_is_edited_as_text() -> None:
    app = Host(NoteEditor(f"Note on {HOSTILE}", "note:", DraftDesk(**{"note:": HOSTILE})))
    await typed(app, "f2")
    assert "[b]bold[/nope]" in app.answer


# $EDITOR


def runs(text: str | None, code: int = 0) -> tuple[list[Sequence[str]], Any]:
    """An editor that writes ``text`` and ends with ``code``; its calls are kept."""
    calls: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> int:
        calls.append(command)
        path = Path(command[-1])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if text is not None:
            path.write_text(text, encoding="utf-8")
        return code

    return calls, run


def test_visual_comes_before_editor_and_may_have_arguments(tmp_path: Path) -> None:
    calls, run = runs("changed\n")
    assert edit("before", tmp_path / "drafts", {"VISUAL": "code --wait", "EDITOR": "vi"}, run=run) == "changed"
    assert calls[0][:2] == ["code", "--wait"]
    _, leaves_it = runs(None)
    assert edit("two\nlines", tmp_path / "drafts", {"EDITOR": "vi"}, run=leaves_it) == "two\nlines"
    assert list((tmp_path / "drafts").iterdir()) == []
    assert stat.S_IMODE((tmp_path / "drafts").stat().st_mode) == 0o700


def test_a_failed_editor_leaves_its_file_and_says_where(tmp_path: Path) -> None:
    _, run = runs("half written", code=3)
    with pytest.raises(OpstuiError, match="ended with code 3") as error:
        edit("before", tmp_path, ENVIRON, run=run)
    (left,) = tmp_path.iterdir()
    assert left.read_text() == "half written" and str(left) in str(error.value)


@pytest.mark.parametrize("environ", [{}, {"EDITOR": " "}, {"VISUAL": "vim 'unclosed"}, {"EDITOR": "/no/such/editor"}])
def test_an_editor_that_cannot_be_used_says_what_to_set(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(OpstuiError, match=r"EDITOR|VISUAL"):
        edit("text", tmp_path, environ)
    assert list(tmp_path.iterdir()) == []


async def test_the_editor_gives_its_text_back_to_the_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "myeditor")
    _, run = runs("written elsewhere\n")
    desk = DraftDesk()
    app = Host(NoteEditor("Note", "note:", desk, folder=tmp_path, run=run))

    @contextlib.contextmanager
    def suspend() -> Iterator[None]:
        yield

    monkeypatch.setattr(app, "suspend", suspend)
    await typed(app, "text:here", "f4", "f2")
    assert app.answer == "written elsewhere"


@pytest.mark.parametrize(("tabs", "field"), [(0, "why"), (1, "why"), (2, "options")])
async def test_the_editor_takes_the_long_field_that_is_being_written(
    tabs: int, field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "myeditor")
    _, run = runs("one\ntwo\n")
    app = Host(DecisionEditor(DraftDesk(), "jira:OPS-1", {"what": "Swap"}, folder=tmp_path, run=run))
    monkeypatch.setattr(app, "suspend", contextlib.nullcontext)
    await typed(app, *["tab"] * tabs, "ctrl+e", "f2")
    assert app.answer[field] == ("one\ntwo" if field == "why" else ("one", "two"))
    assert app.answer["what"] == "Swap"


async def test_a_failed_editor_leaves_the_decision_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "myeditor")
    _, run = runs("half", code=1)
    app = Host(DecisionEditor(DraftDesk(), "", {"what": "Swap", "why": "kept"}, folder=tmp_path, run=run))
    monkeypatch.setattr(app, "suspend", contextlib.nullcontext)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        assert "myeditor failed" in screen_text(app)
        await pilot.press("f2")
        await pilot.pause()
    assert app.answer["why"] == "kept"


async def test_after_a_failed_editor_the_app_has_its_terminal_back_and_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "myeditor")
    _, run = runs("half", code=1)
    app = Host(NoteEditor("Note", "note:", DraftDesk(), "kept", folder=tmp_path, run=run))
    resumed = []

    @contextlib.contextmanager
    def suspend() -> Iterator[None]:
        yield
        resumed.append(True)  # as Textual does it: never reached when an error goes through

    monkeypatch.setattr(app, "suspend", suspend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        assert resumed and "myeditor failed" in screen_text(app)
        await pilot.press("f2")
        await pilot.pause()
    assert app.answer == "kept"


async def test_a_terminal_that_cannot_be_lent_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(NoteEditor("Note", "note:", DraftDesk(), "text"))

    def suspend() -> Any:
        raise SuspendNotSupported("not here")

    monkeypatch.setattr(app, "suspend", suspend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+e")
        await pilot.pause()
        assert "cannot be lent" in screen_text(app)


# Decisions


async def test_a_decision_has_all_its_parts() -> None:
    desk = DraftDesk()
    app = Host(DecisionEditor(desk, "jira:OPS-1"))
    steps = (
        "text:Swap vendor",
        "tab",
        "text:rejects",
        "tab",
        "text:wait",
        "enter",
        "text:nothing",
        "tab",
        "text:Bo Lind",
        "tab",
    )
    await typed(app, *steps, "text:2026-12-04", "tab", "text:rejects down", "f2")
    assert app.answer == {
        "what": "Swap vendor",
        "why": "rejects",
        "options": ("wait", "nothing"),
        "owner": "Bo Lind",
        "review_on": "2026-12-04",
        "effect": "rejects down",
        "ref": "jira:OPS-1",
        "supersedes": None,
    }
    assert json.loads(desk.drafts["decision:jira:OPS-1"])["what"] == "Swap vendor"


async def test_a_review_date_is_typed_as_any_time_and_echoed() -> None:
    app = Host(DecisionEditor(DraftDesk(), "", {"what": "x", "review_on": "2 weeks"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Fri 4 Dec 2026" in screen_text(app)
        await pilot.press("f2")
        await pilot.pause()
    assert app.answer["review_on"] == "2026-12-04"


@pytest.mark.parametrize(
    ("initial", "missing", "field"),
    [({}, "Say what was decided", "what"), ({"what": "x", "review_on": "flurb"}, "is not a time", "review_on")],
)
async def test_what_is_missing_is_said_and_gone_to(initial: dict[str, str], missing: str, field: str) -> None:
    app = Host(DecisionEditor(DraftDesk(), "", initial))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        assert missing in screen_text(app)
        assert app.screen.focused is not None and app.screen.focused.id == field
    assert not app.answered


async def test_a_half_written_decision_survives_escape() -> None:
    desk = DraftDesk()
    await typed(Host(DecisionEditor(desk, "a:1")), "text:half", "tab", f"text:because {HOSTILE[:14]}", "escape")
    app = Host(DecisionEditor(desk, "a:1"))
    await typed(app, "f2")
    assert app.answer["what"] == "half" and app.answer["why"] == f"because {HOSTILE[:14]}"


async def test_superseding_names_the_old_decision_and_has_a_draft_of_its_own() -> None:
    editor = DecisionEditor(DraftDesk(), "a:1", {"supersedes": 4, "replaces": f"keep it {HOSTILE}"})
    assert editor.slot == "decision:a:1#4"
    app = Host(editor)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "takes the place of: keep it [b]bold[/nope]" in screen_text(app)
        await pilot.press(*"new", "f2")
        await pilot.pause()
    assert app.answer["supersedes"] == 4


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', '{"what": ""}'])
def test_a_draft_that_cannot_be_read_is_no_draft(text: str) -> None:
    assert read_draft(text) == {}


# Quick capture


async def test_a_captured_line_is_answered_and_its_draft_kept() -> None:
    desk = DraftDesk()
    await typed(app := Host(CaptureLine(desk)), "text:call Bo", "enter")
    assert app.answer == "call Bo" and desk.drafts == {"capture": "call Bo"}
    await typed(again := Host(CaptureLine(desk)), "text: today", "enter")
    assert again.answer == "call Bo today"
