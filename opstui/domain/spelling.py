"""Names that likely mean one person: ``ana.ruiz``, ``A. Ruiz`` and ``Ana Ruiz``, where nobody has said so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from opstui.domain.text import fold

_MAIL = re.compile(r"<?([^<>\s@]+)@[^<>\s]+>?")
_PARTS = re.compile(r"[\s._]+")


class Alike(NamedTuple):
    """One person: the name to go by, and the other ways in which items write it."""

    name: str
    also: tuple[str, ...]


def alike(names: Iterable[str], known: Collection[str] = ()) -> tuple[Alike, ...]:
    """Which of these names likely mean the same person; ``known`` are the config's, of whom no two are ever joined.

    Two names do when the last names are the same and the first ones are, or one is the other's initial. A name that fits
    two different persons is left out: who is meant is for a person to say.
    """
    wanted = set(known)
    every = {name: parts for name in dict.fromkeys((*known, *names)) if (parts := _parts(name))}
    joined = {name for name in every if len(every[name].split()) == 1}
    whole = {name: parts for name, parts in every.items() if name not in joined}
    heads = [name for name in whole if not _is_short(whole[name])]
    heads.sort(key=lambda name: (name not in wanted, _is_login(name), name))
    found: dict[str, list[str]] = {}
    taken: dict[str, str] = {}
    for head in heads:
        if head in taken:
            continue
        for other in heads:
            if other != head and other not in taken and other not in wanted and whole[other] == whole[head]:
                taken[other] = head
                found.setdefault(head, []).append(other)
    persons = [head for head in heads if head not in taken]
    for other in every:
        if other in taken or other in persons or other in wanted:
            continue
        fits = [head for head in persons if _fits(every[other], whole[head])]
        if len(fits) == 1:
            found.setdefault(fits[0], []).append(other)
    return tuple(Alike(name, tuple(sorted(also))) for name, also in sorted(found.items()))


def _parts(name: str) -> str:
    """First and last name, folded, with a space between: ``ana ruiz``, ``a ruiz``; a login without any mark as it is."""
    mail = _MAIL.search(name)
    folded = fold(mail[1] if mail else name)
    last, comma, given = folded.partition(",")
    if comma:
        folded = f"{given} {last}"
    parts = [part for part in _PARTS.split(folded) if part]
    return f"{parts[0]} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _is_short(parts: str) -> bool:
    return len(parts.split()[0]) == 1


def _is_login(name: str) -> bool:
    return " " not in name.strip() or "@" in name or "," in name


def _fits(parts: str, person: str) -> bool:
    """Whether initials and last name, or a login of them, can be this person."""
    first, last = person.split()
    pieces: Sequence[str] = parts.split()
    if len(pieces) == 1:
        return parts in (first[0] + last, first + last, last + first[0])
    return pieces[-1] == last and pieces[0] == first[0]


def config_lines(one: Alike, aliases: Sequence[str] = ()) -> str:
    """What to write into the config so that they are one: the whole entry, with the ``aliases`` it has already."""
    import json

    listed = ", ".join(json.dumps(text, ensure_ascii=False) for text in dict.fromkeys((*aliases, *one.also)))
    return f"[[people]]\nname = {json.dumps(one.name, ensure_ascii=False)}\naliases = [{listed}]"
