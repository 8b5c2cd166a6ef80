"""Transitions: which an issue can make, which one is meant, and the fields that one asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Move, MoveField
from opstui.connectors.http import segment
from opstui.connectors.shape import need
from opstui.domain.text import clean_line, fold
from opstui.errors import WriteRefused

if TYPE_CHECKING:
    from opstui.connectors.http import Http
    from opstui_jira.mapping import Mapper

_BY_NAME = frozenset({"option", "priority", "resolution", "version", "component", "issuetype", "securitylevel", "group"})
"""Types of fields whose values have an id and a name."""

Person = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition as the site gives it."""

    id: str
    title: str
    status: str
    category: str
    fields: Mapping[str, Mapping[str, Any]]

    @property
    def asks(self) -> dict[str, Mapping[str, Any]]:
        """The fields without which it is refused."""
        return {
            id: meta for id, meta in self.fields.items() if meta.get("required") is True and not meta.get("hasDefaultValue")
        }


def read(http: Http, mapper: Mapper, key: str) -> list[Transition]:
    """The transitions that an issue can make now."""
    where = f"{http.context.source}: transitions"
    reply = http.get(f"{mapper.site.api}/issue/{segment(key)}/transitions", {"expand": "transitions.fields"})
    return [_transition(one) for one in need(reply.json, "transitions", list, where) if isinstance(one, Mapping)]


def offered(mapper: Mapper, transitions: list[Transition]) -> tuple[Move, ...]:
    """Transitions as a person chooses among them."""
    return tuple(
        Move(one.id, one.title, one.status, mapper.stage(one.status, one.category).value, tuple(_asked(one)))
        for one in transitions
        if one.id and one.status
    )


def chosen(source: str, transitions: list[Transition], value: Mapping[str, Any]) -> Transition:
    """The transition that is meant: by its id, the status it leads to, or its own name.

    Raises:
        WriteRefused: the issue cannot make it now.
    """
    id, status = str(value.get("id") or ""), fold(str(value.get("status") or ""))
    for one in transitions:
        if id and one.id == id and (not status or fold(one.status) == status):
            return one
    led = [one for one in transitions if fold(one.status) == status] or [
        one for one in transitions if fold(one.title) == status
    ]
    if not led:
        ways = ", ".join(dict.fromkeys(one.status for one in transitions)) or "nowhere"
        raise WriteRefused(
            f"{source}: it cannot go to {clean_line(str(value.get('status') or id), limit=80)} from where it is",
            f"it can go to {ways}",
            "Choose one of these, or take the change back",
        )
    given = value.get("fields") or {}
    return min(led, key=lambda one: len([field for field in one.asks if field not in given]))


def fields(transition: Transition, given: Mapping[str, Any], source: str, text: Callable[[str], Any], person: Person) -> Any:
    """The body's ``fields`` and ``update`` for what was filled in, by field id or title.

    ``text`` makes a long text fit for the site, ``person`` an account of a name.

    Raises:
        WriteRefused: a field is unknown, has no such value, or is missing.
    """
    titles = {fold(_title(id, meta)): id for id, meta in transition.fields.items()}
    plain: dict[str, Any] = {}
    update: dict[str, Any] = {}
    for name, value in given.items():
        id = name if name in transition.fields else titles.get(fold(name))
        if fold(name) == "comment" or id == "comment":
            update["comment"] = [{"add": {"body": text(str(value))}}]
        elif id is None:
            known = ", ".join(_title(one, meta) for one, meta in transition.fields.items()) or "none"
            raise _refused(source, transition, f"it has no field {clean_line(name, limit=80)}; it has {known}")
        else:
            plain[id] = _value(source, transition, id, value, text, person)
    missing = [_title(id, meta) for id, meta in transition.asks.items() if plain.get(id) in (None, "", []) and id not in update]
    if missing:
        raise _refused(source, transition, f"it needs {', '.join(missing)}")
    return {**({"fields": plain} if plain else {}), **({"update": update} if update else {})}


def _value(source: str, transition: Transition, id: str, value: Any, text: Callable[[str], Any], person: Person) -> Any:
    meta = transition.fields[id]
    schema = _mapping(meta.get("schema"))
    kind, custom = str(schema.get("type") or ""), str(schema.get("custom") or "")
    if isinstance(value, Mapping) or value is None:
        return value  # said in Jira's own way
    if kind == "array":
        several = value if isinstance(value, list) else [one.strip() for one in str(value).split(",") if one.strip()]
        return [_single(source, transition, meta, str(schema.get("items") or ""), one, person) for one in several]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if kind == "number":
        try:
            return float(value)
        except ValueError:
            raise _refused(source, transition, f"{_title(id, meta)} takes a number, not {value!r}") from None
    if custom.endswith(":textarea") or id in {"description", "environment"}:
        return text(str(value))
    return _single(source, transition, meta, kind, value, person)


def _single(source: str, transition: Transition, meta: Mapping[str, Any], kind: str, value: Any, person: Person) -> Any:
    if isinstance(value, Mapping):
        return value
    if kind == "user":
        return person(str(value))
    allowed = [one for one in meta.get("allowedValues") or () if isinstance(one, Mapping)]
    if not allowed:
        return {"value" if kind == "option" else "name": str(value)} if kind in _BY_NAME else value
    for one in allowed:
        if fold(str(value)) in {fold(_choice(one)), fold(str(one.get("id") or ""))} - {""}:
            return {"id": str(one["id"])} if one.get("id") else {"name": _choice(one)}
    choices = ", ".join(filter(None, map(_choice, allowed)))
    raise _refused(source, transition, f"{_title('', meta)} takes no {clean_line(str(value), limit=80)}; it takes {choices}")


def _transition(value: Mapping[str, Any]) -> Transition:
    to = _mapping(value.get("to"))
    asked = {str(id): meta for id, meta in _mapping(value.get("fields")).items() if isinstance(meta, Mapping)}
    return Transition(
        id=_text(value.get("id")),
        title=clean_line(_text(value.get("name")), limit=200),
        status=clean_line(_text(to.get("name")), limit=200),
        category=_text(_mapping(to.get("statusCategory")).get("key")),
        fields=asked,
    )


def _asked(one: Transition) -> list[MoveField]:
    found = []
    for id, meta in one.asks.items():
        allowed = meta.get("allowedValues")
        values = [clean_line(_choice(value), limit=200) for value in allowed] if isinstance(allowed, list) else []
        found.append(MoveField(id, _title(id, meta), True, tuple(filter(None, values))))
    return found


def _title(id: str, meta: Mapping[str, Any]) -> str:
    return clean_line(_text(meta.get("name")), limit=200) or id


def _choice(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _text(value)
    return next((text for name in ("name", "value", "displayName") if (text := _text(value.get(name)))), "")


def _refused(source: str, transition: Transition, why: str) -> WriteRefused:
    return WriteRefused(
        f"{source}: {transition.title or transition.status} was not sent",
        why,
        "Fill that in and send it again, or take it back",
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
