"""Entry of the process that writes one PDF file: a frame with the text in, then it ends.

Exit status 0: written. 2: it cannot be written; the reason is on standard error.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import msgspec

_HEAD = struct.Struct("<I")


def main() -> int:
    """Write the file that the command line names."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - the platform is chosen first

    from workbench.ui.printing.pages import load_fonts, write_pdf  # noqa: PLC0415

    source = sys.stdin.buffer
    (size,) = _HEAD.unpack(source.read(_HEAD.size))
    title, text = msgspec.msgpack.decode(source.read(size), type=tuple[str, str])
    app = QGuiApplication(["workbench"])
    load_fonts()
    try:
        write_pdf(text, title, Path(sys.argv[1]))
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)
        return 2
    del app
    return 0


if __name__ == "__main__":
    sys.exit(main())
