"""Looking at JSON from a source that may be of any shape, in words that name what was expected where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from opstui.errors import AnswerLost, SourceUnavailable

T = TypeVar("T")

_NAMES = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}


def need(value: Any, key: str, type: type[T], where: str) -> T:
    """``value[key]``, which has to be there and of that type. ``where`` begins with the source's name: ``jira: search``.

    Raises:
        SourceUnavailable: it is not.
    """
    if not isinstance(value, Mapping) or key not in value:
        raise wrong(where, f"{key} is missing")
    return a(value[key], type, f"{where}, {key}")


def may(value: Any, key: str, type: type[T], where: str) -> T | None:
    """As ``need``, but it may be missing or null.

    Raises:
        SourceUnavailable: it is there and of another type.
    """
    if not isinstance(value, Mapping):
        raise wrong(where, f"there is {_name(value)} where an object should be")
    found = value.get(key)
    return None if found is None else a(found, type, f"{where}, {key}")


def a(value: Any, type: type[T], where: str) -> T:
    """The value, which has to be of that type; true is no number.

    Raises:
        SourceUnavailable: it is not.
    """
    if not isinstance(value, type) or (isinstance(value, bool) and type is not bool):
        raise wrong(where, f"there is {_name(value)} where {_NAMES.get(type, type.__name__)} should be")
    return value


def each(value: Any, type: type[T], where: str) -> list[T]:
    """A list whose every element is of that type.

    Raises:
        SourceUnavailable: it is not.
    """
    return [a(one, type, f"{where}[{index}]") for index, one in enumerate(a(value, list, where))]


@contextmanager
def after_write() -> Iterator[None]:
    """Around looking at the answer to a write: where its shape is wrong, the write may have been applied all the same.

    Raises:
        AnswerLost: in place of SourceUnavailable, which would have it sent again without a look.
    """
    try:
        yield
    except AnswerLost:
        raise
    except SourceUnavailable as error:
        raise AnswerLost(error.what, error.why, "Whether it arrived is looked up before it is sent again") from None


def wrong(where: str, why: str) -> SourceUnavailable:
    """The error for an answer of the wrong shape."""
    what, _, place = where.partition(": ")
    step = "It is tried again by itself; if it stays so, check the address, or the server's version"
    return SourceUnavailable(f"{what}: an answer of the wrong shape", f"{place}: {why}" if place else why, step)


def _name(value: Any) -> str:
    return "nothing" if value is None else _NAMES.get(type(value), "something else")
