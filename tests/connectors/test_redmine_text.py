"""Textile and Markdown as text to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.text import clean
from opstui_redmine.markup import readable


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("h2. Steps\r\n\r\n# one\r\n# two", "Steps\n\n# one\n# two"),
        ("## Steps\n\n- one", "Steps\n\n- one"),
        ('See "the log":https://example.com/a?b=1 now', "See the log (https://example.com/a?b=1) now"),
        ("See [the log](https://example.com/a) now", "See the log (https://example.com/a) now"),
        ('[a](https://example.com "title")', "a (https://example.com)"),
        ("![shot](clip.png) and !clip.png! and !>clip.jpg(words)!", "[shot] and [clip.png] and [clip.jpg]"),
        ("Wow! Not an image! Really!", "Wow! Not an image! Really!"),
        ("Run @make test@, mail a@example.com b@example.com", "Run `make test`, mail a@example.com b@example.com"),
        ("[[Runbook]] and [[Runbook|the book]]", "Runbook and the book"),
        ("bq. quoted", "> quoted"),
        ("p. plain", "plain"),
        ("%{color:red}late% by 5% and 6%", "late by 5% and 6%"),
        ("{{toc}}\ntext", "text"),
        ("{{collapse(More)\ninside\n}}", "inside"),
        ('<pre><code class="ruby">h1. stays @x@\n</code></pre>\nh1. goes', "h1. stays @x@\n\ngoes"),
        ("```\n## stays\n```\n## goes", "## stays\n\ngoes"),
        ("a <b>bold</b> word, 1 < 2 and 3 > 2", "a bold word, 1 < 2 and 3 > 2"),
        ("<script>x</script>", "<script>x</script>"),
        ("*bold* and _slanted_ stay", "*bold* and _slanted_ stay"),
        ("<pre>never closed h1. x", "never closed h1. x"),
        ("", ""),
    ],
)
def test_it_reads_as_a_person_would_write_it(written: str, read: str) -> None:
    assert readable(written) == read


_MARKS = st.sampled_from('#*_@!"[](){}|%<>.:/`~\n\r hp1bq')
_MARKUP = st.text(
    st.one_of(_MARKS, st.sampled_from("\x1b\x00\u202e\u200b"), st.characters()),
    max_size=80,
)


@given(_MARKUP)
def test_whatever_is_written_comes_out_clean(text: str) -> None:
    assert clean(readable(text)) == readable(text)


@pytest.mark.parametrize("piece", ["[", "[a](", '"a":', "@a ", "!a.png", "{{", "<pre ", "%{a", "[[a|", "<div ", "```", "#"])
def test_a_long_run_of_marks_is_read_in_one_go(piece: str) -> None:
    """Patterns are bounded: what would try every pair of brackets against every other would not end here."""
    assert len(readable(piece * (60_000 // len(piece)))) <= 65_536
