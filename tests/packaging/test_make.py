"""What the Makefile promises."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_quick_tests_are_there_and_come_from_every_room():
    listed = re.search(
        r"^QUICK = \$\(addprefix tests/,(.*?)\)$", MAKEFILE, re.DOTALL | re.MULTILINE
    )
    assert listed is not None
    files = listed[1].replace("\\", "").split()
    assert [name for name in files if not (ROOT / "tests" / name).exists()] == []
    rooms = [folder for folder in _folders(ROOT / "workbench") if folder != "ui"]
    rooms += [f"ui/{folder}" for folder in _folders(ROOT / "tests" / "ui")]
    assert [
        room for room in rooms if not any(f"{name}/".startswith(f"{room}/") for name in files)
    ] == []


def _folders(folder: Path) -> list[str]:
    return [each.parent.name for each in folder.glob("*/__init__.py")]
