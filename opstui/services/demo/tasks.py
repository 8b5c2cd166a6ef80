"""The issues of the projects board: those of the story, those of an ordinary week, and what was finished before."""

from __future__ import annotations

from typing import NamedTuple


class Move(NamedTuple):
    """An issue of the board that went to another status."""

    at: str
    status: str
    who: str


class Task(NamedTuple):
    """An issue of the projects board, as it was created; ``moves`` tell where it went since, up to Friday morning."""

    key: str
    title: str
    body: str
    type: str
    priority: str
    owner: str
    reporter: str
    created: str
    updated: str
    """When it was last written on by Thursday evening, apart from its moves."""
    due: str = ""
    labels: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    night: dict[str, str] = {}
    """What somebody else set in the night: field -> value, with ``updated``; empty when nothing happened."""
    moves: tuple[Move, ...] = ()
    waits_for: str = ""
    """Whom or what it waits for while it is blocked."""


CONTESTED = "OPS-88"
"""The task whose priority two people set at once."""

TASKS = (
    Task(
        "OPS-88",
        "Payroll batch failed, 2nd night in a row",
        "Same error as Wednesday: lock on the timesheet table. 312 people are paid on Monday.",
        "Incident",
        "Highest",
        "Bo Lind",
        "Night desk",
        "-1d 03:10",
        "fri 03:22",
        due="fri 10:00",
        labels=("payroll", "repeat"),
        comments=("Restarted by hand, ran 40 minutes, failed at step 6.",),
        night={"priority": "Highest", "updated": "fri 03:22"},
        moves=(Move("thu 03:40", "In Progress", "Bo Lind"), Move("fri 09:35", "In Review", "Bo Lind")),
    ),
    Task(
        "OPS-61",
        "Badge rollout waits for procurement",
        "Readers are on the pallet, the contract is not signed.",
        "Task",
        "High",
        "Cy Moss",
        "Ana Ruiz",
        "-30d 09:00",
        "-9d 11:00",
        due="-2d 17:00",
        labels=("security",),
        blocks=("OPS-90", "OPS-91", "OPS-97"),
        moves=(Move("-28d 10:00", "In Progress", "Cy Moss"), Move("-9d 11:00", "Blocked", "Cy Moss")),
        waits_for="Procurement: the contract is not signed",
    ),
    Task(
        "OPS-90",
        "Train gate staff on the new badges",
        "",
        "Task",
        "Medium",
        "Dee Okafor",
        "Cy Moss",
        "-20d 09:00",
        "-9d 11:00",
        blocked_by=("OPS-61",),
    ),
    Task(
        "OPS-91",
        "Switch off the old badge server",
        "",
        "Task",
        "Medium",
        "Bo Lind",
        "Cy Moss",
        "-20d 09:10",
        "-9d 11:00",
        blocked_by=("OPS-61",),
    ),
    Task(
        "OPS-97",
        "Visitor badges for the audit on 2 December",
        "",
        "Task",
        "High",
        "",
        "Safety",
        "-8d 14:00",
        "-8d 14:00",
        due="+10d 09:00",
        blocked_by=("OPS-61",),
    ),
    Task(
        "OPS-104",
        "Write the SOP for label reprints",
        "Three incidents in a month had the same cause. Needs two quiet hours.",
        "Improvement",
        "High",
        "Ana Ruiz",
        "Ana Ruiz",
        "-12d 10:00",
        "-12d 10:00",
        labels=("sop", "important"),
    ),
    Task(
        "OPS-107",
        "Carrier scorecard for the quarterly review",
        "On-time, damages, cost per drop; five carriers.",
        "Task",
        "High",
        "Eli Novak",
        "Ana Ruiz",
        "-14d 09:30",
        "-3d 16:00",
        due="+4d 12:00",
        labels=("kpi",),
        moves=(Move("-11d 09:15", "In Progress", "Eli Novak"), Move("fri 09:30", "Blocked", "Eli Novak")),
        waits_for="Fay Tan: the cost per drop of October",
    ),
    Task(
        "OPS-99",
        "Cycle count plan for December",
        "",
        "Task",
        "Medium",
        "Dee Okafor",
        "Ana Ruiz",
        "-10d 08:00",
        "-2d 15:00",
        due="+5d 17:00",
        moves=(Move("-9d 13:00", "In Progress", "Dee Okafor"), Move("fri 09:05", "In Review", "Dee Okafor")),
    ),
    Task(
        "OPS-84",
        "Move returns desk closer to dock 2",
        "Saves 140 m of walking per return.",
        "Improvement",
        "Medium",
        "Dee Okafor",
        "Floor",
        "-22d 13:00",
        "-6d 10:00",
        blocks=("OPS-101",),
        moves=(Move("-21d 08:45", "In Progress", "Dee Okafor"), Move("-15d 14:00", "In Review", "Dee Okafor")),
    ),
    Task(
        "OPS-101",
        "Repaint walkways at dock 2",
        "",
        "Task",
        "Low",
        "Cy Moss",
        "Safety",
        "-9d 10:00",
        "-6d 10:30",
        blocked_by=("OPS-84",),
        moves=(Move("-8d 09:00", "In Progress", "Cy Moss"), Move("-6d 10:30", "Blocked", "Cy Moss")),
        waits_for="Dee Okafor: the returns desk moves first",
    ),
    Task(
        "OPS-110",
        "Stop double booking of trailers",
        "Transport and warehouse both edit the same sheet.",
        "Improvement",
        "High",
        "",
        "Eli Novak",
        "-4d 17:00",
        "-4d 17:00",
        labels=("process",),
    ),
    Task(
        "OPS-112",
        "Answer the ISO 9001 audit finding on training records",
        "Due to the auditor in writing.",
        "Task",
        "High",
        "Fay Tan",
        "Quality",
        "-7d 11:00",
        "-1d 15:30",
        due="fri 17:00",
        labels=("audit",),
        moves=(Move("-3d 10:00", "In Progress", "Fay Tan"),),
    ),
    Task(
        "OPS-113",
        "Replace the damaged upright in aisle 9",
        "The inspector wants it out before the bay is loaded again. Two uprights are in the yard.",
        "Task",
        "High",
        "",
        "Safety",
        "fri 09:05",
        "fri 09:05",
        labels=("safety",),
        blocks=("helpdesk:INC4666",),
    ),
)

