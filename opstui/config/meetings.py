"""Whether what the tables of the board, the stand-up and the ladder of escalations say means something."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opstui.config.findings import Path as Key
from opstui.config.findings import did_you_mean
from opstui.config.settings import BoardTable, EscalationTable, Settings, StandupTable
from opstui.domain.text import fold

Report = Callable[[Key, str, str], None]
Duration = Callable[[Key, str], int | None]


def check_board(table: BoardTable, error: Report, warn: Report) -> None:
    """Two columns that want the same statuses: the first of them gets them."""
    path: Key = ("board", "stages")
    first: dict[str, str] = {}
    for stage in table.stages:
        for status in stage.statuses:
            word, here = fold(status), (*path, stage.name, "statuses")
            if not word.rstrip("*"):
                error(here, f"{status!r} stands for every status", "Name them")
                continue
            owner = next((name for other, name in first.items() if name != stage.name and _takes(other, word)), None)
            if owner is None:
                first.setdefault(word, stage.name)
            else:
                why = f"{status!r} is a status of {owner} already, which comes first and gets its items"
                warn(here, why, "Leave it with one of them")
    if not table.stages:
        error(path, "there is no column", "Name one, or leave it out for the usual board")
    elif not any(stage.stage == "done" for stage in table.stages):
        why = "no column has the stage done, so what is closed is on none"
        warn(path, why, 'Give the last one stage = "done"')


def check_standup(settings: Settings, table: StandupTable, warn: Report, duration: Duration) -> None:
    """The times, and whether everybody of the roster is somebody, and once."""
    for key in ("length", "each"):
        duration(("standup", key), getattr(table, key))
    if all_known(settings, table.roster):
        return
    from opstui.config.rules import people

    known = people(settings)
    names = list(dict.fromkeys(person.name for person in (*known.persons, *((known.me,) if known.me else ()))))
    asked: dict[str, str] = {}
    path: Key = ("standup", "roster")
    for spelling in table.roster:
        name = known.canonical(spelling)
        if name not in names:
            why = f"nobody in people is called {spelling!r}"
            warn(path, why, did_you_mean(spelling, names) or "Add them under [[people]], or mend the name")
        elif name in asked:
            why = f"{spelling!r} and {asked[name]!r} are one person, {name}, who is asked once"
            warn(path, why, "Leave one of them")
        asked.setdefault(name, spelling)


def check_ladder(settings: Settings, table: EscalationTable, error: Report, warn: Report, duration: Duration) -> None:
    """The times of each step, and whether it is one person that is asked, and once."""
    for at, rung in enumerate(table.ladder):
        path: Key = ("escalation", "ladder", at)
        times = [duration((*path, key), text) for key in ("acknowledge", "resolve") if (text := getattr(rung, key))]
        if len(times) == 2 and times[0] and times[1] and times[0] > times[1]:
            warn((*path, "resolve"), "it is to be decided before it is acknowledged", "Let resolve be the longer one")
    if all_known(settings, [rung.to for rung in table.ladder]):
        return
    from opstui.config.rules import people

    known, asked = people(settings), set()
    for at, rung in enumerate(table.ladder):
        path = ("escalation", "ladder", at, "to")
        owner = known.owner(rung.to)
        if owner.state != "ok":
            why = "names nobody" if owner.state == "none" else "names more than one person, or a group"
            error(path, f"{rung.to!r} {why}", "Name one person: somebody has to answer")
        elif (name := fold(owner.name or "")) in asked:
            warn(path, f"{owner.name} is asked twice", "Leave the step out, or name whoever comes next")
        else:
            asked.add(name)


def all_known(settings: Settings, names: Sequence[str]) -> bool:
    """Whether each is the name of another person of the config, as it is written there: then there is nothing to look into.

    Every start asks, and what tells people's spellings apart takes longer to load than most starts have.
    """
    known = {fold(one.name) for one in settings.people} | ({fold(settings.me.name)} if settings.me.name else set())
    asked = [fold(name) for name in names]
    return len(set(asked)) == len(asked) and known.issuperset(asked)


def _takes(pattern: str, word: str) -> bool:
    return pattern == word or (pattern.endswith("*") and word.startswith(pattern[:-1]))
