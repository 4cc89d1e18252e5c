"""What prompt files say of themselves: title, description, tags, and what is wrong with them.

Heads of thousands of files are read in the sandbox: reading one is more than a millisecond of
Python, which would hold up the window from any thread of the program, and the files come from
anywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import msgspec

from workbench.domain.errors import FrontMatterError, SandboxError
from workbench.domain.prompts.library import PromptRecord
from workbench.processes.pool import SandboxPool
from workbench.prompts.document import parse_document
from workbench.prompts.jinja.diagnosis import TOO_DEEP, parse
from workbench.prompts.jinja.environment import BoundedEnvironment, prompt_environment

BATCH_FILES = 200
BATCH_CHARACTERS = 2 * 1024 * 1024
SECONDS = 10.0
"""Processor time for a batch, and for a file that is read alone because its batch failed."""
_MOST_FAILURES = 3
_CHARACTERS = 300


async def read_heads(pool: SandboxPool, files: Sequence[tuple[str, str]]) -> list[PromptRecord]:
    """What files say of themselves, in the same order.

    A file that alone takes too long or too much memory has that as its problem.

    Args:
        pool: where they are read.
        files: path and text of each.

    Raises:
        SandboxError: nothing can be read there.
    """
    heads: list[PromptRecord] = []
    for batch in _batches(files):
        try:
            heads += await _in_sandbox(pool, batch)
        except SandboxError:
            heads += await _one_by_one(pool, batch)
    return heads


async def _one_by_one(pool: SandboxPool, files: Sequence[tuple[str, str]]) -> list[PromptRecord]:
    heads: list[PromptRecord] = []
    failures = 0
    for path, text in files:
        try:
            heads += await _in_sandbox(pool, [(path, text)])
            failures = 0
        except SandboxError as error:
            failures += 1
            if failures >= _MOST_FAILURES:
                raise
            heads.append(unusable(path, f"It cannot be read. {error}"))
    return heads


async def _in_sandbox(pool: SandboxPool, files: Sequence[tuple[str, str]]) -> list[PromptRecord]:
    found = await pool.call(
        "workbench.prompts.library.metadata:heads_job", files, deadline_seconds=SECONDS
    )
    return msgspec.convert(found, list[PromptRecord])


def _batches(files: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    characters = 0
    for file in files:
        if batch and (len(batch) == BATCH_FILES or characters + len(file[1]) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(file)
        characters += len(file[1])
    if batch:
        yield batch


def heads_job(files: Sequence[tuple[str, str]]) -> list[PromptRecord]:
    """:func:`head_of` for several files; runs in a sandbox process."""
    return [head_of(path, text) for path, text in files]


def head_of(path: str, text: str) -> PromptRecord:
    """A file's record with what it says of itself; one that cannot be used is known by its name."""
    title, description, problem = PurePath(path).stem, "", ""
    tags: tuple[str, ...] = ()
    try:
        document = parse_document(text, path)
        title, description, tags = document.name, document.description, document.tags
        _, fault = parse(_environment(), document.body)
        if fault is not None:
            reason = fault.reason[:1].upper() + fault.reason[1:]
            line = document.body_line + fault.line - 1
            problem = f"Line {line}: {reason}" if fault.line else reason
    except FrontMatterError as error:
        problem = f"Line {error.line}: {error.reason}" if error.line else error.reason
    except RecursionError:
        problem = TOO_DEEP
    return PromptRecord(
        path=path,
        name=PurePath(path).name,
        title=_one_line(title),
        description=_one_line(description),
        tags=tuple(dict.fromkeys(_tidy(tags))),
        problem=problem,
    )


def unusable(path: str, problem: str) -> PromptRecord:
    """A file of which only the name is known, and why."""
    place = PurePath(path)
    return PromptRecord(path=path, name=place.name, title=_one_line(place.stem), problem=problem)


@functools.lru_cache(maxsize=1)
def _environment() -> BoundedEnvironment:
    return prompt_environment({})


def _tidy(tags: tuple[str, ...]) -> Iterator[str]:
    for tag in tags:
        text = _one_line(tag).removeprefix("#")
        if text:
            yield text


def _one_line(text: str) -> str:
    """Text of a shared file for one line of a list: no line ends, not without end."""
    return " ".join(text.split())[:_CHARACTERS]