CHORES = (
    "Update the contact list of {place}",
    "Weekly 5S walk, {place}",
    "Photograph damaged goods, {place}",
    "Relabel shelves, {place}",
    "Check first-aid box, {place}",
    "Count consumables, {place}",
    "Review cleaning plan, {place}",
)
"""The ordinary tasks of the projects board."""

LATER = {
    "OPS-24": Move("fri 08:30", "In Progress", "Bo Lind"),
    "OPS-39": Move("fri 08:55", "Done", "Dee Okafor"),
    "OPS-20": Move("fri 09:25", "Done", "Ana Ruiz"),
}
"""What becomes of the ordinary tasks on Friday morning."""

SLOW = "OPS-42"
"""The ordinary task that somebody began long ago and nobody has asked after."""


def _finished(key: str, title: str, owner: str, created: str, begun: str, review: str, done: str, by: str) -> Task:
    moves = (Move(begun, "In Progress", owner), Move(review, "In Review", owner), Move(done, "Done", by))
    return Task(key, title, "", "Task", "Medium", owner, by, created, created, moves=moves)


YESTERDAY = (
    _finished(
        *("OPS-77", "Order a spare print head for packing 3", "Bo Lind"),
        *("-4d 11:20", "-4d 13:10", "thu 09:05", "thu 11:40", "Ana Ruiz"),
    ),
    _finished(
        *("OPS-79", "Routes for the Saturday stocktake", "Eli Novak"),
        *("-4d 14:00", "-3d 08:40", "thu 10:30", "thu 15:05", "Dee Okafor"),
    ),
    _finished(
        *("OPS-80", "Close the findings of the safety walk in hall B", "Cy Moss"),
        *("-7d 09:30", "-3d 10:15", "-2d 16:00", "thu 14:30", "Ana Ruiz"),
    ),
    _finished(
        *("OPS-82", "Accruals for October's agency invoices", "Fay Tan"),
        *("-3d 08:50", "-2d 09:20", "thu 14:00", "thu 16:10", "Ana Ruiz"),
    ),
    _finished(
        *("OPS-83", "Shift rota of week 48", "Dee Okafor"),
        *("-3d 13:30", "-2d 08:30", "thu 09:45", "thu 13:15", "Ana Ruiz"),
    ),
    _finished(
        *("OPS-86", "Overtime figures for the board pack", "Ana Ruiz"),
        *("-2d 15:00", "thu 08:20", "thu 15:30", "thu 16:20", "Fay Tan"),
    ),
)
"""What was finished on Thursday."""

PAST = {
    "OPS-1": "Replace the bumpers at dock 5",
    "OPS-2": "Seal of cold store 1, new hinge",
    "OPS-3": "Stocktake of packing material",
    "OPS-4": "Second printer for the returns desk",
    "OPS-5": "Charge points for the handhelds in hall B",
    "OPS-6": "Repair the gate of dock 2",
    "OPS-7": "Map of the fire exits, hall A",
    "OPS-8": "New lamp posts in the yard",
    "OPS-9": "Agency contract, second half-year",
    "OPS-10": "Pallet count with the carrier",
    "OPS-11": "Clear the racks of aisle 11",
    "OPS-12": "Lockers for the late shift",
    "OPS-13": "Batteries of forklifts 3 to 9 checked",
    "OPS-14": "Label stock: one supplier instead of three",
    "OPS-15": "Door code of office 2 changed",
    "OPS-16": "Toolbox talk on lifting",
    "OPS-17": "Floor marks at packing 1",
    "OPS-18": "Scale of packing 4 calibrated",
    "OPS-19": "Waste contract: cardboard twice a week",
    "OPS-52": "Cameras at gate A aligned",
    "OPS-53": "Induction slides for temps",
    "OPS-54": "Bin locations of aisle 7 renumbered",
    "OPS-55": "Spare keys listed and signed",
    "OPS-56": "Complaint 88047 answered",
    "OPS-57": "Test sheet for the sprinkler pump",
    "OPS-58": "Carrier portal: two more users",
    "OPS-59": "Winter tyres for the yard tractor",
    "OPS-60": "Speed bumps at gate B",
    "OPS-62": "Noise survey in hall B",
    "OPS-63": "Minutes of the works council filed",
}
"""What was finished in the seven weeks before, in the order it was asked for."""
