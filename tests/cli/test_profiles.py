"""``workbench profiles`` as the user types it."""

from __future__ import annotations

import json

from tests.cli.test_commands import workbench


def test_a_profile_is_added_shown_listed_and_removed(tmp_path):
    home = tmp_path / "home"
    (tmp_path / "system.txt").write_text("You are {{char}}.\n")
    done = workbench(
        "profiles", "add", "Tutor", "--system", f"@{tmp_path / 'system.txt'}",
        "--note", "Be brief.",
        "--greeting", "Hello, {{user}}!", home=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(workbench("profiles", "show", "tutor", "--json", home=home).stdout)
    assert found["system"] == "You are {{char}}.\n"
    assert found["greetings"] == ["Hello, {{user}}!"]
    assert "Tutor" in workbench("profiles", "list", home=home).stdout
    assert workbench("profiles", "user", home=home).stdout == "User\n"
    assert workbench("profiles", "user", "Bo", home=home).stdout == "Bo\n"
    assert workbench("profiles", "user", home=home).stdout == "Bo\n"
    assert workbench("profiles", "remove", "1", home=home).stdout == "Removed Tutor.\n"
    assert workbench("profiles", "list", "--json", home=home).stdout.strip() == "[]"
    done = workbench("profiles", "show", "Tutor", home=home)
    assert done.returncode == 2
    assert "no profile Tutor" in done.stderr
