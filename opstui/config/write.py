"""Write config files: a first one, and a source put into one that a person wrote, comments and all."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any, Literal

from opstui.config.scan import headers_of, lines_of
from opstui.config.toml import line
from opstui.errors import ConfigError

COMMENT = re.compile(r"\s+#[^\"']*$")
"""Behind a value: one with quotes in it might be the end of a text."""

HEAD = "# opstui's configuration. Every option with its help: config.example.toml, or opstui config schema.\n\n"


NONE: Mapping[str, Any] = MappingProxyType({})


def write_first(path: Path, data: Mapping[str, Any], *, replace: bool = False, spare: Mapping[str, Any] = NONE) -> None:
    """Write a whole config, private to its user; an existing file stays unless ``replace`` says otherwise.

    ``spare`` are options that its sources have as comments, to be filled in.

    Raises:
        ConfigError: there is a file already, or it cannot be written.
    """
    import tomli_w  # only a first start pays for it

    plain = {key: value for key, value in data.items() if key != "sources"}
    text = HEAD + tomli_w.dumps({"version": 1, **plain})
    for source in data.get("sources", ()):
        text += "\n" + _block(source, spare)
    _check(path, text, {"version": 1, **data})
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(path, error) from error
    _write(path, text, replace=replace and path.exists())


def put_source(path: Path, source: Mapping[str, Any], spare: Mapping[str, Any] = NONE) -> Literal["added", "replaced"]:
    """Add a source to a file, or replace the one of its name; the rest of the text stays as it is.

    ``spare`` are options that a new one has as comments, to be filled in.

    Raises:
        ConfigError: the file cannot be read or written, or its sources are written in a way that only a person can edit.
    """
    raw, data = _read(path)
    text = raw.replace("\r\n", "\n")
    given, names = _sources(data)
    if source["name"] in names:
        index = names.index(source["name"])
        expected = [*given[:index], dict(source), *given[index + 1 :]]
        text, done = _replaced(path, text, index, source), "replaced"
    else:
        expected = [*given, dict(source)]
        text, done = text.rstrip("\n") + "\n\n" + _block(source, spare), "added"
    _check(path, text, {**data, "sources": expected})
    _write(path, text.replace("\n", "\r\n") if "\r\n" in raw else text, replace=True)
    return "added" if done == "added" else "replaced"


def put_option(path: Path, source: str, option: str, value: Any) -> None:
    """Set one option of a source in a file; all other text stays as it is. A source that another file brings is added to.

    Raises:
        ConfigError: as ``put_source``; the text that has to be written by hand is in it.
    """
    raw, data = _read(path)
    text = raw.replace("\r\n", "\n")
    given, names = _sources(data)
    if source not in names:
        entry: dict[str, Any] = {"name": source, "options": {option: value}}
        expected = [*given, entry]
        text = text.rstrip("\n") + "\n\n" + _block(entry)
    else:
        index = names.index(source)
        options = {**given[index].get("options", {}), option: value}
        expected = [*given[:index], {**given[index], "options": options}, *given[index + 1 :]]
        text = _with_option(text, index, options, option)
    try:
        _check(path, text, {**data, "sources": expected})
    except ConfigError as error:
        step = f"Write it by hand, among the options of {source}: {line(option, value)}"
        raise ConfigError(error.what, error.why, step) from error
    _write(path, text.replace("\n", "\r\n") if "\r\n" in raw else text, replace=True)


def _with_option(text: str, index: int, options: Mapping[str, Any], option: str) -> str:
    """The text with one option set: on its line, in the source's inline table, in its table, or in a table of its own."""
    known, headers, lines = lines_of(text), headers_of(text), text.split("\n")
    source, table = ("sources", index), ("sources", index, "options")
    at = next((n for n, (_, path) in enumerate(headers) if path == table), None)
    if at is not None and (*table, option) in known:
        _set_line(lines, known[(*table, option)], option, options[option])
    elif at is not None:
        lines.insert(_end_of(lines, headers, at), line(option, options[option]))
    elif table in known and not any(path[: len(table)] == table for _, path in headers):
        _set_line(lines, known[table], "options", options)
    else:
        mine = next((n for n, (_, path) in enumerate(headers) if path == source), None)
        if mine is not None:
            end = _end_of(lines, headers, mine)
            lines[end:end] = ["[sources.options]", line(option, options[option])]
    return "\n".join(lines)


