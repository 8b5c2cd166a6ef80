"""What the words in a cell mean: missing marks, statuses, priorities, names, labels, links and threads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from opstui.domain.model import Comment, Stage
from opstui.domain.text import clean, clean_line, fold

MISSING = (
    *("?", "-", "--", "—", "–", "n/a", "#n/a", "null", "none", "nil", "nan", "NaN", "\\n"),
    *("(empty)", "(none)", "(null)", "undefined"),
)
"""Cells that mean: nothing here."""

NOBODY = frozenset({"unassigned", "nobody", "no one", "noone", "not assigned", "no assignee", "(unassigned)", "unknown", "tbd"})

LINE_LIMIT, BODY_LIMIT, FIELD_LIMIT, KEY_LIMIT = 500, 65_536, 4_000, 200
"""How many characters are kept of a one-line text, a body or comment, any other column; how long a key may be."""

_STAGES: Mapping[Stage, tuple[str, ...]] = {
    Stage.DONE: (
        *("done", "closed", "resolved", "complete", "completed", "cancelled", "canceled", "rejected", "won't do", "wont do"),
        *("won't fix", "wontfix", "wont fix", "duplicate", "declined", "solved", "fixed", "finished", "archived", "shipped"),
        *("released", "deployed", "merged", "closed complete", "closed incomplete", "closed skipped", "expired", "withdrawn"),
        *(
            "abandoned",
            "invalid",
            "not planned",
            "deleted",
            "erledigt",
            "geschlossen",
            "ferme",
            "resolu",
            "cerrado",
            "resuelto",
        ),
    ),
    Stage.BLOCKED: (
        *(
            "blocked",
            "on hold",
            "hold",
            "on-hold",
            "pending",
            "waiting",
            "stuck",
            "impeded",
            "impediment",
            "paused",
            "suspended",
        ),
        *(
            "suspended",
            "deferred",
            "needs info",
            "need more info",
            "feedback",
            "parked",
            "stalled",
            "wartend",
            "en attente",
            "en espera",
        ),
    ),
    Stage.DOING: (
        *("in progress", "doing", "active", "started", "working on it", "work in progress", "wip", "in review", "review"),
        *("testing", "test", "qa", "in development", "development", "ongoing", "acknowledged", "investigating", "in work"),
        *("implementing", "assigned", "accepted", "under review", "in bearbeitung", "en cours", "en curso", "almost done"),
    ),
    Stage.TODO: (
        *("open", "new", "todo", "to do", "backlog", "reopened", "triage", "ready", "not started", "unstarted", "submitted"),
        *("planned", "draft", "logged", "created", "requested", "unresolved", "incomplete", "not done", "undone", "unsolved"),
        *("indeterminate", "opened", "proposed", "selected for development", "neu", "offen", "nouveau", "nuevo", "firing"),
    ),
}
_WORD_STAGE: Mapping[str, Stage] = {fold(word): stage for stage, words in _STAGES.items() for word in words} | {
    "indeterminate": Stage.DOING  # Jira's own key of the category In Progress
}
_SERVICENOW = {
    "1": Stage.TODO,
    "2": Stage.DOING,
    "3": Stage.BLOCKED,
    "6": Stage.DONE,
    "7": Stage.DONE,
    "8": Stage.DONE,
}
_PARTS: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"\b(?:re-?open|not (?:done|started|closed|resolved)|to ?do|backlog|ready (?:for|to))"), Stage.TODO),
    (re.compile(r"\b(?:await|wait|hold|pending|block|stuck|paus|suspend|need(?:s)? )"), Stage.BLOCKED),
    (re.compile(r"\b(?:progress|review|develop|test|investigat|work|assign|doing|acknowledg)"), Stage.DOING),
    (re.compile(r"\b(?:done|clos|resolv|complet|cancel|reject|solved|fixed|finish|archiv|merged|deploy|releas)"), Stage.DONE),
)

_PRIORITIES: Mapping[int, tuple[str, ...]] = {
    1: ("critical", "highest", "blocker", "urgent", "immediate", "emergency", "severe", "showstopper", "fatal", "critique"),
    2: ("high", "major", "important", "error", "hoch", "haute", "alta", "elevated"),
    3: ("medium", "normal", "moderate", "standard", "average", "warning", "mittel", "moyenne", "media", "regular"),
    4: ("low", "minor", "niedrig", "basse", "baja", "info", "informational"),
    5: ("lowest", "trivial", "planning", "none needed", "very low", "cosmetic"),
}
_WORD_PRIORITY = {word: number for number, words in _PRIORITIES.items() for word in words} | {"very high": 1, "disaster": 1}
_NUMBERED = re.compile(r"(?:p|prio|priority|s|sev|severity)?\s*[-:#]?\s*([0-5])(?:\s*[-:.)(/].*)?", re.IGNORECASE)

_SPLIT = re.compile(r"\s*[,;|\n]\s*")
_NOTE_HEAD = re.compile(
    r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} \d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?) - (.+?) \([^)\n]*\)\s*$", re.MULTILINE
)
_ISSUE_URL = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+)/(?:-/)?(?:issues|pull|merge_requests)/(\d+)/?$")
_RELATION = re.compile(r"(blocks|blocked by|precedes|follows)\s+#?([^\s,;]+)", re.IGNORECASE)

When = Callable[[str], datetime | None]


def missing_marks(given: Iterable[str] | None) -> frozenset[str]:
    """Every spelling of the missing marks that cells are compared with."""
    marks = MISSING if given is None else tuple(given)
    return frozenset(form for mark in marks for form in (mark, mark.lower(), mark.upper(), mark.title(), mark.capitalize()))


def stage_of(status: str, told: Mapping[str, Stage]) -> tuple[Stage, bool]:
    """The stage of a status word, and whether we know it; ``told`` is the config's own map, by folded word."""
    word = fold(status)
    if word in told:
        return told[word], True
    if word in _WORD_STAGE:
        return _WORD_STAGE[word], True
    for pattern, stage in _PARTS:
        if pattern.search(word):
            return stage, True
    return Stage.TODO, not word


