"""Prompts on their way from and to the files of other programs."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.spec import Json

SANDBOXED = (
    "Templates from others run only in the sandbox, which has no network, starts no program and "
    "writes no file."
)
"""What the user should know before prompts from outside are imported."""


class FormatInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A file format of prompts. ``suffixes`` are its usual endings, the first is written."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    description: str = ""


class ImportedPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt found in a file.

    ``name`` is the suggested file name without ending, ``folder`` where it lay in a bundle,
    ``text`` a whole prompt file. ``samples`` are named sets of values, ``rows`` a data set whose
    expected answer is in the column "expected". ``notes`` say what has no equal here.
    """

    name: str
    text: str
    suffix: str = ".prompty"
    folder: str = ""
    samples: dict[str, dict[str, Json]] = {}
    rows: tuple[dict[str, Json], ...] = ()
    notes: tuple[str, ...] = ()


class ImportPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, before anything of it is written. ``format`` is a format's title."""

    path: str
    format: str
    prompts: tuple[ImportedPrompt, ...] = ()
    notes: tuple[str, ...] = ()


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt as a file of another format. ``notes`` say what that format cannot hold."""

    content: bytes
    suffix: str
    notes: tuple[str, ...] = ()
