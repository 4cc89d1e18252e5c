"""PySide6 6.12.0 must never meet Python 3.11: each void call would drop a reference to None."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from workbench.cli.compatibility import refuse_bad_pair
from workbench.domain.errors import UsageError

ROOT = Path(__file__).parents[2]

COUNT = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel()
before = sys.getrefcount(None)
for number in range(100_000):
    label.setText("x")
print(abs(sys.getrefcount(None) - before))
"""


def test_100_000_void_calls_leave_none_alone():
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1000


def test_the_markers_choose_by_python_version():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    qt = [line for line in wanted if line.startswith("PySide6")]
    assert any("<6.12" in line and "python_version < '3.12'" in line for line in qt)
    assert any(">=6.12" in line and "python_version >= '3.12'" in line for line in qt)


def test_the_program_refuses_the_bad_pair():
    with pytest.raises(UsageError, match=r"6\.12\.0 ends the program on Python 3\.11"):
        refuse_bad_pair((3, 11), "6.12.0")


@pytest.mark.parametrize(("python", "qt"), [((3, 11), "6.11.3"), ((3, 12), "6.12.0")])
def test_the_good_pairs_may_start(python, qt):
    refuse_bad_pair(python, qt)


def test_no_lock_file_and_no_address_of_a_package_host():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert not [name for name in listed if Path(name).name in ("uv.lock", "poetry.lock")]
    assert "://" not in (ROOT / "constraints.txt").read_text()
