"""How long it takes from a key to the tokens: analyse, render, format, tokenise.

    python -m tests.benchmarks.preview [TOKENS]

Needs the starter model. Prints the median and the slowest of 30 rounds for each step, for a whole
preview in which the text, or only a value, has changed, and, in the real window without a screen,
from a key in the editor to the numbers that are shown.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks.real_window import open_window
from workbench.history import session
from workbench.prompts.render import render
from workbench.service import Workbench
from workbench.service.prompts.token_map import count_by_origin
from workbench.settings import Paths, starter_model

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
        await core.models.load(str(starter_model()))
        examples = [EXAMPLE] * max(1, tokens // TOKENS_OF_AN_EXAMPLE)
        values = {"question": "How much?", "examples": examples}
        preview = await core.prompts.preview(TEMPLATE, "p.prompty", values)
        messages = preview.messages
        print(f"{preview.prompt_tokens} tokens, {sum(len(m.spans) for m in messages)} spans")
        engine, pool = core._core.engines.current, core._core.pool
        segments = await engine.format_chat(messages)

        async def whole(number: int) -> None:
            text = TEMPLATE.replace("careful", f"careful {number}")
            await core.prompts.analyse(text, "p.prompty")
            await core.prompts.preview(text, "p.prompty", values)

        async def count(_number: int) -> None:
            count_by_origin(messages, preview.raw, preview.token_texts)

        await _timed("analyse", lambda _: core.prompts.analyse(TEMPLATE, "p.prompty"))
        await _timed("render in the sandbox", lambda _: render(pool, TEMPLATE, "p.prompty", values))
        await _timed("chat format in the sandbox", lambda _: engine.format_chat(messages))
        await _timed("tokenise in the worker", lambda _: engine.tokenize(segments))
        await _timed("count by origin", count)
        await _timed(
            "measured speed from the history",
            lambda _: core._core.store.read(session.load_speed, "x"),
        )
        await _timed(
            "whole, only a value changed",
            lambda n: core.prompts.preview(
                TEMPLATE, "p.prompty", values | {"question": f"How {n}?"}
            ),
        )
        await _timed("whole, the text changed", whole)
    finally:
        await core.close()


def in_window(tokens: int) -> None:
    """Measure keys in the editor of the real window."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer  # noqa: PLC0415 - not for the core
    from PySide6.QtTest import QTest  # noqa: PLC0415

    places = Paths.default(Path(tempfile.mkdtemp(prefix="workbench-preview-")))
    places.create()
    examples = [EXAMPLE] * max(1, tokens // TOKENS_OF_AN_EXAMPLE)
    file = places.prompts / "typing.prompty"
    file.write_text(TEMPLATE, "utf-8")
    shown = open_window(places)
    window, bridge, _ = shown
    window.go("design")
    bridge.start()
    design = window.panels["design"]
    model, loop = design.model, QEventLoop()
    model.previewed.connect(loop.quit)

    def counted() -> bool:
        document = model.current
        return (
            document is not None
            and document.path == str(file)
            and bool(document.preview.prompt_tokens)
        )

    bridge.call(lambda core: core.models.load(str(starter_model())))
    model.open(str(file), {"question": "How much?", "examples": examples})
    while not counted():
        loop.exec()
    editor = design.work.editor
    editor.go_to_line(7)
    editor.moveCursor(editor.textCursor().MoveOperation.EndOfLine)
    seconds = []
    for number in range(ROUNDS + 1):
        QTimer.singleShot(120, loop.quit)  # the user's pause between two keys
        loop.exec()
        started = time.perf_counter()
        QTest.keyClick(editor, Qt.Key.Key_A)
        while model.current.analysed != editor.text.file_text() or model.is_rendering:
            loop.exec()
        if number:
            seconds.append(time.perf_counter() - started)
    median, slowest = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"{'in the window, from key to numbers':34} {median:7.1f} ms  slowest {slowest:7.1f} ms")
    shown.close()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    asyncio.run(main(wanted))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    in_window(wanted)
