"""Writes ``resources/examples``: ``python -m tests.strategies.make_examples``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.strategies.domains import DOMAINS

FOLDER = Path(__file__).parents[2] / "resources" / "examples"
COUNT = 24


def main() -> None:
    """A file a domain, an instance a line; line n is the instance of seed n."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for domain in DOMAINS:
        rows = [msgspec.json.encode(domain.make(seed)) + b"\n" for seed in range(COUNT)]
        (FOLDER / f"{domain.id}.jsonl").write_bytes(b"".join(rows))


if __name__ == "__main__":
    main()
