"""Keys by action id: presets, the user's own, clashes, unknown names."""

from __future__ import annotations

import string

import pytest

from opstui.config.keymap import PRESETS, Keymap, key_name, keymap
from opstui.domain.actions import ACTIONS, BY_ID, Action


def _trouble(map: Keymap) -> tuple[str, str, str]:
    [one] = map.troubles
    return one.action, one.severity, f"{one.why}. {one.next_step}"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_knows_its_actions_and_gives_no_key_twice_in_a_place(preset: str) -> None:
    assert set(PRESETS[preset]) <= set(BY_ID)
    keys = keymap(preset, {}).keys
    spelled = {id: ",".join(keys[id]) for id in keys}
    clashes = [one.why for one in keymap("vim", spelled).troubles if one.severity == "error"]
    assert clashes == []


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_leaves_every_action_its_key(preset: str) -> None:
    assert [id for id, found in keymap(preset, {}).keys.items() if not found and BY_ID[id].keys] == []


def test_own_keys_take_the_place_of_the_defaults() -> None:
    map = keymap("vim", {"item.accept": "a, f2"})
    assert map.keys["item.accept"] == ("a", "f2")
    assert map.keys["item.done"] == BY_ID["item.done"].keys
    assert map.troubles == ()


def test_an_empty_text_takes_the_keys_away() -> None:
    assert keymap("vim", {"item.accept": ""}).keys["item.accept"] == ()


def test_an_unknown_action_is_told_with_the_nearest() -> None:
    assert _trouble(keymap("vim", {"item.acept": "a"})) == (
        "item.acept",
        "error",
        "there is no such action. Did you mean item.accept?",
    )


def test_two_own_keys_in_one_place_clash() -> None:
    id, severity, text = _trouble(keymap("vim", {"item.accept": "f2", "item.done": "f2"}))
    assert (id, severity) == ("item.done", "error")
    assert "f2 is also the key of item.accept" in text


def test_a_key_taken_from_a_default_is_told_when_nothing_is_left() -> None:
    map = keymap("vim", {"item.accept": "d"})
    assert map.keys["item.done"] == ()
    assert _trouble(map)[1:] == ("warning", 'd was the only key of item.done. Give item.done another: "item.done" = "…"')


def test_a_default_with_another_key_left_gives_way_silently() -> None:
    map = keymap("vim", {"item.accept": "j"})
    assert map.keys["list.down"] == ("down",)
    assert map.troubles == ()


def test_the_same_key_in_different_places_is_no_clash() -> None:
    actions = (Action("a.x", "", "", ("x",), ("triage",)), Action("b.x", "", "", ("y",), ("log",)))
    assert keymap("vim", {"a.x": "f", "b.x": "f"}, actions).troubles == ()


@pytest.mark.parametrize("key", ["ctrl+enter", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+s", "ctrl+q"])
def test_a_key_that_terminals_eat_may_not_stand_alone(key: str) -> None:
    assert "tmux" in _trouble(keymap("vim", {"item.comment": key}))[2]
    assert keymap("vim", {"item.comment": f"{key},c"}).troubles == ()


def test_no_default_hangs_on_a_key_that_terminals_eat() -> None:
    spelled = {action.id: ",".join(action.keys) for action in ACTIONS}
    assert [one for one in keymap("vim", spelled).troubles if "tmux" in one.why] == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a", "a"),
        ("A", "A"),
        ("?", "question_mark"),
        ("/", "slash"),
        ("*", "asterisk"),
        (".", "full_stop"),
        ("@", "at"),
        ("+", "plus"),
        ("ctrl+p", "ctrl+p"),
        ("Ctrl+P", "ctrl+p"),
        ("shift+ctrl+F5", "ctrl+shift+f5"),
        ("shift+a", "A"),
        ("ctrl+/", "ctrl+slash"),
        ("esc", "escape"),
        ("question_mark", "question_mark"),
        ("shift+tab", "shift+tab"),
        ("é", "é"),
        ("f25", None),
        ("hyper", None),
        ("ctl+p", None),
        ("ctrl+", None),
        ("", None),
        ("\x01", None),
    ],
)
def test_a_key_is_read_as_textual_names_it(written: str, name: str | None) -> None:
    assert key_name(written) == name


def test_our_names_of_characters_are_textuals() -> None:
    from textual.keys import _character_to_key

    for character in string.punctuation + string.ascii_letters + string.digits + " ":
        assert key_name(character) == _character_to_key(character)


def test_the_keys_of_every_action_are_keys() -> None:
    assert [key for action in ACTIONS for key in action.keys if key_name(key) != key] == []
