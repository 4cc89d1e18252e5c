"""A program that asks one question and is killed while that is answered."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from workbench.domain.chat import ChatOptions
from workbench.domain.runs.events import LoggedEvent, TextReceived
from workbench.domain.runs.sampling import Sampling
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

OPTIONS = ChatOptions(
    sampling=Sampling(temperature=0.3, top_p=0.5, max_tokens=4000), seed=77, system="Be brief."
)


def _say(logged: LoggedEvent) -> None:
    if isinstance(logged.event, TextReceived):
        print("text", logged.event.text.encode().hex(), flush=True)


async def main(home: Path) -> None:
    """Print ``run ID``, then each piece of text as it comes, without end."""
    engine = SimulatedEngine(lambda _prompt: [" and on" * 100_000], tokens_per_second=20)
    core = Workbench(Paths.default(home), engine=engine)
    await core.open()
    await core.models.load(str(home / "pretend.gguf"))
    core.subscribe(_say)
    answer = await core.chats.send(None, "Tell me everything.", OPTIONS)
    print("run", answer.run_id, flush=True)
    await core.runs.wait(answer.run_id or 0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
