"""Reads a document in the sandbox: what the rest of the program calls."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import msgspec

from workbench.domain.errors import FormatError, SandboxError, SandboxMemory, SandboxTimeout
from workbench.domain.sources.document import Extracted
from workbench.processes.pool import SandboxPool
from workbench.retrieval.loaders.job import shown_path
from workbench.retrieval.loaders.loader import SECONDS, TEXT_CHARACTERS

_JOB = "workbench.retrieval.loaders.job:read_job"
_ENCODED_BYTES = 8 * TEXT_CHARACTERS
"""The most that a result may grow to when it is unpacked here."""


async def read_document(
    pool: SandboxPool, path: Path, most_characters: int = TEXT_CHARACTERS
) -> Extracted:
    """What is read of a file, within limits of time, memory and size.

    A document without a text, since its pages are pictures, comes back as it is: ``is_scanned``.

    Args:
        pool: reads it, so that a hostile file ends a process of its own at worst.
        path: the file.
        most_characters: the most text that is wanted.

    Raises:
        FormatError: nothing is read of it; one sentence with its path and the reason.
        SandboxError: the program is closing.
    """
    shown = shown_path(path)
    try:
        packed = await pool.call(_JOB, os.fsencode(path), most_characters, deadline_seconds=SECONDS)
    except SandboxTimeout:
        reason = f"it takes longer than {SECONDS:.0f} seconds to read, and was left."
        raise FormatError(shown, reason) from None
    except SandboxMemory:
        raise FormatError(shown, "it needs more memory than is given for reading.") from None
    except SandboxError as error:
        if pool.closed:
            raise
        reason = "the process that read it ended: the file may be damaged."
        raise FormatError(shown, reason) from error
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, _ENCODED_BYTES)
    if not unpacker.eof:
        raise FormatError(shown, "it has more text than is read.")
    return msgspec.msgpack.decode(data, type=Extracted)
