"""Pages applied in a thread of their own: in their order, none after an error, and none lost."""

from __future__ import annotations

import threading

import pytest

from opstui.services.pipeline import AHEAD, Pipeline

WAIT_S = 5.0


def test_pages_are_applied_in_their_order_and_the_end_waits_for_them() -> None:
    done: list[int] = []
    pipeline = Pipeline(done.append)
    for page in range(50):
        pipeline.put(page)
    pipeline.settle()
    assert done == list(range(50))
    pipeline.close()


def test_the_next_page_is_taken_while_one_is_being_applied() -> None:
    begun, go = threading.Event(), threading.Event()

    def apply(page: int) -> None:
        begun.set()
        assert go.wait(WAIT_S)

    pipeline = Pipeline(apply)
    pipeline.put(1)
    assert begun.wait(WAIT_S)
    pipeline.put(2)
    go.set()
    pipeline.settle()
    pipeline.close()


def test_no_more_than_a_few_pages_wait() -> None:
    go = threading.Event()
    taken: list[int] = []

    def wait(page: int) -> None:
        assert go.wait(WAIT_S)

    pipeline = Pipeline(wait)

    def feed() -> None:
        for page in range(AHEAD + 3):
            pipeline.put(page)
            taken.append(page)

    feeder = threading.Thread(target=feed)
    feeder.start()
    feeder.join(0.2)
    assert taken == list(range(AHEAD))
    go.set()
    feeder.join(WAIT_S)
    pipeline.close()
    assert len(taken) == AHEAD + 3


def test_after_an_error_nothing_more_is_applied_and_whoever_brings_pages_hears_of_it() -> None:
    done: list[int] = []

    def apply(page: int) -> None:
        if page == 2:
            raise OSError("disk")
        done.append(page)

    pipeline = Pipeline(apply)
    with pytest.raises(OSError, match="disk"):
        for page in range(20):
            pipeline.put(page)
    with pytest.raises(OSError, match="disk"):
        pipeline.put(99)
    with pytest.raises(OSError, match="disk"):
        pipeline.settle()
    pipeline.close()
    assert done == [0, 1]


def test_what_was_handed_over_is_applied_even_if_no_end_is_waited_for() -> None:
    done: list[int] = []
    pipeline = Pipeline(done.append)
    pipeline.put(1)
    pipeline.put(2)
    pipeline.close()
    assert done == [1, 2]
