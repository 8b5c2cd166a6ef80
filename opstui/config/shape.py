"""Whether merged data has the declared shape: every unknown key, wrong type and missing key, not only the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct, structs

from opstui.config.findings import Finding, Path, did_you_mean, dotted, nearest
from opstui.config.merge import Merged, Origin, element
from opstui.config.settings import SET_BY_LOAD, Settings

WORDS = {
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "null": "nothing",
    "date": "a date",
}
EXPECTED = re.compile(r"Expected `([^`]+)`(?: (.*?))?(?:, got `([^`]+)`)?(?: - at `\$(.*)`)?$")


@cache
def fields_of(table: type[Struct]) -> dict[str, structs.FieldInfo]:
    """The keys that a table may have."""
    return {info.encode_name: info for info in structs.fields(table) if info.encode_name not in SET_BY_LOAD}


def bare(kind: Any) -> Any:
    """A type without its description and without None."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def is_table(kind: Any) -> bool:
    """Whether it is a table of known keys."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def table_in(kind: Any) -> Any:
    """The table that a list holds, or None."""
    if get_origin(kind) is tuple and is_table(bare(get_args(kind)[0])):
        return bare(get_args(kind)[0])
    return None


def texts_or(kind: Any) -> Any:
    """The table that a list of texts may hold in their place, or None."""
    if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) in (Union, UnionType):
        return next((one for one in get_args(get_args(kind)[0]) if is_table(one)), None)
    return None


def choices(declared: Any) -> tuple[str, ...]:
    """The words that an option, or each element of its list, may be; empty where any will do."""
    kind = bare(declared)
    inner = bare(get_args(kind)[0]) if get_origin(kind) is tuple else kind
    return get_args(inner) if get_origin(inner) is Literal else ()


def known_keys(table: type[Struct] = Settings, prefix: Path = ()) -> Iterator[Path]:
    """Every declared key; an element of a list stands as ``NAME``."""
    for name, info in fields_of(table).items():
        path, kind = (*prefix, name), bare(info.type)
        yield path
        if is_table(kind):
            yield from known_keys(kind, path)
        elif inner := table_in(kind):
            yield from known_keys(inner, (*path, "NAME"))


class Shape:
    """Walks merged data; what is wrong is a finding and is taken out, so that the rest can still be checked."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.findings: list[Finding] = []

    def check(self) -> None:
        """Find everything that does not fit the declared options."""
        self._table(Settings, self.merged.data, ())

    def _table(self, kind: type[Struct], data: dict[str, Any], path: Path) -> None:
        known = fields_of(kind)
        for key in list(data):
            here = (*path, key)
            if key not in known:
                self._unknown(here, known)
                del data[key]
            elif not self._fits(known[key].type, data[key], here):
                del data[key]

    def _fits(self, declared: Any, value: Any, path: Path) -> bool:
        kind = bare(declared)
        if is_table(kind):
            if not isinstance(value, dict):
                return self._wrong(path, f"this must be a table, as in [{dotted(path)}]; it is {_is(value)}")
            self._table(kind, value, path)
            return True
        if inner := table_in(kind):
            return self._list_fits(inner, value, path)
        if (inner := texts_or(kind)) and isinstance(value, list):
            return self._texts_fit(inner, value, path)
        if get_origin(kind) is dict and isinstance(value, dict):
            for key in [key for key, one in value.items() if not self._fits(get_args(kind)[1], one, (*path, key))]:
                del value[key]
            return True
        return self._leaf_fits(declared, value, path)

    def _list_fits(self, kind: type[Struct], value: Any, path: Path) -> bool:
        name = dotted(path)
        if not isinstance(value, list):
            return self._wrong(path, f"this must be a list of tables; it is {_is(value)}", f"Write it as [[{name}]]")
        good = []
        for index, one in enumerate(value):
            here = (*path, element(one, index))
            if not isinstance(one, dict):
                self._wrong(here, f"each {name} must be a table; this is {_is(one)}", f"Write it as [[{name}]]")
                continue
            self._table(kind, one, here)
            missing = [key for key, info in fields_of(kind).items() if _required(info) and key not in one]
            for key in missing:
                self._missing(here, key)
                one[key] = _example(fields_of(kind)[key])  # so that the rest of it can still be checked
            if "name" not in missing:
                good.append(one)
        value[:] = good
        return True

    def _texts_fit(self, kind: type[Struct], value: list[Any], path: Path) -> bool:
        """A list in which each element is a text, or a table where a text does not say enough."""
        known = fields_of(kind)
        good: list[Any] = []
        for index, one in enumerate(value):
            here = (*path, index)
            if isinstance(one, str):
                good.append(one)
            elif not isinstance(one, dict):
                self._wrong(here, f"each must be a text or a table with {', '.join(known)}; this is {_is(one)}")
            else:
                if whole := self.merged.origin(path):  # the list was said as one: so was each key in it
                    for key, said in one.items():
                        self.merged.origins[(*here, key)] = [Origin(whole.layer, (*whole.at, index, key), said)]
                self._table(kind, one, here)
                missing = [key for key, info in known.items() if _required(info) and key not in one]
                for key in missing:
                    self._missing(here, key)
                if not missing:
                    good.append(one)
        value[:] = good
        return True

    def _leaf_fits(self, declared: Any, value: Any, path: Path) -> bool:
        words = choices(declared)
        for word in value if isinstance(value, list) else [value]:
            if words and isinstance(word, str) and word not in words:
                return self._wrong(path, f"{word!r} is none of its values", did_you_mean(word, words))
        try:
            msgspec.convert(value, declared)
        except msgspec.ValidationError as error:
            return self._wrong(path, plain(str(error), value))
        return True

    def _missing(self, path: Path, key: str) -> None:
        wrong = (*path, key)
        if any(finding.key == dotted(wrong) for finding in self.findings):
            return  # it is there, with a value that was just refused
        self._wrong(path, f"{key} is missing", f"Add a line: {key} = …")

    def _unknown(self, path: Path, known: dict[str, Any]) -> None:
        last = str(path[-1])
        if close := nearest(last, known):
            step = f"Did you mean {dotted((*path[:-1], close))}?"
        else:
            elsewhere = {str(one[-1]): dotted(one) for one in reversed(list(known_keys()))}
            close = nearest(last, elsewhere)
            step = f"Did you mean {elsewhere[close]}?" if close else did_you_mean(last, known)
        said = [origin.where for origin in self.merged.origins.get(path, ())]
        # Within a list whose elements have no names, where the list was set is all that is known.
        for where in said or [self.merged.where(path)]:
            self.findings.append(Finding("error", where, dotted(path), "there is no such key", step))

    def _wrong(self, path: Path, why: str, next_step: str = "") -> bool:
        self.findings.append(Finding("error", self.merged.where(path), dotted(path), why, next_step))
        return False


def _required(info: structs.FieldInfo) -> bool:
    return info.default is NODEFAULT and info.default_factory is NODEFAULT


def _example(info: structs.FieldInfo) -> Any:
    return get_args(info.type)[1].examples[0]


def _is(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")


def plain(message: str, value: object) -> str:
    """What msgspec says about a value, in words for the person who wrote it."""
    match = EXPECTED.match(message)
    if match is None:
        return message
    wanted, limit, got, where = match.groups()
    if wanted == "str" and limit and limit.startswith("matching regex"):
        return f"{value!r} may hold only letters, digits, - _ and ."
    if limit and limit.startswith("of length"):
        return "it must not be empty"
    whats = " or ".join(WORDS.get(one, one) for one in wanted.split(" | ") if one != "null")
    inside = " in the list" if where else ""
    if limit:
        limit = limit.replace(">= ", "of at least ").replace("<= ", "of at most ").removesuffix(".0")
        return f"it must be {whats} {limit}{inside}; it is {value!r}"
    return f"it must be {whats}{inside}; it is {WORDS.get(got or '', got or 'something else')}"
