"""Set-up that every process of the program runs first, at its end of the pipes."""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO


def take_standard_output() -> BinaryIO:
    """A private copy of standard output; what prints to it from now on goes to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        msvcrt.setmode(private, os.O_BINARY)
    return os.fdopen(private, "wb")


def ignore_interrupt() -> None:
    """Ctrl+C in a terminal reaches the whole group; the program decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
