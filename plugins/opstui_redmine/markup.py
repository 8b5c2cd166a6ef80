"""Textile and Markdown as text that can be read in a terminal. Redmine does not say which of them it is set to."""

from __future__ import annotations

import re

from opstui.domain.text import clean

LIMIT = 65_536
"""How many characters are kept of a body or a comment."""

_FENCE = re.compile(r"(</?pre\b[^>\n]{0,200}>|```|~~~)", re.IGNORECASE)
_OPEN_TAGS = re.compile(
    r"</?(?:code|pre|notextile|div|span|p|br|u|ins|del|sub|sup|b|i|em|strong|kbd)\b[^<>\n]{0,200}/?>", re.IGNORECASE
)
# One # alone begins a heading in Markdown and a numbered line in Textile: it stays.
_HEADING = re.compile(r"^(?:h[1-6](?:\([^)\n]{0,80}\))?\.|#{2,6}(?=\s+\S))[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"^bq(?:\([^)\n]{0,80}\))?\.[ \t]+", re.MULTILINE)
_PARAGRAPH = re.compile(r"^p(?:\([^)\n]{0,80}\)|[<>=]{1,2})?\.[ \t]+", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\(([^()\s]{1,2000})[^()\n]{0,300}\)")
_TEXTILE_IMAGE = re.compile(
    r"(?<![\w!])!(?:[<>=]|\{[^}\n]{0,200}\})?([^\s!()\n]{1,500}\.(?:png|jpe?g|gif|svg|webp|bmp))(?:\([^)\n]{0,200}\))?!",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\[([^\]\n]{1,500})\]\((<?)([a-z][a-z0-9+.-]{1,20}:[^()\s>]{1,2000}|/[^()\s>]{0,2000})>?(?:\s+\"[^\"\n]{0,300}\")?\)",
    re.IGNORECASE,
)
_TEXTILE_LINK = re.compile(r"\"([^\"\n]{1,500})\":((?:https?|ftp|mailto):[^\s\"<>]{1,2000})")
_WIKI = re.compile(r"\[\[([^\]|\n]{1,300})(?:\|([^\]\n]{1,300}))?\]\]")
_CODE = re.compile(r"(?<![\w@])@([^@\n]{1,300})@(?![\w@])")
_COLOUR = re.compile(r"%\{[^}\n]{0,200}\}([^%\n]{1,500})%")
_MACRO = re.compile(r"\{\{(?:>?toc|collapse|child_pages|thumbnail)\b[^{}\n]{0,200}(?:\}\})?|^\}\}$", re.MULTILINE)


def readable(text: str) -> str:
    """A body or a comment: clean, links as ``words (address)``, headings and code without their marks.

    What stands in a block of code stays as it is.
    """
    text = clean(text.replace("\r\n", "\n"), limit=LIMIT)
    if not text:
        return ""
    parts = _FENCE.split(text)
    inside = ""
    done: list[str] = []
    for part in parts:
        mark = _mark(part)
        if mark and (not inside or inside == mark):
            inside = "" if inside else mark
        elif inside:
            done.append(_OPEN_TAGS.sub("", part))
        else:
            done.append(_prose(part))
    return clean("".join(done), limit=LIMIT)


def _mark(part: str) -> str:
    """Which kind of fence this is, empty for text between."""
    if part in ("```", "~~~"):
        return part
    return "pre" if _FENCE.fullmatch(part) else ""


def _prose(text: str) -> str:
    text = _MACRO.sub("", text)
    text = _IMAGE.sub(lambda found: f"[{found[1] or found[2]}]", text)
    text = _TEXTILE_IMAGE.sub(r"[\1]", text)
    text = _WIKI.sub(lambda found: found[2] or found[1], text)
    text = _LINK.sub(r"\1 (\3)", text)
    text = _TEXTILE_LINK.sub(r"\1 (\2)", text)
    text = _HEADING.sub("", text)
    text = _QUOTE.sub("> ", text)
    text = _PARAGRAPH.sub("", text)
    text = _COLOUR.sub(r"\1", text)
    text = _CODE.sub(r"`\1`", text)
    return _OPEN_TAGS.sub("", text)
