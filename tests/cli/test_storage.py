"""Commands about the data as a whole."""

from __future__ import annotations

import json

from tests.cli.test_commands import workbench


def storage(home, *arguments):
    return workbench("storage", *arguments, home=home)


def test_the_history_is_saved_to_a_file_and_restored_from_it(tmp_path):
    home, file = tmp_path / "home", tmp_path / "saved.db"
    plan = json.loads(storage(home, "plan", "--days", "3", "--json").stdout)
    assert plan["days"] == 3
    saved = storage(home, "backup", str(file))
    assert saved.returncode == 0, saved.stderr
    assert "Saved to" in saved.stdout
    assert storage(home, "backup", str(file)).returncode == 2
    storage(home, "plan", "--days", "5")
    done = json.loads(storage(home, "restore", str(file), "--json").stdout)
    assert done["restored"]
    assert done["runs"] == 0
    assert json.loads(storage(home, "plan", "--json").stdout)["days"] == 3
    (kept,) = json.loads(storage(home, "backups", "--json").stdout)
    assert kept["kind"] == "before restore"
    parts = {each["name"]: each for each in json.loads(
        storage(home, "show", "--json").stdout)["parts"]}  # fmt: skip
    assert parts["backups"]["files"] == 1
    assert parts["history"]["bytes"] > 0


def test_a_file_that_is_no_history_changes_nothing(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader")
    done = storage(tmp_path / "home", "restore", str(file))
    assert done.returncode == 1
    assert "cannot be read as a history" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_what_is_named_is_deleted_for_good(tmp_path):
    assert storage(tmp_path, "erase").returncode == 2
    done = storage(tmp_path, "erase", "--run", "99", "--yes")
    assert done.returncode == 2
    assert "None of that is in the history" in done.stderr
