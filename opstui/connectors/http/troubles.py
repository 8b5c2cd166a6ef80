"""What went wrong, as an error that names the source, the cause and the remedy; no secret gets into one."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from opstui.connectors.http.address import Origin
from opstui.connectors.http.reply import Reply
from opstui.domain.masking import Mask
from opstui.domain.text import clean_line
from opstui.errors import AnswerLost, SourceError, SourceRefused, SourceUnavailable, WriteRefused

Wording = Callable[[Reply], str]
"""A vendor's own words in an answer that is an error; empty when it has none."""

AGAIN = "It is tried again by itself"
UNSURE = "Whether it arrived is looked up before it is sent again"
WORDS_LIMIT = 300


def usual_words(reply: Reply) -> str:
    """The words in the shapes that most vendors use for errors."""
    try:
        said = reply.json
    except SourceError:
        return ""
    found: list[str] = []
    if isinstance(said, dict):
        for key in ("errorMessages", "errors", "message", "error", "error_description", "detail", "title"):
            found += _texts(said.get(key))
    return "; ".join(dict.fromkeys(found))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str) and value.strip():
        return [value.strip()]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, dict):
        if isinstance(value.get("message"), str):
            return _texts(value["message"])
        return [f"{key}: {text}" for key, one in value.items() for text in _texts(one)]
    return []


