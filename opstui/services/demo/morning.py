"""What the manager of the demo does at the desk before the hour it is opened at: real verdicts, at the times they fall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.demo import tasks
from opstui.services.demo.times import moment
from opstui.services.desk import Desk
from opstui.services.workspace import Workspace


class Deed(NamedTuple):
    """One action, when it was done."""

    at: str
    do: Callable[[Desk], Receipt]


SCANNER = tuple(f"alerts:A2{turn:02}" for turn in range(9))
"""Each time the scanner of dock 7 was reported by itself."""

CHECKS = "Opening checks"


def _checked(step: int, note: str, desk: Desk) -> Receipt:
    return desk.routines.tick(CHECKS, step, note)


_DEEDS = (
    # Somebody else sets it in the night: a conflict waits in the morning.
    Deed("thu 16:54", lambda desk: desk.priority([f"projects:{tasks.CONTESTED}"], 2)),
    Deed("fri 08:07", lambda desk: desk.assign(["helpdesk:INC4711"], "Bo Lind", "the next trailer is booked for 09:30")),
    Deed("fri 08:09", lambda desk: desk.note("Docks 6 and 8 take what dock 7 cannot scan.", "helpdesk:INC4711")),
    Deed("fri 08:10", lambda desk: desk.merge(SCANNER, "helpdesk:INC4711", "the same scanner")),
    *(Deed(f"fri 08:{minute}", partial(_checked, step, "")) for step, minute in enumerate((11, 13, 14, 16), 1)),
    Deed("fri 08:17", partial(_checked, 5, "31 of 34, the agency sends two more")),
    Deed("fri 08:18", lambda desk: desk.routines.sign(CHECKS)),
    Deed("fri 08:12", lambda desk: desk.assign(["helpdesk:INC4714"], "Cy Moss", "the insurer wants the sheet by 10:00")),
    Deed(
        "fri 08:15",
        lambda desk: desk.comment("projects:OPS-88", "The bank takes the file until 14:00. Who can clear the lock?"),
    ),
    Deed(
        "fri 08:19",
        lambda desk: desk.escalate(
            ["projects:OPS-61"],
            "Marta Voss",
            "The contract is not signed for nine days, three others wait for it. Sign today, or the audit gets paper badges.",
            until="fri 14:00",
        ),
    ),
    Deed("fri 08:22", lambda desk: desk.assign(["helpdesk:INC4690"], "Fay Tan", "needs a bank limit")),
    Deed(
        "fri 08:24",
        lambda desk: desk.wait(
            ["helpdesk:INC4588"], "Voltbridge", until="mon 9", text="Is batch 22-A part of a recall? Forty handhelds use it."
        ),
    ),
    Deed(
        "fri 08:26", lambda desk: desk.wait(["helpdesk:INC4655"], "Bo Lind", until="fri 13:00", text="Is the print head here?")
    ),
    Deed(
        "fri 08:31",
        lambda desk: desk.decide(
            "Stocktake on Saturday with eight people instead of twelve",
            "Overtime is above its limit for the fourth week; aisles 1 to 6 can be counted on Monday.",
            ("twelve people as asked", "move it to 5 December"),
            "Fay Tan",
            "fri",
            "32 hours of overtime instead of 48",
            "helpdesk:INC4671",
        ),
    ),
    Deed("fri 08:32", lambda desk: desk.done(["helpdesk:INC4671"], "eight people, see the decision")),
    Deed("fri 08:34", lambda desk: desk.accept(["mail:m006", "projects:OPS-112"])),
    Deed("fri 08:36", lambda desk: desk.snooze(["helpdesk:INC4702"], "mon 9", "the rental comes on Monday")),
    Deed("fri 08:37", lambda desk: desk.decline(["mail:m008"], "advertising")),
    Deed("fri 08:40", lambda desk: desk.assign(["projects:OPS-110"], "Eli Novak", "start with the sheet's owner")),
    Deed("fri 08:41", lambda desk: desk.for_block(["projects:OPS-104"])),
    Deed("fri 09:02", lambda desk: desk.note("Rang the carrier: 06:30 works if dock 2 opens early.", "mail:m001")),
    Deed("fri 09:03", lambda desk: desk.done(["mail:m001"], "confirmed by telephone")),
    Deed(
        "fri 09:20",
        lambda desk: desk.wait(
            ["mail:m005"],
            "broker@customs.example",
            until="fri 13:00",
            text="The certificate went out at 09:15. Is the hold off?",
        ),
    ),
    Deed("fri 09:26", lambda desk: desk.assign(["helpdesk:INC4715"], "Cy Moss", "aisle 4 is closed until it is moved")),
    Deed("fri 09:44", lambda desk: desk.note("Agency: eleven of fourteen for tonight, five more tomorrow.", "mail:m003")),
)

DEEDS = tuple(sorted(_DEEDS, key=lambda deed: moment(deed.at)))
"""In the order of their times."""


class _Hand:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def lived(opened: Workspace, since: datetime, until: datetime) -> None:
    """Do what is done after ``since`` and by ``until``, on the open store.

    Raises:
        Refused: the story does not fit what the exports say.
    """
    hand = _Hand(since)
    desk = Desk(opened.store, opened.settings, now=hand)
    for deed in DEEDS:
        if since < moment(deed.at) <= until:
            hand.at = moment(deed.at)
            receipt = deed.do(desk)
            if receipt.refused or not receipt.group:
                raise Refused(f"the demo's {receipt.verb} at {deed.at}", "; ".join(": ".join(one) for one in receipt.refused))
    desk.close()
