"""The people, tickets, mails and alerts of the demo day. Invented; any likeness is chance.

A moment is written ``"fri 02:10"`` or ``"-6d 10:00"`` (days before that Friday), in the day's own zone.
"""

from __future__ import annotations

from typing import NamedTuple

PEOPLE = (
    ("Ana Ruiz", "ana.ruiz", "Operations"),
    ("Bo Lind", "bo.lind", "IT"),
    ("Cy Moss", "cy.moss", "Facilities"),
    ("Dee Okafor", "dee.okafor", "Warehouse"),
    ("Eli Novak", "eli.novak", "Transport"),
    ("Fay Tan", "fay.tan", "Finance"),
)


class Ticket(NamedTuple):
    """A help desk ticket as it stood on Thursday evening; what moved by Friday morning is its ``night``."""

    key: str
    title: str
    body: str
    state: str
    priority: int
    owner: str
    team: str
    caller: str
    opened: str
    updated: str
    sla: str = ""
    due: str = ""
    night: dict[str, str] = {}
    """Column -> new value, with ``updated`` and ``by``; empty when nothing happened overnight."""
    morning: dict[str, str] = {}
    """The same for what moved after that."""


TICKETS = (
    Ticket(
        "INC4711",
        "Dock 7 scanner rejects every label",
        "Every pallet label printed since 02:00 is refused at dock 7: 'check digit'.\nDocks 6 and 8 read the same labels.\n"
        "Two trailers are waiting; the next one is booked for 09:30.",
        "New",
        2,
        "",
        "Warehouse systems",
        "Night desk",
        "fri 02:10",
        "fri 05:55",
        sla="fri 07:53",
        night={"priority": "1", "updated": "fri 05:55", "by": "Bo Lind"},
        morning={"state": "In Progress", "owner": "Bo Lind", "updated": "fri 08:31", "by": "Bo Lind"},
    ),
    Ticket(
        "INC4709",
        "Cold store 2 door does not seal, temperature 6.8 °C and rising",
        "Seal torn at the lower hinge. Product moved to bay 4. Audit limit is 8 °C.",
        "In Progress",
        1,
        "Cy Moss",
        "Facilities",
        "Dee Okafor",
        "fri 04:40",
        "fri 07:20",
        sla="fri 08:45",
        night={"state": "In Progress", "owner": "Cy Moss", "updated": "fri 07:20", "by": "Night desk"},
        morning={"state": "Awaiting Vendor", "updated": "fri 09:24", "by": "Cy Moss"},
    ),
    Ticket(
        "INC4698",
        "VPN drops every ten minutes for the planning team",
        "Started after Wednesday's firewall change. Six planners affected; they work from paper.",
        "In Progress",
        2,
        "Bo Lind",
        "Network",
        "Planning",
        "thu 09:12",
        "thu 16:40",
        sla="fri 10:12",
        morning={"state": "Resolved", "updated": "fri 09:41", "by": "Bo Lind"},
    ),
    Ticket(
        "INC4702",
        "Forklift 12 battery fails after two hours",
        "Third time this month. Rental quote attached.",
        "New",
        3,
        "",
        "Facilities",
        "Dee Okafor",
        "thu 15:30",
        "thu 15:30",
        sla="fri 15:30",
    ),
    Ticket(
        "INC4655",
        "Label printer at packing 3 prints half labels",
        "Spare print head ordered, arrives Friday.",
        "Awaiting Vendor",
        3,
        "Bo Lind",
        "Warehouse systems",
        "Packing",
        "-4d 11:02",
        "-1d 14:10",
    ),
    Ticket(
        "INC4640",
        "Handheld terminals lose the network between aisles 14 and 18",
        "Survey says two access points are down. Electrician needed for one.",
        "On Hold",
        2,
        "Cy Moss",
        "Network",
        "Dee Okafor",
        "-6d 08:20",
        "-2d 10:00",
        sla="fri 12:00",
    ),
    Ticket(
        "INC4688",
        "New starters on Monday have no badge and no account",
        "Six people, 06:00 shift. HR sent the list on Wednesday.",
        "New",
        2,
        "Facilities, IT",
        "Service desk",
        "HR desk",
        "-1d 10:05",
        "-1d 10:05",
        sla="fri 16:00",
        due="mon 06:00",
    ),
    Ticket(
        "INC4671",
        "Approve overtime for Saturday stocktake",
        "Twelve people, four hours. Finance needs an answer before noon.",
        "Awaiting Approval",
        3,
        "Ana Ruiz",
        "Operations",
        "Fay Tan",
        "-5d 09:00",
        "-5d 09:00",
        due="fri 12:00",
    ),
    Ticket(
        "INC4620",
        "Purchase approval: replacement conveyor motor",
        "Quote 4,180. The spare is the last one in the building.",
        "Pending Approval",
        2,
        "Fay Tan",
        "Finance",
        "Cy Moss",
        "-9d 13:45",
        "-8d 09:30",
    ),
    Ticket(
        "INC4690",
        "Invoice portal rejects carrier invoices over 10,000",
        "Carrier threatens to stop credit on Monday.",
        "New",
        2,
        "",
        "Finance systems",
        "Fay Tan",
        "-1d 12:50",
        "-1d 12:50",
        sla="fri 11:00",
    ),
    Ticket(
        "INC4713",
        "Time clock at gate B shows yesterday's date",
        "Everybody who clocked in there since 22:00 is booked on Thursday.",
        "New",
        3,
        "",
        "HR systems",
        "Gate B",
        "fri 06:02",
        "fri 06:02",
        sla="fri 14:02",
        night={"updated": "fri 06:02", "by": "Night desk"},
    ),
    Ticket(
        "INC4714",
        "Sprinkler pump test alarm not acknowledged",
        "The insurer asks for the signed test sheet by 10:00.",
        "New",
        1,
        "",
        "Facilities",
        "Security",
        "fri 05:10",
        "fri 06:45",
        sla="fri 09:10",
        night={"priority": "1", "updated": "fri 06:45", "by": "Security"},
        morning={"state": "In Progress", "owner": "Cy Moss", "updated": "fri 08:50", "by": "Cy Moss"},
    ),
    Ticket(
        "INC4666",
        "Damaged racking in aisle 9, bay cleared",
        "Inspection booked Friday 11:00. Do not load.",
        "In Progress",
        2,
        "Dee Okafor",
        "Facilities",
        "Safety",
        "-3d 15:15",
        "-1d 09:05",
    ),
    Ticket(
        "INC4708",
        "Nightly stock count did not post to finance",
        "Job ended with 'period closed'. Finance closes the week at 12:00.",
        "New",
        2,
        "",
        "Finance systems",
        "Night desk",
        "fri 01:30",
        "fri 03:15",
        sla="fri 09:30",
        night={"state": "Reopened", "updated": "fri 03:15", "by": "Night desk"},
    ),
    Ticket(
        "INC4588",
        "Recurring: handheld batteries swell",
        "Batch recall? Vendor has not answered since the 9th.",
        "Awaiting Vendor",
        3,
        "Bo Lind",
        "Warehouse systems",
        "Dee Okafor",
        "-18d 10:00",
        "-11d 16:20",
    ),
    Ticket(
        "INC4705",
        "Car park barrier stuck open",
        "Security has a person there until noon.",
        "In Progress",
        4,
        "Cy Moss",
        "Facilities",
        "Security",
        "thu 18:40",
        "thu 19:05",
    ),
    Ticket(
        "INC4715",
        "Reach truck 3 leaks oil at aisle 4",
        "Aisle 4 is closed from bay 12 on. The cleaner is there, the truck is not moved.",
        "New",
        2,
        "",
        "Facilities",
        "Dee Okafor",
        "fri 08:42",
        "fri 08:42",
        sla="fri 12:42",
    ),
    Ticket(
        "INC4716",
        "Two of nine agency people cannot log in to the handhelds",
        "Their accounts end today.",
        "New",
        3,
        "",
        "Service desk",
        "Dee Okafor",
        "fri 09:18",
        "fri 09:18",
        sla="fri 17:00",
    ),
)

