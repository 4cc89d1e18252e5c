"""``workbench storage encrypt`` and ``decrypt``: the passphrase never is an argument."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.test_commands import workbench
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption.keys import can_encrypt

pytestmark = pytest.mark.skipif(
    not can_encrypt(load_driver()), reason="Python's own SQLite does not know encryption"
)
WORDS = "correct horse battery"


def with_descriptor(home, words, *arguments):
    """The command line with a passphrase in a pipe."""
    reading, writing = os.pipe()
    os.write(writing, words.encode() + b"\n")
    os.close(writing)
    try:
        return subprocess.run(
            [sys.executable, "-m", "workbench", "--data-dir", str(home),
             "--passphrase-fd", str(reading), *arguments],
            capture_output=True, text=True, check=False, pass_fds=(reading,), timeout=250,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.close(reading)


def test_the_history_is_encrypted_used_and_plain_again(tmp_path, monkeypatch):
    home, saved = tmp_path / "home", tmp_path / "saved.db"
    workbench("storage", "plan", "--days", "3", home=home)
    monkeypatch.setenv("WORKBENCH_NEW_PASSPHRASE", WORDS)
    done = workbench("storage", "encrypt", "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert "The history is encrypted" in done.stdout
    monkeypatch.delenv("WORKBENCH_NEW_PASSPHRASE")

    refused = workbench("storage", "plan", "--json", home=home)
    assert refused.returncode == 1
    assert "--passphrase-fd" in refused.stderr
    wrong = with_descriptor(home, "another one", "storage", "plan")
    assert wrong.returncode == 1
    assert "does not open" in wrong.stderr
    right = with_descriptor(home, WORDS, "storage", "plan", "--json")
    assert '"days": 3' in right.stdout or '"days":3' in right.stdout, right.stderr
    assert with_descriptor(home, WORDS, "storage", "backup", str(saved)).returncode == 0
    assert not saved.read_bytes().startswith(b"SQLite format 3")

    monkeypatch.setenv("WORKBENCH_PASSPHRASE", WORDS)
    done = workbench("storage", "decrypt", home=home)
    assert done.returncode == 0, done.stderr
    assert "plain again" in done.stdout
    monkeypatch.delenv("WORKBENCH_PASSPHRASE")
    assert workbench("storage", "plan", home=home).returncode == 0


def test_nothing_is_encrypted_without_a_yes_and_a_passphrase(tmp_path):
    done = workbench("storage", "encrypt", "--yes", home=tmp_path)
    assert done.returncode == 2
    assert "WORKBENCH_NEW_PASSPHRASE" in done.stderr
    assert workbench("storage", "decrypt", home=tmp_path).returncode == 2
