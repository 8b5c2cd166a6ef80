"""From the text of a query to its tree; every mistake names its column and what was expected there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.querytree import ALIASES, FIELDS, And, Compare, Field, FieldType, Node, Not, Or, Value, ValueType, Word
from opstui.domain.when import WEEKDAYS, parse_duration
from opstui.errors import QueryError, UsageError

_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"[^"]*")|(?P<op>!=|<=|>=|==|[=<>~])|(?P<paren>[()])|(?P<bare>(?:[^\s()"=<>~!]|!(?!=))+))'
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?")
_DAYS = ("today", "yesterday", "tomorrow")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DURATION = re.compile(r"-?(?:\d+(?:\.\d+)?[smhdw])+", re.IGNORECASE)
_ORDERED = (FieldType.PRIORITY, FieldType.NUMBER, FieldType.TIME, FieldType.SPAN)
_DEEPEST = 6
"""Parentheses inside each other: the parser of SQLite holds a hundred tokens, and a negated group takes many."""

_MOST = 200
"""Words and comparisons in one query: SQLite refuses expressions that are a thousand deep, and joins make them deep."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int

    @property
    def closes(self) -> bool:
        return self.kind == "paren" and self.text == ")"


def parse(text: str) -> Node:
    """The tree of a query. An empty one matches everything.

    Raises:
        QueryError: a mistake, with its column from 1 and what was expected there.
    """
    return _Parser(text).parse()


class _Parser:
    """Recursive descent over the tokens; ``or`` binds weakest, then ``and`` (which may be left out), then ``not``."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.position = 0
        self.end = len(text) + 1
        self.depth = 0
        self.terms = 0

    def parse(self) -> Node:
        if not self.tokens:
            return And()
        node = self._or()
        token = self._peek()
        if token is not None:
            raise _error(token.column, f"{token.text!r} closes nothing", "Take it out, or open a parenthesis before it.")
        return node

    def _peek(self) -> _Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _keyword(self, word: str) -> bool:
        token = self._peek()
        if token is not None and token.kind == "bare" and token.text.lower() == word:
            following = self.tokens[self.position + 1] if self.position + 1 < len(self.tokens) else None
            return following is None or following.kind != "op"
        return False

    def _or(self) -> Node:
        children = [self._and()]
        while self._keyword("or"):
            self.position += 1
            children.append(self._and())
        return children[0] if len(children) == 1 else Or(tuple(children))

    def _and(self) -> Node:
        children = [self._not()]
        while (token := self._peek()) is not None and not token.closes and not self._keyword("or"):
            if self._keyword("and"):
                self.position += 1
            children.append(self._not())
        return children[0] if len(children) == 1 else And(tuple(children))

    def _not(self) -> Node:
        negations = 0
        while self._keyword("not"):
            negations += 1
            self.position += 1
        node = self._primary()
        return Not(node) if negations % 2 else node

    def _primary(self) -> Node:
        token = self._peek()
        if token is None:
            raise _error(self.end, "the query ends too early", "A word, or field op value, was expected here.")
        self.position += 1
        if token.text == "(" and token.kind == "paren":
            return self._group(token)
        self.terms += 1
        if self.terms > _MOST:
            raise _error(token.column, f"more than {_MOST} words and comparisons", "Write a shorter query.")
        if token.kind == "bare":
            following = self._peek()
            if following is not None and following.kind == "op":
                return self._compare(token, following)
            if token.text.lower() not in ("and", "or"):
                return Word(token.text, token.column)
        if token.kind == "quoted" and token.text.strip():
            return Word(token.text, token.column)
        shown = token.text or '""'
        raise _error(token.column, f"{shown!r} cannot stand here", "A word, or field op value, was expected.")

    def _group(self, opened: _Token) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _error(opened.column, "too many parentheses inside each other", f"Use at most {_DEEPEST}.")
        node = self._or()
        closing = self._peek()
        if closing is None or not closing.closes:
            raise _error(
                closing.column if closing else self.end,
                "a closing parenthesis was expected",
                f"It was opened at column {opened.column}.",
            )
        self.position += 1
        self.depth -= 1
        return node

    def _compare(self, name: _Token, op: _Token) -> Node:
        field = _field(name)
        self.position += 1
        token = self._peek()
        if token is None or token.kind not in ("bare", "quoted"):
            column = token.column if token else self.end
            raise _error(column, f"{name.text} {op.text} needs a value", _expected(field))
        self.position += 1
        value = _value(field, token)
        _check_op(field, value, op)
        return Compare(field.name, "=" if op.text == "==" else op.text, value, name.column)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            raise _error(column, "a quotation mark without its partner", 'Close it with another ".')
        kind = match.lastgroup or "bare"
        tokens.append(_Token(kind, match[kind].strip('"') if kind == "quoted" else match[kind], match.start(kind) + 1))
        position = match.end()
    return tokens


def _field(name: _Token) -> Field:
    wanted = name.text.lower()
    field = FIELDS.get(ALIASES.get(wanted, wanted))
    if field is None:
        raise _error(name.column, f"there is no field {name.text!r}", f"{_nearest(wanted, FIELDS)}Fields: {', '.join(FIELDS)}.")
    return field


def _value(field: Field, token: _Token) -> Value:
    """Understand a value as its field's type needs it."""
    word = token.text.lower()
    if token.kind == "bare" and word == "none":
        return Value(ValueType.NONE, token.text)
    match field.type:
        case FieldType.PERSON if token.kind == "bare" and word == "me":
            return Value(ValueType.ME, token.text)
        case FieldType.TEXT | FieldType.LIST | FieldType.PERSON:
            return Value(ValueType.TEXT, token.text, token.text)
        case FieldType.CHOICE | FieldType.FLAG:
            return _choice(field, token)
        case FieldType.PRIORITY:
            return _priority(field, token)
        case FieldType.NUMBER if _NUMBER.fullmatch(word):
            return Value(ValueType.NUMBER, token.text, float(word) if "." in word else int(word))
        case FieldType.TIME | FieldType.SPAN if _DURATION.fullmatch(word):
            return _duration(field, token)
        case FieldType.TIME if word in _DAYS or word in WEEKDAYS or _ISO.fullmatch(token.text):
            return _date(field, token)
    raise _error(token.column, f"{token.text!r} does not fit {field.name}", _expected(field))


