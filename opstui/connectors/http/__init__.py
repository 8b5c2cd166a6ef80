"""HTTP for connectors: one client that waits, tries again, stops at limits and says in plain words what went wrong.

    http = Http(options["base_url"], context, auth=(user, token), **common(options))
    for issue in http.get("/rest/issues", {"limit": 100}).json["issues"]: ...
    http.send("POST", f"/rest/issues/{segment(key)}/comments", {"text": "…"})

Importing this loads no HTTP library; making an ``Http`` does.
"""

from __future__ import annotations

from opstui.connectors.http.address import check_base, segment
from opstui.connectors.http.client import Http
from opstui.connectors.http.options import COMMON, common
from opstui.connectors.http.reply import Reply
from opstui.connectors.http.troubles import Wording

__all__ = [
    "COMMON",
    "Http",
    "Reply",
    "Wording",
    "check_base",
    "common",
    "segment",
]
