"""Writes over real HTTP: sent once, and told apart into applied, certainly not applied, and nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opstui.connectors.shape import after_write, need
from opstui.errors import AnswerLost, SourceError, SourceRefused, SourceUnavailable, WriteRefused
from tests.support import faults
from tests.support.faults import Fault, Server, serve
from tests.support.web import PATIENCE, SHORT, Counter, client


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", PATIENCE)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Counter()) as running:
        yield running


def test_a_write_is_sent_once_with_its_body(server: Server) -> None:
    with client(server.url) as http:
        reply = http.send("PUT", "/issues/1", {"notes": "für Bo"}, params={"notify": "false"})
        assert reply.json["body"] == {"notes": "für Bo"}
        assert http.send("DELETE", "/comments/7").status == 200
    assert [(one.method, one.path) for one in server.requests] == [("PUT", "/issues/1"), ("DELETE", "/comments/7")]
    assert server.requests[1].body == b""


LOST: dict[str, Fault] = {
    "reset": faults.reset(),
    "hung up": faults.hang_up(),
    "reset after it was applied": faults.apply_then_reset(),
    "truncated": faults.truncated(),
    "oversized": faults.oversized(1_200_000),
    "gzip bomb": faults.gzip_bomb(20_000_000),
    "500": faults.status(500, {"message": "NullPointerException"}, apply=True),
    "501": faults.status(501),
    "502": faults.status(502),
    "503": faults.status(503),
    "504": faults.status(504, apply=True),
    "408": faults.status(408),
    "303": faults.status(303, headers={"Location": "/elsewhere"}, apply=True),
}


@pytest.mark.parametrize("name", LOST)
def test_what_may_have_arrived_is_said_to_be_unknown_and_not_sent_again(server: Server, name: str) -> None:
    server.arm(LOST[name], times=None)
    with client(server.url, limit=1 << 20) as http, pytest.raises(AnswerLost) as caught:
        http.send("POST", "/issues", {"a": 1})
    assert caught.value.what.startswith("desk: ")
    assert caught.value.why
    assert "looked up" in caught.value.next_step
    assert server.count() == 1


@pytest.mark.parametrize("fault", [faults.late(60), faults.apply_then_late(60)], ids=["before", "after"])
def test_a_time_out_leaves_a_write_unknown(server: Server, fault: Fault) -> None:
    server.arm(fault)
    with client(server.url, timeout=SHORT) as http, pytest.raises(AnswerLost, match="nothing came"):
        http.send("POST", "/issues", {"a": 1})
    assert server.count() == 1


def test_an_answer_that_is_no_json_leaves_a_write_unknown(server: Server) -> None:
    server.arm(faults.garbage())
    with client(server.url) as http, pytest.raises(AnswerLost):
        _ = http.send("POST", "/issues", {"a": 1}).json


def test_an_answer_of_the_wrong_shape_leaves_a_write_unknown(server: Server) -> None:
    server.arm(faults.wrong_shape())
    with client(server.url) as http, pytest.raises(AnswerLost, match="wrong shape"), after_write():
        need(http.send("POST", "/issues", {"a": 1}).json, "id", str, "desk: a new comment")


NOT_APPLIED: list[tuple[Fault, type[SourceError], str]] = [
    (faults.status(400, {"errors": {"duedate": "Not a date"}}), WriteRefused, "duedate: Not a date"),
    (faults.status(404), WriteRefused, "not there"),
    (faults.status(409, {"message": "edited meanwhile"}), WriteRefused, "edited meanwhile"),
    (faults.status(410), WriteRefused, "no longer"),
    (faults.status(422, {"errors": ["Subject cannot be blank"]}), WriteRefused, "Subject cannot be blank"),
    (faults.status(401), SourceRefused, "401"),
    (faults.status(403), SourceRefused, "403"),
    (faults.redirect_loop(307), SourceRefused, "307"),
    (faults.status(429), SourceUnavailable, "429"),
    (faults.status(503, headers={"Retry-After": "7"}), SourceUnavailable, "503"),
]


@pytest.mark.parametrize(("fault", "kind", "says"), NOT_APPLIED)
def test_what_was_not_applied_is_told_with_the_vendors_words(
    server: Server, fault: Fault, kind: type[SourceError], says: str
) -> None:
    server.arm(fault, times=None)
    with client(server.url) as http, pytest.raises(SourceError, match=says) as caught:
        http.send("PUT", "/issues/1", {"a": 1})
    assert type(caught.value) is kind
    assert caught.value.what.startswith("desk: ")
    assert caught.value.why
    assert caught.value.next_step
    assert server.count() == 1


def test_a_refused_connection_is_certainly_not_applied(server: Server) -> None:
    with client(faults.nobody()) as http, pytest.raises(SourceUnavailable) as caught:
        http.send("POST", "/issues", {})
    assert type(caught.value) is SourceUnavailable


def test_the_pause_a_source_asks_for_is_handed_on(server: Server) -> None:
    server.arm(faults.status(503, headers={"Retry-After": "7"}))
    with client(server.url) as http, pytest.raises(SourceUnavailable) as caught:
        http.send("POST", "/issues", {})
    assert caught.value.retry_after == 7


def test_no_right_on_one_item_is_about_that_item_where_the_connector_says_so(server: Server) -> None:
    server.arm(faults.status(403))
    with client(server.url) as http, pytest.raises(WriteRefused, match="may not change that"):
        http.send("PUT", "/issues/1", {}, of_item=True)


def test_a_write_that_may_be_repeated_is(server: Server) -> None:
    server.arm(faults.apply_then_reset(), times=2)
    with client(server.url) as http:
        assert http.send("PUT", "/issues/1", {"a": 1}, repeatable=True).status == 200
    assert server.count() == 3


def test_a_status_that_is_an_answer_comes_back_from_a_write_too(server: Server) -> None:
    server.arm(faults.status(404))
    with client(server.url) as http:
        assert http.send("DELETE", "/comments/1", accept=(404,)).status == 404
