"""Entry point of the ``workbench`` program."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from workbench.cli import main as command_line
from workbench.cli.compatibility import refuse_bad_pair

if TYPE_CHECKING:
    from workbench.domain.opening import OpenRequest
    from workbench.settings import Paths


def open_window(paths: Paths, request: OpenRequest) -> int:
    """Open the window with what is asked for, and return its exit status."""
    started = time.monotonic()
    refuse_bad_pair()
    from workbench.ui.app import run  # noqa: PLC0415 - no command but this needs Qt

    return run(paths, sys.argv[:1], started=started, request=request)


def main() -> None:
    """Run the command line; without a command it opens the window."""
    command_line(open_window)


if __name__ == "__main__":
    main()
