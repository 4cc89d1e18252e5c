"""Reads files in this process as the sandbox would, whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.transcripts import Card, Skipped, Transcript
from workbench.transcripts.jobs import file_job, records_job
from workbench.transcripts.sniffing import Sniffed, sniff
from workbench.transcripts.splitting import PIECE_BYTES, Scan, scan_on

FIXTURES = Path(__file__).parent / "fixtures"


def read_file(path: Path, piece: int = PIECE_BYTES) -> tuple[Sniffed, list[Any]]:
    companions = {
        each.name: str(each) for each in path.parent.iterdir() if each.name == "thread.json"
    }
    known = sniff(path, path.name, tuple(companions))
    if known.reason:
        return known, [Skipped(reason=known.reason)]
    if known.container == "records":
        scan = Scan(mode=known.mode, position=known.start)
        found: list[bytes] = []
        with path.open("rb") as file:
            while scan.state == "more":
                scan = scan_on(file, scan, piece)
                spans = [list(each) for each in scan.spans]
                found += records_job(str(path), path.name, known.format, spans)
    else:
        found = file_job(str(path), path.name, known.format, known.container, companions)
    return known, [msgspec.msgpack.decode(each, type=Transcript | Card | Skipped) for each in found]
