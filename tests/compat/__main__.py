"""``python -m tests.compat DIR [--record] [--only FORMAT] [--show]``; see the package."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from tests.compat.compare import Comparison
from tests.compat.originals import MODULES, Originals


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the originals are installed")
    parser.add_argument("--record", action="store_true", help="write what they say for the tests")
    parser.add_argument("--only", choices=MODULES, action="append", help="these formats alone")
    parser.add_argument("--show", action="store_true", help="print all that is not the same")
    chosen = parser.parse_args()
    comparison = Comparison(Originals(chosen.folder.resolve()), show=chosen.show)
    wrong = asyncio.run(comparison.run(chosen.only or list(MODULES)))
    if chosen.record and not chosen.only:
        comparison.record()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
