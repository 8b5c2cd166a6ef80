"""Before there is a config: what works, and what says how to get one."""

from __future__ import annotations

import pytest

from tests.support.shell import Shell

WITHOUT = [
    ("--version",),
    ("--help",),
    ("config", "path"),
    ("config", "check"),
    ("config", "show"),
    ("config", "schema"),
    ("plugin", "list"),
    ("doctor",),
    ("completions", "bash"),
    ("completions", "zsh"),
    ("completions", "fish"),
]
ABOUT_A_QUEUE = [
    ("queue",),
    ("brief",),
    ("show", "a:1"),
    ("sync",),
    ("done", "a:1"),
    ("note", "x"),
    ("log",),
    ("undo",),
    ("export", "out"),
    ("backup",),
]


@pytest.mark.parametrize("command", WITHOUT, ids=" ".join)
def test_what_needs_no_config_works_without_one(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell(*command).code == 0


@pytest.mark.parametrize("command", ABOUT_A_QUEUE, ids=" ".join)
def test_everything_else_says_how_to_get_one(shell: Shell, command: tuple[str, ...]) -> None:
    done = shell(*command)
    assert (done.code, done.out) == (2, "")
    assert "no config yet" in done.err and "opstui init" in done.err and "opstui demo" in done.err
    assert not shell.data.exists(), "asking for a config leaves nothing behind"


def test_a_config_that_was_named_and_is_missing_is_a_mistake(shell: Shell) -> None:
    done = shell("--config", "nope.toml", "queue")
    assert done.code == 2 and "nope.toml" in done.err and "no such file" in done.err


def test_help_names_every_command_and_loads_them_all(shell: Shell) -> None:
    from opstui.cli.main import COMMANDS

    text = shell("--help").out
    for name in COMMANDS:
        assert name in text
        assert shell(name, "--help").code == 0


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        (("quue",), "'queue'"),
        (("config", "chek"), "'check'"),
        (("queue", "--quer", "x"), "--query"),
        (("plugin", "lst"), "'list'"),
    ],
)
def test_a_mistyped_word_gets_the_one_that_was_meant(shell: Shell, command: tuple[str, ...], meant: str) -> None:
    done = shell(*command)
    assert done.code == 2 and meant in done.err


def test_without_a_terminal_opstui_alone_prints_the_demos_brief(shell: Shell) -> None:
    done = shell()
    assert done.code == 0 and "# Friday 20 November 2026" in done.out
    assert "opstui demo" in done.err
