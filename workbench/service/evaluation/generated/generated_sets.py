"""``core.generated``: data sets made by rule, and sets that evaluate prompts on them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from workbench.domain.errors import DataSetError
from workbench.domain.evaluation.checks import CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationSet, VariantSpec
from workbench.domain.prompts.datasets import GENERATED, GeneratedKind
from workbench.domain.runs.spec import Json
from workbench.files import write_file
from workbench.service.core import Core

from workbench.service.evaluation.generated import words  # noqa: F401 - registers  # isort: skip
from workbench.service.evaluation.generated import puzzles  # noqa: F401 - registers  # isort: skip
from workbench.service.evaluation.generated.kind import KINDS, make_rows


class GeneratedSets:
    """Data sets made by rule: the same kind, difficulty and seed make the same rows."""

    def __init__(self, core: Core) -> None:
        self._paths = core.paths

    def kinds(self) -> tuple[GeneratedKind, ...]:
        """All kinds, in the order in which they are offered."""
        return tuple(each.about for each in KINDS)

    async def preview(self, kind: str, difficulty: int, seed: int) -> dict[str, Json]:
        """The first row that :meth:`make` would write (UsageError as there)."""
        return (await asyncio.to_thread(make_rows, kind, difficulty, 1, seed))[0]

    async def make(self, kind: str, difficulty: int, rows: int, seed: int, path: str = "") -> str:
        """Write a data set; its path.

        Args:
            kind: id of a kind.
            difficulty: from 1.
            rows: how many.
            seed: other rows for another one.
            path: a new JSONL file; "" is one in the data folder, named after kind and difficulty.

        Raises:
            UsageError: no such kind or difficulty, or there are fewer different rows.
            DataSetError: it cannot be written, or something else is there.
        """
        made = await asyncio.to_thread(make_rows, kind, difficulty, rows, seed)
        content = b"".join(msgspec.json.encode(row) + b"\n" for row in made)
        own = self._paths.data_sets / GENERATED
        place = Path(path) if path else own / f"{kind}-{difficulty}-{rows}-seed{seed}.jsonl"
        await asyncio.to_thread(_write, place, content)
        return str(place)

    def evaluation_set(self, kind: str, data: str, path: str = "") -> EvaluationSet:
        """A set that evaluates the library's prompt for a kind on a data set of it.

        Args:
            kind: id of a kind.
            data: path of the data set, as :meth:`make` returns it.
            path: where the set will be saved, "" where that is not known yet.
        """
        entry = KINDS.get(kind)
        prompt = self._paths.shipped_prompts / entry.prompt
        return EvaluationSet(
            name=Path(data).stem,
            path=path,
            data=data,
            variants=(VariantSpec(name="direct", prompt=str(prompt), strategy="direct"),),
            checks=CheckSet(checks=(entry.check,)),
        )


def _write(path: Path, content: bytes) -> None:
    try:
        if path.exists():
            if path.read_bytes() == content:
                return
            raise DataSetError(str(path), "there is another file of this name: remove or name it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content)
    except OSError as error:
        reason = error.strerror or error
        raise DataSetError(str(path), f"it cannot be written ({reason}).") from error
