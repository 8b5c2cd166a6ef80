"""What a shell is offered: commands, and from the store refs, splits and sources."""

from __future__ import annotations

import pytest

from tests.support.shell import Shell


def offered(shell: Shell, kind: str, *words: str) -> list[str]:
    """What is offered for the last word; bash gets its words broken at colons, as it breaks them itself."""
    if kind == "bash":
        words = tuple(part for word in words for part in word.replace(":", "\n:\n").split("\n") if part or word == "")
    at = str(len(words) - 1)
    line = " ".join(words) if kind == "zsh" else "\n".join(words)
    shell.env |= {"_OPSTUI_COMPLETE": f"{kind}_complete", "COMP_WORDS": line, "COMP_CWORD": at}
    done = shell.real()
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    return [text.partition(",")[2] for text in lines if text] if kind == "bash" else lines[1::3]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("opstui", "que"), ["queue"]),
        (("opstui", "config", "ex"), ["explain"]),
        (("opstui", "show", "de"), ["desk:INC1", "desk:INC2", "desk:INC3"]),
        (("opstui", "show", "desk:"), ["INC1", "INC2", "INC3"]),
        (("opstui", "show", "desk:INC2"), ["INC2"]),
        (("opstui", "done", "desk:INC1", "desk:INC3"), ["INC3"]),
        (("opstui", "queue", "--split", "un"), ["Unowned"]),
        (("opstui", "sync", ""), ["desk"]),
        (("opstui", "show", "nope:"), []),
    ],
)
def test_bash_is_offered_what_can_follow(office: Shell, words: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(offered(office, "bash", *words)) == expected


def test_zsh_is_offered_refs_whole_with_their_colon_kept_apart_from_the_title(office: Shell) -> None:
    assert sorted(offered(office, "zsh", "opstui", "show", "desk:INC2")) == [r"desk\:INC2"]


def test_without_a_config_nothing_is_offered_and_nothing_breaks(shell: Shell) -> None:
    assert offered(shell, "bash", "opstui", "show", "x") == []