def _choice(field: Field, token: _Token) -> Value:
    word = token.text.lower()
    if field.type is FieldType.FLAG:
        if word in ("yes", "true", "1", "no", "false", "0"):
            return Value(ValueType.NUMBER, token.text, int(word in ("yes", "true", "1")))
    elif word in field.choices:
        return Value(ValueType.TEXT, token.text, word)
    raise _error(token.column, f"{token.text!r} does not fit {field.name}", _nearest(word, field.choices) + _expected(field))


def _priority(field: Field, token: _Token) -> Value:
    word = token.text.lower()
    if word in ("1", "2", "3", "4", "5"):
        return Value(ValueType.NUMBER, token.text, int(word))
    for number, name in PRIORITY_WORDS.items():
        if word == name:
            return Value(ValueType.TEXT, token.text, number)
    raise _error(token.column, f"{token.text!r} does not fit {field.name}", _expected(field))


def _duration(field: Field, token: _Token) -> Value:
    negative = token.text.startswith("-")
    try:
        seconds = parse_duration(token.text.removeprefix("-"))
    except UsageError:
        raise _error(token.column, f"{token.text!r} does not fit {field.name}", _expected(field)) from None
    return Value(ValueType.DURATION, token.text, -seconds if negative else seconds)


def _date(field: Field, token: _Token) -> Value:
    word = token.text.lower()
    if word in _DAYS:
        return Value(ValueType.DATE, token.text, word)
    if word in WEEKDAYS:
        return Value(ValueType.DATE, token.text, word[:3])
    try:
        datetime.fromisoformat(token.text)
    except ValueError:
        raise _error(token.column, f"there is no day {token.text!r}", _expected(field)) from None
    return Value(ValueType.DATE, token.text, token.text)


def _check_op(field: Field, value: Value, op: _Token) -> None:
    """Whether this operator makes sense for this field and value."""
    if op.text == "~":
        if field.type not in (FieldType.TEXT, FieldType.LIST, FieldType.PERSON) or value.type is not ValueType.TEXT:
            raise _error(op.column, f"~ does not fit {field.name}", "It looks for words in a text field; use = here.")
    elif op.text in ("=", "==", "!="):
        if value.type is ValueType.DURATION:
            raise _error(op.column, f"{op.text} does not fit a length of time", "Use < or >, as in age > 3d.")
    elif field.type not in _ORDERED or value.type is ValueType.NONE:
        raise _error(op.column, f"{op.text} does not fit {field.name} here", "Use = or !=.")


_EXPECTED = {
    FieldType.TEXT: 'Expected a word, a "quoted text", or none.',
    FieldType.LIST: 'Expected a word, a "quoted text", or none.',
    FieldType.PERSON: "Expected a name, me, or none.",
    FieldType.PRIORITY: "Expected 1 to 5, critical, high, medium, low, lowest, or none.",
    FieldType.NUMBER: "Expected a number, as in blocks > 2.",
    FieldType.TIME: "Expected a date (today, mon, 2026-11-20), a length of time (2h, 3d), or none.",
    FieldType.SPAN: "Expected a length of time (30m, 2h, 3d), or none.",
    FieldType.FLAG: "Expected yes or no.",
}


def _expected(field: Field) -> str:
    if field.type is FieldType.CHOICE:
        return f"Expected one of: {', '.join(field.choices)}."
    return _EXPECTED[field.type]


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}? " if near else ""


def _error(column: int, why: str, next_step: str) -> QueryError:
    return QueryError(f"query, column {column}", why, next_step, column=column)