MAILS = (
    (
        "Carrier moves pick-up to 06:30 from Monday",
        "dispatch@carrier.example",
        "fri 07:03",
        "Dear Ana,\nfrom Monday 23 November our truck comes at 06:30, not 07:45.\n"
        "Please confirm today so that the driver is planned.",
    ),
    (
        "RE: Short shipment on order 88213, third time",
        "orders@customer.example",
        "fri 06:48",
        "We were promised a root cause by Thursday. I now copy your director.",
    ),
    (
        "Temp agency: only 9 of 14 people for tonight",
        "planning@agency.example",
        "fri 07:31",
        "Flu. We can send five more tomorrow.",
    ),
    ("Fire drill on Monday 10:00, please nominate wardens", "Safety", "thu 17:45", "Two per hall."),
    (
        "Customs hold on container MSKU 204 991-7",
        "broker@customs.example",
        "fri 05:27",
        "Missing certificate of origin. Storage is charged from Saturday.",
    ),
    (
        "Board pack: I need your one page on overtime by 15:00",
        "Marta Voss (COO)",
        "thu 18:12",
        "State, trade-off, what you recommend. One page.",
    ),
    ("Union meeting notes", "Works council", "thu 17:20", "Attached: minutes. Point 4 needs your answer in two weeks."),
    ("Your weekly warehouse digest", "no-reply@vendor.example", "fri 04:00", "Highlights of the week."),
    ("Quote for two more reach trucks", "sales@trucks.example", "thu 16:55", "Valid until 30 November."),
    ("Cleaning contract: price change from January", "account@cleaning.example", "-1d 11:40", "+4.2 %."),
    ("Question about my shift next week", "Lena, packing", "fri 06:15", "Could I swap Tuesday with Omar?"),
    ("Thank you for Tuesday", "customer@hospital.example", "-2d 15:00", "The rush order made all the difference."),
    (
        "Trailer 40 is at the gate at 09:10, not 09:30",
        "dispatch@carrier.example",
        "fri 08:47",
        "Traffic was light. Which dock?",
    ),
    (
        "Rack inspection at 11:00, who walks with me?",
        "inspector@racksafe.example",
        "fri 09:12",
        "I need somebody with the keys of aisle 9 and the load plates at hand.",
    ),
)

