"""Makes the font of the editor: JetBrains Mono with the line height of the design.

QPlainTextEdit takes the height of a line from the font and from nothing else (its layout ignores
the line height of a block). JetBrains Mono is 17.2 px high at 13 px; with a little more above and
below, as its copy "Workbench Mono" has it, a line is 20 px high. Letters and widths are the same.
Run it again when the font's files are replaced.
"""

from __future__ import annotations

import struct
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
ASCENDER, DESCENDER = 1128, -408
"""Of 1,000 units: 19.97 px at 13 px, which a layout rounds up to 20."""
NAMES = (("JetBrains Mono", "Workbench Mono"), ("JetBrainsMono-", "WorkbenchMono-"))
KEPT = (
    ("The Workbench Mono Project Authors", "The JetBrains Mono Project Authors"),
    ("Workbench Mono is a trademark", "JetBrains Mono is a trademark"),
)
"""Whose work it is stays as it was."""
_MAGIC = 0xB1B0AFBA


def checksum(content: bytes) -> int:
    """The sum of a table, as the format has it."""
    padded = content + bytes(-len(content) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def taller(content: bytes) -> bytes:
    """A TrueType font with other vertical metrics and another name of the same length."""
    for old, new in (*NAMES, *KEPT):
        assert len(old) == len(new)
        content = content.replace(old.encode("utf-16-be"), new.encode("utf-16-be"))
    data = bytearray(content)
    (count,) = struct.unpack_from(">H", data, 4)
    entries = [struct.unpack_from(">4sIII", data, 12 + 16 * index) for index in range(count)]
    tables = {tag: (12 + 16 * index, *rest) for index, (tag, *rest) in enumerate(entries)}
    struct.pack_into(">hhh", data, tables[b"hhea"][2] + 4, ASCENDER, DESCENDER, 0)
    system = tables[b"OS/2"][2]
    struct.pack_into(">hhhHH", data, system + 68, ASCENDER, DESCENDER, 0, ASCENDER, -DESCENDER)
    adjustment = tables[b"head"][2] + 8
    struct.pack_into(">I", data, adjustment, 0)
    for tag in (b"hhea", b"OS/2", b"name", b"head"):
        entry, _, start, length = tables[tag]
        struct.pack_into(">I", data, entry + 4, checksum(bytes(data[start : start + length])))
    struct.pack_into(">I", data, adjustment, (_MAGIC - checksum(bytes(data))) & 0xFFFFFFFF)
    return bytes(data)


def main() -> None:
    """Write the copies beside the originals."""
    for file in sorted(FONTS.glob("JetBrainsMono-*.ttf")):
        target = file.with_name(file.name.replace("JetBrains", "Workbench"))
        target.write_bytes(taller(file.read_bytes()))


if __name__ == "__main__":
    main()
