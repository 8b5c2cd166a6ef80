"""``config.example.toml``: every declared option with its help, its default or an example, in a file that loads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import Annotated, Any, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct, structs

from opstui.config.findings import dotted
from opstui.config.settings import Settings
from opstui.config.shape import bare, choices, fields_of, is_table, table_in
from opstui.config.toml import line, toml
from opstui.domain.urgency import WEIGHTS

HEAD = """\
# opstui: every option with its default, or with an example where the default is nothing.
# Keep what you change and delete the rest. Errors name the line; `opstui config check` lists them all,
# `opstui config explain day.start` says where a value comes from.
"""
WIDTH = 110


def example() -> str:
    """The text of ``config.example.toml``."""
    return HEAD + "\n" + "\n".join(_table(Settings, ())).strip("\n") + "\n"


def _table(kind: type[Struct], path: tuple[str, ...]) -> Iterator[str]:
    """Plain keys first, since a table's header ends its parent; then the tables and lists of tables."""
    later = []
    for name, info in fields_of(kind).items():
        inner = bare(info.type)
        listed = table_in(inner)
        if listed and _default(info):
            yield from _elements(name, listed, info)
        elif listed or is_table(inner) or get_origin(inner) is dict:
            later.append((name, info))
        else:
            yield from _help(info)
            yield ("# " if name == "extends" else "") + line(name, _value(info))  # the file that it names is not here
    for name, info in later:
        yield ""
        yield from _later((*path, name), info)


def _later(path: tuple[str, ...], info: structs.FieldInfo) -> Iterator[str]:
    inner = bare(info.type)
    yield from _help(info)
    if listed := table_in(inner):
        yield f"[[{dotted(path)}]]"
        yield from _table(listed, path)
        return
    yield f"[{dotted(path)}]"
    if is_table(inner):
        yield from _table(inner, path)
    else:
        yield from (line(key, value) for key, value in _value(info).items())


def _elements(name: str, kind: type[Struct], info: structs.FieldInfo) -> Iterator[str]:
    """The elements that a list has by default, one a line."""
    yield from _help(info)
    yield from (f"#   {key}: {_description(one)}" for key, one in fields_of(kind).items())
    yield f"{name} = ["
    for element in msgspec.to_builtins(_default(info)):
        said = {key: value for key, value in element.items() if value != _default(fields_of(kind)[key])}
        yield f"  {toml(said)},"
    yield "]"


def _help(info: structs.FieldInfo) -> Iterator[str]:
    text = _description(info)
    if words := choices(info.type):
        text += f" One of: {', '.join(words)}."
    yield from (f"# {line}" for line in wrap(text, WIDTH))


def _meta(info: structs.FieldInfo) -> Meta | None:
    return info.type.__metadata__[0] if get_origin(info.type) is Annotated else None


def _description(info: structs.FieldInfo) -> str:
    meta = _meta(info)
    return (meta.description or "") if meta else ""


def _default(info: structs.FieldInfo) -> Any:
    if info.default_factory is not NODEFAULT:
        return info.default_factory()
    return None if info.default is NODEFAULT else info.default


def _value(info: structs.FieldInfo) -> Any:
    """The default, or the first example where that is nothing."""
    if info.name == "weights":
        return dict(WEIGHTS)  # the domain's own, of which a config names only some
    default, meta = _default(info), _meta(info)
    if meta is not None and meta.examples and (default in (None, "", (), {}) or default == "local"):
        return meta.examples[0]
    return default


if __name__ == "__main__":
    sys.stdout.write(example())
