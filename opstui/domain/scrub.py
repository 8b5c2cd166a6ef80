"""The thorough half of ``text.clean``: taking out of a text whatever made it suspicious."""

from __future__ import annotations

import re

from opstui.domain.text import MARKS

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, modes
    r"|\x9b[0-?]+[ -/]*[@-~]"  # CSI in one character; alone it is a quote, wrongly decoded
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and the like, whole
    r"|\x1b[ -/]*[0-~]"  # every other escape
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0, DEL and C1 that were not part of an escape
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PILED = re.compile(f"([{MARKS}]{{4}})[{MARKS}]+")
_PICTURE = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"
_SELECTOR = re.compile(f"(?<![{_PICTURE}#*0-9])\ufe0f|(?<=[#*0-9])\ufe0f(?!\u20e3)")
_JOINER = re.compile(f"(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])")
_LINE_END = re.compile(r"(?<! ) +\n")


def scrub(text: str) -> str:
    """The text without what a terminal would obey or hide; every break a newline, every tab spaces."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return _LINE_END.sub("\n", text) if " \n" in text else text
    text = _ESCAPE.sub("", text)
    text = _BREAKS.sub("\n", text).replace("\t", "    ")
    text = _NEVER.sub("", text)
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
        text = _SPACES.sub(" ", text)
        text = _SELECTOR.sub("", text)
        text = _JOINER.sub("", text)
        text = _PILED.sub(r"\1", text)
    return _LINE_END.sub("\n", text)
