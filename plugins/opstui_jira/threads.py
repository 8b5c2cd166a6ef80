"""Comments that came in part: a search gives only some of a long thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from opstui.connectors.http import segment
from opstui.errors import SourceRefused
from opstui_jira.mapping import Mapper

if TYPE_CHECKING:
    from opstui.connectors.http import Http

MOST = 50
"""Threads that are completed for one page of issues."""


def fill(http: Http, mapper: Mapper, issues: Sequence[Any]) -> None:
    """Put the newest comments into issues that came with fewer than there are and than are kept.

    Raises:
        SourceUnavailable: as ``Http.get``. An issue whose comments are refused keeps those it came with.
    """
    short = [issue for issue in issues if _is_short(issue, mapper.settings.comments)][:MOST]
    asked = (partial(newest, http, mapper, issue["key"]) for issue in short)
    for issue, found in zip(short, http.ahead(asked), strict=True):
        if found is not None:
            issue["fields"]["comment"] = found


def newest(http: Http, mapper: Mapper, key: str) -> Any:
    """The newest comments of an issue as Jira gives them, None when it does not.

    Raises:
        SourceUnavailable: as ``Http.get``.
    """
    params: dict[str, str | int] = {"orderBy": "-created", "maxResults": max(1, mapper.settings.comments)}
    try:
        return http.get(f"{mapper.site.api}/issue/{segment(key)}/comment", params).json
    except SourceRefused:
        return None


def _is_short(issue: Any, kept: int) -> bool:
    fields = issue.get("fields") if isinstance(issue, Mapping) else None
    comment = fields.get("comment") if isinstance(fields, Mapping) else None
    if not isinstance(comment, Mapping) or not isinstance(issue.get("key"), str):
        return False
    total, here = comment.get("total"), comment.get("comments")
    return isinstance(total, int) and isinstance(here, list) and len(here) < total and kept > 0
