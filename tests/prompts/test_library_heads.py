"""Heads of many prompts: read in the sandbox, in order, whatever one of them does."""

import msgspec
import pytest

from workbench.domain.errors import SandboxError, SandboxTimeout
from workbench.processes.pool import SandboxPool
from workbench.prompts.library import metadata as library_heads
from workbench.prompts.library.metadata import head_of, read_heads

GOOD = "---\nname: Good\ndescription: d\ntags: [a, b]\n---\nuser:\n{{ x }}\n"
BAD = "---\nname: Bad\n---\nuser:\n{% if %}\n"


async def test_heads_come_in_order_and_say_what_is_wrong(monkeypatch):
    monkeypatch.setattr(library_heads, "BATCH_FILES", 2)
    pool = SandboxPool()
    try:
        heads = await read_heads(pool, [("/a.md", GOOD), ("/b.md", BAD), ("/c.md", "no head")])
    finally:
        await pool.close()
    assert [head.title for head in heads] == ["Good", "Bad", "c"]
    assert heads[0].tags == ("a", "b")
    assert heads[1].problem.startswith("Line 5")
    assert await read_heads(pool, []) == []


class Sandbox:
    """Stands in for the pool: fails where a text says so."""

    async def call(self, _function, files, *, deadline_seconds):
        assert deadline_seconds
        if any("slow" in text for _, text in files):
            raise SandboxTimeout("It took too long.")
        if any("dead" in text for _, text in files):
            raise SandboxError("It cannot be started.")
        return [msgspec.to_builtins(head_of(path, text)) for path, text in files]


@pytest.fixture
def sandbox():
    return Sandbox()


async def test_a_file_that_takes_too_long_does_not_take_others_with_it(sandbox):
    heads = await read_heads(sandbox, [("/a.md", GOOD), ("/b.md", "slow"), ("/c.md", GOOD)])
    assert [head.title for head in heads] == ["Good", "b", "Good"]
    assert heads[1].problem == "It cannot be read. It took too long."


async def test_where_nothing_can_be_read_it_says_so(sandbox):
    with pytest.raises(SandboxError, match="cannot be started"):
        await read_heads(sandbox, [(f"/{n}.md", "dead") for n in range(50)])
