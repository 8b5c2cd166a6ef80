"""Reads over real HTTP: tried again while that may help, ended by limits, and told in words that help."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from opstui.connectors.http import Http
from opstui.errors import AnswerLost, SourceError, SourceRefused, SourceUnavailable
from tests.support import faults
from tests.support.faults import Fault, Response, Server, serve
from tests.support.web import PATIENCE, SHORT, Counter, Told, client


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", PATIENCE)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Counter()) as running:
        yield running


def _told_well(error: SourceError) -> None:
    assert error.what.startswith("desk: ")
    assert error.why
    assert error.next_step
    assert "s3cr3t" not in repr(error)


def test_a_read_is_sent_with_its_parameters_and_credentials(server: Server) -> None:
    with client(f"{server.url}/jira/", headers={"X-Custom": "1"}) as http:
        reply = http.get("/rest/issues", {"jql": 'summary ~ "a&b" ä', "max": 5})
    assert (reply.status, reply.json["path"]) == (200, "/jira/rest/issues")
    assert reply.json["query"] == [["jql", 'summary ~ "a&b" ä'], ["max", "5"]]
    [request] = server.requests
    assert request.headers["Authorization"].startswith("Basic ")
    assert request.headers["User-Agent"].startswith("opstui/")
    assert request.headers["X-Custom"] == "1"
    assert reply.date is not None


def test_a_post_that_only_reads_is_tried_again(server: Server) -> None:
    server.arm(faults.reset(), times=2)
    with client(server.url) as http:
        assert http.post_query("/search", {"jql": "ä"}).json["body"] == {"jql": "ä"}
    assert server.count("POST", "/search") == 3
    assert server.requests[-1].headers["Content-Type"] == "application/json"


PASSING: dict[str, Fault] = {
    "reset": faults.reset(),
    "hung up": faults.hang_up(),
    "answer lost": faults.apply_then_reset(),
    "truncated": faults.truncated(),
    "no JSON": faults.garbage(),
    "empty JSON": faults.garbage(b" "),
    "half a character": faults.garbage(b'{"a": "\xc3"}'),
    "429": faults.status(429),
    "429 seconds": faults.status(429, headers={"Retry-After": "2"}),
    "408": faults.status(408),
    "500": faults.status(500),
    "502": faults.status(502),
    "503": faults.status(503, headers={"Retry-After": "1"}),
    "504": faults.status(504),
    "not gzip": lambda wire: wire.answer(Response(200, b"nonsense", {"Content-Encoding": "gzip"})),
    "half a gzip": lambda wire: wire.answer(Response(200, gzip.compress(b"{}" * 99)[:20], {"Content-Encoding": "gzip"})),
    "brotli": lambda wire: wire.answer(Response(200, b"x", {"Content-Encoding": "br"})),
    "no HTTP": lambda wire: (wire.send(b"SSH-2.0-OpenSSH_9.6\r\n"), wire.hang_up())[0],
}


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_costs_a_read_nothing(server: Server, name: str) -> None:
    server.arm(PASSING[name], times=3)
    with client(server.url) as http:
        assert http.get("/x").json["method"] == "GET"
        assert http.calls == server.count() == 4


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_stays_is_given_up_after_five_tries(server: Server, name: str) -> None:
    server.arm(PASSING[name], times=None)
    with client(server.url) as http, pytest.raises(SourceUnavailable) as caught:
        http.get("/x")
    assert not isinstance(caught.value, AnswerLost)
    _told_well(caught.value)
    assert server.count() == 5


def test_a_server_that_does_not_answer_is_given_up(server: Server) -> None:
    server.arm(faults.late(60), times=None)
    with client(server.url, timeout=SHORT) as http, pytest.raises(SourceUnavailable, match="nothing came for"):
        http.get("/x")
    assert server.count() == 5


def test_an_answer_that_trickles_is_given_up_in_the_end(server: Server) -> None:
    server.arm(faults.slow(60, pieces=600), times=None)
    with client(server.url, timeout=SHORT) as http, pytest.raises(SourceUnavailable, match="too slowly"):
        http.get("/x" * 300)


def test_a_slow_answer_that_ends_is_taken(server: Server) -> None:
    server.arm(faults.slow(0.2))
    with client(server.url) as http:
        assert http.get("/x").json["n"] == 1
    assert server.count() == 1


def test_a_refused_connection_is_tried_again_and_named(server: Server) -> None:
    with client(faults.nobody()) as http, pytest.raises(SourceUnavailable, match="nothing listens there") as caught:
        http.get("/x")
    _told_well(caught.value)
    assert http.calls == 5


REFUSED: list[tuple[Fault, str, str]] = [
    (faults.status(401), "401", "opstui auth desk"),
    (faults.status(403), "403", "opstui auth desk"),
    (faults.status(404), "404, /x is not there", "address"),
    (faults.status(410), "410, /x is there no longer", "address"),
    (faults.status(400, {"errorMessages": ["The value 'OPS' does not exist."]}), "value 'OPS' does not exist", "options"),
    (faults.status(409), "409 Conflict", "options"),
    (faults.status(304), "304", "options"),
    (faults.oversized(1_200_000), "more than 1 MB", "answer_mb"),
    (faults.gzip_bomb(50_000_000), "more than 1 MB", "answer_mb"),
    (faults.redirect_loop(), "redirects without an end", "address"),
    (faults.redirect_to("https://evil.example.com/x?y=1"), "sends to https://evil.example.com", "options"),
    (faults.redirect_to("//evil.example.com/x"), "sends to http://evil.example.com", "options"),
    (faults.redirect_to("file:///etc/passwd"), "sends to nowhere", "options"),
    (faults.redirect_to("http://[::1"), "sends to nowhere", "options"),
    (faults.status(302), "sends to nowhere", "options"),
]


@pytest.mark.parametrize(("fault", "says", "remedy"), REFUSED)
def test_what_will_not_change_by_itself_is_not_tried_again(server: Server, fault: Fault, says: str, remedy: str) -> None:
    server.arm(fault, times=None)
    with client(server.url, limit=1 << 20) as http, pytest.raises(SourceRefused) as caught:
        http.get("/x")
    _told_well(caught.value)
    assert says in str(caught.value)
    assert remedy in caught.value.next_step
    assert server.count() == 1


def test_deflate_and_gzip_are_unpacked(server: Server) -> None:
    for encoding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        packed = Response(200, pack(b'{"a": 1}'), {"Content-Encoding": encoding, "Content-Type": "application/json"})
        server.arm(lambda wire, packed=packed: wire.answer(packed))  # type: ignore[misc]
        with client(server.url) as http:
            assert http.get("/x").json == {"a": 1}


def test_a_status_that_is_an_answer_comes_back(server: Server) -> None:
    server.arm(faults.status(404, {"why": "gone"}))
    with client(server.url) as http:
        reply = http.get("/x", accept=(404,))
    assert (reply.status, reply.json) == (404, {"why": "gone"})


def test_a_web_page_where_json_should_be_says_so(server: Server) -> None:
    page = Response(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})
    server.arm(lambda wire: wire.answer(page))
    with client(server.url) as http:
        reply = http.get("/x")
        assert reply.text == "<html>Sign in</html>"
        with pytest.raises(SourceUnavailable, match="web page instead of JSON"):
            _ = reply.json


def test_json_that_few_would_take_is_read_all_the_same(server: Server) -> None:
    for body, value in ((b'["\\ud83d"]', ["\ud83d"]), ('{"a": 1}'.encode("utf-16"), {"a": 1}), (b"[1e400]", [float("inf")])):
        odd = Response(200, body, {"Content-Type": "application/json"})
        server.arm(lambda wire, odd=odd: wire.answer(odd))  # type: ignore[misc]
        with client(server.url) as http:
            assert http.get("/x").json == value


def test_json_that_is_nested_without_end_is_no_crash(server: Server) -> None:
    server.arm(faults.garbage(b"[" * 200_000), times=None)
    with client(server.url) as http, pytest.raises(SourceUnavailable, match="no JSON"):
        http.get("/x")


def test_a_redirect_within_the_server_is_followed_with_the_credentials(server: Server) -> None:
    server.arm(faults.redirect_to("/new/x?page=2"))
    with client(server.url) as http:
        assert http.get("/x").json["query"] == [["page", "2"]]
    assert [request.path for request in server.requests] == ["/x", "/new/x"]
    assert "Authorization" in server.requests[1].headers


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_never_carries_credentials_to_another_server(server: Server, code: int) -> None:
    with serve(faults.Silent()) as other:
        server.arm(faults.redirect_to(f"{other.url}/steal", code), times=None)
        with client(server.url) as http:
            for ask in (lambda: http.get("/x"), lambda: http.post_query("/x", {}), lambda: http.send("POST", "/x", {})):
                with pytest.raises(SourceError):
                    ask()
        assert other.requests == []


def test_a_search_is_not_turned_into_another_request_by_a_redirect(server: Server) -> None:
    server.arm(faults.redirect_to("/y", 302))
    with client(server.url) as http, pytest.raises(SourceRefused, match="302"):
        http.post_query("/x", {})
    server.arm(faults.redirect_to("/y", 308))
    with client(server.url) as http:
        assert http.post_query("/x", {"a": 1}).json["body"] == {"a": 1}


def test_a_whole_address_of_another_server_is_not_asked(server: Server) -> None:
    with client(server.url) as http:
        assert http.get(f"{server.url}/next?page=2").json["path"] == "/next"
        with pytest.raises(SourceRefused, match="evil"):
            http.get("https://evil.example.com/next")


def test_no_cookie_is_kept(server: Server) -> None:
    server.arm(faults.status(200, {}, {"Set-Cookie": "session=1; Path=/"}))
    with client(server.url) as http:
        http.get("/x")
        http.get("/x")
    assert "Cookie" not in server.requests[1].headers


def test_a_netrc_file_is_not_read(server: Server, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ana password hunter2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with Http(server.url, Told().context()) as http:
        http.get("/x")
    assert "Authorization" not in server.requests[0].headers


def test_connections_are_used_again(server: Server) -> None:
    opened: list[object] = []
    keep = server.opened
    server.opened = lambda sock: (opened.append(sock), keep(sock))[1]  # type: ignore[method-assign,func-returns-value]
    with client(server.url) as http:
        for _ in range(10):
            http.get("/x")
    assert len(opened) == 1


def test_waiting_shows_that_it_lives(server: Server) -> None:
    told = Told()
    server.arm(faults.status(429, headers={"Retry-After": "40"}))
    with client(server.url, told) as http:
        http.get("/x")
    assert told.progress
    assert {unit for _, _, unit in told.progress} == {"s waited"}
    assert told.progress[0][1] in (40, 41)


def test_a_pause_that_is_too_long_is_left_to_the_engine(server: Server) -> None:
    server.arm(faults.status(429, headers={"Retry-After": "3600"}), times=None)
    with client(server.url) as http, pytest.raises(SourceUnavailable) as caught:
        http.get("/x")
    assert caught.value.retry_after == 3600
    assert "3600 s" in caught.value.next_step
    assert server.count() == 1


def test_calls_and_quota_are_told(server: Server) -> None:
    told = Told()
    quota = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "998", "X-RateLimit-Reset": "2027-01-01T00:00Z"}
    server.arm(faults.status(200, {}, quota))
    with client(server.url, told) as http:
        http.get("/x")
        http.tell(account="Ana Ruiz")
        http.get("/x")
    last = told.usage[-1]
    assert (last.calls, last.quota_left, last.quota_limit, last.account) == (2, 998, 1000, "Ana Ruiz")
    assert last.quota_reset is not None
    assert last.quota_reset.year == 2027


def test_pages_are_fetched_ahead_in_order_and_not_without_bound() -> None:
    asked: list[int] = []
    with serve(Counter(), latency=0.02) as server, client(server.url, concurrency=4) as http:

        def one(number: int) -> int:
            asked.append(number)
            return int(http.get(f"/{number}").json["path"][1:])

        pages = http.ahead(lambda number=number: one(number) for number in range(60))  # type: ignore[misc]
        assert [next(pages) for _ in range(5)] == [0, 1, 2, 3, 4]
        assert len(asked) <= 5 + 2 * 4
        assert list(pages) == list(range(5, 60))
        assert 2 <= server.most_at_once <= 4


def test_a_page_that_fails_ends_the_rest(server: Server) -> None:
    server.arm(faults.status(404), when=lambda request: request.path == "/3", times=None)
    with client(server.url) as http:
        pages = http.ahead(lambda number=number: http.get(f"/{number}").status for number in range(500))  # type: ignore[misc]
        assert [next(pages), next(pages), next(pages)] == [200, 200, 200]
        with pytest.raises(SourceRefused):
            next(pages)
    assert server.count() < 50


def test_who_waits_stops_when_the_client_is_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", "1")
    server.arm(faults.status(429, headers={"Retry-After": "50"}), times=None)
    told = Told()
    with client(server.url, told, timeout=30.0) as http:
        pages = http.ahead([lambda: http.get("/a"), lambda: http.get("/b")])
        http.context.log.disabled = True
        import threading

        threading.Timer(0.05, http.close).start()
        with pytest.raises(SourceUnavailable, match="stopped"):
            next(pages)
    http.context.log.disabled = False


def test_neither_log_nor_error_nor_repr_holds_a_secret(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"errorMessages": ["token s3cr3t-t0ken of ana is bad", "Basic YW5hQGV4YW1wbGUuY29tOnMzY3IzdC10MGtlbg=="]}
    http = client(server.url, headers={"X-Redmine-API-Key": "k3y-of-redmine"}, secrets=("extra/secret",))
    server.arm(faults.status(503, echo))
    server.arm(faults.status(401, echo | {"errors": {"a": "k3y-of-redmine", "b": "extra%2Fsecret"}}))
    with http, pytest.raises(SourceRefused) as caught:
        http.get("/x", {"key": "extra/secret"})
    seen = caplog.text + repr(caught.value) + repr(http) + repr(http.mask)
    assert "•••" in seen
    for secret in ("s3cr3t", "YW5hQGV4", "k3y-of", "extra/secret", "extra%2Fsecret"):
        assert secret not in seen


def test_credentials_that_cannot_be_sent_are_not_repeated(server: Server) -> None:
    for token in ("s3cr3t\r\nX-Evil: 1", "s3cr3t-ä"):
        with (
            Http(server.url, Told().context(), headers={"Authorization": f"Bearer {token}"}) as http,
            pytest.raises(SourceRefused, match="credentials cannot be sent") as caught,
        ):
            http.get("/x")
        _told_well(caught.value)
    assert server.requests == []
