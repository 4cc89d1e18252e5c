"""A lock file next to the database: shared while it is open, alone while its file is replaced.

Without it a program that finds damage could move the file away under another that is writing. The
operating system drops the lock when a process ends, however it ends. On Windows there is none:
there SQLite itself opens the file for one program only.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl


class FileLock:
    """An advisory lock on ``path``, which is created and stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def share(self) -> None:
        """Hold it together with others; waits while somebody replaces the file."""
        self._flock(alone=False)

    def alone(self) -> bool:
        """Try to be the only holder; False where another program has the database open."""
        return self._flock(alone=True)

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _flock(self, *, alone: bool) -> bool:
        if sys.platform == "win32":
            return True
        if self._file is None:
            self._file = self._path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        except BlockingIOError:
            return False
        return True
