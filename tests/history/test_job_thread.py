"""The thread that has the database: writes are not kept waiting by reads."""

from __future__ import annotations

import threading

import pytest

from workbench.history.writing.job_thread import JobThread


@pytest.fixture
def busy():
    """A thread that is at work until it is let go, and what it did since."""
    thread, go, done = JobThread(), threading.Event(), []
    thread.put(lambda: go.wait(60))
    yield thread, go, done
    go.set()
    thread.shutdown()


def test_writes_go_before_reads_that_have_not_begun_and_both_keep_their_order(busy):
    thread, go, done = busy
    for number in range(3):
        thread.put(lambda number=number: done.append(f"read {number}"))
    for number in range(3):
        last = thread.put(lambda number=number: done.append(f"write {number}"), writes=True)
    after = thread.put(lambda: done.append("read 3"))
    go.set()
    last.result(60)
    after.result(60)
    writes, reads = [f"write {number}" for number in range(3)], [f"read {i}" for i in range(4)]
    assert done == writes + reads


def test_what_was_cancelled_is_dropped_and_what_fails_says_so(busy):
    thread, go, done = busy
    dropped = thread.put(lambda: done.append("dropped"), writes=True)
    assert dropped.cancel()
    failed = thread.put(lambda: 1 // 0, writes=True)
    answered = thread.put(lambda: 7)
    go.set()
    assert answered.result(60) == 7
    assert isinstance(failed.exception(60), ZeroDivisionError)
    assert done == []
