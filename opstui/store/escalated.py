"""Escalations whose items have gone another way at their sources; none of it reads a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.store.rows import is_item

if TYPE_CHECKING:
    from opstui.store.db import Connection

_ITEM = f"JOIN items i ON {is_item('i', 'e.ref')} JOIN ranks r ON r.item = i.id"
_OVER = f"SELECT e.uid FROM records e {_ITEM} WHERE e.kind = 'escalation' AND e.open = 1 AND r.place = 'closed'"
_AGAIN = (
    f"SELECT e.uid FROM records e {_ITEM} JOIN marks m ON m.item = i.id "
    "WHERE e.kind = 'escalation' AND e.open = 0 AND m.verdict = 'escalate' AND r.place <> 'closed' "
    "AND json_extract(e.data, '$.outcome') = 'closed' "
    "AND NOT EXISTS (SELECT 1 FROM records n WHERE n.kind = 'escalation' AND n.ref = e.ref AND n.id > e.id)"
)


def over(conn: Connection) -> list[str]:
    """The uids of open ones whose item its source has closed."""
    return [uid for (uid,) in conn.execute(_OVER).fetchall()]


def again(conn: Connection) -> list[str]:
    """The uids of those that ended so and whose item is open again and as escalated as before."""
    return [uid for (uid,) in conn.execute(_AGAIN).fetchall()]