ALERTS = (
    ("conveyor-3 motor temperature above 80 °C", "warning", "conveyor-3", 14, "fri 02:10", "fri 05:55"),
    ("dock-7 scanner: read rate below 60 %", "critical", "dock-7", 9, "fri 01:58", "fri 07:50"),
    ("cold-store-2 temperature above 5 °C", "critical", "cold-store-2", 6, "fri 04:31", "fri 07:46"),
    ("wms-db replication lag above 60 s", "warning", "wms-db", 4, "fri 00:40", "fri 01:25"),
    ("payroll batch ended with code 12", "critical", "batch-1", 2, "-1d 03:08", "fri 03:20"),
    ("access point ap-14 down", "warning", "ap-14", 3, "-2d 09:00", "fri 06:00"),
    ("compressor 2 pressure low", "warning", "compressor-2", 5, "thu 21:15", "fri 05:05"),
    ("gate B clock drift above 1 h", "info", "gate-b", 2, "fri 00:01", "fri 06:01"),
)
"""Name, severity, host, how many times it fired, first and last."""

KPIS = (
    (
        "overtime",
        "Overtime above its limits (3 of 4)",
        "Overtime hours, last four weeks: 212, 231, 246, 263. Upper limit 240.",
        "Ana Ruiz",
        "fri 06:00",
        2,
    ),
    (
        "otif",
        "On time in full fell to 91.2 %",
        "Target 96 %. Eight weeks on one side of the mean.",
        "Eli Novak",
        "fri 06:00",
        2,
    ),
    ("scan-rate", "Dock scan rate out of its limits", "62 % at dock 7, lower limit 93 %.", "", "fri 06:00", 1),
    ("agency-spend", "Agency spend 8 % over budget", "Month to date 41,300 against 38,200.", "Fay Tan", "thu 17:30", 3),
)

PLACES = (
    "dock 2",
    "dock 5",
    "aisle 4",
    "aisle 11",
    "packing 1",
    "packing 4",
    "hall B",
    "gate A",
    "returns desk",
    "canteen",
    "office 2",
    "cold store 1",
)
"""Where the smaller tickets of an ordinary week happen."""

ORDINARY = (
    ("Monitor flickers at {place}", "Service desk", 4),
    ("Password reset for a shift lead at {place}", "Service desk", 4),
    ("Light out at {place}", "Facilities", 4),
    ("Printer out of labels at {place}", "Warehouse systems", 3),
    ("Handheld does not charge at {place}", "Warehouse systems", 4),
    ("Wrong bin location shown at {place}", "Warehouse systems", 3),
    ("Pallet jack squeaks at {place}", "Facilities", 5),
    ("Heating off at {place}", "Facilities", 3),
    ("Scale needs calibration at {place}", "Quality", 3),
    ("Order a spare cable for {place}", "Service desk", 5),
    ("Water leak under the sink, {place}", "Facilities", 3),
    ("Network socket dead at {place}", "Network", 4),
)
"""Title, team and priority of the ordinary tickets."""
