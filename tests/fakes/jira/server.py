"""The fake's HTTP side: who asks, which address, what is answered."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote

from tests.fakes.jira.api import Api
from tests.fakes.jira.core import Refused, World
from tests.support.faults import Request, Response

JSON = {"Content-Type": "application/json;charset=UTF-8"}


class Jira(World):
    """A Jira to be served: Cloud, or a Data Center with ``server=True``.

    Ana's credentials are in use: ``email:token`` in the cloud; ``Bearer pat`` or ``ana:password`` in a data center.
    Switches: ``prefix`` is the path it lives under (a scoped token's ``/ex/jira/ID``, a context such as ``/jira``);
    ``trap`` lets wrong credentials pass as nobody's, as the vendor does at some addresses; ``denied`` answers 403;
    ``quota`` is how many requests are left until it answers 429; ``limits`` whether it speaks of limits at all.
    ``search`` holds the switches of searching. ``after`` is called after each answer, for moving things meanwhile.
    """

    token = "a-token"
    pat = "a-personal-token"
    password = "a-password"
    cloud_id = "7b1c6f5e-0000-4000-8000-000000000001"

    def __init__(self, *, server: bool = False, prefix: str = "") -> None:
        super().__init__(server=server)
        self.prefix = prefix
        self.api = Api(self, lambda: f"https://jira.example.com{prefix}")
        self.search = self.api.search
        self.trap = False
        self.denied = False
        self.limits = True
        self.quota: int | None = None
        self.retry_after = 1
        self.pat_expires: datetime | None = None
        self.after: Callable[[Request], None] = lambda request: None
        self.asked: list[tuple[str, str]] = []
        """Method and path of every request."""

    @property
    def credentials(self) -> tuple[str, str]:
        """What a client should use for basic authentication."""
        me = self.person("ana")
        return (me.id, self.password) if self.server else (me.email, self.token)

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        self.asked.append((request.method, request.path))
        answer = self._answer(request)
        headers = dict(answer.headers)
        if self.limits:
            headers |= self._limits(answer.status)
        self.after(request)
        return Response(answer.status, answer.body, headers)

    def _answer(self, request: Request) -> Response:
        if self.quota is not None:
            if self.quota <= 0:
                return Response.json(429, {"message": "Rate limit exceeded."}, {"Retry-After": str(self.retry_after)})
            self.quota -= 1
        path = request.path
        if not path.startswith(self.prefix):
            return _error(404, "null for uri: " + path)
        path = path[len(self.prefix) :]
        me = self._who(request)
        if me is None:
            return Response(401, b'{"message":"Client must be authenticated to access this resource.","status-code":401}', JSON)
        if self.denied:
            return _error(403, "You do not have permission to use this resource.")
        try:
            return self.api.answer(request, [unquote(part) for part in path.strip("/").split("/")], me)
        except Refused as refused:
            if refused.status == 404 and not me:
                refused.status = 401
            return _error(refused.status, *refused.messages, **refused.errors)

    def _who(self, request: Request) -> str | None:
        """Who asks: their id, empty for nobody, None for somebody who is not who they say."""
        said = request.headers.get("Authorization", "")
        if not said:
            return ""
        kind, _, secret = said.partition(" ")
        good = None
        if kind == "Bearer" and self.server:
            good = self.person("ana").id if secret == self.pat else None
        elif kind == "Basic":
            name, _, word = base64.b64decode(secret).decode().partition(":")
            if (name, word) == self.credentials:
                good = self.person("ana").id
        if good is None and self.trap and "/search" in request.path:
            return ""
        return good

    def _limits(self, status: int) -> dict[str, str]:
        left = 1000 if self.quota is None else self.quota
        if self.server:
            return {
                "X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": str(left), "X-RateLimit-Interval-Seconds": "60",
                "X-RateLimit-FillRate": "500", "Retry-After": str(self.retry_after if status == 429 else 0),
            }  # fmt: skip
        reset = self.clock() + timedelta(seconds=self.retry_after if status == 429 else 60)
        made = {
            "X-RateLimit-Limit": "1000",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
        }
        if status == 429:
            made |= {"RateLimit-Reason": "jira-burst-based", "X-RateLimit-NearLimit": "true"}
        return made


def _error(status: int, /, *messages: str, **errors: str) -> Response:
    return Response.json(status, {"errorMessages": list(messages), "errors": errors})
