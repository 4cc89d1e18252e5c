"""How long it takes from a key to the tokens: analyse, render, format, tokenise.

    python -m tests.benchmarks.preview [TOKENS]

Needs the starter model. Prints the median and the slowest of 30 rounds for each step, and for a
whole preview in which the text, or only a value, has changed. The wait of 150 ms after the last key
is not in it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable

from workbench.service import Workbench
from workbench.service.token_map import count_by_origin
from workbench.settings import Paths, starter_model
from workbench.templates.render import render

ROUNDS = 30
TEMPLATE = """\
---
name: Preview
inputs:
  question: string
  examples: {type: array}
---
system:
You are careful. Answer from the examples alone, in one line.
{% for ex in examples %}
Problem: {{ ex.problem | trim }}
Reasoning: {{ ex.steps | join(" ") }}
Answer: {{ ex.answer }}

{% endfor %}
user:
Problem: {{ question | trim }}
"""
EXAMPLE = {
    "problem": "A bakery bakes 24 rolls every morning and sells each for two dollars.",
    "steps": ["Twice 24 is 48 rolls.", "48 - 6 = 42 rolls are sold.", "42 * 2 = 84 dollars."],
    "answer": 84,
}
TOKENS_OF_AN_EXAMPLE = 68


async def _timed(what: str, work: Callable[[int], Awaitable[object]]) -> None:
    seconds = []
    await work(0)
    for number in range(1, ROUNDS + 1):
        started = time.perf_counter()
        await work(number)
        seconds.append(time.perf_counter() - started)
    median, slowest = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"{what:34} {median:7.1f} ms  slowest {slowest:7.1f} ms", flush=True)


async def main(tokens: int) -> None:
    """Measure a prompt of about that many tokens."""
    core = Workbench(Paths.default(tempfile.mkdtemp(prefix="workbench-preview-")))
    await core.open()
    try:
        await core.load_model(str(starter_model()))
        examples = [EXAMPLE] * max(1, tokens // TOKENS_OF_AN_EXAMPLE)
        values = {"question": "How much?", "examples": examples}
        preview = await core.preview(TEMPLATE, "p.prompty", values)
        messages = preview.messages
        print(f"{preview.prompt_tokens} tokens, {sum(len(m.spans) for m in messages)} spans")
        engine, pool = core._engine, core._pool
        segments = await engine.format_chat(messages)

        async def whole(number: int) -> None:
            text = TEMPLATE.replace("careful", f"careful {number}")
            await core.analyse(text, "p.prompty")
            await core.preview(text, "p.prompty", values)

        async def count(_number: int) -> None:
            count_by_origin(messages, preview.raw, preview.token_texts)

        await _timed("analyse", lambda _: core.analyse(TEMPLATE, "p.prompty"))
        await _timed("render in the sandbox", lambda _: render(pool, TEMPLATE, "p.prompty", values))
        await _timed("chat format in the sandbox", lambda _: engine.format_chat(messages))
        await _timed("tokenise in the worker", lambda _: engine.tokenize(segments))
        await _timed("count by origin", count)
        await _timed("measured speed from the history", lambda _: core._store.speed("x"))
        await _timed(
            "whole, only a value changed",
            lambda n: core.preview(TEMPLATE, "p.prompty", values | {"question": f"How {n}?"}),
        )
        await _timed("whole, the text changed", whole)
    finally:
        await core.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
