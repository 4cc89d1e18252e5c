"""Which process works on a run: its id and creation time, by which others see whether it lives."""

from __future__ import annotations

import os

import psutil

_CREATION_TOLERANCE_SECONDS = 2.0
"""A process's creation time is computed from the clock, which may have been set since."""


def own_process() -> tuple[int, float]:
    """This process's id and creation time, by which others see whether it lives."""
    return os.getpid(), psutil.Process().create_time()


def is_alive(pid: int, created: float) -> bool:
    """Whether the process with that id and creation time is running."""
    if pid <= 0:
        return False
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created) < _CREATION_TOLERANCE_SECONDS and (
            process.status() != psutil.STATUS_ZOMBIE
        )
    except (psutil.NoSuchProcess, OverflowError, ValueError):  # a damaged number is no process
        return False
    except psutil.AccessDenied:
        return True  # it is there, and another user's
