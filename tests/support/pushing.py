"""Changes put into an outbox without the desk, and looked at."""

from __future__ import annotations

import secrets
from datetime import UTC, timedelta
from typing import Any

from opstui.domain.outbox import SETS, field
from opstui.domain.urgency import Rules
from opstui.domain.views import Outgoing
from opstui.services.ledger import Ledger, Patience
from opstui.services.push import Push
from opstui.services.sync import Pull
from opstui.store import items, journal, outbox
from opstui.store.db import Store
from tests.support.tracker import TrackerConnector

RULES = Rules()


def person(name: str | None) -> Any:
    """Somebody as the value of ``assign``."""
    return {"name": name, "aliases": [], "email": None} if name else None


def put(store: Store, source: str, key: str, verb: str, value: Any, *, hold: float = 0.0, **more: Any) -> int:
    """A change of an item, as the desk makes it: its number."""
    now, ref = store.now(), f"{source}:{key}" if key else ""
    with store.writing() as conn:
        group = journal.write(conn, (), at=now, who="Ana Ruiz", verb=verb, summary=verb)
        id = items.id_of(conn, ref) if ref else None
        item = items.load_item(conn, id) if id is not None else None
        values = {
            "uid": secrets.token_hex(8),
            "group": group,
            "source": source,
            "ref": ref,
            "item": id,
            "verb": verb,
            "value": value,
            "base": field(item, verb, UTC) if item is not None and verb in SETS else None,
            "who": "Ana Ruiz",
            "at": now,
            "due": now + timedelta(seconds=hold),
        }
        return outbox.add(conn, **(values | more))


def send(store: Store, connector: TrackerConnector, *, chance: float = 0.0, **more: Any) -> list[dict[str, Any]]:
    """One push of what is due; the events it tells."""
    told: list[dict[str, Any]] = []
    ledger = Ledger(
        store,
        connector.source,
        RULES,
        store.now,
        lambda event, **fields: told.append({"event": event, **fields}),
        Patience(chance=lambda: chance),
        **more,
    )
    Push(ledger, connector).run()
    return told


def pull(store: Store, connector: TrackerConnector) -> None:
    """One pull of everything."""
    Pull(store, connector.source, RULES, now=store.now, applied=lambda counts: None).run(connector)


def row(store: Store, id: int) -> Outgoing:
    """One change."""
    found = outbox.load(store.read, id)
    assert found is not None
    return found
