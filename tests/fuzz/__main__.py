"""``make fuzz``: hundreds of damaged model files, and a table of what became of them."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.trial import try_files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="number of the first file")
    options = parser.parse_args()
    started = time.monotonic()
    numbers = range(options.seed, options.seed + options.files)
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(try_files(Path(folder), numbers, starter=True, report=print))
    print(f"\n{options.files} files in {time.monotonic() - started:.0f} s")
    for ending, count in outcome.counts.most_common():
        print(f"  {count:5}  {ending}")
    for crash in outcome.crashes:
        print(f"  the worker ended: {crash}")
    for failure in outcome.failures:
        print(f"  FAILED {failure}")
    return 1 if outcome.failures or not outcome.counts["sound afterwards"] else 0


if __name__ == "__main__":
    sys.exit(main())
