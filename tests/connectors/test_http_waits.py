"""How long to wait, as a table: what servers ask for, measured by their own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from opstui.connectors.http import waits
from opstui.connectors.http.reply import Headers, Reply
from opstui.errors import SourceUnavailable
from tests.support.faults import serve
from tests.support.web import Counter, client

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
THEIRS = NOW + timedelta(hours=3)
"""A server whose clock is wrong, or ours is."""


def _http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _reply(status: int = 429, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, Headers(named), b"", "https://jira.example.com/x", lambda why: SourceUnavailable("jira", why))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry_After": "5"}, 5),
        ({"Retry_After": " 5.5 "}, 5.5),
        ({"Retry_After": "0"}, 0),
        ({"Retry_After": "-3"}, 0),
        ({"Retry_After": "1e300"}, waits.LONGEST_ASKED_S),
        ({"X_RateLimit_Reset": "99999999999"}, waits.LONGEST_ASKED_S),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "inf"}, None),
        ({"Retry_After": _http(NOW + timedelta(seconds=20))}, 20),
        ({"Retry_After": _http(THEIRS + timedelta(seconds=20)), "Date": _http(THEIRS)}, 20),
        ({"Retry_After": _http(NOW - timedelta(seconds=20))}, 0),
        ({"X_RateLimit_Reset": "30"}, 30),
        ({"X_RateLimit_Reset": str(int((NOW + timedelta(seconds=30)).timestamp()))}, 30),
        ({"X_RateLimit_Reset": str(int((THEIRS + timedelta(seconds=30)).timestamp())), "Date": _http(THEIRS)}, 30),
        ({"X_RateLimit_Requests_Reset": str(int((NOW + timedelta(seconds=30)).timestamp() * 1000))}, 30),
        ({"X_RateLimit_Reset": "2026-11-20T08:01Z"}, 60),
        ({"X_RateLimit_Reset": "2026-11-20T08:01"}, None),
        ({"X_RateLimit_Reset": "9" * 40}, None),
        ({"RateLimit_Reset": "12"}, 12),
        ({"X_RateLimit_Interval_Seconds": "60", "X_RateLimit_FillRate": "500"}, 60),
        ({"Retry_After": "2", "X_RateLimit_Reset": "30"}, 2),
        ({}, None),
    ],
)
def test_the_pause_an_answer_asks_for(headers: dict[str, str], expected: float | None) -> None:
    assert waits.asked_wait(_reply(**headers), NOW) == expected


def test_a_reset_counts_only_where_the_quota_is_the_reason() -> None:
    assert waits.asked_wait(_reply(500, X_RateLimit_Reset="30"), NOW) is None
    assert waits.asked_wait(_reply(403, X_RateLimit_Reset="30", X_RateLimit_Remaining="0"), NOW) == 30
    assert waits.asked_wait(_reply(403, X_RateLimit_Reset="30", X_RateLimit_Remaining="7"), NOW) is None


def test_backoff_grows_spreads_and_ends() -> None:
    for attempt in range(1, 12):
        tries = [waits.backoff(attempt) for _ in range(200)]
        most = min(waits.CAP_S, 2.0 ** (attempt - 1))
        assert 0 <= min(tries) < most / 3
        assert most / 1.5 < max(tries) <= most


@pytest.mark.parametrize(
    ("headers", "left", "limit"),
    [
        ({"X_RateLimit_Remaining": "7", "X_RateLimit_Limit": "100"}, 7, 100),
        ({"X_Rate_Limit_Remaining": "7", "X_Rate_Limit": "100"}, 7, 100),
        ({"RateLimit_Remaining": "7"}, 7, None),
        ({"X_RateLimit_Remaining": "-1"}, None, None),
        ({"X_RateLimit_Remaining": "many"}, None, None),
        ({}, None, None),
    ],
)
def test_the_quota_an_answer_tells(headers: dict[str, str], left: int | None, limit: int | None) -> None:
    assert waits.quota(_reply(200, **headers), NOW)[:2] == (left, limit)


@pytest.mark.parametrize("text", ["", "yesterday", "Fri, 32 Nov 2026 99:00:00 GMT"])
def test_a_date_that_is_none_is_none(text: str) -> None:
    assert _reply(Date=text).date is None


def test_a_servers_clock_is_known_once_it_has_answered() -> None:
    with serve(Counter(), skew=-7200) as server, client(server.url) as http:
        assert http.clock_ahead == timedelta()
        http.get("/x")
        assert -timedelta(hours=3) < http.clock_ahead < -timedelta(hours=1)
