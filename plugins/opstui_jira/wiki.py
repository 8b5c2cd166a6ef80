"""Jira's wiki markup, as Data Center writes texts: markup as readable lines, lines as markup that shows just them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from opstui.domain.text import clean

LIMIT = 65_536
"""Characters kept of one text."""

_VERBATIM = re.compile(r"\{(code|noformat)(?::[^}\n]*)?\}(.*?)\{\1\}", re.DOTALL)
_PANEL = re.compile(r"\{(panel|info|note|warning|tip)(?::(?:title=)?([^}|\n]*)[^}\n]*)?\}")
_TAGS = re.compile(r"\{(?:color|quote|anchor|section|column|html|expand|align)(?::[^}\n]*)?\}")
_QUOTED = re.compile(r"\{quote\}(.*?)\{quote\}", re.DOTALL)
_HEADING = re.compile(r"^h[1-6]\.\s+")
_QUOTE_LINE = re.compile(r"^bq\.\s+")
_BULLET = re.compile(r"^([*#-]+)\s+(?=\S)")
_USER = re.compile(r"\[~(?:accountid:)?([^\]\n]+)\]")
_LINK = re.compile(r"\[(?:([^\]|\n\\]+)\|)?((?:https?|ftp|mailto|file):[^\]|\s]+|[#^][^\]|\n]+)(?:\|[^\]\n]*)?\]")
_IMAGE = re.compile(r"(?<![\w!])!([^!\s|][^!\n|]*\.\w{2,5})(?:\|[^!\n]*)?!(?!\w)")
_STRONG = re.compile(r"(?<![\w\\*])\*(?=\S)([^*\n]*[^*\s\\])\*(?![\w*])")
_SLANTED = re.compile(r"(?<![\w\\_])_(?=\S)([^_\n]*[^_\s\\])_(?![\w_])")
_MONO = re.compile(r"(?<!\\)\{\{(.+?)\}\}")
_ESCAPED = re.compile(r"\\([!-/:-@\[\]-`{-~])|&#(92|38);")
_BREAK = re.compile(r"(?<!\\)\\\\(?=\s|$)")
_SPECIAL = re.compile(r"[\\{}\[\]*_^+~?!|]|&(?=#\d)")
_SPELLED = {"\\": "&#92;", "&": "&#38;"}
_LINE_START = re.compile(r"^(\s*)([-#]+(?=\s)|-{4,}|(?:h[1-6]|bq)(?=\.\s))")
_RULE = re.compile(r"^-{4,}$")
_GAP = re.compile(r"\n{3,}")
_INSIDE = "\ue000"
"""Stands for a verbatim part while the rest is worked on; a private character, which no text keeps."""
_STARTS = f"-*#|>hb{_INSIDE}"
"""What a line begins with that may be more than text."""
_ASIDE = 0xE100
"""An escaped character is put this far aside meanwhile, so that it is taken for no markup."""
_PRIVATE = re.compile("[\ue000\ue100-\ue17f]")


def read(markup: Any) -> str:
    """The text of wiki markup, cleaned; never raises."""
    if not isinstance(markup, str):
        return ""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        lines = match[2].strip("\n").replace("\r", "").split("\n")
        kept.append("\n".join(f"    {line}" for line in lines))
        return f"\n{_INSIDE}\n"

    text = markup[: LIMIT * 2].replace("\r\n", "\n")
    if not text.isascii():
        text = _PRIVATE.sub("", text)
    if "{" in text:
        text = _VERBATIM.sub(keep, text)
    if "\\" in text or "&#" in text:
        text = _ESCAPED.sub(lambda match: chr(_ASIDE + (ord(match[1]) if match[1] else int(match[2]))), _BREAK.sub("\n", text))
    if "{" in text:
        text = _QUOTED.sub(lambda match: "\n" + "\n".join(f"> {line}" for line in match[1].strip().split("\n")) + "\n", text)
    text = "\n".join([_line(line) for line in text.split("\n")])
    if not text.isascii():
        parts = iter(kept)
        text = _PRIVATE.sub(lambda match: next(parts, "") if match[0] == _INSIDE else chr(ord(match[0]) - _ASIDE), text)
    return clean(_GAP.sub("\n\n", text) if "\n\n\n" in text else text, limit=LIMIT)


def write(text: str) -> str:
    """Markup that shows ``text`` as it is: what would be markup is escaped."""
    return "\n".join(_escaped(line) for line in text.replace("\r\n", "\n").split("\n"))


def _line(line: str) -> str:
    start = line.lstrip()
    if not start or start[0] not in _STARTS:
        return _inline(line)
    quoted = "> " if line.startswith("> ") else ""
    body = line.removeprefix("> ")
    if body == _INSIDE:
        return body
    if _RULE.match(body.strip()):
        return f"{quoted}---"
    start = body.lstrip()
    if start.startswith("|"):
        return quoted + _inline(" | ".join(_cells(start)))
    if match := _BULLET.match(start):
        signs = match[1]
        if signs != "-" * len(signs) or len(signs) == 1:
            bullet = "- " if signs[-1] in "*-" else "# "
            return quoted + "  " * (len(signs) - 1) + bullet + _inline(start[match.end() :])
    if match := _QUOTE_LINE.match(start):
        return f"> {_inline(start[match.end() :])}"
    return quoted + _inline(_HEADING.sub("", body, count=1))


def _cells(row: str) -> Iterator[str]:
    """The cells of a table's row; a bar within a link is none of its own."""
    safe = _LINK.sub(lambda match: match[0].replace("|", _INSIDE), row)
    for cell in re.split(r"\|+", safe.strip().strip("|")):
        yield cell.strip().replace(_INSIDE, "|")


def _inline(text: str) -> str:
    # Most lines hold no markup, which a look for one character tells twenty times as quickly as a pattern.
    if "{" in text:
        text = _PANEL.sub(lambda match: f"[{match[2] or match[1]}] " if match[2] else "", text)
        text = _TAGS.sub("", text)
        text = _MONO.sub(r"\1", text)
    if "[" in text:
        text = _USER.sub(r"@\1", text)
        text = _LINK.sub(_link, text)
    if "!" in text:
        text = _IMAGE.sub(r"[\1]", text)
    if "*" in text:
        text = _STRONG.sub(r"\1", text)
    return _SLANTED.sub(r"\1", text) if "_" in text else text


def _link(match: re.Match[str]) -> str:
    words, target = match[1], match[2]
    if target.startswith(("#", "^")):
        return words or target[1:]
    return f"{words} ({target})" if words and words != target else target


def _escaped(line: str) -> str:
    if match := _LINE_START.match(line):
        if match[2][0] in "-#":
            return f"{match[1]}\\{match[2]}{_marks_escaped(line[match.end() :])}"
        return f"{match[1]}{match[2]}\\{_marks_escaped(line[match.end() :])}"
    return _marks_escaped(line)


def _marks_escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _SPELLED.get(match[0]) or f"\\{match[0]}", text)
