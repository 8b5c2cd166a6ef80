"""What has to be known of a site before its issues can be read: which Jira it is, who asks, which fields mean what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opstui.domain.text import clean_line, fold
from opstui.errors import SourceRefused
from opstui_jira.options import GATEWAY, Settings

if TYPE_CHECKING:
    from opstui.connectors.http import Http

_AGREEMENT = "com.atlassian.servicedesk:sd-sla-field"
_TEAMS = ("com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team", "com.atlassian.teams:rm-teams-custom-field-team")
_MOST = 20
"""Fields of one sort that are asked for."""


@dataclass(frozen=True, slots=True)
class Site:
    """One Jira. ``agreements`` and ``kept`` are field ids with their names, ``teams`` are ids; ``address`` is for people."""

    is_cloud: bool
    address: str = ""
    title: str = ""
    version: str = ""
    account: str = ""
    account_id: str = ""
    agreements: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """Where its API begins."""
        return "/rest/api/3" if self.is_cloud else "/rest/api/2"

    @property
    def words(self) -> str:
        """What it is, for a person."""
        return "Jira Cloud" if self.is_cloud else f"Jira Data Center {self.version}".rstrip()

    def kept_in_cursor(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "agreements": dict(self.agreements), "teams": list(self.teams), "kept": dict(self.kept)}


def from_cursor(value: Any) -> Site | None:
    """A site as a cursor has it, None when it has none or another version's."""
    if not isinstance(value, Mapping):
        return None
    try:
        return Site(**{**value, "teams": tuple(value["teams"])})
    except (KeyError, TypeError):
        return None


def detect(http: Http, settings: Settings) -> Site:
    """Which Jira answers. Costs one request, or none where the config says everything.

    Raises:
        SourceRefused: it is no Jira.
    """
    cloud_first = settings.deployment == "cloud" or (not settings.deployment and settings.looks_like_cloud)
    bases = ("/rest/api/3", "/rest/api/2") if cloud_first else ("/rest/api/2",)
    told: Mapping[str, Any] | None = None
    for place, base in enumerate(bases):
        try:
            told = _server(http.get(f"{base}/serverInfo").json)
            break
        except SourceRefused:
            if settings.deployment:  # the address for people is a comfort, not a need
                break
            if place == len(bases) - 1:
                raise
    if told is None and not settings.deployment:
        raise SourceRefused(
            f"{http.context.source}: what answers at {settings.url} is no Jira",
            "its serverInfo names no deployment type",
            "Check the option url: it is the site's address with its context path.",
        )
    told = told or {}
    is_cloud = settings.deployment == "cloud" or (not settings.deployment and _text(told, "deploymentType").lower() == "cloud")
    return Site(is_cloud, _address(settings, _text(told, "baseUrl")), _text(told, "serverTitle"), _text(told, "version"))


def learn(http: Http, settings: Settings) -> Site:
    """Everything about the site: three requests. Raises as ``detect``, and SourceRefused when nobody is signed in."""
    site = detect(http, settings)
    # Not all three at once: Data Center counts each wrong password, and locks the account after the third.
    asked: tuple[Callable[[], Any], ...] = (lambda: signed_in(http, site), lambda: http.get(f"{site.api}/field").json)
    (account, id), told = http.ahead(asked)
    return Site(site.is_cloud, site.address, site.title, site.version, account, id, *_fields(told, settings))


def signed_in(http: Http, site: Site) -> tuple[str, str]:
    """Who asks: the name and the id of the account.

    Raises:
        SourceRefused: Jira does not know; it may answer a search all the same, without an issue.
    """
    me = http.get(f"{site.api}/myself").json
    id = next((text for name in ("accountId", "key", "name") if (text := _text(me, name))), "")
    if not id:
        raise SourceRefused(
            f"{http.context.source}: Jira does not know who asks",
            "it answered without an account, as it does to nobody in particular",
            f"Make a new token, then: opstui auth {http.context.source}",
        )
    shown = (_text(me, name) for name in ("displayName", "name", "emailAddress"))
    return clean_line(next(filter(None, shown), id), limit=200), id


def missing(site: Site, settings: Settings) -> list[str]:
    """The fields that the config names and the site has not."""
    known = {fold(text) for pair in site.kept.items() for text in pair}
    lost = [name for name in settings.fields if fold(name) not in known]
    agreed = {fold(name) for name in site.agreements.values()}
    lost += [name for name in settings.sla if fold(name) not in agreed]
    return lost + ([settings.team_field] if settings.team_field and not site.teams else [])


def _fields(value: Any, settings: Settings) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:
    agreements: dict[str, str] = {}
    kept: dict[str, str] = {}
    named: list[str] = []
    teams: list[str] = []
    wanted = set(map(fold, settings.fields))
    for one in value if isinstance(value, list) else ():
        id, name = _text(one, "id"), clean_line(_text(one, "name"), limit=100)
        if not id or not name:
            continue
        schema = one.get("schema")
        custom = _text(schema, "custom") if isinstance(schema, Mapping) else ""
        if custom == _AGREEMENT:
            agreements[id] = name
        if settings.team_field and fold(settings.team_field) in {fold(id), fold(name)}:
            named.append(id)
        elif custom in _TEAMS:
            teams.append(id)
        if fold(id) in wanted or fold(name) in wanted:
            kept[id] = name
    return dict(list(agreements.items())[:_MOST]), tuple((named or teams)[:_MOST]), dict(list(kept.items())[:_MOST])


def _server(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) and _text(value, "deploymentType") else None


def _address(settings: Settings, told: str) -> str:
    """Where a person reads an issue: what the config says, but for the gateway of scoped tokens, which shows no pages."""
    if urlsplit(settings.url).hostname != GATEWAY:
        return settings.url
    parts = urlsplit(told)
    return told.rstrip("/") if parts.scheme == "https" and parts.hostname else ""


def _text(value: Any, name: str) -> str:
    text = value.get(name) if isinstance(value, Mapping) else None
    return text if isinstance(text, str) else ""
