"""Atlassian documents and wiki markup as readable lines, and lines as either."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.connectors.testing import HOSTILE
from opstui.domain.text import clean
from opstui_jira import adf, wiki


def node(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "content": [text(one) if isinstance(one, str) else one for one in content], "attrs": attrs}


def text(words: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": list(marks)}


def link(href: str) -> dict[str, Any]:
    return {"type": "link", "attrs": {"href": href}}


def par(*content: Any) -> dict[str, Any]:
    return node("paragraph", *content)


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (node("doc", par("one"), par("two")), "one\n\ntwo"),
        (node("doc", node("heading", "Title", level=2), par("a", {"type": "hardBreak"}, "b")), "Title\n\na\nb"),
        (
            node("doc", node("bulletList", node("listItem", par("a"), node("bulletList", node("listItem", par("b")))))),
            "- a\n  - b",
        ),
        (node("doc", node("orderedList", node("listItem", par("a")), node("listItem", par("b")), order=3)), "3. a\n4. b"),
        (node("doc", node("codeBlock", "x = 1\ny = 2", language="python"), par("z")), "x = 1\n    y = 2\n\nz"),
        (node("doc", par("q"), node("blockquote", par("a"), par("b"))), "q\n\n> a\n>\n> b"),
        (node("doc", node("panel", par("careful"), panelType="warning")), "[warning] careful"),
        (
            node(
                "doc",
                node("table", node("tableRow", node("tableHeader", par("A")), node("tableHeader", par("B"))),
                     node("tableRow", node("tableCell", par("1"), par("2")), node("tableCell"))),
            ),
            "A | B\n1 2 |",
        ),
        (node("doc", par("to ", node("mention", text="@Ana Ruiz", id="5b")), node("rule")), "to @Ana Ruiz\n\n---"),
        (node("doc", par(node("mention", id="5b"))), "@5b"),
        (node("doc", par(text("here", link("https://example.com")))), "here (https://example.com)"),
        (node("doc", par(text("https://example.com", link("https://example.com")))), "https://example.com"),
        (node("doc", par(node("inlineCard", url="https://example.com/1"))), "https://example.com/1"),
        (node("doc", par(node("emoji", shortName=":tada:"), " ", node("status", text="DONE"))), ":tada: [DONE]"),
        (node("doc", par(node("date", timestamp="1795132800000"))), "2026-11-20"),
        (node("doc", par(node("date", timestamp="soon"))), "soon"),
        (node("doc", node("mediaSingle", node("media", alt="door.png"))), "[door.png]"),
        (node("doc", node("mediaGroup", node("media", id="1"))), "[attachment]"),
        (node("doc", node("taskList", node("taskItem", "a", state="DONE"), node("taskItem", "b"))), "[x] a\n- b"),
        (node("doc", node("expand", par("inside"), title="More")), "More\ninside"),
        (node("doc", node("hologram", par("kept"))), "kept"),
        (node("doc", par(node("glyph", "kept too"))), "kept too"),
        (node("doc", {"type": "extension", "attrs": {"text": "a macro"}}), "a macro"),
        ("just text", "just text"),
        (None, ""),
        (7, ""),
        ({}, ""),
        ({"type": "doc", "content": None}, ""),
        ({"type": "doc", "content": [None, 3, [], {"type": None}, {"type": ["x"]}, {"type": "text"}]}, ""),
        ({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": None, "marks": 3}]}]}, ""),
    ],
)  # fmt: skip
def test_a_document_reads_as_lines(document: Any, lines: str) -> None:
    assert adf.read(document) == lines


def test_a_document_of_thirty_levels_is_laid_out_and_one_of_thousands_keeps_its_words() -> None:
    deep: Any = par("bottom")
    for _ in range(15):
        deep = node("bulletList", node("listItem", deep))
    assert adf.read(node("doc", deep)).endswith("- bottom")
    for _ in range(20_000):
        deep = {"type": "bulletList", "content": [deep]}
    assert adf.read({"type": "doc", "content": [par("top"), deep]}).startswith("top")


def test_a_document_without_end_is_cut() -> None:
    assert len(adf.read(node("doc", *[par("word " * 20)] * 30_000))) <= adf.LIMIT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "content", "attrs", "text", "marks", "href", "order", "state"]), inner, max_size=5
        )
        | st.builds(
            lambda kind, content: {"type": kind, "content": content, "attrs": {"text": content}},
            st.sampled_from(
                ["doc", "paragraph", "bulletList", "table", "tableRow", "text", "mention", "codeBlock", "taskList"]
            ),
            inner,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_no_json_makes_the_reader_of_documents_fail(value: Any) -> None:
    lines = adf.read(value)
    assert clean(lines) == lines


@given(st.text())
def test_no_text_makes_the_reader_of_markup_fail(value: str) -> None:
    lines = wiki.read(value)
    assert clean(lines) == lines


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("h1. Title\nbody", "Title\nbody"),
        ("* one\n** two\n# num\n- dash", "- one\n  - two\n# num\n- dash"),
        ("||a||b||\n|x|[y|http://example.com]|", "a | b\nx | y (http://example.com)"),
        ("see {code:java}\nint *a*;\n{code} there", "see\n    int *a*;\n there"),
        ("{noformat}*x*{noformat}", "*x*"),
        ("{quote}\nhe\nsaid\n{quote}", "> he\n> said"),
        ("bq. said", "> said"),
        ("*bold* and _slanted_ and {{mono}} {color:red}red{color}", "bold and slanted and mono red"),
        ("2 * 3 * 4, snake_case_name, a*b*c", "2 * 3 * 4, snake_case_name, a*b*c"),
        ("[~ana] [~accountid:5b] [https://example.com] [#part] [words]", "@ana @5b https://example.com part [words]"),
        ("!door.png|thumbnail! wow! really!", "[door.png] wow! really!"),
        ("{panel:title=Note|borderStyle=dashed}\nbody\n{panel}", "[Note]\nbody"),
        ("a\\\\\nb \\*not bold\\* \\{code\\}", "a\n\nb *not bold* {code}"),
        ("----", "---"),
        ("\\\\server\\share C:\\temp", "\\\\server\\share C:\\temp"),
        (None, ""),
        ({"type": "doc"}, ""),
    ],
)
def test_markup_reads_as_lines(markup: Any, lines: str) -> None:
    assert wiki.read(markup) == lines


PLAIN = st.text(alphabet=st.sampled_from("ab *_{}[]|\\!-#+~^?&;:.1h\n/<>@éß"), max_size=60).map(clean)


@given(PLAIN)
def test_what_is_written_as_markup_reads_back_as_it_was(words: str) -> None:
    assert " ".join(wiki.read(wiki.write(words)).split()) == " ".join(words.split())


@given(PLAIN)
def test_what_is_written_as_a_document_reads_back_as_it_was(words: str) -> None:
    assert " ".join(adf.read(adf.write(words)).split()) == " ".join(words.split())


def test_a_written_document_has_no_empty_texts() -> None:
    made = adf.write("a\n\n\nb\n")
    texts = [part for paragraph in made["content"] for part in paragraph["content"] if part["type"] == "text"]
    assert all(part["text"] for part in texts)


def test_hostile_text_is_harmless_in_both() -> None:
    for lines in (adf.read(node("doc", par(HOSTILE))), wiki.read(HOSTILE), adf.read(HOSTILE)):
        assert clean(lines) == lines
        assert "\x1b" not in lines
