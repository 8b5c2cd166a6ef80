"""The demo connector: synthetic items that keep arriving, to try opstui or its limits without a system behind it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from opstui.connectors import Connector, Cursor, Known, Option, Page
from opstui.domain.model import Item, Kind, Stage

PAGE = 500
DAY = timedelta(days=1)

SUBJECTS = (
    "Scanner",
    "Label printer",
    "Conveyor",
    "Badge reader",
    "Forklift",
    "Cold store door",
    "Handheld",
    "Order feed",
    "Time clock",
)
TROUBLES = (
    "does not start",
    "stops every hour",
    "shows the wrong time",
    "is slower than yesterday",
    "waits for a part",
    "needs approval",
)
PLACES = ("dock 2", "dock 7", "hall B", "gate A", "aisle 11", "packing 3", "returns", "office 2")
PEOPLE = ("Ana Ruiz", "Bo Lind", "Cy Moss", "Dee Okafor", "Eli Novak", "Fay Tan", None)
KINDS = (Kind.TICKET, Kind.TICKET, Kind.TICKET, Kind.MESSAGE, Kind.ALERT)
STATES = (("New", Stage.TODO), ("In Progress", Stage.DOING), ("On Hold", Stage.BLOCKED))


def _positive(value: int) -> None:
    if value < 0:
        raise ValueError("it cannot be less than 0")


class DemoConnector(Connector):
    """Makes the same items from the same seed; after the first pull more arrive as time goes by."""

    name = "demo"
    title = "Demo (synthetic items)"
    api_version = 1
    options = (
        Option("items", "int", "How many items there are from the start.", default=150, example=150, check=_positive),
        Option("seed", "int", "Another number makes other items.", default=1, example=1),
        Option("per_hour", "int", "How many more arrive in an hour.", default=6, example=6, check=_positive),
    )

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """Yield what is there from the start, then what has arrived since; an item never changes."""
        now = self.context.now().astimezone(UTC)
        began = datetime.fromisoformat(cursor["began"]) if cursor else now
        done = int(cursor["done"]) if cursor else 0
        first = int(self.config["items"])
        arrived = int((now - began) / timedelta(hours=1) * int(self.config["per_hour"]))
        total = first + max(arrived, 0)
        for start in range(done, total, PAGE):
            end = min(start + PAGE, total)
            items = tuple(self._item(number, began, first) for number in range(start, end))
            self.context.progress(end, total, "items")
            yield Page(items, cursor={"began": began.isoformat(), "done": end})

    def check(self) -> str:
        """It always works."""
        return f"{self.config['items']} synthetic items"

    def _item(self, number: int, began: datetime, first: int) -> Item:
        """Item ``number``: of the past for those there from the start, else as it arrived."""
        chance = random.Random(f"{self.config['seed']}/{number}")
        if number < first:
            created = began - chance.random() ** 2 * 30 * DAY
        else:
            created = began + timedelta(hours=(number - first + 1) / int(self.config["per_hour"]))
        status, stage = chance.choice(STATES)
        title = f"{chance.choice(SUBJECTS)} at {chance.choice(PLACES)} {chance.choice(TROUBLES)}"
        return Item(
            source=self.context.source,
            key=f"D{number + 1}",
            title=title,
            kind=chance.choice(KINDS),
            status=status,
            stage=stage,
            priority=chance.choice((1, 2, 2, 3, 3, 3, 4, 4, 5)),
            owner=chance.choice(PEOPLE),
            created=created,
            updated=created,
            due=created + chance.randrange(1, 20) * DAY if chance.random() < 0.3 else None,
            fingerprint=f"{self.config['seed']}-{number}",
        )