def status_words(status: int) -> str:
    """``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


class Troubles:
    """Makes the errors of one source."""

    def __init__(self, source: str, base: Origin, mask: Mask, wording: Wording | None) -> None:
        self.source = source
        self.base = base
        self.mask = mask
        self._wording = wording or usual_words

    # -- answers

    def words(self, reply: Reply) -> str:
        """What the vendor says, fit for a terminal and without secrets."""
        try:
            said = self._wording(reply)
        except (SourceError, LookupError, TypeError, AttributeError, ValueError):
            said = ""  # an error page of another shape than the vendor's own
        return self.mask.text(clean_line(said, limit=WORDS_LIMIT))

    def refused_read(self, reply: Reply, method: str, path: str) -> SourceRefused:
        """A status to a read that will come again until somebody changes something."""
        words, status = self.words(reply), reply.status
        if status == 401:
            return self._unauthorized(words)
        if status == 403:
            return self._forbidden(words)
        where = self.mask.text(path)
        if status in (404, 410):
            gone = "is not there" if status == 404 else "is there no longer"
            return SourceRefused(
                f"{self.source}: {status}, {where} {gone}",
                words or f"{self.base.host} knows no such address, or does not show it to this account",
                f"Check the address and the options of {self.source}",
            )
        return SourceRefused(
            f"{self.source}: {status_words(status)} to {method} {where}",
            words or f"{self.base.host} refused the request without a reason",
            f"Check the options of {self.source}",
        )

    def refused_write(self, reply: Reply, method: str, path: str, *, of_item: bool) -> SourceError:
        """A status to a write that was certainly not applied."""
        words, status = self.words(reply), reply.status
        if status == 401:
            return self._unauthorized(words)
        if status == 403 and not of_item:
            return self._forbidden(words)
        reasons = {
            403: "this account may not change that",
            404: "it is not there, or not for this account",
            409: "it was changed there at the same time",
            410: "it is there no longer",
            413: "it is too large",
        }
        return WriteRefused(
            f"{self.source}: {status_words(status)}, the change was refused",
            words or reasons.get(status) or f"{self.base.host} gave no reason",
            "Change it and send it again, or take it back",
        )

    def busy(self, reply: Reply, wait: float | None, tries: int) -> SourceUnavailable:
        """The server has no time, or is broken; nothing was applied."""
        if reply.status == 429:
            why = "it has had too many requests"
        else:
            why = "its server is in trouble" if reply.status >= 500 else "it is busy"
        why += f", also after {tries} tries" if tries > 1 else ""
        if words := self.words(reply):
            why += f": {words}"
        return SourceUnavailable(f"{self.source}: {status_words(reply.status)}", why, self._later(wait), retry_after=wait)

    def lost(self, what: str, why: str, wait: float | None = None) -> AnswerLost:
        """A write went out, and nobody knows whether it arrived."""
        return AnswerLost(f"{self.source}: {what}", why, UNSURE, retry_after=wait)

    def lost_status(self, reply: Reply, wait: float | None) -> AnswerLost:
        """A write was answered with a status that says nothing about whether it was applied."""
        words = self.words(reply)
        why = "its server broke while it had the change" + (f": {words}" if words else "")
        return self.lost(status_words(reply.status), why, wait)

    def odd(self, write: bool) -> Callable[[str], SourceError]:
        """Makes the error of an answer that is not what it should be."""

        def made(why: str) -> SourceError:
            if write:
                return self.lost("an answer that cannot be read", why)
            step = f"{AGAIN}; if it stays so, check the address of {self.source}"
            return SourceUnavailable(f"{self.source}: an answer that cannot be read", why, step)

        return made

    def elsewhere(self, target: Origin | None) -> SourceRefused:
        """A redirect to where the credentials must not go."""
        where = str(target) if target and target.host else "nowhere"
        return SourceRefused(
            f"{self.source}: {self.base.host} sends to {clean_line(where, limit=100)}",
            "credentials go to no other host than the configured one",
            f"If that is the right address, write it in the options of {self.source}",
        )

    def loop(self) -> SourceRefused:
        """Redirects without an end."""
        return SourceRefused(
            f"{self.source}: {self.base.host} redirects without an end",
            "each answer sends on to another address, and that back",
            f"Check the address of {self.source}; a proxy or a sign-in page may be in between",
        )

    def redirected_write(self, status: int) -> SourceError:
        """A write was answered with a redirect. Only 303 may mean that it was applied."""
        if status == 303:
            return self.lost("303, it answers a change with another page", "that may mean that the change was made")
        return SourceRefused(
            f"{self.source}: {status}, {self.base.host} sends changes to another address",
            "changes are only sent to the configured address",
            f"Check the address of {self.source}: https:// and the part after the host",
        )

    def too_large(self, limit: int, write: bool) -> SourceError:
        """More than is taken."""
        size = f"{limit / (1 << 20):.0f} MB" if limit >= 1 << 20 else f"{limit} bytes"
        what, why = f"an answer of more than {size}", "it was not read to its end, so that it cannot fill the memory"
        if write:
            return self.lost(what, why)
        return SourceRefused(f"{self.source}: {what}", why, "Ask for less at a time, or raise answer_mb in its options")

    # -- the network

    def no_connection(self, why: str, step: str = "") -> SourceUnavailable:
        """Nothing was sent."""
        step = step or f"{AGAIN}. If it stays so, check the address of {self.source}, the network and the proxy"
        return SourceUnavailable(f"{self.source}: {self.base.host} cannot be reached", self._said(why), step)

    def broken_off(self, why: str, write: bool) -> SourceError:
        """The connection ended, or nothing came, after something was sent."""
        if write:
            return self.lost("no answer to the change", self._said(why))
        return SourceUnavailable(f"{self.source}: no answer from {self.base.host}", self._said(why), AGAIN)

    def not_trusted(self, why: str, kind: str = "") -> SourceRefused:
        """TLS failed; ``kind`` is ``time`` or ``name`` where the certificate itself is the matter."""
        steps = {
            "time": f"It has to be renewed at {self.base.host}; see also whether this machine's clock is right",
            "name": f"Check the address of {self.source}: the certificate is for another name",
        }
        return SourceRefused(
            f"{self.source}: the certificate of {self.base.host} is not trusted",
            self._said(why.rstrip(".")),
            steps.get(kind, "If your company signs its own certificates, name its CA file: [network] ca"),
        )

    def no_tls(self, why: str) -> SourceRefused:
        """There is something else than TLS where TLS should be."""
        return SourceRefused(
            f"{self.source}: no secure connection to {self.base}",
            self._said(why),
            f"Check the address of {self.source} and its port, and the proxy",
        )

    def ca_unusable(self, path: object, why: str) -> SourceRefused:
        """The CA file of the config cannot be used."""
        what = f"{self.source}: the CA file {clean_line(str(path), limit=200)} cannot be used"
        return SourceRefused(what, self._said(why), "Correct [network] ca")

    def proxy_refused(self, why: str, proxy: str) -> SourceError:
        """The proxy did not let it through."""
        what = f"{self.source}: the proxy {proxy} does not let it through"
        step = "Check [network] proxy, or HTTPS_PROXY with the user and password that it wants"
        made = SourceRefused if why.startswith(("401", "403", "407")) else SourceUnavailable
        return made(what, self._said(why), step)

    def unsendable(self) -> SourceRefused:
        """A header, of which the credentials are the only part that people write, cannot be sent."""
        return SourceRefused(
            f"{self.source}: its credentials cannot be sent",
            "there is a character in them that HTTP does not allow, such as a line break or an accent",
            f"Store them again: opstui auth {self.source}",
        )

    def closed(self) -> SourceUnavailable:
        """Somebody closed the client while a request waited."""
        return SourceUnavailable(f"{self.source}: stopped", "the connection was closed while a request waited", AGAIN)

    # -- parts

    def _unauthorized(self, words: str) -> SourceRefused:
        return SourceRefused(
            f"{self.source}: 401, the credentials were refused",
            words or f"{self.base.host} does not know them, or no longer",
            f"Store new ones: opstui auth {self.source}",
        )

    def _forbidden(self, words: str) -> SourceRefused:
        return SourceRefused(
            f"{self.source}: 403, this account may not do that",
            words or f"{self.base.host} knows the credentials and gives them no right to it",
            f"Ask for the right there, or use another account: opstui auth {self.source}",
        )

    def _later(self, wait: float | None) -> str:
        return f"{AGAIN}, not before {wait:.0f} s have passed" if wait else AGAIN

    def _said(self, why: str) -> str:
        return self.mask.text(clean_line(why, limit=WORDS_LIMIT))