def _set_line(lines: list[str], number: int, key: str, value: Any) -> None:
    """Write a value on its line, from 1; a comment behind the old one stays. What spans lines is found out by who checks."""
    old = lines[number - 1]
    lead = old[: len(old) - len(old.lstrip())]
    comment = COMMENT.search(old)
    lines[number - 1] = lead + line(key, value) + (comment[0] if comment else "")


def _end_of(lines: list[str], headers: list[tuple[int, Any]], at: int) -> int:
    """Where one more line of a table goes; what stands right above the next header belongs to that."""
    end = headers[at + 1][0] - 1 if at + 1 < len(headers) else len(lines)
    while end > headers[at][0] and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """A config file's text and what it says.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    try:
        raw = path.read_bytes().decode("utf-8-sig")
        return raw, tomllib.loads(raw)
    except OSError as error:
        raise ConfigError(str(path), error.strerror or "it cannot be read", "Write one with: opstui init") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), "it is not valid TOML", "Run: opstui config check") from error


def _sources(data: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """The sources that a file holds, and their names."""
    given = data.get("sources", [])
    if not isinstance(given, list):
        return [], []
    return given, [one.get("name") if isinstance(one, dict) else None for one in given]


def _replaced(path: Path, text: str, index: int, source: Mapping[str, Any]) -> str:
    """The text with one source's block written anew; comments on lines of their own stay with it."""
    headers = headers_of(text)
    here = ("sources", index)
    mine = [number for number, (_, at) in enumerate(headers) if at == here]
    if not mine:
        raise _by_hand(path)
    last = mine[0]
    while last + 1 < len(headers) and headers[last + 1][1][:2] == here:
        last += 1
    lines = text.split("\n")
    start = headers[mine[0]][0] - 1
    end = headers[last + 1][0] - 1 if last + 1 < len(headers) else len(lines)
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # what stands right above the next header belongs to that
    comments = [one for one in lines[start + 1 : end] if one.lstrip().startswith("#")]
    head, *rest = _block(source).rstrip("\n").split("\n")
    return "\n".join([*lines[:start], head, *comments, *rest, *lines[end:]])


def _block(source: Mapping[str, Any], spare: Mapping[str, Any] = NONE) -> str:
    """``[[sources]]`` as a person would write it, the options as a table of their own, those to fill in as comments."""
    lines = ["[[sources]]", *(line(key, value) for key, value in source.items() if key != "options")]
    if options := source.get("options"):
        lines += ["[sources.options]", *(line(key, value) for key, value in options.items())]
        lines += [f"# {line(key, value)}" for key, value in spare.items()]
    return "\n".join(lines) + "\n"


def _check(path: Path, text: str, expected: Mapping[str, Any]) -> None:
    """Nothing is written that would not read back as what was meant."""
    try:
        same = tomllib.loads(text) == _listed(expected)
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise _by_hand(path)


def _listed(value: Any) -> Any:
    """Plain data as TOML gives it back: lists for tuples."""
    if isinstance(value, Mapping):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def _by_hand(path: Path) -> ConfigError:
    why = "its sources are not written as [[sources]] blocks, so they cannot be changed safely"
    return ConfigError(str(path), why, "Edit it by hand")


def _unwritable(path: Path, error: OSError) -> ConfigError:
    why = error.strerror or "it cannot be written"
    return ConfigError(str(path), why, "Check the rights of its folder, or name another: --config PATH")


def _write(path: Path, text: str, *, replace: bool) -> None:
    """The whole file or nothing; behind a link, the file that is linked to."""
    path = path.resolve()
    try:
        if not replace:
            path.touch(mode=0o600, exist_ok=False)  # claims the name, so that nothing is ever overwritten
        mode = path.stat().st_mode & 0o777
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            written = Path(file.name)
            try:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
                written.chmod(mode)
                written.replace(path)
            finally:
                written.unlink(missing_ok=True)
    except FileExistsError as error:
        raise ConfigError(str(path), "there is a file already", "Name another with --config, or edit this one") from error
    except OSError as error:
        raise _unwritable(path, error) from error
