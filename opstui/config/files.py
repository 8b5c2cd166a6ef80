"""Config files read from disk: the user's own, and before it every file that it extends."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from opstui.config.findings import Finding
from opstui.config.merge import Layer

SYNTAX_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


def read_layers(path: Path) -> tuple[list[Layer], list[Finding]]:
    """The layers of a file, farthest first, itself last; what could not be read is a finding."""
    reader = _Reader()
    reader.read(path, (), "")
    return reader.layers, reader.findings


class _Reader:
    """Follows ``extends`` depth first, each file once."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.findings: list[Finding] = []
        self.done: set[Path] = set()

    def read(self, path: Path, chain: tuple[Path, ...], asked_at: str) -> None:
        """Read a file after those it extends. ``chain``: the files on the way here; ``asked_at``: who names it."""
        real = _real(path)
        if real in chain:
            way = " -> ".join(str(one) for one in (*chain[chain.index(real) :], real))
            self._fail(asked_at, "extends", f"the files extend each other in a circle: {way}", "Take one of them out")
            return
        if real in self.done:
            return
        layer = self._layer(path, shared=bool(chain), asked_at=asked_at)
        if layer is None:
            return
        for index, name in enumerate(self._extends(layer)):
            where = layer.where(("extends", index))
            if "://" in name:
                self._fail(where, "extends", f"{name}: only files on disk can be extended", "Save it and name its path")
            else:
                self.read(path.parent / Path(name).expanduser(), (*chain, real), where)
        self.done.add(real)
        self.layers.append(layer)

    def _extends(self, layer: Layer) -> list[str]:
        given = layer.data.get("extends")
        if isinstance(given, list):  # anything else is found when the shape is checked
            return [name for name in given if isinstance(name, str)]
        return []

    def _layer(self, path: Path, *, shared: bool, asked_at: str) -> Layer | None:
        where, key = (asked_at, "extends") if asked_at else (str(path), "")
        prefix = f"{path}: " if asked_at else ""
        try:
            text = path.read_bytes().decode("utf-8-sig")
            data = tomllib.loads(text)
        except FileNotFoundError:
            self._fail(where, key, f"{prefix}there is no such file", "Check the path, or write one with: opstui init")
        except IsADirectoryError:
            self._fail(where, key, f"{prefix}it is a folder, not a file", "Name the file in it")
        except PermissionError:
            self._fail(where, key, f"{prefix}you may not read it", f"Check its rights: ls -l {path}")
        except OSError as error:
            self._fail(where, key, f"{prefix}it cannot be read: {error.strerror or error}")
        except UnicodeDecodeError as error:
            self._fail(str(path), "", f"byte {error.start} is not UTF-8", "Save the file as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self._fail(*_syntax(path, text, str(error)))
        except RecursionError:
            self._fail(str(path), "", "its lists or tables are nested too deeply", "Is it a config file?")
        else:
            return Layer("shared" if shared else "user", data, str(path), path, text.replace("\r\n", "\n"))
        return None

    def _fail(self, where: str, key: str, why: str, next_step: str = "") -> None:
        self.findings.append(Finding("error", where, key, why, next_step))


def _real(path: Path) -> Path:
    """The file behind links; a circle of links stays as it is, reading it will say so."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _syntax(path: Path, text: str, message: str) -> tuple[str, str, str, str]:
    """Where, key, why and what to do about text that is not TOML."""
    line, column = str(text.count("\n") + 1), ""
    if place := re.search(SYNTAX_PLACE, message):
        message = message[: place.start()]
        if place[1]:
            line, column = place[1], f" at column {place[2]}"
    why = f"this is not valid TOML{column}: {message[:1].lower()}{message[1:]}"
    return f"{path}:{line}", "", why, "Texts need quotes; lists need [ ]; see https://toml.io"
