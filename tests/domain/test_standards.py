"""What is taken of a standard's file, and how a standard is followed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import standards
from opstui.domain.standards import Followed, parse
from opstui.domain.text import clean_line
from opstui.errors import Refused

AT = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
PAGE = """\
---
owner: Bo
---
# Label printer *jams*

Some words.

- not a step

## Steps

- [ ] Switch it **off**
  and wait
- [x] Open the [lid](http://example.com/lid)
  - mind the blade
1. Take the roll out

```
- no step
```

### When it is stuck
- call Bo

## Afterwards
- nor this
"""


def test_steps_are_the_lists_under_the_heading_steps() -> None:
    found = parse(PAGE)
    assert found.title == "Label printer *jams*"
    assert found.steps == ("Switch it off and wait", "Open the lid", "Take the roll out", "call Bo")
    assert found.text.startswith("Some words.\n\n- not a step\n\n  - mind the blade\n")
    assert found.text.endswith("## Afterwards\n- nor this") and "Switch" not in found.text and "jams" not in found.text


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("- a\n- b\n", ("a", "b")),
        ("1. a\n2) b\n", ("a", "b")),
        ("* a\n+ b\n    - nested\n", ("a", "b")),
        ("# Steps\n\n- a\n\n# Other\n- b", ("a",)),
        ("## STEPS:\n1. a\n## More steps\n1. b", ("a",)),
        ("- \n-\n- a", ("a",)),
        ("words only", ()),
        ("", ()),
        ("- a\r\n- b\r\n", ("a", "b")),
        ("~~~\n- a\n```\n- b\n~~~\n- c", ("c",)),
        ("---\n- a", ("a",)),
    ],
)
def test_lists_of_every_kind_are_read(text: str, steps: tuple[str, ...]) -> None:
    assert parse(text).steps == steps


def test_markup_and_what_a_terminal_obeys_is_gone() -> None:
    found = parse("# T\x1b]52;c;x\x07itle\n- a<script>alert(1)</script>\x1b[31mb \u202eexe.pdf\n- <!-- hidden --> seen")
    assert found.steps[1] == "seen" and "<" not in "".join(found.steps)
    assert not set("\x1b\x07\u202e") & set(found.title + found.text + "".join(found.steps))


@given(st.text())
def test_whatever_a_file_holds_steps_are_clean_lines_and_bounded(text: str) -> None:
    found = parse(text)
    assert all(step and step == clean_line(step) and len(step) <= standards.STEP_MOST for step in found.steps)
    assert len(found.steps) <= standards.STEPS_MOST and len(found.text) <= standards.TEXT_MOST


@pytest.mark.parametrize("line", ["# Jam", "# Jam #", "#   Jam  ###  ", "# Jam#"])
def test_a_heading_is_read_with_or_without_the_signs_behind_it(line: str) -> None:
    assert parse(f"{line}\n").title == "Jam"


def test_a_huge_file_is_read_in_one_pass() -> None:
    assert len(parse("- step\n" * 140_000 + "<" * 1000 + "[" * 1000).steps) == standards.STEPS_MOST
    parse("# a" + " " * 100_000 + "x\n" + "# a" + " #" * 100_000 + "x")
    parse("# Steps\n- one\n" + "  more\n" * (standards.FILE_MOST // 7))
    for piece in ("<!--", "[](", "<a ", "- **", "`` ", "\x1b["):
        parse(piece * (standards.FILE_MOST // len(piece)))


def test_what_was_ticked_stays_when_the_file_changes() -> None:
    begun = standards.ticked(standards.followed("Jam", ("a", "b")), 0, AT, "Ana Ruiz", "took long")
    found = standards.followed("Jam", ("b", "c"), begun)
    assert [(tick.text, tick.over) for tick in found.steps] == [("b", False), ("c", False), ("a", True)]
    assert found.done == 1


def test_a_standard_is_left_for_a_reason_only_and_that_can_be_taken_back() -> None:
    fresh = standards.followed("Jam", ("a",))
    with pytest.raises(Refused):
        standards.deviated(fresh, 0, AT, "Ana Ruiz", " ")
    left = standards.deviated(fresh, 0, AT, "Ana Ruiz", "no key")
    assert left.steps[0].skipped == "no key" and left.done == 1
    assert standards.unticked(left, 0) == fresh
    with pytest.raises(Refused):
        standards.unticked(fresh, 0)
    assert Followed("Jam").summary == "Jam: 0 of 0"
