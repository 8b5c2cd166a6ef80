"""Atlassian's document format, as Cloud writes texts: a document as readable lines, and lines as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from opstui.domain.text import clean

LIMIT = 65_536
"""Characters kept of one text."""

_DEEPEST = 40
"""Nodes inside nodes that are laid out; below that only their words are kept."""

_MOST = 20_000
"""Nodes read of one document."""

_BOXES = {"OPEN": "[ ]", "TODO": "[ ]", "DONE": "[x]"}
_LOOSE = frozenset({"doc", "expand", "nestedExpand", "layoutSection", "layoutColumn", "bodiedExtension"})
"""Nodes whose parts stand apart by an empty line."""


def read(document: Any) -> str:
    """The text of a document, cleaned. What is no document gives what words it has; never raises."""
    if isinstance(document, str):
        return clean(document, limit=LIMIT)
    if not isinstance(document, (dict, list)):
        return ""
    reader = _Reader()
    lines = reader.block(document, 0) if isinstance(document, dict) else reader.blocks(document, 0, apart=True)
    return clean("\n".join(lines), limit=LIMIT)


def write(text: str) -> dict[str, Any]:
    """A document that shows ``text`` as it is: an empty line parts paragraphs, others break the line."""
    paragraphs = [_paragraph(part) for part in text.replace("\r\n", "\n").split("\n\n")]
    return {"type": "doc", "version": 1, "content": paragraphs or [_paragraph("")]}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for place, line in enumerate(text.split("\n")):
        if place:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


class _Reader:
    """Lays one document out in lines. ``left`` is how many more nodes it looks at."""

    def __init__(self) -> None:
        self.left = _MOST

    def block(self, node: Any, depth: int) -> list[str]:
        """The lines of one node."""
        self.left -= 1
        if self.left < 0:
            return []
        if not isinstance(node, dict):
            return [node] if isinstance(node, str) else []
        if depth > _DEEPEST:
            return [" ".join(_words(node))]
        kind = _text(node.get("type"))
        lay_out = _BLOCKS.get(kind)
        if lay_out is not None:
            return lay_out(self, node, depth)
        if kind in _INLINE or kind in {"text", "hardBreak"}:
            return self.inline([node]).split("\n")
        content = _content(node)
        if not content:
            words = _attr(node, "text")
            return words.split("\n") if words else []
        if any(_is_inline(part) for part in content):
            return self.inline(content).split("\n")
        return self.blocks(content, depth + 1, apart=kind in _LOOSE)

    def blocks(self, nodes: list[Any], depth: int, *, apart: bool) -> list[str]:
        """The lines of several nodes, with an empty line between two when they stand ``apart``."""
        lines: list[str] = []
        for node in nodes:
            found = self.block(node, depth)
            if found and lines and apart:
                lines.append("")
            lines += found
        return lines

    def inline(self, nodes: list[Any]) -> str:
        """What stands within a line."""
        if len(nodes) == 1 and isinstance(nodes[0], dict) and nodes[0].get("type") == "text" and not nodes[0].get("marks"):
            self.left -= 1
            return _text(nodes[0].get("text"))
        parts: list[str] = []
        for node in nodes:
            self.left -= 1
            if self.left < 0:
                break
            if not isinstance(node, dict):
                parts.append(node if isinstance(node, str) else "")
                continue
            kind = _text(node.get("type"))
            if kind == "text":
                parts.append(_linked(node))
            elif kind == "hardBreak":
                parts.append("\n")
            elif kind in _INLINE:
                parts.append(_INLINE[kind](node))
            else:
                parts.append(" ".join(_words(node)))
        return "".join(parts)

    # -- what lays out a kind of node

    def _paragraph(self, node: Mapping[str, Any], depth: int) -> list[str]:
        return self.inline(_content(node)).split("\n")

    def _bullets(self, node: Mapping[str, Any], depth: int) -> list[str]:
        return [line for item in _content(node) for line in self._item(item, "- ", depth)]

    def _numbers(self, node: Mapping[str, Any], depth: int) -> list[str]:
        first = _attrs(node).get("order")
        start = first if isinstance(first, int) else 1
        return [line for count, item in enumerate(_content(node), start) for line in self._item(item, f"{count}. ", depth)]

    def _tasks(self, node: Mapping[str, Any], depth: int) -> list[str]:
        lines: list[str] = []
        for item in _content(node):
            nested = isinstance(item, dict) and item.get("type") in {"taskList", "decisionList"}
            sign = "  " if nested else _BOXES.get(_attr(item, "state"), "-") + " "
            lines += self._item(item, sign, depth)
        return lines

    def _item(self, item: Any, sign: str, depth: int) -> list[str]:
        lines = self.block(item, depth + 1) or [""]
        indent = " " * len(sign)
        return [sign + lines[0], *(indent + line if line else "" for line in lines[1:])]

    def _code(self, node: Mapping[str, Any], depth: int) -> list[str]:
        return [f"    {line}" for line in self.inline(_content(node)).split("\n")]

    def _quote(self, node: Mapping[str, Any], depth: int) -> list[str]:
        return [f"> {line}".rstrip() for line in self.blocks(_content(node), depth + 1, apart=True)]

    def _panel(self, node: Mapping[str, Any], depth: int) -> list[str]:
        lines = self.blocks(_content(node), depth + 1, apart=True) or [""]
        return [f"[{_attr(node, 'panelType') or 'panel'}] {lines[0]}".rstrip(), *lines[1:]]

    def _expand(self, node: Mapping[str, Any], depth: int) -> list[str]:
        title = _attr(node, "title")
        return [*([title] if title else []), *self.blocks(_content(node), depth + 1, apart=True)]

    def _row(self, node: Mapping[str, Any], depth: int) -> list[str]:
        cells = [" ".join(filter(None, self.block(cell, depth + 1))) for cell in _content(node)]
        return [" | ".join(cells)]

    def _rule(self, node: Mapping[str, Any], depth: int) -> list[str]:
        return ["---"]


_BLOCKS: Mapping[str, Callable[[_Reader, Mapping[str, Any], int], list[str]]] = {
    "paragraph": _Reader._paragraph,
    "heading": _Reader._paragraph,
    "caption": _Reader._paragraph,
    "bulletList": _Reader._bullets,
    "orderedList": _Reader._numbers,
    "taskList": _Reader._tasks,
    "decisionList": _Reader._tasks,
    "codeBlock": _Reader._code,
    "blockquote": _Reader._quote,
    "panel": _Reader._panel,
    "expand": _Reader._expand,
    "nestedExpand": _Reader._expand,
    "tableRow": _Reader._row,
    "rule": _Reader._rule,
}


def _linked(node: Mapping[str, Any]) -> str:
    text = _text(node.get("text"))
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        if isinstance(mark, dict) and mark.get("type") == "link":
            href = _attr(mark, "href")
            if href and href not in {text, f"mailto:{text}"}:
                return f"{text} ({href})"
    return text


def _mention(node: Mapping[str, Any]) -> str:
    name = _attr(node, "text") or _attr(node, "id")
    return name if name.startswith("@") else f"@{name}"


def _date(node: Mapping[str, Any]) -> str:
    try:
        return datetime.fromtimestamp(float(_attrs(node).get("timestamp", "")) / 1000, UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return _attr(node, "timestamp")


def _media(node: Mapping[str, Any]) -> str:
    name = _attr(node, "alt") or _attr(node, "url")
    return f"[{name}]" if name else "[attachment]"


_INLINE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "mention": _mention,
    "emoji": lambda node: _attr(node, "text") or _attr(node, "shortName"),
    "date": _date,
    "status": lambda node: f"[{_attr(node, 'text')}]",
    "inlineCard": lambda node: _attr(node, "url"),
    "blockCard": lambda node: _attr(node, "url"),
    "embedCard": lambda node: _attr(node, "url"),
    "media": _media,
    "mediaInline": _media,
    "placeholder": lambda node: _attr(node, "text"),
}


def _is_inline(node: Any) -> bool:
    kind = node.get("type") if isinstance(node, dict) else None
    return isinstance(node, str) or (isinstance(kind, str) and (kind in {"text", "hardBreak"} or kind in _INLINE))


def _words(node: Any) -> Iterator[str]:
    """Every text below a node, however deep, in order."""
    waiting, left = [node], _MOST
    while waiting and left:
        left -= 1
        this = waiting.pop()
        if isinstance(this, dict):
            text = _text(this.get("text")) or _attr(this, "text")
            if text:
                yield text
            waiting += reversed(_content(this))


def _content(node: Any) -> list[Any]:
    content = node.get("content") if isinstance(node, dict) else None
    return content if isinstance(content, list) else []


def _attrs(node: Any) -> Mapping[str, Any]:
    attrs = node.get("attrs") if isinstance(node, dict) else None
    return attrs if isinstance(attrs, dict) else {}


def _attr(node: Any, name: str) -> str:
    return _text(_attrs(node).get(name))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, (dict, list, bool)) else str(value)
