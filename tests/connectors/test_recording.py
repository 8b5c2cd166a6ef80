"""Recordings hold what a source answered, and neither a secret nor a person; replayed, they answer the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.http import Http
from opstui.connectors.recording import Recorder, Replay
from opstui.connectors.scrubbing import Scrub
from opstui.domain.model import Person
from opstui.errors import SourceRefused, SourceUnavailable
from tests.support import faults
from tests.support.faults import Request, Response, Server, serve
from tests.support.web import Told

PEOPLE = (Person("Dora Quist", ("dquist", "dora.q@corp.example.org"), email="dora.quist@corp.example.org"),)

WHO: dict[str, Any] = {
    "self": "https://{host}/rest/api/3/user?accountId=557058:9a7b-33",
    "accountId": "557058:9a7b-33",
    "displayName": "Erik Svensson",
    "emailAddress": "erik.svensson@corp.example.org",
    "avatarUrls": {"48x48": "https://secure.gravatar.com/avatar/1f2e3d"},
}
ISSUE = {
    "key": "OPS-1",
    "fields": {
        "summary": "Erik Svensson cannot print, says dora.quist@corp.example.org",
        "assignee": WHO,
        "reporter": {"name": "hmayer", "key": "JIRAUSER10100", "displayName": "Hanna Mayer"},
        "description": {
            "content": [
                {"type": "mention", "attrs": {"id": "712020:beef", "text": "@Ivo Novak"}},
                {"type": "text", "text": "Thanks Erik, ask hmayer or Novak (ivo%40corp.example.org). Token s3cr3t-t0ken"},
            ]
        },
        "author": {"id": 5, "name": "Jutta Kern"},
        "status": {"name": "Open", "id": 3},
        "project": {"key": "OPS", "name": "Operations"},
    },
}
PERSONAL = (
    *("Erik", "Svensson", "557058", "gravatar", "Hanna", "Mayer", "hmayer", "JIRAUSER10100", "Ivo", "Novak", "712020"),
    *("Jutta", "Kern", "Dora", "Quist", "dquist", "corp.example.org"),
)
SECRET = ("s3cr3t", "YW5h", "ZXJpay5z", "127.0.0.1")


class Tracker:
    """Answers with people in it."""

    def handle(self, request: Request) -> Response:
        """An issue, a picture, a text, or what was asked."""
        if request.path.endswith("/issue"):
            body = json.dumps(ISSUE).replace("{host}", request.headers["host"]).encode()
            headers = {"Content-Type": "application/json", "Set-Cookie": "session=erik", "X-RateLimit-Remaining": "9"}
            return Response(200, body, headers)
        if request.path.endswith("/picture"):
            return Response(200, b"\x89PNG\xff\xfe", {"Content-Type": "image/png"})
        return Response.json(200, {"asked": request.query, "n": request.param("n")})


def _recorded(server: Server, file: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setenv("OPSTUI_RECORD", str(file))
    auth = ("erik.svensson@corp.example.org", "s3cr3t-t0ken")
    with Http(f"{server.url}/ctx", Told().context(people=PEOPLE), auth=auth) as http:
        http.get("/search", {"jql": "assignee = 557058:9a7b-33", "n": 1})
        http.get("/search", {"jql": "x", "n": 2})
        http.get("/issue")
        http.get("/picture")
        http.send("PUT", "/issue", {"body": "For hmayer and Jutta Kern: s3cr3t-t0ken"})
        server.arm(faults.status(404, {"errorMessages": ["nobody is dora.q@corp.example.org"]}))
        with pytest.raises(SourceRefused):
            http.get("/missing")
    monkeypatch.delenv("OPSTUI_RECORD")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(autouse=True)
def _one_recorder_per_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_open", {})


def test_no_secret_and_no_person_survives_in_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "jira.jsonl"
    with serve(Tracker()) as server:
        rows = _recorded(server, file, monkeypatch)
    text = file.read_text("utf-8")
    assert [name for name in (*PERSONAL, *SECRET) if name.casefold() in text.casefold()] == []
    assert len(rows) == 6
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_person_is_the_same_stranger_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Tracker()) as server:
        rows = _recorded(server, tmp_path / "jira.jsonl", monkeypatch)
    fields = rows[2]["json"]["fields"]
    who = fields["assignee"]
    assert fields["summary"].startswith(who["displayName"])
    assert who["accountId"] in who["self"]
    assert who["accountId"] in rows[0]["query"]
    assert who["emailAddress"].split("@")[0].rpartition("-")[2] == who["accountId"].rpartition("-")[2]
    assert who["avatarUrls"] == {}
    strangers = {who["displayName"], fields["reporter"]["displayName"], fields["author"]["name"]}
    assert len(strangers) == 3
    assert fields["author"]["name"] in rows[4]["sent"]["body"]
    assert fields["reporter"]["name"] in rows[4]["sent"]["body"]


def test_what_is_no_person_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Tracker()) as server:
        rows = _recorded(server, tmp_path / "jira.jsonl", monkeypatch)
    fields = rows[2]["json"]["fields"]
    assert (fields["status"], fields["project"]) == ({"name": "Open", "id": 3}, {"key": "OPS", "name": "Operations"})
    assert fields["author"]["id"] == 5
    assert rows[2]["path"] == "/issue"
    assert rows[2]["headers"]["x-ratelimit-remaining"] == "9"
    assert "set-cookie" not in rows[2]["headers"]


def test_a_recording_answers_as_the_source_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "jira.jsonl"
    with serve(Tracker()) as server:
        rows = _recorded(server, file, monkeypatch)
    monkeypatch.setenv("OPSTUI_REPLAY", str(file))
    with Http("https://jira.example.com/other", Told().context()) as http:
        assert http.get("/search", {"jql": "x", "n": 2}).json["n"] == "2"
        assert http.get("/search", {"jql": "another time", "n": 9}).json["n"] == "1"
        assert http.get("/issue").json == rows[2]["json"]
        assert http.send("PUT", "/issue", {"body": "something else"}).json == rows[4]["json"]
        with pytest.raises(SourceRefused, match=r"nobody is person-\d+@example\.com"):
            http.get("/missing")
        with pytest.raises(SourceRefused, match="nothing was recorded for GET /never"):
            http.get("/never")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"method": "GET"}'])
def test_a_file_that_is_no_recording_is_said_to_be_none(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "x.jsonl"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        Replay.of(file, "https://jira.example.com")


def test_scrubbing_what_is_scrubbed_changes_nothing_more() -> None:
    scrub = Scrub(PEOPLE)
    scrub.learn(ISSUE)
    once = scrub(ISSUE)
    assert scrub(once) == once