def servicenow_stage(status: str) -> Stage | None:
    """The stage of an incident state that was exported as its number."""
    return _SERVICENOW.get(status)


def priority_of(label: str, told: Mapping[str, int]) -> tuple[int | None, bool]:
    """1 to 5 for a priority word or number, and whether we know it."""
    word = fold(label)
    if word in told:
        return told[word], True
    if not word or word in {"no priority", "not set", "unset", "undefined", "0", "-"}:
        return None, True
    if word in _WORD_PRIORITY:
        return _WORD_PRIORITY[word], True
    match = _NUMBERED.fullmatch(word)
    if match:
        return max(1, int(match[1])), True
    for part in re.findall(r"[a-z]+", word):
        if part in _WORD_PRIORITY:
            return _WORD_PRIORITY[part], True
    return None, False


def people(cells: Sequence[str]) -> str | None:
    """The owner or owners of an item as one text; several stand side by side, for the reader to sort out."""
    names = [name for name in map(clean_name, cells) if name]
    return clean_line(", ".join(dict.fromkeys(names)), limit=LINE_LIMIT) or None


def clean_name(text: str) -> str:
    """A person's name, empty for the words that mean nobody."""
    name = clean_line(text, limit=LINE_LIMIT)
    return "" if fold(name) in NOBODY else name


def labels(cells: Sequence[str], *, spaced: bool = False) -> tuple[str, ...]:
    """The labels in one or more cells; ``spaced``: the source separates them by blanks."""
    found: dict[str, None] = {}
    for cell in cells:
        text = clean(cell, limit=FIELD_LIMIT)
        for part in text.split() if spaced and not _SPLIT.search(text) else _SPLIT.split(text):
            label = clean_line(part, limit=100)
            if label:
                found[label] = None
    return tuple(found)


def keys(cells: Sequence[str], titles: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of other records in one or more cells; some exports (Asana) name them by title."""
    found: dict[str, None] = {}
    for cell in cells:
        whole = clean_line(cell, limit=LINE_LIMIT)
        parts = [whole] if whole in titles else _SPLIT.split(whole)
        for part in parts:
            key = part.strip().removeprefix("#")
            if key:
                found[titles.get(key, key)] = None
    return tuple(found)


def relations(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys that a record blocks and is blocked by, from words such as Redmine's ``Blocks #12, Blocked by #7``."""
    blocks: dict[str, None] = {}
    blocked_by: dict[str, None] = {}
    for cell in cells:
        for word, key in _RELATION.findall(clean_line(cell, limit=FIELD_LIMIT)):
            (blocks if fold(word) in {"blocks", "precedes"} else blocked_by)[key] = None
    return tuple(blocks), tuple(blocked_by)


def comments(cells: Sequence[str], when: When) -> tuple[Comment, ...]:
    """A thread, oldest first: Jira's ``date;author;text`` a cell, ServiceNow's journal in one cell, or plain text."""
    found = [comment for cell in cells for comment in _thread(cell, when)]
    times = [comment.at for comment in found if comment.at is not None]
    if len(times) == len(found):
        found.sort(key=lambda comment: comment.at.timestamp() if comment.at else 0.0)
    return tuple(found)


def key_from_url(url: str) -> str:
    """``owner/name#12`` for the address of an issue, else the address itself."""
    match = _ISSUE_URL.match(url)
    return f"{match[1]}#{match[2]}" if match else url


def _thread(cell: str, when: When) -> list[Comment]:
    text = clean(cell, limit=BODY_LIMIT)
    if not text:
        return []
    heads = list(_NOTE_HEAD.finditer(text))
    if heads and heads[0].start() == 0:
        ends = [head.start() for head in heads[1:]] + [len(text)]
        return [
            Comment(clean(text[head.end() : end]), when(head[1]), clean_line(head[2]))
            for head, end in zip(heads, ends, strict=True)
            if text[head.end() : end].strip()
        ]
    first, _, rest = text.partition(";")
    who, mark, message = rest.partition(";")
    at = when(first.strip()) if mark and len(first) < 40 else None
    if at is not None:
        return [Comment(clean(message), at, clean_line(who) or None)] if message.strip() else []
    return [Comment(text)]
