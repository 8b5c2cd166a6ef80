"""The domain's rules made from settings: the calendar, the people, the promises, the weights, the board."""

from __future__ import annotations

from opstui.config.day import calendar
from opstui.config.settings import BoardTable, Settings, SlaTable
from opstui.domain.board import Board, BoardStage
from opstui.domain.calendar import WorkCalendar
from opstui.domain.kinds import Stage
from opstui.domain.model import Person
from opstui.domain.people import People
from opstui.domain.query import parse
from opstui.domain.sla import SlaRule
from opstui.domain.text import clean_line, fold
from opstui.domain.urgency import Rules
from opstui.domain.when import parse_duration


def rules(settings: Settings) -> Rules:
    """All that ranking depends on. The settings must have been loaded: what they say is not checked again.

    Raises:
        OpstuiError: a setting has no meaning.
    """
    working = calendar(settings.day)
    triage = settings.triage
    return Rules(
        weights=triage.weights,
        slas=tuple(_sla(rule, working) for rule in triage.sla),
        calendar=working,
        people=people(settings),
        board=board(settings.board),
        stalled_after_s=parse_duration(triage.stalled_after),
        approval_words=frozenset(fold(word) for word in triage.approval_words),
        group_kinds=frozenset(triage.group),
        important_labels=frozenset(fold(word) for word in triage.important_labels),
    )


def people(settings: Settings) -> People:
    """Everybody by name. Whoever has your name among them is you, with the aliases of both places."""
    me = settings.me
    persons = [Person(one.name, one.aliases, one.team, one.vip, one.email) for one in settings.people]
    if not me.name:
        return People(tuple(persons))
    for index, person in enumerate(persons):
        if fold(person.name) == fold(me.name):
            aliases = tuple(dict.fromkeys((*person.aliases, *me.aliases)))
            myself = persons[index] = Person(person.name, aliases, person.team, person.vip, person.email)
            return People(tuple(persons), myself)
    myself = Person(me.name, me.aliases)
    return People((*persons, myself), myself)


def board(table: BoardTable) -> Board:
    """The columns of the board."""
    stages = tuple(
        BoardStage(
            clean_line(one.name),
            tuple(dict.fromkeys(word for status in one.statuses if (word := fold(status)))),
            None if one.stage is None else Stage(one.stage),
            one.wip,
        )
        for one in table.stages
    )
    return Board(stages, frozenset(table.kinds))


def _sla(rule: SlaTable, working: WorkCalendar) -> SlaRule:
    hours = working if rule.calendar == "working" else None
    return SlaRule(
        rule.name,
        parse(rule.when) if rule.when.strip() else None,
        parse_duration(rule.within, hours),
        hours,
        frozenset(fold(word) for word in rule.pause),
    )
