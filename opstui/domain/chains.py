"""Who waits for whom: the open items that hold others up, how many each frees, and rings in which nobody can begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chains:
    """Links between open items. ``holds`` and ``waits`` name the next ones either way, ``frees`` counts all behind an item:
    those that wait for it, and those that wait for them. ``rings`` wait for themselves."""

    holds: Mapping[str, tuple[str, ...]]
    waits: Mapping[str, tuple[str, ...]]
    frees: Mapping[str, int]
    rings: tuple[tuple[str, ...], ...] = ()

    @property
    def order(self) -> Sequence[str]:
        """What holds others up, by how many it frees; of equals first what waits for nothing itself, so that it can be done."""
        return sorted(self.holds, key=lambda ref: (ref in self.waits, -self.frees[ref], -len(self.holds[ref]), ref))


def chains(links: Iterable[tuple[str, str]]) -> Chains:
    """The chains of links, each a blocker and what waits for it; twice the same, or an item for itself, counts for nothing."""
    holds: dict[str, list[str]] = {}
    waits: dict[str, list[str]] = {}
    for blocker, blocked in sorted({link for link in links if link[0] != link[1]}):
        holds.setdefault(blocker, []).append(blocked)
        waits.setdefault(blocked, []).append(blocker)
    groups = _strong(holds)
    rings = tuple(sorted(tuple(_walk(group, holds)) for group in groups if len(group) > 1))
    return Chains(
        {ref: tuple(behind) for ref, behind in holds.items()},
        {ref: tuple(before) for ref, before in waits.items()},
        _count(groups, holds),
        rings,
    )


def _count(groups: Sequence[Sequence[str]], holds: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many are behind each: sets as bits of whole numbers, from the ends of the chains back to their beginnings."""
    bit = {ref: 1 << n for n, ref in enumerate(ref for group in groups for ref in group)}
    behind: dict[str, int] = {}
    found: dict[str, int] = {}
    for group in groups:  # what a group holds up stands before it in the list
        inside = sum(bit[ref] for ref in group) if len(group) > 1 else 0
        reached = inside
        for ref in group:
            for other in holds.get(ref, ()):
                reached |= bit[other] | behind.get(other, 0)
        for ref in group:
            behind[ref] = reached
            found[ref] = (reached & ~bit[ref]).bit_count()
    return found


def _strong(holds: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Groups in which each waits for each, most of them of one; what a group holds up comes before it (Tarjan, 1972)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    inside: set[str] = set()
    found: list[list[str]] = []
    for start in holds:
        if start in number:
            continue
        way = [(start, iter(holds.get(start, ())))]
        number[start] = low[start] = len(number)
        open_.append(start)
        inside.add(start)
        while way:
            ref, rest = way[-1]
            other = next(rest, None)
            if other is None:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[ref])
                if low[ref] == number[ref]:
                    group: list[str] = []
                    while not group or group[-1] != ref:
                        group.append(open_.pop())
                        inside.discard(group[-1])
                    found.append(group)
            elif other not in number:
                number[other] = low[other] = len(number)
                open_.append(other)
                inside.add(other)
                way.append((other, iter(holds.get(other, ()))))
            elif other in inside:
                low[ref] = min(low[ref], number[other])
    return found


def _walk(group: Sequence[str], holds: Mapping[str, Sequence[str]]) -> list[str]:
    """A ring in the order in which its items hold each other up, as far as it is one; the rest of a tangle behind that."""
    inside = set(group)
    at = min(group)
    found: list[str] = []
    while at and at not in found:
        found.append(at)
        at = next((other for other in holds.get(at, ()) if other in inside and other not in found), "")
    return found + sorted(inside - set(found))
