"""Right JSON of the wrong shape is an error in words, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest

from opstui.connectors import shape
from opstui.errors import AnswerLost, SourceUnavailable, WriteRefused

ODD: list[Any] = [None, True, 5, 5.5, "text", [], [1], {}, {"issues": None}, {"issues": "no"}, {"issues": {"a": 1}}]


@pytest.mark.parametrize("value", ODD)
def test_what_is_needed_and_not_there_is_named(value: Any) -> None:
    with pytest.raises(SourceUnavailable, match="jira: an answer of the wrong shape: search") as caught:
        shape.need(value, "issues", list, "jira: search")
    assert "issues" in caught.value.why
    assert caught.value.next_step


def test_what_is_there_is_given() -> None:
    assert shape.need({"a": [1]}, "a", list, "jira: x") == [1]
    assert shape.may({"a": 5}, "a", int, "jira: x") == 5
    assert shape.may({"a": None}, "a", int, "jira: x") is None
    assert shape.may({}, "a", int, "jira: x") is None
    assert shape.each([{"a": 1}], dict, "jira: x") == [{"a": 1}]


def test_true_is_no_number_and_an_element_is_named() -> None:
    with pytest.raises(SourceUnavailable, match="true or false where a number"):
        shape.may({"a": True}, "a", int, "jira: x")
    with pytest.raises(SourceUnavailable, match=r"\[1\]: there is a text where an object"):
        shape.each([{}, "no"], dict, "jira: x")


def test_after_a_write_a_wrong_shape_means_that_nobody_knows() -> None:
    with pytest.raises(AnswerLost, match="wrong shape"), shape.after_write():
        shape.need([], "id", str, "jira: comment")
    with pytest.raises(WriteRefused), shape.after_write():
        raise WriteRefused("no")
