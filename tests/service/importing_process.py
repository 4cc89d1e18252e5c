"""A program that imports a file and ends with kill -9 in the middle of saving, for a test.

    python -m tests.service.importing_process FOLDER FILE CONVERSATIONS

It is killed after that many conversations, with the next one half written.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from workbench.history.chats import imported
from workbench.service import Workbench
from workbench.settings import Paths


async def _run(folder: Path, export: str, after: int) -> None:
    insert, count = imported._insert_messages, 0

    def insert_and_die(*args: Any) -> dict[str, int]:
        nonlocal count
        ids = insert(*args)
        count += 1
        if count > after:
            os.kill(os.getpid(), signal.SIGKILL)
        return ids

    imported._insert_messages = insert_and_die
    core = Workbench(Paths.default(folder))
    await core.open()
    await core.importing.run([export])


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
