"""A program that writes history until it is killed, and says what was acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from workbench.history.chats import conversations, message_tree
from workbench.history.store import HistoryStore

from . import samples


async def main(path: Path) -> None:
    """Print ``run ID`` after a run is created, ``prompt ID`` and ``done ID`` after each commit."""
    store = HistoryStore(path)
    await store.open()
    print("open", flush=True)
    number = 0
    while True:
        number += 1
        run_id = await store.create_run(samples.template_spec(), title=f"run {number}", manifest={})
        print("run", run_id, flush=True)
        (prompt,) = samples.log(run_id, [samples.started(f"prompt of {run_id}")])
        await store.append_now(run_id, [prompt])
        print("prompt", run_id, flush=True)
        for seq in range(1, 30):
            store.append(run_id, samples.log(run_id, [samples.received(f"t{seq} ")], seq))
            await asyncio.sleep(0.001)
        await store.flush()
        print("text", run_id, flush=True)
        if number % 2:
            chat = (
                await store.write(conversations.insert_conversation, f"chat {number}")
            ).conversation_id
            await store.write(message_tree.add_message, chat, None, "user", "hello")
            print("chat", chat, flush=True)


def serve(path: Path) -> None:
    """For each line of standard input start the writer again, in a child that shares the imports.

    Prints ``pid NUMBER`` when it has started and ``end`` when it was killed.
    """
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(main(path))
        print("pid", child, flush=True)
        os.waitpid(child, 0)
        print("end", flush=True)


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve(Path(sys.argv[1]))
    else:
        asyncio.run(main(Path(sys.argv[1])))
