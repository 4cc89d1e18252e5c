"""The list of files in each room's docstring is the folder's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import workbench

ROOT = Path(workbench.__file__).parent
MANY = 4
"""A folder with more modules than that has a list."""


def rooms() -> list[Path]:
    return sorted(
        each.parent
        for each in ROOT.rglob("__init__.py")
        if len(list(each.parent.glob("*.py"))) - 1 > MANY and each.parent.name != "versions"
    )


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.relative_to(ROOT).as_posix())
def test_a_room_lists_its_files_in_a_line_each(room: Path) -> None:
    listed = re.findall(
        r"^([\w.]+\.py|\w+/):",
        ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or "",
        re.MULTILINE,
    )
    files = {each.name for each in room.glob("*.py")} - {"__init__.py"}
    folders = {f"{each.parent.name}/" for each in room.glob("*/__init__.py")}
    assert sorted(listed) == sorted(files | folders)
