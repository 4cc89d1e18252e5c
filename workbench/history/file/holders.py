"""Which other programs have a file open, as words for a sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil

_MOST = 3


def holders(path: Path) -> str:
    """The programs that have ``path`` open, "another program" where that is not known.

    Only processes of the same user can be looked at, and on Windows none.
    """
    found = _found(path) if sys.platform != "win32" else []
    return " and ".join(found[:_MOST]) or "another program"


def _found(path: Path) -> list[str]:
    wanted = str(path.resolve())
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            if any(each.path == wanted for each in process.open_files()):
                found.append(f"{_name(process)} (process {process.pid})")
        except (psutil.Error, OSError):
            continue
    return found


def _name(process: psutil.Process) -> str:
    """What a process is called; of our own the command too, as the user typed it."""
    words = process.cmdline()
    for place, word in enumerate(words[:3]):
        if Path(word).name in ("workbench", "workbench.exe") or (
            word == "workbench" and words[place - 1 : place] == ["-m"]
        ):
            command = next((each for each in words[place + 1 :] if not each.startswith("-")), "")
            return f"workbench {command}".strip() if command else "this program's window"
    return process.name()
