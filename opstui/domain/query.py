"""The query language of splits, the filter and SLA rules: words, and ``field op value`` joined by and, or, not."""

from __future__ import annotations

from opstui.domain.querymatch import Bounds, Facts, Predicate, bounds, matches, predicate
from opstui.domain.queryparse import parse
from opstui.domain.querytree import FIELDS, And, Compare, Field, FieldType, Node, Not, Or, Value, ValueType, Word
from opstui.errors import QueryError

__all__ = [
    "FIELDS",
    "And",
    "Bounds",
    "Compare",
    "Facts",
    "Field",
    "FieldType",
    "Node",
    "Not",
    "Or",
    "Predicate",
    "QueryError",
    "Value",
    "ValueType",
    "Word",
    "bounds",
    "matches",
    "parse",
    "predicate",
]
