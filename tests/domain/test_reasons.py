from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opstui.domain.model import Place, Stage
from opstui.domain.urgency import WEIGHTS, headline, reason, terms
from opstui.domain.views import QueueRow
from tests.support.build import MORNING as NOW
from tests.support.build import an_item

HOUR = timedelta(hours=1)


def row(**more: Any) -> QueueRow:
    item = an_item()
    values: dict[str, Any] = {
        name: getattr(item, name)
        for name in (
            "source",
            "kind",
            "title",
            "status",
            "stage",
            "priority",
            "priority_label",
            "owner",
            "created",
            "updated",
            "due",
        )
    }
    values |= {"id": 1, "ref": item.ref, "owner_state": "none", "sla_due": None, "sla_left_s": None, "rank": 0.0, "why": ""}
    values |= {"place": Place.QUEUE, "until": None, "target": "", "blocks": 0, "new": False, "moved": ()}
    return QueueRow(**(values | more))


@pytest.mark.parametrize(
    ("code", "more", "words"),
    [
        ("sla", {"sla_due": NOW - 0.2 * HOUR}, "SLA breached 12m ago"),
        ("sla", {"sla_due": NOW + 0.5 * HOUR}, "SLA breaches in 30m"),
        ("sla", {}, "SLA paused"),
        ("priority", {"priority": 1}, "critical priority"),
        ("priority", {"priority": 2, "priority_label": "P2 - Major"}, "high priority (P2 - Major)"),
        ("priority", {"priority": 2, "priority_label": "High"}, "high priority"),
        ("priority", {}, "no priority given"),
        ("due", {"due": NOW + 2 * HOUR}, "due in 2h"),
        ("due", {"due": NOW - 2 * HOUR}, "overdue by 2h"),
        ("blocks_others", {"blocks": 3}, "blocks 3 others"),
        ("blocks_others", {"blocks": 1}, "blocks 1 other"),
        ("unowned", {}, "no owner"),
        ("ambiguous", {"owner": "Service Desk"}, "owner unclear: Service Desk"),
        ("stalled", {"updated": NOW - 96 * HOUR}, "approval stalled for 4d"),
        ("stalled", {"updated": NOW - 96 * HOUR, "stage": Stage.BLOCKED}, "blocked, unmoved for 4d"),
        ("age", {"created": NOW - 240 * HOUR}, "open for 10d"),
        ("woke", {"until": NOW - HOUR}, "snooze ended 1h ago"),
        ("nudge", {"until": NOW - HOUR, "target": "Bo {0} Lind"}, "nudge Bo {0} Lind: date reached 1h ago"),
        ("unanswered", {"until": NOW - HOUR, "target": "Cy"}, "no answer from Cy: deadline 1h ago"),
        ("some_new_code", {}, "some new code"),
    ],
)
def test_a_reason_in_words(code: str, more: dict[str, Any], words: str) -> None:
    assert reason(code, row(**more), NOW) == words


@pytest.mark.parametrize("code", WEIGHTS)
def test_every_weight_has_words_for_a_row_and_for_an_item(code: str) -> None:
    for one in (row(), an_item(blocks=("a", "b"))):
        assert reason(code, one, NOW)
        assert "_" not in reason(code, one, NOW)


def test_a_row_tells_its_terms_and_its_headline() -> None:
    one = row(why="unowned=12,age=1.2")
    assert [(term.code, term.points, term.text) for term in terms(one, NOW)] == [
        ("unowned", 12, "no owner"),
        ("age", 1.2, "open for 1h"),
    ]
    assert headline(one, NOW) == "no owner"
    assert headline(row(), NOW) == ""
