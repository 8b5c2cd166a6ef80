"""The one table of actions stays whole."""

from __future__ import annotations

from collections import Counter

from opstui.domain.actions import ACTIONS


def test_every_action_has_an_id_a_title_and_help_in_a_sentence() -> None:
    for action in ACTIONS:
        assert action.id.count(".") == 1 and action.title and action.help.endswith("."), action


def test_ids_are_unique() -> None:
    assert [name for name, n in Counter(action.id for action in ACTIONS).items() if n > 1] == []


def test_no_key_means_two_things_in_one_place() -> None:
    for place in {"triage", "log", "list"}:
        used = Counter(key for action in ACTIONS if place in action.where or "*" in action.where for key in action.keys)
        assert [key for key, n in used.items() if n > 1] == [], place


def test_u_stays_free() -> None:
    assert not [action.id for action in ACTIONS if "u" in action.keys]


def test_nothing_depends_on_a_key_that_tmux_or_an_editor_takes_away() -> None:
    lost = {"ctrl+enter", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+s", "ctrl+q"}
    for action in ACTIONS:
        assert not action.keys or set(action.keys) - lost, action


def test_at_most_six_hints_are_for_the_footer_besides_help() -> None:
    assert len([action for action in ACTIONS if action.footer]) <= 7
