"""A ``Tracker`` behind a real socket, and the plugin that speaks to it; faults happen to requests by their number."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.plugin import install
from tests.support.tracker import Tracker

PLUGIN = """
verbs = frozenset({"comment", "assign", "transition", "create"})
takes_back = frozenset({"comment"})

def ask(self, **question):
    import http.client, json
    question["pid"] = os.getpid()
    conn = http.client.HTTPConnection("127.0.0.1", self.config["n"], timeout=10)
    try:
        conn.request("POST", "/", json.dumps(question))
        reply = conn.getresponse()
        body = reply.read()
        if reply.status == 503:
            raise SourceUnavailable("tracker: 503", "busy")
        return json.loads(body)
    except (OSError, http.client.HTTPException) as error:
        from opstui.errors import AnswerLost
        raise AnswerLost("tracker: no answer", str(error)) from error
    finally:
        conn.close()

def read(self, told):
    from datetime import datetime
    from opstui.domain.model import Comment
    return Item(
        self.context.source, told["key"], told["title"], status=told["status"], owner=told["owner"],
        updated=datetime.fromisoformat(told["updated"]), fingerprint=str(told["serial"]),
        comments=tuple(Comment(text) for text in told["comments"]),
    )

def pull(self, cursor, known):
    yield Page(tuple(self.read(one) for one in self.ask(do="list")))

def fetch(self, key):
    found = self.ask(do="fetch", key=key)
    return self.read(found) if found else None

def push(self, write):
    from opstui.connectors.api import Pushed
    return Pushed(self.ask(do="push", uid=write.uid, verb=write.verb, key=write.key, value=write.value))

def look(self, write):
    from opstui.connectors.api import Pushed
    found = self.ask(do="look", verb=write.verb, key=write.key, value=write.value, taken=sorted(write.taken))
    return Pushed(found) if found else None

def take_back(self, write, id):
    self.ask(do="take back", key=write.key, id=id)

def moves(self, key):
    from opstui.connectors.api import Move, MoveField
    self.ask(do="fetch", key=key)
    return (Move("31", "Close it", "Done", "done", (MoveField("resolution", "Resolution", True, ("Fixed",)),)),)
"""
"""The inside of the connector ``tracker``; its option ``n`` is the port."""


class TrackerServer:
    """A tracker on a port of its own. ``faults`` says what happens to the n-th push: see ``_fault``."""

    def __init__(self) -> None:
        self.tracker = Tracker(lambda: datetime.now(UTC))
        self.faults: dict[int, str] = {}
        self.pushes = 0
        self.asked: list[str] = []
        self.meanwhile: Callable[[str], None] = lambda do: None
        """Called before each request is answered."""
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._http.server_address[1])
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the port back."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, question: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON; status 0 means that the connection is dropped."""
        self.meanwhile(question["do"])
        with self._lock:
            self.asked.append(question["do"])
            if question["do"] != "push":
                return 200, self._read(question)
            self.pushes += 1
            fault = self.faults.get(self.pushes, "")
            made = None
            if not fault.endswith("before") and fault != "busy":
                made = self.tracker.apply(*(question[name] for name in ("uid", "verb", "key", "value")))
            if fault.startswith("kill"):
                os.kill(question["pid"], signal.SIGKILL)
            return (503 if fault == "busy" else 0 if fault else 200), made

    def _read(self, question: dict[str, Any]) -> Any:
        issues, key = self.tracker.issues, question.get("key", "")
        match question["do"]:
            case "list":
                return [self._told(one) for one in issues]
            case "fetch":
                return self._told(key) if key in issues else None
            case "take back":
                comments = issues[key]["comments"]
                comments[:] = [one for one in comments if one["id"] != question["id"]]
                return None
        if question["verb"] == "create":
            made = [one for one, issue in issues.items() if issue["title"] == question["value"]["title"]]
        else:
            made = [one["id"] for one in issues[key]["comments"] if one["text"] == question["value"]["text"]]
        return next((one for one in made if one not in question["taken"]), None)

    def _told(self, key: str) -> dict[str, Any]:
        issue = self.tracker.issues[key]
        plain = {name: issue[name] for name in ("title", "status", "owner", "serial")}
        return plain | {
            "key": key,
            "updated": issue["updated"].isoformat(),
            "comments": [one["text"] for one in issue["comments"]],
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                status, said = server.answer(json.loads(self.rfile.read(length)))
                self.close_connection = True
                if not status:
                    return
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has been killed

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@contextmanager
def served() -> Iterator[TrackerServer]:
    """A tracker for as long as a test lasts."""
    server = TrackerServer()
    try:
        yield server
    finally:
        server.close()


def install_tracker(folder: Path) -> Path:
    """The connector ``tracker`` as a package; the folder for PYTHONPATH."""
    return install(folder, "tracker", PLUGIN)
