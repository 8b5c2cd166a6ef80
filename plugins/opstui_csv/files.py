"""Which files a path means: one, those of a folder, or those a glob finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opstui.errors import SourceRefused
from opstui_csv.reading import unreadable

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Place:
    """One file: where it is, and the short name that messages and the cursor use."""

    path: Path
    name: str
    mtime_ns: int


def is_glob(path: Path) -> bool:
    """Whether a path has to be searched for."""
    return bool(_MAGIC & set(str(path))) and not path.exists()


def root(path: Path) -> Path:
    """The folder that holds everything a path can mean."""
    if is_glob(path):
        fixed = []
        for part in path.parts:
            if _MAGIC & set(part):
                break
            fixed.append(part)
        return Path(*fixed)
    return path if path.is_dir() else path.parent


def find(path: Path, suffixes: Sequence[str]) -> list[Place]:
    """The files, newest first.

    Raises:
        SourceRefused: there is none, or the folder may not be read.
        SourceUnavailable: the system cannot say.
    """
    base = root(path)
    try:
        if is_glob(path):
            next(base.iterdir(), None)  # says so when the folder is missing or may not be read
            found = [entry for entry in base.glob(str(path.relative_to(base))) if entry.is_file() and _wanted(entry.name)]
            missing = f"nothing matches {path.name} in {base}"
        elif path.is_dir():
            found = [
                entry
                for entry in path.iterdir()
                if entry.suffix.lower() in suffixes and entry.is_file() and _wanted(entry.name)
            ]
            missing = f"{path} holds no {', '.join(suffixes)} file"
        else:
            found = [path]
            missing = ""
        places = [Place(entry, entry.relative_to(base).as_posix(), entry.stat().st_mtime_ns) for entry in found]
    except OSError as error:
        raise unreadable(path, error) from error
    if not places:
        raise SourceRefused("no export to read", missing, "Put an export there, or correct path in the source's options.")
    return sorted(places, key=lambda place: (-place.mtime_ns, place.name))


def _wanted(name: str) -> bool:
    """Not a lock file that an office program leaves beside an open document, nor a hidden or half-downloaded one."""
    return not name.startswith((".", "~$")) and not name.lower().endswith((".part", ".crdownload", ".tmp"))
