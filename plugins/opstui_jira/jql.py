"""Jira's query language, as far as a query of the config has to be put into ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKEN = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[()]|[^\s()"']+|["'])""")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*")
_HOURLY = 10_000
"""Windows of more minutes than this are asked for in hours."""


def bare(jql: str) -> str:
    """The query without its ORDER BY.

    Raises:
        ValueError: a quote or a parenthesis is not closed.
    """
    depth, at, last, cut = 0, 0, "", len(jql)
    while match := _TOKEN.match(jql, at):
        word = match[1]
        if word in {'"', "'"}:
            raise ValueError(f"the jql has a quote that is never closed: {jql[match.start(1) :][:40]}")
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            raise ValueError("the jql closes a parenthesis that it did not open")
        if depth == 0 and word.lower() == "by" and last.lower() == "order":
            return jql[:cut].strip()
        cut, last, at = match.start(1), word, match.end()
    if depth:
        raise ValueError("the jql has a parenthesis that is never closed")
    return jql.strip()


def bounded(jql: str) -> None:
    """Raises ValueError for a query that Jira would refuse because it restricts nothing."""
    if not bare(jql):
        raise ValueError('an empty jql means every issue, which Jira refuses; say which you need, as in "project = OPS"')


def everything(jql: str) -> str:
    """The query of a first pull. By key, which never changes, so that no issue changes its place meanwhile."""
    return f"{jql} ORDER BY key ASC"


def since(jql: str, minutes: int) -> str:
    """The query of what changed within the last minutes, which needs no time zone."""
    return f"({jql}) AND updated >= -{_span(minutes)} ORDER BY key ASC"


def keyed(keys: Iterable[str]) -> str:
    """The query of single issues."""
    return f"key in ({', '.join(quoted(key) for key in keys)}) ORDER BY key ASC"


def quoted(text: str) -> str:
    """A value in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_key(text: str) -> bool:
    """Whether a text may be put into a query or an address as an issue's key."""
    return _KEY.fullmatch(text) is not None


def _span(minutes: int) -> str:
    return f"{max(1, minutes)}m" if minutes <= _HOURLY else f"{minutes // 60 + 1}h"
